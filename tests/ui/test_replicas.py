"""Which of several servers trains a run, and what the others say to who would steer it there."""

import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.training import RunSpec, TrainingService
from primer_core.training import service as service_module
from primer_core.training.desk import Desks
from primer_core.training.kept import Card, RunFolder, own_replica
from primer_core.training.store import RunStore, digest
from ui import cached
from ui.browsers import LEARNER_COOKIE
from ui.replicas import page_of
from ui.training.run_files import ADDRESS, ROUTES

ME = "me-and-my-browser-1"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunStore(tmp_path).create(Card(RunSpec(), digest(ME)))


def held_by(name: str, folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> int:
    """Have a server of that name train a run: the lock, until it is closed."""
    monkeypatch.setenv("PRIMER_REPLICA", name)
    return folder.hold()


def test_a_run_knows_who_trained_it_last(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder.trained_by() == ""
    for name, known in (("r2", "r2"), ("r13", "r13"), ("", ""), ("r1", "r1"), ("../evil", ""), ("r1\n", "")):
        os.close(held_by(name, folder, monkeypatch))
        assert (own_replica(), folder.trained_by()) == (known, known)
    (folder.path / "replica").write_bytes(b"r\xff")
    assert folder.trained_by() == ""


def test_its_page_is_at_the_server_that_trains_it(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    held = held_by("r2", folder, monkeypatch)
    assert page_of(folder) == "", "it is here"
    monkeypatch.setenv("PRIMER_REPLICA", "r1")
    assert page_of(folder) == f"/replicas/r2/live_training?run={folder.run}"
    monkeypatch.delenv("PRIMER_REPLICA")
    assert page_of(folder) == "", "nothing stands before a server alone that would answer"
    os.close(held)


def test_a_run_of_another_server_is_not_deleted_and_its_own_page_is_named(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "_STOP_WAIT", 0.1)
    desks = Desks(TrainingService(max_workers=1, runs=folder.path.parent))
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    client = TestClient(Starlette(routes=ROUTES), cookies={LEARNER_COOKIE: ME})
    delete = {"run": folder.run, "do": "delete"}
    held = held_by("r2", folder, monkeypatch)
    for name, page in (("r1", f"/replicas/r2/live_training?run={folder.run}"), ("", None)):
        monkeypatch.setenv("PRIMER_REPLICA", name)
        refused = client.post(ADDRESS, json=delete)
        assert refused.status_code == 409
        assert refused.json().get("page") == page
        assert "Another server trains this run" in refused.json()["problem"]
        assert folder.path.is_dir()
    os.close(held)
    assert client.post(ADDRESS, json=delete).json()["runs"] == []
    desks.service.close()
