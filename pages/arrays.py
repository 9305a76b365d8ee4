"""Arrays: what one is made of, what dtypes do to numbers, why NumPy is fast, and how PyTorch differs."""

from ui.lesson_page import lesson_page

lesson_page("arrays")
