"""Runs a program statement by statement, with what the switches of the lesson add to it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from primer_core.backend.interface import Declined
from primer_core.language.evaluator import CarryOut, Evaluator, carried_out
from primer_core.language.parsing import code_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.lessons.autograd_graph.graph import Switches
from primer_core.lessons.autograd_graph.program import Program
from primer_core.lessons.autograd_graph.short_form import ShortForm

INDENT = "    "


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """What a program, or one block of it, was stopped by.

    Parameters
    ----------
    rejection
        Whose verdict it is.
    caught
        Whether the program catches it, so that it goes on.
    """

    rejection: Rejection
    caught: bool


@dataclass(slots=True, eq=False)
class Run:
    """A program being run, and then run.

    Parameters
    ----------
    program, switches
        What to run. Where a program says itself when backward runs, what switches do about backward is left out.
    carry_out
        Carries out each call of a library.
    after
        Is called after each statement, with its tree as it was run.
    halted
        Is called where one fails.
    plain
        Its statements as they are in PyTorch, from an earlier run; none are needed.
    known
        Makes the tensor that a statement, by its place among those that are run, binds to a name: it need not be run.
    writes
        Whether `code` is written.
    code
        The lines that were run, as PyTorch code.
    ran
        The statements of the program that were run, as they are in PyTorch.
    stops
        What it was stopped by, in order.
    output
        The name of the last statement's tensor; empty before there is one.
    count
        The place of the statement that runs now, among those of the program that are run.
    is_added
        Whether what runs now was added by a switch, and does not stand in the program.
    now, now_source
        The statement that runs now, or ran last, as it is in PyTorch, and the text in which its places count.
    """

    program: Program
    switches: Switches
    carry_out: CarryOut = carried_out
    after: Callable[[ast.stmt], None] = lambda _: None
    halted: Callable[[Rejection], None] = lambda _: None
    plain: Sequence[ast.stmt] = ()
    known: Mapping[int, Callable[[], Tensor]] = field(default_factory=dict)
    writes: bool = True
    code: list[str] = field(default_factory=list)
    ran: list[ast.stmt] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    output: str = ""
    count: int = -1
    is_added: bool = False
    now: ast.stmt = field(default_factory=ast.Pass)
    now_source: str = ""
    evaluator: Evaluator = field(init=False)
    _short: ShortForm | None = field(init=False)
    _depth: int = 0

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(carry_out=self.carry_out)
        program = self.program
        self._short = ShortForm(program.data, self.names, program.source) if program.short else None

    @property
    def names(self) -> MutableMapping[str, Any]:
        """The program's names with their values by now."""
        return self.evaluator.names

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The names that stand for tensors."""
        return {name: value for name, value in self.names.items() if isinstance(value, Tensor)}

    def forward(self) -> bool:
        """Run the program as it stands; return whether it came to its end.

        Raises
        ------
        Rejection
            Of the verdicts *unread* and *unknown*.
        """
        if self.switches.no_grad:
            self.code.append("with torch.no_grad():")
            self._depth += 1
        with torch.no_grad() if self.switches.no_grad else nullcontext():
            done = self._block(self.program.nodes)
        self._depth = 0
        return done

    def added(self, code: str) -> bool:
        """Run lines that a switch adds at the end; return whether they could be run."""
        kept, self._short, self.is_added = self._short, None, True
        try:
            return self._block(code_statements(code), code)
        finally:
            self._short, self.is_added = kept, False

    def go_back(self, after: Callable[[str], None] = lambda _: None) -> None:
        """Run the lines that switches add behind a program that does not go back itself, until one fails.

        Parameters
        ----------
        after
            Is called with each line once it has run.
        """
        for code in self._way_back():
            with torch.no_grad() if code.endswith(".add_(1)") else nullcontext():
                if not self.added(code):
                    return
            after(code)

    def _way_back(self) -> Iterator[str]:
        switches = self.switches
        if switches.in_place:
            yield f"{switches.in_place}.add_(1)"
        for number in range(1, switches.backward_calls + 1):
            if number == 2 and switches.zero_grad:
                yield "\n".join(f"{name}.grad = None" for name, tensor in self.tensors.items() if tensor.is_leaf)
            keeps = switches.retain_graph and number < switches.backward_calls
            yield f"{self.output}.backward({'retain_graph=True' if keeps else ''})"

    def node_at(self, place: Place) -> ast.expr | ast.stmt | None:
        """Return what stands at a place of the statement that runs now, as it is in PyTorch; None if nothing does."""
        nodes = (node for node in ast.walk(self.now) if isinstance(node, ast.expr | ast.stmt))
        inner = (node for node in nodes if not isinstance(node, ast.Expr))  # what it holds stands at the same place
        return next((node for node in inner if Place.of(node, self.now_source) == place), None)

    def in_code(self, place: Place) -> str:
        """Return what stands at a place of the statement that runs now, as the code panel has it."""
        node = self.node_at(place)
        return place.text if node is None else ast.unparse(node)

    def _block(self, nodes: Sequence[ast.stmt], source: str | None = None) -> bool:
        source = self.program.source if source is None else source
        for node in nodes:
            match node:
                case ast.With([ast.withitem(mode)], body):
                    self._write(f"with {ast.unparse(mode)}:")
                    self._depth += 1
                    with torch.no_grad() if ast.unparse(mode) == "torch.no_grad()" else torch.enable_grad():
                        done = self._block(body, source)
                    self._depth -= 1
                case ast.Try(body, [handler]):
                    done = self._tried(body, handler, source)
                case _:
                    done = self._statement(node, source, last=node is self.program.nodes[-1])
            if not done:
                return False
        return True

    def _tried(self, body: Sequence[ast.stmt], handler: ast.ExceptHandler, source: str) -> bool:
        self._write("try:")
        self._depth += 1
        before = len(self.stops)
        done = self._block(body, source)
        self._depth -= 1
        kind = f" {ast.unparse(handler.type)}" if handler.type is not None else ""
        self._write(f"except{kind}{f' as {handler.name}' if handler.name else ''}:")
        self._depth += 1
        self._write(handler.body[0])
        self._depth -= 1
        if done:
            return True
        declined = self.stops[-1].rejection.declined if len(self.stops) > before else None
        if declined is None or not _catches(handler, declined):
            return False
        self.stops[-1] = Stop(self.stops[-1].rejection, caught=True)
        if handler.name:
            self.evaluator.printed.append(declined.words)
        return True

    def _statement(self, node: ast.stmt, source: str, *, last: bool) -> bool:
        self.count += not self.is_added
        try:
            plain = self._in_pytorch(node)
        except Rejection as rejection:
            self._write(node)
            return self._stopped(rejection)
        self.now, self.now_source = plain, source
        if last and isinstance(plain, ast.Expr) and not _is_print(plain) and not self.program.goes_back:
            plain, done = self._last(plain, source)
        else:
            self._write(plain)
            done = self._run(plain, source)
        if not done:
            return False
        self.after(plain)
        self._switched(plain)
        return True

    def _run(self, plain: ast.stmt, source: str) -> bool:
        match plain:
            case ast.Assign([ast.Name(name)]) if self.count in self.known and not self.is_added:
                self.names[name] = self.known[self.count]()
                return True
        try:
            self.evaluator.statement(plain, source)
        except Rejection as rejection:
            return self._stopped(rejection)
        return True

    def _in_pytorch(self, node: ast.stmt) -> ast.stmt:
        """Return a statement as it is in PyTorch."""
        if self._short is None:
            return node
        known = len(self.ran) < len(self.plain)
        self.ran.append(self.plain[len(self.ran)] if known else self._short.statement(node))
        return self.ran[-1]

    def _last(self, node: ast.Expr, source: str) -> tuple[ast.stmt, bool]:
        """Run a last line without a name; where its tensor has none, it gets one."""
        try:
            value = self.evaluator.value_of(node.value, source)
        except Rejection as rejection:
            self._write(node)
            return node, self._stopped(rejection)
        known = next((name for name, each in self.names.items() if each is value), "")
        if not isinstance(value, Tensor) or known:
            self._write(node)
            self.output = known if isinstance(value, Tensor) else self.output
            return node, True
        name = next(name for name in ("result", "result_", "result__") if name not in self.names)
        self.names[name] = value
        self.output = name
        assigned = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], node.value), node)
        self._write(assigned)
        return assigned, True

    def _switched(self, node: ast.stmt) -> None:
        """Do what switches ask for after a statement: detach a name, and keep gradients."""
        names = [name for name in bound_names(node) if isinstance(self.names.get(name), Tensor)]
        for name in names:
            self.output = name
            if name == self.switches.detach:
                self._also(f"{name} = {name}.detach()")
            tensor = self.names[name]
            if self.switches.retain_grad and not tensor.is_leaf and not tensor.retains_grad:
                self._also(f"{name}.retain_grad()")

    def _also(self, code: str) -> None:
        self._write(code)
        (node,) = code_statements(code)
        before, self.is_added = self.is_added, True
        now, self.now = self.now, node
        now_source, self.now_source = self.now_source, code
        self.evaluator.statement(node, code)
        self.after(node)
        self.is_added, self.now, self.now_source = before, now, now_source

    def _write(self, code: str | ast.stmt) -> None:
        if self.writes:
            written = code if isinstance(code, str) else ast.unparse(code)
            self.code.append(INDENT * self._depth + written)

    def _stopped(self, rejection: Rejection) -> bool:
        if rejection.verdict in ("unread", "unknown"):
            raise rejection
        self.stops.append(Stop(rejection, caught=False))
        self.halted(rejection)
        return False


def bound_names(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds or changes in place."""
    match node:
        case ast.Assign(targets):
            inner = [part for target in targets for part in ast.walk(target)]
            return [part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
        case ast.AugAssign(ast.Name(name)):
            return [name]
    return []


def _is_print(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "print"


def _catches(handler: ast.ExceptHandler, declined: Declined) -> bool:
    return handler.type is None or ast.unparse(handler.type) in (declined.kind, declined.builtin, "Exception")
