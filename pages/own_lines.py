"""Your own lines: paste a program and see what every line of it does to every array."""

from ui.lesson_page import lesson_page

lesson_page("own_lines")
