"""Softmax and cross-entropy: the steps, the stable form against the naive one, the gradient as arrows."""

from ui.lesson_page import lesson_page

lesson_page("softmax")
