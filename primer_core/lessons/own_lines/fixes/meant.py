"""What helps where it is known what was meant: nothing else is tried then, as that would run and hide the mistake."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np

from primer_core.claims.lost_gradients import AllFrozen, LosesGradient
from primer_core.claims.surprises.common import ColumnMeetsRow
from primer_core.language.parsing import code_expression
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.causes.arrays import along_several, picked, position_in_a_list, scattered
from primer_core.lessons.own_lines.causes.layers import batch_for_channels, made_of_data, sample_without_batch
from primer_core.lessons.own_lines.causes.losses import batch_in_one_row, loss_is_made, picked_before
from primer_core.lessons.own_lines.causes.networks import turned_for_linear, weight_of_a_layer
from primer_core.lessons.own_lines.comparisons import torn
from primer_core.lessons.own_lines.failing import Entry, Operand, nodes_at, nodes_of, statements_of, wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, Where, ended
from primer_core.lessons.own_lines.fixes.dtypes import mask_of
from primer_core.lessons.own_lines.fixes.python import comparing_first
from primer_core.lessons.own_lines.lost_gradients import lost_gradients_of
from primer_core.lessons.own_lines.surprises import surprises_of
from primer_core.lessons.own_lines.trace import Part, Step

_BROADCAST = ("broadcast", "broadcast_torch")
_OF_SHAPES = (
    *_BROADCAST, "output", "output_torch", "value", "stretch_torch", "matmul", "matmul_torch", "dot", "dot_torch",
    "matrix_vector_torch",
)  # fmt: skip
_PLACES = ("argmax", "argmin")
_LOSS = ("Loss", "_loss")
_OF_CLASSES = ("CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss")
_REDUCE = ("sum", "mean", "prod", "median", "std", "var", "any", "all", "cumsum", "average", *_PLACES)


def meant_of(failure: Failure) -> tuple[Candidate, ...] | None:
    """Return the changes of a program that was meant in a known way, the likeliest first; None for any other."""
    for rule in _RULES:
        found = rule(failure)
        if found is not None:
            return tuple(found)
    return None


def _row_for_each_sample(failure: Failure) -> Iterator[Candidate] | None:
    """Leave the axis of the batch where all of it was put into one row."""
    found = batch_in_one_row(failure.trace) if failure.kind in ("broadcast_torch", "sizes_torch") else None
    if found is None:
        return None
    for node in nodes_of(failure.trace.source):
        if isinstance(node, ast.Call) and ast.unparse(node) == found.code:
            place = failure.place(node)
            near = place.line == failure.failing.place.line
            return iter([Candidate(place, f"{found.given}.flatten(1)", "failing" if near else "making")])
    return None


def _batch_of_one(failure: Failure) -> Iterator[Candidate] | None:
    """Put the axis of a batch in front of one sample: a layer of another size would take its rows for samples."""
    found = sample_without_batch(failure.kind, failure.trace)
    if found is None:
        return None
    place, failing = failure.place(found.node), failure.place(failure.failing.statement)
    within = failing.line <= place.line <= failing.end_line
    return iter([Candidate(place, f"{found.cause.asked}{found.ending}", "failing" if within else "making")])


def _with_height_and_width(failure: Failure) -> Iterator[Candidate] | None:
    """Give a convolution the tensor that still has both: one for so many channels would take samples for these."""
    found = batch_for_channels(failure.trace) if failure.kind == "channels" else None
    if found is None:
        return None
    node, cause = found
    place, failing = failure.place(node), failure.place(failure.failing.statement)
    where: Where = "failing" if failing.line <= place.line <= failing.end_line else "making"
    return iter([Candidate(place, cause.before, where)] if cause.before else [])


def _made_first(failure: Failure) -> Iterator[Candidate] | None:
    """Make a layer or a loss first, and call it of the data that it was made of."""
    loss = loss_is_made(failure.known, failure.trace)
    if loss is not None:
        return iter([failure.whole(f"{loss.code}()({', '.join(loss.given)})")])
    found = made_of_data(failure.trace)
    if found is None:
        return None
    places = [failure.place(node) for node in nodes_of(failure.trace.source) if isinstance(node, ast.Call)]
    line = found.line or failure.failing.place.line
    where: Where = "making" if found.line else "failing"
    at = [place for place in places if place.text == found.code and place.line == line][:1]
    return iter([Candidate(place, new, where) for place in at for new in (found.instead, found.also) if new])


def _scores_themselves(failure: Failure) -> Iterator[Candidate] | None:
    """Give a loss the scores of classes, where the largest of them was picked before."""
    found = picked_before(failure.trace) if failure.kind == "probabilities_dtype_torch" else None
    return None if found is None else iter([failure.instead(found[1], found[0].scores)])


def _turned_weight(failure: Failure) -> Iterator[Candidate] | None:
    """Turn the weight of a layer, or leave out that it is turned where the function of a linear layer does that."""
    weight = weight_of_a_layer(failure.trace)
    if weight is not None and failure.failing.operands[-1].asked == weight.code:
        return iter([ended(failure.failing.operands[-1], ".T")])
    found = turned_for_linear(failure.trace) if failure.kind == "matmul_torch" else None
    if found is None:
        return None
    matrix = failure.positional()[1]
    match matrix:
        case ast.Attribute(inner, "T") | ast.Call(ast.Attribute(inner, "t"), [], []):
            return iter([failure.instead(matrix, failure.text(inner))])
    return iter([failure.instead(matrix, f"{wrapped(matrix, failure.text(matrix))}.T")])


def _distances(failure: Failure) -> Iterator[Candidate] | None:
    """Subtract each row of one from each row of the other, where what comes of each pair is reduced along its axis."""
    arrays = _arrays(failure)
    if not isinstance(failure.node, ast.BinOp) or not isinstance(failure.node.op, ast.Sub) or len(arrays) != 2:
        return None
    one, other = (each.shape or () for each in arrays)
    if failure.kind not in _BROADCAST or len(one) != 2 or len(other) != 2 or one[1] != other[1]:
        return None
    whole = failure.place(failure.failing.statement)
    inner, axes = failure.failing.place, []
    for node in ast.walk(failure.failing.statement):
        match node:
            case ast.Call(_, _, words) if any(each is failure.node for each in ast.walk(node)):
                axes += [word.value for word in words if word.arg in ("axis", "dim")]
    if whole.line != whole.end_line or len(axes) != 1 or failure.text(axes[0]) not in ("1", "-1"):
        return None
    axis, left = failure.place(axes[0]), arrays[0].place
    new = [(left.end_column, left.end_column, "[:, None]"), (axis.column, axis.end_column, "-1")]
    if not arrays[0].asked.startswith(arrays[0].text):
        new[0] = (left.column, left.end_column, f"{arrays[0].asked}[:, None]")
    line = whole.text
    for start, end, text in sorted(new, reverse=True):
        line = line[: start - whole.column] + text + line[end - whole.column :]
    return iter([Candidate(whole, line)]) if inner.line == whole.line else None


def _one_shorter(failure: Failure) -> Iterator[Candidate] | None:
    """Leave the last or the first of an array out, where the other one has lost one cell to a slice or a difference."""
    arrays, node = _arrays(failure), failure.node
    if failure.kind not in _BROADCAST or not isinstance(node, ast.BinOp) or len(arrays) != 2:
        return None
    sizes = [each.shape or () for each in arrays]
    if any(len(each) != 1 for each in sizes) or abs(sizes[0][0] - sizes[1][0]) != 1:
        return None
    long, short = arrays if sizes[0] > sizes[1] else arrays[::-1]
    match _node_of(failure, short):
        case ast.Subscript(ast.Name(name), ast.Slice(ast.Constant(1), None, None)) if name == long.text:
            return iter([ended(long, "[:-1]")])
        case ast.Subscript(ast.Name(name), ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1)), None)) if (
            name == long.text
        ):
            return iter([ended(long, "[1:]")])
        case ast.Call(ast.Attribute(ast.Name("np" | "torch" as library), "diff"), [given], []) if (
            failure.text(given) != long.text
        ):
            of_both = Candidate(long.place, f"{library}.diff({long.text})")
            return iter([of_both, ended(long, "[1:]"), ended(long, "[:-1]")])
    return None


def _brackets(failure: Failure) -> Iterator[Candidate] | None:
    """Compare first, where a sign between comparisons took an operand out of them that it is not made for."""
    if failure.kind not in ("ufunc_types", "not_implemented_torch"):
        return None
    whole = torn(failure.failing.statement, failure.node, failure.trace.source)
    return None if whole is None else comparing_first(failure, whole)


def _node_of(failure: Failure, operand: Operand) -> ast.AST | None:
    """Return what stands at an operand, or what its name was bound to."""
    found = nodes_at(failure.trace.source, operand.place)
    if found is None or not isinstance(found[0], ast.Name):
        return None if found is None else found[0]
    bound = failure.binding(found[0].id)
    return found[0] if bound is None else bound.value


def _classes_squared(failure: Failure) -> Iterator[Candidate] | None:
    """Take the loss of classes, where rows of scores and the number of a class for each are compared cell by cell."""
    node, arrays = failure.node, _arrays(failure)
    if failure.kind not in _BROADCAST or not isinstance(node, ast.Call) or len(node.args) != 2 or len(arrays) != 2:
        return None
    scores, target = arrays
    shape, classes = scores.shape or (), target.value
    if node.keywords or len(shape) != 2 or target.shape != shape[:1] or target.dtype != "torch.int64":
        return None
    if not isinstance(classes, np.ndarray) or not ((classes >= 0) & (classes < shape[1])).all():
        return None
    given = f"({scores.text}, {target.text})"
    called = failure.text(node.func)
    if called.endswith(("mse_loss", "l1_loss")):
        return iter([failure.whole(f"{called.rpartition('.')[0]}.cross_entropy{given}".removeprefix("."))])
    if (_type_of(failure, node.func) or called) in ("MSELoss", "L1Loss"):
        return iter([failure.whole(f"nn.CrossEntropyLoss(){given}"), failure.whole(f"F.cross_entropy{given}")])
    return None


def _so_many_parts(failure: Failure) -> Iterator[Candidate] | None:
    """Cut into as many parts as there are names, where the number was taken for the size of each."""
    match failure.failing.statement:
        case ast.Assign(
            [ast.Tuple(names)], ast.Call(ast.Attribute(holder, "split"), [ast.Constant(int(size)), *_]) as call
        ) if failure.kind == "unpacked" and size == len(names):
            text = failure.text(call)
            return iter([failure.instead(call, f"{failure.text(holder)}.chunk{text[len(failure.text(call.func)) :]}")])
    return None


def _turned_flat(failure: Failure) -> Iterator[Candidate] | None:
    """Turn the one axis round that an array has, where a function turns one of two."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch" as library), "fliplr" | "flipud"), [given], []):
            arrays = _arrays(failure)
            if len(arrays) == 1 and len(arrays[0].shape or ()) == 1:
                rest = ", (0,)" if library == "torch" else ""
                return iter([failure.whole(f"{library}.flip({failure.text(given)}{rest})")])
    return None


def _among_values(failure: Failure) -> Iterator[Candidate] | None:
    """Ask for each number whether it is one of a few, where it was compared with a list of them."""
    match failure.node:
        case ast.Compare(ast.Name(name), [ast.Eq()], [ast.List(values) as listed]) if failure.kind == "broadcast":
            if values and all(isinstance(each, ast.Constant) for each in values):
                return iter([failure.whole(f"np.isin({name}, {failure.text(listed)})")])
    return None


def _equal_at_all(failure: Failure) -> Iterator[Candidate] | None:
    """Ask whether two arrays are equal, where all answers of a comparison of two shapes are asked for as one."""
    match failure.node:
        case ast.Compare(left, [ast.Eq()], [right]) if failure.kind in _BROADCAST and len(_arrays(failure)) == 2:
            function = "torch.equal" if failure.kind == "broadcast_torch" else "np.array_equal"
        case _:
            return None
    for node in ast.walk(failure.failing.statement):
        match node:
            case ast.Call(ast.Attribute(compared, "all"), [], []) | ast.Call(
                ast.Attribute(ast.Name("np" | "torch"), "all"), [compared], []
            ) if compared is failure.node or failure.place(compared) == failure.failing.place:
                return iter([failure.instead(node, f"{function}({failure.text(left)}, {failure.text(right)})")])
    return None


def _vector_for_each(failure: Failure) -> Iterator[Candidate] | None:
    """Multiply each matrix of a row of them by the vector that stands at its place: a column, and then none again."""
    arrays = _arrays(failure)
    if failure.kind not in _OF_SHAPES or len(arrays) != 2:
        return None
    matrices, vectors = arrays
    match failure.node:
        case ast.BinOp(_, ast.MatMult(), _) | ast.Call(ast.Attribute(ast.Name("np" | "torch"), "matmul" | "bmm")):
            shape = matrices.shape or ()
        case _:
            return None
    if len(shape) < 3 or vectors.shape != (*shape[:-2], shape[-1]):
        return None
    return iter([failure.whole(f"({matrices.asked} @ {vectors.asked}[..., None])[..., 0]")])


def _one_cell(failure: Failure) -> Iterator[Candidate] | None:
    """Make a tuple of a position, where a list was taken for places along one axis."""
    found = position_in_a_list(failure.trace) if failure.kind in ("index", "index_torch") else None
    return None if found is None else iter([failure.whole(found.instead)])


def _places_gone_through(failure: Failure) -> Iterator[Candidate] | None:
    """Go through the places of an array, where a loop goes through its numbers and takes them for places."""
    match failure.node:
        case ast.Subscript(ast.Name(array), ast.Name(place)) if failure.kind in ("index", "index_torch"):
            pass
        case _:
            return None
    line = failure.failing.statement.lineno
    for loop in statements_of(failure.trace.source):
        match loop:
            case ast.For(ast.Name(name), ast.Name(through)) if (name, through) == (place, array):
                if loop.lineno < line <= (loop.end_lineno or line):
                    return iter([Candidate(failure.place(loop.iter), f"range(len({array}))", "making")])
    return None


def _counted_batches(failure: Failure) -> Iterator[Candidate] | None:
    """Bind what a batch holds to two names, where the first of them is bound to the number of the round."""
    if failure.kind not in ("argument_type", "no_attribute") or not any(
        each.kind == "int" for each in failure.operands
    ):
        return None
    given = {each.text for each in failure.operands if each.kind == "int"}
    for loop in statements_of(failure.trace.source):
        match loop:
            case ast.For(ast.Tuple([ast.Name(first), ast.Name()]), ast.Call(ast.Name("enumerate"), [loader], [])) if (
                first in given and failure.failing.scope.get(failure.text(loader)) == "DataLoader"
            ):
                return iter([Candidate(failure.place(loop.iter), failure.text(loader), "making")])
    return None


def _asked_too_late(failure: Failure) -> Iterator[Candidate] | None:
    """Ask for a gradient before what is gone back from is computed, where that is asked for afterwards."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name(result), "backward")) if failure.kind == "no_grad_fn":
            computed = failure.binding(result)
        case _:
            return None
    if computed is None:
        return None
    for statement in failure.statements_before():
        match statement:
            case ast.Assign([ast.Attribute(ast.Name(name), "requires_grad")], ast.Constant(True)) | ast.Expr(
                ast.Call(ast.Attribute(ast.Name(name), "requires_grad_"), [], [])
            ):
                if statement.lineno > computed.lineno and name in _names(computed.value):
                    return iter([failure.before(computed, f"{name}.requires_grad_()")])
    return None


def _angles(failure: Failure) -> Iterator[Candidate] | None:
    """Compare two vectors along the axis that they have, or each sample of one with each of the other."""
    arrays = _arrays(failure)
    if not isinstance(failure.node, ast.Call) or len(arrays) != 2:
        return None
    called = failure.text(failure.node.func)
    layer = _type_of(failure, failure.node.func) == "CosineSimilarity"
    if not called.endswith("cosine_similarity") and not layer:
        return None
    left, right = arrays
    function = "F.cosine_similarity" if layer else called
    given = {word.arg: failure.text(word.value) for word in failure.node.keywords}

    def changes() -> Iterator[Candidate]:
        one, other = left.shape or (), right.shape or ()
        if len(one) == len(other) == 1 and one == other and given.keys() <= {"dim"}:
            yield failure.whole(f"{function}({left.text}, {right.text}, dim=0)")
        if len(one) == len(other) == 2 and one[1] == other[1] and given in ({}, {"dim": "1"}, {"dim": "-1"}):
            yield failure.whole(f"{function}({left.asked}[:, None], {right.asked}[None], dim=-1)")

    return changes()


def _pair_compared(failure: Failure) -> Iterator[Candidate] | None:
    """Compare one tensor of the two that ``max(dim=...)`` and its like return."""
    match failure.node:
        case ast.Attribute(ast.Compare(left, [_], [right])):
            sides = [left, right]
        case _:
            return None
    if failure.kind != "no_attribute":
        return None
    names = failure.seen
    pairs = [
        each
        for each in sides
        if isinstance(each, ast.Name) and each.id in names and names[each.id].text.startswith("torch.return_types.")
    ]
    if len(pairs) != 1:
        return None
    (pair,) = pairs
    other = next(each for each in sides if each is not pair)
    seen = names.get(other.id) if isinstance(other, ast.Name) else None
    fields = ("indices", "values") if seen is None or "float" not in seen.dtype else ("values", "indices")
    return (failure.instead(pair, f"{failure.text(pair)}.{field}") for field in fields[:1])


def _rows_of_two_lengths(failure: Failure) -> Iterator[Candidate] | None:
    """Name the best of each row, where that of each column is compared with as many answers as there are rows.

    With a column of one of them each number of one would be compared with all of the other, as in a loss.
    """
    arrays, node = _arrays(failure), failure.node
    if failure.kind not in _BROADCAST or len(arrays) != 2 or any(len(each.shape or ()) != 1 for each in arrays):
        return None
    if isinstance(node, ast.Call) and (_type_of(failure, node.func) or failure.text(node.func)).endswith(_LOSS):
        return iter(())
    if not isinstance(node, ast.Compare):
        return None

    def changes() -> Iterator[Candidate]:
        for each in ast.walk(node):
            bound = failure.binding(each.id) if isinstance(each, ast.Name) else None
            axis = None if bound is None else _axis_of_place(bound.value)
            if bound is not None and axis is not None:
                line, place, around = failure.text(bound), failure.place(axis), failure.place(bound)
                other = "1" if ast.unparse(axis) == "0" else "0"
                start, end = place.column - around.column, place.end_column - around.column
                yield failure.before(failure.failing.statement, f"{line[:start]}{other}{line[end:]}")
        for operand in arrays:
            for each in ast.walk(failure.failing.statement):
                axis = _axis_of_place(each) if isinstance(each, ast.Call) else None
                if axis is not None and isinstance(each, ast.Call) and failure.place(each) == operand.place:
                    yield failure.instead(axis, "1" if ast.unparse(axis) == "0" else "0")

    return changes()


def _axis_of_place(node: ast.expr) -> ast.expr | None:
    """Return the axis, 0 or 1, along which a call asks for the place of the largest or smallest; None without one."""
    match node:
        case ast.Call(ast.Attribute(holder, name), arguments, words) if name in _PLACES:
            library = isinstance(holder, ast.Name) and holder.id in ("np", "torch")
            named = [word.value for word in words if word.arg in ("axis", "dim")]
            given = [*named, *arguments[1 if library else 0 :]]
            if len(given) == 1 and ast.unparse(given[0]) in ("0", "1"):
                return given[0]
    return None


def _in_that_order(failure: Failure) -> Iterator[Candidate] | None:
    """Take the cells of each row at the places that are named for that row."""
    match failure.node:
        case ast.Subscript(ctx=ast.Load()) if failure.kind in ("index", "index_torch") and len(failure.operands) == 2:
            order, holder = failure.operands
        case _:
            return None
    places, shape = order.value, holder.shape
    if shape is None or not isinstance(places, np.ndarray) or places.dtype.kind != "i" or places.ndim != len(shape):
        return None
    if places.ndim < 2 or not places.size:
        return None
    axes = [axis for axis in reversed(range(places.ndim)) if _orders(places, shape, axis)]
    if not axes:
        return None
    return (
        failure.whole(
            f"{holder.asked}.gather({axis}, {order.text})"
            if holder.is_tensor
            else f"np.take_along_axis({holder.text}, {order.text}, axis={axis})"
        )
        for axis in axes
    )


def _orders(places: np.ndarray, shape: tuple[int, ...], axis: int) -> bool:
    """Return whether all places along an axis are some of an array's, and each of them once."""
    others = [size for place, size in enumerate(places.shape) if place != axis]
    if others != [size for place, size in enumerate(shape) if place != axis]:
        return False
    inside = bool((places >= 0).all() and (places < shape[axis]).all())
    return inside and bool((np.diff(np.sort(places, axis=axis), axis=axis) > 0).all())


def _target_first(failure: Failure) -> Iterator[Candidate] | None:
    """Swap class numbers that stand where predictions belong, and predictions that stand where these do."""
    node = failure.node
    if not isinstance(node, ast.Call) or len(node.args) != 2 or node.keywords or not _takes_classes(failure, node.func):
        return None
    arrays = _arrays(failure)
    if len(arrays) != 2 or not all(each.is_tensor for each in arrays):
        return None
    first, second = arrays
    if not first.dtype.startswith("torch.int") or "float" not in second.dtype or _is_made_whole(failure, node.args[0]):
        return None
    called = failure.text(node.func)
    answers = [first.text]
    if "binary" in called or _type_of(failure, node.func).startswith("BCE"):
        answers.append(f"{first.asked}.float()")
    return (failure.whole(f"{called}({second.text}, {answer})") for answer in answers)


def _is_made_whole(failure: Failure, node: ast.expr) -> bool:
    """Return whether predictions may have been made whole numbers."""
    bound = failure.binding(node.id) if isinstance(node, ast.Name) else None
    text = failure.text(node) + ("" if bound is None else failure.text(bound.value))
    return any(word in text for word in ("arg", "round", "long", "int(", "max", "topk", ">", "<"))


def _class_rows(failure: Failure) -> Iterator[Candidate] | None:
    """Give probabilities of classes as floats, or the number of the one class of each row."""
    if failure.kind != "probabilities_dtype_torch" or not isinstance(failure.node, ast.Call):
        return None
    arrays = _arrays(failure)
    if len(arrays) != 2:
        return None
    scores, target = arrays
    if len(scores.shape or ()) < 2 or target.shape != scores.shape:
        return iter(())  # with floats these would be probabilities, and not the numbers of classes

    def changes() -> Iterator[Candidate]:
        for node in ast.walk(failure.failing.statement):
            match node:
                case ast.Call(ast.Attribute(holder, "long" | "int"), [], []) if failure.place(node) == target.place:
                    yield failure.instead(node, failure.text(holder))
        rows = target.value
        if isinstance(rows, np.ndarray) and ((rows == 0) | (rows == 1)).all() and (rows.sum(axis=1) == 1).all():
            yield ended(target, ".argmax(1)")
            yield ended(target, ".float()")

    return changes()


def _one_logit(failure: Failure) -> Iterator[Candidate] | None:
    """Take the loss of two classes for one logit a sample."""
    node, arrays = failure.node, _arrays(failure)
    if failure.kind != "class" or not isinstance(node, ast.Call) or len(node.args) != 2 or len(arrays) != 2:
        return None
    logits, target = arrays
    values = target.value
    if logits.shape is None or logits.shape[1:] != (1,) or not isinstance(values, np.ndarray):
        return None
    if not ((values == 0) | (values == 1)).all() or target.shape != logits.shape[:1] or node.keywords:
        return None
    if not (_type_of(failure, node.func) == "CrossEntropyLoss" or failure.text(node.func).endswith("cross_entropy")):
        return None
    given = f"({logits.asked}.squeeze(1), {target.asked}.float())"
    functions = ["nn.BCEWithLogitsLoss()", "F.binary_cross_entropy_with_logits"]  # as far as they are imported
    if failure.text(node.func).endswith("cross_entropy"):
        functions.reverse()
    return (failure.whole(f"{function}{given}") for function in functions)


def _frozen(failure: Failure) -> Iterator[Candidate] | None:
    """Let the network learn again that was frozen; ask for no other gradient where one was asked for and got lost."""
    if failure.kind != "no_grad_fn":
        return None
    lost = lost_gradients_of(failure.trace)
    if any(isinstance(each, LosesGradient) for each in lost):
        # Where a step lost it, asking behind that gives the parameters none.
        return chain(_stacked(failure), _asked_again(failure))
    frozen = [each for each in lost if isinstance(each, AllFrozen)]
    if not frozen:
        asked = any(seen.requires for step in failure.trace.steps for seen in step.names.values())
        return iter(()) if asked else None

    def changes() -> Iterator[Candidate]:
        for each in frozen:
            for statement in failure.statements_before():
                names = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
                if isinstance(statement, ast.Assign) and each.network in names and not _makes(statement, each.network):
                    yield failure.before(statement, f"{each.network}.requires_grad_()")

    return changes()


def _stacked(failure: Failure) -> Iterator[Candidate]:
    """Stack tensors, where a new one was made of their numbers alone."""
    for statement in failure.statements_before():
        for node in ast.walk(statement):
            match node:
                case ast.Call(ast.Attribute(ast.Name("torch"), "tensor"), [ast.List(listed) as given], []):
                    names = [each.id for each in listed if isinstance(each, ast.Name)]
                    tensors = all(failure.failing.scope.get(name) == "Tensor" for name in names)
                    if names and len(names) == len(listed) and tensors:
                        yield Candidate(failure.place(node), f"torch.stack({failure.text(given)})", "making")


def _asked_again(failure: Failure) -> Iterator[Candidate]:
    """Ask for the gradient of parameters each round, where a step binds them to what was computed unrecorded."""
    line = failure.failing.statement.lineno
    for loop in statements_of(failure.trace.source):
        if not isinstance(loop, ast.For | ast.While) or not loop.lineno < line <= (loop.end_lineno or line):
            continue
        unrecorded = [
            each
            for each in loop.body
            if isinstance(each, ast.With) and ast.unparse(each.items[0].context_expr) == "torch.no_grad()"
        ]
        names = [name for each in unrecorded for name in map(_stepped, each.body) if name]
        first = loop.body[0]
        if names and first.lineno == first.end_lineno:
            yield failure.before(first, "; ".join(f"{name}.requires_grad_()" for name in dict.fromkeys(names)))


def _stepped(statement: ast.stmt) -> str:
    """Return the name that ``w = w - lr * w.grad`` binds; empty for any other statement."""
    match statement:
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(left), ast.Sub(), change)) if name == left:
            asked = [each for each in ast.walk(change) if isinstance(each, ast.Attribute) and each.attr == "grad"]
            if any(isinstance(each.value, ast.Name) and each.value.id == name for each in asked):
                return name
    return ""


def _makes(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def _after_every_pair(failure: Failure) -> Iterator[Candidate] | None:
    """Change no shape where a column met a row before, and what came of it is here: the mistake is there."""
    if failure.kind not in _OF_SHAPES:
        return None
    steps = [step for step in failure.trace.steps if any(map(_may_pair, step.parts))]
    found = surprises_of(failure.trace, steps) if steps else {}
    paired = [step for step, said in found.items() if any(isinstance(each, ColumnMeetsRow) for each in said)]
    return iter(()) if paired and _comes_here(failure, paired) else None


def _column_within(failure: Failure) -> Iterator[Candidate] | None:
    """Make a row of a column that was subtracted from a row, or the other way, within an operand: it gave all pairs."""
    if failure.kind not in _OF_SHAPES:
        return None
    shapes = [each.shape or () for each in _arrays(failure)]
    sizes = {size for shape in shapes if len(shape) == 2 and 1 not in shape for size in shape}
    columns = []
    for node in ast.walk(failure.node):
        match node:
            case ast.BinOp(left, ast.Sub(), right) if node is not failure.node:
                columns += [each for each in (left, right) if _size_of_column(failure, each) in sizes]
    return (failure.instead(each, f"{failure.text(each)}.squeeze(1)") for each in columns) if columns else None


def _size_of_column(failure: Failure, node: ast.expr) -> int:
    """Return how many rows a column has that stands there by its name; 0 for anything else."""
    seen = failure.seen.get(node.id) if isinstance(node, ast.Name) else None
    shape = () if seen is None or seen.shape is None else seen.shape
    return shape[0] if len(shape) == 2 and shape[1] == 1 < shape[0] else 0


def _may_pair(part: Part) -> bool:
    shapes = [tuple(each.shape) for each in part.operands if hasattr(each, "shape")]
    return len(shapes) == 2 and sorted(map(len, shapes)) == [1, 2]


def _comes_here(failure: Failure, steps: list[Step]) -> bool:
    """Return whether the line that failed reads what steps bound, or what was computed of that."""
    reached = {binding.name for step in steps for binding in step.bound}
    grows = True
    while grows:
        grows = False
        for statement in statements_of(failure.trace.source):
            match statement:
                case ast.Assign([ast.Name(name)], value) | ast.AugAssign(ast.Name(name), _, value):
                    if name not in reached and reached & _names(value):
                        reached.add(name)
                        grows = True
    return bool(reached & _names(failure.node))


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _collated(failure: Failure) -> Iterator[Candidate] | None:
    """Stack the features that a loader took from lists, number by number: one tensor each."""
    match failure.node:
        case ast.Attribute(ast.Name(name)) if failure.kind == "no_attribute" and failure.operands:
            operand = failure.operands[-1]
        case _:
            return None
    entries = operand.value
    if operand.kind != "list" or not isinstance(entries, tuple) or len(entries) < 2:
        return None
    if not all(isinstance(each, Entry) and each.kind == "Tensor" and len(each.shape) == 1 for each in entries):
        return None
    if len({each.shape for each in entries}) != 1:
        return None
    for statement in statements_of(failure.trace.source):
        match statement:
            case ast.For(ast.Tuple(targets), ast.Name(loader)) if failure.failing.scope.get(loader) == "DataLoader":
                if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                    return iter([Candidate(operand.place, f"torch.stack({operand.text}, dim=1)")])
    return None


def _numbers_one_by_one(failure: Failure) -> Iterator[Candidate] | None:
    """Give numbers as one list to a function that reduces an array."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name("np"), name) as function, [_, _, *_] as arguments, []) if name in _REDUCE:
            numbers = [each for each in failure.operands if each.kind in ("int", "float")]
            if failure.kind == "axis" and len(numbers) == len(arguments):
                listed = ", ".join(map(failure.text, arguments))
                return iter([failure.whole(f"{failure.text(function)}([{listed}])")])
    return None


def _joined_images(failure: Failure) -> Iterator[Candidate] | None:
    """Stack images, each of which has the channels that a convolution was made for, and which were joined."""
    broken, shape = failure.trace.broken, failure.operands[0].shape if failure.operands else None
    if failure.kind != "channels" or broken is None or broken.misfit is None or shape is None:
        return None
    line = failure.trace.stopped_in[0] if failure.trace.stopped_in else 0
    at_top = [each for each in statements_of(failure.trace.source) if each.lineno == line][:1]
    for statement in (failure.failing.statement, *at_top):  # a network may hand on what it is given
        for node in ast.walk(statement):
            given = node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else None
            listed = None if given is None else _joined(failure, given, statement, broken.misfit.had, shape)
            if given is not None and listed is not None:
                return iter([failure.instead(given, f"torch.stack({failure.text(listed)})")])
    return None


def _joined(
    failure: Failure, given: ast.expr, statement: ast.stmt, channels: int, shape: tuple[int, ...]
) -> ast.expr | None:
    """Return the images, of so many channels each, that were joined to what a call is given, of a shape."""
    bound = failure.binding(given.id, statement) if isinstance(given, ast.Name) else None
    joined = given if bound is None else bound.value
    match joined:
        case ast.Call(ast.Attribute(ast.Name("torch"), "cat" | "concat"), [listed, *axis], words):
            along = [failure.text(each) for each in (*axis, *(word.value for word in words))]
        case _:
            return None
    place = failure.place(joined)
    parts = [part for step in failure.trace.steps for part in step.parts if part.place == place]
    shapes = {shape_of(each) for each in parts[-1].operands[0]} if parts else set()
    fits = all(each[:1] == (channels,) and len(each) == len(shape) for each in shapes) and len(shapes) < 2
    joins = not parts or shape_of(parts[-1].result) == shape
    return listed if along in ([], ["0"]) and fits and joins else None


def _picked_by_mask(failure: Failure) -> Iterator[Candidate] | None:
    """Choose among whole arrays, where what a mask picked is to be chosen; nothing else keeps the shape."""
    if failure.kind not in _BROADCAST:
        return None
    found = picked(failure.trace)
    if found is None:
        return None
    _, mask, _, operand = found
    match failure.node:
        case ast.Call(ast.Attribute(_, "where") as function, [condition, *chosen], []) if len(chosen) == 2:
            if ast.dump(condition) != ast.dump(mask):
                return iter(())
            whole = _Whole(ast.dump(mask))
            wholes = [ast.unparse(whole.visit(code_expression(failure.text(each)))) for each in chosen]
            if failure.text(chosen[0]) != operand.text and failure.text(chosen[1]) != operand.text:
                return iter(())
            return iter([failure.whole(f"{failure.text(function)}({', '.join([failure.text(condition), *wholes])})")])
    return iter(())


class _Whole(ast.NodeTransformer):
    """Puts an array in the place of what a mask picks of it."""

    def __init__(self, mask: str) -> None:
        self.mask = mask

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return node.value if ast.dump(node.slice) == self.mask else node


def _arrays(failure: Failure) -> list[Operand]:
    """Return the operands that are arrays, in the order in which they stand."""
    return [each for each in failure.failing.operands if each.shape is not None]


def _type_of(failure: Failure, called: ast.expr) -> str:
    """Return the type of what is called, where that is a name or made right there; empty for anything else."""
    match called:
        case ast.Name(name):
            return failure.failing.scope.get(name, "")
        case ast.Call(function):
            return failure.text(function).rpartition(".")[2]
    return ""


def _takes_classes(failure: Failure, called: ast.expr) -> bool:
    """Return whether what is called is a loss whose targets are classes, or how likely each is."""
    name = _type_of(failure, called) or failure.text(called)
    return name.endswith((*_OF_CLASSES, "cross_entropy", "cross_entropy_with_logits", "nll_loss"))


def _sorted_in_place(failure: Failure) -> Iterator[Candidate] | None:
    """Bind what was sorted to a name that is None, since it was bound to what sorts in place."""
    match failure.node:
        case ast.Subscript(ast.Call(ast.Attribute(ast.Name(name), "sort"), [], []) as call):
            function = {"numpy.ndarray": "np.sort", "list": "sorted"}.get(failure.failing.scope.get(name, ""))
            if function is not None:
                return iter([failure.instead(call, f"{function}({name})")])
    for operand in failure.operands:
        bound = failure.binding(operand.text) if operand.kind == "NoneType" else None
        match None if bound is None else bound.value:
            case ast.Call(ast.Attribute(ast.Name(name), "sort"), [], []) if name != operand.text:
                function = {"numpy.ndarray": "np.sort", "list": "sorted"}.get(failure.failing.scope.get(name, ""))
                if function is not None:
                    line = f"{operand.text} = {function}({name})"
                    return iter([failure.before(failure.failing.statement, line)])
    return None


def _no_leaf(failure: Failure) -> Iterator[Candidate] | None:
    """Make a leaf of weights that were computed of one, as by scaling it, before they are used."""
    for operand in failure.operands:
        name, _, asked = operand.text.rpartition(".")
        bound = failure.binding(name) if operand.kind == "NoneType" and asked == "grad" else None
        if bound is None or not isinstance(bound.value, ast.BinOp) or "requires_grad=True" not in ast.unparse(bound):
            continue
        later = [each for each in statements_of(failure.trace.source) if each.lineno > bound.lineno]
        if later and later[0].col_offset == bound.col_offset:
            return iter([failure.before(later[0], f"{name} = {name}.detach().requires_grad_()")])
    return None


def _along_several(failure: Failure) -> Iterator[Candidate] | None:
    """Ask for the values alone along several axes, or make one axis of them first."""
    if failure.kind not in ("not_whole", "argument_combination", "argument_type"):
        return None
    found = along_several(failure.failing)
    if found is None or not found.instead:
        return None
    match failure.failing.statement:
        case ast.Assign([ast.Name(name)]) if found.amax and _taken_apart(failure, name):
            return None
    return iter([failure.whole(found.instead)])


def _taken_apart(failure: Failure, name: str) -> bool:
    """Return whether the program takes something by its place, or values or indices, of what a name is bound to."""
    for node in nodes_of(failure.trace.source):
        match node:
            case ast.Subscript(ast.Name(of)) | ast.Attribute(ast.Name(of), "values" | "indices") if of == name:
                return True
    return False


def _scattered_row(failure: Failure) -> Iterator[Candidate] | None:
    """Give what is scattered the axis that its index has more, in front."""
    found = scattered(failure.failing) if failure.kind in ("axis_torch", "gather_axes_torch") else None
    if found is None:
        return None
    index, source = (each.shape or () for each in found)
    if len(index) == len(source) + 1 and index[1:] <= source and source:
        return iter([ended(found[1], "[None]")])
    return None


def _mask_of_numbers(failure: Failure) -> Iterator[Candidate] | None:
    """Make truths of a mask of zeros and ones: as places they would pick the first two cells again and again."""
    mask = mask_of(failure) if failure.kind in ("index_dtype", "index_dtype_torch") else None
    return None if mask is None else iter([ended(mask, ".bool()" if mask.is_tensor else ".astype(bool)")])


def _wide_enough(failure: Failure) -> Iterator[Candidate] | None:
    """Give an array a dtype that holds its numbers: made in two steps it would wrap them without a word."""
    if not isinstance(failure.node, ast.Call) or failure.kind not in ("number_too_large", "number_too_large_torch"):
        return None
    dtype = getattr(failure.cause, "dtype", "")
    words = [*failure.node.args, *(word.value for word in failure.node.keywords)]
    given = next((each for each in words if ast.unparse(each).rpartition(".")[2].strip("'") == dtype), None)
    if given is None:
        return None
    library = "np" if failure.kind == "number_too_large" else "torch"
    return iter([failure.instead(given, f"{library}.int64")])


_RULES: tuple[Callable[[Failure], Iterator[Candidate] | None], ...] = (
    _brackets,
    _row_for_each_sample,
    _batch_of_one,
    _with_height_and_width,
    _made_first,
    _scores_themselves,
    _turned_weight,
    _picked_by_mask,
    _distances,
    _one_shorter,
    _classes_squared,
    _so_many_parts,
    _turned_flat,
    _among_values,
    _equal_at_all,
    _vector_for_each,
    _one_cell,
    _places_gone_through,
    _counted_batches,
    _asked_too_late,
    _angles,
    _pair_compared,
    _rows_of_two_lengths,
    _in_that_order,
    _target_first,
    _class_rows,
    _one_logit,
    _frozen,
    _after_every_pair,
    _column_within,
    _collated,
    _numbers_one_by_one,
    _joined_images,
    _sorted_in_place,
    _no_leaf,
    _along_several,
    _scattered_row,
    _mask_of_numbers,
    _wide_enough,
)
