"""The lesson on views in words: what was made, why it is a view or a copy, and what statements changed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES
from primer_core.language.spelling import counted, shape_text
from primer_core.lessons.views.deeds import Bound, Cell, Deed, Overlap, Unnamed, Written
from primer_core.lessons.views.losses import Loss
from primer_core.lessons.views.program import Change, NameVerdict, Program, Stopped, changes, shortened
from primer_core.lessons.views.refused_view import AxisPair, GivenWay, Viewing
from primer_core.lessons.views.steps import Step
from primer_core.picture.grid import address
from primer_core.picture.number import bracketed, full_text, with_minus
from primer_core.picture.text import Code, Strong, Text, joined, text

_TURNED = "Turning axes round only reorders shape and strides."
_STRETCHED = "A stretched axis has a stride of 0, which reads one element again and again: nothing is copied."
_ALWAYS = "always copies."

_WHY_VIEW: Mapping[str, str] = {
    "index": "Numbers, slices, ... and None only set a new offset and new strides.",
    "unpacking": "Unpacking takes the parts along the first axis, as a[0], a[1] and so on do.",
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

_WRITTEN_OUT = 12
"""Most cells of an array that a sentence writes out."""

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


def _made(program: Program, verdict: NameVerdict) -> Text:
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
        case "apart":
            return text(name, " lies in the memory of ", of, ", and no cell of theirs is the same.")
        case "copy" if verdict.steps and verdict.steps[0].result == "made":
            made = program.before.called(verdict.name)
            size = program.before.buffers[made.buffer].nbytes
            was = " was" if verdict.name in rebound else " is"
            return text(name, was, " a ", Strong("new array"), f", with memory of its own, of {counted(size, 'byte')}.")
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


def deed_told(deed: Deed) -> Text:
    """Tell what one statement did to names and to memory."""
    parts = [_binding(bound) for bound in deed.bound]
    parts += [_writing(written) for written in deed.written]
    parts += [text(Code(name), " is read in another way: its shape or its strides are others") for name in deed.turned]
    parts += [text("wrote into ", Code(lost.code), ", a copy without a name") for lost in deed.unnamed]
    if deed.printed:
        parts.append(text("printed"))
    return joined(parts, "; ") if parts else text("changed no name and no element")


def _binding(bound: Bound) -> Text:
    name, of = Code(bound.name), Code(bound.of)
    match bound.how:
        case "same":
            return text(name, " is bound to the object of ", of)
        case "view":
            return text(name, " is bound to a new object, a view of ", of)
        case "apart":
            return text(name, " is bound to a new object, in the memory of ", of)
        case "copy":
            return text(name, " is bound to a new object, with memory of its own")
        case "empty":
            return text(name, " is bound to a new object, without cells")
        case "value":
            return text(name, " is bound to a value that is no array")
        case "gone":
            return text(name, " is no name any more")


def _writing(written: Written) -> Text:
    changed = f"changed {counted(written.elements, 'element')} of memory {written.buffer + 1}"
    if not written.readers:
        return text(f"{changed}, read by no name")
    return text(f"{changed}, seen by ", *joined([(Code(name),) for name in written.readers], " and "))


def deed_numbers(deed: Deed) -> Text:
    """Write what the cells hold that a statement bound or changed, and what it printed."""
    parts = [text(Code(bound.name), f" = {_holding(bound)}") for bound in deed.bound if bound.how != "gone"]
    for written in deed.written:
        cells = [_cell(cell) for cell in written.cells]
        more = written.elements - len(cells)
        parts += [*cells, *([text(f"and {counted(more, 'element')} more")] if cells and more > 0 else [])]
    parts += [text(line) for line in deed.printed]
    return joined(parts, ", ") if parts else text("–")


def _holding(bound: Bound) -> str:
    """Write the cells of an array that was bound, or the value; of a large array its shape."""
    if bound.number is None:
        return shortened(bound.values)
    values = bound.values
    if values.size > _WRITTEN_OUT or values.ndim > 2:
        return f"an array of shape {shape_text(values.shape)}"
    never = np.zeros(values.shape, np.bool_) if bound.unwritten is None else bound.unwritten
    cells = np.array([shortened(value) if values.dtype == object else "?" if blank else full_text(value)
                      for value, blank in zip(values.ravel(), never.ravel(), strict=True)], object)  # fmt: skip
    return _rows(cells.reshape(values.shape))


def _rows(cells: NDArray[Any]) -> str:
    return f"[{' '.join(_rows(row) for row in cells)}]" if isinstance(cells, np.ndarray) and cells.ndim else str(cells)


def _cell(cell: Cell) -> Text:
    old = "?" if cell.old is None else full_text(cell.old)
    return text(Code(address(cell.name, cell.index)), f": {old} → {full_text(cell.new)}")


def _because(verdict: NameVerdict | Bound) -> Text:
    """Say why a line gave what it gave: a copy by the last step that copied, a view by its last step."""
    if not verdict.steps:
        return ()
    kind = verdict.kind if isinstance(verdict, NameVerdict) else verdict.how
    last = len(verdict.steps) - 1
    if kind == "copy":
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
        case "made":
            return ""
        case "number":
            return "A single element of a NumPy array comes out as a number of its own."
        case "view":
            known = _WHY_VIEW.get(step.operation, "")
            return known or ("It always reads the memory that is there." if step.shares == "always" else "")
    if step.copies:
        return "It is told to copy."
    if step.casts and step.operation != "arithmetic" and step.shares == "maybe":
        return "Another dtype needs other bytes, so the numbers are written anew."
    match step.operation:
        case "astype":
            return "astype copies even where the dtype stays the same."
        case "index" if not step.chooses:
            return ""
    known = _WHY_COPY.get(step.operation, "")
    return known or ("It always makes a new array." if step.shares == "never" else "")


def _changed(program: Program) -> list[Text]:
    lines: list[Text] = []
    if program.statements:
        found = changes(program)
        lines += [_bound(program, change) for change in found if change.rebound]
        lines += _written(program, found)
    lines += [text(Code(name), " is ", Code(value), ", which is no array and lies in none's memory.")
              for name, value in program.values]  # fmt: skip
    if isinstance(program, Stopped):
        lines += _stop(program)
    lines += [_lost(lost) for lost in program.unnamed]
    lines += [_overlapping(deed.overlap) for deed in program.deeds if deed.overlap is not None]
    lines += [_not_kept(loss) for loss in program.losses]
    lines += [text("The library warns of ", Code(line), f": {words}") for line, words in program.warnings]
    return lines


def _lost(lost: Unnamed) -> Text:
    """Tell what became of a copy that was written into and let go of."""
    before: Text = ()
    if lost.steps and lost.steps[-1].operation == "index":
        before = text(" Only the last bracket before = writes; what stands before it reads, and reading with a list or "
                      "a mask makes a copy.")  # fmt: skip
    return text(
        Code(lost.statement), " wrote into ", Code(lost.code), ": that is a ", Strong("copy"),
        ", made for this statement, with no name. Once the statement ends it is gone, and nothing else saw it.",
        *before,
    )  # fmt: skip


def _overlapping(overlap: Overlap) -> Text:
    """Tell that what was read was read before any of it was written."""
    running: Text = ()
    if overlap.running:
        running = text(" So no sum runs along the array; ", Code(overlap.running), " makes a running total.")
    return text(
        Code(overlap.statement), " reads elements that it writes. It came to what a copy of the right side gives: ",
        "all of it is read, then all is written.", *running,
    )  # fmt: skip


def _not_kept(loss: Loss) -> Text:
    """Tell which numbers became others, because the dtype has no room for them."""
    others = f" in {counted(loss.count, 'cell')}, the first of them" if loss.count > 1 else ""
    became = f"{full_text(loss.meant)} became {full_text(loss.kept)}."
    match loss.how:
        case "cut":
            why = "the fraction was cut off"
        case "wrapped":
            low, high = full_text(np.iinfo(loss.dtype).min), full_text(np.iinfo(loss.dtype).max)
            why = f"which go from {low} to {high}, so it went round"
        case "other":
            why = "and this is none"
    numbers = f"{loss.dtype} holds whole numbers"
    joint = " " if loss.how == "other" else ", "
    return text(Code(loss.code), f": {numbers}{joint}{why}{others}: {became}")


def _bound(program: Program, change: Change) -> Text:
    """Tell what a name is bound to that was bound to something else before, and what became of that."""
    name = Code(change.name)
    old: Text = ()
    if change.bound != "first":
        stays = " stays as it was." if not change.cells else f" changed too, in {counted(change.cells, 'cell')}."
        old = (" The object it was bound to before", stays)
    if change.bound == "gone":
        was = program.before.called(change.name)
        still = program.after.lying_in(program.after.arrays[was.number].buffer)
        kept = joined([(Code(other.names[0]),) for other in still], " and ")
        memory = text(" Its memory is kept by ", *kept, ".") if kept else " Nothing holds its memory any more."
        return text(name, " is no name of an array any more.", *memory)
    now = program.after.called(change.name)
    if change.bound == "another" or (change.bound == "first" and now.number < len(program.before.arrays)):
        before = joined([(Code(other),) for other in program.before.arrays[now.number].names], " and ")
        return text(name, " is now bound to the object that was called ", *before, " before the statements.", *old)
    how = next((bound for deed in reversed(program.deeds) for bound in deed.bound if bound.name == change.name), None)
    start = " is a new name, bound to a " if change.bound == "first" else " is now the name of a "
    if how is not None and how.number == now.number and how.how == "same":
        return text(name, " is a new name for the object of ", Code(how.of), ".", *old)
    made = text(name, start, Strong("new object"))
    if how is None or how.number != now.number:
        return text(*made, ".", *old)
    return text(*made, *_made_of(program, how), ".", *_because(how), *old)


def _made_of(program: Program, bound: Bound) -> Text:
    """Say of a new object whether it is a view, and of what."""
    of = next((made for made in program.after.arrays if made.number == bound.of_number), None)
    holds = of is not None and bound.of in of.names
    whose: Text = (Code(bound.of),) if holds else text("the array that ", Code(bound.of), " was bound to then")
    match bound.how:
        case "view":
            return text(", a ", Strong("view"), " of ", *whose)
        case "apart":
            return text(", which reads other cells of the memory of ", *whose)
        case "copy":
            return text(" with memory of its own")
    return ()


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
