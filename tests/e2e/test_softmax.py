"""Softmax in a real browser: the bars are the probabilities, the naive form overflows live, mistakes are mended."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from primer_core.lessons.softmax.explain import Softmax, explain
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.picture.number import cell_text, full_text
from tests.running_app import wait_until_drawn

P_ROW, GRADIENT_ROW = 5, 7


def opened(page: Page, app_url: str, query: str = "") -> Page:
    page.goto(f"{app_url}/softmax{query}")
    expect(page.get_by_role("heading", name="Softmax and cross-entropy", level=1)).to_be_visible()
    expect(page.locator(".primer .body > .card").first).to_be_visible()
    wait_until_drawn(page)
    return page


def shown(question: SoftmaxQuestion) -> Softmax:
    outcome = explain(question)
    assert isinstance(outcome, Softmax)
    return outcome


def tiles(page: Page, table: int, row: int) -> Locator:
    return page.get_by_role("grid").nth(table).get_by_role("row").nth(row).get_by_role("gridcell")


def chip(page: Page) -> Locator:
    return page.locator(".panel .chip")


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("", SoftmaxQuestion()),
        ("?T=5&target=2", SoftmaxQuestion(T=5.0, target="2")),
        ("?z0=-6&z1=6&T=0.1&dtype=float64", SoftmaxQuestion(-6.0, 6.0, T=0.1, dtype="float64")),
    ],
)
def test_the_page_shows_what_the_library_computes(
    page: Page, app_url: str, query: str, question: SoftmaxQuestion
) -> None:
    opened(page, app_url, query)
    found = shown(question)
    assert tiles(page, 0, 0).all_inner_texts() == [cell_text(value) for value in found.z]
    assert tiles(page, 0, P_ROW).all_inner_texts() == [cell_text(value) for value in found.p]
    assert tiles(page, 0, GRADIENT_ROW).all_inner_texts() == [cell_text(value) for value in found.gradient]
    for k, p in enumerate(found.p):
        sizes = (
            page.locator(".field")
            .nth(k)
            .evaluate("node => [node.querySelector('.bar').offsetHeight, node.clientHeight]")
        )
        assert sizes[0] == pytest.approx(p * sizes[1], abs=2)


@pytest.mark.parametrize("temperature", [1.0, 0.1, 5.0])
def test_arrows_lead_from_p_to_the_target(page: Page, app_url: str, temperature: float) -> None:
    opened(page, app_url, f"?T={temperature:g}")
    found = shown(SoftmaxQuestion(T=temperature))
    for k, gap in enumerate((found.p - found.y).tolist()):
        arrow = page.locator(".field .arrow").nth(k)
        if abs(gap) < 0.004:
            expect(arrow).to_be_hidden()
            continue
        assert ("up" in (arrow.get_attribute("class") or "")) == (gap < 0)
        length, whole = arrow.evaluate("node => [node.offsetHeight, node.parentElement.clientHeight]")
        assert length == pytest.approx(abs(gap) * whole, abs=2)


def test_the_naive_form_overflows_live_and_the_stable_one_does_not(page: Page, app_url: str) -> None:
    opened(page, app_url)
    before = [round(float(text), 3) for text in tiles(page, 0, P_ROW).all_inner_texts()]
    page.get_by_role("button", name="Overflow", exact=True).click()
    expect(page.get_by_text("the naive form overflows")).to_be_visible()
    assert tiles(page, 1, 0).all_inner_texts() == ["inf"] * 4
    assert tiles(page, 1, 2).all_inner_texts() == ["nan"] * 4
    assert [round(float(text), 3) for text in tiles(page, 0, P_ROW).all_inner_texts()] == before
    page.wait_for_url(lambda url: "shift=100" in url)


def test_a_held_key_at_a_slider_loses_no_step_and_the_bars_follow(page: Page, app_url: str) -> None:
    opened(page, app_url)
    thumb = page.get_by_role("slider", name="Logit z[1]")
    for _ in range(10):
        thumb.press("ArrowRight")
    expected = cell_text(shown(SoftmaxQuestion(2.0, 2.0, 0.1, -1.0)).p[1])
    expect(tiles(page, 0, P_ROW).nth(1)).to_have_text(expected)
    expect(thumb).to_be_focused()
    page.wait_for_url(lambda url: "z1=2" in url)


def test_cells_answer_the_arrow_keys_and_keep_the_focus_when_an_answer_comes(page: Page, app_url: str) -> None:
    opened(page, app_url)
    tiles(page, 0, 3).first.focus()
    page.keyboard.press("ArrowRight")
    expect(tiles(page, 0, 3).nth(1)).to_be_focused()
    e = full_text(shown(SoftmaxQuestion()).e[1])
    expect(page.locator(".spelled")).to_contain_text(f"exp[1] = e^(−1.0) = {e}")
    assert float(e) == pytest.approx(math.exp(-1), rel=1e-6)
    page.keyboard.press("ArrowDown")
    expect(tiles(page, 0, 4).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tiles(page, 0, P_ROW).nth(1)).to_be_focused()
    page.evaluate("document.querySelector('.pills button:nth-child(3)').click()")
    expect(page.locator(".spelled")).to_contain_text(full_text(shown(SoftmaxQuestion(T=0.3)).p[1]))
    expect(tiles(page, 0, P_ROW).nth(1)).to_be_focused()


def test_a_table_of_steps_is_one_stop_for_tab(page: Page, app_url: str) -> None:
    opened(page, app_url)
    tiles(page, 0, 0).first.focus()
    page.keyboard.press("Tab")
    expect(tiles(page, 1, 0).first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(tiles(page, 0, 0).first).to_be_focused()


def test_a_temperature_of_zero_is_explained_and_mended(page: Page, app_url: str) -> None:
    opened(page, app_url, "?T=0")
    expect(page.get_by_text("Expected a temperature above 0, not 0")).to_be_visible()
    page.get_by_role("button", name="T = 0.1").click()
    expect(page.locator(".field")).to_have_count(4)
    expect(chip(page)).to_contain_text("cross-entropy")
    expect(page.get_by_role("slider", name="Temperature T")).to_have_value("0.1")


def test_sliders_follow_typed_logits_and_move_them(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_label("Logits z", exact=True).fill("[1, 3, -2]")
    expect(page.get_by_role("slider", name="Logit z[2]")).to_have_value("-2")
    expect(page.get_by_role("slider", name=re.compile("Logit"))).to_have_count(3)
    expect(page.locator(".control:has([aria-label], input[type=range]) .value").nth(2)).to_have_text("−2")
    page.get_by_role("slider", name="Logit z[2]").press("ArrowRight")
    expect(page.get_by_label("Logits z", exact=True)).to_have_value("[1.0, 3.0, -1.9]")
    expect(tiles(page, 0, 0).nth(2)).to_have_text("−1.9")


def test_a_batch_opens_the_row_that_is_pressed(page: Page, app_url: str) -> None:
    opened(page, app_url, "?logits=[[2., -1., .5], [0., 3., 0.]]&target=[0, 1]")
    logits = page.locator(".step-table").first.get_by_role("row").first.get_by_role("gridcell")
    assert logits.all_inner_texts() == ["2.0", "−1.0", "0.5"]
    page.get_by_role("gridcell", name=re.compile(r"p\[1, 1\]")).click()
    expect(logits.nth(1)).to_have_text("3.0")
    page.wait_for_url(lambda url: "row=1" in url)


def test_a_target_that_is_declined_is_mended_by_a_press(page: Page, app_url: str) -> None:
    opened(page, app_url, "?logits=torch.zeros(4, 3)&target=torch.tensor([1, 2, 3, 3])")
    expect(page.get_by_text("IndexError: Target 3 is out of bounds.")).to_be_visible()
    page.get_by_role("button", name="Count classes from 0").click()
    expect(chip(page)).to_contain_text("cross-entropy 1.099")
    expect(page.get_by_label("Target y", exact=True)).to_have_value("torch.tensor([1, 2, 3, 3]) - 1")


def test_many_classes_scroll_in_their_frame_on_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(
        new_page(viewport={"width": 390, "height": 844}, has_touch=True), app_url, "?logits=torch.arange(10.)"
    )
    widths = [box["width"] for tile in tiles(page, 0, 0).all() if (box := tile.bounding_box())]
    assert min(widths) >= 50
    assert page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; })()"
    )


def test_a_phone_has_no_overflow(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(viewport={"width": 390, "height": 844}, has_touch=True), app_url, "?shift=100")
    tiles(page, 0, GRADIENT_ROW).first.tap()
    expect(page.locator(".spelled")).to_contain_text("raises z[0]")
    assert page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; })()"
    )


def test_a_cell_of_a_row_whose_name_is_a_formula_is_named_in_brackets(page: Page, app_url: str) -> None:
    opened(page, app_url, "?T=2")
    tiles(page, 0, 1).nth(1).hover()
    expect(page.locator(".spelled")).to_have_text("(z / T)[1] = 1.0 / 2.0 = 0.5")
    expect(tiles(page, 1, 0).first).to_have_attribute("aria-label", re.compile(r"^exp\(z / T\)\[0\]: "))
