"""Questions drawn at random: how an array is made, what is written into it, what it is converted to, and numbers."""

import random
from collections.abc import Callable

from primer_core.lessons.arrays.question import DTYPES, SHOWN, ArraysQuestion

Scene = Callable[[random.Random], ArraysQuestion]


def arrays_state(chance: random.Random) -> ArraysQuestion:
    """Draw one of the scenes that learners come with, and everything in it."""
    return chance.choice(SCENES)(chance)


def _numbers(chance: random.Random, count: int, *, whole: bool = True) -> list[float]:
    if whole:
        return [chance.randint(-300, 300) for _ in range(count)]
    return [round(chance.uniform(-9, 9), 1) for _ in range(count)]


def _shape(chance: random.Random) -> tuple[int, ...]:
    return tuple(chance.randint(1, 4) for _ in range(chance.randint(1, 3)))


def _single(chance: random.Random) -> ArraysQuestion:
    """Draw a cell that is taken out, or decimals that are compared."""
    n = chance.randint(2, 9)
    taken = f"np.arange({n}.)[{chance.randrange(n)}]"
    compared = f"np.array([0.1 * {n}, 0.1 + 0.2, 0.5]) == [{n / 10}, 0.3, 0.{n}]"
    return ArraysQuestion(make=chance.choice([taken, compared]))


def _made(chance: random.Random) -> str:
    shape, n = _shape(chance), chance.randint(2, 6)
    ways = [f"np.zeros({shape})", f"np.ones({shape}, dtype=np.{chance.choice(DTYPES)})", f"np.eye({n})"]
    ways += [f"arange({n})", f"linspace(0, 1, {n})", str(_numbers(chance, n)), str(_numbers(chance, n, whole=False))]
    ways += [f"np.full({shape}, {chance.randint(-9, 9)})", f"np.arange({n}) % 2 == 0"]
    return chance.choice([*ways, f"arange({2 * n}).reshape(2, {n}).T"])


def _torchs(chance: random.Random) -> str:
    shape, n = ", ".join(map(str, _shape(chance))), chance.randint(2, 6)
    ways = [f"torch.zeros({shape})", f"torch.ones({shape})", f"torch.arange({n})", f"torch.linspace(0, 1, {n})"]
    return chance.choice([*ways, f"torch.tensor({_numbers(chance, n)})", f"torch.full((2, {n}), 2.5)"])


def _plain(chance: random.Random) -> ArraysQuestion:
    return ArraysQuestion(make=chance.choice([_made, _torchs])(chance))


def _converted(chance: random.Random) -> ArraysQuestion:
    numbers = _numbers(chance, chance.randint(2, 5), whole=chance.random() < 0.5)
    texts = [
        str(numbers),
        f"np.array({numbers}) * 1000",
        "[nan, 1.5, -2.5]",
        "[1e300, 2.0]",
        f"torch.tensor({numbers})",
    ]
    return ArraysQuestion(make=chance.choice([*texts, _made(chance)]), to=chance.choice(DTYPES))


def _same_dtype(chance: random.Random) -> ArraysQuestion:
    make, dtype = chance.choice([
        ("torch.ones(2, 3)", "float32"), (f"torch.arange({chance.randint(2, 6)})", "int64"),
        ("torch.tensor([True, False])", "bool"), ("torch.from_numpy(np.array([1.5, 2.5]))", "float64"),
    ])  # fmt: skip
    return ArraysQuestion(make=make, to=dtype)


def _written(chance: random.Random) -> ArraysQuestion:
    numbers = [chance.randint(1, 20) for _ in range(chance.randint(3, 5))]
    lines = [
        f"x[0] = {chance.choice([2.9, -2.9, 0.5])}",
        "x[1:] = x[1:] * 0.4",
        f"x[1] = {chance.choice([1.25, 7.75])}",
    ]
    then = "; ".join(chance.sample(lines, chance.randint(1, 3)))
    make = chance.choice([f"np.array({numbers})", f"np.array({numbers}, dtype=np.int16)", f"torch.tensor({numbers})"])
    return ArraysQuestion(make=make, then=then if make.startswith("np") else "x[0] = 2.9")


def _bound_anew(chance: random.Random) -> ArraysQuestion:
    then = chance.choice(
        ["x = x * 0.5", "x = x[1:]", "x[0] = 9; x = x + 1", "x = x > 2", "x = x.reshape(-1, 1); x = x * 2"]
    )
    return ArraysQuestion(make=chance.choice([f"np.arange({chance.randint(3, 6)})", "torch.arange(4)"]), then=then)


def _stopped(chance: random.Random) -> ArraysQuestion:
    """Draw a statement that NumPy declines."""
    numbers = [chance.randint(1, 9) for _ in range(chance.randint(3, 5))]
    power, last = -chance.randint(1, 3), len(numbers) - 1
    whole = chance.choice(["", ", dtype=np.int16"])
    value = [chance.randint(1, 9) for _ in range(chance.randint(2, 3))]
    word = chance.choice(["hello", "a lot", "none", "three"])
    make, then = chance.choice([
        (f"np.array({numbers}{whole})", f"x = x ** {power}"), (f"np.array({numbers}{whole})", f"x **= {power}"),
        (f"np.array({numbers}{whole})", f"y = np.power(x, {power}) + 1"),
        (f"np.array({numbers}.copy(), dtype=float)", f"x[{chance.randint(0, last)}] = '{word}'"),
        (f"np.array({numbers})", f"x[{chance.randint(0, last)}] = '{word}'"),
        (f"np.array({numbers})", f"x[{chance.randint(0, last)}] = {value}"),
        (f"np.array({numbers}) / 2", f"x[{chance.randint(-2, 1)}] = {value}"),
        (f"np.array({numbers}) / 2", f"x = {chance.choice(['int', 'float'])}(x)"),
        (f"np.array({numbers})", f"y = float(x[{chance.randint(0, 1)}:]) + 1"),
        (f"np.array({numbers}{whole})", f"x /= {chance.randint(2, 9)}"),
        (f"np.array({numbers}{whole})", f"x += {chance.choice([0.5, 1.25])}"),
    ])  # fmt: skip
    return ArraysQuestion(make=make.replace(".copy()", ""), then=chance.choice(["", "", "x = x + 1; "]) + then)


def _no_real(chance: random.Random) -> ArraysQuestion:
    """Draw a root or a logarithm of numbers of which one has none."""
    numbers = [float(chance.randint(1, 9)) for _ in range(chance.randint(1, 4))]
    numbers.insert(chance.randint(0, len(numbers)), -float(chance.randint(2, 9)))
    dtype = chance.choice(["", "", ", dtype=np.float32"])
    function = chance.choice(["sqrt", "sqrt", "log", "log2", "log10", "arcsin", "arccos"])
    power = chance.choice(["0.5", "(1 / 3)", "1.5"])
    made, code = f"np.array({numbers}{dtype})", chance.choice([f"np.{function}(x)", f"x ** {power}"])
    if chance.random() < 0.5:
        return ArraysQuestion(make=code.replace("x", made, 1) if "exp" not in code else made)
    return ArraysQuestion(make=made, then=chance.choice([f"x = {code}", f"x **= {power}"]))


def _no_dtype_for_both(chance: random.Random) -> ArraysQuestion:
    signed, unsigned = chance.choice([("int64", "uint64"), ("int8", "uint8"), ("int16", "uint16"), ("int32", "uint32")])
    one, other = chance.sample([signed, unsigned], 2)
    numbers = [chance.randint(1, 9), chance.randint(1, 9)]
    sign = chance.choice("+-*")
    return ArraysQuestion(
        make=f"np.array({numbers}, dtype=np.{one})", then=f"x = x {sign} np.ones(2, dtype=np.{other})"
    )


def _held_sizes(chance: random.Random) -> ArraysQuestion:
    return ArraysQuestion(make=f"np.array(({chance.randint(1, 9)}, {chance.randint(1, 9)}))")


def _hair(chance: random.Random) -> ArraysQuestion:
    numbers = [chance.randint(-300, 300) for _ in range(chance.randint(1, 4))]
    make = chance.choice([f"np.array({numbers}) * 1.1 / 1.1", f"np.array({numbers}) * (1 - 1e-12)"])
    return ArraysQuestion(make=make, to=chance.choice(["int64", "int32", "int16", "uint64"]))


def _unwritten(chance: random.Random) -> ArraysQuestion:
    rows, columns = chance.randint(2, 4), chance.randint(2, 4)
    make = chance.choice(
        [f"np.empty(({rows}, {columns}))", f"torch.empty({rows}, {columns})", f"torch.Tensor({rows}, {columns})"]
    )
    return ArraysQuestion(make=make, then=chance.choice(["", "x[0] = 1", "x[0, 1] = 2"]))


def _objects(chance: random.Random) -> ArraysQuestion:
    rows = [_numbers(chance, size) for size in chance.sample(range(1, 5), 2)]
    mixed = f"np.array([{chance.randint(1, 9)}, [2, 3], None], dtype=object)"
    return ArraysQuestion(
        make=chance.choice([f"np.array({rows}, dtype=object)", mixed, "np.array([1, 2.5], dtype=object)"])
    )


def _capital(chance: random.Random) -> ArraysQuestion:
    if chance.random() < 0.5:
        sizes = ", ".join(str(chance.randint(1, 4)) for _ in range(chance.randint(1, 2)))
        return ArraysQuestion(make=f"torch.Tensor({sizes})")
    data = chance.choice([_numbers(chance, 3), [True, False], [[1, 2], [3, 4]], [chance.randint(1, 9)]])
    return ArraysQuestion(make=f"torch.Tensor({data})")


def _capital_data(chance: random.Random) -> ArraysQuestion:
    return ArraysQuestion(make=f"torch.Tensor({_numbers(chance, chance.randint(1, 4))})")


def _steps(chance: random.Random) -> ArraysQuestion:
    module, start, stop = chance.choice(["np.", ""]), chance.choice(["1", "1.0"]), chance.choice([1.3, 1.6])
    return ArraysQuestion(make=f"{module}arange({start}, {stop}, 0.1){chance.choice(['', ' * 2', '.reshape(-1, 1)'])}")


def _seedless(chance: random.Random) -> ArraysQuestion:
    n = chance.randint(2, 5)
    ways = [f"np.random.rand({n})", f"np.random.default_rng().random({n})", f"torch.rand({n})", f"torch.randn(2, {n})"]
    return ArraysQuestion(make=chance.choice([*ways, f"np.random.default_rng().integers(0, 9, {n})"]))


def _ragged(chance: random.Random) -> ArraysQuestion:
    sizes = chance.sample(range(1, 5), 2)
    rows = [_numbers(chance, size) for size in [sizes[0], *sizes[: chance.randint(1, 2)], sizes[1]]]
    make = chance.choice([f"np.array({rows})", str(rows), f"np.array([{rows[0]}, {rows}])", f"torch.tensor({rows})"])
    return ArraysQuestion(chance.choice(["Anatomy", "Anatomy", "PyTorch"]), make)


def _two_sizes(chance: random.Random) -> ArraysQuestion:
    make = f"np.{chance.choice(['zeros', 'ones', 'empty'])}({chance.randint(2, 5)}, {chance.randint(2, 5)})"
    return ArraysQuestion(chance.choice(["Anatomy", "Anatomy", "PyTorch"]), make)


def _product(chance: random.Random) -> ArraysQuestion:
    lefts = [
        "torch.from_numpy(np.array([[1.0, 2.0]]))",
        "torch.ones(1, 2).double()",
        "torch.tensor([[1, 2]])",
    ]
    right = chance.choice(["torch.ones(2, 3)", "torch.zeros(2, 2, dtype=torch.float16)"])
    return ArraysQuestion(make=f"{chance.choice(lefts)} @ {right}")


def _dtypes(chance: random.Random) -> ArraysQuestion:
    own = [_numbers(chance, chance.randint(1, 5)), _numbers(chance, 3, whole=False)]
    written = str(chance.choice([*own, [0.1, 2049, 65520], [0, 1], [True]]))[1:-1]
    large = ["nan, inf, 300.7", "1e300, -1e300", "2**53, 2**53 + 1"]
    values = chance.choice([written, written, f"300, {written}", *large])
    return ArraysQuestion("Dtypes", values=values, number=str(chance.randint(-300, 300)), dtype=chance.choice(SHOWN))


def _races(_: random.Random) -> ArraysQuestion:
    return ArraysQuestion("Races")


def _libraries(chance: random.Random) -> ArraysQuestion:
    return ArraysQuestion("PyTorch", chance.choice([_made, _torchs])(chance))


_THRICE: tuple[Scene, ...] = (
    *(_written, _bound_anew, _unwritten, _objects, _capital, _capital_data, _steps, _seedless, _ragged, _two_sizes),
    *(_product, _same_dtype, _races, _libraries),
    *(_stopped, _stopped, _stopped, _no_real, _no_dtype_for_both, _held_sizes, _hair),
)
SCENES = (*_THRICE, *_THRICE, _plain, _plain, _single, _single, *(5 * (_converted,)), *(4 * (_dtypes,)), _libraries)
"""What learners come with; refusals are in the minority."""
