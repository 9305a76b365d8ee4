"""The drawing half that lessons share: a question's fields as controls, and an operand's axes as sizes to drag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from primer_core.language.resizing import can_resize
from primer_core.lessons.outcome import Unread
from primer_core.lessons.question import (
    ChoiceField,
    Field,
    NumberField,
    ProgramField,
    Question,
    SwitchField,
    TextField,
    WholeField,
)
from primer_core.picture.parts import Chip, Control, Controls, Notice, SizeCell, SizeRow, Sizes
from primer_core.picture.program import ProgramMarks
from primer_core.picture.text import Role, text


def controls(
    question: Question,
    *names: str,
    chip: Chip | None = None,
    unread: Unread | None = None,
    disabled: Mapping[str, str] | None = None,
    marks: Mapping[str, ProgramMarks] | None = None,
    quiet: bool = False,
) -> Controls:
    """Show fields of a question as controls side by side.

    Parameters
    ----------
    question
        Whose fields are shown.
    names
        The fields' names, from left to right.
    chip
        Outcome that stands at their end.
    unread
        What cannot be read: its message stands at its field.
    disabled
        Reason why a field cannot be used now, by its name.
    marks
        What is marked in a program, by the field's name.
    quiet
        Whether labels are for screen readers only.
    """
    fields = question.fields()
    shown = []
    for name in names:
        field = fields[name]
        parameter = field.parameter or name
        problem = text(unread.message) if unread is not None and unread.field == parameter else ()
        control = _shown(parameter, field, field.write(getattr(question, name)))
        off, marked = (disabled or {}).get(name, ""), (marks or {}).get(name)
        shown.append(replace(control, problem=problem, disabled=off, marks=marked, quiet=quiet))
    return Controls(tuple(shown), chip)


def _shown(parameter: str, field: Field[Any], value: str) -> Control:
    shown = Control(parameter, "text", field.label, value, field.help)
    match field:
        case ProgramField():
            return replace(
                shown, look="program", placeholder=field.placeholder, lines=field.lines, most_lines=field.most_lines
            )
        case TextField():
            look: Literal["text", "lines"] = "lines" if field.lines > 1 else "text"
            return replace(shown, look=look, placeholder=field.placeholder, role=field.role, lines=field.lines)
        case ChoiceField():
            return replace(shown, look="segments" if field.segments else "select", options=tuple(field.options.items()))
        case SwitchField():
            return replace(shown, look="switch")
        case WholeField() | NumberField():
            least, most, step = (f"{limit:g}" for limit in (field.least, field.most, field.step))
            return replace(shown, look="slider" if field.slider else "box", least=least, most=most, step=step)
    raise TypeError(f"no control shows a {type(field).__name__}")


def own_sizes(
    parameter: str,
    name: str,
    typed: str,
    shape: Sequence[int],
    *,
    role: Role = "a",
    result: tuple[str, Sequence[SizeCell]] | None = None,
) -> Sizes:
    """Show the axes of one array as a table whose sizes can be dragged.

    Parameters
    ----------
    parameter
        Parameter of the field that the array is typed into.
    name
        Plain text: what the array is called.
    typed
        What stands in that field.
    shape
        Sizes of the array.
    role
        Whose colour it wears.
    result
        Name of the row that says what becomes of each axis, and its cells, one an axis.
    """
    drags = can_resize(typed)
    cells = [
        SizeCell(str(size), axis=axis if drags else None, drops=drags and axis == 0) for axis, size in enumerate(shape)
    ]
    columns = [(f"axis {axis}", f"or −{len(shape) - axis}") for axis in range(len(shape))]
    if not shape:
        cells, columns, result = [SizeCell("a number", tone="missing", adds=drags)], [("no axis", "")], None
    row = SizeRow(name, tuple(shape), tuple(cells), parameter if drags else "", typed, role)
    return Sizes(tuple(columns), (row,), result and (result[0], tuple(result[1])))


def warned(warnings: Sequence[str], library: str = "The library") -> tuple[Notice, ...]:
    """Show what a library warned of, in its words; nothing where it did not.

    Parameters
    ----------
    warnings
        One text each.
    library
        Its name, where it is known whose warnings these are.
    """
    return (Notice("warning", tuple(map(text, warnings)), title=f"{library} warns"),) if warnings else ()
