"""A change of a program that might mend it, before it is tried."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import Failing, Operand, statements_of
from primer_core.lessons.own_lines.trace import Seen, Trace

Where = Literal["failing", "making", "added"]
"""What a change touches: the statement that fails; the call that made the layer which fails, and of that one number;
or nothing that is there, as a line is put in."""

N = TypeVar("N", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change of a program.

    Parameters
    ----------
    place
        What is replaced; of an added line the statement before which it comes.
    new
        What stands there then; of an added line that line.
    where
        What the change touches.
    """

    place: Place
    new: str
    where: Where = "failing"

    def applied(self, source: str) -> str:
        """Return a program with the change."""
        lines = source.split("\n")
        line, end = self.place.line, self.place.end_line
        if self.where == "added":
            old = lines[line - 1]
            return "\n".join([*lines[: line - 1], old[: len(old) - len(old.lstrip())] + self.new, *lines[line - 1 :]])
        before, after = lines[line - 1][: self.place.column], lines[end - 1][self.place.end_column :]
        return "\n".join([*lines[: line - 1], f"{before}{self.new}{after}", *lines[end:]])


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A program that failed, and what is known of it.

    Parameters
    ----------
    trace
        The program.
    failing
        The sub-expression at which it stopped.
    known
        What the message says; None where its kind is not known.
    """

    trace: Trace
    failing: Failing
    known: Recognised | None

    @property
    def kind(self) -> str:
        """Name of the message's kind; empty where that is not known."""
        return self.known.kind if self.known is not None else ""

    @property
    def cause(self) -> Cause | None:
        """What was read out of the message."""
        return self.known.cause if self.known is not None else None

    @property
    def node(self) -> ast.AST:
        """Syntax tree of the sub-expression."""
        return self.failing.node

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Operands whose value is known, the later ones first."""
        return tuple(each for each in reversed(self.failing.operands) if each.kind)

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        return Place.of(node, self.trace.source)

    def text(self, node: ast.AST) -> str:
        """Return what stands at a node."""
        return self.place(node).text

    def around(self, kind: type[N]) -> N | None:
        """Return the innermost node of a kind that holds the sub-expression, or is it."""
        inner = self.failing.place
        found: N | None = None
        for node in ast.walk(self.failing.statement):  # outer ones come first
            if isinstance(node, kind):
                place = self.place(node)
                begins, ends = (place.line, place.column), (place.end_line, place.end_column)
                if begins <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= ends:
                    found = node
        return found

    def instead(self, node: ast.AST, new: str) -> Candidate:
        """Replace a node of the failing statement."""
        return Candidate(self.place(node), new)

    def whole(self, new: str) -> Candidate:
        """Replace the sub-expression."""
        return Candidate(self.failing.place, new)

    def statements_before(self) -> Iterator[ast.stmt]:
        """Go through the statements of one line each that stand before the failing one, the nearest first."""
        for statement in reversed(statements_of(self.trace.source)):
            if statement.lineno == statement.end_lineno and statement.lineno < self.failing.statement.lineno:
                yield statement

    @property
    def seen(self) -> Mapping[str, Seen]:
        """What each name was bound to after the last step that is kept."""
        return self.trace.steps[-1].names if self.trace.steps else {}

    def binding(self, name: str, before: ast.stmt | None = None) -> ast.Assign | None:
        """Return the last statement of one line that binds a name before the failing one, or before another."""
        found: ast.Assign | None = None
        until = self.failing.statement if before is None else before
        failing = until.lineno, until.col_offset
        for statement in statements_of(self.trace.source):
            match statement:
                case ast.Assign([ast.Name(bound)]) if bound == name and statement.end_lineno == statement.lineno:
                    if (statement.lineno, statement.col_offset) < failing:
                        found = statement
        return found

    def before(self, statement: ast.stmt, line: str) -> Candidate:
        """Put a line before a statement."""
        return Candidate(self.place(statement), line, "added")

    def positional(self) -> list[ast.expr]:
        """Return the arguments of the call that failed, without those by name."""
        return list(self.node.args) if isinstance(self.node, ast.Call) else []


def made_and_called(failure: Failure, call: ast.Call) -> str:
    """Return what makes a loss function first, and calls it of what stands where its settings do."""
    return f"{failure.text(call.func)}()({', '.join(map(failure.text, call.args))})"


def ended(operand: Operand, ending: str) -> Candidate:
    """Ask something of an operand."""
    return Candidate(operand.place, f"{operand.asked}{ending}")


def each_ended(operands: tuple[Operand, ...], *endings: str) -> Iterator[Candidate]:
    """Ask each of a few things of each array, things first."""
    for ending in endings:
        yield from (ended(operand, ending) for operand in operands if operand.shape is not None)
