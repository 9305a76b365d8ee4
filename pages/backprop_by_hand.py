"""Back-propagation by hand: every equation of the derivation, with its numbers, next to autograd."""

from ui.lesson_page import lesson_page

lesson_page("backprop_by_hand")
