import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.program import (
    FUNCTIONS,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_LINES,
    MAX_OPERATIONS,
    Array,
    Binary,
    Number,
    Program,
    ProgramError,
    parse,
    parse_literal,
    with_value,
)
from primer_core.lessons.autograd_graph.explain import trace
from primer_core.lessons.outcome import Unread
from tests.profiles import examples

_HOSTILE = {
    "import": "__import__('os').system('echo')",
    "attribute": "x = param(2)\ny = x.__class__",
    "method": "x = param(2)\ny = x.backward()",
    "comprehension": "y = [i for i in [1, 2]]",
    "lambda": "y = (lambda: 1)()",
    "eval": "y = eval(2)",
    "exec": "exec(1)",
    "open": "y = open(1)",
    "string": "y = 'a' * 1000000",
    "format": 'y = f"{1}"',
    "bytes": "y = b'1'",
    "walrus": "y = (z := 2)",
    "semicolon": "x = 1; y = 2",
    "starred": "y = sum(*[1, 2])",
    "keywords": "y = sum(x=[1, 2])",
    "subscript": "x = [1, 2]\ny = x[0]",
    "slice": "x = [1, 2]\ny = x[0:1]",
    "dict": "y = {1: 2}",
    "tuple": "y = (1, 2)",
    "conditional": "y = 1 if 1 else 2",
    "comparison": "y = 1 < 2",
    "boolean": "y = True",
    "none": "y = None",
    "ellipsis": "y = ...",
    "complex": "y = 1j",
    "augmented": "x = 1\nx += 1",
    "chained": "x = y = 1",
    "unpacking": "a, b = [1, 2]",
    "await": "y = await x",
    "decorator": "@sum\nx = 1",
    "huge power": "y = 9 ** 9 ** 9",
    "huge tower": "y = ((((10 ** 10) ** 10) ** 10) ** 10)",
    "huge exponent": "x = param(2)\ny = x ** 1000",
    "huge number": "y = 1e400",
    "many digits": f"y = {'9' * 500}",
    "huge vector": f"y = [{', '.join('1' for _ in range(MAX_ELEMENTS + 1))}]",
    "huge shape": "y = zeros([1000000, 1000000])",
    "three dimensions": "y = [[[1]]]",
    "ragged": "y = [[1, 2], [3]]",
    "mixed": "y = [[1], 2]",
    "empty vector": "y = []",
    "empty row": "y = [[]]",
    "deep brackets": f"y = {'(' * 300}1{')' * 300}",
    "deep minus": f"x = param(2)\ny = {'-' * 300}x",
    "deep power": "x = param(2)\ny = " + " ** ".join(["x"] * 30),
    "division by zero": "y = 1 / 0",
    "complex root": "y = (0 - 1) ** 0.5",
    "too long": "y = 1 + " * 200,
    "too many lines": "\n" * MAX_LINES + "y = 1",
    "too many operations": "x = param(2)\n" + "\n".join(f"a{i} = x + x + x" for i in range(21)),
    "null": "y = \0",
    "unicode": "ψ = 1",
    "unicode digits": "y = ١",
    "full width": "y = ｓｕｍ(1)",
    "line continuation": "y = 1 \\\n+ 2",
    "carriage return": "y = 1\ry = 2",
    "unknown function": "y = cosh(1)",
    "unknown name": "y = x",
    "function alone": "y = sin",
    "name of a function": "sum = 1",
    "name that the code needs": "torch = 1",
    "name twice": "x = 1\nx = 2",
    "long name": "abcdefghijklmn = 1",
    "param inside": "y = 2 * param(3)",
    "param of a name": "x = 1\ny = param(x)",
    "param of two": "y = param(1, 2)",
    "number with @": "x = param([1, 2])\ny = 2 @ x",
    "wrong count": "y = sin(1, 2)",
    "wrong axis": "x = [1, 2]\ny = sum(x, 0.5)",
    "name in a vector": "x = 1\ny = [x, 2]",
    "no name in the middle": "x = 1\nx + 1\ny = x",
    "glued": "y = 2x",
    "hexadecimal": "y = 0x10",
    "underscores": "y = 1_000",
    "leading zero": "y = 012",
    "open bracket": "y = sin(1",
    "wrong bracket": "y = sin(1]",
    "closing bracket": "y = 1)",
    "missing operand": "y = 1 +",
    "missing right-hand side": "y =",
    "empty": "",
    "only a comment": "# nothing",
}

_KEYWORDS = ("lambda", "for", "import", "in", "if", "None", "def", "yield")
_AUDITED: list[str] = []
_LISTENING = [False]
sys.addaudithook(lambda event, _: _AUDITED.append(event) if _LISTENING[0] else None)


@contextmanager
def nothing_is_run() -> Iterator[None]:
    """Fails if Python executed code, imported, opened a file or started a process meanwhile."""
    _AUDITED.clear()
    _LISTENING[0] = True
    try:
        yield
    finally:
        _LISTENING[0] = False
    assert not {event for event in _AUDITED if event.split(".")[0] in {"exec", "import", "open", "os", "subprocess"}}


def check_place(error: ProgramError, text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")
    assert 1 <= error.place.line <= len(lines)
    assert 1 <= error.place.column <= len(lines[error.place.line - 1]) + 1
    assert error.place.end_column > error.place.column
    assert error.expected
    assert error.given
    assert error.fix.endswith(".")
    assert f"Line {error.place.line}, column {error.place.column}" in error.message


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_what_is_not_in_the_language_is_refused_with_its_place(text: str) -> None:
    with nothing_is_run():
        found = parse(text)
    assert isinstance(found, ProgramError), found
    check_place(found, text)


def garbage(seed: int) -> str:
    """A valid program with some of its parts replaced, dropped or doubled, or pieces thrown together."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    words = (*FUNCTIONS, *_KEYWORDS, "param", "__class__", "λ", "0x1", "999999999999", "2.5", "1e9", "1", "**")
    pieces = [*words, *"xyzw()[],=+-*/@.;:'\"{}<>!%&|^~`$?\\#\n\t\r\0é  "]
    if seed % 3 == 0:
        return "".join(rng.choices(pieces, k=rng.randint(1, 60)))
    text = list("w = param([1, 2])\nx = [3, 4]\nz = w * x + sin(w)\ny = sum(z ** 2) / 2")
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text))
        text[at : at + rng.randint(0, 3)] = rng.choice(pieces)
    return "".join(text)


def test_a_thousand_garbage_programs_give_a_message_with_a_place() -> None:
    refused = 0
    seed = 0
    while refused < 1000:
        text = garbage(seed)
        seed += 1
        with nothing_is_run():
            found = parse(text)
        if isinstance(found, ProgramError):
            check_place(found, text)
            refused += 1
    # What survives such treatment is a program, and few do.
    assert seed < 1400


def test_garbage_that_can_be_read_runs_or_is_refused_without_an_exception() -> None:
    for seed in range(1200):
        text = garbage(seed)
        if isinstance(parse(text), Program):
            assert not isinstance(trace(text), Unread)


@examples(300)
@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    found = parse(text)
    if isinstance(found, ProgramError):
        check_place(found, text)


@examples(300)
@given(st.text(alphabet="xy=+-*/@()[],. 12e\n", max_size=40))
def test_no_likely_text_raises(text: str) -> None:
    found = parse(text)
    if isinstance(found, ProgramError):
        check_place(found, text)
    else:
        trace(text)


def test_a_program_is_read_into_statements() -> None:
    program = parse("w = param([1, -2])  # weights\n\nx = 3\n(w + 1) * x")
    assert isinstance(program, Program)
    assert [(s.name, s.kind) for s in program.statements] == [("w", "param"), ("x", "data"), ("result", "compute")]
    assert program.output == "result"
    w = program.statements[0].expression
    assert isinstance(w, Array)
    assert (w.rows, w.ndim) == (((1.0, -2.0),), 1)
    product = program.statements[2].expression
    assert isinstance(product, Binary)
    assert (product.operator, product.text, product.place.line) == ("*", "(w + 1) * x", 4)


def test_arithmetic_between_numbers_is_done_at_once() -> None:
    program = parse("x = 2 ** 3 - 1 / 2")
    assert isinstance(program, Program)
    expression = program.statements[0].expression
    assert isinstance(expression, Number)
    assert expression.value == 7.5


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("x = param(2)\ny = x.grad", 2, 6, "'.'"),
        ("x = 1\n  y = cosh(x)", 2, 7, "'cosh'"),
        ("y = sum([1, 2], 3)", 1, 17, "axis"),
        ("y = [1, 2] ** 99", 1, 15, "99"),
        ("y = (1 + 2", 1, 5, "')'"),
    ],
)
def test_an_error_points_at_the_part_to_blame(text: str, line: int, column: int, part: str) -> None:
    error = parse(text)
    assert isinstance(error, ProgramError)
    assert (error.place.line, error.place.column) == (line, column)
    assert part in error.message


def test_the_bounds_can_be_reached() -> None:
    nested = f"x = param(2)\ny = {'sin(' * MAX_DEPTH}x{')' * MAX_DEPTH}"
    assert isinstance(parse(nested), Program)
    operations = "x = param(2)\ny = " + "\n".join(["x + x"] + [f"z{i} = x + x" for i in range(MAX_LINES - 2)])
    assert isinstance(parse(operations), Program)
    wide = (
        "x = param(2)\n"
        + "\n".join(f"a{i} = x + x" for i in range(MAX_LINES - 2))
        + "\nb = "
        + " + ".join(["x"] * (MAX_DEPTH + 1))
    )
    assert isinstance(parse(wide), Program)
    assert (MAX_LINES - 2) + MAX_DEPTH <= MAX_OPERATIONS
    full = f"x = [{', '.join('1' for _ in range(MAX_ELEMENTS))}]"
    assert isinstance(parse(full), Program)
    assert isinstance(parse("#" * (MAX_CHARACTERS - 6) + "\nx = 1"), Program)


@pytest.mark.parametrize("text", ["2", "-0.5", "[1, -2]", "[[1, 2], [3, 4]]", "1 / 4"])
def test_a_literal_is_read_and_written_back(text: str) -> None:
    literal = parse_literal(f" {text} ")
    assert isinstance(literal, (Number, Array))
    program = parse("x = param([9])\ny = sum(x)")
    assert isinstance(program, Program)
    changed = parse(with_value(program, "x", literal.text))
    assert isinstance(changed, Program)
    assert changed.statements[0].kind == "param"
    assert changed.statements[0].expression.text == text


@pytest.mark.parametrize("text", ["", "x", "sin(2)", "param(2)", "[1, 2", "1\n2", "[1] @ [2]"])
def test_what_is_no_literal_is_refused_with_a_place_in_it(text: str) -> None:
    error = parse_literal(text)
    assert isinstance(error, ProgramError)
    assert error.place.line == 1
    assert 1 <= error.place.column <= len(text) + 1


def test_a_value_is_written_to_its_own_line_only() -> None:
    program = parse("# x = 1\nx = param(2)  # two\ny = x + 2")
    assert isinstance(program, Program)
    assert with_value(program, "x", "-3.5") == "# x = 1\nx = param(-3.5)  # two\ny = x + 2"
    with pytest.raises(KeyError, match="'y'"):
        with_value(program, "y", "1")
