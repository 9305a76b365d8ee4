"""What helps where an input does not fit a layer, or predictions do not fit a loss."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from math import floor, prod

import numpy as np

from primer_core.error_messages.kinds.layers import KernelTooLarge
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.causes.losses import are_log_shares, cut_into_rows
from primer_core.lessons.own_lines.failing import Operand, nodes_at, nodes_of
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, each_ended


def _fitted(failure: Failure) -> Iterator[Candidate]:
    """Change the input so that it fits, then the number with which the layer was made."""
    if isinstance(failure.node, ast.BinOp):
        return  # no layer
    arrays = tuple(each for each in failure.operands if each.shape is not None)[:1]
    broken = failure.trace.broken
    fits = False
    if broken is not None and broken.broke is not None and broken.misfit is not None:
        kind, takes = broken.broke.kind, broken.misfit.had
        for operand in arrays:
            shape = operand.shape or ()
            if shape[-1:] == (takes,) and (kind, len(shape)) in _CHANNELS_FIRST:
                fits = True
                yield from each_ended(arrays, _CHANNELS_FIRST[kind, len(shape)])
            if kind == "Linear" and takes == 1 and len(shape) == 1:
                fits = True
                yield from each_ended(arrays, ".unsqueeze(1)")
            if kind in _RECURRENT and takes == 1 and len(shape) < 3:  # each step is one number
                fits = True
                yield from each_ended(arrays, ".unsqueeze(-1)")
            if kind == "LayerNorm" and len(shape) == 3 and shape[1] == takes:
                fits = True
                yield from each_ended(arrays, ".transpose(1, 2)")
            if kind == "Linear":
                each_flat = tuple(_each_flat(failure, operand, takes))
                fits = fits or bool(each_flat)
                yield from each_flat
                yield from _laid_out(failure, operand, takes)
                if len(shape) == 2 and prod(shape) == takes:  # all of it is one sample
                    fits = True
                    yield from each_ended(arrays, ".reshape(1, -1)")
            if len(shape) > 2 and kind == "Linear":
                yield from each_ended(arrays, ".flatten(1)")
            if len(shape) == 3 and takes == 1:
                yield from each_ended(arrays, ".unsqueeze(1)")
            if len(shape) == 2 and shape[0] == takes and kind == "Linear":
                yield from each_ended(arrays, ".T")
        flat = _flattened(failure, broken.broke.given[0] if broken.broke.given else (), kind, takes)
        if flat is not None:
            fits = True
            yield flat
    if not fits:  # a layer of another size would take the wrong axis for what it looks at
        yield from _number(failure)
    yield from each_ended(arrays, ".flatten(1)", ".unsqueeze(0)")


def _each_flat(failure: Failure, operand: Operand, takes: int) -> Iterator[Candidate]:
    """Lay each sample out flat, where all samples were laid out as one row."""
    if len(operand.shape or ()) != 1:
        return
    found = nodes_at(failure.trace.source, operand.place)
    laid = None if found is None else found[0]
    bound = failure.binding(laid.id) if isinstance(laid, ast.Name) else None
    match laid if bound is None else bound.value:
        case ast.Call(ast.Attribute(ast.Name(holder), "view" | "reshape"), [size], []) if ast.unparse(size) == "-1":
            pass
        case ast.Call(ast.Attribute(ast.Name(holder), "flatten"), [], []) if holder != "torch":
            pass
        case ast.Call(ast.Attribute(ast.Name("torch"), "flatten"), [ast.Name(holder)], []):
            pass
        case _:
            return
    if bound is not None and holder == operand.text:
        yield from _flat_before(failure, bound.value, holder, takes)
        return
    seen = failure.seen.get(holder)
    shape = () if seen is None or seen.shape is None else seen.shape
    if len(shape) > 1 and prod(shape[1:]) == takes and prod(shape) == prod(operand.shape or ()):
        yield Candidate(operand.place, f"{holder}.flatten(1)")


def _flat_before(failure: Failure, laid: ast.expr, holder: str, takes: int) -> Iterator[Candidate]:
    """Lay each sample out flat in the line that laid all of them out as one row under the same name."""
    place = failure.place(laid)
    parts = [part for step in failure.trace.steps for part in step.parts if part.place == place]
    shape = shape_of(parts[-1].operands[0]) if parts and parts[-1].operands else ()
    if len(shape) > 1 and prod(shape[1:]) == takes:
        yield Candidate(place, f"{holder}.flatten(1)", "making")


def _laid_out(failure: Failure, operand: Operand, takes: int) -> Iterator[Candidate]:
    """Lay each sample out flat, where an input was laid out in so many rows."""
    for node in ast.walk(failure.failing.statement):
        match node:
            case ast.Call(ast.Attribute(holder, "view" | "reshape" as method), [ast.Constant(), last], []):
                if failure.place(node) == operand.place and ast.unparse(last) == "-1":
                    yield Candidate(operand.place, f"{failure.text(holder)}.flatten(1)")
                    yield Candidate(operand.place, f"{failure.text(holder)}.{method}(-1, {takes})")


_RECURRENT = ("RNN", "LSTM", "GRU")

_CHANNELS_FIRST: Mapping[tuple[str, int], str] = {
    ("Conv1d", 2): ".T", ("Conv1d", 3): ".transpose(1, 2)",
    ("Conv2d", 3): ".permute(2, 0, 1)", ("Conv2d", 4): ".permute(0, 3, 1, 2)",
    ("BatchNorm1d", 3): ".transpose(1, 2)", ("BatchNorm2d", 4): ".permute(0, 3, 1, 2)",
}  # fmt: skip
"""By a layer and the axes of its input what brings channels that come last to their place."""


def _flattened(failure: Failure, shape: tuple[int, ...], kind: str, takes: int) -> Candidate | None:
    """Put a layer that lays all axes but the first out flat before a layer of a Sequential that was made for that."""
    broken = failure.trace.broken
    if broken is None or broken.made is None or kind != "Linear" or len(shape) < 3 or prod(shape[1:]) != takes:
        return None
    for node in nodes_of(failure.trace.source):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("Sequential"):
            continue
        if any(failure.place(each) == broken.made for each in node.args):
            return Candidate(broken.made, f"nn.Flatten(), {broken.made.text}", "making")
    return None


def _number(failure: Failure) -> Iterator[Candidate]:
    broken = failure.trace.broken
    if broken is None or broken.misfit is None or broken.made is None:
        return
    found = nodes_at(failure.trace.source, broken.made)
    call = None if found is None else found[0]
    if isinstance(call, ast.Call):
        misfit = broken.misfit
        named = [word.value for word in call.keywords if word.arg == misfit.setting]
        place = 1 if misfit.setting == "num_channels" else 0
        number = named[0] if named else call.args[place] if len(call.args) > place else None
        if number is not None:
            yield Candidate(Place.of(number, failure.trace.source), str(misfit.wanted), "making")


def _targets(failure: Failure) -> Iterator[Candidate]:
    """Give prediction and target one shape, and each sample a row of its own."""
    cut = cut_into_rows(failure.trace)
    for node in ast.walk(failure.failing.statement):
        if cut is not None and isinstance(node, ast.Call) and ast.unparse(node) == cut.code:
            yield failure.instead(node, f"{cut.given}.flatten(1)")
    arrays = tuple(each for each in failure.operands if each.shape is not None)
    flat = tuple(each for each in arrays if len(each.shape or ()) == 1)
    column = tuple(each for each in arrays if (each.shape or ())[-1:] == (1,) and len(each.shape or ()) > 1)
    yield from each_ended(tuple(each for each in flat if "int" in each.dtype), ".float().unsqueeze(1)")
    yield from each_ended(flat, ".unsqueeze(1)")
    yield from each_ended(column, ".squeeze(1)")


def _classes(failure: Failure) -> Iterator[Candidate]:
    arrays = tuple(each for each in failure.operands if each.shape is not None)[:1]
    # Of one number a sample argmax gives 0, whatever it is.
    yield from each_ended(arrays, ".squeeze(1)" if arrays and (arrays[0].shape or ())[1:2] == (1,) else ".argmax(1)")


def _classes_last(failure: Failure) -> Iterator[Candidate]:
    """Bring the axis of the classes behind that of the samples."""
    yield from each_ended(tuple(each for each in failure.operands if len(each.shape or ()) == 3), ".transpose(1, 2)")
    yield from each_ended(tuple(each for each in failure.operands if len(each.shape or ()) == 4), ".movedim(-1, 1)")


def _from_zero(failure: Failure) -> Iterator[Candidate]:
    """Count classes from 0 where they are counted from 1."""
    for operand in failure.operands[:1]:
        numbers = operand.value
        if isinstance(numbers, np.ndarray) and numbers.size and numbers.min() >= 1:
            yield Candidate(operand.place, f"{operand.asked} - 1")


def _probabilities(failure: Failure) -> Iterator[Candidate]:
    """Make probabilities of what are logits, or take the loss that does so itself."""
    arguments = failure.positional()
    given = next((each for each in failure.failing.operands if each.shape is not None), None)
    if arguments and given is not None and are_log_shares(given.value):
        yield failure.instead(arguments[0], f"{given.asked}.exp()")
        return
    if arguments:
        yield failure.instead(arguments[0], f"torch.sigmoid({failure.text(arguments[0])})")
    for node in ast.walk(failure.node):
        if isinstance(node, ast.Attribute) and node.attr in _WITH_LOGITS:
            place = failure.text(node).removesuffix(node.attr)
            yield failure.instead(node, f"{place}{_WITH_LOGITS[node.attr]}")


_WITH_LOGITS = {"BCELoss": "BCEWithLogitsLoss", "binary_cross_entropy": "binary_cross_entropy_with_logits"}


def _one_sample(failure: Failure) -> Iterator[Candidate]:
    """Tell the network that it is not training, where it is asked for one sample at the top of a program."""
    node, statement = failure.node, failure.failing.statement
    at_top = statement.col_offset == 0
    if at_top and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield failure.before(statement, f"{node.func.id}.eval()")


def _heads(failure: Failure) -> Iterator[Candidate]:
    """Take the next number of heads that divides the embedding, then the next embedding that the heads divide."""
    arguments = failure.positional()
    named = {word.arg: word.value for word in failure.node.keywords} if isinstance(failure.node, ast.Call) else {}
    whole = [*arguments[:2], *(named[word] for word in ("embed_dim", "num_heads") if word in named)]
    match whole:
        case [ast.Constant(int(size)), ast.Constant(int(heads))] if heads > 0:
            fewer = next(number for number in range(heads, 0, -1) if size % number == 0)
            yield failure.instead(whole[1], str(fewer))
            more = next((number for number in range(heads, size + 1) if size % number == 0), fewer)
            yield failure.instead(whole[1], str(more))
            yield failure.instead(whole[0], str(size + heads - size % heads))


def _padded(failure: Failure) -> Iterator[Candidate]:
    """Pad what a convolution moves over by half of its kernel, where that is larger."""
    broken, cause = failure.trace.broken, failure.cause
    if broken is None or broken.made is None or not isinstance(cause, KernelTooLarge):
        return
    found = nodes_at(failure.trace.source, broken.made)
    call = None if found is None else found[0]
    if not isinstance(call, ast.Call) or len(call.args) > 4 or any(word.arg == "padding" for word in call.keywords):
        return
    if len(set(cause.kernel)) == 1 and cause.kernel[0] % 2:
        yield Candidate(broken.made, f"{broken.made.text[:-1]}, padding={cause.kernel[0] // 2})", "making")


def _floored(failure: Failure, operand: Operand, node: ast.AST) -> Iterator[Candidate]:
    """Take half a row off each size of a product, where so many numbers are what a sample has."""
    text = operand.text
    for part in sorted(ast.walk(node), key=lambda each: getattr(each, "col_offset", -1), reverse=True):
        if isinstance(part, ast.Constant) and isinstance(part.value, float):
            place = failure.place(part)
            start, end = place.column - operand.place.column, place.end_column - operand.place.column
            text = f"{text[:start]}{floor(part.value)}{text[end:]}"
        elif not isinstance(part, ast.Constant | ast.BinOp | ast.Mult):
            return
    constants = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    sizes = prod(floor(each) for each in constants if isinstance(each, int | float))
    if any(seen.shape and len(seen.shape) > 2 and prod(seen.shape[1:]) == sizes for seen in failure.seen.values()):
        yield Candidate(operand.place, text)


def _whole_size(failure: Failure) -> Iterator[Candidate]:
    """Divide so that a whole number stays, or make one of a float that is whole; leave out what a layer left out."""
    for operand in failure.operands:
        if operand.kind != "float":
            continue
        found = nodes_at(failure.trace.source, operand.place)
        if not float(operand.value).is_integer():
            yield from () if found is None else _floored(failure, operand, found[0])
            continue
        match None if found is None else found[0]:
            case ast.BinOp(left, ast.Div(), right):
                yield Candidate(operand.place, f"{failure.text(left)} // {failure.text(right)}")
        yield Candidate(operand.place, f"int({operand.text})")


def _half_a_kernel(failure: Failure) -> Iterator[Candidate]:
    """Pad by half of the kernel, where a stride keeps a convolution from keeping the sizes."""
    node = failure.node
    if not isinstance(node, ast.Call):
        return
    given = {word.arg: word.value for word in node.keywords}
    kernel = given.get("kernel_size", node.args[2] if len(node.args) > 2 else None)
    if isinstance(kernel, ast.Constant) and type(kernel.value) is int and "padding" in given:
        yield failure.instead(given["padding"], str(kernel.value // 2))


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    **dict.fromkeys(
        (
            "matmul_torch",
            "channels",
            "norm_features",
            "norm_shape",
            "step_size",
            "row_torch",
            "input_axes",
            "norm_axes",
        ),
        _fitted,
    ),
    "kernel": _padded,
    "same_strided": _half_a_kernel,
    "layer_size": _whole_size,
    "one_value": _one_sample,
    "heads": _heads,
    "probabilities_range": _probabilities,
    "target_shape": _targets,
    "class_axes": _classes,
    "class": _from_zero,
    "class_map": _classes_last,
    "class_maps": lambda failure: each_ended(failure.operands, ".squeeze(1)"),
    "batches": _targets,
}
"""By the kind of the message."""
