"""What a page shows of a run while it goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.history import EpochPoint
from ui.training.live_view import ADDRESS, REFRESH, REFRESH_PAUSED, ROUTES, live_view

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does


@pytest.fixture(scope="module")
def service() -> Iterator[TrainingService]:
    service = TrainingService(max_workers=1)
    yield service
    service.close()


def view(run: Run | None, *, role: str = "steers", active_runs: int = 1, before: Run | None = None) -> dict[str, Any]:
    """A view, which strict JSON must be able to carry."""
    made = live_view(run, run.state() if run else None, role=role, active_runs=active_runs, before=before)
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def test_before_the_first_run_there_is_nothing_to_ask_for() -> None:
    made = view(None)
    assert made["again"] == 0
    assert made["numbers"] == [None] * 4
    assert made["raw"] == {"x": [], "y": []}
    assert "Press Start" in str(made["progress"])


def test_a_view_tells_where_the_run_stands_and_its_mark_when_that_changes_the_page(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=200))
    assert run.wait_for(lambda _: run.history.last_epoch is not None, LIMIT)
    seen = run.state().step
    going = view(run)
    assert going["again"] == REFRESH
    assert 0 < going["share"] < 1
    assert "samples/s" in going["progress"]
    assert len(going["raw"]["x"]) == len(going["raw"]["y"]) > 0
    assert going["totalSteps"] == 200 * 63
    assert run.wait_for(lambda state: state.step > seen + 10, LIMIT)
    later = view(run)
    assert later["mark"] == going["mark"], "more batches alone change nothing around the chart"
    assert later["at"] > going["at"]
    assert view(run, role="looks on")["mark"] != going["mark"]
    assert view(run, active_runs=30)["again"] > REFRESH

    run.pause()
    paused = view(run)
    assert paused["mark"] != going["mark"]
    assert paused["again"] == REFRESH_PAUSED
    run.stop()
    assert run.wait(LIMIT)
    ended = view(run)
    assert ended["again"] == 0
    assert ended["mark"] not in (going["mark"], paused["mark"])
    assert ended["numbers"][3] == f"{run.state().test_accuracy:.2%}"
    assert ended["progress"].startswith("Stopped")


def test_numbers_that_four_decimals_would_hide_are_shown(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=1))
    assert run.wait(LIMIT)
    numbers = ((0.25, "0.2500"), (0.00004, "4.0e-05"), (0.0, "0.0000"), (3.2e22, "3.2e+22"), (float("nan"), "nan"))
    for loss, shown in numbers:
        run.history.add_epoch(EpochPoint(1, 63, loss, loss, 0.5))
        assert view(run)["numbers"][1] == shown


def test_a_change_of_settings_and_the_run_before_stand_in_the_view(service: TrainingService) -> None:
    before = service.start(RunSpec(epochs=1))
    assert before.wait(LIMIT)
    run = service.start(RunSpec(epochs=1, learning_rate=0.01), paused=True)
    run.step_once()
    assert run.wait_for(lambda state: state.step == 1, LIMIT)
    mark = view(run)["mark"]
    run.change(weight_decay=0.01)
    run.resume()
    assert run.wait(LIMIT)
    made = view(run, before=before)
    assert made["changes"] == [{"step": 1, "text": "weight decay 0.01"}]
    assert made["mark"] != mark
    assert made["behind"]["differs"] == ["rate 0.01, not 0.001"]
    assert made["behind"]["smooth"] == view(before)["smooth"]
    assert view(run)["behind"] is None


def test_a_desk_that_is_not_kept_is_said_to_be_gone() -> None:
    client = TestClient(Starlette(routes=ROUTES))
    for query in ("?desk=nobodys&visitor=me", "", "?desk=%ff&visitor=%00", "?desk=" + "x" * 5000):
        refused = client.get(ADDRESS + query)
        assert refused.status_code == 404
        assert "Load the page again" in refused.json()["problem"]
