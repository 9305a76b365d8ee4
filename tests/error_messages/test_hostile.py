"""Whatever is pasted is read: without an exception, and in a few milliseconds."""

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.claims.claim import plain
from primer_core.error_messages import KINDS, Recognised, Unknown, is_error, read, recognise
from tests.error_messages.older import OLDER
from tests.error_messages.raising import known
from tests.profiles import examples

LONG = 10_000

HOSTILE = {
    "brackets": "(" * LONG,
    "nested shapes": "operands could not be broadcast together with shapes " + "((((" * (LONG // 4),
    "closed brackets": "()" * (LONG // 2),
    "a long shape": "operands could not be broadcast together with shapes (" + "1," * (LONG // 2),
    "many shapes": "operands could not be broadcast together with shapes " + "(4,) " * (LONG // 5),
    "digits": "shapes (" + "1" * LONG + ") and (" + "1" * LONG + ") not aligned: 1 (dim 0) != 2 (dim 0)",
    "crossed": "mat1 and mat2 shapes cannot be multiplied (" + "1x" * (LONG // 2) + " and 2x3)",
    "blanks": " " * LONG + "x",
    "letters": "a" * LONG,
    "letters and an end": "a" * LONG + "!",
    "words": "error " * (LONG // 6),
    "dots": "a." * (LONG // 2) + ": x",
    "quotes": "'" * LONG,
    "quoted": "'a' " * (LONG // 4),
    "files": 'File "' + "a" * LONG,
    "frames": '  File "a.py", line 1, in f\n    f()\n' * (LONG // 36),
    "tracebacks": "Traceback (most recent call last):\n" * (LONG // 35),
    "errors": "ValueError: x\n" * (LONG // 14),
    "arrows": "-" * LONG + ">",
    "rules": "-" * LONG,
    "bars": "|" * LONG,
    "bars apart": "| " * (LONG // 2),
    "marks": "^~" * (LONG // 2),
    "colours": "\x1b[0;31m" * (LONG // 7),
    "half a colour": "\x1b[" + "1;" * (LONG // 2),
    "keys": 'Missing key(s) in state_dict: "' + 'a", "' * (LONG // 5),
    "sizes": "size mismatch for " + "a." * (LONG // 2),
    "newlines": "\n" * LONG,
    "nothing but a zero": "\x00" * LONG,
    "ellipses": "(...)" * (LONG // 5),
    "dtypes": "ufunc 'add' did not contain a loop with signature matching types (" + "dtype('" * (LONG // 7),
    "emphasis": "Expected one of cpu, cuda, " + "a, " * (LONG // 3),
    "underscores": "_ " * (LONG // 2),
    "commas": "Given input size: (" + "1x" * 60 + "). Calculated output size: (" + "1x-" * (LONG // 3),
}


def pieces() -> list[str]:
    """Return the words of known messages, to be mixed."""
    return sorted({word for row in OLDER for word in row.text.split()})


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read_fast(name: str) -> None:
    text = HOSTILE[name]
    times = []
    for _ in range(3):
        start = time.process_time()
        found = recognise(read(text))
        is_error(text)
        plain(found.sentence())
        times.append(time.process_time() - start)
    # Computing time, and many times what it takes: what explodes takes minutes.
    assert min(times) < 1
    if isinstance(found, Recognised):
        assert found.mistakes or found.kind == "compiled_for_other"  # of which no line of a program is at fault
        found.lesson  # noqa: B018 - it must not raise


@given(text=st.text(max_size=400))
@examples(300)
def test_any_text_is_read(text: str) -> None:
    found = recognise(read(text))
    assert plain(found.sentence())
    assert isinstance(is_error(text), bool)


@given(seed=st.integers(0, 10**6), length=st.integers(1, 40))
@examples(300)
def test_words_of_messages_in_any_order_are_read(seed: int, length: int) -> None:
    chance = random.Random(seed)
    words = pieces()
    text = " ".join(chance.choice(words) for _ in range(length))
    found = recognise(read(text))
    assert plain(found.sentence())


@given(row=st.sampled_from(OLDER), digits=st.integers(1, 60), seed=st.integers(0, 10**6))
@examples(300)
def test_numbers_of_any_size_are_read(row: object, digits: int, seed: int) -> None:
    """Numbers that contradict a message, or are too large to be sizes, give no facts, and never an exception."""
    chance = random.Random(seed)
    text = "".join(
        str(chance.randrange(10**digits)) if part.isdigit() and chance.random() < 0.5 else part
        for part in split_numbers(getattr(row, "text", ""))
    )
    found = recognise(read(text))
    assert plain(found.sentence())
    if isinstance(found, Recognised):
        assert found.mistakes or found.kind == "compiled_for_other"  # of which no line of a program is at fault
        assert found.operands is not None
        assert found.lesson is None or found.lesson.slug


def split_numbers(text: str) -> list[str]:
    parts: list[str] = []
    for letter in text:
        if parts and parts[-1].isdigit() and letter.isdigit():
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts


@pytest.mark.parametrize(
    ("text", "shapes", "dtypes", "names"),
    [
        (
            "ValueError: the frobnicator 'left' takes (3, 4) and torch.Size([2, 5]), not 64x784 of float32",
            ((3, 4), (2, 5), (64, 784)),
            ("float32",),
            ("left",),
        ),
        ("Weird thing about [1, 2, 3] of torch.cuda.HalfTensor", ((1, 2, 3),), ("float16",), ()),
        ("something else", (), (), ()),
    ],
)
def test_of_an_unknown_message_what_can_be_read_is_told(
    text: str, shapes: tuple[object, ...], dtypes: tuple[str, ...], names: tuple[str, ...]
) -> None:
    found = recognise(read(text))
    assert isinstance(found, Unknown)
    assert (found.shapes, found.dtypes, found.names) == (shapes, dtypes, names)
    said = plain(found.sentence())
    assert "not known" in said
    assert all(str(shape) in said for shape in shapes)


def test_where_the_last_message_is_unknown_an_earlier_one_is_told() -> None:
    found = known(
        "Traceback (most recent call last):\n"
        '  File "a.py", line 3, in <module>\n'
        "    a + b\n"
        "ValueError: operands could not be broadcast together with shapes (4,3) (4,)\n"
        "\n"
        "During handling of the above exception, another exception occurred:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "a.py", line 5, in <module>\n'
        '    raise Exception("could not add")\n'
        "Exception: could not add\n"
    )
    assert found.kind == "broadcast"
    assert found.raised.frame is not None
    assert found.raised.frame.code == "a + b"


@pytest.mark.parametrize(
    "program",
    [
        "",
        "x",
        "a + b",
        "a @ b",
        "import numpy as np\nprint(np.ones(3))",
        "x = np.ones((4, 3))\nx + np.ones(4)  # ValueError: operands could not be broadcast together",
        "# The truth value of an array with more than one element is ambiguous\nif a > 2: pass",
        "try:\n    f()\nexcept ValueError:\n    raise",
        "raise ValueError('operands could not be broadcast together with shapes (4,3) (4,)')",
        "for i in range(3): print(i if i is not None else 'no such thing here')",
        "print('this is a text with many words')",
        "x = [i for i in range(3) if i not in (1, 2)]",
        "assert x is not None and y is not None",
        "lambda x: x",
        "class Net(nn.Module):\n    def forward(self, x):\n        return x",
        "from torch import nn",
        "async def f(): await g()",
    ],
)
def test_a_program_is_no_error(program: str) -> None:
    assert not is_error(program)


@pytest.mark.parametrize("row", OLDER, ids=lambda row: row.kind)
def test_an_older_message_is_an_error(row: object) -> None:
    assert is_error(getattr(row, "text", ""))


def test_patterns_have_a_letter_of_their_own() -> None:
    """A kind that fits an empty text would fit everything."""
    assert not [kind.name for kind in KINDS for pattern in kind.patterns if re.search(pattern, "")]
