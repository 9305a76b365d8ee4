"""Questions drawn at random, as learners come to ask them: each lesson's own drawing."""

import random
from collections.abc import Callable, Mapping

from primer_core.lessons.question import Question
from tests.lessons.arrays.states import arrays_state
from tests.lessons.broadcasting.states import broadcasting_state
from tests.lessons.views.states import views_state

STATES: Mapping[str, Callable[[random.Random], Question]] = {
    "arrays": arrays_state,
    "broadcasting": broadcasting_state,
    "views": views_state,
}
"""Draws a question, by the slug of the lesson that it is asked in."""
