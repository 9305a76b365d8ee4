"""What lessons say is true: every claim of every answer is checked by running the code that stands beside it."""

import fcntl
import os
import pickle
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.claim import plain as letters
from primer_core.lessons.answer import explanation, page
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import Question
from primer_core.picture.alternative import description
from primer_core.picture.bars import Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import COLUMN, ROW, Derivation
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.images import Images
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.page import every_part
from primer_core.picture.parts import Card, Chip, CodePanel, Columns, Page, Sizes, Table
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.sliders import Sliders
from primer_core.picture.steps import Steps
from tests.claims import every_check
from tests.claims.checking import CHECKS, assert_holds, holds
from tests.claims.falsifying import can_be_falsified, falsified
from tests.imports import PROJECT
from tests.lessons.labels import JOINING
from tests.lessons.own_lines.states import POOLS, state_of
from tests.lessons.sources import Sources
from tests.lessons.states import STATES
from tests.lessons.texts import texts_in, texts_of
from tests.profiles import is_long, seed
from ui.catalog import LESSONS_BY_SLUG

pytestmark = pytest.mark.filterwarnings("ignore")

assert every_check  # what it imports registers the checks

SPEAKING = [LESSONS_BY_SLUG[slug] for slug in STATES]
#: Parts that have a text alternative.
DESCRIBED = (
    Picture, Derivation, Graph, ProbabilityBars, Bars, Bits, Curves, Images, Steps,
    Table, Sizes, Sliders, MemoryStrips, Batches,
)  # fmt: skip
#: Questions that are drawn for each lesson.
COUNT = 2_000 if is_long() else 200
#: How often each class of claim occurs at least, and how many of a class are made wrong.
LEAST_OF_A_CLASS = 30 if is_long() else 1
FALSIFIED = 100 if is_long() else 10
TRUE_BY_CHANCE = 5 if is_long() else 2


#: Claims of pages that are apps of their own: the tests of these pages check them.
OF_APPS = {"primer_core.claims.fitting"}
KINDS = [kind for kind in CHECKS if kind.__module__ not in OF_APPS]

SEED = seed()

#: Where the lessons lie, each in a folder of its own.
FOLDER = PROJECT / "primer_core" / "lessons"


@cache
def asked(lesson: AnyLesson) -> tuple[Question, ...]:
    """The presets of a lesson and as many questions drawn at random."""
    chance = random.Random(f"{SEED} {lesson.slug}")
    return (*(preset.question for preset in lesson.presets), *(STATES[lesson.slug](chance) for _ in range(COUNT)))


def said(lesson: AnyLesson, question: Question) -> tuple[Claim, ...]:
    return lesson.claims(question, explanation(lesson, question))


def code_of(shown: Page) -> str:
    return "\n".join(part.code for part in every_part(shown) if isinstance(part, CodePanel))


class Heard(NamedTuple):
    """What was said of a question."""

    question: Question
    code: str
    claims: tuple[Claim, ...]
    verdicts: tuple[str, ...]


class Read(NamedTuple):
    """What stands on the page of a question.

    Parameters
    ----------
    texts
        Each text outside of borrowed cards, once, and where it stands.
    codes
        What the code panels among them hold.
    refusals
        What the lesson says of what it cannot read or does not take.
    beyond
        Words of the parts' text alternatives that stand in no text of the part.
    """

    question: Question
    texts: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    refusals: frozenset[str]
    beyond: frozenset[str]


#: Questions that a process answers before another may go on with the next ones.
AT_ONCE = 50


class Answers:
    """What lessons answer to all their questions; processes that share a run of the tests share the work.

    Parameters
    ----------
    folder
        Where they keep what they found out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._heard: dict[str, list[Heard]] = {}

    def heard(self, lesson: AnyLesson) -> list[Heard]:
        if lesson.slug not in self._heard:
            self._heard[lesson.slug] = [each for path in self._found(lesson) for each in _kept(path)[0]]
        return self._heard[lesson.slug]

    def read(self, lesson: AnyLesson) -> Iterator[tuple[Heard, Read]]:
        for path in self._found(lesson):
            yield from zip(*_kept(path), strict=True)

    def rare(self) -> list[Heard]:
        """What is said of questions that are drawn besides, for classes of claims that came up too seldom."""
        path = self.folder / f"rare by {SEED}.pickle"
        places = {kind: Counter[str]() for kind in KINDS}
        for lesson in SPEAKING:
            for heard in self.heard(lesson):
                for claim in heard.claims:
                    if type(claim) in places:
                        places[type(claim)][lesson.slug] += 1
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                path.write_bytes(pickle.dumps(list(_drawn_besides(places))))
        found: list[Heard] = pickle.loads(path.read_bytes())  # noqa: S301 - just written here
        return found

    def _found(self, lesson: AnyLesson) -> list[Path]:
        """Find out what nobody has or is about to, then wait for the others."""
        questions = asked(lesson)
        pieces = [questions[first : first + AT_ONCE] for first in range(0, len(questions), AT_ONCE)]
        paths = [self.folder / f"{lesson.slug} {number} by {SEED}.pickle" for number in range(len(pieces))]
        for mode in (fcntl.LOCK_NB, 0):
            for path, piece in zip(paths, pieces, strict=True):
                with path.with_suffix(".lock").open("w") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | mode)
                    except BlockingIOError:
                        continue
                    if not path.exists():
                        answers = [answered(lesson, question) for question in piece]
                        path.write_bytes(pickle.dumps(tuple(zip(*answers, strict=True))))
        return paths


def _drawn_besides(places: Mapping[type[Claim], Counter[str]]) -> Iterator[Heard]:
    """Draw on for rare classes: programs of Your own lines that make them, else in the lesson that speaks most of them.

    Of what a lesson's grammar does not say at once there are four times the draws of a lesson at most.
    """
    missing = {kind: LEAST_OF_A_CLASS - of.total() for kind, of in places.items()}
    yield from _of_programs(missing)
    for kind, of in places.items():
        chance = random.Random(f"{SEED} {kind.__name__}")
        slugs = [slug for slug, _ in of.most_common(1)] or sorted(
            STATES, key=lambda slug: (not _mentions(slug, kind), slug == "own_lines")
        )
        for slug in [slug for slug in slugs for _ in range(4 * COUNT)]:
            if missing[kind] <= 0:
                break
            yield from _if_missing(LESSONS_BY_SLUG[slug], STATES[slug](chance), missing)


def _mentions(slug: str, kind: type[Claim]) -> bool:
    """Whether the code of a lesson names a class of claims."""
    return any(kind.__name__ in path.read_text(encoding="utf-8") for path in (FOLDER / slug).rglob("*.py"))


def _of_programs(missing: dict[type[Claim], int]) -> Iterator[Heard]:
    """Try each program with three numbers, and again, with others, as long as classes that it makes are missing."""
    chance = random.Random(f"{SEED} programs")
    lesson = LESSONS_BY_SLUG["own_lines"]
    makes = {(pool, program): set[type[Claim]]() for pool in POOLS for program in pool.programs}
    for turn in range(1, 4 + 2 * LEAST_OF_A_CLASS):
        for (pool, program), kinds in makes.items():
            if turn > 3 and not any(missing[kind] > 0 for kind in kinds):
                continue
            drawn = pool.alone(program, turn, chance) if turn <= 3 else pool.in_company(program, chance)
            question = state_of(drawn, chance)
            kinds.update(type(claim) for claim in said(lesson, question) if type(claim) in missing)
            yield from _if_missing(lesson, question, missing)


def _if_missing(lesson: AnyLesson, question: Question, missing: dict[type[Claim], int]) -> Iterator[Heard]:
    """Yield what is said of a question if a class of claims is among it that is missing, and count what is said."""
    claims = said(lesson, question)
    if any(missing.get(type(claim), 0) > 0 for claim in claims):
        yield Heard(question, code_of(page(lesson, question)), claims, ())
        for claim in claims:
            if type(claim) in missing:
                missing[type(claim)] -= 1


def _kept(path: Path) -> tuple[tuple[Heard, ...], tuple[Read, ...]]:
    found: tuple[tuple[Heard, ...], tuple[Read, ...]] = pickle.loads(path.read_bytes())  # noqa: S301 - just written here
    return found


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "answers"
    folder.mkdir(exist_ok=True)
    return Answers(folder)


def answered(lesson: AnyLesson, question: Question) -> tuple[Heard, Read]:
    whole = page(lesson, question)
    verdicts = tuple(chip.verdict for chip in every_part(whole) if isinstance(chip, Chip))
    shown = without(BORROWED, whole)
    strange = {
        word
        for part in every_part(whole)
        if isinstance(part, DESCRIBED)
        for word in beyond(description(part), part)
        if word not in JOINING
    }
    return (
        Heard(question, code_of(whole), said(lesson, question), verdicts),
        Read(
            question,
            tuple(dict.fromkeys(texts_of(shown))),
            tuple(part.code for part in every_part(shown) if isinstance(part, CodePanel)),
            frozenset(refusals(explanation(lesson, question))),
            frozenset(strange),
        ),
    )


OfEachClass = dict[type[Claim], list[tuple[Claim, str, tuple[Claim, ...]]]]


@pytest.fixture(scope="session")
def of_each_class(answers: Answers) -> OfEachClass:
    """Claims of all lessons by their class, each with the code beside it and all that is said there."""
    found: OfEachClass = defaultdict(list)
    for lesson in SPEAKING:
        for heard in answers.heard(lesson):
            for claim in heard.claims:
                found[type(claim)].append((claim, heard.code, heard.claims))
    for heard in answers.rare():
        for claim in heard.claims:
            found[type(claim)].append((claim, heard.code, heard.claims))
    return found


@pytest.mark.parametrize("lesson", SPEAKING, ids=lambda lesson: lesson.slug)
def test_every_claim_holds(lesson: AnyLesson, answers: Answers) -> None:
    assert_all_hold(answers.heard(lesson))


def test_every_claim_holds_of_what_is_drawn_besides(answers: Answers) -> None:
    assert_all_hold(answers.rare())


def assert_all_hold(answers: Iterable[Heard]) -> None:
    wrong = []
    for heard in answers:
        for claim in heard.claims:
            try:
                assert_holds(claim, heard.code)
            except Exception as error:
                wrong.append(
                    f"{heard.question}\n{letters(claim.sentence())}\n{claim}\n{heard.code}\n"
                    f"{type(error).__name__}: {error}"
                )
    assert not wrong, f"{len(wrong)} claims, seed {SEED}\n\n" + "\n\n".join(wrong[:5])


@pytest.mark.parametrize("lesson", SPEAKING, ids=lambda lesson: lesson.slug)
def test_at_least_half_of_the_questions_are_answered(lesson: AnyLesson, answers: Answers) -> None:
    verdicts = [verdict for heard in answers.heard(lesson) for verdict in heard.verdicts]
    assert verdicts.count("error") * 2 <= len(verdicts)


def test_every_class_of_claim_has_a_check_and_occurs(of_each_class: OfEachClass) -> None:
    assert set(CHECKS) == set(classes(Claim))
    rare = {kind.__name__: len(of_each_class[kind]) for kind in KINDS if len(of_each_class[kind]) < LEAST_OF_A_CLASS}
    assert not rare, f"{rare}, seed {SEED}"


def test_no_two_classes_of_claims_have_one_name() -> None:
    often = Counter(kind.__name__ for kind in classes(Claim))
    assert [name for name, times in often.items() if times > 1] == []


def classes(base: Any) -> Iterator[type[Claim]]:
    for kind in base.__subclasses__():
        if (
            getattr(sys.modules[kind.__module__], kind.__name__) is kind
        ):  # a dataclass with slots was another class before
            yield kind
        yield from classes(kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_check_sees_a_claim_that_was_made_wrong(kind: type[Claim], of_each_class: OfEachClass) -> None:
    """One fact of each is changed; by chance a few are true all the same."""
    found = of_each_class[kind]
    chance = random.Random(f"{SEED} {kind.__name__}")
    passed = []
    apart = [] if all(can_be_falsified(claim) for claim, _, _ in found) else elsewhere(kind, of_each_class)
    for _ in range(FALSIFIED):
        claim, code, others = chance.choice(found)
        if can_be_falsified(claim):
            wrong = falsified(claim, chance)
        else:  # it says one thing, and holds no fact: it must fail of programs that it is not said of
            wrong, code, others = claim, *chance.choice(apart)
        if wrong not in others and holds(wrong, code):
            passed.append(f"{wrong}\nof {claim}\n{code}")
    assert len(passed) <= TRUE_BY_CHANCE, f"{len(passed)} of {FALSIFIED}, seed {SEED}\n\n" + "\n\n".join(passed[:3])


def elsewhere(kind: type[Claim], of_each_class: OfEachClass) -> list[tuple[str, tuple[Claim, ...]]]:
    """Programs of which no claim of a class is made, each once, and what is said of them."""
    spoken_of = {id(claims) for _, _, claims in of_each_class[kind]}
    of = {id(claims): (code, claims) for found in of_each_class.values() for _, code, claims in found}
    return [program for claims, program in of.items() if claims not in spoken_of]


@pytest.mark.parametrize("lesson", SPEAKING, ids=lambda lesson: lesson.slug)
def test_every_text_is_a_claim_the_librarys_the_learners_or_a_fixed_label(lesson: AnyLesson, answers: Answers) -> None:
    """Whatever stands in a part of a page has one of four sources; what an app's own refusal says is at its field."""
    strange: dict[tuple[str, str], Question] = {}
    for heard, shown in answers.read(lesson):
        sentences = {each.strip() for claim in heard.claims for each in (letters(claim.sentence()), claim.brief())}
        sources = Sources(lesson, shown.question, sentences, shown.codes, shown.refusals)
        strange |= {text: shown.question for text in shown.texts if not sources.hold(*text)}
    assert not strange, f"{len(strange)} texts, seed {SEED}\n" + "\n".join(
        f"{where}: {words!r}\n    {question}" for (where, words), question in list(strange.items())[:20]
    )


#: Cards whose parts are those of another lesson, and are walked there; or of an error message, whose causes are tried
#: in tests of their own.
BORROWED = re.compile(r"opened|message|mistake \d")


def without(names: re.Pattern[str], shown: Page) -> Page:
    """A page without the cards of such names."""

    def kept(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        found = []
        for part in parts:
            if isinstance(part, Card) and names.fullmatch(part.name):
                continue
            if isinstance(part, Columns):
                part = replace(part, columns=tuple(map(kept, part.columns)))
            found.append(part)
        return tuple(found)

    return replace(shown, body=None if shown.body is None else kept(shown.body))


def test_a_part_of_a_program_is_shown_with_the_words_of_its_own_lesson() -> None:
    own = LESSONS_BY_SLUG["own_lines"]
    opened = 0
    for question in asked(own):
        outcome = explanation(own, question)
        found = getattr(outcome, "opened", None)
        if found is None:
            continue
        opened += 1
        if opened > COUNT / 5:
            return
        lesson = LESSONS_BY_SLUG[found.slug]
        theirs = {words for _, words in texts_of(page(lesson, found.question))}
        cards = [part for part in every_part(page(own, question)) if isinstance(part, Card) and part.name == "opened"]
        for where, words in texts_of(Page((), tuple(cards))):
            if where.partition(".")[0] in ("Heading", "OpenIn") or where == "Story.title":
                continue
            assert words in theirs or words.startswith(("In this picture ", "In this table ")), (where, words, question)
    pytest.fail(f"only {opened} of {len(asked(own))} programs have an opened part, seed {SEED}")


@pytest.mark.parametrize("lesson", SPEAKING, ids=lambda lesson: lesson.slug)
def test_what_nobody_said_has_no_source(lesson: AnyLesson) -> None:
    """No fixed label lets a sentence through, nor do a few words that a badge could say."""
    question = asked(lesson)[0]
    sources = Sources(
        lesson, question, {letters(claim.sentence()) for claim in said(lesson, question)}, (), frozenset()
    )
    for words in (
        "A list or a mask may name any cells.",
        "a shares no memory with b",
        "no name left, memory kept by b",
        "it wrapped around",
        "read-only, and stretched",
        "3 bytes were copied",
        "Axis 1 is gone: 3 of 4 remain.",
    ):
        assert not sources.hold("Badge.text", words), words


def refusals(outcome: Any) -> Iterator[str]:
    """What a lesson itself says of what it cannot read or does not take, wherever that stands in an outcome."""
    if is_dataclass(outcome):
        for each in fields(outcome):
            value = getattr(outcome, each.name)
            if each.name in ("message", "unconverted") and isinstance(value, str):
                yield value
            else:
                yield from refusals(value)
    elif isinstance(outcome, tuple):
        for each in outcome:
            yield from refusals(each)


@pytest.mark.parametrize("lesson", SPEAKING, ids=lambda lesson: lesson.slug)
def test_the_text_alternative_of_a_part_says_what_stands_in_it_and_no_more(lesson: AnyLesson, answers: Answers) -> None:
    strange = {word: shown.question for _, shown in answers.read(lesson) for word in shown.beyond}
    assert not strange, f"seed {SEED}\n{strange}"


_WORD = r"[^\W\d_]+"


def beyond(words: str, part: Any) -> Iterator[str]:
    """The words of a text that stand in no text of a part."""
    words = " ".join(words.split())
    own = {" ".join(text.split()) for _, text in texts_in(part)}
    for text in sorted(own, key=len, reverse=True):
        words = words.replace(text, " ") if len(text) > 1 else words
    own |= {word for text in own if ROW in text or COLUMN in text for word in re.findall(_WORD, text)}
    yield from (word for word in re.findall(_WORD, words) if word not in own)
