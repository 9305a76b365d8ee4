"""Journeys through the autograd graph in a real browser."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.running_app import wait_until_drawn

ADDRESS = "/autograd_graph"


def opened(page: Page, app_url: str, query: str = "") -> Locator:
    page.goto(f"{app_url}{ADDRESS}{query}")
    player = page.locator(".graph-player")
    expect(player).to_have_attribute("data-step", re.compile(r"\d+"))
    wait_until_drawn(page)
    return player


def of_program(text: str) -> str:
    return f"?program={quote(text)}"


def at_step(player: Locator, step: int) -> None:
    expect(player).to_have_attribute("data-step", str(step))


def node(player: Locator, identity: str) -> Locator:
    return player.locator(f"[data-node='{identity}']")


def program(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Program")


def write(page: Page, text: str) -> None:
    program(page).fill(text)
    program(page).press("Control+Enter")


def choose(page: Page, preset: str) -> None:
    page.get_by_role("group", name="Presets").get_by_role("button", name=preset, exact=True).click()


def test_type_a_program_play_it_step_back_and_click_a_node(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    write(page, "x = param(3)\ny = x * x")
    square = node(player, "op:1")
    expect(square).to_contain_text("9.0")
    expect(player.locator("[data-node]")).to_have_count(2)
    at_step(player, 3)
    expect(player.get_by_text("2 paths meet here").first).to_be_visible()
    expect(node(player, "leaf:x")).to_contain_text(".grad 6.0")

    player.get_by_role("button", name="Play").click()
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    at_step(player, 1)
    expect(node(player, "leaf:x")).not_to_contain_text(".grad")
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    at_step(player, 3)

    player.get_by_role("button", name="Step back").click()
    at_step(player, 2)
    expect(square).to_have_attribute("aria-current", "step")
    expect(player.get_by_text("∂(x · x) by the")).to_have_count(2)
    node(player, "leaf:x").click()
    details = player.get_by_role("region", name="Node")
    expect(details).to_contain_text("AccumulateGrad")
    expect(details).to_contain_text("requires_grad")
    details.get_by_text("Follow the steps").click()
    expect(details).to_contain_text("MulBackward0")


def test_arrow_keys_step_without_asking_the_server(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith("http"):
            sent.append(request.url)

    page.on("request", note)
    player.get_by_role("group", name=re.compile("Graph")).focus()
    page.keyboard.press("Home")
    at_step(player, 0)
    for step in range(1, 6):
        page.keyboard.press("ArrowRight")
        at_step(player, step)
    page.keyboard.press("ArrowLeft")
    at_step(player, 4)
    page.keyboard.press("End")
    at_step(player, 10)
    player.get_by_role("slider", name="Step", exact=True).fill("2")
    at_step(player, 2)
    page.keyboard.press("ArrowDown")
    assert sent == []


def test_the_graph_does_not_jump_when_a_value_changes(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    player.get_by_role("button", name="Step back").click()
    at_step(player, 9)
    sigmoid = node(player, "op:3")
    sigmoid.click()
    places = "nodes => nodes.map(n => n.dataset.node + n.style.transform)"
    before = player.locator("[data-node]").evaluate_all(places)
    sigmoid.evaluate("node => { node.marked = true; }")
    value = sigmoid.locator(".g-value").inner_text()
    page.get_by_role("slider", name="w · requires a gradient").focus()
    page.keyboard.press("ArrowLeft")
    expect(sigmoid.locator(".g-value")).not_to_have_text(value)
    assert player.locator("[data-node]").evaluate_all(places) == before
    assert sigmoid.evaluate("node => node.marked === true")
    at_step(player, 9)
    expect(sigmoid).to_have_class(re.compile("pinned"))
    expect(program(page)).not_to_have_value(re.compile(r"param\(2\.2\)"))
    page.get_by_role("button", name="Undo").click()
    expect(program(page)).to_have_value(re.compile(r"param\(2\.2\)"))


@pytest.mark.parametrize("pause", [30, 60, 100])
def test_a_key_held_on_a_leafs_slider_loses_nothing(page: Page, app_url: str, pause: int) -> None:
    player = opened(page, app_url, of_program("z = param(0)\nloss = z * z"))
    slider = page.get_by_role("slider", name="z · requires a gradient")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(pause)
    expect(slider).to_have_value("1")
    expect(program(page)).to_have_value("z = param(1)\nloss = z * z")
    expect(node(player, "leaf:z")).to_contain_text(".grad 2.0")
    wait_until_drawn(page)
    expect(slider).to_have_value("1")
    expect(slider).to_be_focused()


def test_a_program_that_was_just_typed_and_a_leaf_moved_at_once_are_both_kept(page: Page, app_url: str) -> None:
    opened(page, app_url, of_program("z = param(0)\nloss = z * z"))
    program(page).fill("z = param(0)\nloss = z * z + 3 * z")
    page.get_by_role("slider", name="z · requires a gradient").press("ArrowRight")
    expect(program(page)).to_have_value("z = param(0.05)\nloss = z * z + 3 * z")


def test_a_second_backward_fails_and_is_mended(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "x ** 2")
    expect(node(player, "op:1")).to_contain_text("4.0")
    page.get_by_role("radiogroup", name="backward() calls").get_by_role("radio", name="2").check()
    expect(player.get_by_text("Trying to backward through the graph a second time")).to_be_visible()
    expect(node(player, "op:1")).to_have_class(re.compile("error"))
    expect(player.get_by_role("region", name="Node")).to_contain_text("_saved_self freed")
    page.get_by_role("button", name=re.compile("retain_graph=True in backward")).click()
    expect(player.get_by_text("Trying to backward")).to_have_count(0)
    expect(node(player, "leaf:x")).to_contain_text(".grad 8.0")
    page.get_by_role("switch", name="zero_grad() between").click()
    expect(node(player, "leaf:x")).to_contain_text(".grad 4.0")


def test_an_in_place_edit_ticks_the_version_and_stops_at_the_guilty_node(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "In-place edit")
    expect(node(player, "op:2")).to_have_class(re.compile("error"))
    expect(node(player, "op:1")).to_contain_text("v1")
    expect(player.get_by_text("is at version 1; expected version 0")).to_be_visible()
    page.get_by_role("combobox", name="Add 1 in place to").select_option("nothing")
    expect(page.locator(".chip.ok")).to_be_visible()


def test_a_mistake_gets_its_place_and_the_page_goes_on(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    write(page, "x = param(2)\ny = x.__class__")
    expect(page.get_by_text("Line 2, column 5")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(player).to_be_visible()
    write(page, "x = param([1, 2])\ny = sum(x + [1, 2, 3])")
    expect(player.get_by_text("must match the size of tensor b")).to_be_visible()
    write(page, "x = param(2)\ny = x + 1")
    expect(node(player, "op:1")).to_contain_text("3.0")


def test_pytorch_as_it_is_written_elsewhere_is_run_as_it_stands(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    write(
        page,
        "import torch\nx = torch.tensor([1., 2.], requires_grad=True).to(torch.float64)\n(3 * x * x).sum().backward()\n"
        "print(x.is_leaf, x.grad)",
    )
    expect(node(player, "data:1")).to_contain_text(".grad [6.0, 12.0]")
    expect(page.get_by_text("False None")).to_be_visible()
    expect(page.get_by_text("PyTorch warns")).to_be_visible()
    expect(page.get_by_text("retain_grad() on the non-leaf Tensor").first).to_be_visible()
    expect(page.get_by_role("switch", name="zero_grad() between")).to_be_disabled()
    write(page, "x = torch.tensor([1., 2.], requires_grad=True)\ny = x * x\ny.backward()")
    expect(player.get_by_text("grad can be implicitly created only for scalar outputs")).to_be_visible()
    page.get_by_role("button", name=re.compile("Begin at one number: the sum")).click()
    expect(program(page)).to_have_value(re.compile(r"y\.sum\(\)\.backward\(\)"))
    expect(node(player, "leaf:x")).to_contain_text(".grad [2.0, 4.0]")


def test_a_leaf_of_pytorchs_own_spelling_is_moved_and_stays_a_float(page: Page, app_url: str) -> None:
    opened(page, app_url, of_program("w = torch.tensor(0.5, requires_grad=True)\nloss = w * w\nloss.backward()"))
    slider = page.get_by_role("slider", name="w · requires a gradient")
    for _ in range(10):
        slider.press("ArrowRight")
    expect(program(page)).to_have_value("w = torch.tensor(1.0, requires_grad=True)\nloss = w * w\nloss.backward()")
    expect(page.locator(".chip.ok")).to_be_visible()


def test_a_number_of_a_vector_is_edited_in_its_cell(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "Why None?")
    expect(node(player, "leaf:w")).to_contain_text("[1.0, 2.0, 3.0]")
    page.get_by_role("grid", name="w (3,)").get_by_role("gridcell").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    expect(program(page)).to_have_value(re.compile(r"w = param\(\[1, 2\.5, 1\]\)"))


def test_a_link_holds_the_program_and_its_switches(page: Page, app_url: str) -> None:
    player = opened(page, app_url, of_program("x = param(5)\na = x * x\ny = a + x") + "&retain_grad=true&detach=a")
    expect(node(player, "leaf:x")).to_contain_text(".grad 1.0")
    page.get_by_role("switch", name="retain_grad() on every name").click()
    expect(page).not_to_have_url(re.compile("retain_grad"))
    expect(page).to_have_url(re.compile("detach=a"))
    page.reload()
    expect(page.get_by_role("combobox", name="Detach")).to_have_value("a")
    expect(node(player, "leaf:x")).to_contain_text(".grad 1.0")


def test_what_stands_below_does_not_jump_up_and_down_from_step_to_step(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    heights = []
    player.get_by_role("button", name="First step").click()
    for press in range(20):
        button = player.get_by_role("button", name="Step forward" if press < 10 else "Step back")
        button.click()
        box = player.bounding_box()
        assert box is not None
        heights.append(round(box["height"]))
    assert heights == sorted(heights)
    assert len(set(heights[10:])) == 1
    tall = heights[-1]
    choose(page, "x ** 2")
    at_step(player, 3)
    box = player.bounding_box()
    assert box is not None
    assert box["height"] < tall


def test_the_field_of_a_short_program_is_as_high_as_that_of_the_example(page: Page, app_url: str) -> None:
    opened(page, app_url)
    high = program(page).bounding_box()
    choose(page, "x ** 2")
    expect(program(page)).to_have_value("x = param(2)\ny = x ** 2")
    wait_until_drawn(page)
    low = program(page).bounding_box()
    assert high is not None
    assert low is not None
    assert low["height"] == pytest.approx(high["height"], abs=2)


def test_a_key_held_on_a_step_button_stops_at_the_end_and_keeps_the_focus(page: Page, app_url: str) -> None:
    player = opened(page, app_url, of_program("x = param(3)\ny = x * x"))
    back = player.get_by_role("button", name="Step back")
    back.focus()
    for _ in range(6):
        back.press("Enter")
    at_step(player, 0)
    expect(back).to_be_focused()
    expect(back).to_have_attribute("aria-disabled", "true")
    expect(player.get_by_role("button", name="Step forward")).to_have_attribute("aria-disabled", "false")


def test_why_a_gradient_is_none_is_read_in_full_on_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened(page, app_url)
    for table in page.locator(".primer .data-table").all():
        assert table.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_a_graph_wider_than_its_frame_says_so_and_scrolls(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    choose(page, "Two layers")
    at_step(player, 17)
    onward = player.get_by_role("button", name=re.compile("goes on to the right"))
    expect(onward).to_be_visible()
    for _ in range(5):
        if onward.is_visible():
            onward.click()
            page.wait_for_timeout(600)
    expect(onward).to_be_hidden()
    expect(player.get_by_role("button", name=re.compile("goes on to the left"))).to_be_visible()
    choose(page, "x ** 2")
    expect(onward).to_be_hidden()


def test_every_number_of_ten_classes_is_in_its_box(page: Page, app_url: str) -> None:
    text = "z = param([[0,0,0,0,20,0,0,0,0,0]])\nloss = cross_entropy(softmax(z), [4])"
    player = opened(page, app_url, of_program(text))
    assert node(player, "leaf:z").locator(".g-value").inner_text().count(".0") == 10
    for box in player.locator("[data-node]").all():
        assert box.evaluate(
            "box => [...box.children].every(part => part.classList.contains('unseen')"
            " || part.offsetTop + part.offsetHeight <= box.clientHeight + 1)"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_scrolls_the_graph_in_its_own_box(
    new_page: Callable[..., Page], app_url: str, scheme: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme)
    player = opened(page, app_url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    graph = player.get_by_role("group", name=re.compile("Graph"))
    assert graph.evaluate("box => box.scrollWidth > box.clientWidth")
    player.get_by_role("button", name="Step back").tap()
    at_step(player, 9)


def test_nothing_is_animated_for_those_who_ask_for_calm(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(reduced_motion="reduce")
    player = opened(page, app_url)
    player.get_by_role("button", name="Step back").click()
    wire = player.locator(".g-wire.back")
    expect(wire).to_have_count(1)
    assert wire.evaluate("path => getComputedStyle(path).animationName") == "none"


def test_steps_can_be_read_as_text(page: Page, app_url: str) -> None:
    player = opened(page, app_url)
    player.get_by_text("All steps as text").click()
    expect(player.locator("li", has_text="Forward 1 of 4: w * x.")).to_be_visible()
    assert player.locator(".g-as-text li").count() == 11
