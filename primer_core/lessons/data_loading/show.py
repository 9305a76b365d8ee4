"""Data loading as parts: samples that flow into batches, what is measured of workers, pixels, and a file's keys."""

from __future__ import annotations

from typing import assert_never

import numpy as np

from primer_core.claims.claim import plain
from primer_core.lessons.data_loading import claims
from primer_core.lessons.data_loading.batches import Loaded
from primer_core.lessons.data_loading.explain import Outcome, Workers
from primer_core.lessons.data_loading.measure import numbers_card, pass_card, pixels_card, timeline_card
from primer_core.lessons.data_loading.normalising import Normalised, Scaled
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.saving import SavedAndLoaded, Verdict
from primer_core.lessons.show import controls
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.batches import BatchBox, Batches, EpochFlow, LabelColour, Sample
from primer_core.picture.code import CODE_NOTE, code_panel
from primer_core.picture.grid import Formula, Grid, Link, Op, Picture, Ref, Row, Strong, Val
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
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
from primer_core.picture.text import Code, Role, text

_ROLES: tuple[Role, ...] = ("a", "b", "c")
"""Colours of the labels 0, 1 and 2."""

QUIZ_BATCHES = Quiz(
    text("How many batches does ", Code("DataLoader(range(10), batch_size=4)"), " have?"),
    (
        QuizAnswer("3", text("Right: 4, 4 and 2. The last batch holds what is left.")),
        QuizAnswer("2", text("That is with ", Code("drop_last=True"), ", which leaves out the batch of 2.")),
        QuizAnswer("2.5", text("A batch is there or not. The third one holds 2 samples.")),
        QuizAnswer("4", text("That is the batch size. 10 samples in fours make 4, 4 and 2.")),
    ),
    "3",
)

QUIZ_WORKERS = Quiz(
    text("A dataset keeps ", Code("np.random.default_rng(0)"), ". Two workers are forked. What do they draw first?"),
    (
        QuizAnswer("the same number", text("Right. Each worker gets a copy of the dataset, with the generator in it.")),
        QuizAnswer(
            "two numbers",
            text("PyTorch seeds its own generator in each worker, and the global ones. It knows nothing of this one."),
        ),
        QuizAnswer("an error", text("Nothing fails: that is what makes it hard to notice.")),
    ),
    "the same number",
)

QUIZ_PIXELS = Quiz(
    text("What does ", Code("to_tensor"), " make of a float32 array that holds 200.0?"),
    (
        QuizAnswer("200.0", text("Right. Only uint8 arrays are divided by 255.")),
        QuizAnswer("0.7843", text("That is what it makes of 200 in a uint8 array.")),
        QuizAnswer("an error", text("It takes floats as they are, without a word.")),
    ),
    "200.0",
)

QUIZ_SAVING = Quiz(
    text("What does ", Code("model.state_dict()"), " hold?"),
    (
        QuizAnswer("names and tensors", text("Right. Whoever loads it makes the network first, from its code.")),
        QuizAnswer("the network's code", text("It is not in there: that is why keys and shapes have to fit.")),
        QuizAnswer(
            "parameters alone", text("Buffers are in it, too, such as the running mean of ", Code("BatchNorm1d"), ".")
        ),
    ),
    "names and tensors",
)


def show(question: DataLoadingQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    view = controls(question, "view", quiet=True)
    match outcome:
        case Loaded():
            return Page((view, *_loader(question, outcome)), _batches(question, outcome))
        case Workers():
            return Page((view, controls(question, "workers", "work", "step")), _workers(question))
        case Normalised():
            return Page((view, controls(question, "pixel", "mean", "std")), _normalising(question, outcome))
        case SavedAndLoaded():
            return Page((view, *_networks(question, outcome)), _saving(outcome))
    assert_never(outcome)


# Batches


def _loader(question: DataLoadingQuestion, loaded: Loaded) -> tuple[Part, ...]:
    samples = ("samples",) if question.data == "numbered" else ()
    if loaded.declined is not None:
        chip = Chip("error", f"{loaded.layer} raises {loaded.declined.kind}")
    else:
        chip = Chip("ok" if loaded.sizes else "error", plain(claims.sizes(loaded).sentence()))
    return (
        controls(question, "data", *samples, "through"),
        controls(question, "batch_size", "shuffle", "seed", "drop_last", chip=chip),
    )


def _batches(question: DataLoadingQuestion, loaded: Loaded) -> tuple[Part, ...]:
    notices: tuple[Part, ...] = ()
    if loaded.declined is not None:
        fixes = zip(claims.layers(question, loaded)[1:], loaded.changes, strict=True)
        offered = tuple(Fix(spoken(claim), dict(change.puts)) for claim, change in fixes)
        notices = (
            Notice("declined", (text(loaded.declined.text),), "PyTorch says"),
            *((Fixes(offered),) if offered else ()),
        )
    told = [*claims.layers(question, loaded)[:1], *claims.orders(question, loaded)]
    story, code = Card((Story(paragraphs(told)),), "story"), Card((code_panel(loaded.code, CODE_NOTE),), "code")
    columns = Columns(((story, Card((QUIZ_BATCHES,), "quiz")), (code,)), (1, 1.2))
    return (Card((flow(loaded), *notices), "picture"), columns)


def flow(loaded: Loaded) -> Batches:
    """Draw how samples flow into batches."""
    samples = range(len(loaded.labels))
    epochs = tuple(
        EpochFlow(
            f"Epoch {number}",
            tuple(
                BatchBox(f"batch {place}", str(batch.features), batch.samples, batch.declined is not None)
                for place, batch in enumerate(epoch.batches)
            ),
            epoch.left_out,
            tuple(spoken(claims.where(loaded, number - 1, sample)) for sample in samples),
        )
        for number, epoch in enumerate(loaded.epochs, 1)
    )
    return Batches(
        tuple(Sample(_ROLES[loaded.labels[sample]], spoken(claims.item(loaded, sample))) for sample in samples),
        tuple(LabelColour(_ROLES[label], f"label {label}") for label in sorted(set(loaded.labels))),
        epochs,
    )


# Workers


def _workers(question: DataLoadingQuestion) -> tuple[Part, ...]:
    columns = Columns(((pass_card(question),), (Card((QUIZ_WORKERS,), "quiz"),)), (1.5, 1))
    return (timeline_card(question), numbers_card(question), columns)


# Normalising


def _normalising(question: DataLoadingQuestion, outcome: Normalised) -> tuple[Part, ...]:
    told = Story(paragraphs((*claims.pixels(outcome), *claims.steps(question), *claims.spreads(outcome))))
    code = Card((code_panel(outcome.code, CODE_NOTE),), "code")
    columns = Columns(((Card((told,), "story"), Card((QUIZ_PIXELS,), "quiz")), (code, pixels_card())), (1, 1.2))
    return (Card((_pixels(question, outcome),), "picture"), columns)


def _pixels(question: DataLoadingQuestion, outcome: Normalised) -> Picture:
    grids = tuple(grid for scaled in outcome.scaled for grid in _grids(scaled))
    links, formulas = [], []
    less = f"− {question.mean:g}" if question.mean >= 0 else f"+ {-question.mean:g}"
    for scaled in outcome.scaled:
        pixels, tensor, normalised = (f"{name}_{scaled.dtype}" for name in ("pixels", "tensor", "normalised"))
        places = np.arange(len(scaled.pixels), dtype=np.intp)
        links += [Link(pixels, tensor, places), Link(tensor, normalised, places)]
        divides = " / 255" if scaled.dtype == "uint8" else ""
        formulas += [
            Formula(tensor, (Ref(tensor), " = ", Ref(pixels), divides, " = ", Strong((Val(tensor),)))),
            Formula(
                normalised,
                (
                    *(Ref(normalised), " = (", Val(tensor), f" {less}) / {question.std:g} = "),
                    Strong((Val(normalised),)),
                ),
            ),
        ]
    rows = tuple(
        Row(
            (
                f"pixels_{scaled.dtype}", Op("→"), f"tensor_{scaled.dtype}", Op("→"), f"normalised_{scaled.dtype}",
            ),
            label=f"{scaled.dtype}: to_tensor, then normalize",
        )
        for scaled in outcome.scaled
    )  # fmt: skip
    return Picture(grids, rows, tuple(links), tuple(formulas), ("normalised_uint8", 1))


def _grids(scaled: Scaled) -> tuple[Grid, ...]:
    named: tuple[tuple[str, Role], ...] = (("pixels", "a"), ("tensor", "b"), ("normalised", "result"))
    values = (scaled.pixels, scaled.tensor, scaled.normalised)
    return tuple(
        Grid(f"{name}_{scaled.dtype}", name, array, role, axes=("",), caption=str(array.dtype))
        for (name, role), array in zip(named, values, strict=True)
    )


# Saving


def _networks(question: DataLoadingQuestion, outcome: SavedAndLoaded) -> tuple[Part, ...]:
    if outcome.declined is not None:
        chip = Chip("error", f"load_state_dict raises {outcome.declined.kind}")
    else:
        chip = Chip("ok" if outcome.predicts_same else "error", "loaded" if outcome.predicts_same else "loaded in part")
    return (
        controls(question, "hidden", "norm", "keys"),
        controls(question, "into_hidden", "into_norm", "strict", chip=chip),
    )


_TONES: dict[Verdict, str] = {"fits": "good", "missing": "bad", "unexpected": "bad", "clashes": "bad", "unasked": ""}


def _saving(outcome: SavedAndLoaded) -> tuple[Part, ...]:
    notices: tuple[Part, ...] = ()
    if outcome.declined is not None:
        lines = tuple(text(line.strip()) for line in outcome.declined.text.splitlines())
        offered = tuple(
            Fix(spoken(claim), dict(repair.puts))
            for claim, repair in zip(claims.repairs(outcome), outcome.repairs, strict=True)
        )
        notices = (Notice("declined", lines, "PyTorch says"), *((Fixes(offered),) if offered else ()))
    told = Story(paragraphs((*claims.loading(outcome), *claims.predictions(outcome))))
    keys = Card((Heading("Key by key"), _keys(outcome)), "keys")
    predicted = Card((Heading("What both predict for two rows"), _predictions(outcome)), "predictions")
    code = Card((code_panel(outcome.code, CODE_NOTE),), "code")
    left = (keys, Card((*notices, told), "story"))
    return (Columns((left, (predicted, Card((QUIZ_SAVING,), "quiz"))), (1.15, 1)), code)


def _keys(outcome: SavedAndLoaded) -> Table:
    rows = []
    for key in outcome.keys:
        saved, own = ("–" if shape is None else str(shape) for shape in (key.saved, key.own))
        tone = _TONES[key.verdict]
        said = claims.key(key).brief()
        rows.append((
            TableCell(text(Code(key.name)), "head"),
            TableCell(text(saved), "number"),
            TableCell(text(own), "number"),
            TableCell(text(said), "good" if tone == "good" else "bad" if tone == "bad" else "quiet"),
        ))  # fmt: skip
    head = (text("key"), text("in the file"), text("in the network"), text("verdict"))
    return Table(head, tuple(rows), "Keys of the file and of the network, with shapes")


def _predictions(outcome: SavedAndLoaded) -> Picture:
    saved = Grid("saved", "saved", outcome.saved, "a", axes=("row", "logit"), caption="(x)")
    loaded = Grid("loaded", "loaded", outcome.loaded, "result", axes=("row", "logit"), caption="(x)")
    if not outcome.predicts_same:
        loaded = Grid(
            "loaded", "loaded", outcome.loaded, "b", axes=("row", "logit"), caption="(x)",
            marked=outcome.saved != outcome.loaded,
        )  # fmt: skip
    sign = "=" if outcome.predicts_same else "≠"
    return Picture((saved, loaded), (Row(("saved", Op(sign), "loaded")),))
