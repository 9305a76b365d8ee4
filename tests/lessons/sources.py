"""Where a text of a page can come from: a claim, the library, the learner, or the list of fixed labels."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

import primer_core.lessons as lessons
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.own_lines.traps import TRAPS
from primer_core.lessons.question import ChoiceField, Question, TextField
from primer_core.picture.derivation import COLUMN, ROW
from primer_core.picture.parts import Quiz
from primer_core.picture.text import plain
from tests.claims.program import Program
from tests.claims.rewriting import whole
from tests.claims.running_checks import ADDRESS, opened
from tests.lessons.labels import FUNCTIONS, LABELS
from tests.lessons.own_lines.plain_python import answer_in_python

_NUMBER = r"(?:True|False|\?|\([^a-z()]*j\)|[−-]?(?:\d+(?: \d{3})+|\d+(?:\.\d*)?(?:e[+−-]?\d+)?|inf|nan))"
_NAME = r"[^\W\d]\w*"
_CALLED = rf"{_NAME}(?:\.grad)?"
"""A name, or the gradient of what has it."""
_BRACKETS = r"[^()]"
for _ in range(4):
    _BRACKETS = rf"(?:[^()]|\({_BRACKETS}*\))"
_OPERAND = rf"(?:[^\s()\[\]]|\({_BRACKETS}*\)|\[(?:[^\[\]]|\[[^\[\]]*\])*\])+"
_CELL = rf"{_NAME}(?:\.{_NAME}|\[[−-]?\d+(?:, [−-]?\d+)*\]|\['{_NAME}'\])*"
#: What stands in a label for what differs from state to state; each is looked up where `Sources.holds` says.
_PLACES = {
    "n": r"[−-]?\d+(?: \d{3})*",
    "x": _NUMBER,
    "shape": r"\((?:[−-]?\d+, )*(?:[−-]?\d+,?)?\)",
    "bound": rf"an array of shape \([\d, ]*\)|torch\.Size\(\[[\d, ]*\]\)|\([\d, ]*\)|{_NUMBER}",
    "size": r"\d+(?:×\d+)*",
    "index": rf"(?:\[{_NUMBER}(?:, {_NUMBER})*\])?",
    "dtype": r"(?:torch\.)?(?:bool|u?int\d+|b?float\d+|complex\d+)|<U\d+",
    "v": r"[A-Za-zδ]+[₀-₉]*′?",
    "formula": r"(?:log1?p?|max|e|Σ|[^a-zA-Z])+",
    "call": r".+\)",
    "letter": r"[a-zA-Z]|…\d*",
    "tight": r"\((?:\d+,?)*\)",
    "numbers_": r"[−-]?\d+(?:, [−-]?\d+)*",
    "axes": r"axis\xa0\d+\xa0·\xa0\d+(?:, axis\xa0\d+\xa0·\xa0\d+)*",
    "places": r"none|[−-]?\d+(?:, (?:… )?[−-]?\d+)*",
    "element": r".+\]",
    "elements": r".+\]",
    "sum": r"[−\-+\d·^ =().e]+",
    "value": rf"(?:torch\.)?[a-z]+\d*|True|False|{_NUMBER}|\((?:\d+, )*(?:\d+,?)?\)",
    "error": r"\w*(?:Error|Exception|Warning)",
    "name": _NAME,
    "names": rf"{_CALLED}(?:(?:, | and ){_CALLED})*",
    "code": r".+?",
    "title": r".+?",
    "a": _OPERAND,
    "b": _OPERAND,
    "p": _NUMBER,
    "q": rf"\(?{_NUMBER}\)?",
    "engine": r"\w+",
    "op": r"\S+|\[ \]",
    "statements": r".+?",
    "cells": rf"{_CELL}(?:, (?:{_CELL}|\d+ more of {_NAME}))*",
    "rule": r"[−\-\d]+(?: \+ [ijkl]·(?:\d+|\([−-]\d+\)))*",
    "numbers": r".+?",
    "of_a": r".+?",
    "python": r".+?",
    "word": r"\w+",
    "nonleaf": r".+?",
    "said": r".+?",
    "claim": r".+?",
}
_HELD = re.compile(
    rf"{_NAME}(?:\[[\d, ]+\])?: (?:{_NUMBER}|\?|True|False) → (?:{_NUMBER}|\?|True|False)|and \d+ elements? more"
    rf"|{_NAME} = (?:\[[^a-z]*\]|an array of shape \([\d, ]*\)|{_NUMBER}|True|False)"
)
_ENTRY = re.compile(r", (?=[^\W\d]\w*(?:\[[\d, ]*\])?(?::| =)|and )")
DTYPES = re.compile(_PLACES["dtype"])

_SAME = "ab"
"""Kinds of places that hold the same operand wherever they stand in a label."""

_WORDLESS = re.compile(r"(?:[^a-zA-Z]|\b(?:inf|nan|e|None|True|False)\b|(?<=\d)e(?=[+−-]?\d))*", re.S)


@dataclass(eq=False)
class Sources:
    """What the texts of one page can be.

    Parameters
    ----------
    lesson, question
        Whose page it is.
    sentences
        Of the claims that it makes.
    codes
        Of its code panels.
    refusals
        What the lesson says of what it cannot read, or does not take.
    """

    lesson: AnyLesson
    question: Question
    sentences: set[str]
    codes: tuple[str, ...]
    refusals: frozenset[str]
    names: set[str] = field(init=False)
    typed: str = field(init=False)

    def __post_init__(self) -> None:
        """Read what the learner typed, and which names there are."""
        self.typed = _even("\n".join((*self.codes, *self.question.texts().values())))
        self.names = set(re.findall(_NAME, self.typed))

    def hold(self, where: str, words: str) -> bool:
        """Return whether a text comes from one of them; what is told, and what is offered, comes from claims alone.

        Parameters
        ----------
        where
            Class and field of the part, as in ``Table.caption``.
        words
            The text.
        """
        words = words.strip().replace(ROW, "0").replace(COLUMN, "1")
        if where in TOLD:
            return not words or is_made_of(words, self.sentences | fixed_sentences(self.lesson.slug))
        return (
            _WORDLESS.fullmatch(words) is not None  # numbers and signs alone: what the library printed
            or is_made_of(words, self.sentences | fixed_sentences(self.lesson.slug))
            or (where == "PerCell.texts" and words.replace("−", "-") in self.sentences)  # numbers of code, as read
            or words in self.refusals
            or words in declared(self.lesson)
            or self.is_typed(words)
            or self.is_parameter(words)
            or self.is_label(words)
            or self.is_said(words)
        )

    def is_typed(self, words: str) -> bool:
        """Return whether a text stands in a field or in the code, with no letter added."""
        return _even(words) in self.typed and (words in self.names or not _NAMED.fullmatch(words))

    def is_parameter(self, words: str) -> bool:
        """Return whether a text is what a parameter of a network is reached by: ``net[0].weight``, ``net.one.bias``."""
        found = re.fullmatch(rf"({_NAME}(?:\.{_NAME}|\[\d+\])*){_OF_A_LAYER.pattern}", words)
        return found is not None and set(re.findall(_NAME, found[1])) <= self.names

    def is_code(self, words: str) -> bool:
        """Return whether a text is a piece of the code, in whatever spacing and brackets, or a function's name."""
        return _tight(words) in _tight(self.typed) or words in FUNCTIONS

    def is_said(self, words: str) -> bool:
        """Return whether the library said it when the code was run, or what stands for it in the lesson."""
        return _even(words) in self.said

    @cached_property
    def said(self) -> str:
        """All that the program prints, warns of, and ends with."""
        found: list[str] = []
        for code in self.codes:
            ran = Program(code).run()
            # A learner's own ``try`` catches errors before the one that the page catches at the end.
            errors = (error for error in (ran.error, whole(opened(code)).error) if error is not None)
            ended = (f"{type(error).__name__}: {error}" for error in errors)
            found += (ran.printed, *ran.warned, *ended, whole(code).printed)
        return _even("\n".join(found))

    def is_label(self, words: str) -> bool:
        """Return whether a text is one of the fixed labels, with what stands in its places found where it must be."""
        return any(
            (match := pattern.fullmatch(words)) is not None
            and all(self.fits(kind, found) for kind, found in zip(kinds, match.groups(), strict=True))
            and _agree(kinds, match.groups())
            for pattern, kinds in patterns(self.lesson.slug)
        )

    def fits(self, kind: str, found: str) -> bool:
        """Return whether what stands in a place of a label is what may stand there."""
        match kind:
            case "name" | "names":
                # A gradient is called by its tensor's name, whether or not the learner wrote it.
                return set(re.findall(_NAME, re.sub(r"\.grad\b", "", found))) - {"and"} <= self.names
            case "code" | "a" | "b":
                # What is too long for a formula is called by its last function, or is left out.
                return found in ("…", "(…)") or self.is_code(found.replace("(…)", ""))
            case "statements":
                return all(self.is_code(each) for each in found.split("; "))
            case "cells":
                return set(re.findall(_NAME, _OF_A_LAYER.sub("", found))) - {"more", "of"} <= self.names
            case "numbers":
                return all(_HELD.fullmatch(each) for each in _ENTRY.split(found))
            case "of_a":
                return is_python(found) and re.search(r"\ba\b", found) is not None
            case "element":
                return self.is_code(re.sub(r"\[[\d, ]*\]$", "", found))
            case "elements":
                return all(self.is_code(re.sub(r"\[[\d, ]*\]?$", "", each)) for each in re.split(r"(?<=\]), ", found))
            case "engine":
                return found in ("AccumulateGrad", "no grad_fn") or any(found in one for one in self.sentences)
            case "op":
                return not re.search(r"[a-zA-Z]", found) or self.is_code(found.rstrip("_="))
            case "title":
                return self.is_label(found) or self.is_typed(found)
            case "nonleaf":
                return _nonleaf().startswith(found)
            case "said":
                return self.is_said(found)
            case "error":
                return found in self.said
            case "value":
                return any(pattern.fullmatch(found) for pattern in (_WORDLESS, DTYPES))
            case "call" | "python":
                return is_python(found)
            case "claim":
                return is_made_of(found, self.sentences)
        if ".+" in _PLACES[kind]:
            raise ValueError(f"anything may stand in {{{kind}}}")
        return True


TOLD = ("Story.paragraphs", "Story.note", "Fix.label", "Remedy.label")
"""Where claims alone speak, and sentences that hold of every state."""

_NAMED = re.compile(_NAME)

_OF_A_LAYER = re.compile(r"\.(?:\w*(?:weight|bias)\w*|grad)\b")
"""What PyTorch calls the parameters of its layers, and their gradients: no program need write it."""


def is_python(words: str) -> bool:
    """Return whether a text is code."""
    try:
        ast.parse(words)
    except SyntaxError:
        return False
    return True


@cache
def _nonleaf() -> str:
    """What PyTorch says where the ``.grad`` of a tensor is read that is not a leaf."""
    import torch

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _ = (torch.ones(1, requires_grad=True) * 2).grad
    return str(caught[0].message)


def _agree(kinds: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Return whether places that stand for the same hold the same, and whether q is one less than p."""
    same = all(
        len({_tight(words) for kind, words in zip(kinds, found, strict=True) if kind == which}) <= 1 for which in _SAME
    )
    p, q = (
        {float(words.strip("()").replace("−", "-")) for kind, words in zip(kinds, found, strict=True) if kind == which}
        for which in "pq"
    )
    return same and len(p) <= 1 and (not q or q == {power - 1 for power in p})


def _tight(words: str) -> str:
    return re.sub(r"[\s()]|torch\.|F\.", "", words.replace("−", "-").replace("·", "*").replace("×", "*"))


def _even(words: str) -> str:
    """Write a text with one kind of minus, one blank for several, and no addresses, which differ each time."""
    return " ".join(ADDRESS.sub("0x", words.replace("−", "-")).split())


def is_made_of(words: str, sentences: set[str]) -> bool:
    """Whether a text is the sentence of a claim, or of several, one after another."""
    rest = [
        words[len(sentence) + len(between) :]
        for sentence in sentences
        for between in (" ", "; ", " · ")
        if sentence and words.startswith(f"{sentence}{between}")
    ]
    return words in sentences or any(is_made_of(more, sentences) for more in rest)


@cache
def patterns(slug: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """The fixed labels of a lesson, as patterns with the kinds of their places."""
    return tuple(_pattern(label) for label in (*LABELS[""], *LABELS.get(slug, ())))


@cache
def fixed_sentences(slug: str) -> frozenset[str]:
    """The fixed labels of a lesson that are sentences, which can stand beside those of claims."""
    labels = (*LABELS[""], *LABELS.get(slug, ()))
    return frozenset(label for label in labels if label.endswith(".") and "{" not in label)


def _pattern(label: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    kinds = tuple(re.findall(r"\{(\w+)\}", label))
    literal, *rest = re.split(r"\{\w+\}", label)
    pieces = [re.escape(literal)]
    for kind, after in zip(kinds, rest, strict=True):
        pieces += [f"({_PLACES[kind]})", re.escape(after)]
    return re.compile("".join(pieces), re.S), kinds


@cache
def declared(lesson: AnyLesson) -> frozenset[str]:
    """What a lesson wrote down once for all questions: of its fields, its presets and its quizzes."""
    found = [preset.title for preset in lesson.presets]
    for each in lesson.question.fields().values():
        found += [each.label, each.help]
        found += (*each.options, *each.options.values()) if isinstance(each, ChoiceField) else ()
        found += [each.placeholder] if isinstance(each, TextField) else []
    for quiz in quizzes(lesson.slug):
        found += [quiz.title, plain(quiz.question), quiz.right]
        found += [words for answer in quiz.answers for words in (answer.label, plain(answer.reason))]
    if lesson.slug == "own_lines":
        for trap in TRAPS:
            found += [trap.asks, trap.lesson, answer_in_python(trap.program)]
            found += [words for other in trap.others for words in other]
    return frozenset(found)


def quizzes(slug: str) -> Iterator[Quiz]:
    """The quizzes that a lesson's modules hold."""
    package = importlib.import_module(f"{lessons.__name__}.{slug}")
    for module in pkgutil.iter_modules(package.__path__):
        for value in vars(importlib.import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(value, Quiz):
                yield value
            elif isinstance(value, tuple | dict):
                held = value.values() if isinstance(value, dict) else value
                yield from (each for each in held if isinstance(each, Quiz))
