"""The lines: how a loop is read and written, and what each act does to it."""

import re

import pytest

from primer_core.language.limits import Refused
from primer_core.lessons.event import Act, Event, EventError, Put
from primer_core.lessons.outcome import Unread
from primer_core.lessons.training_loop import LESSON
from primer_core.lessons.training_loop.explain import Trained, explain
from primer_core.lessons.training_loop.lines import LINES, correct_loop, read_loop
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.react import react
from primer_core.lessons.training_loop.rows import program_lines
from tests.snippets import printed_by

pytestmark = pytest.mark.filterwarnings("ignore")

USUAL = TrainingLoopQuestion()


def after(*events: Event) -> TrainingLoopQuestion:
    question = USUAL
    for event in events:
        question = react(question, event)
    return question


@pytest.mark.parametrize("text", ["sgd / train / zero / eval", "/ / /", "sgd / batches_full zero / eval"])
def test_a_loop_is_written_as_it_was_read(text: str) -> None:
    if "batches_full" in text:
        text = "sgd / train batches_full zero / eval"
    assert read_loop(text).written() == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sgd / train", "There are 2"),
        ("sgd / train / jump / eval", "“jump”"),
        ("/ / " + "zero " * 30 + "/", "at most 24 lines"),
    ],
)
def test_what_is_no_loop_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(Refused, match=re.escape(words)):
        read_loop(text)
    found = explain(TrainingLoopQuestion(lines=text))
    assert isinstance(found, Unread)
    assert found.field == "lines"


def test_acts_change_the_lines_and_undoing_them_empties_the_field() -> None:
    names = correct_loop("classes", "plain", 40).names
    zero = names.index("zero")
    removed = after(Act("remove", {"place": zero}))
    assert "zero" not in removed.lines
    assert react(removed, Act("add", {"name": "zero"})) == USUAL
    down = after(Act("move", {"place": zero, "by": 1}))
    assert "forward zero" in down.lines
    assert react(down, Act("move", {"place": zero + 1, "by": -1})) == USUAL
    doubled = after(Act("double", {"place": zero}))
    assert "zero zero" in doubled.lines
    assert react(doubled, Act("remove", {"place": zero})) == USUAL
    assert react(doubled, Act("restore")) == USUAL


def test_a_line_that_is_moved_past_a_mark_changes_its_block() -> None:
    zero = USUAL_NAMES.index("zero")
    assert "train reset zero / forward" in after(Act("move", {"place": zero, "by": -1})).lines


def test_a_line_is_moved_by_many_places_as_by_one_after_the_other() -> None:
    backward = USUAL_NAMES.index("backward")
    for by in range(-backward, len(USUAL_NAMES) - backward):
        if by:
            sign = by // abs(by)
            steps = [Act("move", {"place": backward + sign * step, "by": sign}) for step in range(abs(by))]
            assert after(Act("move", {"place": backward, "by": by})) == after(*steps)


@pytest.mark.parametrize("gone", ["sgd", "train", "zero", "total", "mean", "check"])
def test_a_line_let_go_on_one_that_is_removed_takes_its_place(gone: str) -> None:
    removed = after(Act("remove", {"place": USUAL_NAMES.index(gone)}))
    found = explain(removed)
    assert isinstance(found, Trained)
    shown = program_lines(removed, found)
    assert shown.count == len(USUAL_NAMES) - 1
    (row,) = (row for row in shown.lines if row.tone == "gone")
    for moved in {"forward", "reset", "eval"} - {gone}:
        place = found.loop.names.index(moved)
        to = row.gap - (row.gap > place)
        if to == place:
            continue
        names = read_loop(react(removed, Act("move", {"place": place, "by": to - place})).lines).names
        assert names[to] == moved
        assert names[:to].count("/") == LINES[gone].group


USUAL_NAMES = correct_loop("classes", "plain", 40).names


@pytest.mark.parametrize(
    "act",
    [
        Act("jump", {"place": 0}), Act("remove"), Act("remove", {"place": 99}), Act("remove", {"place": "0"}),
        Act("remove", {"place": 1}), Act("move", {"place": 0, "by": -1}), Act("move", {"place": 0, "by": 50}),
        Act("move", {"place": 0, "by": 0}),
        Act("move", {"place": 3, "by": -4}), Act("move", {"place": 3}),
        Act("move", {"place": 3, "by": "1"}),
        Act("change", {"place": 0, "name": "zero"}), Act("change", {"place": 1, "name": "batches_full"}),
        Act("add", {"name": "nothing"}), Act("add", {"name": "batches"}),
    ],
)  # fmt: skip
def test_an_act_that_cannot_be_followed_is_refused(act: Act) -> None:
    with pytest.raises(EventError, match=r"^Expected|^A loop"):
        react(USUAL, act)


def test_no_more_lines_than_there_is_room_for() -> None:
    question = USUAL
    for _ in range(24 - (len(USUAL_NAMES) - 3)):
        question = react(question, Act("double", {"place": 0}))
    with pytest.raises(EventError, match="at most 24"):
        react(question, Act("double", {"place": 0}))


def test_another_task_has_a_loop_and_a_rate_that_suit_it() -> None:
    other = after(Put({"task": "regression"}))
    assert (other.rate, other.lines) == (0.05, "")
    found = explain(other)
    assert isinstance(found, Trained)
    assert found.is_right
    assert react(TrainingLoopQuestion(rate=0.3), Put({"task": "regression"})).rate == 0.3
    assert after(Put({"task": "one weight", "rate": "0.02"})).rate == 0.02


def test_rows_tell_what_was_removed_added_changed_and_moved() -> None:
    lines = "sgd / train reset / forward loss_softmax zero step backward step total / mean eval check"
    question = TrainingLoopQuestion(lines=lines)
    found = explain(question)
    assert isinstance(found, Trained)
    rows = program_lines(question, found).lines
    told = [(row.code, row.word) for row in rows if row.word]
    assert ("optimizer.zero_grad()", "was here") in told
    assert ("optimizer.zero_grad()", "moved here") in told
    assert ("loss = loss_fn(out.softmax(1), yb)", "changed") in told
    assert ("optimizer.step()", "added") in told or ("optimizer.step()", "moved here") in told
    places = [row.place for row in rows if row.place >= 0]
    assert places == sorted(set(places))


def test_every_line_can_be_compiled() -> None:
    for name, line in LINES.items():
        compile(line.code + (" pass" if line.code.endswith(":") else ""), name, "exec")


@pytest.mark.parametrize(
    "title", ["The correct loop", "No eval, Dropout", "A last batch of one", "Chosen by the test set"]
)
def test_the_code_prints_the_numbers_of_the_page(title: str) -> None:
    question = next(preset.question for preset in LESSON.presets if preset.title == title)
    found = explain(question)
    assert isinstance(found, Trained)
    for code, ran in ((found.code, found.yours), (found.right_code, found.correct)):
        if not code:
            continue
        printed = printed_by(code)
        rows = re.findall(
            r"^step \d+: loss (\S+), norm of \.grad (\w\S*?)(?:, (\d+) bytes saved, (\d+) left)?$", printed, re.M
        )
        assert [float(loss) for loss, *_ in rows] == [step.loss for step in ran.steps]
        assert [float(norm) for _, norm, *_ in rows] == pytest.approx([step.norm for step in ran.steps])
        if ran.stopped is None:
            assert [tuple(map(int, held)) for _, _, *held in rows] == [(step.saved, step.held) for step in ran.steps]
        else:
            assert f"{ran.stopped.kind}: {ran.stopped.words}" in printed
        assert f"measured {ran.measured}" in printed
        assert " ".join(["checks", *map(str, ran.checks)]) in printed


@pytest.mark.parametrize("title", ["No zero_grad", "All weights 0", "No eval, BatchNorm", "Losses kept with graphs"])
def test_counting_what_graphs_hold_changes_nothing_else(title: str) -> None:
    question = next(preset.question for preset in LESSON.presets if preset.title == title)
    found = explain(question)
    assert isinstance(found, Trained)
    hooks = next(line for line in found.code.splitlines() if "saved_tensors_hooks" in line)
    printed = printed_by(found.code.replace(hooks, "if True:"))
    losses = [float(loss) for loss in re.findall(r"loss (\S+), norm", printed)]
    assert losses == list(found.yours.losses)
    assert f"measured {found.yours.measured}" in printed
