"""A small language of tensor expressions: read with `ast` against a whitelist, never evaluated as Python.

A program is up to `MAX_LINES` lines. ``name = param([1, 2])`` makes a leaf that requires a gradient,
``name = [1, 2]`` makes plain data, and any other line computes: ``loss = sum((w * x - 1) ** 2)``. The last line is
the output.
"""

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from primer_core.language.parsing import typed_line

MAX_CHARACTERS = 800
MAX_LINES = 24
MAX_DEPTH = 16
MAX_OPERATIONS = 40
MAX_ELEMENTS = 64
MAX_MAGNITUDE = 1e6
MAX_EXPONENT = 10
MAX_NAME = 12

FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "sin": (1, 1), "exp": (1, 1), "log": (1, 1), "tanh": (1, 1), "sigmoid": (1, 1), "relu": (1, 1),
    "softmax": (1, 1), "sum": (1, 2), "mean": (1, 2), "bce": (2, 2), "cross_entropy": (2, 2),
    "detach": (1, 1),
}  # fmt: skip
"""Each function with the fewest and the most arguments it takes."""

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
_FOLD: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
# Names that the offered snippet needs for itself.
_TAKEN = frozenset({"param", "torch", "F", "print", "order", "seen", "todo", "node", "parent", "error", "result"})
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<comment>\#[^\n]*)|(?P<newline>\n)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<op>\*\*|[-+*/@=()\[\],])"
)
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a program.

    Parameters
    ----------
    line, column
        Of its first character, both counted from 1.
    end_column
        One past its last character.
    """

    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class ProgramError:
    """What is wrong with a program, and where; `parse` returns it as a result.

    Parameters
    ----------
    expected, given, fix
        What would have been right, what stands there, and what to do about it: three clauses.
    place
        Where it stands.
    """

    expected: str
    given: str
    fix: str
    place: Place

    @property
    def message(self) -> str:
        """The whole finding in one line, with its place."""
        return (
            f"Line {self.place.line}, column {self.place.column}: expected {self.expected}, "
            f"but got {self.given}. {self.fix}"
        )


class _RefusedError(Exception):
    """Carries a `ProgramError` from where it was found out to `parse`."""

    def __init__(self, error: ProgramError) -> None:
        super().__init__(error.message)
        self.error = error


def _refused(expected: str, given: str, fix: str, place: Place) -> _RefusedError:
    return _RefusedError(ProgramError(expected, given, fix, place))


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number; arithmetic between numbers is already done."""

    value: float | int
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Array:
    """A vector (one row) or matrix written in brackets.

    Parameters
    ----------
    rows
        Its numbers, row by row; a vector has one row.
    ndim
        1 for a vector, 2 for a matrix.
    """

    rows: tuple[tuple[float, ...], ...]
    ndim: int
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A tensor named by an earlier line."""

    name: str
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus a tensor."""

    operand: "Expression"
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands around one of ``+ - * / ** @``; at least one of them is a tensor."""

    operator: str
    left: "Expression"
    right: "Expression"
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """One of `FUNCTIONS`, applied."""

    function: str
    arguments: tuple["Expression", ...]
    place: Place
    text: str


Expression = Number | Array | Name | Negative | Binary | Call


@dataclass(frozen=True, slots=True)
class Statement:
    """One line.

    Parameters
    ----------
    name
        What it names; ``result`` for a last line without a name.
    kind
        ``param``: a leaf that requires a gradient; ``data``: one that does not; ``compute``: anything else.
    expression
        Its right-hand side; of a leaf, an `Array` or a `Number`.
    place
        Of the right-hand side; of a leaf, of its numbers only.
    """

    name: str
    kind: OneOf["param", "data", "compute"]
    expression: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class Program:
    """A program that follows the rules: `statements` in order, the last one being the output."""

    text: str
    statements: tuple[Statement, ...]

    @property
    def output(self) -> str:
        """The name of the last line's tensor."""
        return self.statements[-1].name

    @property
    def leaves(self) -> tuple[Statement, ...]:
        """The lines that make leaves and data."""
        return tuple(statement for statement in self.statements if statement.kind != "compute")

    @property
    def computed(self) -> tuple[str, ...]:
        """The names of the lines that compute."""
        return tuple(statement.name for statement in self.statements if statement.kind == "compute")


def parse(text: str) -> Program | ProgramError:
    """Read a program.

    Parameters
    ----------
    text
        At most `MAX_CHARACTERS` characters.

    Returns
    -------
    Program or ProgramError
        An error is a result; nothing is raised whatever the text.
    """
    try:
        return _parse(text)
    except _RefusedError as refusal:
        return refusal.error


def parse_literal(text: str) -> Number | Array | ProgramError:
    """Read one number, vector or matrix, as a leaf's value.

    Returns
    -------
    Number or Array or ProgramError
        An error's place counts from the start of `text`.
    """
    if "\n" in text.strip():
        return ProgramError("one line", "several", "Write the numbers on one line.", Place(1, 1, 2))
    prefix = "v = "
    program = parse(prefix + text.strip())
    if isinstance(program, ProgramError):
        column = max(1, program.place.column - len(prefix))
        end = max(column + 1, program.place.end_column - len(prefix))
        return ProgramError(program.expected, program.given, program.fix, Place(1, column, end))
    statement = program.statements[0]
    if statement.kind == "data" and isinstance(statement.expression, (Number, Array)):
        return statement.expression
    return ProgramError("numbers", repr(text.strip()[:24]), "Write 2, [1, 2] or [[1, 2], [3, 4]].", Place(1, 1, 2))


def with_value(program: Program, name: str, literal: str) -> str:
    """The program's text with the numbers of leaf `name` replaced by `literal`.

    Raises
    ------
    KeyError
        If `program` has no such leaf.
    """
    for statement in program.leaves:
        if statement.name == name:
            lines = program.text.split("\n")
            place = statement.place
            line = lines[place.line - 1]
            lines[place.line - 1] = line[: place.column - 1] + literal + line[place.end_column - 1 :]
            return "\n".join(lines)
    raise KeyError(f"the program has no leaf called {name!r}")


def _parse(text: str) -> Program:
    text = text.replace("\r\n", "\n").replace("\t", " ")
    _check_size(text)
    _check_tokens(text)
    statements: list[Statement] = []
    reader = _Reader()
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        code = line.split("#", 1)[0]
        if code.strip():
            statements.append(reader.statement(code, number, last=not _has_code(lines[number:])))
    if not statements:
        raise _refused(
            "at least one line such as y = x ** 2",
            "an empty program",
            "Type one, or pick a preset.",
            Place(1, 1, 2),
        )
    return Program(text, tuple(statements))


def _has_code(lines: list[str]) -> bool:
    return any(line.split("#", 1)[0].strip() for line in lines)


def _check_size(text: str) -> None:
    lines = text.split("\n")
    if len(text) > MAX_CHARACTERS:
        before = text[:MAX_CHARACTERS]
        place = Place(
            before.count("\n") + 1,
            MAX_CHARACTERS - before.rfind("\n"),
            MAX_CHARACTERS - before.rfind("\n") + 1,
        )
        raise _refused(f"at most {MAX_CHARACTERS} characters", str(len(text)), "Shorten the program.", place)
    if len(lines) > MAX_LINES:
        raise _refused(f"at most {MAX_LINES} lines", str(len(lines)), "Join or drop some.", Place(MAX_LINES + 1, 1, 2))


def _check_tokens(text: str) -> None:
    """Refuse every character and word outside the language before Python's own parser sees any of it."""
    at, line, start = 0, 1, 0
    opened: list[tuple[str, Place]] = []
    while at < len(text):
        match = _TOKEN.match(text, at)
        place = Place(line, at - start + 1, at - start + 2)
        if match is None:
            raise _refused(
                "names, numbers, brackets and + - * / ** @",
                f"the character {ascii(text[at]) if not text[at].isprintable() else text[at]!r}",
                "Remove it: attributes, strings and comparisons are not part of this language.",
                place,
            )
        kind, token = match.lastgroup, match.group()
        place = Place(line, place.column, place.column + len(token))
        if kind == "name":
            _check_word(token, place)
        elif kind == "number":
            _check_number(token, text[match.end() : match.end() + 1], place)
        elif token in _CLOSING:
            opened.append((token, place))
            if len(opened) > MAX_DEPTH:
                raise _refused(
                    f"at most {MAX_DEPTH} brackets inside each other",
                    "more",
                    "Name a part on a line of its own.",
                    place,
                )
        elif token in _CLOSING.values():
            if not opened or _CLOSING[opened[-1][0]] != token:
                wanted = (
                    f"{_CLOSING[opened[-1][0]]!r} to close {opened[-1][0]!r}"
                    if opened
                    else "an opening bracket before it"
                )
                raise _refused(wanted, repr(token), "Balance the brackets.", place)
            opened.pop()
        elif kind == "newline":
            _check_closed(opened)
            line, start = line + 1, match.end()
        at = match.end()
    _check_closed(opened)


def _check_closed(opened: list[tuple[str, Place]]) -> None:
    if opened:
        bracket, place = opened[-1]
        raise _refused(f"{_CLOSING[bracket]!r} on the same line", "the end of the line", "Close this bracket.", place)


def _check_word(token: str, place: Place) -> None:
    if keyword.iskeyword(token):
        raise _refused(
            "a name or a function",
            f"the Python keyword {token!r}",
            "Only assignments and expressions are understood here.",
            place,
        )
    if len(token) > MAX_NAME and token not in FUNCTIONS:
        raise _refused(
            f"a name of at most {MAX_NAME} characters", f"{len(token)} characters", "Shorten the name.", place
        )


def _check_number(token: str, following: str, place: Place) -> None:
    if following.isalnum() or following in ("_", "."):
        raise _refused("a number", f"{token + following!r}", "Write numbers like 2, 0.5 or 1e-3.", place)
    if token.isdigit() and len(token) > 1 and token.startswith("0"):
        raise _refused("a number", f"{token!r}", "Drop the leading zero.", place)
    if len(token) > 20 or float(token) > MAX_MAGNITUDE:
        raise _refused(
            f"a number of at most {MAX_MAGNITUDE:,.0f} and 20 characters",
            token[:24],
            "Use a smaller one.",
            place,
        )


class _Reader:
    """Turns lines into statements, knowing the names given so far."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.operations = 0
        self.line = ""
        self.number = 1
        self.shift = 0

    def statement(self, line: str, number: int, *, last: bool) -> Statement:
        self.line, self.number = line, number
        self.shift = len(line) - len(line.lstrip())
        try:
            body = typed_line(line.strip(), deepest=MAX_CHARACTERS)  # the levels are counted below
        except SyntaxError as error:
            column = min(max(1, (error.offset or 1) + self.shift), max(1, len(line.rstrip())))
            raise _refused(
                "name = expression, or an expression",
                f"something unreadable ({error.msg.rstrip('.')})",
                "Check for a missing operator, bracket or operand.",
                Place(number, column, column + 1),
            ) from None
        # The tokens leave neither ';' nor a keyword, so a line is one assignment or one expression.
        node = body[0]
        if isinstance(node, ast.Expr):
            if not last:
                raise _refused(
                    "name = expression",
                    "an expression without a name",
                    "Only the last line may go unnamed.",
                    self._place(node),
                )
            name, value = "result", node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, value = self._new_name(node.targets[0]), node.value
        else:
            raise _refused(
                "one name before one '='",
                "another assignment",
                "Give each tensor its own line.",
                self._place(node),
            )
        statement = self._right_hand_side(name, value)
        self.names.add(name)
        return statement

    def _new_name(self, target: ast.Name) -> str:
        place = self._place(target)
        if target.id in FUNCTIONS or target.id in _TAKEN:
            raise _refused("a name of your own", f"{target.id!r}, which has a meaning here", "Pick another.", place)
        if target.id in self.names:
            raise _refused(
                "each name once",
                f"a second line for {target.id!r}",
                "A graph keeps every tensor: give this one a new name.",
                place,
            )
        return target.id

    def _right_hand_side(self, name: str, value: ast.expr) -> Statement:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "param":
            place = self._place(value)
            if len(value.args) != 1 or value.keywords:
                raise _refused("param(numbers)", self._text(value), "Give it one number, vector or matrix.", place)
            literal = self._read(value.args[0], 0)
            if not isinstance(literal, (Number, Array)):
                raise _refused(
                    "numbers inside param(…)",
                    repr(literal.text),
                    "A leaf is not computed: write its numbers.",
                    literal.place,
                )
            return Statement(name, "param", literal, literal.place)
        expression = self._read(value, 0)
        kind: OneOf["data", "compute"] = "data" if isinstance(expression, (Number, Array)) else "compute"
        return Statement(name, kind, expression, expression.place)

    def _read(self, node: ast.expr, depth: int) -> Expression:
        place, text = self._place(node), self._text(node)
        if depth > MAX_DEPTH:
            raise _refused(
                f"at most {MAX_DEPTH} operations inside each other",
                "more",
                "Name a part on a line of its own.",
                place,
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return Number(node.value, place, text)
        if isinstance(node, ast.Name):
            return self._name(node, place)
        if isinstance(node, ast.List):
            return self._array(node, place, text)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return self._signed(node, depth, place, text)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return self._binary(node, depth, place, text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node, node.func.id, depth, place, text)
        raise _refused(
            "a name, a number, brackets, an operator or a function",
            repr(text[:24]),
            "Slices, tuples and Python's other forms are not part of this language.",
            place,
        )

    def _name(self, node: ast.Name, place: Place) -> Name:
        if node.id in self.names:
            return Name(node.id, place, node.id)
        if node.id in FUNCTIONS or node.id == "param":
            raise _refused(f"{node.id}(…)", f"{node.id!r} alone", "Give the function its argument in brackets.", place)
        known = ", ".join(sorted(self.names)) or "none yet"
        raise _refused(
            "a name from an earlier line",
            f"{node.id!r} (known: {known})",
            f"Add a line {node.id} = param(2) above.",
            place,
        )

    def _array(self, node: ast.List, place: Place, text: str) -> Array:
        if not node.elts:
            raise _refused("numbers between the brackets", "nothing", "Write [1, 2] or [[1, 2], [3, 4]].", place)
        nested = [isinstance(item, ast.List) for item in node.elts]
        if all(nested):
            rows = tuple(self._row(item) for item in node.elts if isinstance(item, ast.List))
            for item, row in zip(node.elts, rows, strict=True):
                if len(row) != len(rows[0]):
                    raise _refused(
                        f"a row of {len(rows[0])} like the first",
                        f"{len(row)}",
                        "Make all rows equally long.",
                        self._place(item),
                    )
        elif not any(nested):
            rows = (self._row(node),)
        else:
            raise _refused("all rows or all numbers", "a mixture", "Put every row in its own brackets.", place)
        size = sum(len(row) for row in rows)
        if size > MAX_ELEMENTS:
            raise _refused(f"at most {MAX_ELEMENTS} numbers in a tensor", str(size), "Use fewer.", place)
        return Array(rows, 2 if all(nested) else 1, place, text)

    def _row(self, node: ast.List) -> tuple[float, ...]:
        if not node.elts:
            raise _refused("numbers between the brackets", "nothing", "Write at least one.", self._place(node))
        values = []
        for item in node.elts:
            if isinstance(item, ast.List):
                raise _refused(
                    "vectors and matrices",
                    "a third pair of brackets",
                    "Two dimensions are the most.",
                    self._place(item),
                )
            number = self._read(item, 0)
            if not isinstance(number, Number):
                raise _refused(
                    "plain numbers between brackets",
                    repr(number.text),
                    "Write the number itself.",
                    number.place,
                )
            values.append(float(number.value))
        return tuple(values)

    def _signed(self, node: ast.UnaryOp, depth: int, place: Place, text: str) -> Expression:
        operand = self._read(node.operand, depth + 1)
        if isinstance(node.op, ast.UAdd):
            return operand
        if isinstance(operand, Number):
            return Number(-operand.value, place, text)
        self._count(place)
        return Negative(operand, place, text)

    def _binary(self, node: ast.BinOp, depth: int, place: Place, text: str) -> Expression:
        operator = _OPERATORS[type(node.op)]
        left, right = self._read(node.left, depth + 1), self._read(node.right, depth + 1)
        if operator == "@":
            for operand in (left, right):
                if isinstance(operand, Number):
                    raise _refused(
                        "a vector or a matrix beside @",
                        f"the number {operand.text}",
                        "Use * to scale by a number.",
                        operand.place,
                    )
        if operator == "**" and isinstance(right, Number) and abs(right.value) > MAX_EXPONENT:
            raise _refused(
                f"an exponent from -{MAX_EXPONENT} to {MAX_EXPONENT}",
                f"{right.value:g}",
                "Use a smaller one.",
                right.place,
            )
        if isinstance(left, Number) and isinstance(right, Number):
            return self._fold(operator, left.value, right.value, place, text)
        self._count(place)
        return Binary(operator, left, right, place, text)

    @staticmethod
    def _fold(operator: str, left: float, right: float, place: Place, text: str) -> Number:
        try:
            value = _FOLD[operator](left, right)
        except (ZeroDivisionError, OverflowError) as error:
            raise _refused("a number", f"{text!r} ({error})", "Change the numbers.", place) from None
        if isinstance(value, complex) or not abs(value) <= MAX_MAGNITUDE:
            given = f"{text!r}, which is {'complex' if isinstance(value, complex) else 'larger'}"
            raise _refused(f"a real number of at most {MAX_MAGNITUDE:,.0f}", given, "Change the numbers.", place)
        return Number(value, place, text)

    def _call(self, node: ast.Call, function: str, depth: int, place: Place, text: str) -> Call:
        if function == "param":
            raise _refused(
                "param(…) alone after name =",
                "param(…) inside an expression",
                "Give the leaf a line of its own.",
                place,
            )
        if function not in FUNCTIONS:
            raise _refused(
                f"one of {', '.join(FUNCTIONS)}",
                f"{function!r}",
                "Use one of these functions.",
                self._place(node.func),
            )
        if node.keywords:
            raise _refused("arguments without names", repr(text[:24]), "Write sum(x, 0), not sum(x, axis=0).", place)
        fewest, most = FUNCTIONS[function]
        if not fewest <= len(node.args) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} or {most}"
            raise _refused(
                f"{wanted} argument(s) for {function}", str(len(node.args)), "Add or remove arguments.", place
            )
        arguments = tuple(self._read(argument, depth + 1) for argument in node.args)
        if function in {"sum", "mean"} and len(arguments) == 2:
            axis = arguments[1]
            if not (isinstance(axis, Number) and isinstance(axis.value, int) and -2 <= axis.value <= 1):
                raise _refused("an axis: 0, 1, -1 or -2", repr(axis.text), "Write the axis as a number.", axis.place)
        self._count(place)
        return Call(function, arguments, place, text)

    def _count(self, place: Place) -> None:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise _refused(
                f"at most {MAX_OPERATIONS} operations",
                "more",
                "Drop some: the graph would not be readable.",
                place,
            )

    def _place(self, node: ast.AST) -> Place:
        start = int(getattr(node, "col_offset", 0)) + self.shift
        end = int(getattr(node, "end_col_offset", start + 1)) + self.shift
        return Place(self.number, start + 1, max(end, start + 1) + 1)

    def _text(self, node: ast.AST) -> str:
        place = self._place(node)
        return self.line[place.column - 1 : place.end_column - 1].strip()
