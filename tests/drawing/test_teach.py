"""Starting a run that learns own digits, asked over its address; and what is said of one."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.training.desk import Desk, Desks
from primer_core.training.messages import Finished, Judged
from primer_core.training.run import Run
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec
from primer_core.training.teaching import held_out
from tests.profiles import examples
from ui import cached
from ui.drawing.taught import FORGETS, learned_and_held_out, result_of, share_of_test
from ui.drawing.teach import ADDRESS, MOST_BYTES, ROUTES

LIMIT = 180.0
CLIENT = TestClient(Starlette(routes=ROUTES))
IMAGE = base64.b64encode(bytes(range(196)) * 4).decode()
DIGIT = {"label": 4, "image": IMAGE}
ASKED = {"network": "shipped", "replay": 0.5, "epochs": 1, "digits": [DIGIT] * 3}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "image", "x"]), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def desks() -> Iterator[Desks]:
    desks = Desks(TrainingService(max_workers=1))
    yield desks
    desks.service.close()


@pytest.fixture
def desk(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    desk = desks.make("learner")
    desk.sit("visitor", "learner")
    return desk


def asked(desk: Desk, visitor: str = "visitor", **changed: Any) -> tuple[int, dict[str, Any]]:
    answer = CLIENT.post(ADDRESS, params={"desk": desk.id, "visitor": visitor}, json=ASKED | changed)
    return answer.status_code, answer.json()


def test_digits_start_a_run_that_ends_with_a_network_and_can_be_taught_again(desk: Desk) -> None:
    status, told = asked(desk)
    assert status == 200
    run = desk.current
    assert run is not None
    assert run.id == told["run"]
    assert (run.spec.start, run.spec.replay, run.spec.epochs, run.digit_labels) == ("shipped", 0.5, 1, (4, 4, 4))
    status, told = asked(desk)
    assert (status, "already" in told["problem"]) == (409, True)
    assert run.wait(LIMIT)
    assert desk.finished == (run,)

    status, told = asked(desk, network=run.id, replay=0)
    assert status == 200
    again = desk.current
    assert again is not None
    assert (again.spec.start, again.spec.model) == (run.id, run.spec.model)
    assert again.wait(LIMIT)
    assert again.judged[0].digits == run.judged[-1].digits, "it begins where the other ended"
    desk.clear()


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"digits": []}, 400, "1 to 500 digits; got 0"),
        ({"digits": [{"label": 1, "image": ""}] * 501}, 400, "got 501"),
        ({"digits": "abc"}, 400, "a list of 1 to 500"),
        ({"digits": [DIGIT, 3]}, 400, "Digit 1: expected a label"),
        ({"digits": [{**DIGIT, "label": 10}]}, 400, "0 to 9; got 10"),
        ({"digits": [{**DIGIT, "label": "4"}]}, 400, "got '4'"),
        ({"digits": [{**DIGIT, "label": True}]}, 400, "got True"),
        ({"digits": [{**DIGIT, "image": IMAGE[:-8]}]}, 400, "784 bytes; got 780"),
        ({"digits": [{**DIGIT, "image": "!" * 1048}]}, 400, "in base64"),
        ({"digits": [{**DIGIT, "image": "é" * 1048}]}, 400, "in base64"),
        ({"digits": [{**DIGIT, "image": [0.0] * 784}]}, 400, "784 bytes; got 0"),
        ({"replay": 0.95}, 400, "0 to 0.9"),
        ({"replay": -1}, 400, "0 to 0.9"),
        ({"replay": "half"}, 400, "replay share"),
        ({"replay": None}, 400, "replay share"),
        ({"epochs": 0}, 400, "1 to 200"),
        ({"epochs": 10**9}, 400, "1 to 200"),
        ({"epochs": 2.5}, 400, "whole number"),
        ({"network": "another"}, 404, "not kept"),
        ({"network": None}, 404, "not kept"),
        ({"network": "x" * 100_000}, 404, "not kept"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_what_was_expected(
    desk: Desk, changed: dict[str, Any], status: int, words: str
) -> None:
    got, told = asked(desk, **changed)
    assert (got, words in told["problem"]) == (status, True), told
    assert len(told["problem"]) < 200
    assert desk.current is None


@examples(200)
@given(st.dictionaries(st.sampled_from([*ASKED, "other"]), JSON))
def test_anything_else_gets_a_message(changed: dict[str, Any]) -> None:
    desks = Desks(service=None)  # type: ignore[arg-type]  # nothing of this may start a run
    desk = desks.make("learner")
    desk.sit("visitor", "learner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cached, "training_desks", lambda: desks)
        status, told = asked(desk, **{"digits": None, **changed})
    assert 400 <= status < 500
    assert told["problem"]


def test_who_may_not_teach_there_is_told(desk: Desk) -> None:
    assert asked(desk, visitor="another")[0] == 403
    parameters = {"desk": "nowhere", "visitor": "visitor"}
    assert CLIENT.post(ADDRESS, params=parameters, json=ASKED).status_code == 404
    parameters = {"desk": desk.id, "visitor": "visitor"}
    for body in (b"[1]", b"{", b'{"replay": NaN}', b"\xff", b"[" * 9):
        assert CLIENT.post(ADDRESS, params=parameters, content=body).status_code == 400
    assert CLIENT.post(ADDRESS, params=parameters, content=b" " * (MOST_BYTES + 1)).status_code == 413


def test_as_many_digits_as_a_run_learns_fit_into_a_request() -> None:
    many = CLIENT.post(ADDRESS, params={"desk": "nowhere"}, json=ASKED | {"digits": [DIGIT] * 500})
    assert many.status_code == 404


# ---- what is said


SIZE = 50
NUMBERS = st.tuples(
    st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1, max_size=30),
    *[st.lists(st.integers(0, SIZE), min_size=10, max_size=10)] * 2,
)


@examples(500)
@given(NUMBERS, st.sampled_from([0.0, 0.5, 0.9]))
def test_what_is_said_of_forgetting_follows_from_the_counts(
    numbers: tuple[list[tuple[int, int, int]], list[int], list[int]], replay: float
) -> None:
    digits, right_before, right_after = numbers
    labels, read_before, read_after = (tuple(part) for part in zip(*digits, strict=True))
    before = Judged("run", 0, read_before, tuple(right_before), (SIZE,) * 10)
    after = Judged("run", 9, read_after, tuple(right_after), (SIZE,) * 10)
    run = Run("run", RunSpec(start="shipped", replay=replay), lambda _: None, digit_labels=labels)
    assert result_of(run, "Shipped network") is None
    run.take(before)
    going = result_of(run, "Shipped network")
    assert going is not None
    assert {row["after"] for row in going["rows"]} == {"…"}
    for report in (after, Finished("run", "completed", 9, 0.5, 0.5, b"")):
        run.take(report)
    told = result_of(run, "Shipped network")
    assert told is not None
    learned, held = learned_and_held_out(labels, after)
    assert (learned.size, held.size) == (held_out(labels).count(False), held_out(labels).count(True))
    assert learned.right + held.right == sum(label == read for label, read in zip(labels, read_after, strict=True))
    assert [row["name"] for row in told["rows"]] == [
        "My digits that it learns",
        *["My digits held out"] * bool(held.size),
        "Test images of MNIST sample",
    ]
    assert told["rows"][-1]["after"].startswith(f"{sum(right_after)} of 500")
    assert share_of_test(before).right == sum(right_before)
    text = " ".join(told["told"])
    assert ("too few" in text) == (held.size == 0)
    lost = (sum(right_before) - sum(right_after)) / 5
    assert ("It has forgotten" in text) == (lost >= FORGETS)
    assert ("set 50 %" in text) == (lost >= FORGETS and replay == 0)
    if lost >= FORGETS:
        worst = min(range(10), key=lambda label: right_after[label] - right_before[label])
        assert f"{worst} ({right_after[worst]} of {SIZE} right, {right_before[worst]} before)" in text
