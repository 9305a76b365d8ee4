"""Questions drawn at random: logits of sliders, rows and batches, targets of both kinds, and what PyTorch declines."""

import random
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

from primer_core.lessons.softmax.question import SoftmaxQuestion

Drawn = Callable[[random.Random], SoftmaxQuestion]

_DECKS: "WeakKeyDictionary[random.Random, list[Drawn]]" = WeakKeyDictionary()


def softmax_state(chance: random.Random) -> SoftmaxQuestion:
    """Draw one of the ways in which learners come to this page, with other numbers each time.

    The ways are dealt like cards, so that each comes equally often.
    """
    deck = _DECKS.setdefault(chance, [])
    if not deck:
        deck += _ANSWERED + _REFUSED
        chance.shuffle(deck)
    return deck.pop()(chance)


def _number(chance: random.Random) -> float:
    return round(chance.uniform(-4, 4), chance.choice([0, 1, 2]))


def _row(n: int, chance: random.Random) -> str:
    return f"[{', '.join(str(_number(chance)) for _ in range(n))}]"


def _rows(n: int, c: int, chance: random.Random) -> str:
    return f"torch.tensor([{', '.join(_row(c, chance) for _ in range(n))}])"


def _classes(n: int, c: int, chance: random.Random) -> list[int]:
    return [chance.randrange(c) for _ in range(n)]


def _cool(chance: random.Random) -> float:
    return chance.choice([1.0, 1.0, 0.5, 2.0])


# What is answered


def _sliders(chance: random.Random) -> SoftmaxQuestion:
    z0, z1, z2, z3 = (_number(chance) for _ in range(4))
    return SoftmaxQuestion(z0, z1, z2, z3, T=_cool(chance), target=str(chance.randrange(4)))


def _equal(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(1, 3), chance.randint(2, 9)
    typed = f"torch.zeros({n}, {c})" if n > 1 else f"torch.zeros({c})"
    target = str(_classes(n, c, chance)) if n > 1 else str(chance.randrange(c))
    return SoftmaxQuestion(typed=typed, target=target, smoothing=chance.choice([0.0, 0.0, 0.1]))


def _masked(chance: random.Random) -> SoftmaxQuestion:
    rows = [[1.0, 2.0, float("-inf")], [float("-inf")] * 3]
    chance.shuffle(rows)
    return SoftmaxQuestion(typed=str(rows[: chance.randint(1, 2)]), target="2")


def _shifted(chance: random.Random) -> SoftmaxQuestion:
    return replace(_sliders(chance), T=1.0, shift=chance.choice([5, 10, 20, 50]))


def _rounded(chance: random.Random) -> SoftmaxQuestion:
    z0, z1, z2, z3 = (round(chance.uniform(-4, 4), 2) + 0.1 for _ in range(4))
    target = str(chance.randrange(4))
    return SoftmaxQuestion(z0, z1, z2, z3, shift=chance.choice([500, 1000]), dtype="float16", target=target)


def _overflowing(chance: random.Random) -> SoftmaxQuestion:
    return replace(_sliders(chance), T=1.0, shift=chance.choice([100, 200, 500]))


def _underflowing(chance: random.Random) -> SoftmaxQuestion:
    z0, z1, z2, z3 = (-chance.randint(8, 10) for _ in range(4))
    return SoftmaxQuestion(z0, z1, z2, z3, T=chance.choice([0.03, 0.05]), target=str(chance.randrange(4)))


def _lost(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(-chance.randint(6, 10), chance.randint(6, 10), _number(chance), 0.0, T=0.1)


def _tied(chance: random.Random) -> SoftmaxQuestion:
    close = chance.choice([0.0001, 0.00015, 0.0002])
    return SoftmaxQuestion(typed=f"[0.0, {close}, {-chance.randint(2, 5)}.0]", target="0", dtype="float16")


def _batch(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 3), chance.randint(2, 4)
    return SoftmaxQuestion(
        typed=_rows(n, c, chance), target=f"{_classes(n, c, chance)}", T=_cool(chance), row=chance.randrange(n),
        reduction=chance.choice(["mean", "sum"]),
    )  # fmt: skip


def _unreduced(chance: random.Random) -> SoftmaxQuestion:
    return replace(_batch(chance), reduction="none")


def _probabilities(chance: random.Random) -> SoftmaxQuestion:
    share = chance.choice([0.1, 0.2, 0.3])
    target = f"[{1 - share:.1f}, {share}, 0.0]"
    return SoftmaxQuestion(typed=_row(3, chance), target=target, T=_cool(chance))


def _odd(chance: random.Random) -> SoftmaxQuestion:
    target = chance.choice(["[2.0, -1.0, 0.5]", "[1.5, 0.0, 0.0]", "[0.0, -0.5, 3.0]"])
    return SoftmaxQuestion(typed=_row(3, chance), target=target)


def _two(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=_row(2, chance), target=str(chance.randrange(2)), T=_cool(chance))


def _ignoring(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 4), chance.randint(2, 3)
    target = _classes(n, c, chance)
    place = chance.randrange(n)
    target[place] = -100
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=str(target), row=chance.choice([place, (place + 1) % n]))


def _smoothed(chance: random.Random) -> SoftmaxQuestion:
    c = chance.randint(2, 4)
    return SoftmaxQuestion(
        typed=_row(c, chance), target=str(chance.randrange(c)), smoothing=chance.choice([0.1, 0.2, 0.5])
    )


def _lonely(chance: random.Random) -> SoftmaxQuestion:
    n = chance.randint(1, 3)
    return SoftmaxQuestion(typed=_rows(n, 1, chance), target=str([0] * n), reduction=chance.choice(["mean", "sum"]))


def _random(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=f"torch.randn({chance.randint(2, 3)}, 3)", target="0")


def _yes(chance: random.Random) -> SoftmaxQuestion:
    n = chance.randint(1, 3)
    target = [float(chance.randint(0, 1)) for _ in range(n)]
    return SoftmaxQuestion(
        typed=_row(n, chance), target=f"torch.tensor({target})", loss="binary", T=_cool(chance),
        reduction=chance.choice(["mean", "mean", "sum", "none"]),
    )  # fmt: skip


def _sure(chance: random.Random) -> SoftmaxQuestion:
    z = chance.choice([40.0, 60.0, 200.0, -200.0, -120.0])
    return SoftmaxQuestion(
        typed=f"torch.tensor([{z}, {_number(chance)}])", target=f"torch.tensor([{float(z < 0)}, 1.0])", loss="binary"
    )


# What has no loss


def _across(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 3), chance.randint(2, 3)
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=f"torch.tensor({_classes(n, c, chance)})", dim="0")


def _all_ignored(chance: random.Random) -> SoftmaxQuestion:
    n, index = chance.randint(1, 3), chance.choice([-100, 255])
    return SoftmaxQuestion(typed=_rows(n, 3, chance), target=str([index] * n), ignore_index=index)


def _at_zero(chance: random.Random) -> SoftmaxQuestion:
    return replace(_sliders(chance), T=0.0)


def _given_infinite(chance: random.Random) -> SoftmaxQuestion:
    value = chance.choice(["inf", "nan", "-inf"])
    return SoftmaxQuestion(typed=f"torch.tensor([{value}, {_number(chance)}, 1.0])", target="0")


def _too_cold(chance: random.Random) -> SoftmaxQuestion:
    return replace(_sliders(chance), z0=chance.choice([5.0, -6.0]), T=chance.choice([1e-300, 1e-45]))


def _whole(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=f"torch.tensor({[chance.randint(-3, 3) for _ in range(3)]})", target="1")


def _no_axis(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=_row(chance.randint(2, 4), chance), dim="1", target="0")


def _target_dtype(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 3), chance.randint(2, 3)
    classes = f"torch.tensor({_classes(n, c, chance)})"
    target = chance.choice([f"{classes}.int()", f"{classes}.float()", f"F.one_hot({classes}, {c})"])
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=target)


def _target_shape(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 3), chance.randint(2, 3)
    classes = _classes(n, c, chance)
    target = chance.choice([f"torch.tensor({classes})[:, None]", f"torch.tensor({[*classes, 0]})"])
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=target)


def _no_such_class(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 5), chance.randint(2, 3)
    target = _classes(n, c, chance)
    target[chance.randrange(n)] = chance.choice([-1, 255, c])
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=f"torch.tensor({target})")


def _from_one(chance: random.Random) -> SoftmaxQuestion:
    n, c = chance.randint(2, 4), chance.randint(2, 3)
    target = [each + 1 for each in _classes(n, c, chance)]
    target[0] = c
    return SoftmaxQuestion(typed=_rows(n, c, chance), target=f"torch.tensor({target})")


def _listed(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=_row(chance.randint(2, 4), chance), target=f"[{chance.randrange(2)}]")


def _ignored_probabilities(chance: random.Random) -> SoftmaxQuestion:
    return SoftmaxQuestion(typed=_row(3, chance), target="[0.0, 0.9, 0.1]", ignore_index=chance.choice([0, 1, 255]))


def _answer_dtype(chance: random.Random) -> SoftmaxQuestion:
    target = [chance.randint(0, 1) for _ in range(2)]
    return SoftmaxQuestion(typed=f"torch.tensor({_row(2, chance)})", target=f"torch.tensor({target})", loss="binary")


def _answer_shape(chance: random.Random) -> SoftmaxQuestion:
    target = chance.choice(["torch.tensor([1.0])", "torch.tensor([[1.0], [0.0]])", "torch.tensor([1.0, 0.0, 1.0])"])
    return SoftmaxQuestion(typed=f"torch.tensor({_row(2, chance)})", target=target, loss="binary")


def _answer_range(chance: random.Random) -> SoftmaxQuestion:
    target = [0.0, chance.choice([2.0, -1.0, 1.5])]
    return SoftmaxQuestion(typed=f"torch.tensor({_row(2, chance)})", target=f"torch.tensor({target})", loss="binary")


_ANSWERED: tuple[Drawn, ...] = (
    _sliders, _shifted, _rounded, _overflowing, _underflowing, _lost, _tied, _batch, _batch, _unreduced,
    _probabilities, _odd, _two, _ignoring, _ignoring, _smoothed, _random, _lonely, _equal, _yes, _yes, _sure,
)  # fmt: skip
_REFUSED: tuple[Drawn, ...] = (
    _across, _all_ignored, _at_zero, _given_infinite, _masked, _too_cold, _whole, _no_axis, _target_dtype,
    _target_shape, _no_such_class, _from_one, _listed, _ignored_probabilities, _answer_dtype, _answer_shape,
    _answer_range,
)  # fmt: skip
