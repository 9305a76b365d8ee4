"""The training loop: a loop with a mistake in it beside the correct one, line by line."""

from ui.lesson_page import lesson_page

lesson_page("training_loop")
