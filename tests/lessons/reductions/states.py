"""Questions drawn at random: reductions of arrays of several dtypes, over axes that they mostly have."""

import random
from collections.abc import Callable
from dataclasses import replace

from primer_core.backend.interface import LIBRARIES, Library, ReductionName
from primer_core.lessons.reductions.question import (
    BACK,
    DIVISORS,
    DTYPES,
    OPERATIONS,
    PAIRED,
    SCANS,
    ReductionsQuestion,
)

Drawn = Callable[[random.Random, Library], ReductionsQuestion]


def reductions_state(chance: random.Random) -> ReductionsQuestion:
    """Draw a reduction: most of any kind, and of each kind that is asked seldom a few."""
    library = chance.choice(LIBRARIES)
    rare = chance.randrange(3 * len(RARE) // 2)
    question = RARE[rare](chance, library) if rare < len(RARE) else _any(chance, library)
    return replace(question, divisor=chance.choice(DIVISORS))


def _any(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    operation = chance.choice(OPERATIONS)
    return ReductionsQuestion(
        _array(shape, chance),
        operation,
        _axis(len(shape), chance),
        library,
        keepdims=chance.random() < 0.25,
        view="Bring it back" if chance.random() < 0.3 else "Reduce",
        dtype=chance.choice(DTYPES) if chance.random() < 0.15 else "default",
        places=chance.random() < 0.4,
    )


def _shape(chance: random.Random, least: int = 1) -> tuple[int, ...]:
    return tuple(chance.randint(1, 4) for _ in range(chance.choice([1, 2, 2, 2, 3][least - 1 :])))


def _array(shape: tuple[int, ...], chance: random.Random) -> str:
    match chance.randrange(10):
        case 0:
            return f"np.full({shape}, {chance.choice([100, 200])}, dtype=np.uint8)"
        case 1:
            return f"np.ones({shape}, dtype={chance.choice(['bool', 'np.float32', 'np.float16', 'np.int16'])})"
        case 2:
            return str(_values(shape, lambda: chance.randint(-2, 2)))
        case 3 | 4 | 5:
            return str(_values(shape, lambda: chance.choice([-1.5, 0.0, 2.0, 3.25, 4.0])))
        case 6:
            return f"torch.arange({_size(shape)}.).reshape{shape}"
        case _:
            return str(shape)


def _values(shape: tuple[int, ...], one: Callable[[], float]) -> object:
    return [_values(shape[1:], one) for _ in range(shape[0])] if shape else one()


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for axis in shape:
        size *= axis
    return size


def _axis(rank: int, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.2:
        return "None"
    if drawn < 0.55:
        return str(chance.randrange(rank))
    if drawn < 0.75:
        return str(chance.randrange(-rank, 0))
    if drawn < 0.9:
        return str(tuple(chance.sample(range(rank), chance.randint(0, rank))))
    if drawn < 0.95:
        return str(rank + chance.randint(0, 2))
    return str(tuple(chance.randint(-rank, rank) for _ in range(2)))


def _square(chance: random.Random) -> tuple[int, ...]:
    return (chance.randint(2, 4),) * chance.choice([2, 2, 3])


def _astray(chance: random.Random, library: Library) -> ReductionsQuestion:
    """Draw a square table with its own reduction, without the axis."""
    array = str(_values(_square(chance), lambda: float(chance.randint(1, 9))))
    return ReductionsQuestion(array, chance.choice(list(BACK)), "1", library, view="Bring it back")  # type: ignore[arg-type]  # its keys are names


def _clashing(chance: random.Random, library: Library) -> ReductionsQuestion:
    rows, columns = chance.sample(range(2, 6), 2)
    array = f"np.ones(({rows}, {columns}))"
    return ReductionsQuestion(array, chance.choice(["sum", "mean", "max"]), "1", library, view="Bring it back")


def _wrapped(chance: random.Random, library: Library) -> ReductionsQuestion:
    """Draw a total that its dtype does not hold."""
    operation: ReductionName = chance.choice(["sum", "prod", "cumsum", "cumprod"])
    shape = (chance.randint(1, 3), chance.randint(2, 4))
    array = str(_values(shape, lambda: chance.randint(60, 120)))
    return ReductionsQuestion(array, operation, "1", library, dtype=chance.choice(["int8", "uint8"]))


def _not_kept(chance: random.Random, library: Library) -> ReductionsQuestion:
    """Draw a total of which float16 or float32 loses digits."""
    large = chance.choice([2048.0, 4096.0, 60000.0])
    array = str([[large, 1.0, *(1.0 for _ in range(chance.randint(0, 3)))], [1.0] * 2][:1])
    return ReductionsQuestion(array, chance.choice(["sum", "cumsum", "cumprod"]), "1", library, dtype="float16")


def _many_ones(chance: random.Random, library: Library) -> ReductionsQuestion:
    array = f"np.full({chance.choice([20, 40])}, {chance.choice([4000.0, 8000.0])}, dtype=np.float16)"
    return ReductionsQuestion(array, "cumsum", "0", library)


def _unsigned_shares(chance: random.Random, _: Library) -> ReductionsQuestion:
    array = f"np.array({_values((2, 3), lambda: chance.randint(0, 9))}, dtype=np.uint8)"
    return ReductionsQuestion(array, "softmax", "1", "NumPy")


def _unsigned_back(chance: random.Random, library: Library) -> ReductionsQuestion:
    array = f"np.array({_values((2, 3), lambda: chance.randint(0, 9))}, dtype=np.uint8)"
    return ReductionsQuestion(array, "max", "1", library, keepdims=True, view="Bring it back")


def _empty(chance: random.Random, library: Library) -> ReductionsQuestion:
    operation: ReductionName = chance.choice(["max", "min", "argmax", "argmin", "sum", "any"])
    return ReductionsQuestion(f"(0, {chance.randint(1, 3)})", operation, chance.choice(["0", "None"]), library)


def _twice(chance: random.Random, library: Library) -> ReductionsQuestion:
    rank, operation = chance.randint(1, 3), chance.choice(["sum", "mean", "max", "any", "std", "norm"])
    axis = chance.randrange(rank)
    array = f"np.ones({(2,) * rank})"
    return ReductionsQuestion(array, operation, str((axis, axis - chance.choice([0, rank]))), library)  # type: ignore[arg-type]  # a list of names


def _norm(chance: random.Random, _: Library) -> ReductionsQuestion:
    array = str((2,) * chance.choice([3, 4]))
    return ReductionsQuestion(array, "norm", chance.choice(["(0, 1, 2)", "()"]), "NumPy")


def _all_kept(chance: random.Random, _: Library) -> ReductionsQuestion:
    array = f"np.ones({_shape(chance)})"
    return ReductionsQuestion(array, chance.choice(["prod", "median"]), "None", "PyTorch", keepdims=True)


def _whole_mean(chance: random.Random, _: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    operation: ReductionName = chance.choice(["mean", "mean", "mean", "mean", "mean", "norm"])
    return ReductionsQuestion(str(shape), operation, chance.choice(["None", "0", "-1"]), "PyTorch")


def _pair(chance: random.Random, _: Library) -> ReductionsQuestion:
    shape = _shape(chance, least=2)
    axis = str(chance.randrange(len(shape)))
    return ReductionsQuestion(_array(shape, chance), chance.choice(PAIRED), axis, "PyTorch", places=True)


def _pair_of_two(chance: random.Random, _: Library) -> ReductionsQuestion:
    array = f"np.ones({_shape(chance, least=2)})"
    return ReductionsQuestion(array, chance.choice(["max", "min"]), "(0, 1)", "PyTorch", places=True)


def _narrow(chance: random.Random, library: Library) -> ReductionsQuestion:
    operation: ReductionName = chance.choice(["sum", "prod", *SCANS])
    dtype = chance.choice(["bool", "np.int32", "np.int8", "np.uint8"])
    return ReductionsQuestion(f"np.ones({_shape(chance)}, dtype={dtype})", operation, "0", library)


def _no_axes(chance: random.Random, _: Library) -> ReductionsQuestion:
    operation: ReductionName = chance.choice(["sum", "prod", "mean", "max", "any", "median"])
    return ReductionsQuestion(_array(_shape(chance), chance), operation, "()", "NumPy")


def _runs_through(chance: random.Random, _: Library) -> ReductionsQuestion:
    return ReductionsQuestion(_array(_shape(chance, least=2), chance), chance.choice(SCANS), "None", "NumPy")


def _in_bool(chance: random.Random, _: Library) -> ReductionsQuestion:
    array = _array(_shape(chance), chance)
    return ReductionsQuestion(array, chance.choice(SCANS), "0", "PyTorch", dtype="bool")


def _nothing(chance: random.Random, library: Library) -> ReductionsQuestion:
    operation: ReductionName = chance.choice(["max", "min", "argmax", "argmin"])
    return ReductionsQuestion(f"(0, {chance.randint(1, 3)})", operation, chance.choice(["0", "None"]), library)


def _flat(chance: random.Random, library: Library) -> ReductionsQuestion:
    """Draw a place among all cells."""
    shape = _shape(chance, least=2)
    return ReductionsQuestion(_array(shape, chance), chance.choice(["argmax", "argmin"]), "None", library)


def _middle(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = (chance.randint(1, 3), chance.randint(1, 5))
    return ReductionsQuestion(_array(shape, chance), "median", chance.choice(["0", "1"]), library)


def _number(chance: random.Random, library: Library) -> ReductionsQuestion:
    return ReductionsQuestion(str(chance.randint(-9, 9)), chance.choice(OPERATIONS), chance.choice("01"), library)


def _running(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    return ReductionsQuestion(_array(shape, chance), chance.choice(SCANS), str(chance.randrange(len(shape))), library)


def _truth(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    operation: ReductionName = chance.choice(["any", "all"])
    return ReductionsQuestion(_array(shape, chance), operation, _axis(len(shape), chance), library)


def _places(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    operation: ReductionName = chance.choice(["argmax", "argmin"])
    return ReductionsQuestion(_array(shape, chance), operation, str(chance.randrange(len(shape))), library)


def _missing(chance: random.Random, library: Library) -> ReductionsQuestion:
    """Draw cells of which some are nan."""
    rows = [", ".join(chance.choices(["np.nan", "1.0", "2.5", "-3.0"], k=3)) for _ in range(chance.randint(1, 3))]
    operation: ReductionName = chance.choice(["sum", "mean", "max", "min", "std", "median", "prod"])
    typed = f"[{', '.join(f'[{row}]' for row in rows)}]"
    return ReductionsQuestion(typed, operation, chance.choice(["0", "1", "None"]), library)


def _shares(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    return ReductionsQuestion(_array(shape, chance), "softmax", str(chance.randrange(len(shape))), library)


def _counted(chance: random.Random, library: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    array = str(_values(shape, lambda: chance.random() < 0.5))
    # PyTorch has no mean of booleans.
    operation: ReductionName = "mean" if library == "NumPy" and chance.random() < 0.5 else "sum"
    return ReductionsQuestion(array, operation, _axis(len(shape), chance), library)


def _of_none(chance: random.Random, library: Library) -> ReductionsQuestion:
    operations: tuple[ReductionName, ...] = ("sum", "prod", "any", "all")
    return ReductionsQuestion(chance.choice(["[]", "np.zeros((0, 3))"]), chance.choice(operations), "0", library)


def _lost(chance: random.Random, library: Library) -> ReductionsQuestion:
    large = f"1e{chance.randint(16, 18)}"
    small = chance.randint(1, 9)
    array = chance.choice([f"[{large}, {small}., -{large}]", f"[[{large}, 1.], [{small}., 2.], [-{large}, 3.]]"])
    return ReductionsQuestion(array, "sum", "0", library)


def _chosen(chance: random.Random, library: Library) -> ReductionsQuestion:
    cells = [str(chance.randint(-9, 9)) + "." for _ in range(chance.randint(1, 3))]
    cells.insert(chance.randint(0, len(cells)), "np.nan")
    operation: ReductionName = "argmax" if chance.random() < 0.5 else "argmin"
    return ReductionsQuestion(f"[{', '.join(cells)}]", operation, "0", library)


def _left(chance: random.Random, library: Library) -> ReductionsQuestion:
    sizes = [chance.randint(2, 4) for _ in range(3)]
    count = sizes[0] * sizes[1] * sizes[2]
    array = f"np.arange({count}).reshape({tuple(sizes)}).{chance.choice(['sum', 'max'])}(axis={chance.randint(0, 2)})"
    return ReductionsQuestion(array, chance.choice(["sum", "mean", "min"]), chance.choice("01"), library)


def _two_numbers(chance: random.Random, _: Library) -> ReductionsQuestion:
    operation: ReductionName = chance.choice(["max", "min", "sum", "prod"])
    number = chance.choice([str(chance.randint(-9, 9)), f"{chance.randint(0, 9)}.5"])
    return ReductionsQuestion(number, operation, str(chance.choice([-3, -2, *range(1, 10)])), "NumPy")


def _mean_of_whole(chance: random.Random, _: Library) -> ReductionsQuestion:
    shape = _shape(chance)
    return ReductionsQuestion(str(shape), "mean", str(chance.randrange(len(shape))), "NumPy")


RARE: tuple[Drawn, ...] = (
    *(_missing, _missing),
    *(_astray, _clashing, _wrapped, _not_kept, _many_ones, _unsigned_shares, _unsigned_back, _empty, _twice, _norm),
    *(
        _all_kept,
        _whole_mean,
        _pair,
        _pair_of_two,
        _narrow,
        _no_axes,
        _runs_through,
        _in_bool,
        _nothing,
        _flat,
        _middle,
    ),
    *(_number, _running, _truth, _places, _shares, _counted, _of_none, _lost, _chosen, _left),
    *(_two_numbers, _mean_of_whole),
)
"""What is drawn twice as often, all of them together, as questions of any kind."""
