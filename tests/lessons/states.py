"""Questions drawn at random, as learners come to ask them: each lesson's own drawing."""

import random
from collections.abc import Callable, Mapping

from primer_core.lessons.question import Question
from tests.lessons.broadcasting.states import broadcasting_state
from tests.lessons.indexing.states import indexing_state
from tests.lessons.shapes.states import shapes_state

STATES: Mapping[str, Callable[[random.Random], Question]] = {
    "broadcasting": broadcasting_state,
    "shapes": shapes_state,
    "indexing": indexing_state,
}
"""Draws a question, by the slug of the lesson that it is asked in."""
