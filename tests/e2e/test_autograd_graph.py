"""Journeys through the autograd graph in a real browser."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

ADDRESS = "/autograd_graph"


def opened(page: Page, app_url: str, query: str = "") -> Locator:
    page.goto(f"{app_url}{ADDRESS}{query}")
    player = page.locator(".player")
    expect(player).to_have_attribute("data-step", re.compile(r"\d+"))
    return player


def at_step(player: Locator, step: int) -> None:
    expect(player).to_have_attribute("data-step", str(step))


def write(page: Page, program: str) -> None:
    box = page.get_by_label("Program", exact=True)
    box.fill(program)
    box.press("Control+Enter")


def choose(page: Page, preset: str) -> None:
    page.get_by_role("group", name="Presets").get_by_role("button", name=preset, exact=True).click()


def test_type_a_program_play_it_step_back_and_click_a_node(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    write(page, "x = param(3)\ny = x * x")
    square = player.locator("[data-node='op:1']")
    expect(square).to_contain_text("9")
    expect(player.locator("[data-node]")).to_have_count(2)
    at_step(player, 3)
    expect(player.get_by_text("2 paths meet here")).to_be_visible()
    expect(player.locator("[data-node='leaf:x']")).to_contain_text(".grad 6")

    player.get_by_label("Play").click()
    expect(player.get_by_label("Pause")).to_be_visible()
    at_step(player, 1)
    expect(player.locator("[data-node='leaf:x']")).not_to_contain_text(".grad")
    expect(player.get_by_label("Play")).to_be_visible()
    at_step(player, 3)

    player.get_by_label("Step back").click()
    at_step(player, 2)
    expect(square).to_have_attribute("aria-current", "step")
    expect(player.get_by_text("∂(x · x)/∂x = x")).to_have_count(2)
    player.locator("[data-node='leaf:x']").click()
    details = player.get_by_role("region", name="Node")
    expect(details).to_contain_text("AccumulateGrad")
    expect(details).to_contain_text("requires_grad")
    details.get_by_text("Follow the steps").click()
    expect(details).to_contain_text("MulBackward0")


def test_arrow_keys_step_without_asking_the_server(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    sent: list[str] = []
    page.on("request", lambda request: request.url.startswith("http") and sent.append(request.url))
    page.evaluate(
        "() => { window.frames_sent = 0; const send = WebSocket.prototype.send;"
        "WebSocket.prototype.send = function (...a) { window.frames_sent++; return send.apply(this, a); }; }"
    )
    graph = player.get_by_role("group", name=re.compile("Graph"))
    graph.focus()
    page.keyboard.press("Home")
    at_step(player, 0)
    for step in range(1, 6):
        page.keyboard.press("ArrowRight")
        at_step(player, step)
    page.keyboard.press("ArrowLeft")
    at_step(player, 4)
    page.keyboard.press("End")
    at_step(player, 10)
    slider = player.get_by_label("Step", exact=True)
    slider.fill("2")
    at_step(player, 2)
    page.keyboard.press("ArrowDown")
    assert sent == []
    assert page.evaluate("window.frames_sent") == 0


def test_the_graph_does_not_jump_when_a_value_changes(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    player.get_by_label("Step back").click()
    at_step(player, 9)
    player.locator("[data-node='op:3']").click()
    places = "nodes => nodes.map(n => n.dataset.node + n.style.transform)"
    before = player.locator("[data-node]").evaluate_all(places)
    player.locator("[data-node='op:3']").evaluate("node => { node.marked = true; }")
    value = player.locator("[data-node='op:3'] .number").inner_text()
    page.get_by_role("slider", name="w · requires a gradient").focus()
    page.keyboard.press("ArrowLeft")
    expect(player.locator("[data-node='op:3'] .number")).not_to_have_text(value)
    assert player.locator("[data-node]").evaluate_all(places) == before
    assert player.locator("[data-node='op:3']").evaluate("node => node.marked === true")
    at_step(player, 9)
    expect(player.locator("[data-node='op:3']")).to_have_class(re.compile("pinned"))
    expect(page.get_by_label("Program", exact=True)).not_to_have_value(re.compile(r"param\(2\.2\)"))


def test_a_second_backward_fails_and_is_mended(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "x ** 2")
    expect(player.locator("[data-node='op:1']")).to_contain_text("4")
    page.get_by_test_id("stButtonGroup").get_by_text("2", exact=True).click()
    expect(player.get_by_text("Trying to backward through the graph a second time")).to_be_visible()
    expect(player.locator("[data-node='op:1']")).to_have_class(re.compile("error"))
    expect(player.get_by_role("region", name="Node")).to_contain_text("_saved_self freed")
    page.get_by_role("button", name="Apply the fix").click()
    expect(player.get_by_text("Trying to backward")).to_have_count(0)
    expect(player.locator("[data-node='leaf:x']")).to_contain_text(".grad 8")
    page.get_by_text("zero_grad() between").click()
    expect(player.locator("[data-node='leaf:x']")).to_contain_text(".grad 4")


def test_an_in_place_edit_ticks_the_version_and_stops_at_the_guilty_node(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "In-place edit")
    expect(player.locator("[data-node='op:2']")).to_have_class(re.compile("error"))
    expect(player.locator("[data-node='op:1']")).to_contain_text("v1")
    expect(player.get_by_text("is at version 1; expected version 0")).to_be_visible()


def test_a_mistake_gets_its_place_and_the_page_goes_on(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    write(page, "x = param(2)\ny = x.__class__")
    expect(page.get_by_text("line 2, column 6")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    write(page, "x = param([1, 2])\ny = sum(x + [1, 2, 3])")
    expect(player.get_by_text("must match the size of tensor b")).to_be_visible()
    write(page, "x = param(2)\ny = x + 1")
    expect(player.locator("[data-node='op:1']")).to_contain_text("3")


def test_a_vector_leaf_is_edited_and_a_wrong_one_refused(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "Why None?")
    expect(player.locator("[data-node='leaf:w']")).to_contain_text("[1, 2, 3]")
    field = page.get_by_label("w · requires a gradient")
    field.fill("[2, 2")
    field.press("Enter")
    expect(page.get_by_text("Close this bracket.")).to_be_visible()
    field.fill("[2, 2, 2]")
    field.press("Enter")
    expect(page.get_by_label("Program", exact=True)).to_have_value(re.compile(r"w = param\(\[2, 2, 2\]\)"))


def test_a_link_holds_the_program_and_its_switches(page: Page, app_url: str) -> None:
    program = quote("x = param(5)\na = x * x\ny = a + x")
    player = opened(page, app_url, f"?program={program}&retain_grad=true&detach=a")
    expect(player.locator("[data-node='leaf:x']")).to_contain_text(".grad 1")
    page.get_by_text("retain_grad() on every name").click()
    expect(page).not_to_have_url(re.compile("retain_grad"))
    expect(page).to_have_url(re.compile("detach=a"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_scrolls_the_graph_in_its_own_box(
    new_page: Callable[..., Page], app_url: str, scheme: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme)
    player = opened(page, app_url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    graph = player.get_by_role("group", name=re.compile("Graph"))
    assert graph.evaluate("box => box.scrollWidth > box.clientWidth")
    player.get_by_label("Step back").tap()
    at_step(player, 9)


def test_nothing_is_animated_for_those_who_ask_for_calm(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(reduced_motion="reduce")
    player = opened(page, app_url)
    player.get_by_label("Step back").click()
    wire = player.locator(".wire.back")
    expect(wire).to_have_count(1)
    assert wire.evaluate("path => getComputedStyle(path).animationName") == "none"


def test_steps_can_be_read_as_text(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    player.get_by_text("All steps as text").click()
    expect(player.locator("li", has_text="Forward 1 of 4: w * x.")).to_be_visible()
    assert player.locator(".as-text li").count() == 11
