"""A line at which something may surprise: what its rules look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.language.execution import is_array
from primer_core.language.parsing import code_expression, typed_literal
from primer_core.language.programs.missing import public_names
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import node_at, nodes_of, wrapped
from primer_core.lessons.own_lines.ledger import Origin
from primer_core.lessons.own_lines.trace import Part, Seen, Step, Trace

LOSSES = (
    "F.cross_entropy", "F.mse_loss", "F.l1_loss", "F.huber_loss", "F.smooth_l1_loss",
    "F.binary_cross_entropy_with_logits", "F.nll_loss", "F.kl_div",
)  # fmt: skip


class Line:
    """A step at which something may surprise.

    What stands in the line is the same each time that it runs: a rule that comes to nothing by that alone does so for
    every other run. So a line knows whether it was asked for anything else.

    Parameters
    ----------
    trace
        The program.
    step
        What one of its lines did.
    before
        The step before it in the same call of a function, or outside of all; None for the first there, and where that
        was not kept.
    losses
        Losses of the whole program, as `LOSSES` has them.
    statements
        All statements of the program, those within others, too.

    Attributes
    ----------
    node
        The statement.
    source
        The program's text.
    is_of_run
        Whether it was asked for what can differ from one run of the statement to the next.
    """

    __slots__ = ("_before", "_losses", "_step", "_trace", "is_of_run", "node", "source", "statements")

    def __init__(
        self,
        trace: Trace,
        step: Step,
        before: Step | None,
        losses: Sequence[Origin],
        statements: Sequence[ast.stmt],
    ) -> None:
        self.is_of_run = False
        self.node, self.source, self.statements = step.moment.node, trace.source, statements
        self._trace, self._step, self._before, self._losses = trace, step, before, losses

    @property
    def trace(self) -> Trace:
        """The program as it ran."""
        self.is_of_run = True
        return self._trace

    @property
    def step(self) -> Step:
        """What the line did."""
        self.is_of_run = True
        return self._step

    @property
    def before(self) -> Step | None:
        """The step before it in the same call of a function, or outside of all."""
        self.is_of_run = True
        return self._before

    @property
    def losses(self) -> Sequence[Origin]:
        """Losses of the whole program."""
        self.is_of_run = True
        return self._losses

    @property
    def run(self) -> tuple[int, int]:
        """Which line, and the how-manieth time."""
        return self.step.number, self.step.run

    @property
    def just_before(self) -> Step | None:
        """The step right before it, in whatever function; None for the first, and where that was not kept."""
        steps = self.trace.steps
        place = steps.index(self.step) if len(steps) == self.trace.taken else 0
        return steps[place - 1] if place else None

    @property
    def is_last(self) -> bool:
        """Whether no statement of the program stands in a later line: its value may stand there to be looked at."""
        return self.node.lineno == max((statement.lineno for statement in self.statements), default=0)

    def loops_around(self) -> list[ast.For | ast.While]:
        """Return the loops in whose body the line stands, the outer ones first."""
        loops = (each for each in self.statements if isinstance(each, ast.For | ast.While))
        at = self.node.lineno
        return [each for each in loops if each.body[0].lineno <= at <= (each.body[-1].end_lineno or at)]

    def written_to(self) -> ast.Subscript | None:
        """Return what the line assigns to, if that is ``x[index]``."""
        match self.node:
            case ast.Assign([ast.Subscript() as target]) | ast.AugAssign(ast.Subscript() as target):
                return target
        return None

    def at(self, place: Place | None) -> ast.AST | None:
        """Return what stands at a place of the program."""
        return None if place is None else node_at(self.source, place)

    def text(self, node: ast.expr) -> str:
        """Return what stands in the program at an expression."""
        return Place.of(node, self.source).text

    def asked(self, node: ast.expr) -> str:
        """Return what stands at an expression so that a method can be asked of it, and a sign stands beside it."""
        return wrapped(node, self.text(node))

    def origins_here(self) -> Sequence[Origin]:
        """Return what was computed by the line itself."""
        ledger = self.trace.ledger
        return () if ledger is None else ledger.origins_in(self.run)

    def losses_here(self) -> Iterator[tuple[str, Origin, ast.Call]]:
        """Go through the losses that the line computed: the function's name, what it was, and the call in the line."""
        for origin in self.origins_here():
            if origin.call is None or origin.call.entry.name not in LOSSES:
                continue
            found = self.at(origin.place)
            if isinstance(found, ast.Call) and found.args:
                yield origin.call.entry.name, origin, found

    def calls(self) -> Iterator[ast.Call]:
        """Go through the calls that stand in the line, outer ones first."""
        yield from (node for node in within(self.node) if isinstance(node, ast.Call))

    def nodes(self) -> Iterator[ast.AST]:
        """Go through what stands in the line."""
        yield from within(self.node)

    def everywhere(self) -> Iterator[ast.AST]:
        """Go through what stands in the whole program."""
        yield from nodes_of(self.source)

    def stored(self) -> list[str]:
        """Return the names that the program binds, each as often as it does."""
        return [node.id for node in self.everywhere() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]

    def shape_of(self, name: str) -> tuple[int, ...] | None:
        """Return the shape of what a name was bound to before the line; None where that is no array or not known."""
        seen = None if self.before is None else self.before.names.get(name)
        return None if seen is None else seen.shape

    def is_pythons(self, name: str) -> bool:
        """Return whether a name stands for Python's own: nothing in the program binds it to something else."""
        imports = [node for node in self.everywhere() if isinstance(node, ast.ImportFrom)]
        from_elsewhere = any(
            name in public_names(node.module or "") if each.name == "*" else (each.asname or each.name) == name
            for node in imports
            for each in node.names
        )
        return not from_elsewhere and name not in self.step.names and name not in self.stored()

    def is_tensor(self, name: str) -> bool:
        """Return whether a name was bound to a tensor of PyTorch's before the line, as far as that is known."""
        seen = None if self.before is None else self.before.names.get(name)
        return seen is not None and seen.dtype.startswith("torch.")


def elements(seen: Seen | None) -> list[ast.expr]:
    """Return the elements of a list as they are shown; none of what is no list, is cut, or is not written as code."""
    if seen is None or not seen.text.startswith("["):
        return []
    try:
        made = code_expression(seen.text)
    except SyntaxError:
        return []
    return made.elts if isinstance(made, ast.List) else []


def numbers_listed(seen: Seen | None) -> int:
    """Return how many numbers a list holds; 0 of what is no list of numbers alone, or is not shown whole."""
    held = elements(seen)
    of_numbers = all(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in held)
    return len(held) if of_numbers else 0


@lru_cache(maxsize=256)
def within(node: ast.stmt) -> tuple[ast.AST, ...]:
    """Return what stands in the part of a statement that runs with its line, outer nodes first: each rule asks."""
    return tuple(ast.walk(_own(node)))


def _own(node: ast.stmt) -> ast.AST:
    """Return the part of a statement that runs with its line: of a loop what it goes through."""
    if isinstance(node, ast.For):
        return node.iter
    return ast.Pass() if hasattr(node, "body") else node


def goes_back(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Return whether a node asks something for ``backward``."""
    return isinstance(node, ast.Attribute) and node.attr == "backward"


def whole_number(node: ast.expr | None) -> int | None:
    """Return a whole number that stands in the program; None for anything else."""
    match node:
        case ast.Constant(int(number)) if type(number) is int:
            return number
        case ast.UnaryOp(ast.USub(), ast.Constant(int(number))) if type(number) is int:
            return -number
    return None


def numbers(array: Any) -> NDArray[Any]:
    """Return the numbers of an array or a tensor as an array of NumPy's."""
    return backend_of(array).to_numpy(array)


def as_array(value: Any) -> NDArray[Any]:
    """Return the numbers of an array or a tensor, or of what is written as numbers alone, as an array of NumPy's."""
    return np.asarray(numbers(value) if is_array(value) else value)


def arrays(part: Part) -> list[Any]:
    """Return the arrays among what a part was given, in order."""
    return [each for each in (*part.operands, *part.keywords.values()) if is_array(each)]


def with_argument(call: str, argument: str) -> str:
    """Return the code of a call with one more argument."""
    return f"{call[:-1].rstrip().rstrip(',')}, {argument})"


def squeezed(node: ast.expr) -> ast.expr:
    """Return what takes axis 1 of an array away, of the array's code."""
    return ast.Call(ast.Attribute(node, "squeeze", ast.Load()), [ast.Constant(1)], [])


def last_name(part: Part) -> str:
    """Return what a part does, without the library's or the type's name: ``sort``."""
    return part.entry.rpartition(".")[2]


def float_of(line: Line, node: ast.expr) -> float | None:
    """Return a float of Python's that stands in a line, or that a name is bound to; None for all else."""
    seen = line.before.names.get(node.id) if isinstance(node, ast.Name) and line.before is not None else None
    number = number_of(ast.unparse(node) if seen is None else seen.text if seen.kind == "float" else "")
    return number if type(number) is float else None


def number_of(text: str) -> int | float | None:
    """Return a number that is written as Python writes it; None for all else."""
    try:
        number = typed_literal(text)
    except SyntaxError:
        return None
    return number if type(number) in (int, float) else None
