"""The main job in a real browser: train, watch, steer, reload, close, and what happens when something dies."""

import itertools
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from primer_core.models import build_model
from primer_core.training import RunSpec
from primer_core.training.loop import train
from tests.e2e.test_accessibility import violations
from tests.running_app import free_port, running_app, wait_until_drawn

LIMIT = 60.0
#: It takes four minutes on any machine, so that no test finds it at its end.
LONG_RUN = "live_training?epochs=200&pace=50"
#: A processor is busy with it for minutes.
HEAVY_RUN = "live_training?model=Small+CNN&epochs=200&pace=full+speed"


def until(condition: Callable[[], bool], what: str, page: Page | None = None, limit: float = LIMIT) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"waited {limit:g} s in vain for: {what}"
        if page is None:
            time.sleep(0.1)
        else:
            page.wait_for_timeout(100)


def open_lesson(page: Page, app_url: str, path: str) -> None:
    page.goto(f"{app_url}/{path}")
    expect(page.get_by_role("heading", name="Live training", level=1)).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def unfold(page: Page, title: str) -> None:
    """Open what is folded up, and wait until it is drawn: a list that is opened while its place moves closes again."""
    page.get_by_text(title, exact=True).click()
    wait_until_drawn(page)
    page.evaluate("""() => {
      const ending = document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime < Infinity);
      return Promise.allSettled(ending.map((each) => each.finished));
    }""")


class HeldNews:
    """What the server tells a page, which can be held up as a slow network does; not what it answers a chart.

    Parameters
    ----------
    page
        That has not been opened yet.
    """

    def __init__(self, page: Page) -> None:
        self._held: list[str | bytes] | None = None
        self._to_page: Callable[[str | bytes], None] = lambda _: None
        self.asked_again = 0
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def hold(self) -> None:
        """Keep what comes from now on from the page, and count what the page says."""
        self._held, self.asked_again = [], 0

    def release(self) -> None:
        """Let the page hear what was held, and all that comes."""
        held, self._held = self._held or [], None
        for message in held:
            self._to_page(message)

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._to_page = socket.send
        server.on_message(self._hear)
        socket.on_message(lambda message: self._say(server, message))

    def _hear(self, message: str | bytes) -> None:
        if self._held is None:
            self._to_page(message)
        else:
            self._held.append(message)

    def _say(self, server: WebSocketRoute, message: str | bytes) -> None:
        self.asked_again += 1
        server.send(message)


def start(page: Page) -> None:
    button(page, "Start")
    until(lambda: points(page) > 3, "the first points of the curve", page)


def chart(page: Page, expression: str) -> Any:
    return page.evaluate(f"() => {{ const chart = document.querySelector('.primer-chart'); return {expression}; }}")


def points(page: Page) -> int:
    return int(chart(page, "Number(chart?.dataset.points ?? 0)"))


def last_batch(page: Page) -> int:
    return points(page)


def settled_batch(page: Page) -> int:
    """The last batch of a paused run, once five answers of the server, a second in all, have brought nothing new."""
    seen = [last_batch(page)]

    def rests() -> bool:
        with page.expect_response(lambda response: "/api/run" in response.url):
            pass
        seen.append(last_batch(page))
        return len(seen) > 5 and len(set(seen[-6:])) == 1

    until(rests, "rest", page)
    return seen[-1]


def progress(page: Page) -> str:
    return page.locator(".primer-run-progress").inner_text()


def workers(server: int) -> list[int]:
    """Return the processes that train; those that answer lessons have a command of their own."""
    listed = subprocess.run(
        ["pgrep", "-P", str(server), "-f", "primer_core.training"], capture_output=True, text=True, check=False
    )
    return [int(worker) for worker in listed.stdout.split()]


def metric(page: Page, label: str) -> str:
    return (
        page.locator(".primer-run-number")
        .filter(has=page.get_by_text(label, exact=True))
        .locator(".primer-run-value")
        .inner_text()
    )


def reset(page: Page) -> None:
    button(page, "Reset")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_watch_steer_pause_resume_and_finish(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, LONG_RUN)
    start(page)
    until(lambda: last_batch(page) > 150, "enough batches to learn from", page)
    expect(page.locator(".primer-run-progress")).to_contain_text(
        re.compile(r"Training · epoch \d+ of 200 · .* samples/s · \d+:\d\d left")
    )

    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.get_by_test_id("stSlider").filter(has_text="Learning rate")).to_contain_text("0.002")
    expect(page.locator(".primer-chart .change-label")).to_have_text("rate 0.002")

    button(page, "Pause")
    expect(page.locator(".primer-run-progress")).to_contain_text("Paused")
    held = settled_batch(page)
    button(page, "Step one batch")
    until(lambda: last_batch(page) == held + 1, "one more batch", page)
    assert settled_batch(page) == held + 1
    button(page, "Resume")
    until(lambda: last_batch(page) > held + 20, "more batches", page)
    button(page, "Stop")
    expect(page.locator(".primer-run-progress")).to_contain_text("Stopped")
    assert re.fullmatch(r"\d\d\.\d\d %", metric(page, "Test accuracy"))
    assert float(metric(page, "Train loss")) < 1
    reset(page)
    until(lambda: points(page) == 0, "an empty chart", page)


def test_a_run_finishes_and_the_page_is_unlocked(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=2&pace=full+speed")
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished · epoch 2 of 2 · batch 126 of 126")
    expect(page.get_by_role("button", name="Start again")).to_be_enabled()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_be_enabled()
    expect(page.locator(".primer-chart .diamond")).to_have_count(2)
    expect(page.locator(".primer-chart .accuracy-mark")).to_have_count(2)


def test_the_code_is_that_of_the_curve_and_the_settings_have_another_where_they_differ(
    page: Page, app_url: str
) -> None:
    open_lesson(page, app_url, "live_training?epochs=1&pace=full+speed")
    expect(page.get_by_text("the numbers of a run with the settings beside")).to_be_visible()
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    expect(page.get_by_text("The code of the curve on screen")).to_be_visible()
    expect(page.get_by_role("radiogroup", name="Code of")).to_have_count(0)
    page.get_by_role("button", name="Small CNN").click()
    expect(page.get_by_text("This curve: MLP 784-128-64-10 · MNIST sample · Adam · rate 0.001")).to_be_visible()
    expect(page.get_by_text("The code of the curve on screen")).to_be_visible()
    expect(page.get_by_text("nn.Linear(784, 128)")).to_be_visible()
    page.get_by_text("the settings beside", exact=True).click()
    expect(page.get_by_text("The curve on screen is of another run")).to_be_visible()
    expect(page.get_by_text("model = SmallCNN()")).to_be_visible()


def test_after_the_end_steps_and_epochs_train_on_and_nothing_is_lost(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=1&pace=full+speed")
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished · epoch 1 of 1 · batch 63 of 63")
    page.get_by_role("button", name="Step one batch", exact=True).dblclick()
    until(lambda: last_batch(page) == 65, "two steps for two quick presses", page)
    assert settled_batch(page) == 65
    expect(page.locator(".primer-run-progress")).to_contain_text("Paused · epoch 2 of 2 · batch 65 of 126")
    button(page, "Step an epoch")
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished · epoch 2 of 2 · batch 126 of 126")
    button(page, "5 more epochs")
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished · epoch 7 of 7 · batch 441 of 441")
    until(lambda: last_batch(page) == 441, "the whole curve", page)
    expect(page.get_by_text("7 epochs from batch 127 on")).to_be_visible()
    reset(page)


def test_start_by_key_keeps_the_focus_and_the_next_key_pauses(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=200&pace=8")
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    until(lambda: last_batch(page) > 1, "the first points", page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_focused()
    reset(page)


def test_all_knobs_act_on_the_run_that_goes_on(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=200&pace=16")
    start(page)
    choose(page, "Batch size", "32")
    choose(page, "Schedule", "Cosine")
    expect(
        page.get_by_text(re.compile(r"batch 32 from batch \d+ on; schedule cosine from batch \d+ on"))
    ).to_be_visible()
    unfold(page, "More settings")
    choose(page, "Noise on the inputs", "0.2")
    expect(page.get_by_text(re.compile(r"noise 0\.2 from batch \d+ on"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_be_disabled()
    expect(page.get_by_text("These belong to the run that goes on").first).to_be_visible()
    button(page, "Pause")
    expect(page.get_by_text("batches.size = 32")).to_be_visible()
    reset(page)


def test_the_run_before_lies_behind_and_what_differs_is_told(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=1&pace=full+speed")
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    choose(page, "Batch size", "128")
    button(page, "Start again")
    expect(page.get_by_text("This one has batch 128, not 64.")).to_be_visible()
    expect(page.get_by_text("The run before had the same start.")).to_be_visible()
    expect(page.locator(".primer-chart .behind")).to_have_count(1)


def test_a_rate_is_found_and_used_by_one_click(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?pace=full+speed&lr=0.05")
    button(page, "Find a rate")
    told = page.get_by_text(re.compile(r"was lowest around batch \d+: 0\.\d+, at a rate of 0\.0\d+"))
    expect(told).to_be_visible(timeout=LIMIT * 1000)  # its process loads torch first
    expect(page.get_by_test_id("stSlider").filter(has_text="Learning rate")).to_contain_text("1")
    proposed = page.get_by_role("button", name=re.compile(r"^Use 0\.\d+$"))
    rate = proposed.inner_text().removeprefix("Use ")
    proposed.click()
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", rate)
    expect(page.get_by_role("combobox", name="Schedule")).to_have_value("Constant")
    reset(page)


def test_optimisers_race_from_the_same_start_and_are_steered_together(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=2&pace=1")
    button(page, "Race the optimisers")
    # A second process is started for it, which loads torch first; the run of 125 batches must not end before.
    expect(page.locator(".primer-chart .behind")).to_have_count(2, timeout=100_000)
    expect(page.get_by_text("A race of optimisers: the same first weights")).to_be_visible()
    button(page, "Pause")
    expect(page.locator(".primer-run-progress")).to_contain_text("Paused")
    button(page, "Finish now")
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    for racer in ("Adam, rate 0.001", "SGD with momentum 0.9, rate 0.02", "SGD, rate 0.1"):
        expect(page.get_by_text(re.compile(f"{re.escape(racer)}: \\d\\d.\\d % after epoch 2"))).to_be_visible()
    reset(page)


def test_rates_and_batch_sizes_are_tried_at_once_and_the_best_is_taken_over(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=1&pace=full+speed")
    button(page, "Try rates and batch sizes")
    for gone, left in (("0.0001", 9), ("0.0005", 6), ("16", 4)):
        button(page, f"Remove {gone}")
        expect(page.get_by_role("button", name=f"Start {left} runs")).to_be_visible()
    button(page, "Start 4 runs")
    table = page.get_by_role("table", name="A run for each learning rate and batch size")
    cells = table.get_by_role("button")
    expect(cells).to_have_count(4)
    expect(table.get_by_role("columnheader")).to_have_text(["Rate", "batch 64", "batch 256"])
    expect(table.get_by_role("rowheader")).to_have_text(["0.002", "0.01"])
    expect(page.locator(".sweep .result")).to_contain_text("All 4 runs have ended.", timeout=LIMIT * 1000)
    best = cells.filter(has_text="Lowest loss")
    expect(best).to_have_count(1)
    told = re.compile(r"^Rate .*: finished\. .* The lowest validation loss\. Training loss from")
    expect(best).to_have_accessible_name(told)
    assert violations(page) == []

    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cells.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(cells.last).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(re.compile(r"This curve: .* rate 0\.01 · batch 256"))).to_be_visible()
    button(page, "Use rate 0.01, batch 256")
    expect(page.get_by_role("combobox", name="Batch size", exact=True)).to_have_value("256")
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "0.01")

    page.reload()
    expect(cells).to_have_count(4)
    expect(cells.last).to_have_attribute("aria-pressed", "true")
    reset(page)
    expect(table).to_have_count(0)


def test_a_diverged_run_names_its_batch_and_is_not_offered_for_drawing(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?optimizer=SGD&lr=5&momentum=0.9&epochs=50&pace=full+speed")
    start(page)
    expect(page.get_by_text(re.compile(r"At batch \d+ the loss was no finite number"))).to_be_visible()
    assert metric(page, "Test accuracy") == "—"
    expect(page.get_by_role("link", name="Use this network: draw for it")).to_have_count(0)


def test_a_run_goes_on_over_a_reload_and_over_visits_to_other_pages(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, LONG_RUN)
    start(page)
    grown = last_batch(page)
    page.reload()
    until(lambda: last_batch(page) > grown, "the same run, further on", page)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("200")

    grown = last_batch(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Draw a digit").click()
    expect(page.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    wait_until_drawn(page)
    page.reload()
    expect(page.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Live training").click()
    until(lambda: last_batch(page) > grown + 10, "the same run, further on", page)
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("200")
    reset(page)


@pytest.mark.parametrize("held", [[], ["Control"]], ids=["no key", "Control"])
def test_back_brings_the_settings_back_that_a_page_was_left_with(
    page: Page, app_url: str, held: list[Literal["Control"]]
) -> None:
    open_lesson(page, app_url, "live_training?epochs=9&seed=77&lr=0.05")
    expect(page.locator(".primer-chart")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Softmax and cross-entropy").click(modifiers=held)
    expect(page.locator(".primer .panel .control").first).to_be_visible()
    wait_until_drawn(page)
    page.go_back()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("9")
    assert parse_qs(urlsplit(page.url).query) == {"epochs": ["9"], "seed": ["77"], "lr": ["0.05"]}
    page.get_by_role("spinbutton", name="Epochs").fill("8")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.wait_for_url("**epochs=8**")


def test_a_link_lets_another_watch_and_start_a_run_of_its_own_and_nothing_of_it_reaches_the_first(
    page: Page, new_page: Callable[..., Page], app_url: str
) -> None:
    open_lesson(page, app_url, "live_training?epochs=200&pace=8")
    start(page)
    link = page.url
    onlooker = new_page()
    onlooker.goto(link)
    expect(onlooker.get_by_text("You are looking on")).to_be_visible()
    expect(onlooker.get_by_role("button", name="Pause", exact=True)).to_have_count(0)
    seen = last_batch(onlooker)
    until(lambda: last_batch(onlooker) > seen, "the curve in the other browser", onlooker)
    onlooker.get_by_role("slider", name="Learning rate").press("ArrowRight")
    onlooker.get_by_role("slider", name="Pace, batches a second").press("End")
    choose(onlooker, "Batch size", "8")
    expect(onlooker.get_by_text("You are looking on")).to_be_visible()
    until(lambda: last_batch(page) > seen + 20, "more of the first run", page)
    assert last_batch(page) < 200 * 63 / 4, "the pace of the first run is its own"
    expect(page.locator(".primer-chart .change-label")).to_have_count(0)

    button(onlooker, "Start my own run")
    expect(onlooker.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(onlooker.get_by_text("You are looking on")).to_have_count(0)
    assert onlooker.url != link
    expect(onlooker.get_by_text("rate 0.002 · batch 8 · 200 epochs")).to_be_visible()
    reset(onlooker)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(page.get_by_text("rate 0.001 · batch 64 · 200 epochs · seed 42.")).to_be_visible()
    reset(page)


def test_when_its_owner_has_left_a_run_goes_on_and_nobody_else_steers_it(
    page: Page, new_page: Callable[..., Page], app_url: str
) -> None:
    open_lesson(page, app_url, "live_training?epochs=200&pace=8")
    start(page)
    onlooker = new_page()
    onlooker.goto(page.url)
    expect(onlooker.get_by_text("You are looking on")).to_be_visible()
    onlooker.get_by_role("slider", name="Learning rate").press("ArrowRight")
    page.context.close()
    seen = last_batch(onlooker)
    until(lambda: last_batch(onlooker) > seen + 5, "the run goes on", onlooker)
    expect(onlooker.locator(".primer-chart .change-label")).to_have_count(0)
    expect(onlooker.get_by_role("button", name="Pause", exact=True)).to_have_count(0)


def test_a_knob_that_another_tab_has_moved_is_not_moved_back_by_a_slow_one(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=200&pace=8")
    start(page)
    tab = page.context.new_page()
    news = HeldNews(tab)
    tab.goto(page.url)
    expect(tab.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    # Its browser says its own rate again with whatever is pressed before the page has heard of the change.
    news.hold()
    page.get_by_role("slider", name="Learning rate").press("ArrowRight")
    expect(page.locator(".primer-chart .change-label")).to_have_text("rate 0.002")
    for _ in range(2):
        tab.get_by_text("What the network is made of").click()
    until(lambda: news.asked_again > 1, "another message while the page has heard nothing", tab)
    news.release()
    expect(tab.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "0.002")
    expect(page.locator(".primer-chart .change-label")).to_have_count(1)
    reset(page)


@pytest.mark.long
def test_a_run_outlives_its_server_and_goes_on_with_the_same_losses(new_page: Callable[..., Page]) -> None:
    port = free_port()
    page = new_page()
    with running_app(port=port) as app:
        open_lesson(page, app.url, "live_training?epochs=60&pace=24")
        start(page)
        until(lambda: last_batch(page) > 20, "some batches", page)
        shown = last_batch(page)
        app.process.kill()
        app.process.wait()
    url = page.url
    assert "run=" in url
    page.goto("about:blank")
    with running_app(port=port) as app:
        stranger = new_page()
        stranger.goto(url)
        expect(stranger.get_by_text("You are looking on")).to_be_visible()
        expect(stranger.get_by_role("button", name="Go on", exact=True)).to_have_count(0)
        stranger.close()
        page.goto(url)
        expect(page.locator(".primer-run-progress")).to_contain_text("Interrupted")
        expect(page.get_by_text("all that was shown of it is kept")).to_be_visible()
        until(lambda: last_batch(page) >= shown, "all that was shown", page)
        kept = last_batch(page)
        button(page, "Go on")
        until(lambda: last_batch(page) > kept + 5, "more batches", page)
        button(page, "Stop")
        expect(page.locator(".primer-run-progress")).to_contain_text("Stopped")
        with page.expect_download() as told:
            page.get_by_role("button", name="Save every loss as CSV").click()
        rows = Path(told.value.path()).read_text().splitlines()[1:]
    torch.set_num_threads(1)
    events = (event.train_loss for event in train(RunSpec(epochs=60)) if event.kind == "step")
    expected = list(itertools.islice(events, len(rows)))
    assert [float(row.split(",")[2]) for row in rows] == expected


def test_the_list_of_runs_names_compares_shows_and_deletes(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=1&pace=full+speed")
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    unfold(page, "Your runs")
    rows = page.get_by_role("list", name="Your runs").get_by_role("listitem")
    expect(rows).to_have_count(1)
    choose(page, "Batch size", "128")
    button(page, "Start again")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Finished, on screen")
    rows.nth(1).get_by_role("button", name="Change its name").click()
    page.keyboard.type("The first <one>")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("The first <one>")
    rows.nth(1).get_by_role("checkbox").check()
    expect(page.get_by_text("compared: The first <one>")).to_be_visible()
    table = page.get_by_role("region", name="In what these runs differ")
    expect(table.get_by_role("row").nth(1)).to_have_text("batch12864")
    rows.nth(1).get_by_role("button", name="Show this run").click()
    expect(page.get_by_text("batch 63 of 63").first).to_be_visible()
    expect(rows.nth(1)).to_contain_text("on screen")
    count = rows.count()
    rows.first.get_by_role("button", name="Delete this run").focus()
    for _ in range(5):  # a key that is held down asks, and answers nothing
        page.keyboard.down("Enter")
    expect(rows.first.get_by_role("button", name="Delete this run for good")).to_be_focused()
    page.keyboard.up("Enter")
    page.wait_for_timeout(300)
    assert rows.count() == count
    rows.first.get_by_role("button", name="Do not delete it").press("Enter")
    rows.first.get_by_role("button", name="Delete this run").click()
    rows.first.get_by_role("button", name="for good").click()
    expect(rows).to_have_count(1)
    page.reload()
    unfold(page, "Your runs")
    expect(rows).to_have_count(1)
    with page.expect_download() as told:
        page.get_by_role("link", name="Training script").click()
    assert "primer_core" not in Path(told.value.path()).read_text()


def test_a_network_from_outside_is_checked_and_kept(page: Page, app_url: str, tmp_path: Path) -> None:
    open_lesson(page, app_url, "live_training")
    unfold(page, "Your runs")
    path = tmp_path / "mine.pt"
    torch.save(build_model("cnn", 3).state_dict(), path)
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("tensors are not as this model has them")).to_be_visible()
    expect(page.get_by_text("(784, 128)").or_(page.get_by_text("(128, 784)")).first).to_be_visible()
    button(page, "Use Small CNN")
    button(page, "Keep it among your runs")
    expect(page.locator(".primer-run-progress")).to_contain_text("A network from outside")
    expect(page.get_by_role("list", name="Your runs")).to_contain_text("mine.pt")
    expect(page.get_by_role("link", name="Use this network: draw for it")).to_be_visible()
    path.write_bytes(b"PK\x03\x04 no network")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("is damaged")).to_be_visible()


def test_settings_that_do_not_go_together_are_explained_and_mended_with_one_click(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?data=Five+points+in+the+plane")
    expect(page.get_by_text("takes images, and Five points in the plane are points")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    button(page, "Use MLP 2-30-20-2")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    start(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")


def test_an_address_of_nonsense_opens_with_the_defaults_and_says_so(page: Page, app_url: str) -> None:
    open_lesson(
        page, app_url, "live_training?epochs=lots&model=vit&lr=-3&batch=63&seed=x&desk=nobodys&log=maybe&speed=9"
    )
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("5")
    told = page.get_by_test_id("stAlert").first
    for given, used in (
        ("epochs=lots", "5"),
        ("model=vit", "MLP 784-128-64-10"),
        ("lr=-3", "0.001"),
        ("batch=63", "64"),
        ("seed=x", "42"),
        ("log=maybe", "false"),
    ):
        expect(told.get_by_role("listitem").filter(has_text=given)).to_contain_text(f"The page took {used} instead.")
    expect(told.get_by_role("listitem").filter(has_text="speed=9")).to_contain_text("a parameter that this page knows")
    expect(page).not_to_have_url(re.compile("vit|speed|lots"))
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_value_in_the_address_is_read_however_it_is_written(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?lr=5.0&model=cnn&epochs=7.0&optimizer=SGD")
    expect(page.get_by_test_id("stSlider").filter(has_text="Learning rate")).to_contain_text("5")
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "5")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("Small CNN")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("7")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"lr=5(&|$)"))
    expect(page).to_have_url(re.compile(r"model=Small(\+|%20)CNN"))
    page.reload()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("Small CNN")
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "5")


def test_epochs_that_no_run_can_have_stop_the_start_and_are_mended_with_one_click(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?epochs=3&pace=full+speed")
    for wrong, nearest in (("201", "200"), ("0", "1"), ("2.5", "2"), ("9" * 15, "200")):
        field = page.get_by_role("spinbutton", name="Epochs")
        field.fill(wrong)
        field.press("Enter")
        expect(page.get_by_test_id("stAlert")).to_contain_text(f"from 1 to 200, not {wrong}")
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
        button(page, f"Set epochs to {nearest}")
        expect(field).to_have_value(nearest)
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    field.fill("1e2")
    field.press("Enter")
    expect(field).to_have_value("100")
    expect(page).to_have_url(re.compile(r"epochs=100(&|$)"))


def test_what_the_page_says_while_a_module_loads_is_what_the_module_shows(page: Page, app_url: str) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/run_buttons\.js$"), lambda route: held.append(route))
    open_lesson(page, app_url, "live_training?epochs=3&pace=full+speed")
    until(lambda: bool(held), "the module's request", page)
    field = page.get_by_role("spinbutton", name="Epochs")
    # The browser draws the order in which imports of one module end: the more there are, the less likely the newest's
    # is the last by chance.
    for epochs in ("4", "0", "7", "300", "6", "201"):
        field.fill(epochs)
        field.press("Enter")
        expect(page).to_have_url(re.compile(rf"epochs={epochs}(&|$)"))
        wait_until_drawn(page)
    expect(page.get_by_test_id("stAlert")).to_contain_text("from 1 to 200, not 201")
    for route in held:
        route.continue_()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()


def test_a_value_that_a_field_takes_from_the_address_is_told_once_where_it_can_be_mended(
    page: Page, app_url: str
) -> None:
    open_lesson(page, app_url, "live_training?epochs=0&lr=abc")
    expect(page.get_by_test_id("stAlert").filter(has_text="lr=abc")).to_contain_text("took 0.001 instead")
    expect(page.get_by_test_id("stAlert").filter(has_text="from 1 to 200")).to_have_count(1)
    expect(page.get_by_test_id("stAlert").filter(has_text="from 1 to 200, not 0")).to_have_count(1)
    button(page, "Set epochs to 1")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_what_a_button_sets_is_not_set_back_by_a_browser_that_has_not_heard_of_it(page: Page, app_url: str) -> None:
    news = HeldNews(page)
    open_lesson(page, app_url, "live_training?epochs=0")
    mend = page.get_by_role("button", name="Set epochs to 1", exact=True)
    expect(mend).to_be_visible()
    news.hold()
    mend.click()
    page.get_by_text("What the network is made of").click()
    until(lambda: news.asked_again > 1, "another message while the page has heard nothing", page)
    news.release()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("1")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_a_device_that_is_absent_is_refused_in_a_sentence(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?device=mps")
    button(page, "Start")
    expect(page.get_by_text('The device "mps" is not available here. This machine has "cpu"')).to_be_visible()
    expect(page.get_by_role("button", name="Start again")).to_be_enabled()


def test_the_layers_are_counted_on_request(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training")
    page.get_by_text("What the network is made of").click()
    expect(page.get_by_test_id("stTable")).to_contain_text("109 386")
    expect(page.get_by_test_id("stTable")).to_contain_text("218 368")


def test_the_code_of_a_run_has_a_change_as_soon_as_it_was_made(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page()
    open_lesson(page, app_url, LONG_RUN)
    start(page)
    code = page.locator(".code-view code").first
    expect(code).to_contain_text("lr=0.001")
    expect(code).not_to_contain_text("0.002")
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("ArrowRight")
    expect(code).to_contain_text("0.002")
    button(page, "Reset")


@pytest.mark.long
def test_a_closed_tab_ends_its_run(new_page: Callable[..., Page]) -> None:
    """The server keeps the session of a closed tab for a browser that comes back: two minutes if not told otherwise."""
    with running_app(options=("--server.disconnectedSessionTTL", "5")) as app:
        page = new_page()
        open_lesson(page, app.url, HEAVY_RUN)
        start(page)
        (worker,) = workers(app.process.pid)
        until(lambda: busy(worker), "the work of the run")
        page.context.close()
        until(lambda: not busy(worker), "the end of the run")


@pytest.mark.long
def test_a_killed_worker_ends_the_run_with_a_reason_and_the_next_run_works(new_page: Callable[..., Page]) -> None:
    with running_app() as app:
        page = new_page()
        open_lesson(page, app.url, LONG_RUN)
        start(page)
        (worker,) = workers(app.process.pid)
        os.kill(worker, signal.SIGKILL)
        expect(page.get_by_text("The training process was ended from outside (SIGKILL).")).to_be_visible()
        button(page, "Start again")
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        until(lambda: "Training" in progress(page), "the next run", page)
        assert workers(app.process.pid) != [worker]


@pytest.mark.long
def test_no_worker_outlives_a_killed_server(new_page: Callable[..., Page]) -> None:
    with running_app() as app:
        page = new_page()
        open_lesson(page, app.url, LONG_RUN)
        start(page)
        (worker,) = workers(app.process.pid)
        app.process.kill()
        until(lambda: not running(worker), "the end of the worker", limit=10)


def running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def busy(pid: int) -> bool:
    """Whether a process uses the processor for a second or more out of five."""
    used = []
    for _ in range(2):
        listed = subprocess.run(["ps", "-o", "cputimes=", "-p", str(pid)], capture_output=True, text=True, check=True)
        used.append(int(listed.stdout))
        time.sleep(5)
    return used[1] > used[0]


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    for tool in ("ps", "pgrep"):
        assert subprocess.run([tool, "--version"], capture_output=True, check=False).returncode == 0, (
            f"{tool} is needed"
        )


def test_the_default_run_can_be_watched_slowed_down_stepped_and_finished(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?pace=8")
    expect(page.locator(".primer-chart-picture")).to_be_visible()
    page.evaluate(
        "() => { window.seen = new Set(); new MutationObserver(() => seen.add(+document.querySelector('.primer-chart')"
        ".dataset.points)).observe(document.querySelector('.primer-chart'), { attributes: true }); }"
    )
    start(page)
    until(lambda: last_batch(page) >= 60, "the first pass", page)
    drawn = page.evaluate("() => seen.size")
    assert drawn >= 4, "the fall is drawn in several pictures, however slow this machine is"
    assert last_batch(page) < 315
    button(page, "Pause")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    button(page, "Step an epoch")
    until(lambda: progress(page).startswith("Paused") and last_batch(page) % 63 == 0, "the end of a pass", page)
    button(page, "Finish now")
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    expect(page.get_by_role("slider", name="Pace, batches a second")).to_have_attribute("aria-valuetext", "full speed")


def test_a_pace_stands_in_the_address(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?pace=4")
    slider = page.get_by_role("slider", name="Pace, batches a second")
    expect(slider).to_have_attribute("aria-valuetext", "4")
    start(page)
    until(lambda: last_batch(page) >= 2, "two batches", page)
    expect(page.locator(".primer-run-progress")).to_contain_text("epoch 1 of 5")
    slider.press("End")
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    expect(page).to_have_url(re.compile("pace=full"))
