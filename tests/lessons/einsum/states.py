"""Questions drawn at random: letters for one to three operands whose sizes agree, and letters that do not fit."""

import random
from dataclasses import replace

from primer_core.lessons.einsum.question import EinsumQuestion


def einsum_state(chance: random.Random) -> EinsumQuestion:
    """Draw subscripts and operands; of three in ten something does not fit."""
    question = _fitting(chance)
    drawn = chance.random()
    if drawn < 0.65:
        return question
    before, arrow, after = question.subscripts.partition("->")
    parts = before.split(",")
    kind = chance.randrange(9)
    if kind == 0:  # a letter that no operand has
        return replace(question, subscripts=f"{before}->{after}{chance.choice('xyz')}")
    if kind == 1 and before.replace(",", ""):  # one that is kept twice
        letter = chance.choice(before.replace(",", ""))
        return replace(question, subscripts=f"{before}->{letter}{after}{letter}")
    if kind == 2:  # a letter too many or too few
        part = parts[0][:-1] if chance.random() < 0.5 else f"{parts[0]}m"
        return replace(question, subscripts=",".join([part, *parts[1:]]) + arrow + after)
    if kind == 3:  # operands that are not there
        return replace(question, subscripts=f"{before},{chance.choice('ij')}{arrow}{after}")
    if kind == 4:
        sign = chance.choice([".", "-", ">", ","])
        return replace(question, subscripts=f"{before}->{after}{sign}{chance.choice('ij')}")
    if kind == 5 and chance.random() < 0.5:
        first, second = chance.sample(range(2, 5), 2)
        return EinsumQuestion("bij,bjk->bik", f"({first}, 2, 3)", f"({second}, 3, 2)")
    if kind == 5:
        return EinsumQuestion(f"...{chance.choice('ij')}->", f"({chance.randint(2, 3)}, 2)", "")
    if kind == 6:
        rows, columns = chance.sample(range(1, 5), 2)
        return EinsumQuestion(chance.choice(["ii", "ii->i", "ii->"]), f"({rows}, {columns})", "")
    if kind == 7:
        batch, m, n, k = (chance.randint(2, 4) for _ in range(4))
        return EinsumQuestion("ij,jk->ik", f"({batch}, {m}, {k})", f"({k}, {n})")
    m, n = chance.sample(range(2, 6), 2)
    return EinsumQuestion(chance.choice(["ij,jk->ik", "ij,ij->", "ij,kj->ik"]), f"({m}, {n})", f"({m + 1}, {n})")


def _fitting(chance: random.Random) -> EinsumQuestion:
    if chance.random() < 0.25:
        return _seldom(chance)
    sizes = {letter: chance.randint(1, 4) for letter in chance.sample("abijkl", chance.randint(1, 4))}
    letters = list(sizes)
    parts = [
        "".join(chance.choice(letters) for _ in range(chance.randint(0 if place else 1, 3)))
        for place in range(chance.choice([1, 2, 2, 2, 3]))
    ]
    used = sorted(set("".join(parts)))
    result = "->" + "".join(chance.sample(used, chance.randint(0, len(used)))) if chance.random() < 0.7 else ""
    truth = chance.random() < 0.1
    a, b, c, *_ = [_operand(tuple(sizes[letter] for letter in part), chance, truth=truth) for part in parts] + ["", ""]
    return EinsumQuestion(",".join(parts) + result, a, b, c, chance.choice(["NumPy", "PyTorch"]))


def _seldom(chance: random.Random) -> EinsumQuestion:
    """Draw what is asked seldom, and is worth a word."""
    n, m = chance.randint(1, 4), chance.randint(1, 4)
    match chance.randrange(9):
        case 0:
            return EinsumQuestion("i,j->ij", f"({n},)", f"({m},)")
        case 8:
            return EinsumQuestion("ij,jk->ki", f"({n}, 2)", f"({chance.choice([2, 2, 2, 1])}, {m})")
        case 7:  # an axis of size 1 whose letter runs further
            return EinsumQuestion(chance.choice(["ij,ij->ij", "ij,ij->"]), f"({n + 1}, 2)", "(1, 2)")
        case 1:
            return EinsumQuestion(chance.choice(["ii", "ii->i", "ii->"]), f"({n}, {n})", "")
        case 2:
            return EinsumQuestion("...ij,...jk->...ik", f"(2, {n}, {m})", f"({m}, 2)")
        case 3:  # a whole number that wraps around
            values = [chance.randint(100, 127) for _ in range(n + 1)]
            return EinsumQuestion("i,i->", f"np.array({values}, dtype=np.int8)", f"np.full({n + 1}, 3, dtype=np.int8)")
        case 4:
            return EinsumQuestion("ij,jk->ik", "(64, 60)", f"(60, {chance.randint(30, 60)})")
        case 5:
            return EinsumQuestion("i,i->i", f"({n},)", f"np.ones({n})", library=chance.choice(["NumPy", "PyTorch"]))
        case _:
            return EinsumQuestion(chance.choice(["ba", "ab", "ij"]), f"({n}, {m})", "")


def _operand(shape: tuple[int, ...], chance: random.Random, *, truth: bool) -> str:
    if truth:
        return f"np.ones({shape}, dtype=bool)"
    match chance.randrange(6):
        case 0:
            return f"np.ones({shape}, dtype=np.float32)"
        case 1:
            return f"np.full({shape}, {chance.choice([0.5, 2.5])})"
        case _:
            return str(shape) if shape else str(chance.randint(-9, 9))
