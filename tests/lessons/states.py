"""Questions drawn at random, as learners come to ask them: each lesson's own drawing."""

import random
from collections.abc import Callable, Mapping

from primer_core.lessons.question import Question
from tests.lessons.arrays.states import arrays_state
from tests.lessons.autograd_graph.states import graph_state
from tests.lessons.backprop_by_hand.states import backprop_state
from tests.lessons.broadcasting.states import broadcasting_state
from tests.lessons.data_loading.states import data_loading_state
from tests.lessons.einsum.states import einsum_state
from tests.lessons.indexing.states import indexing_state
from tests.lessons.matmul.states import matmul_state
from tests.lessons.own_lines.states import own_lines_state
from tests.lessons.reductions.states import reductions_state
from tests.lessons.shapes.states import shapes_state
from tests.lessons.softmax.states import softmax_state
from tests.lessons.training_loop.states import training_loop_state
from tests.lessons.views.states import views_state

STATES: Mapping[str, Callable[[random.Random], Question]] = {
    "arrays": arrays_state,
    "autograd_graph": graph_state,
    "backprop_by_hand": backprop_state,
    "broadcasting": broadcasting_state,
    "data_loading": data_loading_state,
    "einsum": einsum_state,
    "indexing": indexing_state,
    "matmul": matmul_state,
    "own_lines": own_lines_state,
    "reductions": reductions_state,
    "shapes": shapes_state,
    "softmax": softmax_state,
    "training_loop": training_loop_state,
    "views": views_state,
}
"""Draws a question, by the slug of the lesson that it is asked in."""
