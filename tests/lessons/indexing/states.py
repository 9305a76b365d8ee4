"""Questions drawn at random: indices, writes and expressions that work more often than not, in both libraries."""

import random
from math import prod

from primer_core.backend import Library
from primer_core.lessons.indexing.question import THENS, IndexingQuestion, Then

Shape = tuple[int, ...]


def indexing_state(chance: random.Random) -> IndexingQuestion:
    """Draw an array, and an index of it with what is done then, or an expression."""
    library: Library = chance.choice(["NumPy", "NumPy", "PyTorch"])
    shape = tuple(chance.choice([1, 2, 3, 3, 4]) for _ in range(chance.choice([1, 1, 2, 2, 2, 3])))
    if chance.random() < 0.03:
        shape = (0, *shape[1:])
    if chance.random() < 0.32:
        array, expression = _expression(chance, shape, library)
        return IndexingQuestion(array, expression=expression, library=library)
    then: Then = chance.choice([*THENS, "Read"])
    array, index = _array(chance, shape, library), _index(chance, shape, library)
    value = _value(chance)
    if chance.random() < 0.05:
        return _of_a_line(chance, library)
    draw = chance.random()
    if draw < 0.06:
        shape, then = (4,), chance.choice(["Assign", "Add in place"])
        array, value = (
            chance.choice(["np.zeros(4)", "(4,)", "np.ones(4, dtype=np.uint8)"]),
            chance.choice(["[1, 2]", "7"]),
        )
        index = chance.choice(["[0, 0]", "[3, 3]", "[1, 1]"])
    elif draw < 0.125:
        then, array, index = (
            chance.choice(["Assign", "Add in place"]),
            "[4, 5, 6]",
            chance.choice(["0", "1:", ":", "[0, 2]"]),
        )
        value = chance.choice(["0.5", "2.9", "[0.5, 1.5]", "-2.9"])
    elif draw < 0.175:
        then, array = "Assign", f"np.array([1, 2, 3], dtype=np.{chance.choice(['uint8', 'int8', 'int16'])})"
        index, value = chance.choice(["0", ":", "[0, 2]"]), chance.choice(["300", "-200", "70000", "-70000"])
    elif draw < 0.21:
        then = chance.choice(["Assign", "Add in place", "Add to b"])
        array = f"np.array([250, 3, 120], dtype=np.{chance.choice(['uint8', 'uint8', 'int16'])})"
        index, value = chance.choice(["[0, 2]", ":", "1:", "a > 100"]), chance.choice(["[10]", "[9]", "[300]", "200"])
    elif draw < 0.228:
        array, index = "[1., np.nan, 3.]", f"a == {chance.choice(['np.nan', 'np.nan', 'torch.nan'])}"
        then = "Read"
    elif draw < 0.24:
        index = chance.choice(["True", "False"])
    elif draw < 0.275:
        index, library = chance.choice(["[[0, 0], [0, 0]]", "[[0], [0]]", "[[0, 0], [0]]", "[[0]]"]), "PyTorch"
    elif draw < 0.29:
        index, then = "[0, 0]", "Read"
    elif draw < 0.305:
        index, library = chance.choice(["::-1", "1::-1"]), "PyTorch"
    elif draw < 0.325:
        apart = "[0, 0], [0, 0, 0]" if len(shape) > 1 else "0, 0"
        index = chance.choice(["::0", "1::0", "..., ...", apart, apart, apart, apart])
    elif draw < 0.375:
        index = ", ".join(str(chance.randrange(max(size, 1))) for size in shape)
        then = chance.choice(["Read", "Add to b"])
    elif draw < 0.405:
        array, library = "(2, 3)", "PyTorch"
        index = chance.choice(["..., ..., 0", "..., ..., None", "..., 0, ..., 0", "0, ..., ..., 1", "..., 0, ..., 0"])
    elif draw < 0.435:
        index = chance.choice(["1:100", ":50", "::2, :9" if len(shape) > 1 else "::2", "..., :12", "5:20"])
        then = chance.choice(["Read", "Read", "Assign"])
    elif draw < 0.445:
        index = ", ".join(["0"] * (len(shape) + chance.randint(1, 2)))
    elif draw < 0.465:
        index = str([True] * (shape[0] + chance.choice([1, 2])))
    elif draw < 0.495:
        array, library = str(shape[:2] if len(shape) > 1 else (*shape, 2)), "PyTorch"
        index = chance.choice(["..., ..., 0", "..., ..., None", "0, ..., ..., 1", "..., 0:1, ...", "..., 0, ..., None"])
    elif draw < 0.51:
        then, array = "Assign", f"np.array([1, 2, 3], dtype=np.{chance.choice(['uint8', 'int8', 'int16'])})"
        index, value = chance.choice(["0", ":", "1:"]), chance.choice(["70000", "-70000", "99999"])
    elif draw < 0.52:
        array, index, library = str(shape), chance.choice(["::-1", "1::-1", "::-2"]), "PyTorch"
    return IndexingQuestion(array, index, then, value, library)


def _of_a_line(chance: random.Random, library: Library) -> IndexingQuestion:
    """Draw what surprises on few axes: slices the wrong way, 0 and 1 in the place of a mask, and two brackets."""
    first, second = (chance.choice(["0", "1", ":2", ":", "1:"]) for _ in range(2))
    size = chance.randint(3, 6)
    match chance.randrange(4):
        case 0:
            index = chance.choice([f"{size - 1}:{chance.randint(0, 1)}", "-1:0", "2:-3"])
            return IndexingQuestion(f"({size},)", index, library=library)
        case 1:
            index = chance.choice([str([1, *(chance.randint(0, 1) for _ in range(size - 2)), 0]), "a % 2"])
            return IndexingQuestion(str([*range(size)]), index, library=library)
        case 2:
            return IndexingQuestion(str([4, 0, 5, 0, 6]), "a == 0", "Assign", str([7, chance.randint(8, 9)]), library)
    return IndexingQuestion(f"({size}, 4)", expression=f"a[{first}][{second}]", library=library)


def _array(chance: random.Random, shape: Shape, library: Library) -> str:
    if chance.random() < 0.6:
        return (
            str(shape)
            if len(shape) != 1 or chance.random() < 0.5
            else str([chance.randint(-9, 9) for _ in range(shape[0])])
        )
    dtype = chance.choice(["float64", "float32", "int16", "uint8", "bool"])
    if library == "PyTorch" and chance.random() < 0.3:
        return f"torch.arange({prod(shape)}).reshape{shape}" if len(shape) > 1 else f"torch.arange({prod(shape)})"
    return f"np.arange({prod(shape)}).reshape({shape}).astype(np.{dtype})"


def _value(chance: random.Random) -> str:
    return chance.choice(["100", "1", "1", "0", "-3", "2", "-1", "0.5", "[7]", "[7]", "[1, 2]", "[1., 2.]"])


def _index(chance: random.Random, shape: Shape, library: Library) -> str:
    kind = chance.random()
    if kind < 0.26:
        return _wrong(chance, shape, library)
    if kind < 0.34 and len(shape) > 1:
        lists = [str([chance.randrange(max(size, 1)) for _ in range(2)]) for size in shape[:2]]
        between = chance.choice([", ", ", ", ", ", ", None, "])
        lists[0] = f"[[0], [{max(shape[0] - 1, 0)}]]" if chance.random() < 0.3 else lists[0]
        if len(shape) > 2 and chance.random() < 0.6:
            return f"{lists[0]}, :, {[chance.randrange(max(shape[2], 1)) for _ in range(2)]}"
        return between.join(lists)
    if kind < 0.39:
        return chance.choice(
            ["a > 2", "a == a", "a[..., 0] > 0", "a % 2 == 0"] if library == "NumPy" else ["a > 2", "a == a"]
        )
    return ", ".join(_item(chance, size) for size in shape[: chance.randint(1, len(shape))])


def _item(chance: random.Random, size: int) -> str:
    last = max(size - 1, 0)
    match chance.randrange(9):
        case 0 | 1:
            return str(chance.randint(-size, last) if size else 0)
        case 2 | 3 | 4:
            return chance.choice([":", "1:", ":1", ":-1", "::2", "0:1", ":2"])
        case 5:
            return str([chance.randint(0, last) for _ in range(chance.randint(1, 3))])
        case 6:
            return str([chance.random() < 0.6 for _ in range(size)]) if size else ":"
        case 7:
            return f"None, {chance.choice([':', '0'])}"
        case _:
            return chance.choice([":", f"[[0], [{last}]]"])


def _wrong(chance: random.Random, shape: Shape, library: Library) -> str:
    size = shape[0]
    choices = [
        str(size),
        f"[0, {size + 1}]",
        ", ".join(["0"] * (len(shape) + 1)),
        "..., 0, ...",
        "..., ...",
        "0, ..., ...",
        "..., ..., 0",
        "::0",
        "1::0",
        str([True] * (size + 1)),
    ]
    if len(shape) > 1:
        choices += [
            "[0, 0, 0], [0, 0]",
            "[0, 0, 0], [0, 0]",
            "[0, 0], [0, 0, 0]",
            "a.sum(axis=1, keepdims=True) > 1",
            "a.argmax()",
            "a.argsort(1)",
        ]
    if library == "PyTorch":
        choices += ["::-1", "::-1", "::-1", "::-1", "1::-1", "::-2", ":, ::-1" if len(shape) > 1 else "::-2"]
    return chance.choice(choices)


def _expression(chance: random.Random, shape: Shape, library: Library) -> tuple[str, str]:
    """Draw an array and an expression of it."""
    table = shape if len(shape) == 2 else (2, 3)
    rows, columns = table
    if library == "NumPy":
        found = [
            (shape, f"np.where(a > {chance.randint(0, 5)})"),
            *[(shape, f"np.where(a > {chance.randint(0, 5)}, a, {chance.choice(['0', '-a', '9'])})")] * 2,
            (shape, f"np.where(a > {chance.randint(0, 5)})[0]"),
            (table, "np.take_along_axis(a, a.argsort(axis=1), axis=1)"),
            (table, "np.take_along_axis(a, a.argmin(axis=0, keepdims=True), axis=0)"),
            *[(table, f"np.take_along_axis(a, np.array([0] * {rows}), axis=1)")] * 2,
            (table, f"np.insert(a, {chance.choice([-1, 0, 1])}, 9)"),
            *[(table, f"np.insert(a, {chance.choice([0, 2])}, 9)")] * 2,
            ((3,), f"np.insert(a, {chance.choice(['-1', '3', '[0, 2]'])}, 9)"),
            (table, "np.insert(a, 1, 0, axis=1)"),
            *[(table, f"np.take(a, {chance.choice(['[0, 1]', '[1]', f'[{rows}, 0]'])})")] * 4,
            (shape, f"np.{chance.choice(['delete(a, 0)', 'append(a, 7)', 'append(a, a)'])}"),
            *[(table, f"a[np.argwhere({chance.choice(['a > 4', 'a > 1', 'a % 3', 'a'])})]")] * 2,
            *[((6,), f"sliding_window_view(a, {chance.choice([2, 3])})")] * 2,
            *[(table, f"np.unravel_index({chance.randrange(max(prod(table), 1))}, {table})")] * 3,
            (table, f"np.unravel_index({max(prod(table) - 1, 0)}, {table})"),
            (shape, "np.where(a > 1) + 1"),
            (shape, "w = np.where(a > 1)\nw + 1"),
            (table, "s = a.sum(axis=1, keepdims=True)\na[s > 1]"),
            (table, "a[[0, 0]][:, [0, 0]]"),
            (table, "a[:, :1].T"),
            *[(table, chance.choice(["a.reshape(5, 5)", "np.take(a, 99)", "a[9].T"]))] * 2,
        ]
    else:
        found = [
            (shape, f"torch.where(a > {chance.randint(0, 5)})"),
            *[(shape, f"torch.where(a > {chance.randint(0, 5)}, a, {chance.choice(['0', '-a', '9'])})")] * 2,
            (table, "torch.gather(a, 1, a.argsort(dim=1))"),
            (table, f"a.gather(1, torch.tensor([[0]] * {rows}))"),
            *[(table, f"a.gather(1, torch.tensor([0] * {rows}))")] * 2,
            (table, f"torch.gather(a, 0, torch.tensor([[0] * {columns}]))"),
            *[((6,), f"a.unfold(0, {chance.choice([2, 3])}, 1)")] * 2,
            (table, "torch.flip(a, (0,))"),
            *[(table, chance.choice(["a[[0, 1, 9]].T", "a.reshape(5, 5)", "a @ a"]))] * 2,
            (table, "a[:, :1].T"),
            (table, "torch.where(a > 1) + 1"),
            *[(table, f"a[{chance.choice(['torch.argwhere(a > 3)', 'torch.nonzero(a > 1)'])}]")] * 2,
            (table, f"torch.take(a, torch.tensor({chance.choice(['[0, 1]', f'[{rows}, 0]'])}))"),
        ]
    chosen, text = chance.choice(found)
    return (str(chosen), text) if chance.random() < 0.6 else (f"np.arange({prod(chosen)}).reshape({chosen})", text)
