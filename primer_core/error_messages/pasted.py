"""What a learner pastes, read as plain text: a message, the last line of a traceback, or all of one.

Tracebacks are those of Python 3.8 to 3.13, with their marks ``~~^~~`` and exceptions that were raised one after another
or in groups; those of IPython, Jupyter and Colab with their arrows and colours; and pytest's with their ``E``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 200_000
"""Characters that are read: of a longer text its last ones, where the message stands."""

LONGEST_MESSAGE = 10_000
"""Characters of one message that are kept."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a traceback.

    Parameters
    ----------
    file
        Path, or a name such as ``Cell In[3]`` or ``<stdin>``.
    line
        Number of the line, from 1; None where the text does not say it.
    function
        In which it is; empty where the text does not say it.
    code
        The line, or the lines of a statement, without the indentation of the first; empty where the text leaves it out.
    marked
        The part of the code that is marked as the one that failed; empty where there are no marks.
    """

    file: str
    line: int | None = None
    function: str = ""
    code: str = ""
    marked: str = ""

    @property
    def is_library(self) -> bool:
        """Return whether the file is that of an installed package or of Python itself."""
        return _LIBRARY.search(self.file) is not None


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception.

    Parameters
    ----------
    type
        As it is written, without the modules in front: ``ValueError``; empty where the text does not say it.
    message
        Of one or several lines, at most `LONGEST_MESSAGE` characters.
    frames
        From the outermost call to the innermost.
    """

    type: str
    message: str
    frames: tuple[Frame, ...] = ()

    @property
    def frame(self) -> Frame | None:
        """Return the innermost frame in the learner's own code, or None where there is none."""
        return next((frame for frame in reversed(self.frames) if not frame.is_library), None)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read of a pasted text.

    Parameters
    ----------
    chain
        At least one exception, in the order of the text: the last one is what ended the program.
    """

    chain: tuple[Raised, ...]

    @property
    def raised(self) -> Raised:
        """Return the exception that ended the program."""
        return self.chain[-1]

    @property
    def type(self) -> str:
        """Return the type of the exception that ended the program; empty where the text does not say it."""
        return self.raised.type

    @property
    def message(self) -> str:
        """Return the message of the exception that ended the program."""
        return self.raised.message

    @property
    def code(self) -> str:
        """Return the learner's line that failed; empty where the text does not show it."""
        return self.raised.frame.code if self.raised.frame else ""

    @property
    def line(self) -> int | None:
        """Return the number of the learner's line that failed; None where the text does not say it."""
        return self.raised.frame.line if self.raised.frame else None

    @property
    def marked(self) -> str:
        """Return the part of the learner's line that is marked; empty where there are no marks."""
        return self.raised.frame.marked if self.raised.frame else ""


def read(text: str) -> Pasted:
    """Read a pasted text.

    Parameters
    ----------
    text
        Anything. What is no traceback is taken for a bare message.
    """
    reading = _Reading()
    for raw in _unquoted(text):
        reading.take(raw)
    return Pasted(reading.finished())


def has_exception(text: str) -> bool:
    """Return whether a text shows an exception as Python and its tools do: a traceback, or ``Type: message``."""
    lines = [_cleaned(raw) for raw in _unquoted(text)]
    return any(_HEADER.match(line) or _TYPED.match(line) or _PYTEST.match(line) for line in lines)


_LIBRARY = re.compile(
    r"site-packages|dist-packages|[\\/]lib(?:64)?[\\/]python\d|[\\/][Pp]ython\d*[\\/]lib[\\/]|[\\/]Lib[\\/]|<frozen|"
    r"<__array_function__ internals>|<string>"
)
_COLOUR = re.compile(r"(?:\x1b|\\u001b|\\x1b|\\033|␛)\[[0-9;?]*[A-Za-z]|\[\d{1,2}(?:;\d{1,3}){0,4}m")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:vscode|file|https?)[^()\n]{0,500}\)")
_HIGHLIGHTED = re.compile(r"\x1b\[(?:[\d;]{0,20};)?43m([^\x1b]*)")
_PREFIX = re.compile(r"\[rank\d+\]: ?|\*\*\* |>{1,3} (?=Traceback|\w+(?:Error|Exception)\b)| *[|+](?: |$)(?![-=])")
_GROUP_RULE = re.compile(r" *\+[-+ ]*[-=]{4,}")
_HEADER = re.compile(r"(?:Original |Exception Group )?Traceback \(most recent call last\)")
_NAME = r"(?:[A-Za-z_]\w{0,80}\.){0,8}"
_KIND = (
    r"[A-Z_]\w{0,60}(?:Error|Exception|Warning|Interrupt|ExceptionGroup)|KeyboardInterrupt|StopIteration|SystemExit|"
    r"StopAsyncIteration|GeneratorExit|(?:Base)?ExceptionGroup|Exception|Error"
)
_TYPED = re.compile(rf"{_NAME}({_KIND})(?:: ?(.*)|)$")
_TITLE = re.compile(rf"{_NAME}({_KIND}) +Traceback \(most recent call last\)")
_PYTEST = re.compile(r"E {2,}(\S.*)$")
_PYTEST_CODE = re.compile(r"> {2,}(\S.*)$")
_PYTEST_PLACE = re.compile(rf"(\S+\.py):(\d+): ?(?:in (\S+)|{_NAME}(?:{_KIND}))?$")
_FILE = re.compile(r'\s*File "([^"]{1,1000})", line (\d{1,9})(?:, in (\S.*))?')
_CELL = re.compile(
    r"(?:File )?(Cell In ?\[\d+\]|Input In \[\d+\]|<[\w-]{1,80}[^>]{0,200}>|\S.{0,300}?\.pyx?)"
    r"(?:, line (\d{1,9})|:(\d{1,9}))?,? in (\S.*)$"
)
_BARE_CELL = re.compile(r"(?:File )?(Cell In ?\[\d+\]|Input In \[\d+\]), line (\d{1,9})$")
_RULE = re.compile(r"[-=_]{20,}$|(?:_ ){10,}_?$|[=_]{5,} [^=_].{0,100} [=_]{5,}$")
_ARROW = re.compile(r"-{1,}> ?\[?(\d{1,9})\]?(?:\([^)]{0,300}\))? ?(.*)$")
_NUMBERED = re.compile(r" *(\d{1,9})(?: (.*))?$")
_CALLED = re.compile(r"\(.*\)$")
_MARKS = re.compile(r"\s*[~^][~^ ]*$")
_BETWEEN = ("During handling of the above exception", "The above exception was the direct cause")
_REPEATED = re.compile(r"\s*\[Previous line repeated \d+ more times?\]|\s*\.\.\.<\d+ lines>\.\.\.")


def _unquoted(text: str) -> list[str]:
    """Return the lines of a text, without what stands in front of all: blanks, or the ``>`` of what is quoted."""
    lines = text[-LONGEST:].splitlines()
    filled = [line for line in lines if line.strip()]
    if len(filled) > 1 and all(line.startswith(">") for line in filled):
        lines = [line[1:] for line in lines]
        filled = [line[1:] for line in filled]
    front = min((len(line) - len(line.lstrip(" \t")) for line in filled), default=0)
    return [line[front:] for line in lines] if front else lines


def _cleaned(raw: str) -> str:
    """Return a line without colours and links, and without what stands in front of the lines of a group."""
    line = _LINK.sub(r"\1", _COLOUR.sub("", raw[:20_000])).rstrip()
    prefix = _PREFIX.match(line)
    return line[prefix.end() :] if prefix else line


class _Reading:
    """A text being read line by line."""

    def __init__(self) -> None:
        self.chain: list[Raised] = []
        self.frames: list[_Place] = []
        self.place: _Place | None = None
        self.type = ""
        self.message: list[str] | None = None
        self.loose: list[str] = []
        self.pytest = False

    def take(self, raw: str) -> None:
        """Read the next line."""
        line = _cleaned(raw)
        if not line:
            if self.message is not None:
                self.message.append("")
        elif _GROUP_RULE.match(line):
            self.end()
        elif title := _TITLE.match(line):
            self.end()
            self.type = title[1]
        elif _HEADER.match(line.lstrip()) or line.startswith(_BETWEEN):
            self.end()
        elif found := _PYTEST.match(line):
            self.take_pytest(found[1])
        elif (place := _PYTEST_PLACE.match(line)) and not place[3] and self.frames and not self.frames[-1].file:
            self.frames[-1].file, self.frames[-1].line = place[1], int(place[2])
        elif _RULE.match(line):
            self.end_exception()
        elif self.take_frame(line, raw):
            pass
        elif self.message is not None and not (typed := _TYPED.match(line)):
            self.message.append(line)
        elif typed := _TYPED.match(line):
            self.begin_message(typed[1], typed[2] or "")
        else:
            self.take_source(line, raw)

    def take_pytest(self, line: str) -> None:
        """Read a line behind pytest's E: the first one has the type, the others go on with the message."""
        typed = _TYPED.match(line)
        if typed and not (self.pytest and self.message is not None):
            self.begin_message(typed[1], typed[2] or "")
        elif self.message is not None:
            self.message.append(line)
        elif not _MARKS.match(line):
            self.message = [line]
        self.pytest = True

    def take_frame(self, line: str, raw: str) -> bool:
        """Read a line that names a place, or the line of code there; False where it is neither."""
        if found := _FILE.match(line):
            if self.message is not None:
                self.end()
            self.open(_Place(found[1], int(found[2]), found[3] or ""))
        elif self.message is None and (found := _BARE_CELL.match(line)):
            self.open(_Place(found[1], int(found[2])))
        elif self.message is None and (found := _PYTEST_PLACE.match(line)) and found[3]:
            self.open(_Place(found[1], int(found[2]), found[3]))
        elif self.message is None and (found := _CELL.match(line)) and not line.startswith(" "):
            number = found[2] or found[3]
            self.open(_Place(found[1].strip(), int(number) if number else None, found[4]))
        elif self.message is None and (found := _PYTEST_CODE.match(line)):
            self.open(_Place("", None, lines=[f" {line[1:]}"], closed=True))
        elif self.message is None and (found := _ARROW.match(line)):
            if self.place is None:
                self.open(_Place(""))
            self.frames[-1].arrow(int(found[1]), found[2], raw)
        else:
            return False
        return True

    def take_source(self, line: str, raw: str) -> None:
        """Read a line of code below a place, its marks, or a line that says nothing that is known."""
        if self.place is None:
            self.loose.append(line.strip())
        elif _MARKS.match(line):
            self.place.mark(line)
        elif numbered := _NUMBERED.match(line):
            self.place.go_on(numbered[2] or "", raw)
        elif self.place.closed or _REPEATED.match(line):
            pass
        elif line.startswith("  "):
            self.place.lines.append(line)

    def open(self, place: _Place) -> None:
        """Begin a frame."""
        self.place = place
        self.frames.append(place)

    def begin_message(self, kind: str, line: str) -> None:
        """Read the first line of a message, which ends the frames above it."""
        self.end_exception()
        self.type, self.message, self.place = kind, [line], None

    def end_exception(self) -> None:
        """Put the exception that is read into the chain, if its message has been reached."""
        if self.message is not None:
            self.end_message()

    def end_message(self) -> None:
        """Put the exception that was read last into the chain."""
        if self.message is None and not self.frames:
            return
        said = "\n".join(self.message or [])[:LONGEST_MESSAGE].strip()
        if said or self.type:
            self.chain.append(Raised(self.type, said, tuple(place.frame() for place in self.frames)))
        self.type, self.message, self.frames, self.place = "", None, [], None

    def end(self) -> None:
        """Begin another traceback."""
        self.end_message()
        self.loose = []
        self.pytest = False

    def finished(self) -> tuple[Raised, ...]:
        """Return all exceptions; a text without any is one message."""
        places = tuple(place.frame() for place in self.frames)
        kind = self.type
        self.end_message()
        if self.chain and (self.chain[-1].message or self.chain[-1].type):
            return tuple(self.chain)
        return (*self.chain, Raised(kind, "\n".join(self.loose)[:LONGEST_MESSAGE], places))


@dataclass(slots=True)
class _Place:
    """A frame being read."""

    file: str
    line: int | None = None
    function: str = ""
    lines: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    closed: bool = False

    def arrow(self, number: int, code: str, raw: str) -> None:
        """Take the line that an arrow points at, and what of it is highlighted."""
        self.line, self.closed = number, True
        self.lines, self.marks = [], []
        if not self.go_on(code, raw):
            self.lines = [code]

    def go_on(self, code: str, raw: str) -> bool:
        """Take a line of the statement that an arrow points at, if a part is highlighted; else leave it, and say so."""
        shown = "".join(_HIGHLIGHTED.findall(raw[:20_000])).strip() if self.closed else ""
        if shown:
            self.lines.append(code)
            self.marks.append(shown)
        return bool(shown)

    def mark(self, line: str) -> None:
        """Take the marks below the line that was read last."""
        if not self.lines:
            return
        source = self.lines[-1]
        start, end = len(line) - len(line.lstrip()), len(line)
        if shown := source[start:end].strip():
            self.marks.append(shown)

    def frame(self) -> Frame:
        """Return the frame, with the code of a statement in several lines dedented as one."""
        indent = min((len(line) - len(line.lstrip()) for line in self.lines if line.strip()), default=0)
        code = "\n".join(line[indent:].rstrip() for line in self.lines)
        marked = "\n".join(self.marks)
        return Frame(
            self.file, self.line, _CALLED.sub("", self.function.strip()), code, "" if marked == code else marked
        )
