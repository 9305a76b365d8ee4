"""A run that goes on from a checkpoint is the run that was never cut off, to the last bit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.training.checkpoint import Checkpoint, CheckpointError
from primer_core.training.controls import Controls
from primer_core.training.inside import Trainee
from primer_core.training.loop import Event, Samples, load_samples, train
from primer_core.training.moments import MomentKeeper
from primer_core.training.spec import RunSpec
from tests.profiles import examples

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = RunSpec(epochs=3, batch_size=48)
SPECS = {
    "Adam": SMALL,
    "momentum, dropout, noise, a schedule and decay": replace(
        SMALL,
        model="mlp-dropout",
        optimizer="sgd",
        momentum=0.9,
        learning_rate=0.05,
        schedule="one-cycle",
        noise=0.2,
        weight_decay=1e-3,
    ),
    "a last batch left out": replace(SMALL, drop_last=True),
    "one batch larger than the set": replace(SMALL, batch_size=4096, drop_last=True),
    "patience": replace(SMALL, epochs=8, learning_rate=0.3, patience=1),
    "a target": replace(SMALL, epochs=8, target=0.5),
    "frozen, with momentum": replace(SMALL, optimizer="sgd", momentum=0.9, frozen=1),
    "batch normalisation": replace(SMALL, model="cnn-wide", epochs=1, batch_size=200),
    "one that diverges": replace(SMALL, optimizer="sgd", learning_rate=10.0, momentum=0.99),
}
#: Settings that are asked for after so many batches of a run of nine batches a pass.
CHANGES: dict[int, dict[str, Any]] = {
    0: {"learning_rate": 0.01},
    4: {"batch_size": 32, "schedule": "cosine"},
    9: {"noise": 0.1},
    14: {"frozen": 1},
    20: {"frozen": 0, "weight_decay": 0.01},
}


@pytest.fixture(scope="module")
def few_samples() -> Samples:
    whole = load_samples("mnist-sample", normalise=True)
    sizes = ((whole.train, 400), (whole.validation, 100), (whole.test, 100))
    learned, held, tested = ((x[:size], y[:size]) for (x, y), size in sizes)
    return Samples(learned, held, tested)


def same(events: list[Event]) -> list[Any]:
    """All of events that does not depend on a clock; NaN compares as text."""
    return [
        (
            repr(event._replace(samples_per_second=0.0, state_dict=None, left_in_pass=event.left_in_pass * goes_on)),
            {name: tensor.numpy().tobytes() for name, tensor in (event.state_dict or {}).items()},
        )
        for event in events
        for goes_on in (event.kind != "finished",)  # how much of a pass is left then, nobody asks
    ]


def asks(controls: Controls) -> Callable[[Event], None]:
    def ask(event: Event) -> None:
        if event.kind == "step" and event.step in CHANGES:
            controls.change(replace(controls.spec, **CHANGES[event.step]))

    return ask


def cut(
    events: Iterator[Event], trainee: Trainee, after: int, ask: Callable[[Event], None] = lambda _: None
) -> tuple[list[Event], Checkpoint]:
    """Take so many events, all if there are fewer, and a checkpoint then, through the content of its file."""
    taken = []
    for event in events:
        taken.append(event)
        ask(event)
        if len(taken) == after:
            break
    assert trainee.checkpoint is not None
    return taken, Checkpoint.from_bytes(trainee.checkpoint({"seen": after}).to_bytes())


@pytest.mark.parametrize("name", SPECS)
def test_a_run_that_is_cut_off_goes_on_as_if_nothing_had_been(name: str, few_samples: Samples) -> None:
    spec = SPECS[name]
    whole = same(list(train(spec, samples=few_samples)))
    for after in (1, 9, 10, 14) if len(whole) > 9 else (1, len(whole) - 1):
        trainee = Trainee()
        taken, checkpoint = cut(train(spec, samples=few_samples, trainee=trainee), trainee, after)
        torch.manual_seed(after)  # another process draws other numbers
        rest = list(train(spec, samples=few_samples, checkpoint=checkpoint))
        assert same([*taken, *rest])[: len(whole)] == whole
        assert checkpoint.beside == {"seen": after}


@given(data=st.data())
@examples(40)
def test_changes_of_settings_after_a_checkpoint_are_made_again_where_they_were(
    data: st.DataObject, few_samples: Samples
) -> None:
    first, second = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    samples = few_samples
    trainee, controls = Trainee(), Controls(SMALL)
    ask = asks(controls)
    controls.change(replace(SMALL, **CHANGES[0]))
    events = train(SMALL, controls, samples=samples, trainee=trainee)
    early, checkpoint = cut(events, trainee, first, ask)
    later, _ = cut(events, trainee, second, ask)
    told = [*early, *later]
    made = [(event.step, event.spec) for event in told if event.kind == "changed"][checkpoint.place.changes :]
    again = Controls(checkpoint.spec)
    rest = []
    for event in train(SMALL, again, samples=samples, checkpoint=checkpoint, changes=made):
        rest.append(event)
        if len(early) + len(rest) >= len(told):
            asks(again)(event)
    whole = list(events) if len(later) == second else []
    expected = same([*told, *whole])
    got = same([*early, *rest])
    assert got[: len(told)] == expected[: len(told)]


def test_more_passes_after_the_end_are_asked_for_again(few_samples: Samples) -> None:
    spec = replace(SMALL, epochs=1)
    trainee, controls = Trainee(), Controls(spec)
    events = train(spec, controls, samples=few_samples, trainee=trainee)
    _, checkpoint = cut(events, trainee, 3)
    events = train(spec, controls, samples=few_samples)
    told = []
    for event in events:
        told.append(event)
        if event.kind == "finished" and controls.spec.epochs == 1:
            controls.change(replace(spec, epochs=2))
    made = [(event.step, event.spec) for event in told if event.kind == "changed"]
    assert made
    again = list(train(spec, samples=few_samples, checkpoint=checkpoint, changes=made))
    assert [event.train_loss for event in again if event.kind == "step"] == [
        event.train_loss for event in told if event.kind == "step"
    ][3:]


@given(content=st.binary(max_size=400))
@examples(50)
def test_what_is_no_checkpoint_is_refused(content: bytes) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.from_bytes(content)


def test_a_checkpoint_of_another_run_or_half_of_one_is_refused(few_samples: Samples) -> None:
    trainee = Trainee()
    _, checkpoint = cut(train(SMALL, samples=few_samples, trainee=trainee), trainee, 5)
    with pytest.raises(CheckpointError, match="another one"):
        next(train(replace(SMALL, seed=1), samples=few_samples, checkpoint=checkpoint))
    content = checkpoint.to_bytes()
    for size in (0, 100, len(content) // 2, len(content) - 1):
        with pytest.raises(CheckpointError):
            Checkpoint.from_bytes(content[:size])


def test_who_keeps_moments_goes_on_with_those_that_are_there(tmp_path: Path, few_samples: Samples) -> None:
    spec = replace(SMALL, epochs=4)
    trainee, keeper = Trainee(), MomentKeeper(tmp_path, most=6)
    cut(train(spec, samples=few_samples, trainee=trainee, moments=keeper), trainee, 25)
    memory = keeper.memory
    again = MomentKeeper(tmp_path, most=6, remembered=memory)
    assert again.memory == memory
    (tmp_path / "000000000.pt").unlink()
    assert MomentKeeper(tmp_path, most=6, remembered=memory).memory["ends"] == memory["ends"]
