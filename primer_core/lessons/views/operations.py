"""Operations to choose from, for learners who would rather choose than type."""

from math import prod

from primer_core.backend import Library, backend
from primer_core.language.limits import MAX_AXES


def operations(shape: tuple[int, ...], library: Library) -> tuple[str, ...]:
    """Return operations on an array ``a`` of that shape which the library takes, as code."""
    if not shape or not prod(shape):
        return ("a[...]", "a[None]") if len(shape) < MAX_AXES else ("a[...]",)
    rank, turned, half = len(shape), ", ".join(map(str, reversed(shape))), -(-shape[0] // 2)
    found = [f"a[:{half}]", "a[::2]", "a[..., -1]", *(["a[None]"] if rank < MAX_AXES else []), "a[[0, -1]]", "a[a > 3]"]
    found += [f"a.reshape({turned})", "a.reshape(-1)", "a.ravel()", "a.flatten()"]
    return (*found, *backend(library).examples_code("a", shape))
