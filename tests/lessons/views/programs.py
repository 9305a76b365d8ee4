"""Programs that a learner might type, by chance, and what came of one."""

import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.program import Program, Ran, Stopped, run_program


@dataclass(frozen=True)
class Draft:
    """What a learner might type, by chance, and the chance to go on with."""

    library: Library
    base: str
    b: str
    c: str
    seed: int

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)


def drafts() -> st.SearchStrategy[Draft]:
    """Programs from one drawn number: a draw for every part of them would take most of the tests' time."""
    return st.integers(0, 2**40).map(draft)


def draft(seed: int) -> Draft:
    chance = random.Random(seed)
    library: Library = chance.choice(["NumPy", "PyTorch"])
    shape = tuple(chance.randint(1, 4) for _ in range(chance.randint(1, 3)))
    b = "a" + step(chance, library, shape) + (step(chance, library, shape[::-1]) if chance.random() < 0.5 else "")
    return Draft(library, str(shape), b, chance.choice("ab") + step(chance, library, shape), seed)


def step(chance: random.Random, library: Library, shape: tuple[int, ...]) -> str:
    """Something done to an array of that shape, which may well be refused."""
    order = ", ".join(map(str, chance.sample(range(len(shape)), len(shape))))
    flat = chance.choice(["-1", "2, -1", "-1, 2", ", ".join(map(str, shape[::-1]))])
    listed = [chance.randrange(shape[0]) for _ in range(chance.randint(1, 3))]
    common = [f".reshape({flat})", ".ravel()", ".flatten()", f"[{listed}]", "[a > 3]", "[None]"]
    common += [f".swapaxes(0, {len(shape) - 1})", *(cut(chance, shape, library == "NumPy") for _ in range(4))]
    numpys = [f".transpose({order})", ".T", ".copy()", ".astype(np.float32)", "[::-1]", f".reshape({flat}, order='F')"]
    torchs = [f".permute({order})", f".view({flat})", ".contiguous()", ".clone()", ".to(torch.float32)"]
    torchs += [f".narrow(0, 0, {-(-shape[0] // 2)})", ".unsqueeze(0)", f".expand{(2, *shape)}"]
    return chance.choice([*common, *(numpys if library == "NumPy" else torchs)])


def cut(chance: random.Random, shape: tuple[int, ...], negative: bool) -> str:
    parts = []
    for size in shape[: chance.randint(1, len(shape))]:
        by = chance.choice(["", ":2", ":-1"] if negative else ["", ":2"])
        bounds = f"{chance.randint(-size, size)}:{chance.randint(-size, size)}{by}"
        parts.append(chance.choice([bounds, f":{by}", f"{chance.randrange(size)}", ":" if "..." in parts else "..."]))
    if chance.random() < 0.3:
        parts.insert(chance.randint(0, len(parts)), "None")
    return f"[{', '.join(parts)}]"


def ran(base: str, b: str = "", c: str = "", then: str = "", library: Library = "NumPy") -> Ran:
    """Run a program that has to run to its end."""
    found = run_program(base, b, c, then, library)
    assert isinstance(found, Ran), found
    return found


def stopped(base: str, b: str = "", c: str = "", then: str = "", library: Library = "NumPy") -> Stopped:
    """Run a program of which the library has to refuse a line."""
    found = run_program(base, b, c, then, library)
    assert isinstance(found, Stopped), found
    return found


def unread(base: str, b: str = "", c: str = "", then: str = "", library: Library = "NumPy") -> Unread:
    """Run a program of which a field must not be readable."""
    found = run_program(base, b, c, then, library)
    assert isinstance(found, Unread), found
    return found


def cells(program: Program, name: str) -> Any:
    """Return the cells of a name once all has run, as lists."""
    return program.after.called(name).values.tolist()
