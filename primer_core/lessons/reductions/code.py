"""Snippets of the reductions lesson: each runs as copied and prints what the page shows."""

from primer_core.language.operand import Operand


def call(
    library: str, operation: str, axis: int | tuple[int, ...] | None, *, keepdims: bool, ddof: int
) -> tuple[str, ...]:
    """Write the statements that leave the reduction of ``a`` in ``s``."""
    torch = library == "PyTorch"
    if operation == "softmax" and torch:
        return (f"s = torch.softmax(a, dim={axis})",)
    over = f"axis={axis}"
    if operation == "softmax":
        return (f"e = np.exp(a - a.max({over}, keepdims=True))", f"s = e / e.sum({over}, keepdims=True)")
    words = [] if axis is None and not (torch and keepdims) else [f"dim={axis}" if torch else over]
    if torch and operation == "max":  # amax takes no None: it takes no axes for all of them
        words = [] if axis is None else [f"dim={axis}"]
    if operation == "std":
        words.append(f"correction={ddof}" if torch else f"ddof={ddof}")
    if keepdims:
        words.append("keepdim=True" if torch else "keepdims=True")
    if operation == "norm":
        return (f"s = {'torch.linalg.vector_norm' if torch else 'np.linalg.norm'}({', '.join(['a', *words])})",)
    return (f"s = a.{'amax' if torch and operation == 'max' else operation}({', '.join(words)})",)


def snippet(library: str, operand: Operand, statements: tuple[str, ...], other: tuple[str, ...] | None) -> str:
    """Write the snippet that reduces; for std it goes on to print what the other divisor gives."""
    lines = [*_given(library, operand), *statements, "print(s)", "print(tuple(s.shape))"]
    if other is not None:
        lines.append(f"print({other[-1].removeprefix('s = ')})")
    return "\n".join(lines)


def failing(library: str, operand: Operand, statements: tuple[str, ...], error: str) -> str:
    """Write the snippet that meets the library's error and prints it."""
    lines = [*_given(library, operand), "try:", *(f"    {line}" for line in statements)]
    return "\n".join([*lines, f"except {error} as error:", "    print(error)"])


def back(library: str, operand: Operand, statements: tuple[str, ...], sign: str, error: str | None) -> str:
    """Write the snippet that brings the reduction back to the array."""
    lines = [*_given(library, operand), *statements]
    if error is None:
        return "\n".join([*lines, f"d = a {sign} s", "print(d)"])
    kind = "ValueError" if library == "NumPy" else "RuntimeError"
    return "\n".join([*lines, "try:", f"    d = a {sign} s", f"except {kind} as error:", "    print(error)"])


def _given(library: str, operand: Operand) -> list[str]:
    if library == "NumPy":
        return ["import numpy as np", "", f"a = {operand.code}"]
    return ["import numpy as np", "import torch", "", f"a = torch.tensor({operand.code})"]
