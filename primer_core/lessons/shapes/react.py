"""How the steps change: cards are added, removed, moved and typed on, and another library is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from primer_core.backend import Library
from primer_core.lessons.event import Act, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread
from primer_core.lessons.question import LONGEST_TEXT
from primer_core.lessons.shapes.pipeline import Bound, Done, Pipeline, take_steps
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.steps import MAX_STEPS, TENSOR, Shape, join_steps, read_step
from primer_core.lessons.shapes.words import in_words_of


def react(question: ShapesQuestion, event: Event) -> ShapesQuestion:
    """Return the question after an event.

    Acts change the list of steps: ``add`` (``place``, ``text``), ``remove`` (``place``), ``move`` (``from``, ``to``)
    and ``change`` (``place``, ``text``), where a text may be that of several steps. Where another library is chosen,
    the steps are written in its words.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says what was expected.
    """
    if isinstance(event, Act):
        steps = join_steps(_changed(list(question.texts_of_steps), event))
        if len(steps) > LONGEST_TEXT:
            raise EventError(f"All steps together take at most {LONGEST_TEXT} characters, not {len(steps)}.")
        return replace(question, steps=steps)
    after = put_fields(question, event)
    if isinstance(event, Put) and "steps" not in event.texts and after.library != question.library:
        return replace(after, steps=join_steps(respelled(question, after.library)))
    return after


def respelled(question: ShapesQuestion, library: Library) -> tuple[str, ...]:
    """Write the steps in the words of another library.

    A step that was taken gets words with which that library makes the same cells of the same tensor, and stays as it is
    where there are none; one that was not taken gets the nearest words.
    """
    texts = question.texts_of_steps
    taken = take_steps(question.x, texts, question.library)
    if isinstance(taken, Unread):
        return tuple(_in_words_of(library, text, {}) for text in texts)
    nearest = _nearest(taken, texts, question.library, library)
    passed = [step for step in taken.steps if isinstance(step, Done | Bound)]
    if _gives(question.x, nearest[: len(passed)], library, passed):
        return nearest
    found: list[str] = []
    for place, (text, written) in enumerate(zip(texts, nearest, strict=True)):
        tried = place >= len(passed) or written == text
        good = tried or _gives(question.x, [*found, written], library, passed[: place + 1])
        found.append(written if good else text)
    return tuple(found)


def _nearest(taken: Pipeline, texts: Sequence[str], asked: Library, library: Library) -> tuple[str, ...]:
    """Write each step in the nearest words of another library, whatever these do."""
    shapes: dict[str, Shape] = {TENSOR: taken.start.shape}
    found = []
    for step, text in zip(taken.steps, texts, strict=True):
        found.append(_in_words_of(library, text, shapes))
        if isinstance(step, Done):
            name = read_step(text, asked, shapes).name
            shapes |= {name or TENSOR: step.after.shape, step.name: step.after.shape}
    return tuple(found)


def _in_words_of(library: Library, text: str, shapes: Mapping[str, Shape]) -> str:
    written = in_words_of(library, text, shapes, shapes)
    return written if isinstance(written, str) else text


def _gives(x: str, texts: Sequence[str], library: Library, steps: Sequence[Done | Bound]) -> bool:
    """Whether a library takes the steps that are written so and makes the values of these."""
    taken = take_steps(x, texts, library)
    results = [step.after.values for step in steps if isinstance(step, Done)]
    if isinstance(taken, Unread) or taken.failed is not None or len(taken.done) != len(results):
        return False
    return all(np.array_equal(step.after.values, values) for step, values in zip(taken.done, results, strict=True))


def _changed(steps: list[str], act: Act) -> Sequence[str]:
    match act.name, act.details:
        case "add", {"place": int(place), "text": str(text)}:
            if len(steps) >= MAX_STEPS:
                raise EventError(f"There is room for {MAX_STEPS} steps: remove one first.")
            return [*steps[:place], text, *steps[place:]] if place >= 0 else [*steps, text]
        case "remove", {"place": int(place)}:
            _check(place, steps)
            return [*steps[:place], *steps[place + 1 :]]
        case "move", {"from": int(start), "to": int(goal)}:
            _check(start, steps)
            _check(goal, steps)
            rest = [*steps[:start], *steps[start + 1 :]]
            return [*rest[:goal], steps[start], *rest[goal:]]
        case "change", {"place": int(place), "text": str(text)}:
            _check(place, steps)
            return [*steps[:place], text, *steps[place + 1 :]]
    raise EventError("Expected add, remove, move or change, with the places of steps and their texts.")


def _check(place: int, steps: Sequence[str]) -> None:
    if not 0 <= place < len(steps):
        raise EventError(f"Expected the place of a step, from 0 to {len(steps) - 1}, not {place}.")
