"""Data loading: which sample lands in which batch, what workers cost, how pixels are scaled, what a file holds."""

from ui.lesson_page import lesson_page

lesson_page("data_loading")
