import ast
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Literal

import pytest

from primer_core.language.limits import Refused
from primer_core.language.parsing import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    TooDeepError,
    code_expression,
    syntax_tree,
    typed_expression,
    typed_literal,
    typed_statements,
)

PROJECT = Path(__file__).resolve().parents[2]

WARNED_OF = [r'"\d"', "1if 2 else 3", "1 is 1", r'f"\d"', "0x1for x in y", "[1][1, 2]", "()()"]
"""What Python's parser or compiler warns of."""

CROWD = r"""
import gc, threading, time
from primer_core.language.parsing import typed_expression

# Memory that the parser takes starts a collection, and a collection that calls Python lets another thread go on.
gc.set_threshold(60)
gc.callbacks.append(lambda *_: time.sleep(5e-5))
text, failures = "[" * 30 + "1" + "]" * 30, []

def parse(frames):
    if frames:
        return parse(frames - 1)
    for _ in range(400):
        try:
            typed_expression(text)
        except BaseException as error:
            failures.append(repr(error))

threads = [threading.Thread(target=parse, args=(7 * place,)) for place in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failures)
"""


def run_fresh(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)


def test_threads_parse_side_by_side() -> None:
    """Without the lock, CPython 3.11 raises SystemError in a few of these 3200 parses."""
    done = run_fresh(CROWD)
    assert done.stdout.strip() == "[]", done.stdout
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", WARNED_OF)
@pytest.mark.parametrize("action", ["always", "error", "default"])
def test_what_python_warns_of_gives_the_same_tree_and_no_warning(
    text: str, action: Literal["always", "error", "default"]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = ast.dump(ast.parse(text, mode="eval").body)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        assert ast.dump(typed_expression(text)) == expected
        (statement,) = typed_statements(text)
        assert isinstance(statement, ast.Expr)
        assert ast.dump(statement.value) == expected
    assert not caught


def test_other_warnings_are_still_heard() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        typed_expression(r'"\d"')
        compile(r'"\d"', "other", "eval")
        warnings.warn("something else", SyntaxWarning, stacklevel=1)
    assert len(caught) == 2


def test_nothing_reaches_the_servers_log() -> None:
    done = run_fresh(f"""
from primer_core.language.parsing import typed_expression, typed_statements
for text in {WARNED_OF}:
    for parse in (typed_expression, typed_statements):
        parse(text)
""")
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_filters_grow_by_one_only() -> None:
    with warnings.catch_warnings():
        typed_expression("1")
        before = len(warnings.filters)
        for _ in range(10):
            warnings.simplefilter("error")
            typed_expression("1")
        assert len(warnings.filters) <= before + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "1 +",
        "a b",
        "\0",
        "\ud800",
        "(" * 300,
        "9" * 5000,
        "1," * MAX_CHARACTERS,
        "[" * 90 + "]" * 90,
        "-" * 3000 + "1",
    ],
)
def test_what_cannot_be_read_is_a_syntax_error(text: str) -> None:
    for parse in (typed_expression, typed_literal):
        with pytest.raises(SyntaxError):
            parse(text)
    with pytest.raises(Refused):
        syntax_tree(text, "", longest=MAX_CHARACTERS)


def test_depth_is_bounded_and_code_may_be_deeper() -> None:
    def nested(levels: int) -> str:
        return "-" * (levels - 1) + "1"

    assert typed_expression(nested(MAX_DEPTH))
    with pytest.raises(TooDeepError):
        typed_expression(nested(MAX_DEPTH + 1))
    with pytest.raises(Refused, match="nested too deeply"):
        syntax_tree(nested(MAX_DEPTH + 1), "", longest=1000)
    assert code_expression(nested(5 * MAX_DEPTH))


@pytest.mark.parametrize("text", ["1", "-1", "(1, 2)", "[1, [2]]", "'a'", "None", "{1: 2}", "1 + 2j"])
def test_literals_are_read_as_python_reads_them(text: str) -> None:
    assert typed_literal(text) == ast.literal_eval(text)


@pytest.mark.parametrize("text", ["a", "1 + 2", "f()", "{[]: 1}", "{[]}", "--'a'"])
def test_what_is_no_literal_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        typed_literal(text)
