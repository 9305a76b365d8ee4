"""The PyTorch code that does what a trace shows; runs as copied."""

import ast
from collections.abc import Mapping
from textwrap import indent

from primer_core.language.parsing import code_expression
from primer_core.language.program import (
    Array,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Program,
    Statement,
)
from primer_core.lessons.autograd_graph.graph import Switches, TraceError

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
    program: Program, switches: Switches, error: TraceError | None, *, has_graph: bool, grads: Mapping[str, bool]
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
    """
    output = program.output
    head = "import torch\nimport torch.nn.functional as F" if _needs_functional(program) else "import torch"
    blocks = [head, _forward(program, switches, error, grads)]
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


def _forward(program: Program, switches: Switches, error: TraceError | None, grads: Mapping[str, bool]) -> str:
    lines: list[str] = []
    for statement in program.statements:
        line = f"{statement.name} = {_right_hand_side(statement)}"
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


def _right_hand_side(statement: Statement) -> str:
    if statement.kind == "compute":
        return ast.unparse(_python(statement.expression))
    needs = ", requires_grad=True" if statement.kind == "param" else ""
    return f"torch.tensor({_numbers(statement.expression)}{needs})"


def _numbers(expression: Expression) -> str:
    if isinstance(expression, Array):
        rows = [f"[{', '.join(repr(number) for number in row)}]" for row in expression.rows]
        return rows[0] if expression.ndim == 1 else f"[{', '.join(rows)}]"
    if isinstance(expression, Number):
        return repr(float(expression.value))
    raise TypeError(f"{expression.text!r} is computed, not written down")


def _python(expression: Expression) -> ast.expr:
    """The expression as Python code on tensors."""
    if isinstance(expression, Number):
        return ast.Constant(expression.value)
    if isinstance(expression, Name):
        return ast.Name(expression.name)
    if isinstance(expression, Array):
        return _tensor(expression)
    if isinstance(expression, Negative):
        return ast.UnaryOp(ast.USub(), _python(expression.operand))
    if isinstance(expression, Binary):
        return ast.BinOp(_python(expression.left), _OPERATORS[expression.operator], _python(expression.right))
    return _call(expression)


def _tensor(expression: Expression) -> ast.expr:
    """Like `_python`, but a plain number becomes a tensor, which functions need."""
    if isinstance(expression, (Number, Array)):
        return code_expression(f"torch.tensor({_numbers(expression)})")
    return _python(expression)


def _method(owner: ast.expr, name: str) -> ast.expr:
    return ast.Call(ast.Attribute(owner, name), [], [])


def _call(call: Call) -> ast.expr:
    first, rest = _tensor(call.arguments[0]), call.arguments[1:]
    if call.function == "detach":
        return _method(first, "detach")
    if call.function == "bce":
        return ast.Call(ast.Attribute(ast.Name("F"), "binary_cross_entropy"), [first, _tensor(rest[0])], [])
    if call.function == "cross_entropy":
        target = _classes(rest[0])
        return ast.Call(ast.Attribute(ast.Name("F"), "cross_entropy"), [first, target], [])
    more = [ast.Constant(-1)] if call.function == "softmax" else [_python(argument) for argument in rest]
    return ast.Call(ast.Attribute(ast.Name("torch"), call.function), [first, *more], [])


def _classes(expression: Expression) -> ast.expr:
    """The class numbers of cross_entropy, which PyTorch takes as integers."""
    if isinstance(expression, (Number, Array)):
        return code_expression(f"torch.tensor({_numbers(expression).replace('.0', '')})")
    return _method(_python(expression), "long")


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
