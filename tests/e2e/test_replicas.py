"""Several servers behind nginx in a real browser: one of them is killed, and what its learners keep."""

import csv
import io
import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from scripts.replicas import NoProxyError, Replica, Replicas, nginx, proxy, replicas
from tests.e2e.test_live_training import LONG_RUN, button, open_lesson, points, start, until
from tests.machine import there
from tests.profiles import is_long, seed
from tests.running_app import free_port, wait_until_drawn

COUNT = 3 if is_long() else 2
KILLS = 5 if is_long() else 1  # of servers, and as often of the proxy


@pytest.fixture(scope="module")
def room() -> Iterator[Replicas]:
    there(nginx, NoProxyError)
    with replicas(COUNT, f"127.0.0.1:{free_port()}") as started:
        yield started


def cookie(page: Page, name: str) -> str:
    return next(str(each["value"]) for each in page.context.cookies() if each["name"] == name)


def home_of(page: Page, room: Replicas) -> Replica:
    """The server that has the browser of a page."""
    name = cookie(page, "primer_replica").partition(".")[0]
    return next(server for server in room.servers if server.name == name)


def losses(page: Page, room: Replicas) -> list[str]:
    """Every batch's loss of the run on a page's desk, with all its digits."""
    address = urlsplit(page.url)
    (desk,) = parse_qs(address.query)["desk"]
    answer = page.request.get(f"http://{address.netloc}/api/run/losses.csv?desk={desk}")
    assert answer.status == 200
    assert answer.headers["x-replica"] == home_of(page, room).name
    return [row["loss"] for row in csv.DictReader(io.StringIO(answer.text()))]


@pytest.mark.long
def test_a_server_that_is_killed_costs_a_reload_and_its_runs_go_on_by_one_press(
    room: Replicas, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    open_lesson(page, room.url, LONG_RUN)
    start(page)
    for kill in range(KILLS):
        enough = points(page) + random.Random(f"{seed()} server {kill}").randrange(10, 200)
        until(lambda: points(page) > enough, "batches", page)  # noqa: B023 - it is called now
        home, run = home_of(page, room), parse_qs(urlsplit(page.url).query)["run"]
        shown = losses(page, room)
        os.kill(home.process.pid, signal.SIGKILL)
        home.process.wait()
        page.reload()
        expect(
            page.get_by_text(re.compile("This run was cut off after batch .* all that was shown of it is kept"))
        ).to_be_visible()
        assert parse_qs(urlsplit(page.url).query)["run"] == run
        assert home_of(page, room) is not home
        until(lambda: points(page) >= len(shown), "all that was shown", page)  # noqa: B023 - it is called now
        kept = losses(page, room)
        assert kept[: len(shown)] == shown
        button(page, "Go on")
        until(lambda: points(page) > len(kept) + 3, "the run to go on", page)  # noqa: B023 - it is called now
        assert losses(page, room)[: len(kept)] == kept
        home.start()
        home.wait()


@pytest.mark.long
def test_a_proxy_that_is_killed_costs_nothing_once_it_is_there_again(
    room: Replicas, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    listen = f"127.0.0.1:{free_port()}"
    shown: list[str] = []
    for kill in range(KILLS):
        with proxy([server.address for server in room.servers], listen) as process:
            if not kill:
                open_lesson(page, f"http://{listen}", LONG_RUN)
                start(page)
            enough = max(points(page), len(shown)) + random.Random(f"{seed()} proxy {kill}").randrange(10, 200)
            until(lambda: points(page) > enough, "batches", page)  # noqa: B023 - it is called now
            now = losses(page, room)
            assert now[: len(shown)] == shown
            shown = now
            os.killpg(process.pid, signal.SIGKILL)
    assert page.get_by_text("This run was cut off").count() == 0


def test_the_run_of_another_server_is_looked_at_and_its_own_page_is_offered(
    room: Replicas, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    open_lesson(page, room.url, LONG_RUN)
    start(page)
    run = parse_qs(urlsplit(page.url).query)["run"][0]
    home = home_of(page, room)
    other = next(server for server in room.servers if server is not home)
    elsewhere = new_page()
    text = cookie(page, "primer_replica").partition(".")[2]
    kept = [
        {"name": name, "value": value, "url": room.url}
        for name, value in (
            ("primer_replica", f"{other.name}.{text}"),
            ("primer_learner", cookie(page, "primer_learner")),
        )
    ]
    elsewhere.context.add_cookies(kept)  # type: ignore[arg-type]  # they are what it takes
    open_lesson(elsewhere, room.url, f"live_training?run={run}")
    expect(elsewhere.get_by_text("this run is trained by another server")).to_be_visible()
    until(lambda: points(elsewhere) > 3, "the curve of the other server's run", elsewhere)
    assert elsewhere.get_by_role("button", name="Pause", exact=True).count() == 0
    elsewhere.get_by_text("Your runs", exact=True).click()
    wait_until_drawn(elsewhere)
    elsewhere.get_by_role("button", name=re.compile("^Delete this run: ")).first.click()
    elsewhere.get_by_role("button", name=re.compile("^Delete this run for good")).click()
    expect(elsewhere.get_by_role("link", name="Go to its own page")).to_be_visible()
    elsewhere.get_by_role("button", name=re.compile("^Change its name: ")).first.click()
    elsewhere.get_by_role("textbox", name=re.compile("^Name of the run: ")).press("Escape")
    button(elsewhere, "Start my own run")
    expect(elsewhere.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(elsewhere.get_by_role("link", name="Go to its own page")).to_be_visible()
    elsewhere.get_by_role("link", name="Go to its own page").click()
    expect(elsewhere.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert home_of(elsewhere, room) is home
    assert elsewhere.url.startswith(f"{room.url}/live_training?")
    button(elsewhere, "Pause")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
