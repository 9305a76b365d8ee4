"""Questions drawn at random: each mistake with another seed, and loops whose lines were changed at random."""

import random
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

from primer_core.lessons.event import Act, EventError
from primer_core.lessons.training_loop.lines import FIXED, LINES, RATES, loop_of
from primer_core.lessons.training_loop.presets import PRESETS
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.react import react
from tests.profiles import is_long

_SEEDS = range(1000) if is_long() else range(2)
#: Loops changed at random: each is run as often as it is spoken of, so that the fast profile draws few.
_CHANGED = 2_000 if is_long() else 24

_BESIDES = (
    TrainingLoopQuestion(lines="sgd / train reset / zero forward loss backward total / mean eval check"),
    TrainingLoopQuestion(
        theme="data", lines="sgd / train mix_X reset / zero forward loss backward step total / mean eval check"
    ),
)
"""Mistakes that no preset makes: no step, and inputs that are put into another order in each epoch."""

_DECKS: "WeakKeyDictionary[random.Random, list[TrainingLoopQuestion]]" = WeakKeyDictionary()


def training_loop_state(chance: random.Random) -> TrainingLoopQuestion:
    """Draw a preset with a seed, or a loop whose lines were changed at random, dealt like cards."""
    deck = _DECKS.setdefault(chance, [])
    if not deck:
        deck += [replace(preset.question, seed=chance.choice(_SEEDS)) for preset in PRESETS]
        deck += [replace(question, seed=chance.choice(_SEEDS)) for question in _BESIDES]
        deck += [changed(chance) for _ in range(min(_CHANGED, len(PRESETS) // 2))]
        chance.shuffle(deck)
    return deck.pop() if is_long() else chance.choice(deck)


def changed(chance: random.Random) -> TrainingLoopQuestion:
    """Draw a task with its correct loop, and change one to three lines of it."""
    start: Callable[..., TrainingLoopQuestion] = TrainingLoopQuestion
    task = chance.choice(list(RATES))
    question = start(
        task=task,
        net=chance.choice(["plain", "Dropout", "BatchNorm"]),
        examples=chance.choice([32, 33, 40, 41]),
        rate=RATES[task] * chance.choice([1, 1, 1, 1, 0.5, 4, 20, 0]),
        seed=chance.choice(_SEEDS),
    )
    for _ in range(chance.randint(1, 3)):
        names = loop_of(question).names
        place = chance.randrange(len(names))
        acts = [
            Act("remove", {"place": place}),
            Act("double", {"place": place}),
            Act("move", {"place": place, "by": chance.choice([-1, 1])}),
            Act("change", {"place": place, "name": chance.choice(list(LINES))}),
            Act("add", {"name": chance.choice([name for name in LINES if name not in FIXED])}),
        ]
        try:
            question = react(question, chance.choice(acts))
        except EventError:
            continue
    return question
