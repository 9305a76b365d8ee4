"""Snippets of the reductions lesson: each runs as copied and prints what the page shows."""

from primer_core.backend import Backend
from primer_core.language.operand import Operand


def snippet(library: Backend, operand: Operand, statements: tuple[str, ...], other: tuple[str, ...] | None) -> str:
    """Write the snippet that reduces; for std it goes on to print what the other divisor gives."""
    lines = [*library.setup_code("a", operand.code), *statements, "print(s)", "print(tuple(s.shape))"]
    if other is not None:
        lines.append(f"print({other[-1].removeprefix('s = ')})")
    return "\n".join(lines)


def failing(library: Backend, operand: Operand, statements: tuple[str, ...], error: str) -> str:
    """Write the snippet that meets the library's error, a built-in class, and prints it."""
    lines = [*library.setup_code("a", operand.code), "try:", *(f"    {line}" for line in statements)]
    return "\n".join([*lines, f"except {error} as error:", "    print(error)"])


def back(library: Backend, operand: Operand, statements: tuple[str, ...], sign: str, error: str | None) -> str:
    """Write the snippet that brings the reduction back to the array; `error` is the built-in class that it meets."""
    lines = [*library.setup_code("a", operand.code), *statements]
    if error is None:
        return "\n".join([*lines, f"d = a {sign} s", "print(d)"])
    return "\n".join([*lines, "try:", f"    d = a {sign} s", f"except {error} as error:", "    print(error)"])
