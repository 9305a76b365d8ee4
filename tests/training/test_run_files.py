"""What the browser asks about kept runs: its own list, names, deletion, and files of any run whose id it has."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.training import Run, RunSpec
from primer_core.training.desk import Desk, Desks
from primer_core.training.export import EXPORTS
from primer_core.training.kept import Card, LogWriter
from primer_core.training.messages import Changed, EpochEnded, Finished, Started, Steps
from ui.browsers import LEARNER_COOKIE
from ui.training.live_view import behind_at
from ui.training.run_files import ADDRESS, EXPORT_ADDRESS, ROUTES

ME, ANOTHER = "me-and-my-browser-1", "another-browser-22"


def asked_by(secret: str) -> TestClient:
    return TestClient(Starlette(routes=ROUTES), cookies={LEARNER_COOKIE: secret} if secret else {})


def kept(desks: Desks, spec: RunSpec, *, secret: str = ME, steps: int = 3, ended: bool = True) -> Run:
    """A run of before, as a process would have left it."""
    desk = desks.make(secret)
    folder = desks.service.store.create(Card(spec, desk.owner))
    log = LogWriter(folder.log, 0)
    log.append(Started(folder.run, 4000, 315))
    log.append(Steps(folder.run, tuple(range(1, steps + 1)), (2.0,) * steps, 1, 900.0))
    log.append(EpochEnded(folder.run, 1, steps, 2.0, 1.9, 0.625))
    if ended:
        folder.write_network(steps, b"no network")
        log.append(Finished(folder.run, "stopped", steps, 1.9, 0.6, b""))
    log.close()
    run = desks.service.open(folder.run)
    assert run is not None
    return run


def listed(client: TestClient) -> list[dict[str, Any]]:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return list(answer.json()["runs"])


def test_the_list_has_the_runs_of_the_browser_that_asks_and_no_others(desks: Desks) -> None:
    first = kept(desks, RunSpec(learning_rate=0.01))
    second = kept(desks, RunSpec(), ended=False)
    other = kept(desks, RunSpec(), secret=ANOTHER)
    rows = listed(asked_by(ME))
    assert [row["run"] for row in rows] == [second.id, first.id]
    assert [row["state"] for row in rows] == ["Interrupted", "Stopped"]
    assert [row["going"] for row in rows] == [False, False]
    assert [(row["step"], row["total"], row["accuracy"]) for row in rows] == [(3, 315, 0.625)] * 2
    assert all(row["bytes"] > 300 for row in rows)
    assert [row["run"] for row in listed(asked_by(ANOTHER))] == [other.id]
    assert listed(asked_by("a-browser-that-has-none")) == []
    for secret in ("", "short", "no cookie; at all", "x" * 500):
        assert asked_by(secret).get(ADDRESS).status_code == 403


def test_a_long_log_is_summed_up_by_its_end(desks: Desks) -> None:
    run = kept(desks, RunSpec(epochs=200), ended=False)
    assert run.folder is not None
    log = LogWriter(run.folder.log, run.folder.log.stat().st_size)
    for step in range(4, 3000):
        log.append(Steps(run.id, (step,), (1 / step,), 1, 900.0))
    log.append(Changed(run.id, 2999, RunSpec(epochs=200, learning_rate=0.5), 12600))
    log.close()
    assert run.folder.log.stat().st_size > 100_000
    (row,) = listed(asked_by(ME))
    assert (row["step"], row["total"]) == (2999, 12600)
    assert ["rate", "0.5"] in row["settings"]


def test_a_run_is_renamed_and_deleted_by_its_own_browser_alone(desks: Desks) -> None:
    run = kept(desks, RunSpec())
    me, other = asked_by(ME), asked_by(ANOTHER)
    (row,) = me.post(ADDRESS, json={"run": run.id, "do": "rename", "name": "  my   best "}).json()["runs"]
    assert row["name"] == "my best"
    for do in ("rename", "delete"):
        assert other.post(ADDRESS, json={"run": run.id, "do": do, "name": "x"}).status_code == 403
    assert me.post(ADDRESS, json={"run": run.id, "do": "burn"}).status_code == 400
    assert me.post(ADDRESS, json={"run": run.id, "do": "rename", "name": 7}).status_code == 400
    for strange in ("nobodys-run-1", "../owners", "", None, 7):
        assert me.post(ADDRESS, json={"run": strange, "do": "delete"}).status_code == 404
    for body in (b"", b"[]", b"{", b"{}" * 5000):
        assert me.post(ADDRESS, content=body).status_code in (400, 413)
    assert run.folder is not None
    assert run.folder.path.is_dir()
    assert me.post(ADDRESS, json={"run": run.id, "do": "delete"}).json()["runs"] == []
    assert not run.folder.path.exists()


def test_compared_runs_lie_behind_the_current_one_by_their_names(desks: Desks) -> None:
    desk: Desk = desks.make(ME)
    current, named, unnamed = (kept(desks, RunSpec(learning_rate=rate)) for rate in (0.1, 0.2, 0.5))
    other_data = kept(desks, RunSpec(data="toy", model="toy"))
    assert named.folder is not None
    named.folder.rename("a name")
    desk.show(current)
    desk.compare([named, unnamed, other_data, current])
    assert [behind.name for behind in behind_at(desk)] == ["compared: a name", "compared: rate 0.5"]
    desk.take_off(named)
    assert [behind.run for behind in behind_at(desk)] == [unnamed]


def test_files_of_a_run_are_had_by_its_id_and_others_say_why_not(desks: Desks) -> None:
    run = kept(desks, RunSpec(model="mlp-128-64"))
    client = asked_by("")
    script = client.get(EXPORT_ADDRESS, params={"run": run.id, "as": "script"})
    assert script.status_code == 200
    assert script.headers["content-disposition"] == f'attachment; filename="run-{run.id}.py"'
    compile(script.text, "run.py", "exec")
    assert client.get(EXPORT_ADDRESS, params={"run": run.id, "as": "exe"}).status_code == 400
    assert client.get(EXPORT_ADDRESS, params={"run": "nobodys-run-1", "as": "pt"}).status_code == 404
    going = kept(desks, RunSpec(), ended=False)
    for kind in ("pt", "safetensors", "onnx"):
        refused = client.get(EXPORT_ADDRESS, params={"run": going.id, "as": kind})
        assert refused.status_code == 409
        assert "no network yet" in json.loads(refused.text)["problem"]
    assert set(EXPORTS) == {"pt", "safetensors", "script", "tensorboard", "onnx"}
