"""The lesson on views in words: what was made, why it is a view or a copy, and what statements changed."""

from collections.abc import Mapping

import numpy as np

from primer_core.backend import LIBRARIES
from primer_core.language.spelling import counted
from primer_core.lessons.views.program import Change, Program, Step, Stopped, Verdict, changes
from primer_core.lessons.views.refused_view import AxisPair, GivenWay, Viewing
from primer_core.picture.number import bracketed, full_text, with_minus
from primer_core.picture.text import Code, Strong, Text, joined, text

_TURNED = "Turning axes round only reorders shape and strides."
_STRETCHED = "A stretched axis has a stride of 0, which reads one element again and again: nothing is copied."
_ALWAYS = "always copies."

_WHY_VIEW: Mapping[str, str] = {
    "index": "Numbers, slices, ... and None only set a new offset and new strides.",
    "diagonal": "One step down and one to the right at once is a fixed stride too.",
    "expand": _STRETCHED,
    "broadcast_to": _STRETCHED,
    "ravel": "It copies only where the cells do not lie in order.",
    "flatten": "PyTorch's copies only where it must; NumPy's always copies.",
    "reshape": "It copies only where no strides give the new shape, and does not say when it does.",
    "from_numpy": "The tensor takes the bytes of the array as they are: each sees what the other writes.",
    "numpy": "The array takes the bytes of the tensor as they are: each sees what the other writes.",
    "T": _TURNED,
    "mT": _TURNED,
    "t": _TURNED,
    "transpose": _TURNED,
    "swapaxes": _TURNED,
    "permute": _TURNED,
    "movedim": _TURNED,
    "moveaxis": _TURNED,
    "flip": "NumPy reads backwards with negative strides, and copies nothing.",
    "as_strided": "It takes any shape and strides; here they are checked first, to stay within the memory.",
}
"""Why an operation gave a view."""

_WHY_COPY: Mapping[str, str] = {
    "index": "A list or a mask may name any cells in any order. No strides can say that, so the cells are copied.",
    "arithmetic": "Arithmetic always makes a new array.",
    "contiguous": "It copies exactly where the cells do not lie in order yet.",
    "ascontiguousarray": "It copies exactly where the cells do not lie in order yet.",
    "ravel": "It copies only where the cells do not lie in order.",
    "reshape": "It copies only where no strides give the new shape, and does not say when it does.",
    "flatten": "NumPy's always copies; PyTorch's only where it must.",
    "flip": "PyTorch has no negative strides, so its flip copies; NumPy's [::-1] is a view.",
    "copy": f"It {_ALWAYS}",
    "clone": f"It {_ALWAYS}",
    "tensor": f"It {_ALWAYS}",
}
"""Why an operation gave a copy, where it kept the dtype."""

_BASE = text(
    Code("a"), " is the base: the first array. Write what is made of it into the field b, or choose an operation."
)
_NOTHING_RAN = text("Write a statement into the field Then, or choose an example.")


def story(program: Program) -> tuple[Text, ...]:
    """Tell what each definition made, and why, and what the statements changed."""
    lines = [_made(program, verdict) for verdict in program.verdicts]
    lines += _changed(program)
    return tuple(lines) or (_BASE,)


def changes_told(program: Program) -> tuple[Text, ...]:
    """Tell what the statements did to each name."""
    return tuple(_changed(program)) or (_NOTHING_RAN,)


def _made(program: Program, verdict: Verdict) -> Text:
    """Tell what one definition made, in the past where statements have bound a name anew since."""
    name, of = Code(verdict.name), Code(verdict.of)
    rebound = {change.name for change in changes(program) if change.rebound}
    match verdict.kind:
        case "same" if rebound & {verdict.name, verdict.of}:
            return text(name, " was ", of, ": a second name for one object, until a statement bound one of them anew.")
        case "same":
            return text(name, " is ", of, ": a second name for one object. No array was made.")
        case "empty":
            return text(name, " was made without cells, so there is nothing to share.")
        case "view":
            if verdict.name in rebound:
                is_one = text(name, " was defined as a ", Strong("view"), " of ", of)
            elif verdict.of in rebound:
                is_one = text(name, " is a ", Strong("view"), " of the array that ", of, " was bound to at first")
            else:
                is_one = text(name, " is a ", Strong("view"), " of ", of)
            shape = ": a new object, with its own shape, strides and offset, on memory that was there. "
            return text(*is_one, shape, "No element was copied.", *_because(verdict))
        case "copy":
            made = program.before.called(verdict.name)
            size = program.before.buffers[made.buffer].nbytes
            defined = " was defined as a " if verdict.name in rebound else " is a "
            earlier = [Code(other) for other in program.before.names if other < verdict.name]
            apart: Text = ()
            if not rebound:
                others = joined([(other,) for other in earlier], " or ")
                apart = text(" What is written to it does not reach ", *others, ", nor the other way round.")
            memory = f": it lies in memory of its own, of {counted(size, 'byte')}."
            return text(name, defined, Strong("copy"), memory, *apart, *_because(verdict))


def _because(verdict: Verdict) -> Text:
    """Say why a definition gave what it gave: a copy by the last step that copied, a view by its last step."""
    if not verdict.steps:
        return ()
    last = len(verdict.steps) - 1
    if verdict.kind == "copy":
        last = max((place for place, step in enumerate(verdict.steps) if step.result != "view"), default=last)
    step = verdict.steps[last]
    reason = _reason(step)
    if not reason:
        return ()
    reason = reason if reason.startswith(LIBRARIES) else f"{reason[0].lower()}{reason[1:]}"
    if step is verdict.steps[-1]:
        return text(" ", Code(step.code), ": ", reason)
    return text(" ", Code(step.code), " made the copy: ", reason, " What is done after that reads this copy.")


def _reason(step: Step) -> str:
    """Say why a step gave what it gave; empty where nothing is known to say."""
    match step.result:
        case "number":
            return "A single element of a NumPy array comes out as a number of its own."
        case "view":
            return _WHY_VIEW.get(step.operation, "")
        case "copy" if step.casts and step.operation != "arithmetic":
            return "Another dtype needs other bytes, so the numbers are written anew."
        case "copy" if step.operation == "astype":
            return "astype copies even where the dtype stays the same."
    return _WHY_COPY.get(step.operation, "")


def _changed(program: Program) -> list[Text]:
    lines: list[Text] = []
    if program.statements:
        found = changes(program)
        lines += [_bound(program, change) for change in found if change.rebound]
        lines += _written(program, found)
    if isinstance(program, Stopped):
        lines += _stop(program)
    for lost in program.unnamed:
        lines.append(
            text(
                Code(lost.statement), " wrote into ", Code(lost.code), ": that is a ", Strong("copy"),
                ", made for this statement, with no name. Once the statement ends it is gone, and nothing else saw it.",
            )
        )  # fmt: skip
    for cut in program.cuts:
        lines.append(
            text(Code(cut.statement), ": ", Code(cut.name), f" held {cut.dtype} then, so the fraction was cut off.")
        )
    return lines


def _bound(program: Program, change: Change) -> Text:
    """Tell what a name is bound to that was bound to something else before, and what became of that."""
    name = Code(change.name)
    now = program.after.called(change.name)
    old: Text = ()
    if change.bound != "first":
        stays = " stays as it was." if not change.cells else f" changed too, in {counted(change.cells, 'cell')}."
        old = (" The object it was bound to before", stays)
    if change.bound == "another" or (change.bound == "first" and now.number < len(program.before.arrays)):
        before = joined([(Code(other),) for other in program.before.arrays[now.number].names], " and ")
        return text(name, " is now bound to the object that was called ", *before, " before the statements.", *old)
    if change.bound == "first":
        return text(name, " is a new name, bound to a ", Strong("new object"), ".")
    return text(name, " is now the name of a ", Strong("new object"), ".", *old)


def _written(program: Program, found: tuple[Change, ...]) -> list[Text]:
    """Tell which of the names that kept their objects changed, and which did not."""
    kept = [change for change in found if change.bound == "kept"]
    changed = [change for change in kept if change.cells]
    names = joined([(Code(change.name),) for change in changed], " and ")
    memories = {program.after.called(change.name).buffer for change in changed}
    lines: list[Text] = []
    if len(changed) > 1 and len(memories) == 1:
        both = "both of them changed" if len(changed) == 2 else "all of them changed"
        lines.append(text("One memory was written to, and ", *names, " read it: ", Strong(both), "."))
    elif changed:
        lines.append(text("Changed in place, without a new object: ", *names, "."))
    for change in kept:
        if not change.cells:
            elsewhere = bool(memories) and program.after.called(change.name).buffer not in memories
            lines.append(
                text("Unchanged: ", Code(change.name), ", which lies in another memory." if elsewhere else ".")
            )
    return lines


def _stop(program: Stopped) -> list[Text]:
    """Tell what an error left undone."""
    lines: list[Text] = []
    if program.place == "then":
        rest = ": it changed no cell." if program.untouched else ", but not before it had changed cells."
        lines.append(text(Code(program.line), " was refused", rest))
        if program.not_run:
            lines.append(text("The statements after it were not run."))
        return lines
    told = {"c": text(Code("c"), " was not made"), "then": text("the statements in Then were not run")}
    named = [told[field] for field in program.not_run]
    if named:
        lines.append(text("Because ", Code(program.place), " failed, ", *joined(named, ", and "), "."))
    else:
        lines.append(text("There is no ", Code(program.place), ": the library refused to make it."))
    return lines


def viewing_told(viewing: Viewing) -> tuple[Text, ...]:
    """Tell whether the view was given, why not, and what each way out copies."""
    view, in_order, reshaped = viewing.ways
    refused = [pair for pair in viewing.pairs if pair.refuses]
    lines: list[Text] = []
    if viewing.allowed:
        joins = any(pair.wanted for pair in viewing.pairs)
        why = "Every pair that it joins fits." if joins else "No axes are joined."
        lines.append(text(Code(view.code), " is ", Strong("given"), f": nothing is copied. {why}"))
    elif refused:
        lines.append(text(Code(view.code), " is ", Strong("refused"), f": {_unequal(refused[0])}"))
    else:
        why = "the numbers of cells differ, so no copy helps either."
        lines.append(text(Code(view.code), " is ", Strong("refused"), f": {why}"))
    if isinstance(in_order, GivenWay) and isinstance(reshaped, GivenWay):
        first, second = Strong(counted(in_order.copied, "byte")), Strong(counted(reshaped.copied, "byte"))
        copied = (Code(in_order.code), " copied ", first, ", ", Code(reshaped.code), " ", second, ". ")
        which = " gives a view where it can and a copy where it must, and does not say which."
        lines.append(text(*copied, Code("reshape"), which))
    return tuple(lines)


def _unequal(pair: AxisPair) -> str:
    return (
        f"it joins axes {pair.left} and {pair.right}. One step along axis {pair.left} moves "
        f"{with_minus(counted(pair.stride, 'element'))}, but a walk to the end of axis {pair.right} moves "
        f"{pair.size} · {bracketed(full_text(pair.next_stride))} = {full_text(pair.needed)}. One stride cannot be both."
    )


def walk(viewing: Viewing, most: int = 16) -> Text:
    """Write the addresses of b in the order in which a new shape reads them, and the steps between them."""
    order = viewing.program.before.called("b").layout.addresses.ravel()
    shown, more = order[:most], " …" if len(order) > most else ""
    if not len(order):
        return text("b has no cells to read.")
    steps = with_minus(" ".join(f"{step:+d}" for step in np.diff(shown)))
    then = f" · steps {steps}{more}" if steps else ""
    return text(f"b read in order: elements {' '.join(map(str, shown))}{more}{then}")
