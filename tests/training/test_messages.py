"""What the server and a worker say to each other."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.training.messages import (
    Change,
    Changed,
    Command,
    EpochEnded,
    Failed,
    Finished,
    Forget,
    Judged,
    Loading,
    LookAt,
    Looked,
    Measured,
    MessageError,
    Pause,
    Report,
    Resume,
    Start,
    Started,
    StepOnce,
    Steps,
    Stop,
    Watch,
    decode_command,
    decode_report,
    encode,
)
from primer_core.training.spec import Outcome, RunSpec
from primer_core.training.teaching import Teaching
from primer_core.training.vitals import LayerVitals, Vitals

TEXT = st.text(max_size=20)
COUNT = st.integers(0, 10**9)
NUMBER = st.floats(allow_nan=False)
PACE = st.none() | st.floats(0, exclude_min=True, allow_infinity=False)
SPEC = st.builds(RunSpec, epochs=st.integers(1, 200), learning_rate=st.floats(1e-6, 10), normalise=st.booleans())
TEACHING = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 255)), min_size=1, max_size=3).flatmap(
    lambda digits: st.builds(
        Teaching,
        st.binary(max_size=20),
        st.just(b"".join(bytes([ink]) * 784 for _, ink in digits)),
        st.just(tuple(label for label, _ in digits)),
    )
)

COMMANDS = st.one_of(
    st.builds(Watch, TEXT, COUNT),
    st.builds(LookAt, TEXT, SPEC, st.binary(), COUNT, COUNT),
    st.builds(Start, TEXT, SPEC, refetch=st.booleans(), paused=st.booleans(), pace=PACE),
    st.builds(Start, TEXT, SPEC, refetch=st.booleans(), paused=st.booleans(), pace=PACE, teaching=TEACHING),
    st.builds(Change, TEXT, SPEC),
    *(st.builds(kind, TEXT) for kind in (Pause, Resume, StepOnce, Stop, Forget)),
)
STEPS = st.lists(st.tuples(COUNT, NUMBER), min_size=1, max_size=50).flatmap(
    lambda pairs: st.builds(
        Steps,
        TEXT,
        steps=st.just(tuple(step for step, _ in pairs)),
        losses=st.just(tuple(loss for _, loss in pairs)),
        epoch=st.none() | COUNT,
        samples_per_second=NUMBER,
    )
)
LAYER = st.builds(LayerVitals, COUNT, COUNT, NUMBER, NUMBER, NUMBER)
VITALS = st.builds(Vitals, COUNT, st.lists(LAYER, max_size=5).map(tuple), COUNT, COUNT, NUMBER, NUMBER, NUMBER, NUMBER)
REPORTS = st.one_of(
    st.builds(Measured, TEXT, VITALS),
    st.builds(Judged, TEXT, COUNT, *[st.lists(COUNT, max_size=10).map(tuple)] * 3),
    st.builds(Looked, TEXT, COUNT, COUNT, TEXT),
    st.builds(Loading, TEXT, COUNT, COUNT),
    st.builds(Started, TEXT, COUNT, COUNT),
    STEPS,
    st.builds(EpochEnded, TEXT, COUNT, COUNT, NUMBER, NUMBER, NUMBER),
    st.builds(Finished, TEXT, st.sampled_from(get_args(Outcome)), COUNT, NUMBER, NUMBER, st.binary()),
    st.builds(Changed, TEXT, COUNT, SPEC, COUNT),
    st.builds(Failed, TEXT, TEXT, st.booleans()),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(COMMANDS)
def test_a_command_comes_out_as_it_went_in(command: Command) -> None:
    line = encode(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


@given(REPORTS)
def test_a_report_comes_out_as_it_went_in(report: Report) -> None:
    line = encode(report)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_report(line) == report


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_comes_out_as_it_is(loss: float) -> None:
    report = decode_report(encode(Steps("a", (7,), (loss,), 1, 0.0)))
    assert isinstance(report, Steps)
    assert str(report.losses[0]) == str(loss)


@given(st.one_of(REPORTS, COMMANDS), st.data())
def test_a_line_with_another_value_is_the_message_that_it_tells_or_refused(
    message: Report | Command, data: st.DataObject
) -> None:
    content = json.loads(encode(message))
    name = data.draw(st.sampled_from(sorted(content)))
    content[name] = data.draw(VALUES)
    line = json.dumps(content).encode() + b"\n"
    decoders: tuple[Callable[[bytes], Report | Command], ...] = (decode_report, decode_command)
    for decode in decoders:
        try:
            decoded = decode(line)
        except MessageError:
            continue
        assert json.loads(encode(decoded)).keys() == content.keys()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "got b''"),
        (b'{"kind": "Loading", "run": "a", "done": 1', "Expecting"),
        (b'["Loading", "a", 1, 2]', "Loading"),
        (b"7", "got b'7'"),
        (b"[" * 100_000, "got b'[[["),
        (b"\xff\xfe", "xff"),
        (b'{"kind": "Pause", "run": "a"}', "Pause"),
        (b'{"kind": ["Loading"], "run": "a"}', "unhashable"),
        (b'{"kind": "Loading", "run": "a", "done": 1}', "the fields of Loading are run, done, total"),
        (b'{"kind": "Loading", "run": "a", "done": 1.5, "total": 2}', "expected int, got 1.5"),
        (b'{"kind": "Loading", "run": "a", "done": true, "total": 2}', "expected int, got True"),
        (b'{"kind": "Steps", "run": "a", "steps": [], "losses": [], "epoch": 1, "samples_per_second": 0}', "got 0"),
        (b'{"kind": "Steps", "run": "a", "steps": [1], "losses": [], "epoch": 1, "samples_per_second": 0}', "got 0"),
        (b'{"kind": "Steps", "run": "a", "steps": ["1"], "losses": [1.0], "epoch": 1, "samples_per_second": 0}', "int"),
    ],
)
def test_what_is_no_report_is_refused_with_the_reason_and_the_line(line: bytes, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        decode_report(line)
    assert reason in str(caught.value)
    assert "Loading, Started, Steps" in str(caught.value)


def test_a_spec_that_cannot_be_run_is_no_command() -> None:
    line = encode(Start("a", replace(RunSpec(), epochs=7), refetch=False, paused=False, pace=None)).replace(
        b": 7", b": 0"
    )
    with pytest.raises(MessageError, match="epochs is a whole number from 1 to 200, not 0"):
        decode_command(line)
