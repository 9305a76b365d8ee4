"""What is said of a tensor and its steps: the claims of each outcome."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.backend import Declined, backend
from primer_core.claims.claim import Claim
from primer_core.claims.course import EndsAs, Raised, StandsFor, StepGives, Untouched
from primer_core.claims.fixes import Instead
from primer_core.claims.layout import InNewMemory, NewContent, NothingToShare, ReadAgain, ReadWithStrides, VerySame
from primer_core.claims.moving import AxesMoved, CutAnew
from primer_core.claims.sizes import FirstAxisFastest, NothingMoved
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes.explain import NoPicture, Outcome
from primer_core.lessons.shapes.fixes import Fix
from primer_core.lessons.shapes.pipeline import AnyStep, Bound, Done, Failed, Pipeline
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import Scramble
from primer_core.lessons.shapes.steps import TENSOR

MAX_WALKED = 60
"""Cells of an array whose order of reading is drawn."""

_FIRST = 4
"""Numbers that are named of an order of reading."""


def claims_of(_: ShapesQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread() | NoPicture():
            return ()
        case Scramble():
            return of_ways(outcome)
        case Pipeline():
            told = [claim for paragraph in course(outcome) for claim in paragraph]
            fixes = (
                () if outcome.failed is None else tuple(instead(outcome.failed, fix) for fix in outcome.failed.fixes)
            )
            walks = [claim for step in outcome.done for claim in walk(step)]
            ends = () if outcome.failed is not None else (end(outcome),)
            return (*ends, *told, *walks, *fixes)


def course(taken: Pipeline) -> tuple[tuple[Claim, ...], ...]:
    """Say what each step did, a paragraph each."""
    paragraphs = tuple(said for step in taken.steps if (said := tuple(_of_step(step, taken))))
    return paragraphs if taken.steps else ((Untouched(TENSOR, taken.start.shape),),)


def _of_step(step: AnyStep, taken: Pipeline) -> Iterator[Claim]:
    match step:
        case Bound():
            yield StandsFor(step.code.rpartition("\n")[2], step.name, step.value)
        case Done():
            statements = (*step.setup[-1:], step.statement) if step.pieces and step.setup else (step.statement,)
            yield StepGives("; ".join(statements), step.before.shape, step.after.shape)
            yield from memory(step)
            yield from step.remarks
        case Failed(reason=Declined(kind)) if step.statement:
            yield Raised(step.statement, taken.library, kind)
            yield from step.causes


def memory(step: Done) -> Iterator[Claim]:
    """Say where the result of a step lies."""
    after = step.after
    if step.verdict == "empty":
        yield NothingToShare(step.name)
    elif step.verdict == "copy":
        what: NewContent = "copy" if step.exact else "numbers" if step.computes else "memory"
        yield InNewMemory(step.name, step.origin, step.copied, what)
    elif not any(isinstance(claim, VerySame) for claim in step.remarks):
        unit = backend(after.library).stride_unit
        yield ReadWithStrides(step.name, step.origin, after.strides, unit)
    saved = int(after.ghost.sum()) * after.layout.itemsize
    if saved and not step.before.ghost.any():
        zero = [axis for axis, stride in enumerate(after.strides) if stride == 0 and after.shape[axis] > 1]
        yield ReadAgain(step.name, tuple(zero), saved)


def walk(step: Done) -> tuple[Claim, ...]:
    """Say in which order a step that says so reads cells and writes them."""
    if step.walk is None or not 1 < step.walk.numbers.size <= MAX_WALKED:
        return ()
    first = tuple(step.walk.numbers[:_FIRST].tolist())
    fastest = FirstAxisFastest(step.statement, step.name, step.origin, first)
    same = step.before.shape == step.after.shape
    return (fastest, NothingMoved(step.name, step.origin, step.after.shape)) if same else (fastest,)


def end(taken: Pipeline) -> EndsAs:
    """Say what x became, and how many bytes of new memory that took."""
    return EndsAs(taken.start.shape, taken.states[-1].shape, sum(step.copied for step in taken.done))


def instead(failed: Failed, fix: Fix) -> Instead:
    """Say what would work in the place of a step."""
    return Instead(fix.meaning, fix.at, fix.texts, fix.tried.code, failed.origin, fix.shape)


def of_ways(compared: Scramble) -> tuple[Claim, ...]:
    """Say what moving the axes of a picture does, and what cutting it anew."""
    right, wrong = compared.right, compared.wrong
    return (
        AxesMoved("moved", right.steps, right.shared),
        CutAnew("cut", wrong.steps, wrong.shape, compared.in_place, compared.before.size),
    )
