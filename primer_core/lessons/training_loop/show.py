"""The training loop as parts: its lines, the curves of both loops, what is said of them, and the first steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from primer_core.claims.claim import percent, thousands
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import paragraphs
from primer_core.lessons.training_loop import claims
from primer_core.lessons.training_loop.explain import Outcome, Trained
from primer_core.lessons.training_loop.lines import has_net
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.rows import program_lines
from primer_core.lessons.training_loop.run import Run, Step
from primer_core.picture.code import code_panel
from primer_core.picture.curves import Curve, Curves, curve, curves
from primer_core.picture.number import number_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Heading,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.text import Code, Number, Text, text

QUIZ = Quiz(
    text(
        Code("optimizer.zero_grad()"),
        " is removed. Three batches have gone through. What is in ",
        Code(".grad"),
        "?",
    ),
    (
        QuizAnswer(
            "The sum of three gradients",
            text("Right. ", Code("backward()"), " adds to what is there. Remove the line and see the norm grow."),
        ),
        QuizAnswer(
            "The gradient of the third batch",
            text("So it would be if ", Code("backward()"), " wrote. It adds."),
        ),
        QuizAnswer(
            "The mean of three gradients",
            text("Nothing divides: ", Code(".grad"), " is a sum, and the steps grow with it."),
        ),
    ),
    "The sum of three gradients",
)

_DIGITS = 4
_FIRST_STEPS = 5
_OWN_NOTE = "Your loop. Copied into plain Python, it prints the numbers of this page."
_RIGHT_NOTE = "The correct loop, from the same start."
_FIXED_NET = "This task has a network of its own."
_FIXED_EXAMPLES = "This task has three examples."


def show(question: TrainingLoopQuestion, outcome: Outcome) -> Page:
    """Show what came of a loop."""
    if isinstance(outcome, Unread):
        return Page((*_panel(question, outcome), controls(question, "lines", unread=outcome)), None)
    story: list[Part] = [*warned(outcome.yours.warned, "PyTorch")]
    stopped = outcome.yours.stopped
    if stopped is not None:
        speaker = "Python" if stopped.kind in ("NameError", "ZeroDivisionError") else "PyTorch"
        story.insert(0, Notice("declined", (text(f"{stopped.kind}: {stopped.words}"),), f"{speaker} says"))
    said = claims.story(question, outcome)
    if said:
        story.append(Story(paragraphs(said)))
    panels = [Card((code_panel(outcome.code, _OWN_NOTE),), "code")]
    if outcome.right_code:
        panels.append(Card((code_panel(outcome.right_code, _RIGHT_NOTE),), "correct"))
    steps = Card((Heading("Step by step"), _steps(outcome)), "steps")
    left, quiz = Card((Heading("After all steps"), _after(outcome)), "after"), Card((QUIZ,), "quiz")
    drawn: tuple[Part, ...] = (Card(tuple(charts(outcome)), "curves"),)
    tables: tuple[Part, ...] = (Columns(((steps,), (left,))), quiz)
    if not outcome.is_right:  # two loops have more to tell below their lines, and more columns in the table
        drawn, tables = (*drawn, left), (Columns(((steps,), (quiz,)), (3.0, 2.0)),)
    body: tuple[Part, ...] = (
        Columns(((Card((program_lines(question, outcome),), "lines"), Card(tuple(story), "story")), drawn), (1.3, 1)),
        *tables,
        *panels,
    )
    return Page(_panel(question, outcome), body)


def _panel(question: TrainingLoopQuestion, outcome: Outcome) -> tuple[Part, ...]:
    fixed = {} if has_net(question.task) else {"net": _FIXED_NET, "examples": _FIXED_EXAMPLES}
    return (
        controls(question, "theme"),
        controls(question, "task", "net", "examples", "rate", "seed", chip=chip(outcome), disabled=fixed),
    )


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    if isinstance(outcome, Unread):
        return Chip("error", "the lines cannot be read")
    if outcome.is_right:
        return Chip("ok", "the correct loop")
    said = claims.verdict(outcome)
    if said is None:
        return Chip("copy", "another loop")
    return Chip("error" if outcome.yours.stopped else "copy" if outcome.differs_at else "ok", said.brief())


def charts(outcome: Trained) -> Iterator[Curves]:
    """Draw the losses of both loops, and what they noted of each epoch."""
    yours, correct = outcome.yours, outcome.correct
    yield _compared("Loss of each step", "step", _losses(yours), _losses(correct), outcome)
    if yours.checks or correct.checks:
        yield _compared("Validation loss, as the loop notes it", "epoch", yours.checks, correct.checks, outcome)
    if not outcome.differs_at and yours.means != correct.means and yours.stopped is None:
        yield _compared("Mean loss, as the loop notes it", "epoch", yours.means, correct.means, outcome)


def _losses(ran: Run) -> tuple[float, ...]:
    return tuple(float("nan") if step.loss is None else step.loss for step in ran.steps)


def _compared(title: str, across: str, mine: Sequence[float], its: Sequence[float], outcome: Trained) -> Curves:
    if outcome.is_right:
        return curves(title, across, [curve("correct", its, "result")])
    drawn: list[Curve] = [curve("correct", its, "result", dashed=True)]
    if mine:
        drawn.insert(0, curve("yours", mine, "b"))
    return curves(title, across, drawn)


def _steps(outcome: Trained) -> Table:
    """Show the first steps of both loops, and the last, number by number."""
    yours, correct = outcome.yours.steps, outcome.correct.steps
    last = max(len(yours), len(correct))
    shown = [*range(1, min(_FIRST_STEPS, last) + 1), *([last] if last > _FIRST_STEPS else [])]
    alone = outcome.is_right
    head = [text("step"), text("loss"), text("norm of .grad"), text("bytes saved")]
    if not alone:
        head = [
            text("step"),
            *(text(words) for what in ("loss", "norm of .grad", "bytes saved") for words in (what, "correct")),
        ]
    rows = []
    for number in shown:
        its = correct[number - 1] if number <= len(correct) else None
        mine = yours[number - 1] if number <= len(yours) else None
        cells = [TableCell(text(str(number)), "head")]
        for (first, left), (second, other) in zip(_figures(mine), _figures(its), strict=True):
            same = alone or (first, left) == (second, other)
            cells.append(TableCell(text(Number(first)), "number" if same else "changed", text(left)))
            if not alone:
                cells.append(TableCell(text(Number(second)), "quiet", text(other)))
        rows.append(tuple(cells))
    return Table(tuple(head), tuple(rows), "Loss, gradient and memory of the first steps and of the last")


def _figures(step: Step | None) -> tuple[tuple[str, str], ...]:
    """Write the loss, the norm and the bytes of a step, each with what stands below it."""
    if step is None:
        return (("—", ""),) * 3
    return (_text(step.loss), ""), (_text(step.norm), ""), (thousands(step.saved), f"{thousands(step.held)} left")


def _text(number: float | None) -> str:
    return "none" if number is None else number_text(number, _DIGITS)


def _number(words: str, other: str | None = None) -> TableCell:
    return TableCell(text(Number(words)), "number" if other in (None, words) else "changed")


def _after(outcome: Trained) -> Table:
    """Show what both loops leave behind."""
    choosing = outcome.yours.chosen is not None or outcome.correct.chosen is not None
    yours, correct = (_left(ran, choosing=choosing) for ran in (outcome.yours, outcome.correct))
    rows = []
    for (name, mine), (_, its) in zip(yours, correct, strict=True):
        cells = [TableCell(name, "head"), _number(mine) if outcome.is_right else _number(mine, its)]
        rows.append((*cells, *(() if outcome.is_right else (TableCell(text(Number(its)), "quiet"),))))
    head = (
        (text("left behind"), text("correct"))
        if outcome.is_right
        else (text("left behind"), text("yours"), text("correct"))
    )
    return Table(head, tuple(rows), "What the loops leave behind")


def _left(ran: Run, *, choosing: bool) -> list[tuple[Text, str]]:
    """Name what a loop leaves behind, and write its number."""
    noted = ran.checks[-1] if ran.checks else None
    found = [
        (text("last validation loss noted"), _text(noted)),
        (text("validation loss in eval mode"), _text(ran.measured)),
    ]
    if ran.accuracy is not None:
        found.append((text("right answers in validation"), percent(ran.accuracy, 0)))
    if ran.predicted is not None:
        found.append((text("predictions from"), _text(ran.predicted[0])))
        found.append((text("predictions to"), _text(ran.predicted[1])))
    found.append((text("weights and biases changed"), f"{ran.changed} of {ran.numbers}"))
    if ran.tracked is not None:
        found.append((text("batches averaged by BatchNorm"), str(ran.tracked)))
    if choosing:
        names = ("epoch chosen", "accuracy on the test set there", "accuracy on fresh examples there")
        figures = ("—", "—", "—")
        if ran.chosen is not None:
            epoch, reported, fresh = ran.chosen
            figures = (str(epoch), percent(reported, 0), percent(fresh, 0))
        found += [(text(name), figure) for name, figure in zip(names, figures, strict=True)]
    found.append((text("tensors kept with a graph"), str(ran.graphs)))
    found.append((text("bytes held by graphs"), thousands(ran.held)))
    return found
