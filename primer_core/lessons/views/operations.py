"""Operations to choose from, for learners who would rather choose than type."""

from math import prod

from primer_core.backend import Library
from primer_core.language.limits import MAX_AXES


def operations(shape: tuple[int, ...], library: Library) -> tuple[str, ...]:
    """Return operations on an array ``a`` of that shape which the library takes, as code."""
    if not shape or not prod(shape):
        return ("a[...]", "a[None]") if len(shape) < MAX_AXES else ("a[...]",)
    rank, turned, half = len(shape), ", ".join(map(str, reversed(shape))), -(-shape[0] // 2)
    around = ", ".join(map(str, reversed(range(rank))))
    found = [f"a[:{half}]", "a[::2]", "a[..., -1]", *(["a[None]"] if rank < MAX_AXES else []), "a[[0, -1]]", "a[a > 3]"]
    found += [f"a.reshape({turned})", "a.reshape(-1)", "a.ravel()", "a.flatten()"]
    if library == "NumPy":
        found += ["a[::-1]", "a.T", f"a.transpose({around})", "a.T.ravel()", "a.copy()", "a.astype(np.float32)"]
        found += [f"np.broadcast_to(a, {(2, *shape)})"] if rank < MAX_AXES else []
        return (*found, "torch.from_numpy(a)")
    found += [f"a.view({turned})", f"a.permute({around})", f"a.narrow(0, 0, {half})", "a.contiguous()", "a.clone()"]
    found += [f"a[:1].expand{(5, *shape[1:])}", "a.to(torch.float32)"]
    return (*found, f"a.as_strided(({half},), ({prod(shape[1:])},))")
