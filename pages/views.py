"""Views and copies: what shares memory with what, where each cell lies, and what a statement changes."""

from ui.lesson_page import lesson_page

lesson_page("views")
