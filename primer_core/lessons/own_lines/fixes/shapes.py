"""What helps where sizes do not fit: broadcasting, products, reshaping, joining, axes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from primer_core.error_messages.kinds.calling import ArgumentType
from primer_core.error_messages.kinds.products import EinsumOutput
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.causes.arrays import clamped, stretched
from primer_core.lessons.own_lines.failing import Entry, Operand, wrapped
from primer_core.lessons.own_lines.fixes.arrays import first_result, from_no_rows
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, each_ended, ended
from primer_core.lessons.own_lines.fixes.names import settings_given


def _broadcast(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield from _written(failure, node)
        return
    arrays = [each for each in failure.operands if each.shape is not None]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and len(arrays) == 2:
        right, left = arrays
        if left.shape and right.shape and len(right.shape) == 2 and left.shape[-1] == right.shape[0]:
            yield failure.whole(f"{left.text} @ {right.text}")
    yield from _out_of_place(failure)
    yield from _classes_named(failure, arrays)
    for operand in arrays:
        yield from _kept_axis(failure, operand)
    for operand in arrays:
        yield from _other_axis(failure, operand)
    lined_up = tuple(_lined_up(arrays))
    yield from lined_up
    if lined_up and any(len(each.shape or ()) > 2 for each in arrays):
        return
    yield from each_ended(
        tuple(each for each in arrays if each.shape is not None and len(each.shape) == 1), "[:, None]"
    )
    yield from each_ended(tuple(each for each in arrays if each.shape is not None and len(each.shape) == 2), ".T")
    yield from each_ended(tuple(each for each in arrays if each.shape is not None and len(each.shape) > 1), "[:, None]")


def _classes_named(failure: Failure, arrays: list[Operand]) -> Iterator[Candidate]:
    """Take the class that each row of scores names, where scores are compared with class numbers."""
    if not isinstance(failure.node, ast.Compare) or len(arrays) != 2:
        return
    for scores, classes in (arrays, arrays[::-1]):
        one, other = scores.shape or (), classes.shape or ()
        if len(one) == 2 and one[:1] == other and "float" in scores.dtype:
            yield ended(scores, f".argmax({'dim' if scores.is_tensor else 'axis'}=1)")


def _lined_up(arrays: list[Operand]) -> Iterator[Candidate]:
    """Put axes behind those of an array that has the first axes of the other, or one number for each channel."""
    for small, large in (arrays, arrays[::-1]) if len(arrays) == 2 else ():
        few, many = small.shape or (), large.shape or ()
        missing = len(many) - len(few)
        if few and missing > 0 and many[: len(few)] == few:
            yield ended(small, "[:, None]" if (missing, len(few)) == (1, 1) else f"[...{', None' * missing}]")
        if len(few) == 1 and len(many) > 2 and many[-3] == few[0]:
            yield ended(small, "[:, None, None]")


def _other_axis(failure: Failure, operand: Operand) -> Iterator[Candidate]:
    """Reduce along the other axis of two."""
    for node in ast.walk(failure.failing.statement):
        if isinstance(node, ast.Call) and failure.place(node) == operand.place and _axis_of(node) in ("0", "1"):
            axis = next(word.value for word in node.keywords if word.arg in ("axis", "dim"))
            yield failure.instead(axis, "1" if _axis_of(node) == "0" else "0")


def _written(failure: Failure, target: ast.Subscript) -> Iterator[Candidate]:
    """Write into the column in place of the row, or the other way; else into as many cells as there are values."""
    failed = failure.trace.failed
    if failed is None or len(failed.operands) != 3:
        return
    array, _, value = map(shape_of, failed.operands)
    statement = failure.failing.statement
    if isinstance(statement, ast.Assign) and 1 in value:
        yield failure.instead(statement.value, f"{wrapped(statement.value, failure.text(statement.value))}.squeeze()")
    if len(value) == 1 and value[0]:
        holder = failure.text(target.value)
        yield from (
            failure.whole(f"{holder}[{index}]") for index in _places(failure, target.slice, array, value[0]) if index
        )


def _places(failure: Failure, index: ast.expr, shape: tuple[int, ...], count: int) -> Iterator[str]:
    """Go through indices near one that pick so many cells, as far as sizes tell."""
    match shape, index:
        case (rows, columns), ast.Tuple(
            [ast.Slice(None, None, None), ast.Constant() | ast.Name() | ast.UnaryOp() as column]
        ):
            yield failure.text(column) if count == columns else ""
            yield f":{count}, {failure.text(column)}" if count < rows else ""
        case (rows, columns), ast.Constant() | ast.Name() | ast.UnaryOp():
            yield f":, {failure.text(index)}" if count == rows else ""
            yield f"{failure.text(index)}, :{count}" if count < columns else ""
        case (size,), ast.Slice(ast.Constant(int(start)) | (None as start), ast.Constant(int()), None):
            begins = start or 0
            yield f"{begins or ''}:{begins + count}" if 0 <= begins <= size - count else ""
        case (size,), ast.Constant(int(place)):
            yield ":" if count == size else f"{place or ''}:{place + count}" if 0 <= place <= size - count else ""


def _kept_axis(failure: Failure, operand: Operand) -> Iterator[Candidate]:
    """Keep the axis that a reduction takes away; then that of every such reduction of the statement."""
    calls = [node for node in ast.walk(failure.failing.statement) if isinstance(node, ast.Call)]
    own = next((node for node in calls if failure.place(node) == operand.place), None)
    if own is None or not _axis_of(own):
        return
    ending = f", {'keepdim' if operand.is_tensor else 'keepdims'}=True)"
    yield Candidate(operand.place, operand.text[:-1] + ending)
    alike = [node for node in calls if _axis_of(node) == _axis_of(own)]
    ends = [(place.end_line, place.end_column) for place in map(failure.place, alike)]
    whole = failure.place(failure.failing.statement)
    if len(alike) > 1 and whole.line == whole.end_line:
        line = whole.text
        for _, end in sorted(ends, reverse=True):
            line = line[: end - whole.column - 1] + ending + line[end - whole.column :]
        yield Candidate(whole, line)


def _axis_of(call: ast.Call) -> str:
    """Return the axis that a reduction names and takes away, as it is written; empty for any other call."""
    given = {word.arg: word.value for word in call.keywords}
    axis = given.get("axis", given.get("dim"))
    return "" if axis is None or given.keys() & {"keepdims", "keepdim"} else ast.unparse(axis)


def _out_of_place(failure: Failure) -> Iterator[Candidate]:
    """Add up what there is for each row, as for what was stretched over them; else bind the name to a new array."""
    node = failure.node
    if isinstance(node, ast.AugAssign):
        yield from _added_up(failure, node.value)
        target, value = failure.text(node.target), failure.text(node.value)
        line = failure.trace.source.split("\n")[node.lineno - 1]
        sign = line[failure.place(node.target).end_column :].partition("=")[0].strip()
        yield failure.whole(f"{target} = {target} {sign} {value}")
    match node:
        case ast.Call(ast.Attribute(_, "add_" | "sub_"), [change]):
            yield from _added_up(failure, change)


def _added_up(failure: Failure, value: ast.expr) -> Iterator[Candidate]:
    """Add up an array along all axes along which what it changes is stretched."""
    found = stretched(failure.failing)
    if found is not None:
        yield failure.instead(value, found.instead)


def _repeats(failure: Failure) -> Iterator[Candidate]:
    """Repeat the whole along the last axis, or each part of axis 0."""
    match failure.node:
        case ast.Call(ast.Attribute(holder, "repeat") as function, [ast.Constant(int(times))], []):
            shapes = [each.shape for each in failure.operands if each.text == failure.text(holder)]
            for axes in [len(shape) for shape in shapes if shape is not None][:1]:
                yield failure.whole(f"{failure.text(function)}({times}{', 1' * (axes - 1)})")
                yield failure.whole(f"{failure.text(function)}_interleave({times}, dim=0)")


def _product(failure: Failure) -> Iterator[Candidate]:
    arrays = [each for each in failure.operands if each.shape is not None]
    if any(len(each.shape or ()) > 2 for each in arrays):
        yield from _last_two_swapped(arrays)
        return
    if isinstance(failure.node, ast.BinOp) or len(arrays) == 2:
        yield from each_ended(tuple(arrays), ".T")
        yield from _row_with_row(failure, arrays)
        if isinstance(failure.node, ast.BinOp) and len(arrays) == 2:
            right, left = arrays
            yield failure.whole(f"{right.text} @ {left.text}")
            yield failure.whole(f"{left.text} * {right.text}")


def _row_with_row(failure: Failure, arrays: list[Operand]) -> Iterator[Candidate]:
    """Multiply each row by the row at its place and add up, where two tables of one shape are multiplied."""
    match failure.node:
        case ast.BinOp(_, ast.MatMult(), _):
            pass
        case ast.Call(ast.Attribute(_, "dot" | "matmul" | "mm") | ast.Name("dot" | "matmul" | "mm")):
            pass
        case _:
            return
    if len(arrays) == 2 and len(arrays[0].shape or ()) == 2 and arrays[0].shape == arrays[1].shape:
        right, left = arrays
        axis = "dim" if left.is_tensor else "axis"
        yield failure.whole(f"({left.asked} * {right.asked}).sum({axis}=1)")


def _last_two_swapped(arrays: list[Operand]) -> Iterator[Candidate]:
    """Turn each matrix of a row of them, where ``.T`` turns all axes round, or nothing was turned."""
    for operand in arrays:
        axes = len(operand.shape or ())
        if axes > 2:
            asked = operand.asked.removesuffix(".T")
            last = "(-2, -1)" if axes > 3 or asked != operand.asked else "(1, 2)"
            yield Candidate(operand.place, f"{asked}.{'transpose' if operand.is_tensor else 'swapaxes'}{last}")


def _multiplied(failure: Failure) -> Iterator[Candidate]:
    """Multiply with ``@``, or matrix by matrix; of two arrays of one shape add up the products, number by number."""
    node = failure.node
    match node:
        case ast.Call(ast.Attribute(ast.Name("torch")), [left, right], []):
            pass
        case ast.Call(ast.Attribute(left, "mm" | "bmm" | "dot" | "mv"), [right], []):
            pass
        case _:
            return
    one, other = (wrapped(side, failure.text(side)) for side in (left, right))
    shapes = [each.shape for each in failure.operands if each.shape is not None]
    if len(shapes) == 2 and shapes[0] == shapes[1] and failure.text(node.func).endswith("dot"):
        yield failure.whole(f"({one} * {other}).sum()")
        yield failure.whole(f"{one} @ {other}.mT")
    place = failure.failing.place
    goes_on = failure.trace.source.split("\n")[place.end_line - 1][place.end_column :].startswith((".", "["))
    yield failure.whole(f"({one} @ {other})" if goes_on else f"{one} @ {other}")


def _view(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        arguments = failure.failing.place.text[len(failure.text(node.func)) :]
        holder = failure.text(node.func.value)
        yield failure.whole(f"{holder}.reshape{arguments}")
        yield failure.whole(f"{holder}.contiguous().{node.func.attr}{arguments}")


def _reshape(failure: Failure) -> Iterator[Candidate]:
    """Keep the first axis and lay the others out flat, where that was meant; else leave one size to the library."""
    holder = failure.operands[-1] if failure.operands else None
    if holder is not None and holder.is_tensor and len(holder.shape or ()) > 2 and len(failure.positional()) == 2:
        yield failure.whole(f"{holder.asked}.flatten(1)")
    for argument in failure.positional():
        parts = argument.elts if isinstance(argument, ast.Tuple | ast.List) else [argument]
        for part in reversed(parts):
            if failure.text(part) != "-1":
                yield failure.instead(part, "-1")


def _permuted(failure: Failure) -> Iterator[Candidate]:
    """Leave the batch out of an order of axes, where one image has none."""
    orders = [each.value for each in failure.operands if type(each.value) is int]
    count = len(failure.operands[-1].shape or ()) if failure.operands else 0
    if count and orders[::-1] and orders[-1] == 0 and sorted(orders) == list(range(count + 1)):
        node = failure.node
        if isinstance(node, ast.Call) and len(node.args) == count + 1:
            listed = ", ".join(str(axis - 1) for axis in orders[-2::-1])
            yield failure.whole(f"{failure.text(node.func)}({listed})")


def _parts_of_two_sizes(failure: Failure) -> Iterator[Candidate]:
    """Cut into parts of two sizes, where they cannot all have one."""
    node = failure.node
    if isinstance(node, ast.Call) and failure.text(node.func) == "np.split":
        yield failure.whole(f"np.array_split{failure.failing.place.text[len('np.split') :]}")


def _transpose(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield failure.whole(f"{failure.text(node.func.value)}.mT")


def _squeeze(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Call):
        yield failure.whole(f"{failure.text(node.func)}()")


_LARGER = {"max": "maximum", "min": "minimum", "amax": "maximum", "amin": "minimum"}


def _larger(failure: Failure, call: ast.Call) -> Iterator[Candidate]:
    """Ask for the larger of two, where the largest of one along an axis was asked for."""
    clamp = clamped(failure.failing)
    if clamp is not None:
        yield failure.whole(clamp)
        return
    library, _, function = failure.text(call.func).rpartition(".")
    if function in _LARGER and len(call.args) == 2 and not call.keywords:
        yield failure.whole(f"{library}.{_LARGER[function]}({', '.join(map(failure.text, call.args))})")
    match call:
        case ast.Call(ast.Attribute(holder, "max" | "min" as function), [other], []):
            kinds = {each.text: each.kind for each in failure.operands}
            if kinds.get(failure.text(holder)) == kinds.get(failure.text(other)) == "numpy.ndarray":
                yield failure.whole(f"np.{_LARGER[function]}({failure.text(holder)}, {failure.text(other)})")


def _added(failure: Failure, call: ast.Call) -> Iterator[Candidate]:
    """Add two arrays of one shape, where the sum of the first along an axis was asked for."""
    shapes = [each.shape for each in failure.operands if each.shape is not None]
    if len(call.args) != 2 or call.keywords or len(shapes) != 2 or shapes[0] != shapes[1] or not shapes[0]:
        return
    match call.func:
        case ast.Attribute(ast.Name("np" | "torch"), "sum"):
            left, right = (wrapped(each, failure.text(each)) for each in call.args)
            place = failure.failing.place
            line = failure.trace.source.split("\n")[place.end_line - 1]
            goes_on = line[place.end_column :].startswith((".", "["))
            yield failure.whole(f"({left} + {right})" if goes_on else f"{left} + {right}")


def _axis(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if not isinstance(node, ast.Call):
        return
    for word in node.keywords:
        if word.arg in ("axis", "dim"):
            yield from (failure.instead(word.value, number) for number in ("-1", "0"))
    called = failure.text(node.func)
    larger = tuple(_larger(failure, node))
    if larger:
        yield from larger
        return  # with another axis it would be the largest of the first alone
    if called.endswith(("concatenate", "cat")):
        stack = called.replace("concatenate", "stack").replace("torch.cat", "torch.stack")
        yield failure.whole(f"{stack}{failure.failing.place.text[len(called) :]}")
    for argument in failure.positional()[::-1]:
        if isinstance(argument, ast.Constant) and type(argument.value) is int:
            yield from (failure.instead(argument, number) for number in ("-1", "0"))


def _join(failure: Failure) -> Iterator[Candidate]:
    """Join along another axis, give an axis to what has one too few, or stack by joining."""
    node = failure.node
    if not isinstance(node, ast.Call) or not node.args:
        return
    called, rest = failure.text(node.func), failure.failing.place.text[len(failure.text(node.func)) :]
    word = "dim" if called.startswith("torch") else "axis"
    joined = next((each.value for each in failure.operands if isinstance(each.value, tuple)), ())
    axes = [len(each.shape) if isinstance(each, Entry) else 0 for each in joined]
    listed = node.args[0]
    if called == "np.append" and len(node.args) == 2:
        yield failure.instead(node.args[1], f"[{failure.text(node.args[1])}]")
        return
    if isinstance(listed, ast.List | ast.Tuple) and len(listed.elts) == len(axes):
        for part, count in zip(listed.elts, axes, strict=True):
            if count < max(axes):
                yield failure.instead(part, f"{wrapped(part, failure.text(part))}[None]")
                yield failure.instead(part, f"{wrapped(part, failure.text(part))}[:, None]")
    if called == "torch.stack" and axes and set(axes) == {1}:
        yield failure.whole(f"torch.nn.utils.rnn.pad_sequence({failure.text(listed)}, batch_first=True)")
    if "stack" in called:
        yield failure.whole(f"{called.replace('torch.stack', 'torch.cat').replace('np.stack', 'np.concatenate')}{rest}")
    given = [each.value for each in node.keywords if each.arg in ("dim", "axis")] + node.args[1:2]
    for number in ("1", "0", "-1"):
        if given:
            yield failure.instead(given[0], number)
        else:
            yield failure.whole(f"{called}{rest[:-1]}, {word}={number})")


def _arguments_as_one(failure: Failure) -> Iterator[Candidate]:
    """Give several arguments as one tuple."""
    node = failure.node
    if isinstance(node, ast.Call) and len(node.args) == 1:
        yield from _larger(failure, node)
    if isinstance(node, ast.Call) and len(node.args) > 1:
        called = failure.text(node.func)
        listed = ", ".join(map(failure.text, node.args))
        words = "".join(f", {word.arg}={failure.text(word.value)}" for word in node.keywords)
        yield from _larger(failure, node)
        added = tuple(_added(failure, node))
        if added:
            yield from added
            return  # the sum of all numbers of both is not what each pair makes
        *arrays, last = node.args
        if len(arrays) > 1 and isinstance(last, ast.Constant) and type(last.value) is int:
            yield failure.whole(f"{called}(({', '.join(map(failure.text, arrays))}), {failure.text(last)}{words})")
        yield failure.whole(f"{called}(({listed}){words})")


def _joined_apart(failure: Failure) -> Iterator[Candidate]:
    """Give several arrays to a library's function that joins them as one tuple; so with axes of one that reduces."""
    cause = failure.cause
    if isinstance(cause, ArgumentType) and cause.argument == "keepdim" and isinstance(failure.node, ast.Call):
        axes = [each for each in failure.node.args if isinstance(each, ast.Constant | ast.UnaryOp)]
        called, before = failure.text(failure.node.func), failure.node.args[: -len(axes)] if axes else []
        if len(axes) > 1 and not failure.node.keywords:
            listed = f"({', '.join(map(failure.text, axes))})"
            yield failure.whole(f"{called}({', '.join([*map(failure.text, before), listed])})")
        return
    if isinstance(cause, ArgumentType) and cause.wanted != "tuple of Tensors":
        return
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"))):
            yield from _arguments_as_one(failure)


def _as_one_size(failure: Failure) -> Iterator[Candidate]:
    """Give a size as a tuple, where the last of whole numbers is taken for it."""
    cause, arguments = failure.cause, failure.positional()
    if isinstance(cause, ArgumentType) and cause.argument == "size" and cause.given == "int" and arguments:
        *_, last = arguments
        if cause.function == "randint" and len(arguments) == 2:
            yield failure.whole(f"{failure.failing.place.text[:-1]}, (1,))")
        yield failure.instead(last, f"({failure.text(last)},)")


def _of_a_layer(failure: Failure) -> Iterator[Candidate]:
    """Call a layer that stands where a tensor belongs, and that was made of a tensor in place of its settings."""
    for operand in failure.operands:
        yield from settings_given(failure, operand.kind)


def _einsum(failure: Failure) -> Iterator[Candidate]:
    cause, formula = failure.cause, next(iter(failure.positional()), None)
    if not isinstance(cause, EinsumOutput) or not isinstance(formula, ast.Constant):
        return
    operands, arrow, output = str(formula.value).partition("->")
    for instead in ("", *(letter for letter in dict.fromkeys(operands) if letter.isalpha() and letter not in output)):
        yield failure.instead(formula, repr(operands + arrow + output.replace(cause.letter, instead)))


def _ragged(failure: Failure) -> Iterator[Candidate]:
    yield from first_result(failure)
    if isinstance(failure.node, ast.Call):
        given = next((word.value for word in failure.node.keywords if word.arg == "dtype"), None)
        if given is not None:
            yield failure.instead(given, "object")
        else:
            yield failure.whole(f"{failure.failing.place.text[:-1]}, dtype=object)")


def _stacked(failure: Failure) -> Iterator[Candidate]:
    """Stack numbers, which have no axis along which they could be joined."""
    node = failure.node
    if isinstance(node, ast.Call) and node.args:
        yield failure.whole(f"torch.stack({failure.text(node.args[0])})")


def _power(failure: Failure) -> Iterator[Candidate]:
    """Take the inverse of a matrix; else raise floats to the power."""
    match failure.node:
        case ast.BinOp(matrix, ast.Pow(), ast.UnaryOp(ast.USub(), ast.Constant(1))) if failure.operands:
            shape = failure.operands[-1].shape
            if shape is not None and len(shape) == 2 and shape[0] == shape[1]:
                library = "torch" if failure.operands[-1].is_tensor else "np"
                yield failure.whole(f"{library}.linalg.inv({failure.text(matrix)})")


def _inverse(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Call) and failure.text(node.func).endswith("linalg.inv"):
        called = failure.text(node.func)
        yield failure.whole(f"{called[:-3]}pinv{failure.failing.place.text[len(called) :]}")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    **dict.fromkeys(("broadcast", "broadcast_torch", "output", "output_torch", "value", "stretch_torch"), _broadcast),
    **dict.fromkeys(
        ("matmul", "matmul_torch", "dot", "matrix_vector_torch", "dot_torch", "bmm_torch", "matmul_batch"), _product
    ),
    **dict.fromkeys(("matrix_torch", "bmm_axes_torch", "dot_axes_torch"), _multiplied),
    "view": _view,
    "permute": _permuted,
    "split": _parts_of_two_sizes,
    "sequence": _broadcast,
    "reshape": _reshape,
    "reshape_torch": _reshape,
    "transpose_t": _transpose,
    "squeeze": _squeeze,
    "axis": _axis,
    "axis_torch": _axis,
    "join": lambda failure: chain(from_no_rows(failure), _join(failure)),
    **dict.fromkeys(("join_torch", "join_axes", "join_axes_torch", "stack", "stack_torch", "join_axes_number"), _join),
    "list_index": _arguments_as_one,
    "no_dtype": _arguments_as_one,
    "arguments": _joined_apart,
    "argument_type": lambda failure: chain(_of_a_layer(failure), _as_one_size(failure), _joined_apart(failure)),
    "repeats": _repeats,
    "einsum_output": _einsum,
    "einsum_output_torch": _einsum,
    "ragged": _ragged,
    "join_numbers_torch": _stacked,
    "negative_power": _power,
    "singular": _inverse,
    "not_square": _inverse,
    "singular_torch": _inverse,
    "not_square_torch": _inverse,
    "stored_dtype": _out_of_place,
    "stored_dtype_torch": _out_of_place,
    "negative_stride": lambda failure: each_ended(failure.operands, ".copy()"),
    "shifted_memory": lambda failure: each_ended(failure.operands, ".clone()"),
}
"""By the kind of the message."""
