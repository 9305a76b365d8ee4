"""What an index did, in words: what was read, what was written, what was wrong."""

import numpy as np

from primer_core.backend import Library, backend
from primer_core.language.index import Index
from primer_core.language.index_plan import index_shape
from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import IndexDeclined, NotWritten, Picked, Read, Written
from primer_core.lessons.indexing.fixes import (
    ArraysDiffer,
    Fault,
    MaskMisfit,
    NegativeStep,
    OutOfBounds,
    TooManyItems,
    TwoEllipses,
    ZeroStep,
)
from primer_core.lessons.indexing.question import Then
from primer_core.picture.number import with_minus
from primer_core.picture.text import Code, Name, Strong, Text, text

_A, _B = Name("a", "a"), Name("b", "result")


def story(outcome: Read | Written, then: Then, library: Library) -> tuple[Text, ...]:
    """Tell what the index picked, and what became of it."""
    picked = outcome.picked
    lines: list[Text] = []
    if then in ("Read", "Add to b"):
        lines.append(_verdict(picked))
        if picked.memory is not None and not picked.result.size:
            lines.append(text(_B, " has no elements, so there is nothing that it could share with a."))
    if isinstance(outcome, Written):
        lines.append(_effect(picked, then))
    lines += _joint(picked)
    lines += _dropped(picked)
    if picked.times.max(initial=0) > 1:
        lines.append(_repeated(picked, then, library))
    nested = nested_note(picked.index)
    return (nested, *lines) if nested else tuple(lines)


def memory_note(picked: Picked, then: Then) -> Text:
    """Say where the result lies in memory, or what its copy cost; empty where nothing is read."""
    if picked.number or then == "Assign":
        return ()
    if picked.memory is None:
        count = picked.result.size
        return text(f"{count} element{'' if count == 1 else 's'} gathered, {picked.result.nbytes} bytes copied")
    if then == "Add in place":
        return ()
    offset, strides = picked.memory.offset, with_minus(str(picked.memory.strides))
    return text(f"0 bytes copied · b starts {offset} bytes into the memory of a · strides {strides} in bytes")


def nested_note(index: Index) -> Text:
    """Say what PyTorch makes of a nested list; empty where none was taken for a tuple."""
    if index.nested is None:
        return ()
    return text(
        "PyTorch takes a list that stands alone and holds more than numbers for a ",
        Strong("tuple"),
        ", and warns of it: ",
        Code(f"a[{index.nested}]"),
        " is ",
        Code(f"a[{index.code}]"),
        ". To NumPy a list is one index array; with a comma behind it, to PyTorch too.",
    )


def index_advice(declined: IndexDeclined) -> tuple[Text, ...]:
    """Say what is wrong with an index that was declined."""
    nested = nested_note(declined.index)
    return (*((nested,) if nested else ()), _fault(declined.fault))


def value_advice(outcome: NotWritten, then: Then) -> tuple[Text, ...]:
    """Say why a value was not written."""
    picked, given = outcome.picked, outcome.value.values.dtype
    what = "assigned" if then == "Assign" else "added"
    if outcome.cause == "shape":
        where = "The index picks cells of shape" if then != "Add to b" else "b has shape"
        return (
            text(
                f"{where} {shape_text(picked.result.shape)}, and what is {what} has shape "
                f"{shape_text(outcome.value.shape)}. It must broadcast to the former: a single number always does."
            ),
        )
    held = picked.operand.values.dtype
    does = "It is not converted here." if then == "Assign" else f"The sum is not converted back to {held}."
    return (text(_A, f" holds {held}, and what is {what} is {given}. {does} Write both in one dtype."),)


def _fault(fault: Fault | None) -> Text:
    match fault:
        case TwoEllipses():
            return text(
                Code("..."), " stands for as many ", Code(":"), " as are missing. With two of them, nothing says how "
                "many each stands for.",
            )  # fmt: skip
        case TooManyItems(axes, spoken):
            counted = f"{axes} {'axis' if axes == 1 else 'axes'}"
            return text(
                _A, f" has {counted}, and this index speaks of {spoken}. Each axis takes one item; None takes none."
            )
        case ZeroStep():
            return text("A step of 0 would never arrive. Leave it out for every element in turn.")
        case MaskMisfit(covered, given):
            return text(
                f"A mask says yes or no to every place, so it needs the shape {shape_text(covered)} of the axes that "
                f"it stands for; this one has {shape_text(given)}."
            )
        case OutOfBounds(axis, 0):
            return text(f"Axis {axis} has size 0: it has no index. A slice may select nothing.")
        case OutOfBounds(axis, size):
            return text(
                f"Axis {axis} has size {size}: its indices run from 0 to {size - 1}, or from −{size} to −1 counted "
                "from the end. A slice may reach over the end; a number may not."
            )
        case ArraysDiffer(shapes):
            listed = " and ".join(map(shape_text, shapes))
            return text(
                "Index arrays are read together, element by element, so their shapes must be equal or broadcast; "
                f"{listed} do not."
            )
        case NegativeStep():
            return text(
                "A PyTorch tensor cannot stride backwards, so a negative step is refused, where NumPy returns a view. ",
                Code("torch.flip(a, dims)"),
                " copies.",
            )
    return text("Only numbers, slices, ..., None, lists and masks can stand in an index.")


def _verdict(picked: Picked) -> Text:
    if picked.number:
        return text(
            "Every axis is dropped: NumPy hands out the element itself, a number that is no array and shares no "
            "memory. A slice such as ",
            Code("1:2"),
            " keeps its axis and gives a view. PyTorch gives a view even for numbers alone.",
        )
    if picked.memory is not None:
        return text(
            "Numbers, slices, ... and None only change where reading starts and how it strides: ",
            _B,
            " is a ",
            Strong("view"),
            ", no element was copied.",
        )
    if picked.index.kind == "advanced":
        return text(
            "A list or a mask may name any elements, in any order. No stride can do that: they were ",
            Strong("copied"),
            ".",
        )
    return text("The library copied these elements.")


def _joint(picked: Picked) -> list[Text]:
    """Tell how index arrays meet, and where their axes go."""
    plan = picked.plan
    if plan is None or not plan.joint:
        return []
    lines: list[Text] = []
    shapes = [index_shape(item) for item in picked.index.items if isinstance(item, np.ndarray)]
    joint = shape_text(plan.joint)
    if len(shapes) > 1:
        listed = " and ".join(map(shape_text, shapes))
        how = f"have one shape, {joint}," if len(set(shapes)) == 1 else f"{listed} are broadcast to {joint}"
        lines.append(text(f"The index arrays {how} and are read together, element by element."))
    if plan.apart:
        lines.append(
            text(
                f"A slice, None or ... stands between them, so nothing says where {joint} should go: it goes to the ",
                Strong("front"),
                " of the result's shape.",
            )
        )
    elif len(shapes) > 1:
        lines.append(text(f"They are neighbours: {joint} takes the place of their axes."))
    elif len(plan.joint) > 1:
        lines.append(text(f"{joint}, the shape of the index array, takes the place of its axis."))
    return lines


def _dropped(picked: Picked) -> list[Text]:
    """Tell that a number removes its axis, and what would keep it."""
    plan, items = picked.plan, picked.index.items
    if plan is None or picked.result.ndim == 0 or picked.index.kind == "advanced":
        return []
    step = next((step for step in plan.steps if isinstance(step.item, int)), None)
    if step is None or step.place is None or not isinstance(step.item, int):
        return []
    end = str(step.item + 1) if step.item != -1 else ""
    kept = (*items[: step.place], slice(step.item, step.item + 1 or None), *items[step.place + 1 :])
    shape = np.empty(picked.operand.shape, np.bool_)[kept].shape
    return [
        text(
            *(Code(str(step.item)), f" removes axis {step.axes[0]}. ", Code(f"{step.item}:{end}"), " or "),
            *(Code(f"[{step.item}]"), f" in its place keeps it, with size 1: the shape is then {shape_text(shape)}."),
        )
    ]


def _repeated(picked: Picked, then: Then, library: Library) -> Text:
    times = picked.times
    most = int(times.max())
    where = ", ".join(str(int(i)) for i in np.unravel_index(int(times.argmax()), times.shape))
    cell = Name(f"a[{where}]", "a")
    engine = backend(library)
    promised = engine.keeps_last_write
    match then:
        case "Add in place":
            kept = "the last one is kept" if promised else f"one of them is kept, {library} does not say which"
            every = engine.accumulate_code("a", "i", "v")
            more = " adds every time." if engine.runs_numpy_code else " adds every time, where i and v are tensors."
            return text(
                cell, f" is picked {most} times, but added to ", Strong("once"), ": ", Code("a[i] += v"), " means ",
                Code("a[i] = a[i] + v"), f", all sums are taken first and {kept}. ", Code(every), more,
            )  # fmt: skip
        case "Assign":
            stays = "the last one stays" if promised else f"one of them stays, {library} does not say which"
            return text(cell, f" is picked {most} times and given {most} values: {stays}.")
    return text(cell, f" is picked {most} times.")


def _effect(picked: Picked, then: Then) -> Text:
    if then != "Add to b":
        count = int(np.count_nonzero(picked.times))
        were = "was" if count == 1 else "were"
        wrote = (f"{count} cell{'' if count == 1 else 's'} of ", _A, f" itself {were} written")
        if picked.memory is not None:
            return text(*wrote, ": an index on the left of = says where to write.")
        found = "a number" if picked.number else "a copy"
        if then == "Assign":
            reading = text("Reading ", Code("a[…]"), f" would give {found} here, but ", Code("a[…] = v"), " writes to ")
            return text(*wrote, ". ", *reading, _A, ": Python calls ", Code("a.__setitem__"), ".")
        adding = text(Code("a[…] += v"), f" reads {found}, adds to it, and writes the sum back")
        return text(*wrote, ". ", *adding, ": Python calls ", Code("a.__setitem__"), ".")
    if picked.number:
        return text(Code("b += v"), " makes a new number and calls it ", _B, ". ", _A, " is as it was.")
    if picked.memory is not None:
        return text(Code("b += v"), " writes to the memory that ", _B, " shares with ", _A, ": both changed.")
    return text(Code("b += v"), " writes to the copy: ", _A, " is as it was.")
