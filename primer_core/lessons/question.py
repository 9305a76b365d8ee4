"""What a lesson is asked, as one value: a frozen dataclass whose fields are controls, URL parameters and cache key.

A field is declared once, with its type, label, limits and default::

    @dataclass(frozen=True, slots=True)
    class BroadcastingQuestion(Question):
        a: str = text("(4, 3)", label="Operand a", role="a")
        op: Operation = choice("add", {"add": "add", "subtract": "subtract"}, label="Operation")

Texts occur only at the border: an address, a request or a control gives a text for each field, `Question.parse` reads
them, and `Question.texts` writes them again.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from primer_core.lessons.packing import UnpackableError, packed, unpacked

T = TypeVar("T")

LONGEST_TEXT = 10_000
"""Most characters of one field."""

MOST_LINES = 80
"""Most lines of a program."""

_METADATA = "field"


class UnreadableError(ValueError):
    """A text that a field cannot take; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(ABC, Generic[T]):
    """How one field of a question is read, written and shown.

    Parameters
    ----------
    label
        Plain text: the name of the control.
    help
        Plain text: what can be put in, shown on demand.
    parameter
        Name of the URL parameter; the field's own name if empty.
    """

    label: str = ""
    help: str = ""
    parameter: str = ""

    look: ClassVar[str]

    @abstractmethod
    def parse(self, text: str) -> T:
        """Read a value.

        Raises
        ------
        UnreadableError
            If the text is none that the field takes.
        """

    def write(self, value: T) -> str:
        """Write a value as `parse` reads it."""
        return str(value)

    def link(self, value: T) -> str:
        """Write a value as an address carries it; `parse` reads that, too."""
        return self.write(value)

    def told(self, value: T) -> str:
        """Write a value as a sentence names it."""
        return self.write(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(Field[str]):
    """A text that the lesson reads in its own language.

    Parameters
    ----------
    placeholder
        Plain text shown while the field is empty.
    role
        "a", "b" or "c" where the text is an operand that wears a colour; else empty.
    lines
        Height of the control in lines; 1 is a single line.
    hidden
        Whether no control shows it, because only events write it.
    """

    placeholder: str = ""
    role: Literal["", "a", "b", "c"] = ""
    lines: int = 1
    hidden: bool = False

    look: ClassVar[str] = "text"

    def parse(self, text: str) -> str:
        """Take any text of at most `LONGEST_TEXT` characters; half of a surrogate pair, which none is, becomes ?."""
        if len(text) > LONGEST_TEXT:
            raise UnreadableError(f"at most {LONGEST_TEXT} characters, not {len(text)}")
        return text.encode(errors="replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramField(TextField):
    """A program of several lines, which an editor holds; blanks, blank lines and tabs are kept as they were typed.

    Parameters
    ----------
    most_lines
        Most lines that it may have.
    """

    lines: int = 12
    most_lines: int = MOST_LINES

    look: ClassVar[str] = "program"

    def parse(self, text: str) -> str:
        r"""Take a text of at most `most_lines` lines and `LONGEST_TEXT` characters; every line end becomes ``\n``.

        It may be packed, as `link` packs it.
        """
        try:
            whole = unpacked(text, LONGEST_TEXT)
        except UnpackableError as error:
            raise UnreadableError(str(error)) from error
        program = TextField.parse(self, whole.replace("\r\n", "\n").replace("\r", "\n"))
        lines = program.count("\n") + (not program.endswith("\n"))
        if lines > self.most_lines:
            raise UnreadableError(f"at most {self.most_lines} lines, not {lines}")
        return program

    def link(self, value: str) -> str:
        """Write a long program compressed."""
        return packed(value)

    def told(self, value: str) -> str:
        """Name the program that a page opens with."""
        return "the first example" if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(Field[str]):
    """One of several values.

    Parameters
    ----------
    options
        Label of each value, in the order in which they are offered.
    segments
        Whether all are drawn side by side; else they are a list that opens.
    former
        What stands in addresses of before in a value's place, and the value.
    """

    options: Mapping[str, str]
    segments: bool = False
    former: Mapping[str, str] = dataclasses.field(default_factory=dict)

    look: ClassVar[str] = "choice"

    def parse(self, text: str) -> str:
        """Read one of the values, or what it was called before."""
        value = self.former.get(text, text)
        if value not in self.options:
            between = "; " if any("," in option for option in self.options) else ", "
            raise UnreadableError(f"one of {between.join(self.options)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchField(Field[bool]):
    """Yes or no, written as true or false."""

    look: ClassVar[str] = "switch"

    def parse(self, text: str) -> bool:
        """Read true or false, in any case."""
        match text.lower():
            case "true":
                return True
            case "false":
                return False
        raise UnreadableError("true or false")

    def write(self, value: bool) -> str:
        """Write true or false."""
        return "true" if value else "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeField(Field[int]):
    """A whole number.

    Parameters
    ----------
    least, most
        Limits, which are allowed values.
    step
        Distance of two values on a slider.
    slider
        Whether the control is a slider and not a box.
    """

    least: int
    most: int
    step: int = 1
    slider: bool = False

    look: ClassVar[str] = "number"

    def parse(self, text: str) -> int:
        """Read a whole number within the limits; 3.0 counts as one."""
        number = _number(text)
        if number is None or number != int(number) or not self.least <= number <= self.most:
            raise UnreadableError(f"a whole number from {self.least} to {self.most}")
        return int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(Field[float]):
    """A number.

    Parameters
    ----------
    least, most
        Limits, which are allowed values.
    step
        Distance of two values on a slider, and of two presses of a box's arrows.
    slider
        Whether the control is a slider and not a box.
    """

    least: float
    most: float
    step: float
    slider: bool = False

    look: ClassVar[str] = "number"

    def parse(self, text: str) -> float:
        """Read a finite number within the limits."""
        number = _number(text)
        if number is None or not self.least <= number <= self.most:
            raise UnreadableError(f"a number from {self.least:g} to {self.most:g}")
        return number

    def write(self, value: float) -> str:
        """Write the number as short as it can be read back: 2 and not 2.0."""
        return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def _number(text: str) -> float | None:
    if len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def text(default: str, **options: Any) -> Any:
    """Declare a field that holds a text; `options` are those of `TextField`."""
    return dataclasses.field(default=default, metadata={_METADATA: TextField(**options)})


def declared(default: T, kind: Field[T]) -> Any:
    """Declare a field of a kind that a lesson has of its own."""
    return dataclasses.field(default=default, metadata={_METADATA: kind})


def program(default: str, **options: Any) -> Any:
    """Declare a field that holds a program; `options` are those of `ProgramField`."""
    return dataclasses.field(default=default, metadata={_METADATA: ProgramField(**options)})


def choice(default: str, options: Mapping[str, str] | Sequence[str], **more: Any) -> Any:
    """Declare a field that holds one of several values, given with their labels or as their own labels."""
    labels = dict(options) if isinstance(options, Mapping) else {option: option for option in options}
    if default not in labels:
        raise ValueError(f"the default must be one of {', '.join(labels)}, not {default}")
    return dataclasses.field(default=default, metadata={_METADATA: ChoiceField(options=labels, **more)})


def switch(*, default: bool, **options: Any) -> Any:
    """Declare a field that holds yes or no; `options` are those of `SwitchField`."""
    return dataclasses.field(default=default, metadata={_METADATA: SwitchField(**options)})


def whole(default: int, **options: Any) -> Any:
    """Declare a field that holds a whole number; `options` are those of `WholeField`."""
    return dataclasses.field(default=default, metadata={_METADATA: WholeField(**options)})


def number(default: float, **options: Any) -> Any:
    """Declare a field that holds a number; `options` are those of `NumberField`."""
    return dataclasses.field(default=float(default), metadata={_METADATA: NumberField(**options)})


@dataclass(frozen=True, slots=True)
class Problem:
    """A parameter of an address that could not be taken.

    Parameters
    ----------
    parameter, given
        Name of the parameter, and its text, both as they stand in the address.
    expected
        What could stand there; empty where the lesson has no parameter of that name.
    used
        Text of the value that is used in its place; empty where there is none.
    """

    parameter: str
    given: str
    expected: str = ""
    used: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a lesson is asked; each lesson's question is a subclass with its own fields."""

    @classmethod
    def fields(cls) -> Mapping[str, Field[Any]]:
        """Return the fields by their names, in the order of their declaration."""
        if cls not in _FIELDS:
            _FIELDS[cls] = {field.name: field.metadata[_METADATA] for field in dataclasses.fields(cls)}
        return _FIELDS[cls]

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> tuple[Self, tuple[Problem, ...]]:
        """Read a question from the parameters of an address.

        Parameters
        ----------
        parameters
            A text for each parameter; those that are missing take their defaults.

        Returns
        -------
        question, problems
            The question, in which what could not be taken has its default, and a problem for each of those.
        """
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        by_parameter = {field.parameter or name: (name, field) for name, field in cls.fields().items()}
        default = cls()
        for parameter, given in parameters.items():
            name, field = by_parameter.get(parameter, ("", None))
            if field is None:
                problems.append(Problem(parameter, given))
                continue
            try:
                values[name] = field.parse(given)
            except UnreadableError as error:
                problems.append(Problem(parameter, given, str(error), field.told(getattr(default, name))))
        return cls(**values), tuple(problems)

    def texts(self) -> dict[str, str]:
        """Return every field as a text, by the parameter's name."""
        return {field.parameter or name: field.write(getattr(self, name)) for name, field in self.fields().items()}

    def parameters(self) -> dict[str, str]:
        """Return what an address needs to bring this question back: the texts that are not the default's."""
        usual, links = type(self)().texts(), self.links()
        return {parameter: links[parameter] for parameter, text in self.texts().items() if text != usual[parameter]}

    def links(self) -> dict[str, str]:
        """Return every field as an address carries it, by the parameter's name."""
        return {field.parameter or name: field.link(getattr(self, name)) for name, field in self.fields().items()}

    def with_texts(self, texts: Mapping[str, str]) -> Self:
        """Return the question with some fields read anew.

        Parameters
        ----------
        texts
            A text by the parameter's name.

        Raises
        ------
        UnreadableError
            If a parameter is unknown or its text cannot be taken; the message names it.
        """
        found, problems = type(self).parse({**self.texts(), **texts})
        for problem in problems:
            expected = f"expected {problem.expected}" if problem.expected else "there is no such field"
            raise UnreadableError(f"{problem.parameter}: {expected}, got {problem.given[:60]!r}.")
        return found

    def taking(self, texts: Mapping[str, str]) -> Self | None:
        """Return the question with some fields read anew as `with_texts` does; None where one cannot be taken."""
        try:
            return self.with_texts(texts)
        except UnreadableError:
            return None


_FIELDS: dict[type[Question], Mapping[str, Field[Any]]] = {}
