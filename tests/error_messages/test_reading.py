"""Tracebacks of Python, IPython, Colab and pytest are taken apart: type, message, the learner's line and its marks."""

import linecache
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.error_messages.pasted import Pasted, has_exception, read
from tests.profiles import examples

TRACEBACKS = Path(__file__).parent / "tracebacks"
CLASH = "operands could not be broadcast together with shapes (4,3) (4,)"
JOIN = "all the input arrays must have same number of dimensions, but the array at index 0 has 2 dimension(s)"


def summary(pasted: Pasted) -> tuple[str, str, str, int | None, str]:
    return pasted.type, pasted.message, pasted.code, pasted.line, pasted.marked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLASH, ("", CLASH, "", None, "")),
        (f"  {CLASH}\n\n", ("", CLASH, "", None, "")),
        (f"ValueError: {CLASH} ", ("ValueError", CLASH, "", None, "")),
        (f"numpy.linalg.LinAlgError: {CLASH}", ("LinAlgError", CLASH, "", None, "")),
        ("[rank0]: RuntimeError: CUDA error", ("RuntimeError", "CUDA error", "", None, "")),
        ("*** KeyError: 'a'", ("KeyError", "'a'", "", None, "")),
        ("AssertionError", ("AssertionError", "", "", None, "")),
        ("KeyboardInterrupt", ("KeyboardInterrupt", "", "", None, "")),
        ("index out of range in self", ("", "index out of range in self", "", None, "")),
        ("", ("", "", "", None, "")),
    ],
)
def test_a_message_alone(text: str, expected: tuple[str, str, str, int | None, str]) -> None:
    assert summary(read(text)) == expected


def test_python_3_8_has_no_marks() -> None:
    pasted = read(
        "Traceback (most recent call last):\n"
        '  File "train.py", line 9, in <module>\n'
        "    train(data)\n"
        '  File "train.py", line 4, in train\n'
        "    y = x @ w\n"
        "ValueError: matmul: wrong\n"
    )
    assert summary(pasted) == ("ValueError", "matmul: wrong", "y = x @ w", 4, "")
    assert [(frame.function, frame.line) for frame in pasted.raised.frames] == [("<module>", 9), ("train", 4)]


def test_python_3_11_marks_a_part() -> None:
    pasted = read(
        "Traceback (most recent call last):\n"
        '  File "/home/me/a.py", line 5, in <module>\n'
        "    print(1 + f(a) * 2)\n"
        "              ^^^^\n"
        '  File "/home/me/a.py", line 2, in f\n'
        "    return a[:, None] - b  # centre\n"
        "           ~~~~~~~~~~~^~~\n"
        f"ValueError: {CLASH}\n"
    )
    assert summary(pasted) == ("ValueError", CLASH, "return a[:, None] - b  # centre", 2, "a[:, None] - b")
    assert pasted.raised.frames[0].marked == "f(a)"


def test_python_3_13_marks_several_lines_in_colour() -> None:
    magenta, red, off = "\x1b[1;35m", "\x1b[1;31m", "\x1b[0m"
    pasted = read(
        f"Traceback (most recent call last):\n"
        f'  File {magenta}"/home/me/a.py"{off}, line {magenta}3{off}, in {magenta}<module>{off}\n'
        f"    total = {red}np.concatenate{off}{red}({off}\n"
        f"            {red}~~~~~~~~~~~~~~{off}{red}^{off}\n"
        f"        {red}[a,{off}\n"
        f"        {red}^^^{off}\n"
        f"        {red}np.ones(3)]){off}\n"
        f"        {red}^^^^^^^^^^^^{off}\n"
        f"{magenta}ValueError{off}: {magenta}{CLASH}{off}\n"
    )
    assert pasted.code == "total = np.concatenate(\n    [a,\n    np.ones(3)])"
    assert pasted.marked == "np.concatenate(\n[a,\nnp.ones(3)])"
    assert (pasted.type, pasted.message, pasted.line) == ("ValueError", CLASH, 3)


def test_the_learners_line_is_the_last_outside_of_libraries() -> None:
    pasted = read(
        "Traceback (most recent call last):\n"
        '  File "C:\\Users\\me\\net.py", line 7, in forward\n'
        "    x = self.fc(x)\n"
        '  File "C:\\Python39\\lib\\site-packages\\torch\\nn\\modules\\module.py", line 1102, in _call_impl\n'
        "    return forward_call(*input, **kwargs)\n"
        '  File "/usr/lib/python3.9/contextlib.py", line 12, in inner\n'
        "    return func(*args, **kwds)\n"
        '  File "<__array_function__ internals>", line 180, in concatenate\n'
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x784 and 512x10)\n"
    )
    assert (pasted.code, pasted.line) == ("x = self.fc(x)", 7)
    assert [frame.is_library for frame in pasted.raised.frames] == [False, True, True, True]


def test_a_message_of_several_lines_is_kept() -> None:
    lines = 'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a".\n\n\tUnexpected key(s): "b".'
    assert read(f"Traceback (most recent call last):\nRuntimeError: {lines}").message == lines


def test_of_exceptions_in_a_chain_the_last_one_counts() -> None:
    try:
        try:
            _ = [1][2]
        except IndexError as error:
            raise ValueError("no such row") from error
    except ValueError:
        text = traceback.format_exc()
    pasted = read(text)
    assert [(raised.type, raised.message) for raised in pasted.chain] == [
        ("IndexError", "list index out of range"),
        ("ValueError", "no such row"),
    ]
    assert pasted.code == 'raise ValueError("no such row") from error'


def test_what_happened_in_a_worker_is_what_counts() -> None:
    pasted = read(
        "Traceback (most recent call last):\n"
        '  File "/opt/site-packages/torch/_utils.py", line 394, in reraise\n'
        "    raise self.exc_type(msg)\n"
        "RuntimeError: Caught RuntimeError in DataLoader worker process 0.\n"
        "Original Traceback (most recent call last):\n"
        '  File "/home/me/data.py", line 3, in __getitem__\n'
        "    return torch.stack(rows)\n"
        "RuntimeError: stack expects each tensor to be equal size, but got [3] at entry 0 and [4] at entry 1\n"
    )
    assert pasted.message.startswith("stack expects each tensor")
    assert (pasted.code, pasted.line) == ("return torch.stack(rows)", 3)


def test_of_a_group_the_last_leaf_counts() -> None:
    try:
        raise ExceptionGroup("two", [ValueError(CLASH), IndexError("index 3 is out of bounds")])
    except ExceptionGroup:
        text = traceback.format_exc()
    found = [(raised.type, raised.message) for raised in read(text).chain]
    assert found == [
        ("ExceptionGroup", "two (2 sub-exceptions)"),
        ("ValueError", CLASH),
        ("IndexError", "index 3 is out of bounds"),
    ]


@pytest.mark.parametrize(
    "name", ["ipython_7", "ipython_7_coloured", "ipython_8_coloured", "ipython_9", "ipython_9_coloured"]
)
def test_what_ipython_printed(name: str) -> None:
    """The files are what these versions wrote, each of two cells that fail."""
    first, second = read((TRACEBACKS / f"{name}.txt").read_text(encoding="utf-8")).chain
    assert (first.type, first.message) == ("ValueError", CLASH)
    assert [(frame.code, frame.line) for frame in first.frames] == [("b = 1 + centre(a) * 2", 2), ("return x - m", 4)]
    assert first.frames[1].function == "centre"
    assert second.message.startswith(JOIN)
    assert second.frames[0].code.startswith("np.concatenate([a,")
    if name in ("ipython_8_coloured", "ipython_9_coloured"):
        assert [frame.marked for frame in first.frames] == ["centre(a)", "x - m"]
        assert second.frames[0].code == "np.concatenate([a,\n   np.ones(3)])"


@pytest.mark.parametrize("name", ["pytest", "pytest_short", "pytest_coloured"])
def test_what_pytest_printed(name: str) -> None:
    pasted = read((TRACEBACKS / f"{name}.txt").read_text(encoding="utf-8"))
    assert summary(pasted) == ("ValueError", CLASH, "return x - x.mean(axis=1)", 5, "x - x.mean(axis=1)")
    assert [frame.file for frame in pasted.raised.frames] == ["test_centre.py", "test_centre.py"]


def test_what_colab_adds_is_no_message() -> None:
    pasted = read(
        "---------------------------------------------------------------------------\nValueError                     "
        "           Traceback (most recent call last)\n<ipython-input-5-f7eeffa30bdc> in <cell line: 2>()\n      1 a "
        "= np.ones((4, 3))\n----> 2 a + np.ones(4)\n\n1 "
        "frames\n/usr/local/lib/python3.10/dist-packages/numpy/core/x.py in add(a, b)\n     98     # a comment\n---> "
        "99     return ufunc(a, b)\n\nValueError: "
        f"{CLASH}\n\n---------------------------------------------------------------------------\nNOTE: If your "
        "import is failing due to a missing package, you can manually install it.\n"
    )
    assert summary(pasted) == ("ValueError", CLASH, "a + np.ones(4)", 2, "")


def test_a_notebooks_own_file_has_its_colours_spelled_out() -> None:
    text = "\\u001b[0;31mValueError\\u001b[0m: " + CLASH
    assert summary(read(text)) == ("ValueError", CLASH, "", None, "")


def test_links_of_an_editor_are_left_out() -> None:
    cell = "vscode-notebook-cell:?execution_count=32&line=9"
    pasted = read(
        "---------------------------------------------------------------------------\n"
        "ValueError                                Traceback (most recent call last)\n"
        f"Cell In[32], [line 9]({cell})\n"
        "      7 target = traj[idx, 1:]\n"
        f"----> [9]({cell}) ctrl = get_ctrl(target)\n"
        "\n"
        f"Cell In[28], [line 33]({cell})\n"
        "     32 P = 2 * AM.T @ AM\n"
        f"---> [33]({cell}) k = AM @ (gain * act)\n"
        "\n"
        f"ValueError: {CLASH}\n"
    )
    assert summary(pasted) == ("ValueError", CLASH, "k = AM @ (gain * act)", 33, "")
    assert [frame.line for frame in pasted.raised.frames] == [9, 33]


@pytest.mark.parametrize("front", ["    ", "> ", ">", "\t"])
def test_what_is_quoted_is_read_as_if_it_were_not(front: str) -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "a.py", line 3, in <module>',
        "    a + b",
        f"ValueError: {CLASH}",
    ]
    assert summary(read("\n".join(front + line for line in lines))) == ("ValueError", CLASH, "a + b", 3, "")


STATEMENTS = st.sampled_from(
    ["1 + [0][1] * 2", "int('x')", "{}['a']", "(1).foo", "[1, 2, 3].index(\n    4\n)", "len(5)"]
)


@given(statement=STATEMENTS, depth=st.integers(0, 5), name=st.sampled_from(["me.py", "/home/me/net.py", "<stdin>"]))
@examples(100)
def test_what_this_python_prints_is_read_back(statement: str, depth: int, name: str) -> None:
    source = "\n".join(
        [
            *(f"def f{i}():\n    return f{i + 1}()" for i in range(depth)),
            f"def f{depth}():\n    return {statement}",
            "f0()",
        ]
    )
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever type
        exec(compile(source, name, "exec"), {})
    inside = caught.value.__traceback__ and caught.value.__traceback__.tb_next
    text = "".join(traceback.format_exception(caught.value.with_traceback(inside)))
    pasted = read(text)
    assert pasted.type == type(caught.value).__name__
    assert pasted.message == str(caught.value)
    assert pasted.raised.frame is not None
    assert pasted.raised.frame.function == f"f{depth}"
    assert pasted.code.splitlines()[0] in source
    assert all(part in source for part in pasted.marked.splitlines())
    assert has_exception(text)
