"""How a browser is known, and how many pages and runs it may have at once."""

import threading
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.desk import MOST_RUNS, Desk, Desks, TooManyRunsError, most_runs
from tests.running_app import PROJECT
from ui import cached
from ui.browsers import LEARNER_COOKIE, MOST_PAGES, KnowBrowsers, OpenPages, read_secret


async def page(request: Request) -> Response:
    if request.headers.get("if-none-match"):
        return Response(status_code=304)
    return HTMLResponse("<p>")


async def answer(_: Request) -> Response:
    return JSONResponse({})


def client(base_url: str = "http://testserver") -> TestClient:
    routes = [Route("/page", page), Route("/api", answer, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(KnowBrowsers)]), base_url=base_url)


def test_a_browser_gets_its_secret_with_its_first_page_and_keeps_it() -> None:
    browser = client()
    assert "set-cookie" not in browser.get("/api").headers
    told = browser.get("/page").headers["set-cookie"]
    secret = browser.cookies[LEARNER_COOKIE]
    assert read_secret(secret) == secret
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={400 * 86400}"} <= set(told.split("; "))
    assert "Secure" not in told
    browser.get("/page")
    assert browser.cookies[LEARNER_COOKIE] == secret
    again = browser.get("/page", headers={"If-None-Match": "x", "Accept": "text/html"})
    assert (again.status_code, secret in again.headers["set-cookie"]) == (304, True)
    assert "set-cookie" not in browser.post("/api").headers
    assert client().get("/page").cookies[LEARNER_COOKIE] != secret


def test_a_cookie_that_is_none_is_replaced_and_one_over_tls_stays_there() -> None:
    for strange in ("", "short", "x" * 500, "with space and more letters"):
        told = client().get("/page", headers={"Cookie": f"{LEARNER_COOKIE}={strange}"}).headers["set-cookie"]
        assert not strange or f"={strange};" not in told
    assert "Secure" in client(base_url="https://testserver").get("/page").headers["set-cookie"]
    assert "Secure" in client().get("/page", headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]


def test_pages_beyond_the_most_are_refused_until_others_are_closed() -> None:
    pages = OpenPages(most=3)
    for number in range(5):
        pages.enter("me", f"tab {number}")
    pages.enter("another", "tab 9")
    assert [bool(pages.refusal("me", f"tab {number}")) for number in range(5)] == [False] * 3 + [True] * 2
    told = pages.refusal("me", "tab 4")
    assert "3" in told
    assert "5" in told
    assert "Close 2 pages" in told
    assert "Close 1 page that" in pages.refusal("me", "tab 3")
    assert not pages.refusal("another", "tab 9")
    assert pages.count == 6
    pages.leave("me", "tab 1")
    assert [bool(pages.refusal("me", f"tab {number}")) for number in (0, 2, 3, 4)] == [False] * 3 + [True]
    for number in range(5):
        pages.leave("me", f"tab {number}")
    pages.leave("nobody", "tab")
    assert pages.count == 1


def test_three_hundred_browsers_open_their_pages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = OpenPages()
    for browser in range(300):
        for number in range(3):
            pages.enter(f"browser {browser}", f"tab {number}")
    assert not any(pages.refusal(f"browser {browser}", "tab 2") for browser in range(300))
    monkeypatch.setenv("PRIMER_PAGES_A_BROWSER", "2")
    few = OpenPages()
    for number in range(3):
        few.enter("me", str(number))
    assert few.refusal("me", "2")
    for strange in ("0", "-1", "many", ""):
        monkeypatch.setenv("PRIMER_PAGES_A_BROWSER", strange)
        usual = OpenPages()
        for number in range(MOST_PAGES):
            usual.enter("me", str(number))
        assert not usual.refusal("me", str(MOST_PAGES - 1))


class Standing(TrainingService):
    """A service whose runs hold before their first batch, in no process."""

    def warm_up(self) -> None:
        pass

    def start(self, spec: RunSpec, **_: object) -> Run:
        run = Run(f"run-{len(self._runs)}-standing", spec, lambda _: None, paused=True)
        self._runs[run.id] = run
        return run


@pytest.fixture
def desks() -> Iterator[Desks]:
    service = Standing(max_workers=1)
    yield Desks(service, most=3)
    service.close()


def test_runs_beyond_the_most_of_one_browser_are_refused_and_nothing_changes(desks: Desks) -> None:
    mine: list[Desk] = [desks.make("my secret") for _ in range(4)]
    runs = [desk.start(RunSpec()) for desk in mine[:3]]
    with pytest.raises(TooManyRunsError, match=r"at most 3 runs .* has 3 besides .*, and this would be 1 more"):
        mine[3].start(RunSpec())
    assert mine[3].current is None
    with pytest.raises(TooManyRunsError):
        desks.check("my secret", 1)
    with pytest.raises(TooManyRunsError, match=r"This would be 4 at once\. Nothing"):
        desks.check("nobody's yet", 4)
    desks.check("another's", 3)
    desks.make("another's").start(RunSpec(), rivals=[RunSpec(seed=1), RunSpec(seed=2)])
    instead = mine[0].start(RunSpec(seed=1))
    assert runs[0].ended, "one that takes the place of another is none more"
    with pytest.raises(TooManyRunsError):
        mine[0].start(RunSpec(), rivals=[RunSpec(seed=1)])
    assert mine[0].current is instead
    assert not instead.ended
    mine[1].clear()
    assert not mine[3].start(RunSpec()).ended


def test_runs_that_are_to_go_on_again_count_too(desks: Desks) -> None:
    mine = [desks.make("my secret") for _ in range(4)]
    first = mine[0].start(RunSpec())
    first.leave("The process was killed.")
    for desk in mine[1:]:
        desk.start(RunSpec())
    went_on: list[Run] = []
    with pytest.raises(TooManyRunsError):
        mine[0].train_on(went_on.append)
    assert not went_on
    mine[3].clear()
    mine[0].train_on(went_on.append)
    assert went_on == [first]


def test_starts_at_once_do_not_pass_the_most_together(desks: Desks) -> None:
    mine = [desks.make("my secret") for _ in range(12)]
    refused: list[Desk] = []

    def start(desk: Desk) -> None:
        try:
            desk.start(RunSpec())
        except TooManyRunsError:
            refused.append(desk)

    threads = [threading.Thread(target=start, args=(desk,)) for desk in mine]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 9


def test_how_many_runs_may_go_on_is_as_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_runs() == MOST_RUNS
    monkeypatch.setenv("PRIMER_RUNS_A_BROWSER", "2")
    assert most_runs() == 2
    for strange in ("0", "-3", "two"):
        monkeypatch.setenv("PRIMER_RUNS_A_BROWSER", strange)
        assert most_runs() == MOST_RUNS


ME = "me-and-my-browser-1"


def opened(slug: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A page in a browser of mine; the test driver itself has one session for all."""
    seat = cached.Seat(learner=ME)
    monkeypatch.setattr(cached, "seat", lambda: seat)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    return app.switch_page(f"pages/{slug}.py").run()


def told(app: AppTest) -> str:
    assert not app.exception
    return " ".join(warning.value for warning in app.warning)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_a_page_too_many_says_so_and_is_shown_once_another_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = OpenPages(most=1)
    monkeypatch.setattr(cached, "PAGES", pages)
    pages.enter(ME, "another tab")
    app = opened("arrays", monkeypatch)
    assert "at most 1 page at once here, and yours has 2 open. Close 1 page that" in told(app)
    assert [title.value for title in app.title] == ["Arrays"]
    pages.leave(ME, "another tab")
    press(app, "Try again")
    assert not told(app)
    assert app.title[0].value == "Arrays"


def test_a_page_that_starts_a_run_is_counted_still(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = OpenPages(most=1)
    monkeypatch.setattr(cached, "PAGES", pages)
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    app = opened("live_training", monkeypatch)
    press(app, "Find a rate")
    assert desks.service.active_runs == 1
    assert pages.count == 1


def test_a_start_too_many_says_so_and_the_page_stays_as_it_is(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    desks.make(ME).start(RunSpec())
    app = opened("live_training", monkeypatch)
    app.selectbox(key="model").select("mlp-256-128").run()
    press(app, "Race the optimisers")
    assert "at most 3 runs going on here, paused ones counted. Yours has 1 besides" in told(app)
    assert app.selectbox(key="model").value == "mlp-256-128"
    assert "desk" not in app.query_params
    press(app, "Find a rate")
    assert "at most" not in told(app)
    assert desks.service.active_runs == 2
