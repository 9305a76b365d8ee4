"""Indexing: type an index or click cells, and see what it picks, what becomes of each axis, and who owns the memory."""

from ui.lesson_page import lesson_page

lesson_page("indexing")
