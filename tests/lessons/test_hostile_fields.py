"""Whatever is typed into any field of any lesson, the answer is a page: nothing raises, runs or reaches anything."""

import json
import linecache
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from primer_core.backend.loading import load_torch
from primer_core.lessons.answer import answer
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import MOST_LINES, ProgramField, TextField
from tests import audit
from tests.audit import watched
from tests.language.hostile_texts import TEXTS
from tests.profiles import is_long
from ui.catalog import LESSONS_BY_SLUG

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that answers."""

FIELDS = [
    pytest.param(lesson, field.parameter or name, id=f"{lesson.slug}: {field.parameter or name}")
    for lesson in LESSONS_BY_SLUG.values()
    for name, field in lesson.question.fields().items()
    if isinstance(field, TextField)
]
HOSTILE = 1000 if is_long() else 100
GARBAGE = 1000 if is_long() else 100
PIECES = (
    "(", ")", "[", "]", ",", ".", ":", "-", "*", "**", "@", "=", "==", "'", '"', "\\", "\n", "\t", "0", "9" * 25,
    "1e400", "None", "...", "True", "a", "x", "np.", "torch.", ".T", "lambda", "for", "in", "é", "\u202e", "\x00", "{",
    "}", "#", ";", "_", "__", "e", "j", "~", "½", "\ud800", " ",
)  # fmt: skip


def changed(text: str, chance: random.Random) -> str:
    """Change a valid text in one to four places."""
    for _ in range(chance.randint(1, 4)):
        at, removed = chance.randint(0, len(text)), chance.randint(0, 3)
        text = text[:at] + chance.choice(PIECES) + text[at + removed :]
    return text


def hostile(valid: list[str], chance: random.Random) -> Iterator[str]:
    """Yield the written attacks, and as many changes of valid texts as are left; at least half are changes."""
    attacks = TEXTS if len(TEXTS) <= HOSTILE // 2 else chance.sample(TEXTS, HOSTILE // 2)
    yield from attacks
    for _ in range(HOSTILE - len(attacks)):
        yield changed(chance.choice(valid), chance)


def garbage(chance: random.Random) -> Iterator[str]:
    """Yield pieces of code without a sense, and characters of any kind."""
    for place in range(GARBAGE):
        if place % 2:
            yield "".join(chance.choices(PIECES, k=chance.randint(0, 20)))
        else:
            yield "".join(chr(chance.randint(0, 0x2FFF)) for _ in range(chance.randint(0, 60)))


#: Lines of the lesson on the training loop, which it compiled itself and runs; a field only says which, in what order.
OWN_LINES = 'file "loop", line'


@pytest.mark.parametrize(("lesson", "parameter"), FIELDS)
def test_a_field_takes_anything(lesson: AnyLesson, parameter: str) -> None:
    load_torch()
    seed = None if is_long() else f"{lesson.slug} {parameter}"
    chance = random.Random(seed)
    presets = [preset.question for preset in lesson.presets]
    for question in presets:
        answer(lesson, question)  # what the libraries import late is imported now
    for path in (__file__, audit.__file__):
        linecache.getlines(path)  # where PyTorch is given a seed, it notes the lines of the stack
    valid = sorted({question.texts()[parameter] for question in presets} | {"(2, 3)", "np.ones((2, 3)).T[0]"})
    texts = [*hostile(valid, chance), *garbage(chance)]
    programs = [f.parameter or name for name, f in lesson.question.fields().items() if isinstance(f, ProgramField)]
    for text in texts:
        asked, problems = lesson.question.parse({**chance.choice(presets).texts(), parameter: text})
        assert not problems or (parameter in programs and text.count("\n") >= MOST_LINES)
        found, heard = watched(partial(answer, lesson, asked))
        shown: dict[str, Any] = json.loads(found)
        assert shown["panel"], text
        assert not [event for event in heard if not event.startswith("import") and OWN_LINES not in event], text
