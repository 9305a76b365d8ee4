"""The PyTorch code that does what a trace shows; runs as copied."""

import ast
import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from textwrap import indent

from primer_core.language.program import (
    Array,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Place,
    Program,
    Statement,
)
from primer_core.lessons.autograd_graph.graph import Refusal, Switches

_WATCH = """\
order, seen, todo = [], set(), [{output}.grad_fn]
while todo:  # a hook on every node of the graph tells the engine's order
    node = todo.pop()
    if node is not None and node not in seen:
        seen.add(node)
        node.register_hook(lambda *_, name=node.name().rsplit("::")[-1]: order.append(name))
        todo += [parent for parent, _ in node.next_functions]
"""
_OPERATORS: dict[str, ast.operator] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div(), "**": ast.Pow(), "@": ast.MatMult(),
}  # fmt: skip


def snippet(
    program: Program,
    switches: Switches,
    error: Refusal | None,
    *,
    has_graph: bool,
    grads: Mapping[str, bool],
    probabilities: Set[Place],
) -> str:
    """The code for `program` under `switches`.

    Parameters
    ----------
    error
        What went wrong when it ran, so that the code can catch it and print PyTorch's words.
    has_graph
        Whether the output has a `grad_fn`, so that there are nodes to watch.
    grads
        The names whose ``.grad`` may be read, each with whether it is because of ``retain_grad()``.
    probabilities
        The places of the calls of cross_entropy whose target holds probabilities; any other's are class numbers.
    """
    writer = _Writer(probabilities)
    output = program.output
    head = "import torch\nimport torch.nn.functional as F" if _needs_functional(program) else "import torch"
    blocks = [head, _forward(program, switches, error, grads, writer)]
    if error is not None and error.stage == "forward":
        return "\n\n".join(blocks) + "\n"
    blocks[-1] += f'\nprint("{output} =", {output})'
    if switches.in_place:
        name = switches.in_place
        blocks.append(f'with torch.no_grad():\n    {name}.add_(1)\nprint("{name}._version =", {name}._version)')
    if has_graph:
        blocks.append(_WATCH.format(output=output).rstrip())
    calls = _calls(program, switches)
    if error is not None:
        calls = f"try:\n{indent(calls, '    ')}\nexcept RuntimeError as error:\n    print(error)"
    blocks.append(calls)
    told = ['print(" → ".join(order))'] if has_graph else []
    blocks.append("\n".join([*told, *(f'print("{name}.grad =", {name}.grad)' for name in grads)]))
    return "\n\n".join(blocks) + "\n"


def _forward(
    program: Program, switches: Switches, error: Refusal | None, grads: Mapping[str, bool], writer: "_Writer"
) -> str:
    lines: list[str] = []
    for statement in program.statements:
        line = f"{statement.name} = {writer.right_hand_side(statement)}"
        if error is not None and error.stage == "forward" and error.place and error.place.line == statement.place.line:
            if error.library:
                lines.append(f"try:\n    {line}\nexcept Exception as error:\n    print(error)")
            break
        lines.append(line)
        if switches.detach == statement.name:
            lines.append(f"{statement.name} = {statement.name}.detach()")
        if grads.get(statement.name):
            lines.append(f"{statement.name}.retain_grad()")
    code = "\n".join(lines)
    return f"with torch.no_grad():\n{indent(code, '    ')}" if switches.no_grad else code


def _calls(program: Program, switches: Switches) -> str:
    output = program.output
    if switches.backward_calls == 1:
        return f"{output}.backward()"
    lines = [f"{output}.backward({'retain_graph=True' if switches.retain_graph else ''})"]
    if switches.zero_grad:
        leaves = ", ".join(leaf.name for leaf in program.leaves)
        lines.append(f"for leaf in [{leaves}]:  # what optimizer.zero_grad() does\n    leaf.grad = None")
    return "\n".join([*lines, f"{output}.backward()"])


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes right-hand sides as Python code on tensors.

    Parameters
    ----------
    probabilities
        See `snippet`.
    """

    probabilities: Set[Place]

    def right_hand_side(self, statement: Statement) -> str:
        if statement.kind == "compute":
            return ast.unparse(self._python(statement.expression))
        call = _new_tensor(statement.expression)
        if statement.kind == "param":
            call.keywords.append(ast.keyword("requires_grad", ast.Constant(True)))
        return ast.unparse(call)

    def _python(self, expression: Expression) -> ast.expr:
        if isinstance(expression, Number):
            return _constant(expression.value)
        if isinstance(expression, Name):
            return ast.Name(expression.name)
        if isinstance(expression, Array):
            return _new_tensor(expression)
        if isinstance(expression, Negative):
            return ast.UnaryOp(ast.USub(), self._python(expression.operand))
        if isinstance(expression, Binary):
            left, right = self._python(expression.left), self._python(expression.right)
            return ast.BinOp(left, _OPERATORS[expression.operator], right)
        return self._call(expression)

    def _tensor(self, expression: Expression) -> ast.expr:
        """Like `_python`, but a plain number becomes a tensor, which functions need."""
        return _new_tensor(expression) if isinstance(expression, Number) else self._python(expression)

    def _call(self, call: Call) -> ast.expr:
        first, rest = self._tensor(call.arguments[0]), call.arguments[1:]
        if call.function == "detach":
            return _method(first, "detach")
        if call.function == "bce":
            return _function("F", "binary_cross_entropy", first, self._tensor(rest[0]))
        if call.function == "cross_entropy":
            return _function("F", "cross_entropy", first, self._target(call))
        more = [ast.Constant(-1)] if call.function == "softmax" else [self._python(argument) for argument in rest]
        return _function("torch", call.function, first, *more)

    def _target(self, call: Call) -> ast.expr:
        """The target of cross_entropy, which tells class numbers from probabilities by their type."""
        target = call.arguments[1]
        if call.place in self.probabilities:
            return self._tensor(target)
        if isinstance(target, (Number, Array)):
            return _new_tensor(target, whole=True)
        return _method(self._python(target), "long")


def _constant(value: float) -> ast.expr:
    """A number; a negative one as a minus before a number, so that it gets brackets where it needs them."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if math.copysign(1, value) < 0 else ast.Constant(value)


def _new_tensor(expression: Expression, *, whole: bool = False) -> ast.Call:
    """``torch.tensor(…)`` of a number or an array in brackets, as floats or, if `whole`, as integers."""
    convert = int if whole else float
    numbers: ast.expr
    if isinstance(expression, Array):
        rows = [ast.List([_constant(convert(number)) for number in row]) for row in expression.rows]
        numbers = rows[0] if expression.ndim == 1 else ast.List(list[ast.expr](rows))
    elif isinstance(expression, Number):
        numbers = _constant(convert(expression.value))
    else:
        raise TypeError(f"{expression.text!r} is computed, not written down")
    return _function("torch", "tensor", numbers)


def _function(module: str, name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(module), name), list(arguments), [])


def _method(owner: ast.expr, name: str) -> ast.expr:
    return ast.Call(ast.Attribute(owner, name), [], [])


def _needs_functional(program: Program) -> bool:
    return any(_uses_functional(statement.expression) for statement in program.statements)


def _uses_functional(expression: Expression) -> bool:
    if isinstance(expression, Negative):
        return _uses_functional(expression.operand)
    if isinstance(expression, Binary):
        return _uses_functional(expression.left) or _uses_functional(expression.right)
    if isinstance(expression, Call):
        inside = any(_uses_functional(argument) for argument in expression.arguments)
        return inside or expression.function in {"bce", "cross_entropy"}
    return False
