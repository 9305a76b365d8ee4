"""Matrix products: type two operands and see which row meets which column, and what it costs."""

from ui.lesson_page import lesson_page

lesson_page("matmul")
