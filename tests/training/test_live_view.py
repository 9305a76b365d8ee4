"""What a page shows of a run while it goes on."""

import base64
import csv
import io
import json
import math
from itertools import count
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.desk import Desks
from primer_core.training.history import EpochPoint, SettingChange
from primer_core.training.moments import kept_steps
from ui.training import live_view as module
from ui.training.live_view import (
    ADDRESS,
    LOSSES_ADDRESS,
    MOST_BEHIND,
    REFRESH,
    REFRESH_PAUSED,
    ROUTES,
    Behind,
    Cursor,
    behind_at,
    live_view,
    losses_table,
)

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
IDS = count()


def with_losses(*losses: float) -> Run:
    """A run of which so many losses have come in, without a process."""
    run = Run(f"run{next(IDS)}", RunSpec(), lambda _: None)
    run.history.add_losses(range(1, len(losses) + 1), losses)
    return run


def view(run: Run | None, *, role: str = "steers", active_runs: int = 1, **more: Any) -> dict[str, Any]:
    """A view, which strict JSON must be able to carry."""
    made = live_view(run, run.state() if run else None, role=role, active_runs=active_runs, **more)
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def floats(text: str) -> list[float]:
    return list(np.frombuffer(base64.b64decode(text), "<f4").tolist())


def cursor_after(seen: dict[str, Any], cursor: Cursor) -> Cursor:
    """What a page has that had the cursor's and was answered by this view."""
    return Cursor(
        run=seen["run"],
        batches=seen["curve"]["first"] + len(floats(seen["curve"]["losses"])),
        epochs=seen["epochs"]["first"] + len(seen["epochs"]["points"]),
        changes=seen["changes"]["first"] + len(seen["changes"]["points"]),
        moments=seen.get("moments", {"version": cursor.moments})["version"],
        behind={line["run"]: line["first"] + len(floats(line["means"])) for line in seen["behind"]},
    )


def test_before_the_first_run_there_is_nothing_to_ask_for() -> None:
    made = view(None, cursor=Cursor())
    assert made["again"] == 0
    assert made["numbers"] == [None] * 4
    assert floats(made["curve"]["losses"]) == []
    assert made["batches"] == 0
    assert "Press Start" in str(made["progress"])


def test_a_view_tells_where_the_run_stands_and_its_mark_when_that_changes_the_page(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=200))
    assert run.wait_for(lambda _: run.history.last_epoch is not None, LIMIT)
    seen = run.state().step
    going = view(run)
    assert going["again"] == REFRESH
    assert 0 < going["share"] < 1
    assert "samples/s" in going["progress"]
    assert going["batches"] >= seen
    assert going["planned"] == 200 * 63
    assert not going["ended"]
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
    ended = view(run, cursor=Cursor())
    assert ended["again"] == 0
    assert ended["ended"]
    assert ended["mark"] not in (going["mark"], paused["mark"])
    assert ended["numbers"][3] == f"{100 * (run.state().test_accuracy or 0):.2f} %"
    assert ended["progress"].startswith("Stopped")
    assert ended["moments"]["steps"] == list(kept_steps(run))
    assert 0 in ended["moments"]["steps"]
    assert "moments" not in view(run, cursor=cursor_after(ended, Cursor()))


def test_an_answer_brings_what_is_new_and_little_else() -> None:
    run = with_losses(*(2 / step for step in range(1, 3001)))
    run.history.add_epoch(EpochPoint(1, 63, 0.5, 0.6, 0.9))
    run.history.add_change(SettingChange(70, "learning_rate", 0.01, 0.001))
    everything = view(run, cursor=Cursor())
    assert everything["epochs"]["points"] == [[1, 63, 0.5, 0.6, 0.9]]
    assert everything["changes"]["points"] == [[70, "rate 0.01"]]
    cursor = cursor_after(everything, Cursor())
    run.history.add_losses([3001, 3002], [0.25, 0.125])
    news = view(run, cursor=cursor)
    assert floats(news["curve"]["losses"]) == [0.25, 0.125]
    assert news["curve"]["first"] == 3000
    assert news["epochs"]["points"] == news["changes"]["points"] == []
    assert len(json.dumps(news)) < 700
    assert floats(view(run, cursor=cursor_after(news, cursor))["curve"]["losses"]) == []


def test_answer_by_answer_the_whole_run_comes_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BATCHES", 100)
    losses = [float(np.float32(2.3 / step)) for step in range(1, 1051)]
    run, earlier = with_losses(*losses), with_losses(*losses[:333])
    had: dict[str, list[float]] = {"losses": [], "means": [], "behind": []}
    cursor = Cursor()
    for _ in range(20):
        made = view(run, cursor=cursor, behind=[Behind(earlier, "before")])
        assert made["curve"]["first"] == len(had["losses"])
        had["losses"] += floats(made["curve"]["losses"])
        had["means"] += floats(made["curve"]["means"])
        (line,) = made["behind"]
        assert (line["name"], line["batches"], line["first"]) == ("before", 333, len(had["behind"]))
        had["behind"] += floats(line["means"])
        cursor = cursor_after(made, cursor)
    assert had["losses"] == losses
    assert had["means"] == pytest.approx(run.history.means(), rel=1e-6)
    assert had["behind"] == pytest.approx(earlier.history.means(), rel=1e-6)


def test_a_cursor_of_another_run_or_of_nonsense_gets_all() -> None:
    run = with_losses(1.0, 0.5)
    for query in ("", "run=other&batches=2", f"run={run.id}&batches=-1", f"run={run.id}&batches=²&epochs=x&behind=::,"):
        made = view(run, cursor=Cursor.of_query(QueryParams(query)))
        assert floats(made["curve"]["losses"]) == [1.0, 0.5]
    asked = QueryParams(f"run={run.id}&batches=1&epochs=2&changes=3&moments=5-9&behind=a:b:4,c:5")
    assert Cursor.of_query(asked) == Cursor(run.id, 1, 2, 3, "5-9", {"a:b": 4, "c": 5})
    assert floats(view(run, cursor=Cursor.of_query(asked))["curve"]["losses"]) == [0.5]


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
    made = view(run, cursor=Cursor(), behind=[Behind(before, "before")])
    assert made["changes"]["points"] == [[1, "weight decay 0.01"]]
    assert made["mark"] != mark
    (line,) = made["behind"]
    assert floats(line["means"]) == pytest.approx(before.history.means(), rel=1e-6)


def test_the_run_before_lies_behind_if_both_learn_from_the_same_data(service: TrainingService) -> None:
    desk = Desks(service).make("me")
    assert behind_at(None) == behind_at(desk) == ()
    before = desk.start(RunSpec(epochs=1))
    assert before.wait(LIMIT)
    assert behind_at(desk) == ()
    desk.start(RunSpec(epochs=1, learning_rate=0.01), paused=True)
    (behind,) = behind_at(desk)
    assert behind.run is before
    assert behind.name == "before: rate 0.001"
    for _ in range(2):
        assert desk.start(RunSpec(epochs=1, batch_size=128, learning_rate=0.01, seed=1)).wait(LIMIT)
    (behind,) = behind_at(desk)
    assert behind.run is before, "no run without a loss, and none with the same settings"
    assert behind.name == "before: rate 0.001, batch 64 and 1 more"
    desk.start(RunSpec(data="toy", model="toy"), paused=True)
    assert behind_at(desk) == ()
    desk.empty()


def test_no_more_than_a_few_runs_are_drawn_behind() -> None:
    made = view(with_losses(1.0), cursor=Cursor(), behind=[Behind(with_losses(1.0), str(n)) for n in range(9)])
    assert [line["name"] for line in made["behind"]] == [str(n) for n in range(MOST_BEHIND)]


def test_what_is_not_finite_is_carried_by_strict_json() -> None:
    run = with_losses(2.0, math.inf, math.nan)
    run.history.add_epoch(EpochPoint(1, 3, math.nan, math.inf, 0.1))
    made = view(run, cursor=Cursor())
    assert floats(made["curve"]["losses"])[1] == math.inf
    assert made["epochs"]["points"] == [[1, 3, None, None, 0.1]]
    assert made["numbers"][1] == "not finite"


def test_a_loss_however_small_or_large_is_written_in_a_few_letters() -> None:
    run = with_losses(2.0)
    numbers = ((0.25, "0.2500"), (0.00004, "4.0×10⁻⁵"), (0.0, "0.0000"), (3.2e22, "3.2×10²²"), (999.0, "999.0000"))
    for loss, shown in numbers:
        run.history.add_epoch(EpochPoint(1, 63, loss, loss, 0.5))
        assert view(run)["numbers"][1] == shown


def test_the_table_of_losses_has_every_digit() -> None:
    losses = [float(np.float32(2.3 / step)) for step in range(1, 7)] + [math.nan]
    run = with_losses(*losses)
    run.history.add_epoch(EpochPoint(1, 3, 0.5, 0.61, 0.9))
    run.history.add_change(SettingChange(4, "learning_rate", 0.01, 0.001))
    head, *rows = csv.reader(io.StringIO(losses_table(run)))
    assert head == ["batch", "epoch", "loss", "running mean", "validation loss", "validation accuracy", "changed"]
    assert [float(row[2]) for row in rows[:-1]] == losses[:-1]
    assert rows[-1][2] == "nan"
    assert [int(row[1]) for row in rows] == [1, 1, 1, 2, 2, 2, 2]
    assert rows[2][4:] == ["0.61", "0.9", ""]
    assert [row[6] for row in rows] == ["", "", "", "", "rate 0.01", "", ""]


def test_a_desk_that_is_not_kept_is_said_to_be_gone() -> None:
    client = TestClient(Starlette(routes=ROUTES))
    for query in ("?desk=nobodys&visitor=me", "", "?desk=%ff&visitor=%00", "?desk=" + "x" * 5000):
        for address in (ADDRESS, LOSSES_ADDRESS):
            refused = client.get(address + query)
            assert refused.status_code == 404
            assert "Load the page again" in refused.json()["problem"]
