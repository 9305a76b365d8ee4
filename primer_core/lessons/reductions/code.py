"""Snippets of the reductions lesson: each runs as copied and prints what the page shows."""

from primer_core.backend import Backend
from primer_core.backend.imports import import_lines
from primer_core.language.operand import Operand


def given(library: Backend, operand: Operand) -> list[str]:
    """Write the lines that import what is needed and bind a, as it was typed where that was a tensor."""
    if operand.tensor_code and not library.runs_numpy_code:
        needs_numpy = "np." in operand.tensor_code
        imports = import_lines([operand.tensor_code])[0 if needs_numpy else 1 :]  # NumPy's is the first
        return [*dict.fromkeys([*imports, library.import_line]), "", f"a = {operand.tensor_code}"]
    return library.setup_code("a", operand.code)


def snippet(library: Backend, operand: Operand, statements: tuple[str, ...], other: tuple[str, ...] | None) -> str:
    """Write the snippet that reduces; for std and var it goes on to print what the other divisor gives."""
    lines = [*given(library, operand), *statements, "print(s)", "print(tuple(s.shape))"]
    if statements[0].startswith("m = "):
        lines.append("print(m.indices)")
    if other is not None:
        lines.append(f"print({other[-1].removeprefix('s = ')})")
    return "\n".join(lines)


def failing(library: Backend, operand: Operand, statements: tuple[str, ...], error: str) -> str:
    """Write the snippet that meets the library's error, a built-in class, and prints it."""
    lines = [*given(library, operand), "try:", *(f"    {line}" for line in statements)]
    return "\n".join([*lines, f"except {error} as error:", "    print(error)"])


def back(library: Backend, operand: Operand, statements: tuple[str, ...], sign: str, error: str | None) -> str:
    """Write the snippet that brings the reduction back to the array; `error` is the built-in class that it meets."""
    lines = [*given(library, operand), *statements]
    if error is None:
        return "\n".join([*lines, f"d = a {sign} s", "print(d)"])
    return "\n".join([*lines, "try:", f"    d = a {sign} s", f"except {error} as error:", "    print(error)"])
