"""Questions drawn at random, as learners come to ask them: each lesson's own drawing."""

import random
from collections.abc import Callable, Mapping

from primer_core.lessons.question import Question
from tests.lessons.autograd_graph.states import graph_state
from tests.lessons.backprop_by_hand.states import backprop_state
from tests.lessons.broadcasting.states import broadcasting_state
from tests.lessons.softmax.states import softmax_state

STATES: Mapping[str, Callable[[random.Random], Question]] = {
    "autograd_graph": graph_state,
    "backprop_by_hand": backprop_state,
    "broadcasting": broadcasting_state,
    "softmax": softmax_state,
}
"""Draws a question, by the slug of the lesson that it is asked in."""
