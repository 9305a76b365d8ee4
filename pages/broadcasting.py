"""Broadcasting: type operands and see which cells meet, what is stretched, and how gradients find back."""

from ui.lesson_page import lesson_page

lesson_page("broadcasting")
