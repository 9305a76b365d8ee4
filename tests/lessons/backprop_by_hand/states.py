"""Questions drawn at random: networks derived rightly, each mistake where it shows and where it hides."""

import random
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

from primer_core.lessons.backprop_by_hand.network import Activation, Slip, Start
from primer_core.lessons.backprop_by_hand.question import SLIPS, BackpropQuestion

Drawn = Callable[[random.Random], BackpropQuestion]

_DECKS: "WeakKeyDictionary[random.Random, list[Drawn]]" = WeakKeyDictionary()

_STAIRS = """X = torch.tensor([[{x}]])
W1 = torch.tensor([[0.2, 1.7, 0.9]])
b1 = torch.zeros(3)
W2 = torch.tensor([[1., -1.], [{w}, -1.], [1., -1.]])"""


def backprop_state(chance: random.Random) -> BackpropQuestion:
    """Draw one of the ways in which learners come to this page, with another seed each time.

    The ways are dealt like cards, so that each comes equally often.
    """
    deck = _DECKS.setdefault(chance, [])
    if not deck:
        deck += _WAYS
        chance.shuffle(deck)
    return deck.pop()(chance)


def _rightly(chance: random.Random) -> BackpropQuestion:
    return BackpropQuestion(
        net=chance.choice(["2-3-2", "2-3-3-2", "3-4-2", "1-3"]),
        batch=chance.randint(1, 4),
        seed=chance.randrange(1000),
        lr=chance.choice([0.1, 0.5, 1.0]),
        dtype=chance.choice(["float32", "float64"]),
    )


def _by_jacobian(chance: random.Random) -> BackpropQuestion:
    return replace(_rightly(chance), softmax="by its Jacobian")


def _digits(chance: random.Random) -> BackpropQuestion:
    if chance.random() < 0.9:  # the code of each reads 5 000 digits, every time that it is run
        return _rightly(chance)
    return replace(_rightly(chance), net="784-16-12-10", batch=2, lr=0.1)


def _mistaken(chance: random.Random) -> BackpropQuestion:
    slip = chance.choice(SLIPS[1:])
    return replace(_rightly(chance), net=chance.choice(["2-3-2", "2-3-3-2"]), slip=slip, batch=chance.randint(2, 4))


_OF_RELU: tuple[Slip, ...] = ("no ReLU mask", "z instead of h")
_ROUNDED: tuple[Activation, ...] = ("round", "straight through")
_ALIKE: tuple[Start, ...] = ("zeros", "constant")
_OF_HIDDEN: tuple[Slip, ...] = ("no ReLU mask", "W not transposed", "z instead of h")


def _without_a_layer(chance: random.Random) -> BackpropQuestion:
    return replace(
        _rightly(chance), net="1-3", slip=chance.choice(["no ReLU mask", "W not transposed", "z instead of h"])
    )


def _without_relu(chance: random.Random) -> BackpropQuestion:
    activation: Activation = chance.choice(_ROUNDED)
    return replace(_rightly(chance), net="2-3-2", slip="no ReLU mask", activation=activation)


def _one_row(chance: random.Random) -> BackpropQuestion:
    return replace(_rightly(chance), slip="no 1/B", batch=1)


def _hidden(chance: random.Random) -> BackpropQuestion:
    typed = "W1 = torch.zeros(2, 3)\nb1 = torch.tensor([1., 2., 0.5])"
    slip = chance.choice(_OF_RELU)
    return replace(_rightly(chance), net="2-3-2", slip=slip, values=typed)


def _same(chance: random.Random) -> BackpropQuestion:
    start: Start = chance.choice(_ALIKE)
    return replace(_rightly(chance), net=chance.choice(["2-3-2", "3-4-2"]), start=start, lr=0.5)


def _unlearning(chance: random.Random) -> BackpropQuestion:
    return replace(_rightly(chance), net="2-3-2", start="constant", slip="no ReLU mask", batch=chance.randint(1, 3))


def _rounded(chance: random.Random) -> BackpropQuestion:
    values = _STAIRS.format(x=chance.choice([10.0, 5.0, 3.0]), w=chance.choice([1.0, -2.0]))
    return BackpropQuestion(activation="round", values=values, seed=chance.randrange(1000))


def _straight(chance: random.Random) -> BackpropQuestion:
    return replace(_rounded(chance), activation="straight through")


_WAYS: tuple[Drawn, ...] = (
    _rightly, _rightly, _rightly, _by_jacobian, _digits, _mistaken, _mistaken, _mistaken, _mistaken, _without_a_layer,
    _without_relu, _one_row, _hidden, _same, _unlearning, _rounded, _straight,
)  # fmt: skip
