"""Questions drawn at random: operands that meet more often than not, of several kinds and dtypes."""

import random

from primer_core.lessons.broadcasting.question import BroadcastingQuestion, OperationName

_KINDS = 10
"""Kinds of operand; those from 6 on are written as a shape."""


_NOT_FINITE: tuple[tuple[str, str, OperationName], ...] = (
    ("[1., 0., -1.]", "0", "divide"),
    ("[[1, 0], [2, 3]]", "[0, 2]", "divide"),
    ("np.array([60000., 1.], dtype=np.float16)", "2", "multiply"),
    ("[1e308, 2.]", "[1e308, 1.]", "add"),
    ("[np.inf, 1.]", "np.inf", "subtract"),
    ("[np.inf, -np.inf]", "[0.0, 0.0]", "multiply"),
)
"""Operands of which some result is infinite or nan."""


def broadcasting_state(chance: random.Random) -> BroadcastingQuestion:
    """Draw operands cut out of one shape, some with an axis flattened to 1, some with a wrong size."""
    op: OperationName = chance.choice(["add", "subtract", "subtract", "multiply", "divide"])
    whole = [chance.randint(1, 4) for _ in range(chance.randint(0, 3))]
    kinds = [chance.choice([1, 2, 3, 3, 4, 5, 5])] if chance.random() < 0.4 else list(range(_KINDS))
    texts = [_operand(_cut(whole, chance), chance.choice(kinds), chance) for _ in range(2 + (chance.random() < 0.15))]
    if chance.random() < 0.08:
        n = chance.randint(2, 4)
        texts = [str([[value] for value in _values(n, chance)]), str(_values(n, chance))]
        chance.shuffle(texts)
    if chance.random() < 0.05:
        n = chance.randint(2, 4)
        texts = [f"({n}, {n})", str(_values(n, chance))]
    if chance.random() < 0.04:
        first, second = chance.sample(range(2, 6), 2)
        texts, op = [f"np.ones({first}, dtype=bool)", f"np.ones({second}, dtype=bool)"], "subtract"
    if chance.random() < 0.05:
        texts = [str((size,)) for size in chance.sample(range(2, 7), 3)]
    if chance.random() < 0.17:
        dtype = chance.choice(["uint8", "uint8", "int8", "int64", "float32"])
        texts = [f"np.ones({chance.randint(1, 4)}, dtype=np.{dtype})", chance.choice(["2", "0.5", "300", "-1", "True"])]
        if chance.random() < 0.3:
            texts.reverse()
    if chance.random() < 0.06:
        n = chance.randint(2, 4)
        texts = [f"torch.tensor({_values(n, chance)})", chance.choice(["torch.tensor([0.5])", f"torch.ones({n})"])]
        op = chance.choice(["add", "subtract", "multiply", "divide"])
        return BroadcastingQuestion(a=texts[0], op=op, b=texts[1])
    if chance.random() < 0.05:
        pair = chance.choice([("int64", "uint64"), ("int8", "uint8"), ("int32", "float32"), ("int16", "float16")])
        texts, op = [f"np.ones(2, dtype=np.{dtype})" for dtype in pair], chance.choice(["add", "divide"])
        return BroadcastingQuestion(a=texts[0], op=op, b=texts[1])
    if chance.random() < 0.04:
        rows, columns = chance.sample(range(2, 6), 2)
        return BroadcastingQuestion(f"({rows}, {columns})", "subtract", "a.mean(axis=1)")
    small = chance.random() < 0.06
    if small:
        first, second = chance.sample(range(2, 6), 2)
        texts = [f"np.ones({first})", chance.choice([f"({second},)", f"np.ones({second})", f"({first + 1}, {first})"])]
    if chance.random() < 0.07:
        texts[0] = f"({chance.choice([1000, 5000])}, {chance.choice([1000, 3])})"
    if chance.random() < 0.06:
        rows, inner, columns = (chance.randint(1, 3) for _ in range(3))
        texts, op = [f"({rows}, {inner})", f"({inner}, {columns})"], "multiply"
    if chance.random() < 0.06:
        one, other, op = chance.choice(_NOT_FINITE)
        return BroadcastingQuestion(one, op, other, inplace=chance.random() < 0.2)
    stored = chance.random() < 0.03
    if stored:
        n, op = chance.randint(2, 4), chance.choice(["add", "multiply"])
        dtype = chance.choice(["np.float32", "np.uint8", "np.int64", "bool"])
        texts = [f"np.ones(({n}, {n}))", f"np.ones({n}, dtype={dtype})"]
    return BroadcastingQuestion(
        a=texts[0],
        op=op,
        b=texts[1],
        c=texts[2] if len(texts) > 2 else "",
        inplace=small or stored or texts[0].startswith("np.broadcast_to") or chance.random() < 0.4,
        view=chance.choice(["Forward", "Forward", "Backward"]),
        of=chance.choice(["y.sum()", "y.mean()", "1, 2, 3, …"]),
    )


def _cut(whole: list[int], chance: random.Random) -> tuple[int, ...]:
    own = whole[chance.randint(0, len(whole)) if chance.random() < 0.5 else 0 :]
    shape = [1 if chance.random() < 0.3 else size for size in own]
    if shape and chance.random() < 0.15:
        shape[chance.randrange(len(shape))] = chance.randint(2, 5)
    return tuple(shape)


def _operand(shape: tuple[int, ...], kind: int, chance: random.Random) -> str:
    match kind:
        case 0:
            return f"np.ones({shape})"
        case 1:
            return f"np.full({shape}, {chance.choice([2, 2.5, -1])})"
        case 2:
            return f"np.full({shape}, {chance.choice([100, 200])}, dtype=np.uint8)"
        case 3:
            return f"np.ones({shape}, dtype=bool)"
        case 4:
            return f"np.ones({shape}, dtype=np.float32)"
        case 5 if shape:
            return f"np.broadcast_to(3, {shape})"
        case _:
            return str(shape)


def _values(n: int, chance: random.Random) -> list[int]:
    return [chance.randint(-9, 9) for _ in range(n)]
