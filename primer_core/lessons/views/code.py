"""Snippets of the lesson on views: each runs as copied and prints what the page shows."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from primer_core.backend import LIBRARIES, NUMPY, backend
from primer_core.language.parsing import code_expression

if TYPE_CHECKING:
    from primer_core.claims.claim import Line
    from primer_core.lessons.views.program import Program
    from primer_core.lessons.views.question import View
    from primer_core.lessons.views.state import Made

_PRINTED_BARE = {"array": "np.array", "tensor": "torch.tensor", "nan": "np.nan", "inf": "np.inf"}
"""What the libraries print without saying whose it is."""

_MODULES = {"numpy": "np", "nn": "torch.nn"}


def spelled(node: ast.AST, names: Container[str] = ()) -> str:
    """Write what was typed as code that runs after the usual imports.

    Parameters
    ----------
    node
        An expression or a statement.
    names
        The learner's own names, which mean what they are bound to.
    """
    return ast.unparse(_Spelled(names).visit(copy.deepcopy(node)))


@dataclass(slots=True)
class _Spelled(ast.NodeTransformer):
    names: Container[str]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.names or not isinstance(node.ctx, ast.Load):
            return node
        written = _PRINTED_BARE.get(node.id) or _MODULES.get(node.id)
        return code_expression(written) if written else node


def question(first: str, made: Made, second: str, other: Made) -> str:
    """Write the question whether two names share memory."""
    if made.library == other.library:
        return backend(made.library).shares_memory_code(first, second)
    sides = [backend(one.library).to_numpy_code(name) for name, one in ((first, made), (second, other))]
    return NUMPY.shares_memory_code(*sides)


def memory(program: Program) -> str:
    """Write the snippet that prints verdicts and layouts, what is shared after the statements, and all cells."""
    lines = [*_before(program, "Memory"), *program.statements, *_failing(program)]
    if program.statements:
        lines += [f"print({asked.code})  # {asked.answer}" for asked in program.asked]
    lines += [f"print({name})" for name in (*program.after.names, *(name for name, _ in program.values))]
    return with_imports(lines)


def names(program: Program) -> str:
    """Write the snippet that prints, of each name, whether it is still the same object, and its cells."""
    after = ", ".join(f'"{name}": {name}' for name in program.after.names)
    return with_imports(
        [
            *_before(program, "Names"),
            *program.statements,
            *_failing(program),
            f"for name, array in {{{after}}}.items():",
            "    print(name, array is before.get(name), array.tolist())",
        ]
    )


def places(program: Program, view: View) -> tuple[Line, ...]:
    """Return where each line stands in the snippet of a view: those that ran, and then the one that failed.

    Returns
    -------
    tuple
        The code of the line, and which of the lines of the snippet that read so it is, counted from 1.
    """
    shown = [line.partition("  # ")[0] for line in _before(program, view)]
    defined = 1 + len(program.definitions)
    rest = [*program.statements, *([program.failing] if program.failing else [])]
    found = [(line, shown[:place].count(line) + 1) for place, line in enumerate(program.lines[:defined])]
    return (*found, *((line, (shown + rest[:place]).count(line) + 1) for place, line in enumerate(rest)))


def _before(program: Program, view: View) -> list[str]:
    """Write what stands before the statements."""
    lines = [f"a = {program.base}", *program.definitions]
    if view == "Refused views":
        return lines
    if view == "Names":
        held = ", ".join(f'"{name}": {name}' for name in program.before.names)
        return [*lines, f"before = {{{held}}}"]
    lines += [f"print({asked.code})  # {asked.answer}" for verdict in program.verdicts for asked in verdict.questions]
    for name in program.before.names:
        lines += layout(name, program.before.called(name), program.before.called("a"))
    return lines


def layout(name: str, made: Made, base: Made) -> list[str]:
    """Write the lines that print one layout: shape and strides, the offset in elements, and the flags.

    Parameters
    ----------
    name, made
        The array.
    base
        What ``a`` is bound to.
    """
    lines = [f"print({', '.join(asked)})" for asked in backend(made.library).layout_code(name)]
    # A tensor on an array's memory counts its storage_offset from itself, not from the memory's first element.
    told = all(backend(one.library).tells_offset for one in (made, base))
    if made.buffer == base.buffer and made.kind == "view" and not told:
        start, first = backend(made.library).pointer_code(name), backend(base.library).pointer_code("a")
        counted = "offset" if base.layout.offset == 0 else "offset from the first cell of a"
        sized = "a" if made.layout.itemsize == base.layout.itemsize else name
        lines.append(f"print(({start} - {first}) // {sized}.itemsize)  # {counted}")
    return lines


def with_imports(lines: list[str]) -> str:
    """Put the imports that the lines need before them."""
    text = "\n".join(lines)
    imports = [library.import_line for library in map(backend, LIBRARIES) if f"{library.prefix}." in text]
    if re.search(r"(?<![\w.])F\.\w", text):
        imports.append("import torch.nn.functional as F")
    if re.search(r"(?<![\w.])as_strided\(", text):
        imports.append("from numpy.lib.stride_tricks import as_strided")
    return "\n".join([*imports, "", *lines])


def _failing(program: Program) -> list[str]:
    """Write the line that failed, and what was not run for it."""
    if not program.failing:
        return []
    return [*attempt(program.failing), *(f"# not run: {line}" for line in program.skipped)]


def attempt(line: str) -> list[str]:
    """Write the lines that try a line which the library refuses, and print its words."""
    return ["try:", f"    {line}", "except Exception as error:", '    print(f"{type(error).__name__}: {error}")']
