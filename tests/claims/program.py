"""Plain Python as a page prints it, run again and again with something changed."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

Names = dict[str, Any]
Change = Callable[[Names], None]
"""Changes what names are bound to, or what stands in the arrays that they are bound to."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program left.

    Parameters
    ----------
    names
        What each name is bound to at the end.
    error
        What ended it before its end; None if nothing did.
    printed
        What it printed.
    warned
        What the libraries warned of.
    """

    names: Names
    error: Exception | None
    printed: str
    warned: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        """Return what a name is bound to.

        Raises
        ------
        AssertionError
            If the program did not bind it.
        """
        assert name in self.names, f"the program binds no {name}: {self.error}"
        return self.names[name]


class Program:
    """A program, statement by statement; what stands in a ``try`` counts as if it stood there alone."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.statements: list[ast.stmt] = []
        self.leftover = 77
        self.comments = tuple(line.strip()[1:].strip() for line in code.splitlines() if line.strip().startswith("#"))
        for statement in _parsed(code):
            self.statements += statement.body if isinstance(statement, ast.Try) else [statement]

    def run(self, *, after: Mapping[int, Change] | None = None, until: int | None = None) -> Ran:
        """Run it from nothing.

        Parameters
        ----------
        after
            What is changed once so many statements have run.
        until
            How many statements are run; None for all.
        """
        names: Names = {}
        printed = io.StringIO()
        error: Exception | None = None
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
            warnings.simplefilter("always")
            for number, statement in enumerate(self.statements[:until], start=1):
                try:
                    exec(_compiled(statement, self.leftover), names)
                except Exception as raised:
                    error = raised
                    break
                if after and number in after:
                    after[number](names)
        return Ran(names, error, printed.getvalue(), tuple(str(warning.message) for warning in caught))

    def leftovers(self, number: int) -> Program:
        """Return the program with a number in each cell that a library hands out as it finds it."""
        other = Program("")
        other.statements, other.leftover = self.statements, number
        return other

    def binds(self, target: str) -> bool:
        """Return whether a statement gives a name a value."""
        return any(target in _bound(statement) for statement in self.statements)

    def first(self, target: str) -> int:
        """Return how many statements have run once a name has its first value."""
        return next(n for n, statement in enumerate(self.statements, start=1) if target in _bound(statement))

    def bindings(self, target: str) -> list[int]:
        """Return how many statements have run each time that a name gets a value."""
        return [n for n, statement in enumerate(self.statements, start=1) if target in _bound(statement)]

    def place(self, target: str) -> int:
        """Return how many statements have run once the last one has that binds or changes a name, as it stands there.

        Raises
        ------
        AssertionError
            If no statement does.
        """
        found = [place for place, statement in enumerate(self.statements, start=1) if target in _targets(statement)]
        assert found, f"no statement binds {target}"
        return found[-1]

    def changed(self, target: str, change: Change) -> Ran:
        """Run it with something changed right after a name has got its first value."""
        return self.run(after={self.first(target): change})

    def replaced(self, target: str, code: str) -> Ran:
        """Run it with a name bound to something else right after it has got its first value."""

        def bind(names: Names) -> None:
            names[target] = eval(code, names)

        return self.changed(target, bind)

    def instead(self, place: int, code: str) -> Ran:
        """Run it with one statement replaced by another.

        Parameters
        ----------
        place
            Which: how many statements have run once it has.
        code
            What is run instead, one statement or more.
        """
        return self.with_lines(place, code).run()

    def with_lines(self, place: int, *code: str) -> Program:
        """Return it with one statement replaced by others; the parameters are those of `instead`."""
        other = Program("")
        lines = ast.parse("\n".join(code)).body
        other.statements = [*self.statements[: place - 1], *lines, *self.statements[place:]]
        return other


@lru_cache(maxsize=64)
def _parsed(code: str) -> tuple[ast.stmt, ...]:
    """The statements of a program, which many claims are made of: nobody changes them."""
    return tuple(ast.parse(code).body)


@lru_cache(maxsize=4096)
def _compiled(statement: ast.stmt, leftover: int) -> CodeType:
    """A statement that can be run, with a number in each cell that a library hands out as it finds it."""
    module = ast.Module([_Filled(leftover).visit(copy.deepcopy(statement))], type_ignores=[])
    return compile(module, "program", "exec")


class _Filled(ast.NodeTransformer):
    """Fills what the libraries hand out as they find it, so that whoever writes to it changes it."""

    def __init__(self, leftover: int) -> None:
        self.leftover = ast.Constant(float(leftover))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        sizes = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, int)]
        name, arguments = ast.unparse(node.func), node.args
        if name in ("torch.empty", "torch.Tensor") and len(sizes) == len(arguments) > 0:
            name, arguments = "torch.empty", [ast.Tuple(arguments, ast.Load())]
            node.keywords = node.keywords or [ast.keyword("dtype", ast.parse("torch.float32", mode="eval").body)]
        full = {"np.empty": "np.full", "torch.empty": "torch.full", "np.empty_like": "np.full_like"}.get(name)
        if full and len(arguments) == 1:
            filled = ast.Call(ast.parse(full, mode="eval").body, [arguments[0], self.leftover], node.keywords)
            node = ast.fix_missing_locations(ast.copy_location(filled, node))
        return self.generic_visit(node)


def _targets(statement: ast.stmt) -> list[str]:
    return [ast.unparse(statement.target)] if isinstance(statement, ast.AugAssign) else _bound(statement)


def _bound(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets):
            return [ast.unparse(target) for target in targets]
        case ast.AnnAssign(target):
            return [ast.unparse(target)]
    return []
