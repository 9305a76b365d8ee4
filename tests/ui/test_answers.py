"""The address that lessons' pages ask, in-process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.evaluation import Busy, Crashed, Exceeded, Result
from primer_core.evaluation.bench import Failed, Measured
from primer_core.lessons.answer import answer, page
from primer_core.lessons.broadcasting import LESSON
from primer_core.lessons.broadcasting.question import BroadcastingQuestion
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import Question, TextField, whole
from primer_core.picture.bars import Bar, Bars
from primer_core.picture.page import drawings_of
from primer_core.picture.payload import payload
from ui import answers, modules
from ui.answer_cache import AnswerCache
from ui.answers import ROUTES, address
from ui.catalog import LESSONS_BY_SLUG
from ui.evaluation import POOL

ADDRESS = address("broadcasting")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    POOL.start()
    with TestClient(Starlette(routes=[*ROUTES, *modules.ROUTES])) as client:
        yield client


def ask(client: TestClient, *events: dict[str, Any], n: int = 1, **texts: str) -> dict[str, Any]:
    response = client.post(ADDRESS, json={"question": texts, "events": list(events), "n": n, "wait": True})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_an_answer_is_that_of_the_question_with_the_number_it_was_asked_by(client: TestClient) -> None:
    found = ask(client, n=7, a="(2, 2)", b="10")
    assert found.pop("n") == 7
    assert found == json.loads(answer(LESSON, BroadcastingQuestion(a="(2, 2)", b="10")))


def test_events_are_followed_in_their_order(client: TestClient) -> None:
    found = ask(
        client,
        {"kind": "put", "texts": {"a": "(2, 2)", "op": "multiply"}},
        {"kind": "resize", "field": "a", "start": "(2, 2)", "shape": [5, 2]},
        {"kind": "put", "texts": {"b": "10"}},
    )
    assert found["question"] == BroadcastingQuestion(a="(5, 2)", op="multiply", b="10").texts()
    assert found["address"] == "a=%285%2C+2%29&op=multiply&b=10"
    assert "refusal" not in found


def test_a_resized_array_goes_on_from_its_start(client: TestClient) -> None:
    found = ask(client, {"kind": "resize", "field": "b", "start": "[1, 0, 1]", "shape": [2, 3]})
    assert found["question"]["b"] == "[[1, 0, 1], [1, 0, 1]]"


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ({"kind": "put", "texts": {"op": "power"}}, "power"),
        ({"kind": "put", "texts": {"nothing": "1"}}, "nothing"),
        ({"kind": "resize", "field": "op", "start": "add", "shape": [1]}, "op"),
        ({"kind": "resize", "field": "a", "start": "(2,)", "shape": [1] * 9}, "9 axes"),
        ({"kind": "click", "grid": "a", "index": [0]}, "nothing"),
    ],
)
def test_an_event_that_cannot_be_followed_is_passed_over_with_the_reason(
    client: TestClient, event: dict[str, Any], word: str
) -> None:
    found = ask(client, event, {"kind": "put", "texts": {"b": "10"}})
    assert word in found["refusal"]
    assert found["question"] == BroadcastingQuestion(b="10").texts()


def test_parameters_that_cannot_be_taken_are_told_and_defaults_are_used(client: TestClient) -> None:
    found = ask(client, op="power", lr="3", b="10")
    assert found["question"] == BroadcastingQuestion(b="10").texts()
    power, unknown = found["problems"]
    assert "op=power" in power
    assert "add" in power
    assert "lr=3" in unknown


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"question": 3}', 400),
        (b'{"question": {"a": 3}}', 400),
        (b'{"question": {}, "events": 3}', 400),
        (b'{"question": {}, "events": [{"kind": "bang"}]}', 422),
        (b'{"question": {}, "events": [{"kind": "put", "texts": {"a": 1}}]}', 422),
        (b'{"question": {}, "events": [{"kind": "click", "grid": "a", "index": ["0"]}]}', 422),
        (b'{"question": {}, "events": [{"kind": "edit", "grid": "a", "index": [0], "value": "1"}]}', 422),
        (
            b'{"question": {}, "events": [' + b",".join([b'{"kind": "act", "name": "x", "details": {}}'] * 201) + b"]}",
            400,
        ),
        (b"[" * 50_000, 400),
        (b'{"question": {"a": "' + b"x" * 300_000 + b'"}}', 413),
        (b'{"question": {}, "n": NaN}', 400),
        (b"\xff", 400),
    ],
)
def test_what_is_no_question_is_refused_with_a_reason(client: TestClient, content: bytes, status: int) -> None:
    response = client.post(ADDRESS, content=content)
    assert response.status_code == status
    assert response.json()["problem"]


def test_a_lesson_that_there_is_not_is_answered_with_those_that_there_are(client: TestClient) -> None:
    response = client.post("/api/lessons/nowhere", json={"question": {}})
    assert response.status_code == 404
    assert "broadcasting" in response.json()["problem"]


def test_a_lesson_that_measures_nothing_says_so(client: TestClient) -> None:
    response = client.post(f"{ADDRESS}/measure", json={"question": {}, "what": "speed"})
    assert response.status_code == 400


def drawn(client: TestClient, slug: str, **body: Any) -> Any:
    return client.post(f"{address(slug)}/picture", json={"question": {}, "theme": "dark"} | body)


@pytest.mark.parametrize("slug", list(LESSONS_BY_SLUG))
def test_every_drawing_of_a_default_page_can_be_had_as_svg(client: TestClient, slug: str) -> None:
    lesson = LESSONS_BY_SLUG[slug]
    shown = page(lesson, lesson.question())
    for panel, parts in ((True, shown.panel), (False, shown.body or ())):
        count = len(drawings_of(parts))
        for place in range(count):
            response = drawn(client, slug, picture=place, panel=panel)
            assert response.status_code == 200, response.text
            root = ElementTree.fromstring(response.text)  # noqa: S314 - made here
            described = [element.text or "" for element in root if element.tag.endswith(("title", "desc"))]
            assert described[0].startswith(lesson.title)
            assert len(described[1]) > 10
        assert drawn(client, slug, picture=count, panel=panel).status_code == 404


def test_a_graph_is_drawn_at_the_step_that_it_was_left_at(client: TestClient) -> None:
    first, last = (drawn(client, "autograd_graph", picture=0, at=at) for at in ([0], []))
    assert first.status_code == last.status_code == 200
    assert first.text.count("waiting") > last.text.count("waiting")
    assert drawn(client, "autograd_graph", picture=0, at=[999]).status_code == 400


def test_measured_bars_are_drawn_from_what_the_page_sends(client: TestClient) -> None:
    bars = payload(Bars((Bar(("<b>loop</b>",), 2.0, "2 ms", "b"), Bar(("array",), 1.0, "1 ms")), "A race"))
    response = drawn(client, "arrays", bars=bars)
    assert response.status_code == 200
    root = ElementTree.fromstring(response.text)  # noqa: S314 - made here
    assert {"<b>loop</b>", "2 ms"} <= {"".join(found.itertext()) for found in root.iter()}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"picture": "0"}, {"picture": True}, {"picture": 0, "panel": 1}, {"picture": 0, "at": [-1]},
        {"picture": 0, "at": 3}, {"picture": 0, "theme": "page"}, {"bars": {"bars": "x"}}, {"bars": None},
        {"picture": 0, "at": [0]}, {"picture": 0, "windows": 3},
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_with_a_reason(client: TestClient, body: dict[str, Any]) -> None:
    response = drawn(client, "broadcasting", **body)
    assert response.status_code == 400
    assert response.json()["problem"].startswith("Expected ")


def test_modules_are_kept_under_their_hash_only(client: TestClient) -> None:
    kept = client.get(modules.address("lesson.js"))
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert "javascript" in kept.headers["content-type"]
    assert client.get("/modules/old/lesson.js").headers["cache-control"] == "no-store"
    assert client.get("/modules/old/secrets.js").status_code == 404
    assert client.get("/modules/old/..%2f..%2fapp.py").status_code == 404


def test_answers_are_kept_up_to_their_room() -> None:
    cache = AnswerCache(room=100)
    cache.put("a", b"x" * 60)
    cache.put("b", b"x" * 30)
    assert cache.get("a") is not None
    cache.put("c", b"x" * 30)
    assert cache.get("b") is None, "asked for longest ago"
    assert cache.get("a") is not None
    cache.put("a", b"x" * 90)
    assert cache.get("c") is None
    cache.put("huge", b"x" * 101)
    assert cache.get("huge") is None
    assert cache.get("a") == b"x" * 90


FRESH = """
import sys
from starlette.applications import Starlette
from starlette.testclient import TestClient
from ui.answers import ROUTES, address

client = TestClient(Starlette(routes=[*ROUTES]))

def ask(**more):
    body = {"question": {"library": "NumPy", "steps": "transpose(1, 0)"}, "n": 3} | more
    return client.post(address("shapes"), json=body).json()

put = [{"kind": "put", "texts": {"library": "PyTorch"}}]
print(ask())
print(ask(wait=True)["question"]["steps"])
print(ask(events=put))
found = ask(events=put, wait=True)
print(found["question"]["steps"], found["n"], "torch" in sys.modules)
"""


def test_what_is_not_loaded_is_named_at_once_and_the_server_itself_never_loads_it() -> None:
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == [
        "{'n': 3, 'loading': 'NumPy'}",
        "transpose(1, 0)",
        "{'n': 3, 'loading': 'PyTorch'}",
        "permute((1, 0)) 3 False",
    ]


PRESETS = [
    pytest.param(lesson, preset, id=f"{lesson.slug}: {preset.title}")
    for lesson in LESSONS_BY_SLUG.values()
    for preset in lesson.presets
]


def _differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Tell where two answers differ, which are too large to be shown."""
    match one, other:
        case dict(), dict() if one.keys() == other.keys():
            for key in one:
                yield from _differences(one[key], other[key], f"{place}.{key}")
        case list(), list() if len(one) == len(other):
            for number, (mine, yours) in enumerate(zip(one, other, strict=True)):
                yield from _differences(mine, yours, f"{place}[{number}]")
        case _ if one != other:
            yield f"{place}: {one!r}, {other!r}"


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(("lesson", "preset"), PRESETS)
def test_a_preset_is_answered_as_in_this_process(client: TestClient, lesson: AnyLesson, preset: Any) -> None:
    """Nothing that a lesson does is refused in an evaluation process, nor beyond its limits."""
    body = {"question": preset.question.texts(), "wait": True, "n": 1}
    answered = client.post(address(lesson.slug), json=body)
    assert answered.status_code == 200
    expected = json.loads(answer(lesson, preset.question))
    assert list(_differences(answered.json(), {"n": 1, **expected})) == []
    for place in range(len(drawings_of(page(lesson, preset.question).body or ()))):
        picture = client.post(f"{address(lesson.slug)}/picture", json={**body, "picture": place, "theme": "dark"})
        assert picture.status_code == 200
        assert picture.text.startswith("<svg")


@pytest.mark.parametrize(
    ("slug", "what"), [("matmul", "speed"), ("arrays", "dot"), ("arrays", "add"), ("data_loading", "pixels")]
)
def test_what_is_measured_is_within_the_limits(client: TestClient, slug: str, what: str) -> None:
    measured = client.post(f"{address(slug)}/measure", json={"question": {}, "what": what})
    assert measured.status_code == 200, measured.text
    assert measured.json()["parts"]


def test_what_starts_processes_is_measured_apart_and_dated_and_kept(client: TestClient) -> None:
    asked = {"question": {"view": "Workers", "workers": "1", "batch_size": "3"}, "what": "numbers"}
    nothing = client.post(f"{address('data_loading')}/measure", json=asked | {"kept": True})
    assert nothing.json() == {"parts": []}
    measured = client.post(f"{address('data_loading')}/measure", json=asked)
    assert measured.status_code == 200, measured.text
    at = datetime.fromisoformat(measured.json()["at"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    other = asked | {"question": {"view": "Workers", "workers": "1", "batch_size": "7"}, "kept": True}
    assert client.post(f"{address('data_loading')}/measure", json=other).json() == measured.json()
    assert "busy" not in measured.json()


def test_who_comes_while_others_measure_gets_the_last_one_with_its_date(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Line:
        """A bench whose measurements do not come to their turn."""

        kept: Measured | None = None

        def ask(self, _: object) -> Future[Measured | Failed]:
            return Future()

        def last(self, _: object) -> Measured | None:
            return self.kept

    monkeypatch.setattr(answers, "BENCH", Line())
    monkeypatch.setattr(answers, "_MEASURED_WITHIN", 0.05)
    asked = {"question": {"view": "Workers"}, "what": "pass"}
    refused = client.post(f"{address('data_loading')}/measure", json=asked)
    assert refused.status_code == 429
    assert "under way" in refused.json()["problem"]
    when = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    monkeypatch.setattr(Line, "kept", Measured(b'200{"parts": [{"kind": "note"}]}', when))
    found = client.post(f"{address('data_loading')}/measure", json=asked).json()
    assert found == {"parts": [{"kind": "note"}], "at": when.isoformat(), "busy": True}


def test_a_picture_or_measurement_that_there_is_not_is_told(client: TestClient) -> None:
    picture = {"question": {}, "picture": 99, "theme": "light"}
    assert client.post(f"{ADDRESS}/picture", json=picture).status_code == 404
    assert client.post(f"{address('matmul')}/measure", json={"question": {}, "what": "luck"}).status_code == 422


class Ended:
    """A pool whose answers all end with the same result; the controls alone are drawn."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def ask(self, name: str, job: object, **options: Any) -> Future[Result]:
        if name == "limited":
            return POOL.ask(name, job, **options)
        future: Future[Result] = Future()
        future.set_result(self._result)
        return future


WITH_TEXTS = [
    lesson
    for lesson in LESSONS_BY_SLUG.values()
    if any(isinstance(field, TextField) and not field.hidden for field in lesson.question.fields().values())
]
LIMIT = Exceeded("time", "It took longer than 2 s of computing, which is the limit here.")


@pytest.mark.parametrize("result", [LIMIT, Crashed("The process ended.")])
@pytest.mark.parametrize("lesson", WITH_TEXTS, ids=lambda lesson: lesson.slug)
def test_what_exceeds_a_limit_is_told_at_a_field_and_what_was_typed_stays(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, lesson: AnyLesson, result: Any
) -> None:
    monkeypatch.setattr(answers, "POOL", Ended(result))
    monkeypatch.setattr(answers, "_kept", AnswerCache())
    question = lesson.presets[-1].question
    found = client.post(address(lesson.slug), json={"question": question.texts(), "wait": True, "n": 4}).json()
    assert found["n"] == 4
    assert found["question"] == question.texts()
    assert found["body"] is None
    panel = json.dumps(found["panel"])
    assert result.sentence in panel
    assert "cannot be read" not in panel


@dataclass(frozen=True, slots=True)
class Textless(Question):
    """A question without a text."""

    size: int = whole(2, label="Size", least=1, most=9)


def test_a_lesson_that_has_no_text_to_shorten_refuses_with_the_limit(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "POOL", Ended(LIMIT))
    monkeypatch.setattr(answers, "_kept", AnswerCache())
    monkeypatch.setitem(LESSONS_BY_SLUG, "softmax", replace(LESSONS_BY_SLUG["softmax"], question=Textless))
    response = client.post(address("softmax"), json={"question": {"size": "3"}})
    assert response.status_code == 422
    assert response.json() == {"problem": LIMIT.sentence}


def test_a_limit_is_told_at_the_field_that_was_changed_last(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "POOL", Ended(LIMIT))
    monkeypatch.setattr(answers, "_kept", AnswerCache())
    found = ask(client, {"kind": "put", "texts": {"a": "(9, 3)"}}, {"kind": "put", "texts": {"b": "(9, 1)"}})
    assert found["question"] == BroadcastingQuestion(a="(9, 3)", b="(9, 1)").texts()
    told = [c["field"] for part in found["panel"] for c in part.get("controls", ()) if "problem" in c]
    assert told == ["b"]


def test_where_too_many_wait_the_page_is_told_to_ask_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "POOL", Ended(Busy("256 others wait.")))
    monkeypatch.setattr(answers, "_kept", AnswerCache())
    response = client.post(ADDRESS, json={"question": {"a": "(8, 3)"}})
    assert response.status_code == 503
    assert response.json() == {"problem": "256 others wait."}


def test_an_answer_is_kept_and_asked_for_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(client, n=1, a="(7, 3)")
    monkeypatch.setattr(answers, "POOL", Ended(Crashed("Nobody asks again.")))
    assert ask(client, n=2, a="(7, 3)") == {**first, "n": 2}


def test_a_preset_that_somebody_pressed_is_kept_for_whoever_presses_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(**texts: str) -> dict[str, Any]:
        put = {"kind": "put", "texts": LESSON.puts(preset)}
        response = client.post(ADDRESS, json={"question": texts, "events": [put], "n": 1, "wait": True})
        assert response.status_code == 200
        return dict(response.json())

    preset = LESSON.presets[-1]
    first = press(a="(7, 3)")
    monkeypatch.setattr(answers, "POOL", Ended(Crashed("Nobody asks again.")))
    assert press(a="(2, 3, 4)", b="[1, 2]") == first


class Counting(AnswerCache):
    """Keeps answers, and says when it was given so many."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count
        self.given = Event()

    def put(self, key: object, answer: bytes) -> None:
        super().put(key, answer)
        self._left -= 1
        if self._left == 0:
            self.given.set()


def test_once_a_lesson_was_opened_each_of_its_presets_is_answered_before_it_is_pressed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, a="(7, 3)")  # from now on there is a process that answers
    texts = [LESSON.puts(preset) for preset in LESSON.presets]
    kept = Counting(1 + len(texts))
    monkeypatch.setattr(answers, "_kept", kept)
    monkeypatch.setattr(answers, "_answered_ahead", set())
    answers.opening(LESSON, LESSON.question())
    assert kept.given.wait(60)
    monkeypatch.setattr(answers, "POOL", Ended(Crashed("Nobody asks again.")))
    for each in texts:
        put = {"kind": "put", "texts": each}
        response = client.post(ADDRESS, json={"question": {"a": "(7, 3)"}, "events": [put], "n": 1, "wait": True})
        assert response.json()["question"].items() >= each.items()
