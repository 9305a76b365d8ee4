"""What the lesson on data loading measures when asked: time lines, random numbers of workers, a pass, and pixels."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.data.sample import read_sample
from primer_core.language.limits import thousands
from primer_core.lessons.data_loading.code import NUMBERS_CODE, PASS_CODE, PIXELS_CODE, timeline_code
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.timing import (
    BATCH_SIZE,
    COLUMNS,
    ROWS,
    ROWS_A_BATCH,
    SAMPLES,
    Drawn,
    Pass,
    Stretch,
    Timed,
    draw_numbers,
    start_method,
    time_loader,
    time_passes,
)
from primer_core.lessons.event import EventError
from primer_core.lessons.show import warned
from primer_core.picture.bars import Bar, Bars
from primer_core.picture.code import code_panel
from primer_core.picture.parts import Card, Chip, Columns, Heading, Measure, Note, Part, Story, Table, TableCell
from primer_core.picture.text import Code, Number, Role, Strong, Text, text
from primer_core.picture.timeline import Lane, Look, Run, Span, Timeline

APART: Mapping[str, tuple[str, ...]] = {
    "timeline": ("workers", "work", "step"),
    "numbers": ("workers",),
    "pass": ("workers",),
}
"""Measurements that start processes, with the fields that they depend on."""

_LEGEND: tuple[tuple[Look, str], ...] = (
    ("load", "samples are loaded"),
    ("step", "training step"),
    ("wait", "waits for a batch"),
    ("start", "a worker starts"),
)

_SOURCES: Mapping[str, Text] = {
    "own": text(Code("default_rng(0)"), " kept by the dataset"),
    "numpy": text(Code("np.random.rand()")),
    "torch": text(Code("torch.rand(())")),
    "python": text(Code("random.random()")),
    "seeded": text(Code("default_rng(worker.seed)"), " made in the worker"),
}

_RUNS_HERE = "Copied into plain Python, it measures the machine that it runs on."


def measure(question: DataLoadingQuestion, what: str) -> tuple[Part, ...]:
    """Measure this machine, for a few seconds at most, and show what was measured.

    Raises
    ------
    EventError
        If the lesson measures nothing of that name.
    """
    measurements: Mapping[str, Callable[[DataLoadingQuestion], tuple[Part, ...]]] = {
        "timeline": _timeline,
        "numbers": _numbers,
        "pass": _pass,
        "pixels": _pixels,
    }
    if what not in measurements:
        raise EventError(f"Expected one of {', '.join(measurements)}, which this lesson measures, not {what[:40]}.")
    return measurements[what](question)


def timeline_card(question: DataLoadingQuestion) -> Card:
    """Show the button that times both loaders."""
    nothing = Note(text("Nothing was measured here yet with these settings. It takes a few seconds."))
    asked = Note(
        text(
            "Without workers the training loop itself calls ", Code("__getitem__"), ". A worker is a process of its ",
            "own, which calls it ahead of time, while the loop computes.",
        )
    )  # fmt: skip
    of = f"{question.workers} {question.work} {question.step}"
    return Card(
        (Heading("Who loads what, and when"), asked, Measure("Measure", "timeline", (nothing,), of, True)), "timeline"
    )


def numbers_card(question: DataLoadingQuestion) -> Card:
    """Show the button that lets workers draw random numbers."""
    nothing = Note(text("Does each worker draw its own random numbers? It depends on where they come from."))
    part = Measure("Draw them", "numbers", (nothing,), str(question.workers), True)
    return Card((Heading("Random numbers in workers"), part), "numbers")


def pass_card(question: DataLoadingQuestion) -> Card:
    """Show the button that times a whole pass."""
    nothing = Note(text(f"A set of {thousands(ROWS)} rows that fits into memory: by a loader, or as one tensor?"))
    part = Measure("Race", "pass", (nothing,), str(question.workers), True)
    return Card((Heading("Or no loader at all"), part), "pass")


def pixels_card() -> Card:
    """Show the button that computes mean and deviation."""
    nothing = Note(text("Nothing was computed yet."))
    return Card((Heading("Where such numbers come from"), Measure("Compute them from images", "pixels", (nothing,))),
                "pixels")  # fmt: skip


def _timeline(question: DataLoadingQuestion) -> tuple[Part, ...]:
    alone, many = (time_loader(question.work, workers, question.step) for workers in (0, question.workers))
    return timed(alone, many, timeline_code(question.work, question.workers, question.step))


def timed(alone: Timed, many: Timed, code: str) -> tuple[Part, ...]:
    """Show a loader without workers and one with them: a time line, what it means, each batch in numbers, and code."""
    faster = alone.total >= many.total
    ratio = alone.total / many.total if faster else many.total / alone.total
    words = "about as fast" if ratio < 1.1 else f"{ratio:.1f} times as {'fast' if faster else 'long'}"
    verdict = Chip("ok" if faster else "no grad", f"{_workers(many)}: {words}")
    shown = Timeline(
        (_run("num_workers=0", alone), _run(f"num_workers={many.workers}", many)),
        tuple(each for each in _LEGEND if any(s.doing == each[0] for run in (alone, many) for s in run.stretches)),
        "Who loads what, and when",
    )
    how = (
        f"{SAMPLES} samples in batches of {BATCH_SIZE}; time.perf_counter in every process; workers started by "
        f"{start_method()} on {_cores()}. What else the machine does stretches it."
    )
    told = Story(_told(alone, many), text(how), title="What was measured")
    left: tuple[Part, ...] = (told, *warned(many.warned, "PyTorch"))
    return (verdict, shown, Columns((left, (code_panel(code, _RUNS_HERE),)), (1, 1.1)), _batches(alone, many))


def _run(title: str, timed: Timed) -> Run:
    lanes = [Lane("main", _spans(timed, -1))]
    lanes += [Lane(f"worker {number}", _spans(timed, number)) for number in range(timed.workers)]
    return Run(f"{title}: {_ms(timed.total)}", tuple(lanes))


def _spans(timed: Timed, who: int) -> tuple[Span, ...]:
    own = sorted((each for each in timed.stretches if each.who == who), key=lambda each: each.start)
    return tuple(Span(round(s.start, 3), round(max(s.start, s.end), 3), s.doing, s.batch) for s in own)


def _told(alone: Timed, many: Timed) -> tuple[Text, ...]:
    start = min((each.end for each in many.stretches if each.doing == "start"), default=0.0)
    waited = sum(each.end - each.start for each in many.stretches if each.doing == "wait")
    loading = sum(each.end - each.start for each in alone.stretches if each.doing == "load")
    both = text(
        "Without workers the pass took ", Strong(_ms(alone.total)), f", with {_workers(many)} ",
        Strong(_ms(many.total)), ".",
    )  # fmt: skip
    first = text(
        f"The first batch was there after {_ms(alone.first)} without workers, and after {_ms(many.first)} with them: ",
        f"a worker began its first sample {_ms(start)} after the loader was asked.",
    )
    loop = text(
        f"Without workers the training loop itself loaded for {_ms(loading)}. With them it waited for {_ms(waited)}.",
    )
    if many.total < alone.total:
        return (both, first, loop)
    pays = text(
        f"Workers did not pay here: until the first of them began, {_ms(start)} had gone by, ",
        f"and the whole pass without them takes {_ms(alone.total)}.",
    )
    return (both, first, loop, pays)


def _batches(alone: Timed, many: Timed) -> Table:
    head = ("batch", "num_workers=0: loaded", "step", "loaded by", f"num_workers={many.workers}: loaded", "step")
    rows = []
    for number in range(SAMPLES // BATCH_SIZE):
        own, theirs = (_of_batch(each, number) for each in (alone, many))
        loader = theirs["load"].who
        rows.append((
            TableCell(text(str(number)), "head"),
            TableCell(text(_stretch(own["load"])), "number"),
            TableCell(text(_stretch(own.get("step"))), "number"),
            TableCell(text(f"worker\xa0{loader}" if loader >= 0 else "main")),
            TableCell(text(_stretch(theirs["load"])), "number"),
            TableCell(text(_stretch(theirs.get("step"))), "number"),
        ))  # fmt: skip
    return Table(tuple(map(text, head)), tuple(rows), "Milliseconds of each batch")


def _of_batch(timed: Timed, number: int) -> dict[str, Stretch]:
    return {each.doing: each for each in timed.stretches if each.batch == number}


def _stretch(stretch: Stretch | None) -> str:
    return "–" if stretch is None else f"{stretch.start:.1f} to {stretch.end:.1f}"


def _numbers(question: DataLoadingQuestion) -> tuple[Part, ...]:
    return (*drawn(draw_numbers(question.workers)), code_panel(NUMBERS_CODE.format(workers=question.workers)))


def drawn(numbers: tuple[Drawn, ...]) -> tuple[Part, ...]:
    """Show what each worker drew first, and whether others drew the same."""
    workers = len(numbers[0].numbers[0])
    places = [f"epoch {epoch}, worker {worker}" for epoch in (1, 2) for worker in range(workers)]
    rows = []
    for each in numbers:
        words, bad = _judged(each)
        cells = [TableCell(text(Number(f"{number:.4f}")), "number") for epoch in each.numbers for number in epoch]
        rows.append(
            (TableCell(_SOURCES[each.source], "head"), *cells, TableCell(text(words), "bad" if bad else "good"))
        )
    table = Table(
        (text("source"), *map(text, places), text("verdict")), tuple(rows), "The first random number of each worker"
    )
    how = (
        f"Before the first epoch, random, NumPy and PyTorch were seeded with 0. Workers started by {start_method()}; "
        f"NumPy {np.__version__}, PyTorch {_torch_version()}."
    )
    return (table, Note(text(how)))


def _judged(each: Drawn) -> tuple[str, bool]:
    """Say in which way numbers are the same, and whether they are in any."""
    if each.alike and each.repeats:
        return "the same everywhere", True
    if each.alike:
        return "the same in every worker", True
    if each.repeats:
        return "the same in both epochs", True
    numbers = [number for epoch in each.numbers for number in epoch]
    return ("all differ", False) if len(set(numbers)) == len(numbers) else ("some are the same", True)


def _pass(question: DataLoadingQuestion) -> tuple[Part, ...]:
    return (*raced(time_passes(question.workers)), code_panel(PASS_CODE.format(workers=question.workers), _RUNS_HERE))


def raced(passes: tuple[Pass, ...]) -> tuple[Part, ...]:
    """Show how long a whole pass took in each way."""
    tones: tuple[Role, ...] = ("result", "a", "b")
    bars = tuple(
        Bar(text(each.name), each.seconds, _ms(each.seconds * 1e3), tone)
        for each, tone in zip(passes, tones, strict=True)
    )
    quickest, slowest = (pick(passes, key=lambda each: each.seconds) for pick in (min, max))
    verdict = Chip("ok", f"{quickest.name}: {slowest.seconds / quickest.seconds:.0f} times as fast as {slowest.name}")
    one, loader, workers = passes
    direction = "longer than" if workers.seconds > loader.seconds else "less than"
    told = text(
        f"The workers' pass took {_ms(abs(workers.seconds - loader.seconds) * 1e3)} {direction} the one without: ",
        f"their start is in it. A row of {COLUMNS} numbers is read from memory, so there is little to share out.",
    )
    how = (
        f"{thousands(ROWS)} rows of {COLUMNS} float32 numbers in {one.batches} batches of {ROWS_A_BATCH}, shuffled; "
        f"the best of {one.repeats} passes each, without any training."
    )
    return (
        Bars(bars, "The time of one pass"),
        verdict,
        Story((told,), text(how), title="What was measured"),
    )


def _pixels(_: DataLoadingQuestion) -> tuple[Part, ...]:
    images, _labels = read_sample()
    scaled = images.astype(np.float64) / 255
    mean, std = scaled.mean(), scaled.std()
    normalised = (scaled - mean) / std
    rows = tuple(
        (
            TableCell(text(name), "head"),
            *(TableCell(text(Number(f"{value:.4f}".replace("-0.0000", "0.0000"))), "number") for value in values),
        )
        for name, values in (
            ("as bytes, 0 to 255", (images.mean(dtype=np.float64), images.std(dtype=np.float64))),
            ("after to_tensor, 0 to 1", (mean, std)),
            ("normalised with both", (normalised.mean(), normalised.std())),
        )
    )
    near = abs(mean - 0.1307) < 2e-3 and abs(std - 0.3081) < 2e-3
    told = text(
        "Mean and standard deviation over all pixels of ",
        Strong(f"{thousands(len(images))} MNIST images"),
        ", scaled to 0 to 1. ",
        f"{'Both are' if near else 'They are not'} within 0.002 of 0.1307 and 0.3081.",
    )
    return (
        Table((text("pixels"), text("mean"), text("std")), rows, "Mean and standard deviation of the pixels"),
        Story((told,), title="What was computed"),
        code_panel(PIXELS_CODE),
    )


def _workers(timed: Timed) -> str:
    return "1 worker" if timed.workers == 1 else f"{timed.workers} workers"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.3g} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"


def _cores() -> str:
    from primer_core.evaluation.pool import default_count

    return f"{default_count()} cores, {platform.system()}"


def _torch_version() -> str:
    load_torch()
    import torch

    return str(torch.__version__).partition("+")[0]
