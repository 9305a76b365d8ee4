"""What can be watched of a server, and what it tells its log."""

import json
import logging
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from primer_core.evaluation.results import Crashed, Exceeded
from primer_core.training import TrainingService
from primer_core.training.desk import Desks
from ui import cached, logs, watching
from ui.catalog import LESSONS_BY_SLUG
from ui.evaluation import POOL
from ui.watching import ADDRESS, watched


async def answer(request: Request) -> Response:
    if request.query_params.get("raises"):
        raise ValueError("our own mistake")
    return JSONResponse({}, int(request.query_params.get("status", 200)))


APP = Starlette(routes=[watched(Route("/api/lessons/{lesson}", answer, methods=["GET", "POST"])), *watching.ROUTES])


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    desks = Desks(TrainingService(max_workers=1))
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    yield TestClient(APP, client=("127.0.0.1", 5000), raise_server_exceptions=False)
    desks.service.close()


def values(text: str) -> dict[tuple[str, str, str], float]:
    """Each sample by its name, its lesson or kind or reason, and its status or bucket."""
    return {
        (
            sample.name,
            next((sample.labels[name] for name in ("lesson", "of", "why") if name in sample.labels), ""),
            sample.labels.get("status", "") + sample.labels.get("le", ""),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_answers_are_counted_by_lesson_and_status_and_lessons_that_are_none_together(client: TestClient) -> None:
    lesson = next(iter(LESSONS_BY_SLUG))
    before = values(client.get(ADDRESS).text)
    for _ in range(3):
        client.get(f"/api/lessons/{lesson}")
    for name in ("nonsense", "more-nonsense", "x" * 300):
        client.get(f"/api/lessons/{name}?status=404")
    client.get(f"/api/lessons/{lesson}?raises=1")
    after = values(client.get(ADDRESS).text)

    def more(name: str, lesson: str, status: str) -> float:
        return after[name, lesson, status] - before.get((name, lesson, status), 0)

    assert more("primer_answer_seconds_count", lesson, "200") == 3
    assert more("primer_answer_seconds_count", lesson, "500") == 1
    assert more("primer_answer_seconds_count", "", "404") == 3
    assert more("primer_answer_seconds_bucket", lesson, "200+Inf") == 3
    assert not any("nonsense" in part for key in after for part in key)


def test_what_is_so_now_is_told(client: TestClient) -> None:
    cached.PAGES.enter("me", "a tab")
    POOL._note(Exceeded("time", "It took too long."))
    POOL._note(Crashed("It ended."))
    found = values(client.get(ADDRESS).text)
    assert found["primer_pages_open", "", ""] >= 1
    assert found["primer_runs_active", "", ""] == 0
    assert found["primer_evaluation_ended_total", "time", ""] >= 1
    assert found["primer_evaluation_ended_total", "crashed", ""] >= 1
    assert found["primer_evaluation_ended_total", "memory", ""] == POOL.ended["memory"]
    assert found["primer_memory_bytes", "server", ""] > 10_000_000
    cached.PAGES.leave("me", "a tab")


def test_it_is_told_to_this_machine_alone_unless_it_is_open(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = TestClient(APP, client=("192.0.2.7", 5000))
    assert client.get(ADDRESS).status_code == 200
    assert client.get(ADDRESS, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    assert far.get(ADDRESS).status_code == 404
    monkeypatch.setenv("PRIMER_METRICS", "open")
    assert far.get(ADDRESS).status_code == 200


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Have the log written as at the start of a server, and bring back what was."""
    kept = {name: (logging.getLogger(name), logging.getLogger(name).handlers) for name in logs._OURS}
    yield monkeypatch
    for logger, handlers in kept.values():
        logger.handlers, logger.propagate = handlers, True
        logger.setLevel(logging.NOTSET)


def test_the_log_has_a_json_object_a_line_with_nothing_of_a_learner(
    client: TestClient, log: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.setenv("PRIMER_LOG", "json")
    logs.start()
    client.post("/api/lessons/einsum?status=422", json={"question": {"a": "my secret array"}})
    client.get("/api/lessons/einsum?status=503", headers={"Cookie": "primer_learner=my-secret-cookie"})
    client.get("/api/lessons/einsum?raises=1")
    POOL._note(Exceeded("memory", "It needed more than 512 MB."))
    told = capsys.readouterr().err
    lines = [json.loads(line) for line in told.splitlines()]
    assert [(line["level"], line["event"]) for line in lines] == [
        ("info", "refused"),
        ("warning", "refused"),
        ("error", "failed"),
        ("info", "evaluation ended"),
    ]
    assert [line.get("status") for line in lines] == [422, 503, 500, None]
    assert "our own mistake" in lines[2]["traceback"]
    assert lines[3]["why"] == "memory"
    assert not any(of_a_learner in told for of_a_learner in ("my secret array", "my-secret-cookie", "127.0.0.1"))


def test_the_log_is_text_and_has_warnings_alone_by_default(
    client: TestClient, log: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.delenv("PRIMER_LOG", raising=False)
    logs.start()
    client.get("/api/lessons/einsum?status=422")
    client.get("/api/lessons/einsum?status=429")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("WARNING /api/lessons/{lesson} (einsum) refused with 429.")
