"""What a page gets of a sweep: only what is new of each run, what is said of it, and nothing of a desk without one."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.desk import Desk, Desks
from primer_core.training.history import EpochPoint
from primer_core.training.kept import Card, LogWriter
from primer_core.training.messages import EpochEnded, Finished, Started, Steps
from primer_core.training.store import new_id
from primer_core.training.sweep import MOST_COMBINATIONS, MOST_POINTS, Sweep, combinations, curve_steps
from ui.training.sweep_view import ADDRESS, REFRESH, ROUTES, Had, address, had_of_query, mark_of, sweep_view

SPECS = combinations(RunSpec(epochs=2), (0.001, 0.01), (16, 64))


def known(spec: RunSpec) -> Run:
    """A run that goes on, without a process."""
    run = Run(f"run-{spec.learning_rate:g}-{spec.batch_size}", spec, lambda _: None)
    run.take(Started(run.id, 4000, 120))
    return run


def trained(run: Run, losses: list[float]) -> None:
    first = run.history.size + 1
    run.take(Steps(run.id, tuple(range(first, first + len(losses))), tuple(losses), 1, 900.0))


def view(sweep: Sweep, had: dict[str, Had] | None = None) -> dict[str, Any]:
    """A view, which strict JSON must be able to carry."""
    made = sweep_view(sweep, active_runs=1, had=had or {})
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def after(seen: dict[str, Any], had: dict[str, Had]) -> dict[str, Had]:
    """What a page has that had this and was answered by that view."""
    told = {
        cell["run"]: Had(cell["total"], cell["first"] + len(cell["means"]), cell["facts"]) for cell in seen["cells"]
    }
    return had | told


@pytest.fixture
def sweep() -> Sweep:
    return Sweep([known(spec) for spec in SPECS], lambda _: True)


def test_an_answer_brings_what_is_new_and_little_else(sweep: Sweep) -> None:
    first = view(sweep)
    assert (first["rates"], first["batches"]) == (["0.001", "0.01"], ["16", "64"])
    assert [(cell["rate"], cell["batch"]) for cell in first["cells"]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert (first["going"], first["best"]) == (True, None)
    assert first["again"] >= REFRESH
    had = after(first, {})
    assert view(sweep, had)["cells"] == []
    run = sweep.runs[2]
    trained(run, [2 / step for step in range(1, 21)])
    news = view(sweep, had)
    (cell,) = news["cells"]
    means = run.history.means()
    assert cell["means"] == [float(f"{means[step - 1]:.4g}") for step in curve_steps(120) if step <= 20]
    assert (cell["run"], cell["first"], cell["of"], cell["share"]) == (run.id, 0, MOST_POINTS, 0.17)
    had = after(news, had)
    trained(run, [0.1] * 100)
    (cell,) = view(sweep, had)["cells"]
    assert cell["first"] + len(cell["means"]) == MOST_POINTS
    assert len(json.dumps(view(sweep))) < 4000


def test_a_cell_says_how_its_run_stands_and_the_best_is_named(sweep: Sweep) -> None:
    diverged, best, other, going = sweep.runs
    trained(diverged, [2.0, 8.0, math.inf])
    diverged.take(Finished(diverged.id, "diverged", 3, math.nan, 0.1, b""))
    for run, loss in ((best, 0.25), (other, 0.5)):
        trained(run, [2.0])
        run.history.add_epoch(EpochPoint(1, 1, 1.0, loss, 0.9))
        run.take(Finished(run.id, "completed", 1, loss, 0.9, b""))
    made = view(sweep)
    cells = {cell["run"]: cell for cell in made["cells"]}
    assert made["best"] == best.id
    assert (cells[diverged.id]["state"], cells[diverged.id]["kind"]) == ("Diverged at batch 3", "bad")
    told = cells[best.id]
    assert (told["state"], told["loss"], told["accuracy"], told["epoch"]) == ("Finished", "0.25", "90.0 %", 1)
    assert (cells[going.id]["state"], cells[going.id]["kind"], cells[going.id]["loss"]) == ("Training", "going", "")
    mark = made["mark"]
    going.take(Finished(going.id, "stopped", 0, 2.3, 0.1, b""))
    ended = view(sweep)
    assert ended["again"] == 0
    assert not ended["going"]
    assert ended["mark"] == mark_of(sweep) != mark


def test_a_run_that_waits_and_one_that_nothing_starts_are_told_apart(tmp_path: Path) -> None:
    service = TrainingService(runs=tmp_path)
    runs = service.prepare(SPECS)
    sweep = Sweep(runs, lambda _: False)
    assert {cell["state"] for cell in view(sweep)["cells"]} == {"Not started"}
    sweep.begin()
    assert {cell["state"] for cell in view(sweep)["cells"]} == {"Waiting"}
    assert sweep.going
    sweep.stop()
    assert not sweep.going
    assert {cell["kind"] for cell in view(sweep)["cells"]} == {"waiting"}
    service.close()


def test_nonsense_in_a_question_counts_as_nothing() -> None:
    asked = "a:1:2:ff,b:x:2:0,c:-1:2:0,d,:::,e:²:1:0,f:1:99999999999:0"
    assert had_of_query(QueryParams({"had": asked})) == {"a": Had(1, 2, "ff")}
    assert had_of_query(QueryParams("")) == {}
    assert len(had_of_query(QueryParams({"had": ",".join(f"r{n}:1:1:a" for n in range(99))}))) == MOST_COMBINATIONS
    beyond = view(Sweep([known(SPECS[0])], lambda _: True), {"run-0.001-16": Had(120, 5000, "0")})
    assert beyond["cells"][0]["means"] == []


def kept_sweep(desks: Desks) -> Desk:
    """A desk with a sweep of before, as processes would have left it: two runs at their end, and two cut off."""
    ids = tuple(new_id() for _ in SPECS)
    for number, (run, spec) in enumerate(zip(ids, SPECS, strict=True)):
        folder = desks.service.store.create(Card(spec, "me", sweep=ids), run)
        log = LogWriter(folder.log, 0)
        log.append(Started(run, 4000, 2))
        log.append(Steps(run, (1, 2), (2.0, 1.0), 1, 900.0))
        if number < 2:
            log.append(EpochEnded(run, 1, 2, 1.5, 0.5 + number, 0.75))
            folder.write_network(2, b"no network")
            log.append(Finished(run, "completed", 2, 0.5, 0.75, b""))
        log.close()
    desk = desks.of_run(ids[1])
    assert desk is not None
    return desk


def test_the_address_answers_for_a_desk_with_a_sweep_and_for_no_other(desks: Desks) -> None:
    client = TestClient(Starlette(routes=ROUTES))
    desk = kept_sweep(desks)
    answer = client.get(address(desk))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert [cell["state"] for cell in told["cells"]] == ["Finished", "Finished", "Interrupted", "Interrupted"]
    assert desk.current is not None
    assert [cell["run"] for cell in told["cells"]][1] == desk.current.id, "the run of the address is on screen"
    assert told["best"] == told["cells"][0]["run"]
    assert told["again"] == 0
    had = ",".join(f"{c['run']}:{c['total']}:{len(c['means'])}:{c['facts']}" for c in told["cells"])
    assert client.get(f"{address(desk)}&had={had}").json()["cells"] == []
    desk.clear()
    for query in ("", "?desk=nobodys", f"?desk={desk.id}", "?desk=%00&had=%ff"):
        refused = client.get(ADDRESS + query)
        assert refused.status_code == 404
        assert "Load the page again" in refused.json()["problem"]
