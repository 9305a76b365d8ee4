"""einsum: which letters are kept, which are summed, and the loops they stand for."""

from ui.lesson_page import lesson_page

lesson_page("einsum")
