"""What is measured of loaders: who loads what, which random numbers workers draw, and what is said of both."""

import warnings

import pytest

from primer_core.lessons.data_loading.code import NUMBERS_CODE, PASS_CODE, PIXELS_CODE, timeline_code
from primer_core.lessons.data_loading.measure import APART, drawn, measure, raced, timed
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.timing import (
    BATCH_SIZE,
    SAMPLES,
    SOURCES,
    Drawn,
    Pass,
    Stretch,
    Timed,
    draw_numbers,
    time_loader,
)
from primer_core.lessons.event import EventError
from primer_core.picture.bars import Bars
from primer_core.picture.page import every_part
from primer_core.picture.parts import Chip, Measure, Page, Story, Table
from primer_core.picture.text import plain
from primer_core.picture.timeline import Timeline
from tests.lessons.parts import part
from tests.snippets import printed_by
from ui.catalog import LESSONS_BY_SLUG

pytestmark = pytest.mark.filterwarnings("ignore")
"""PyTorch warns where there are fewer cores than workers."""


@pytest.fixture(scope="module")
def both() -> tuple[Timed, Timed]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return time_loader("tiny", 0, 0.5), time_loader("tiny", 2, 0.5)


def of(timed: Timed, doing: str) -> list[Stretch]:
    return [each for each in timed.stretches if each.doing == doing]


def test_every_batch_is_loaded_once_and_trained_with_after_that(both: tuple[Timed, Timed]) -> None:
    for found in both:
        loads, steps = ({each.batch: each for each in of(found, doing)} for doing in ("load", "step"))
        assert sorted(loads) == sorted(steps) == list(range(SAMPLES // BATCH_SIZE))
        for batch, step in steps.items():
            assert loads[batch].end <= step.start < step.end <= found.total
        assert 0 < found.first <= found.total


def test_workers_take_batches_in_turns_after_they_have_started(both: tuple[Timed, Timed]) -> None:
    alone, many = both
    assert {each.who for each in alone.stretches} == {-1}
    assert [each.who for each in sorted(of(many, "load"), key=lambda each: each.batch)] == [0, 1] * (
        SAMPLES // BATCH_SIZE // 2
    )
    assert sorted(each.who for each in of(many, "start")) == [0, 1]
    for start in of(many, "start"):
        assert start.end <= min(each.start for each in of(many, "load") if each.who == start.who)
    assert many.first > alone.first, "a worker has to be started first"


def test_workers_are_processes_that_load_ahead_while_the_loop_computes() -> None:
    found = time_loader("compute", 1, 20)
    loads, steps = ({each.batch: each for each in of(found, doing)} for doing in ("load", "step"))
    assert all(loads[batch + 1].start < steps[batch].end for batch in range(SAMPLES // BATCH_SIZE - 1))
    assert {each.who for each in loads.values()} == {0}
    assert {each.who for each in steps.values()} == {-1}


def test_a_time_line_says_what_was_measured() -> None:
    def run(workers: int, scale: float) -> Timed:
        stretches = [Stretch(-1, "step", n, 10 * scale * n + 5, 10 * scale * n + 9) for n in range(8)]
        stretches += [
            Stretch(n % workers if workers else -1, "load", n, 10 * scale * n, 10 * scale * n + 5) for n in range(8)
        ]
        stretches += [Stretch(n, "start", -1, 0, 3.0) for n in range(workers)]
        return Timed(workers, tuple(stretches), 5.0, 80.0 * scale, ())

    slower = Page((), timed(run(0, 1), run(2, 2), "pass"))
    assert part(slower, Chip) == Chip("no grad", "2 workers: 2.0 times as long")
    assert "Workers did not pay here" in plain(part(slower, Story).paragraphs[-1])
    faster = Page((), timed(run(0, 2), run(1, 1), "pass"))
    assert part(faster, Chip) == Chip("ok", "1 worker: 2.0 times as fast")
    line = part(faster, Timeline)
    assert [[lane.name for lane in each.lanes] for each in line.runs] == [["main"], ["main", "worker 0"]]
    assert "160 ms" in line.runs[0].title
    assert len(part(faster, Table).rows) == 8
    assert "began its first sample 3 ms" in " ".join(map(plain, part(faster, Story).paragraphs))


def test_a_generator_of_ones_own_repeats_in_workers_and_the_global_ones_do_not() -> None:
    """PyTorch seeds its own, Python's and NumPy's global generator in each worker; what a data set keeps is copied."""
    found = {each.source: each for each in draw_numbers(2)}
    assert set(found) == set(SOURCES)
    assert found["own"].alike
    assert found["own"].repeats
    for source in ("numpy", "torch", "python", "seeded"):
        assert not found[source].alike, source
        assert not found[source].repeats, source


@pytest.mark.parametrize(
    ("numbers", "said", "tone"),
    [
        (((0.5, 0.5), (0.5, 0.5)), "the same everywhere", "bad"),
        (((0.5, 0.5), (0.6, 0.6)), "the same in every worker", "bad"),
        (((0.5, 0.7), (0.5, 0.7)), "the same in both epochs", "bad"),
        (((0.5, 0.7), (0.1, 0.2)), "all differ", "good"),
        (((0.5,), (0.1,)), "all differ", "good"),
        (((0.5, 0.7), (0.1, 0.5)), "some are the same", "bad"),
    ],
)
def test_a_verdict_follows_the_numbers(numbers: tuple[tuple[float, ...], ...], said: str, tone: str) -> None:
    table = part(Page((), drawn((Drawn("own", numbers),))), Table)
    assert (plain(table.rows[0][-1].text), table.rows[0][-1].tone) == (said, tone)


def test_a_race_names_the_quickest_and_the_slowest() -> None:
    passes = (Pass("one tensor", 0.01, 64, 2), Pass("no workers", 0.1, 64, 2), Pass("workers", 0.3, 64, 2))
    shown = Page((), raced(passes))
    assert [bar.value for bar in part(shown, Bars).bars] == [0.01, 0.1, 0.3]
    assert part(shown, Chip).text == "one tensor: 30 times as fast as workers"
    assert "200 ms longer" in plain(part(shown, Story).paragraphs[0])


def test_the_pixels_of_real_images_have_such_a_mean_and_deviation() -> None:
    shown = Page((), measure(DataLoadingQuestion("Normalising"), "pixels"))
    rows = [[plain(cell.text) for cell in row[1:]] for row in part(shown, Table).rows]
    assert rows[1] == ["0.1313", "0.3086"]
    assert rows[2] == ["0.0000", "1.0000"]
    assert "Both are within 0.002" in plain(part(shown, Story).paragraphs[0])


def test_every_measurement_that_starts_processes_is_made_apart() -> None:
    lesson = LESSONS_BY_SLUG["data_loading"]
    asked = {view: lesson.show(DataLoadingQuestion(view), lesson.explain(DataLoadingQuestion(view)))
             for view in ("Workers", "Normalising")}  # fmt: skip
    names = {view: [each.what for each in every_part(shown) if isinstance(each, Measure)]
             for view, shown in asked.items()}  # fmt: skip
    assert sorted(names["Workers"]) == sorted(APART)
    assert names["Normalising"] == ["pixels"]
    with pytest.raises(EventError):
        measure(DataLoadingQuestion(), "luck")


def test_the_code_beside_a_measurement_runs() -> None:
    assert printed_by(timeline_code("wait", 1, 0)).count("first batch") == 2
    assert len(printed_by(NUMBERS_CODE.format(workers=2)).splitlines()) == 4
    assert "one tensor: " in printed_by(PASS_CODE.format(workers=1).replace("4096", "256"))


@pytest.mark.long
def test_the_code_that_computes_mean_and_deviation_runs() -> None:
    assert "0.1313" in printed_by(PIXELS_CODE)
