"""Questions drawn at random: what is made of a base by one or two operations, and statements that write and rebind."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from primer_core.backend import Library
from primer_core.lessons.views.question import View, ViewsQuestion
from tests.lessons.views.programs import step

Scene = Callable[[random.Random], ViewsQuestion]


def views_state(chance: random.Random) -> ViewsQuestion:
    """Draw one of the scenes that learners come with, and everything in it."""
    question = chance.choice(SCENES)(chance)
    if question.view == "Memory" and not question.c and chance.random() < 0.4:
        question = replace(question, c=chance.choice(_BESIDE[question.library]))
    if question.view == "Memory" and question.then and chance.random() < 0.15:
        return replace(question, view="Names")
    return question


def _shape(chance: random.Random, most: int = 3) -> tuple[int, ...]:
    return tuple(chance.randint(1, 4) for _ in range(chance.randint(1, most)))


def _rows(chance: random.Random) -> tuple[int, int]:
    return chance.randint(2, 4), chance.randint(2, 4)


def _library(chance: random.Random) -> Library:
    return chance.choice(["NumPy", "PyTorch"])


def _numbers(chance: random.Random, size: int, low: int = -9, high: int = 9) -> str:
    return str([chance.randint(low, high) for _ in range(size)])


def _steps(chance: random.Random) -> ViewsQuestion:
    """Two operations in a row, and a third on what came of one of them."""
    library, shape = _library(chance), _shape(chance)
    b = "a" + step(chance, library, shape) + (step(chance, library, shape[::-1]) if chance.random() < 0.4 else "")
    c = chance.choice("ab") + step(chance, library, shape) if chance.random() < 0.5 else ""
    return ViewsQuestion(library=library, a=str(shape), b=b, c=c, then=chance.choice(["", "", "a += 1", "b[...] = 0"]))


def _cut_out(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    b = chance.choice([f"a[{chance.randrange(rows)}]", "a[1:]", "a[:, ::2]", "a[..., None]", f"a[:, {columns - 1}]"])
    then = chance.choice(["b += 100", "a[0, 0] = 99", "b = b + 1", "a = a * 2", "a[...] = 0; b = a", ""])
    return ViewsQuestion(library=_library(chance), a=str((rows, columns)), b=b, then=then)


def _turned(chance: random.Random) -> ViewsQuestion:
    library, shape = _library(chance), str(_rows(chance))
    b = chance.choice(["a.T", "a.swapaxes(0, 1)", "a.mT"])
    orders = {"NumPy": "np.ascontiguousarray(b)", "PyTorch": "b.contiguous()"}
    c = chance.choice(["b.ravel()", "b.reshape(-1)", "b.flatten()", orders[library], "a.ravel()", "a.reshape(-1)"])
    return ViewsQuestion(library=library, a=shape, b=b, c=c, then=chance.choice(["", "c[0] = 9", "b = b + 1"]))


def _in_order(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    numpys = ["a.ravel()", "np.ravel(a)", "b.ravel()", "a[:1].ravel()"]
    torchs = ["a.ravel()", "b.flatten()", "a.flatten()", "a.ravel()[1:]"]
    c = chance.choice(numpys if library == "NumPy" else torchs)
    return ViewsQuestion(library=library, a=str(_rows(chance)), b="a[1:]", c=c, then=chance.choice(["", "c[0] = 9"]))


def _not_in_order(chance: random.Random) -> ViewsQuestion:
    b = chance.choice(
        ["a.T.reshape(-1)", "a[:, ::2].reshape(-1)", "a.swapaxes(0, 1).reshape(1, -1)", "a.T.reshape(-1)[1:]"]
    )
    return ViewsQuestion(library=_library(chance), a=str(_rows(chance)), b=b, then=chance.choice(["", "b[0] = 9"]))


def _unordered(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    orders = {"NumPy": "np.ascontiguousarray(b)", "PyTorch": "b.contiguous()"}
    c = chance.choice(["b.ravel()", orders[library], "b.ravel()[1:]"])
    then = chance.choice(["", "c[0] = 9", "b = b + 1"])
    return ViewsQuestion(library=library, a=str(_rows(chance)), b=chance.choice(["a.T", "a[:, ::2]"]), c=c, then=then)


def _viewed(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    if chance.random() < 0.8:
        shape = chance.choice([f"({rows},)", f"({rows}, 1)", f"(1, {rows}, 1)"])
        return ViewsQuestion(view="Refused views", library=_library(chance), a=shape, b="a", to=f"({rows}, 1, 1)")
    b = chance.choice(["a", "a[1:]", "a.T", "a[None]", "a[:, None]"])
    to = (
        chance.choice(["(-1,)", "(1, -1)", "(-1, 1)"])
        if b != "a.T"
        else chance.choice([f"({columns}, {rows})", f"({columns}, 1, -1)"])
    )
    return ViewsQuestion(view="Refused views", library=_library(chance), a=str((rows, columns)), b=b, to=to)


def _bytes_apart(chance: random.Random) -> ViewsQuestion:
    library, rows = _library(chance), chance.randint(2, 4)
    dtype = chance.choice({"NumPy": ["np.int32", "np.uint8"], "PyTorch": ["torch.int32", "torch.int16"]}[library])
    b = f"{chance.choice(['a', 'a.T', 'a[:, ::2]'])}.view({dtype})"
    return ViewsQuestion(library=library, a=str((rows, chance.randint(3, 5))), b=b)


def _printed(chance: random.Random) -> ViewsQuestion:
    then = chance.choice(
        ["print(a)", "print(b[0])", "b += 1; print(a)", "print(a.shape); a = b", "print(np.shares_memory(a, b))"]
    )
    return ViewsQuestion(a=str(_rows(chance)), b=chance.choice(["a[1:]", "a.copy()", "a"]), then=then)


def _reshaped(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    b = chance.choice(["a.T", "a", "a[:, 1:]"])
    c = chance.choice(["b.reshape(-1)", "b.ravel()", "b.reshape(1, -1)", "b.flatten()"])
    then = chance.choice(["", "c[0] = 9", "a += 1"])
    return ViewsQuestion(library=_library(chance), a=str((rows, columns)), b=b, c=c, then=then)


def _stretched(chance: random.Random) -> ViewsQuestion:
    n, times = chance.randint(2, 4), chance.randint(2, 4)
    if chance.random() < 0.5:
        b, then = f"a.expand({n}, {times})", chance.choice(["", "a[0] = 99", "a += 1"])
        return ViewsQuestion(library="PyTorch", a=f"({n}, 1)", b=b, then=then)
    b = f"np.broadcast_to(a, ({times}, {n}))"
    return ViewsQuestion(a=f"({n},)", b=b, then=chance.choice(["", "a[0] = 99", "a += 1"]))


def _written_through(chance: random.Random) -> ViewsQuestion:
    n, times = chance.randint(2, 4), chance.randint(2, 4)
    if chance.random() < 0.5:
        then = chance.choice(["b += 1", "b.mul_(2)", "b += 1; a[0] = 9"])
        return ViewsQuestion(library="PyTorch", a=f"({n}, 1)", b=f"a.expand({n}, {times})", then=then)
    b = chance.choice([f"np.broadcast_to(a, ({times}, {n}))", f"np.lib.stride_tricks.sliding_window_view(a, {n - 1})"])
    return ViewsQuestion(a=f"({n},)", b=b, then=chance.choice(["b[0] = 1", "b += 1", "b[...] = 0; a[0] = 9"]))


def _only_read(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    b = chance.choice(["a.diagonal()", f"np.broadcast_to(a, ({rows}, {columns}))"])
    then = chance.choice(["b[0] = 5", "b += 1", "b[:] = 0; a[0, 0] = 1"])
    return ViewsQuestion(a=str((rows, columns)), b=b, then=then)


def _chosen(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    picked = sorted(chance.sample(range(rows), 2))
    number = f"a[{picked[0]}, {chance.randrange(columns)}]"
    b = chance.choice(
        [f"a[{picked}]", f"a[a > {chance.randint(0, 3)}]", f"a[{picked}].T", f"a[:, {picked[:1]}]", number]
    )
    then = chance.choice(["", f"a[{picked}] = 70", "b[0] = 9", "b = b + 1"])
    return ViewsQuestion(library=_library(chance), a=str((rows, columns)), b=b, then=then)


def _copied(chance: random.Random) -> ViewsQuestion:
    library, shape = _library(chance), str(_rows(chance))
    numpys = ["a.copy()", "a.flatten()", "a.copy()[0]", "np.array(a)", "a.astype(np.float32)", "np.repeat(a, 2)",
              "a.astype(np.int64)[:, None]", "np.broadcast_to(a.copy(), (2, *a.shape))", "a.copy().T"]  # fmt: skip
    torchs = ["a.clone()", "a.clone()[0]", "torch.tensor(a.tolist())", "a.repeat(2, 1)", "a.clone().T"]
    then = chance.choice(["", "b[0] = 9", "a += 1", "b = a", "a = b"])
    b = chance.choice(numpys if library == "NumPy" else torchs)
    return ViewsQuestion(library=library, a=shape, b=b, then=then)


def _told_to_copy(chance: random.Random) -> ViewsQuestion:
    if chance.random() < 0.5:
        b = f"np.{chance.choice(['array', 'asarray'])}(a, copy=True)"
        return ViewsQuestion(a=str(_rows(chance)), b=b, then=chance.choice(["", "b[0] = 1", "a += 1"]))
    b = chance.choice(["a.to(torch.int64, copy=True)", "torch.asarray(a, copy=True)"])
    return ViewsQuestion(library="PyTorch", a=str(_rows(chance)), b=b)


def _cast(chance: random.Random) -> ViewsQuestion:
    dtype = chance.choice(["float32", "float64", "uint8", "int32"])
    if chance.random() < 0.5:
        b = chance.choice([f"a.to(torch.{dtype})", "a.float()", "a.double()", "a.float().T"])
        return ViewsQuestion(library="PyTorch", a=str(_rows(chance)), b=b, then=chance.choice(["", "b += 1"]))
    b = chance.choice(
        [f"np.asarray(a, dtype=np.{dtype})", f"a.astype(np.{dtype}, copy=False)", f"a.astype(np.{dtype})"]
    )
    return ViewsQuestion(a=str(_rows(chance)), b=b, then=chance.choice(["", "b += 1"]))


def _computed(chance: random.Random) -> ViewsQuestion:
    b = chance.choice(["a * 10", "(a * 10)[:, None]", "-a", "a + a", "(a + 1).reshape(-1)", "a.sum(0)", "(a + 1).T"])
    then = chance.choice(["", "b[0] = 1", "a = b", "b = b - 1"])
    return ViewsQuestion(library=_library(chance), a=str(_rows(chance)), b=b, then=then)


def _flipped(chance: random.Random) -> ViewsQuestion:
    library: Library = chance.choice(["NumPy", "PyTorch", "PyTorch"])
    b = chance.choice(
        ["a[::-1]", "np.flip(a)", "a[::-1, ::-1]"] if library == "NumPy" else ["a.flip(0)", "torch.flip(a, (0, 1))"]
    )
    return ViewsQuestion(library=library, a=str(_rows(chance)), b=b, then=chance.choice(["", "b[0] = 9", "a += 1"]))


def _across(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(2, 4)
    question = ViewsQuestion(a=_numbers(chance, n))
    if chance.random() < 0.3:
        b = chance.choice(["a.numpy()", "a.numpy()[1:]"])
        return replace(question, library="PyTorch", b=b, then=chance.choice(["", "b += 1", "a.mul_(2)"]))
    b = chance.choice(
        [
            "torch.from_numpy(a)",
            "torch.from_numpy(a)",
            "torch.tensor(a)",
            "torch.from_numpy(a.copy())",
            "torch.from_numpy(a)[1:]",
        ]
    )
    then = chance.choice(["", "a += 10", "a += 10; a = a + 10", "b.mul_(2)", "c = torch.tensor(a); a[0] = -1"])
    return replace(question, b=b, then=then)


def _mixed(chance: random.Random) -> ViewsQuestion:
    then = chance.choice(["c = a + b", "c = a - b", "a += b", "a[0] = 3; c = a + b"])
    n = chance.randint(2, 4)
    return ViewsQuestion(a=_numbers(chance, n), b=f"torch.ones({n})", then=then)


def _names(chance: random.Random) -> ViewsQuestion:
    """One object with two names, and what moves one of them."""
    n = chance.randint(3, 5)
    b = chance.choice(["a", "a", "a[1:3]", ""])
    lines = ["a = a + 1", "a += 1", "a[:] = a + 1", "b = a", "c = a", "c = a[1:]", "a = a * 2.5", "c = a.copy()",
             "del a", "a[0] = 7", "print(a)", "c = a; c += 1", "a, c = a[1:], a"]  # fmt: skip
    then = "; ".join(chance.choices(lines, k=chance.randint(1, 3)))
    view: View = chance.choice(["Names", "Memory"])
    return ViewsQuestion(view=view, library=_library(chance), a=f"({n},)", b=b, then=then)


def _swapped(chance: random.Random) -> ViewsQuestion:
    then = chance.choice(["a, b = b, a", "a = b", "b = a; a = a + 1", "c = b; b = a", "a = b; b = b + 1"])
    return ViewsQuestion(view=chance.choice(["Names", "Memory"]), a=f"({chance.randint(3, 5)},)", b="a[1:]", then=then)


def _gone(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(3, 5)
    then = chance.choice(["del a", "del a; b += 1", "b[0] = 9; del b", "a += 1; del a", "a = 3", "del b", "a = a.sum"])
    b = chance.choice(["a[1:]", "a.copy()", "a", "a[::2]"])
    view: View = chance.choice(["Names", "Memory"])
    return ViewsQuestion(view=view, library=_library(chance), a=f"({n},)", b=b, then=then.removesuffix(".sum"))


def _unpacked(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    then = chance.choice(
        ["u, v = a[:2]", "u, v = a[:2]; u[0] = 9", f"u, v = a[{rows - 2}:]", "u, v = np.split(a[:2], 2)"]
    )
    if chance.random() < 0.3:
        return ViewsQuestion(a=f"({columns},)", b="", then="u, v = np.split(np.arange(4), 2); u[0] = 9")
    return ViewsQuestion(a=str((rows, columns)), b="", then=then)


def _beside(chance: random.Random) -> ViewsQuestion:
    n = 2 * chance.randint(1, 3)
    library = _library(chance)
    split = "np.split(np.arange({n}), 2)" if library == "NumPy" else "torch.chunk(torch.arange({n}), 2)"
    then = f"u, v = {split.format(n=n)}; " + chance.choice(["u[0] = 9", "v += 1", "w = u + v", "u = u + 1"])
    if chance.random() < 0.4:
        return ViewsQuestion(library=library, a=f"({n},)", b="a[::2]", c="a[1::2]", then=chance.choice(["b += c", ""]))
    return ViewsQuestion(library=library, a=f"({n},)", b="", then=then)


def _parts(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    b = "np.split(a, 2)" if library == "NumPy" else "torch.chunk(a, 2)"
    then = chance.choice(["", "b[0][0] = 9", "u, v = b", "u, v = b; v += 1"])
    return ViewsQuestion(library=library, a=f"({2 * chance.randint(1, 3)},)", b=b, then=then)


def _windows(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(5, 7)
    strided = [f"as_strided(a, ({n - 2}, 3), (8, 8))", "np.lib.stride_tricks.sliding_window_view(a, 3)"]
    b = chance.choice([*strided, "a.view(np.uint8)", "a.view(np.int32)", "np.expand_dims(a, 0)", "a.squeeze()"])
    return ViewsQuestion(a=f"({n},)", b=b, then=chance.choice(["", "a[2] = 99", "a[1] = 0"]))


def _empty(chance: random.Random) -> ViewsQuestion:
    b = chance.choice(["a[:0]", "a[a > 99]", "a[5:5]", "a[:0].copy()"])
    then = chance.choice(["", "b += 1", "c = a[:0]", "c = b + 1"])
    return ViewsQuestion(library=_library(chance), a=str(_rows(chance)), b=b, then=then)


def _single(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    place = f"{chance.randrange(rows)}, {chance.randrange(columns)}"
    b = chance.choice([f"a[{place}]", f"a[{place}]", "a.sum()", "a[0][1]"])
    return ViewsQuestion(a=str((rows, columns)), b=b, then=chance.choice(["", "b += 1", "a[0] = 9", "c = b"]))


def _values(chance: random.Random) -> ViewsQuestion:
    b = chance.choice(["np.shares_memory(a, a.T)", "a.shape", "a.size", "a.ndim"])
    then = chance.choice(["n = a.size", "n = a.shape[0]; print(n)", "a = 3", "c = a[1:]; n = c.ndim", "print(a)"])
    return ViewsQuestion(a=str(_rows(chance)), b=b, then=then, view=chance.choice(["Memory", "Names"]))


def _whole_numbers(chance: random.Random) -> ViewsQuestion:
    """What an array of whole numbers keeps of fractions."""
    n = chance.randint(3, 5)
    library = _library(chance)
    fill = "a.fill(2.9)" if library == "NumPy" else "a.fill_(2.9)"
    lines = [
        f"a[0] = {chance.choice([2.9, -2.9, 0.5])}",
        "a[1:] = a[1:] * 0.4",
        fill,
        "a[0] += 0.5",
        "b = a * 0.4; a[:] = b",
    ]
    then = chance.choice(lines) if library == "NumPy" else chance.choice([lines[0], fill])
    b = chance.choice(["", "a[1:]"])
    return ViewsQuestion(library=library, a=_numbers(chance, n, 1, 20), b=b, then=then)


def _no_number(chance: random.Random) -> ViewsQuestion:
    base = chance.choice(["[1., np.nan]", "[np.inf, 2.]", "[np.nan, np.nan]", "[-np.inf, 1.]"])
    return ViewsQuestion(a=base, b="a.astype(np.int64)", then=chance.choice(["", "b += 1", "b[0] = 3"]))


def _wrapped(chance: random.Random) -> ViewsQuestion:
    base = _numbers(chance, chance.randint(2, 4), 3, 12)
    if chance.random() < 0.3:
        return ViewsQuestion(
            library="PyTorch", a=base, b="a.to(torch.uint8)", then=chance.choice(["b -= 20", "b.sub_(30)"])
        )
    then = chance.choice(["b -= 20", "n = b[0] - 100 * b[1]", "c = b * 30", "b -= 20; a[0] += 0.5", "c = b - 20"])
    return ViewsQuestion(a=base, b=f"a.astype(np.{chance.choice(['uint8', 'uint8', 'int8'])})", then=then)


def _unnamed(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(3, 5)
    library = _library(chance)
    picked = sorted(chance.sample(range(n), 2))
    copied = "a.copy()" if library == "NumPy" else "a.clone()"
    lines = [f"a[{picked}][0] = 50", f"a[{picked}][0] = 50; a[1:3][0] = 60", f"a[a > 1][0] = {chance.randint(20, 90)}",
             f"{copied}[0] = 9", f"a[{picked}][:1] = 3", f"a[{picked}][1] = 7; a[{picked}] = 70"]  # fmt: skip
    return ViewsQuestion(
        view=chance.choice(["Names", "Memory"]), library=library, a=f"({n},)", b="", then=chance.choice(lines)
    )


def _shifted(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(3, 5)
    then = chance.choice(
        [
            "a[1:] += a[:-1]",
            "a[1:] += a[:-1]",
            "a[1:] += a[:-1]; a[0] = 9",
            "a[1:] = a[:-1]",
            "a[:-1] += a[1:]",
            "a[::-1] -= a",
        ]
    )
    return ViewsQuestion(a=_numbers(chance, n, 1, 9), b="", then=then)


def _named_again(chance: random.Random) -> ViewsQuestion:
    """Indices that name a cell several times."""
    index = chance.choice(["[0, 0, 1]", "[1, 1]", "[[0, 0]]", "[2, 0, 2]"])
    value = chance.choice(["1", "2", "5", "0"])
    line = f"a[{index}] {chance.choice(['+=', '-=', '*='])} {value}"
    if index == "[0, 0, 1]" and chance.random() < 0.4:
        line = "a[[0, 0, 1]] += [1, 2, 3]"
    library = _library(chance) if "[1, 2, 3]" not in line else "NumPy"
    return ViewsQuestion(library=library, a=_numbers(chance, 3, 1, 9), b=chance.choice(["", "a[1:]"]), then=line)


def _rows_swapped(chance: random.Random) -> ViewsQuestion:
    """Rows that are swapped, which views make one."""
    lines = [
        "a[0], a[1] = a[1], a[0]",
        "a[:, 0], a[:, 1] = a[:, 1], a[:, 0]",
        "a[0], a[1] = a[1].copy(), a[0].copy()",
        "a[1], a[0] = a[0], a[1]",
        "a[0], b = a[1], a[0]",
        "a[[0, 1]] = a[[1, 0]]",
        "[a[0], a[1]] = [a[1], a[0]]",
    ]
    then = chance.choice(lines)
    library = "NumPy" if ".copy" in then else _library(chance)
    return ViewsQuestion(library=library, a=f"({chance.randint(2, 3)}, {chance.randint(2, 3)})", b="", then=then)


def _shifted_tensor(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(3, 5)
    then = chance.choice(["a[1:] += a[:-1]", "a[:-1] += a[1:]", "a += 1; a[1:] *= a[:-1]", "a[1:] += a[:-1]; a += 1"])
    return ViewsQuestion(library="PyTorch", a=_numbers(chance, n, 1, 9), b="", then=then)


def _in_another_way(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    if chance.random() < 0.5:
        return ViewsQuestion(a=str((rows, columns)), b="", then=f"a.shape = ({columns}, {rows})")
    then = chance.choice(["a.t_()", "a.unsqueeze_(0)", "a.transpose_(0, 1)"])
    return ViewsQuestion(library="PyTorch", a=str((rows, columns)), b="", then=then)


def _nothing(chance: random.Random) -> ViewsQuestion:
    then = chance.choice(["a[0] = a[0]", "b = b", "a += 0", "a[:0] = 5", "b *= 1"])
    return ViewsQuestion(a=str(_rows(chance)), b=chance.choice(["a[1:]", "a.T"]), then=then)


def _another_dtype(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    amount = chance.choice(["0.5", "1.5", "2.25"])
    lines = [f"a += {amount}", f"a *= {amount}", "a /= 2", f"a += 1; a -= {amount}", f"a += {amount}; b[0] = 1"]
    lines += [f"np.add(a, {amount}, out=a)"] if library == "NumPy" else [f"a.add_({amount})"]
    return ViewsQuestion(
        library=library, a=f"({chance.randint(2, 4)},)", b=chance.choice(["a", "a[1:]"]), then=chance.choice(lines)
    )


def _another_shape(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    n, rows = chance.randint(2, 4), chance.randint(2, 4)
    lines = ["a += b", "a *= b", "a -= b; b += 1", "np.add(a, b, out=a)" if library == "NumPy" else "a.add_(b)"]
    made = (
        f"np.ones(({rows}, 1), dtype=np.int64)" if library == "NumPy" else f"torch.ones({rows}, 1, dtype=torch.int64)"
    )
    return ViewsQuestion(library=library, a=f"({n},)", b=chance.choice(["a[:, None]", made]), then=chance.choice(lines))


def _backwards(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(2, 4)
    if chance.random() < 0.5:
        b = chance.choice(["a[::-1]", "a[::-1][0]", "a[2:0:-1]"])
        return ViewsQuestion(library="PyTorch", a=f"({n}, 2)", b=b, then=chance.choice(["", "a[0] = 9", "a += 1"]))
    return ViewsQuestion(
        a=_numbers(chance, n), b="a[::-1]", c="torch.from_numpy(b)", then=chance.choice(["", "b[0] = 1"])
    )


def _no_negative_step(chance: random.Random) -> ViewsQuestion:
    b = chance.choice(["a[::-1]", "a[::-2]", "a.T[::-1]"])
    return ViewsQuestion(library="PyTorch", a=str(_rows(chance)), b=b, then=chance.choice(["", "a[0] = 9", "b += 1"]))


def _negative_stride(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(2, 4)
    then = chance.choice(["t = torch.from_numpy(a[::-1])", "t = torch.from_numpy(a[::-1]); a += 1", ""])
    c = "" if then else "torch.from_numpy(b)"
    return ViewsQuestion(a=_numbers(chance, n), b="a[::-1]", c=c, then=then)


def _too_many(chance: random.Random) -> ViewsQuestion:
    n = chance.randint(3, 6)
    b = chance.choice(["a[::2, 1:]", "a[0, 0]", "a[1:, None, 0]"])
    return ViewsQuestion(
        library=_library(chance), a=f"({n},)", b=b, then=chance.choice(["a[0] = 2", "", "c = a + 1; a[0] = 3"])
    )


def _beyond(chance: random.Random) -> ViewsQuestion:
    library = _library(chance)
    b = "a.astype(np.uint8)" if library == "NumPy" else "a.to(torch.uint8)"
    then = chance.choice(["b[0] = 300", "b[0] = -1", "b += 1; b[1] = 1000", "b[0] = 300; a += 1"])
    return ViewsQuestion(library=library, a=_numbers(chance, chance.randint(2, 4), 1, 9), b=b, then=then)


def _shape_for_view(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    b = chance.choice([f"a.view({rows * columns})", f"a.view({columns}, {rows})"])
    return ViewsQuestion(a=str((rows, columns)), b=b, then=chance.choice(["", "a[0] = 9"]))


def _no_view(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    flat = rows * columns
    if chance.random() < 0.5:
        c = chance.choice([f"b.view({flat})", "b.view(-1)", f"b.view({rows}, {columns})"])
        return ViewsQuestion(
            library="PyTorch", a=str((rows, columns)), b="a.T", c=c, then=chance.choice(["", "a += 1"])
        )
    c = chance.choice([f"b.reshape({flat}, copy=False)", f"b.reshape(({rows}, {columns}), copy=False)"])
    return ViewsQuestion(a=str((rows, columns)), b="a.T", c=c, then=chance.choice(["", "a += 1", "c[0] = 1"]))


def _viewing(chance: random.Random) -> ViewsQuestion:
    library, shape = _library(chance), _shape(chance)
    size = 1
    for one in shape:
        size *= one
    cuts = [(size,), (-1,), (*shape[::-1],), (1, *shape), (size // shape[0], shape[0])]
    to = chance.choice([*cuts, *cuts, (size + 1,)])
    order = ", ".join(map(str, chance.sample(range(len(shape)), len(shape))))
    turned = f"a.permute({order})" if library == "PyTorch" else f"a.transpose({order})"
    b = chance.choice(
        [
            "a",
            "a.T" if len(shape) == 2 else turned,
            turned,
            "a[..., :1]",
            "a[1:]",
            "a[:, :2]" if len(shape) > 1 else "a",
        ]
    )
    return ViewsQuestion(view="Refused views", library=library, a=str(shape), b=b, to=str(to))


def _viewed_turned(chance: random.Random) -> ViewsQuestion:
    rows, columns = _rows(chance)
    b = chance.choice(["a.T", "a[:, :2]", "a[:, 1:]", "a[:, ::-1]", "a[::2]", "a.T[1:]"])
    library: Library = "NumPy" if "-1" in b else _library(chance)
    to = chance.choice(["-1", f"({rows * columns},)", "(1, -1)", "(-1, 1)", "(7, 7)"])
    return ViewsQuestion(view="Refused views", library=library, a=str((rows + 1, columns + 1)), b=b, to=to)


_FIRST: tuple[Scene, ...] = (
    *(
        _steps,
        _cut_out,
        _turned,
        _copied,
        _computed,
        _parts,
        _windows,
        _names,
        _viewing,
        _reshaped,
        _stretched,
        _chosen,
    ),
    *(
        _told_to_copy,
        _cast,
        _flipped,
        _flipped,
        _across,
        _empty,
        _single,
        _values,
        _in_order,
        _not_in_order,
        _unordered,
        _printed,
    ),
    *(_backwards, _swapped),
)
"""How arrays are made of others."""

_THEN: tuple[Scene, ...] = (
    *(
        _written_through,
        _only_read,
        _mixed,
        _gone,
        _gone,
        _unpacked,
        _unpacked,
        _beside,
        _whole_numbers,
        _no_number,
        _wrapped,
        _unnamed,
    ),
    *(
        _shifted,
        _shifted,
        _named_again,
        _named_again,
        _rows_swapped,
        _rows_swapped,
        _shifted_tensor,
        _in_another_way,
        _another_dtype,
        _another_shape,
        _no_negative_step,
        _nothing,
    ),
    *(
        _negative_stride,
        _too_many,
        _beyond,
        _shape_for_view,
        _no_view,
        _viewed_turned,
        _viewed_turned,
        _viewed,
        _values,
        _bytes_apart,
    ),
    *(_names, _not_in_order, _in_another_way),
    *(_stretched, _written_through, _shape_for_view),
)
"""What becomes of them, and what is refused."""

SCENES = (*_FIRST, *_THEN, *_THEN, *_THEN)
"""What learners come with; refusals are in the minority."""

_BESIDE: Mapping[Library, tuple[str, ...]] = {
    "NumPy": (
        *("np.append(a, 5)", "np.insert(a, 0, 7)"),
        *("a.ravel()", "a[[0]]", "np.array(a, copy=True)", "a.reshape(-1)", "a[..., :0]", "torch.from_numpy(a)"),
        *("a.reshape(-1)[0]", "a[a > 0]", "np.ascontiguousarray(a[::-1])", "a.size", "a.astype(np.float64)"),
    ),
    "PyTorch": (
        *("a.ravel()", "a[[0]]", "a.flip(0)", "a.flatten()", "a[..., :0]", "a.numpy()", "a.float()", "a.double()"),
        *("torch.asarray(a, copy=True)", "a.shape", "a.reshape(-1)", "a.flip(0)[:1]", "a[a > 0]"),
    ),
}
"""What c may be beside all else, whatever the base is."""
