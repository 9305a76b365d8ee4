"""What a lesson's page is made of, as plain data: no HTML, no Markdown, no key of a widget, no pixel.

A lesson's ``show`` returns a `Page` of parts. Renderers, the browser's modules and `primer_core.picture.svg`, see only
parts. Pictures of arrays are parts as well: `primer_core.picture.grid.Picture`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from primer_core.picture.bars import Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Derivation
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Badge, Picture
from primer_core.picture.images import Images
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.program import ProgramMarks
from primer_core.picture.program_lines import ProgramLines
from primer_core.picture.sliders import Sliders
from primer_core.picture.small_grid import SmallGrid
from primer_core.picture.steps import Steps
from primer_core.picture.text import Role, Text
from primer_core.picture.timeline import Timeline

Verdict = Literal["view", "copy", "error", "leaf", "no grad", "ok"]
"""What a chip says with its icon and colour, besides its words."""


@dataclass(frozen=True, slots=True)
class Chip:
    """The outcome in a few words.

    Parameters
    ----------
    verdict
        Kind of outcome.
    text
        Plain text of a few words.
    """

    kind: ClassVar[str] = "chip"
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a card, in plain text."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class OpenIn:
    """A link to another lesson, with its question.

    Parameters
    ----------
    text
        Plain text of the link.
    slug
        Of the lesson, which is its address.
    query
        The parameters that bring the question, as an address has them behind ``?``.
    """

    kind: ClassVar[str] = "openin"
    text: str
    slug: str
    query: str


@dataclass(frozen=True, slots=True)
class Note:
    """A small remark.

    Parameters
    ----------
    text
        One paragraph.
    hint
        Whether it says what can be pressed, which is of no use where nothing can be.
    """

    kind: ClassVar[str] = "note"
    text: Text
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that stands out: why something was refused, an error, or a warning.

    Parameters
    ----------
    tone
        "refused" for what the app cannot take, "declined" for an error of a library, "warning" for a trap.
    paragraphs
        The message.
    title
        Plain text set in front; empty for none.
    """

    kind: ClassVar[str] = "notice"
    tone: Literal["refused", "declined", "warning", "info"]
    paragraphs: tuple[Text, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that works, as a button that makes it.

    Parameters
    ----------
    label
        What the button says.
    puts
        Text of each field that it changes, by the field's parameter.
    """

    kind: ClassVar[str] = "fix"
    label: Text
    puts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fixes:
    """Changes that would work.

    Parameters
    ----------
    fixes
        The buttons, best first.
    title
        Plain text above them.
    """

    kind: ClassVar[str] = "fixes"
    fixes: tuple[Fix, ...]
    title: str = "What would work"


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, in words.

    Parameters
    ----------
    paragraphs
        One text each.
    note
        A smaller line below; empty for none.
    title
        Plain text above.
    """

    kind: ClassVar[str] = "story"
    paragraphs: tuple[Text, ...]
    note: Text = ()
    title: str = "What happened"


@dataclass(frozen=True, slots=True)
class CodePanel:
    """Python code that gives what the page shows, with a button that copies it.

    Parameters
    ----------
    code
        What is shown, and copied letter by letter.
    marks
        (start, end, kind) of what wears a colour, in characters and in order: see `primer_core.picture.code`.
    note
        Plain text below.
    """

    kind: ClassVar[str] = "code"
    code: str
    marks: tuple[tuple[int, int, str], ...]
    note: str = "Copied into plain Python, it prints what this page shows."


@dataclass(frozen=True, slots=True)
class QuizAnswer:
    """One answer of a quiz, with the reason why it is right or what thinking led to it."""

    kind: ClassVar[str] = "answer"
    label: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question to answer before the page does.

    Parameters
    ----------
    question
        One paragraph.
    answers
        From which one is picked; each label is different.
    right
        Label of the right one.
    field
        Parameter that an answer is put into, as its place counted from 0, or "shown" where a learner asks to be shown;
        empty where it is told nobody.
    chosen
        What was put; empty for nothing yet.
    printed
        Whether the labels are what a program prints.
    """

    kind: ClassVar[str] = "quiz"
    question: Text
    answers: tuple[QuizAnswer, ...]
    right: str
    title: str = "Predict first"
    field: str = ""
    chosen: str = ""
    printed: bool = False

    def __post_init__(self) -> None:
        """Check that the right answer is there."""
        if self.right not in {answer.label for answer in self.answers}:
            raise ValueError(f"right must be the label of an answer, not {self.right!r}")


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table.

    Parameters
    ----------
    text
        One line.
    tone
        How it looks: "head" for what names a row, "number" for a figure, "words" for a sentence, "wide" for one that
        takes the width that is left, with its array at its end, or beneath it where there is no room, "changed", "bad"
        and "good" for what is marked, "quiet" for what matters less.
    note
        Smaller, under the text.
    badges
        Behind the text.
    grid
        An array beside them; None for none.
    """

    kind: ClassVar[str] = "cell"
    text: Text
    tone: Literal["", "head", "number", "words", "wide", "changed", "bad", "good", "quiet"] = ""
    note: Text = ()
    badges: tuple[Badge, ...] = ()
    grid: SmallGrid | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    head
        Title of each column; empty for no such row.
    rows
        As many cells each as there are columns.
    caption
        Plain text that names the table to a screen reader.
    """

    kind: ClassVar[str] = "table"
    head: tuple[Text, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    caption: str


@dataclass(frozen=True, slots=True)
class SizeCell:
    """What stands in one cell of a table of sizes.

    Parameters
    ----------
    text, note
        A size, and smaller, what is to be known of it; plain text.
    tone
        How it looks.
    axis
        Axis of its operand that a slider in it resizes; None for none.
    adds, drops
        Whether a button in it gives its operand another first axis, or takes the first away.
    """

    kind: ClassVar[str] = "size"
    text: str = ""
    note: str = ""
    tone: Literal["", "missing", "clash"] = ""
    axis: int | None = None
    adds: bool = False
    drops: bool = False


@dataclass(frozen=True, slots=True)
class SizeRow:
    """An operand of a table of sizes.

    Parameters
    ----------
    name
        Plain text: what the operand is called.
    shape
        Its sizes.
    cells
        One a column.
    field
        Parameter of the field that holds its text; empty where its sizes cannot be dragged.
    text
        What stands in that field.
    role
        Whose colour it wears.
    """

    kind: ClassVar[str] = "sizerow"
    name: str
    shape: tuple[int, ...]
    cells: tuple[SizeCell, ...]
    field: str = ""
    text: str = ""
    role: Role = "plain"


@dataclass(frozen=True, slots=True)
class Sizes:
    """A table of shapes, a column an axis, whose sizes can be dragged.

    Parameters
    ----------
    columns
        (title, subtitle) of each, in plain text.
    rows
        The operands.
    result
        Name of the last row and its cells; None for no such row.
    most
        Largest size that a slider reaches.
    """

    kind: ClassVar[str] = "sizes"
    columns: tuple[tuple[str, str], ...]
    rows: tuple[SizeRow, ...]
    result: tuple[str, tuple[SizeCell, ...]] | None = None
    most: int = 8


@dataclass(frozen=True, slots=True)
class Control:
    """The control of one field of a question.

    Parameters
    ----------
    field
        The field's parameter.
    look
        "text" is a line, "lines" several lines, "program" an editor, "segments" and "select" offer options, "switch" is
        yes or no, "box" and "slider" hold a number.
    label
        Plain text: its name.
    value
        Text of its value.
    help, placeholder
        Plain text.
    options
        (value, label) of each option.
    least, most, step
        Limits of a number, as texts.
    role
        Whose colour it wears.
    lines
        Height of several lines.
    most_lines
        Most lines of a program.
    marks
        What is marked in a program; None for nothing.
    problem
        Why its text cannot be taken; empty where it can.
    disabled
        Plain text: why it cannot be used now; empty where it can.
    quiet
        Whether its label is for screen readers only.
    """

    kind: ClassVar[str] = "control"
    field: str
    look: Literal["text", "lines", "program", "segments", "select", "switch", "box", "slider"]
    label: str
    value: str
    help: str = ""
    placeholder: str = ""
    options: tuple[tuple[str, str], ...] = ()
    least: str = ""
    most: str = ""
    step: str = ""
    role: str = ""
    lines: int = 1
    most_lines: int = 0
    marks: ProgramMarks | None = None
    problem: Text = ()
    disabled: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Controls:
    """Controls side by side, which wrap where there is no room.

    Parameters
    ----------
    controls
        From left to right.
    chip
        Outcome that stands at their end; None for none.
    chips
        Outcomes that stand behind it, where there are several things to judge.
    """

    kind: ClassVar[str] = "controls"
    controls: tuple[Control, ...]
    chip: Chip | None = None
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class ActButton:
    """A button that sends an act of a lesson's own.

    Parameters
    ----------
    label
        Plain text on the button.
    name, details
        Of the act.
    code, keys
        The key that does the same together with Alt, as `KeyboardEvent.code` names it, and both as
        ``aria-keyshortcuts`` writes them: "Period" and "Alt+.".
    """

    kind: ClassVar[str] = "actbutton"
    label: str
    name: str
    details: Mapping[str, str | int]
    code: str
    keys: str


@dataclass(frozen=True, slots=True)
class Acts:
    """Buttons side by side that send acts, each with its key.

    Parameters
    ----------
    buttons
        From left to right.
    title
        Plain text that names them together to a screen reader.
    """

    kind: ClassVar[str] = "acts"
    buttons: tuple[ActButton, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Presets:
    """Worked examples as a row of pills.

    Parameters
    ----------
    presets
        (title, text of each field that it puts).
    lit
        Title of the one that the question is; empty where it is none.
    """

    kind: ClassVar[str] = "presets"
    presets: tuple[tuple[str, Mapping[str, str]], ...]
    lit: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A button that has something measured on this machine, and the place for what was measured.

    Parameters
    ----------
    label
        Plain text on the button.
    what
        What is measured, as the lesson's ``measure`` knows it.
    parts
        Shown before anything was measured.
    of
        What is measured, where that is not the same for each question: another begins without a measurement.
    last
        Whether what the server measured last, for whomever, is shown before the button is pressed.
    """

    kind: ClassVar[str] = "measure"
    label: str
    what: str
    parts: tuple[Part, ...] = ()
    of: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Parts in a frame.

    Parameters
    ----------
    parts
        From top to bottom.
    name
        Tells cards of one page apart from answer to answer, so that each keeps its elements.
    """

    kind: ClassVar[str] = "card"
    parts: tuple[Part, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts side by side, one below the other where there is no room.

    Parameters
    ----------
    columns
        Parts of each column.
    widths
        Their shares of the width.
    """

    kind: ClassVar[str] = "columns"
    columns: tuple[tuple[Part, ...], ...]
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """All that a lesson shows for one question.

    Parameters
    ----------
    panel
        Fields, choices and the chip: what stands above the picture and is shown whatever was typed.
    body
        Pictures, tables, story, code and quiz; None where something typed cannot be read, so that what was shown last
        stays, set back.
    """

    panel: tuple[Part, ...]
    body: tuple[Part, ...] | None


Drawable: TypeAlias = (
    Picture | Derivation | Graph | ProbabilityBars | Bars | Bits | Curves | Images | Steps | MemoryStrips | Batches
)
"""A part that can be drawn as SVG, and saved."""

Part: TypeAlias = (
    Chip
    | Heading
    | OpenIn
    | Note
    | Notice
    | Fixes
    | Story
    | CodePanel
    | Quiz
    | Table
    | Sizes
    | Controls
    | Acts
    | Presets
    | Measure
    | Card
    | Columns
    | Sliders
    | ProgramLines
    | Timeline
    | Drawable
)
"""What a page is made of."""
