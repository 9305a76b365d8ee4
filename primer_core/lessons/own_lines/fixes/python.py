"""What helps where Python's own lists, texts and truths meet arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from primer_core.lessons.own_lines.causes.arrays import clamped, function_of_math
from primer_core.lessons.own_lines.comparisons import compared_first, holds_a_comparison, taken_first
from primer_core.lessons.own_lines.failing import statements_of, wrapped
from primer_core.lessons.own_lines.fixes.arrays import among_arrays, row_and_column, sizes_of_fewer
from primer_core.lessons.own_lines.fixes.candidate import (
    Candidate,
    Failure,
    each_ended,
    ended,
    made_and_called,
)
from primer_core.lessons.own_lines.fixes.models import of_state, whole_parameter
from primer_core.lessons.own_lines.fixes.names import loaded

_SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def _truth(failure: Failure) -> Iterator[Candidate]:
    joined = failure.around(ast.BoolOp)
    if joined is not None:
        sign = "&" if isinstance(joined.op, ast.And) else "|"
        cells = f" {sign} ".join(_cell_by_cell(failure, joined, each) for each in joined.values)
        if isinstance(failure.failing.statement, ast.Assert) and failure.failing.statement.test is joined:
            yield from (failure.instead(joined, f"({cells}).{method}()") for method in ("all", "any"))
            return
        if isinstance(failure.failing.statement, ast.If | ast.While) and failure.failing.statement.test is joined:
            compared = [each for each in joined.values if _compares_cells(failure, each)]
            if len(compared) == 1:  # beside answers that are one each
                text = wrapped(compared[0], failure.text(compared[0]))
                yield from (failure.instead(compared[0], f"{text}.{method}()") for method in ("any", "all"))
            else:
                yield from (failure.instead(joined, f"({cells}).{method}()") for method in ("any", "all"))
            return
        yield failure.instead(joined, cells)
        return
    chain, source = failure.around(ast.Compare), failure.trace.source
    if chain is not None and (len(chain.ops) > 1 or (taken_first(chain, source) and holds_a_comparison(chain, source))):
        yield from comparing_first(failure, chain)
        return
    match failure.node:
        case ast.Compare(one, [ast.In() | ast.NotIn() as belongs], [among]) if failure.kind == "truth":
            found = among_arrays(failure, one, among)
            if found is not None:
                yield found if isinstance(belongs, ast.In) else failure.whole(f"not {found.new}")
                return
            turned_round = "~" if isinstance(belongs, ast.NotIn) else ""
            yield failure.whole(f"{turned_round}np.isin({failure.text(one)}, {failure.text(among)})")
            return
        case ast.Compare(one, [ast.In() | ast.NotIn() as belongs], [ast.List(elements) as among]) if elements:
            if all(isinstance(each, ast.Constant | ast.UnaryOp) for each in elements):
                turned_round = "~" if isinstance(belongs, ast.NotIn) else ""
                yield failure.whole(
                    f"{turned_round}torch.isin({failure.text(one)}, torch.tensor({failure.text(among)}))"
                )
                return
    if isinstance(failure.node, ast.Call) and failure.text(failure.node.func) in ("max", "min"):
        library = "torch" if any(each.is_tensor for each in failure.operands) else "np"
        name, arguments = failure.text(failure.node.func), ", ".join(map(failure.text, failure.node.args))
        if len(failure.node.args) == 2:
            yield failure.whole(f"{library}.{name}imum({arguments})")
        yield failure.whole(f"{library}.{name}({arguments})")
    chosen = failure.around(ast.IfExp)
    if chosen is not None and failure.place(chosen.test) == failure.failing.place:
        library = "torch" if any(each.is_tensor for each in failure.operands) else "np"
        arguments = ", ".join(map(failure.text, (chosen.test, chosen.body, chosen.orelse)))
        yield failure.instead(chosen, f"{library}.where({arguments})")
    if isinstance(failure.node, ast.Call) and failure.text(failure.node.func).endswith("Loss"):
        yield failure.whole(made_and_called(failure, failure.node))
        return
    if isinstance(failure.node, ast.expr):
        text = wrapped(failure.node, failure.failing.place.text)
        turned = failure.around(ast.UnaryOp)
        if turned is not None and isinstance(turned.op, ast.Not) and _holds_truths(failure):
            yield failure.instead(turned, f"~{text}")
        alike = isinstance(failure.node, ast.Compare) and isinstance(failure.node.ops[0], ast.Eq)
        for method in ("all", "any") if alike else ("any", "all"):
            yield failure.whole(f"{text}.{method}()")


def _compares_cells(failure: Failure, node: ast.expr) -> bool:
    """Return whether the cells of an array are compared, by its name."""
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    return any(isinstance(each, ast.Name) and each.id in failure.seen and failure.seen[each.id].shape for each in sides)


def _holds_truths(failure: Failure) -> bool:
    """Return whether what is asked for one answer is an array of truths."""
    node, steps = failure.node, failure.trace.steps
    if isinstance(node, ast.Name) and steps and node.id in steps[-1].names:
        return steps[-1].names[node.id].dtype.endswith("bool")
    return isinstance(node, ast.Compare)


def comparing_first(failure: Failure, chain: ast.Compare) -> Iterator[Candidate]:
    """Compare first, and join what comes of it cell by cell; ask for one answer where a statement does."""
    cells = compared_first(chain, failure.trace.source)
    match failure.failing.statement:
        case ast.If(test) | ast.While(test) if test is chain:
            yield from (failure.instead(chain, f"({cells}).{method}()") for method in ("any", "all"))
        case ast.Assert(test) if test is chain:
            yield from (failure.instead(chain, f"({cells}).{method}()") for method in ("all", "any"))
        case _:
            chosen = failure.around(ast.IfExp)
            if chosen is not None and chosen.test is chain:
                library = "torch" if any(each.is_tensor for each in failure.operands) else "np"
                arguments = ", ".join((cells, failure.text(chosen.body), failure.text(chosen.orelse)))
                yield failure.instead(chosen, f"{library}.where({arguments})")
            yield failure.instead(chain, cells)


def _cell_by_cell(failure: Failure, joined: ast.BoolOp, node: ast.expr) -> str:
    """Write an answer so that it is joined with others cell by cell: a number alone is compared as what stands before.

    In ``x == 1 or 2`` the number is no question.
    """
    text = failure.text(node)
    match node:
        case ast.UnaryOp(ast.Not(), inner):
            return f"~({failure.text(inner)})"
        case ast.Compare(_, [_, _, *_]):
            return f"({compared_first(node, failure.trace.source)})"
        case ast.Compare() if taken_first(node, failure.trace.source):
            if holds_a_comparison(node, failure.trace.source):
                return f"({compared_first(node, failure.trace.source)})"
        case ast.Constant(int() | float()) if not isinstance(node.value, bool):
            for other in joined.values[: joined.values.index(node)][::-1]:
                match other:
                    case ast.Compare(left, [ast.Eq() | ast.NotEq() as sign], [_]):
                        return f"({failure.text(left)} {_SIGNS[type(sign)]} {text})"
    return f"({text})"


def _one_number(failure: Failure) -> Iterator[Candidate]:
    """Take one number, all of them, or their mean, in place of one number of many."""
    node = failure.node
    if not isinstance(node, ast.Call) or not failure.operands:
        return
    operand = failure.operands[-1]
    name = function_of_math(failure.trace, node.func)
    if name and len(node.args) == 1:
        yield failure.whole(f"{'torch' if operand.is_tensor else 'np'}.{name}({operand.text})")
        return  # one number in place of many is not what the function was asked of
    if isinstance(node.func, ast.Attribute):
        yield failure.whole(f"{operand.asked}.tolist()")
        yield failure.whole(f"{operand.asked}.mean().item()")
        yield failure.whole(f"{operand.asked}[0].item()")
        return
    kind = failure.text(node.func)
    cast = f".to(torch.{'int64' if kind == 'int' else 'float32'})" if operand.is_tensor else f".astype({kind})"
    yield failure.whole(f"{operand.asked}{cast}")
    yield from each_ended((operand,), "[0]")


def _tuple(failure: Failure) -> Iterator[Candidate]:
    """Take the array out of the tuple that holds it."""
    for operand in failure.operands:
        if operand.kind in ("builtin_function_or_method", "method"):
            yield Candidate(operand.place, f"{operand.text}()")
        if "return_types" in operand.kind:
            yield Candidate(operand.place, f"{operand.asked}.values")
        if isinstance(operand.value, tuple) and operand.kind != "list":
            yield Candidate(operand.place, f"{operand.asked}[0]")


def _of_one_library(failure: Failure) -> Iterator[Candidate]:
    """Make the array a tensor, or the tensor an array."""
    for operand in failure.operands:
        if operand.shape is not None and not operand.is_tensor:
            yield Candidate(operand.place, f"torch.from_numpy({operand.text})")
    yield from (ended(operand, ".numpy()") for operand in failure.operands if operand.is_tensor)


def _counted(failure: Failure) -> Iterator[Candidate]:
    """Count the rounds of a loop that binds two names to each value."""
    match failure.failing.statement:
        case ast.For(ast.Tuple([_, _]), going_through):
            yield failure.instead(going_through, f"enumerate({failure.text(going_through)})")


def _leaf_bound_anew(failure: Failure) -> Iterator[Candidate]:
    """Change a leaf where it lies in place of binding its name to what is computed of it."""
    match failure.failing.statement:
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(left), ast.Sub(), change)) as statement if name == left:
            asked = [node for node in ast.walk(change) if isinstance(node, ast.Attribute) and node.attr == "grad"]
            if any(isinstance(node.value, ast.Name) and node.value.id == name for node in asked):
                new = f"with torch.no_grad(): {name} -= {failure.text(change)}"
                yield failure.instead(statement, new)


def _not_called(failure: Failure) -> Iterator[Candidate]:
    """Take the brackets away from what is no function, or make square ones of them."""
    node = failure.node
    yield from loaded(failure)
    yield from of_state(failure)
    if isinstance(node, ast.Call):
        called = failure.text(node.func)
        if node.args:
            yield failure.whole(f"{called}[{', '.join(map(failure.text, node.args))}]")
        else:
            yield failure.whole(called)


def _not_picked(failure: Failure) -> Iterator[Candidate]:
    """Call what is a function, and pick of what it gives; ask the function itself for the element."""
    node = failure.node
    if isinstance(node, ast.Subscript):
        called, picked = failure.text(node.value), failure.text(node.slice)
        yield failure.whole(f"{called}()[{picked}]")
        yield failure.whole(f"{called}({picked})")


def _text(failure: Failure) -> Iterator[Candidate]:
    """Make a number of a text that is one; else a text of what is none. Two lists are joined as two of one kind."""
    texts = [operand for operand in failure.operands if isinstance(operand.value, str)]
    if not texts:
        yield from _joined(failure)
        return
    yield from (Candidate(operand.place, f"float({operand.text})") for operand in texts)
    yield from (Candidate(each.place, f"str({each.text})") for each in failure.operands if each not in texts)


def _joined(failure: Failure) -> Iterator[Candidate]:
    """Join a list and a tuple as two of one kind, first of the one on the left."""
    right, left, *_ = (*failure.operands, None, None)
    if right is not None and left is not None and {left.kind, right.kind} == {"list", "tuple"}:
        yield Candidate(right.place, f"{left.kind}({right.text})")
        yield Candidate(left.place, f"{right.kind}({left.text})")


def _clamped(failure: Failure) -> Iterator[Candidate]:
    """Take the larger or the smaller of a tensor and a number, which are not compared as two tensors are."""
    clamp = clamped(failure.failing)
    if clamp is not None:
        yield failure.whole(clamp)


def _spaced(failure: Failure) -> Iterator[Candidate]:
    """Take steps of a size where a number of points is asked for, without the end and with it."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch" as library), "linspace"), [begin, end, step], []):
            pass
        case _:
            return
    values = {each.place: each.value for each in failure.operands if each.kind in ("int", "float")}
    first, last, size = (values.get(failure.place(each)) for each in (begin, end, step))
    if first is None or last is None or not isinstance(size, float) or not 0 < size < last - first:
        return
    yield failure.whole(f"{library}.arange({failure.text(begin)}, {failure.text(end)}, {failure.text(step)})")
    count = (last - first) / size
    if abs(count - round(count)) < 1e-6:
        yield failure.instead(step, str(round(count) + 1))


def _summing_to_one(failure: Failure) -> Iterator[Candidate]:
    """Divide weights by their sum, so that they are probabilities."""
    words = failure.node.keywords if isinstance(failure.node, ast.Call) else []
    for given in (word.value for word in words if word.arg == "p"):
        text = failure.text(given)
        if isinstance(given, ast.List):
            yield failure.instead(given, f"np.array({text}) / sum({text})")
        elif isinstance(given, ast.Name):
            kept = failure.failing.scope.get(given.id, "")
            yield failure.instead(
                given, f"{text} / {text}.sum()" if "ndarray" in kept else f"np.array({text}) / sum({text})"
            )


def _rest_of_a_split(failure: Failure) -> Iterator[Candidate]:
    """Give the second of two parts what the first leaves."""
    match failure.node:
        case ast.Call(_, [data, ast.List([first, second]) | ast.Tuple([first, second]), *_]):
            yield failure.instead(second, f"len({failure.text(data)}) - {wrapped(first, failure.text(first))}")


def _rows_drawn(failure: Failure) -> Iterator[Candidate]:
    """Draw places of rows in place of the rows themselves."""
    match failure.node:
        case ast.Call(function, [rows, *rest], words):
            text = wrapped(rows, failure.text(rows))
            given = [f"len({failure.text(rows)})", *map(failure.text, rest), *map(failure.text, words)]
            yield failure.whole(f"{text}[{failure.text(function)}({', '.join(given)})]")


def _drawn(failure: Failure) -> Iterator[Candidate]:
    """Draw so that the same may be drawn again, where more are asked for than there are."""
    if isinstance(failure.node, ast.Call):
        given = {word.arg for word in failure.node.keywords}
        if "replacement" not in given:
            yield failure.whole(f"{failure.failing.place.text[:-1]}, replacement=True)")


def _one_by_one(failure: Failure) -> Iterator[Candidate]:
    """Give sizes one by one where a tuple of them is given, and whole numbers where floats are."""
    for operand in failure.operands:
        if isinstance(operand.value, tuple) and len(failure.positional()) == 1 and isinstance(failure.node, ast.Call):
            yield failure.whole(f"{failure.text(failure.node.func)}({', '.join(map(repr, operand.value))})")
        if operand.kind == "float" and float(operand.value).is_integer():
            yield Candidate(operand.place, f"int({operand.text})")


def _a_batch(failure: Failure) -> Iterator[Candidate]:
    """Ask a loader for its first batch."""
    node = failure.node
    if isinstance(node, ast.Subscript) and failure.operands and failure.operands[-1].kind == "DataLoader":
        yield failure.whole(f"next(iter({failure.text(node.value)}))")


def _unpacked(failure: Failure) -> Iterator[Candidate]:
    yield from sizes_of_fewer(failure)
    match failure.failing.statement:
        case ast.Assign([ast.Tuple() as names], value) if all(isinstance(each, ast.Name) for each in names.elts):
            yield failure.instead(value, f"{wrapped(value, failure.text(value))}.T")  # the columns, one by one
    yield failure.whole(f"{failure.failing.place.text}, *rest")


def array_of_lists(failure: Failure) -> Iterator[Candidate]:
    """Make an array of a list, where the program knows NumPy; one tensor of a list of tensors."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("torch"), "tensor"), [rows], []):
            yield failure.whole(f"torch.stack({failure.text(rows)})")
    imports = (node for node in statements_of(failure.trace.source) if isinstance(node, ast.Import))
    if not any(name.name == "numpy" and name.asname == "np" for node in imports for name in node.names):
        return
    for operand in failure.operands:
        if operand.kind in ("list", "tuple"):
            yield Candidate(operand.place, f"np.array({operand.text})")


def _tensor_of_list(failure: Failure) -> Iterator[Candidate]:
    arguments = failure.positional()
    if len(arguments) == 1:
        yield failure.whole(f"torch.tensor({failure.text(arguments[0])})")


def _of_a_generator(failure: Failure) -> Iterator[Candidate]:
    """Make a list of what a generator gives, and pick an element of that."""
    match failure.node:
        case ast.Subscript(holder, index) if any(each.kind == "generator" for each in failure.operands):
            yield failure.whole(f"list({failure.text(holder)})[{failure.text(index)}]")


def _from_its_start(failure: Failure) -> Iterator[Candidate]:
    """Ask a network for its parameters anew, where a name is bound to what gave them once before."""
    match failure.node:
        case ast.Call(_, [ast.Name(name) as given, *_]) if failure.failing.scope.get(name) == "generator":
            bound = failure.binding(name)
            if bound is not None and isinstance(bound.value, ast.Call):
                yield failure.instead(given, failure.text(bound.value))


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    **dict.fromkeys(("truth", "truth_torch"), _truth),
    **dict.fromkeys(("number", "number_torch", "item", "item_torch"), _one_number),
    "tuple_added": lambda failure: chain(_joined(failure), _tuple(failure)),
    "operand_types": lambda failure: chain(_leaf_bound_anew(failure), _tuple(failure)),
    "not_joined": _text,
    "unpacked": _unpacked,
    "not_callable": _not_called,
    "not_subscriptable": lambda failure: chain(_of_a_generator(failure), _a_batch(failure), _not_picked(failure)),
    "no_parameters": lambda failure: chain(_from_its_start(failure), whole_parameter(failure)),
    "argument_combination": lambda failure: chain(_clamped(failure), _spaced(failure)),
    "not_whole": lambda failure: chain(_spaced(failure), _one_by_one(failure)),
    "not_an_array": _tensor_of_list,
    "array_and_tensor": _of_one_library,
    "not_unpacked": lambda failure: chain(row_and_column(failure), _counted(failure)),
    "too_many_draws_torch": _drawn,
    "probabilities_sum": _summing_to_one,
    "choice_axes": _rows_drawn,
    "split_lengths": _rest_of_a_split,
}
"""By the kind of the message."""
