"""Softmax in a real browser: the bars are the probabilities, the naive form overflows live, mistakes are mended."""

import math
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from primer_core.lessons.softmax.explain import SoftmaxParams, explain_softmax
from ui.components.softmax_bars import figure


def opened(page: Page, app_url: str, query: str = "") -> Page:
    page.goto(f"{app_url}/softmax{query}")
    expect(page.get_by_role("heading", name="Softmax and cross-entropy", level=1)).to_be_visible()
    expect(page.locator(".softmax .field, [data-testid=stButton]").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    return page


def cells(page: Page, section: int, row: int) -> list[str]:
    return page.locator(f".softmax [data-id^='{section},{row},']").all_inner_texts()


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", SoftmaxParams()),
        ("?T=5&target=2", SoftmaxParams(temperature=5.0, target=2)),
        ("?z0=-6&z1=6&T=0.1&dtype=float64", SoftmaxParams((-6.0, 6.0, 0.1, -1.0), temperature=0.1, dtype="float64")),
    ],
)
def test_the_page_shows_what_the_library_computes(page: Page, app_url: str, query: str, params: SoftmaxParams) -> None:
    opened(page, app_url, query)
    explanation = explain_softmax(params)
    assert cells(page, 0, 0) == [figure(value) for value in explanation.logits]
    assert cells(page, 0, 5) == [figure(value) for value in explanation.p]
    assert cells(page, 0, 7) == [figure(value) for value in explanation.gradient]
    for k, p in enumerate(explanation.p):
        field = page.locator(".softmax .field").nth(k)
        sizes = field.evaluate("node => [node.querySelector('.fill').offsetHeight, node.clientHeight]")
        assert sizes[0] == pytest.approx(p * sizes[1], abs=2)


def test_arrows_are_as_long_as_the_gradient_and_point_at_the_target(page: Page, app_url: str) -> None:
    opened(page, app_url)
    explanation = explain_softmax(SoftmaxParams())
    for k, gradient in enumerate(explanation.gradient):
        arrow = page.locator(".softmax .arrow").nth(k)
        assert ("up" in arrow.get_attribute("class")) == (gradient < 0)
        length, whole = arrow.evaluate("node => [node.offsetHeight, node.parentElement.clientHeight]")
        assert length == pytest.approx(abs(gradient) * whole, abs=2)


def test_the_naive_form_overflows_live_and_the_stable_one_does_not(page: Page, app_url: str) -> None:
    opened(page, app_url)
    before = cells(page, 0, 5)
    page.get_by_role("button", name="Overflow", exact=True).click()
    expect(page.get_by_text("the naive form breaks")).to_be_visible()
    assert cells(page, 1, 0) == ["inf"] * 4
    assert cells(page, 1, 2) == ["nan"] * 4
    assert cells(page, 0, 5) == before
    assert "shift=100" in page.url


def test_a_slider_moves_the_bars_and_the_address(page: Page, app_url: str) -> None:
    opened(page, app_url)
    thumb = page.get_by_role("slider", name="Logit z[1]")
    for tenth in range(11, 21):
        thumb.press("ArrowRight")
        page.wait_for_url(f"**z1={tenth / 10:g}*")
    expected = figure(explain_softmax(SoftmaxParams((2.0, 2.0, 0.1, -1.0))).p[1])
    expect(page.locator(".softmax [data-id='0,5,1']")).to_have_text(expected)
    page.wait_for_url("**z1=2*")


def test_cells_answer_the_arrow_keys(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.locator(".softmax [data-id='0,3,0']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".softmax [data-id='0,3,1']")).to_be_focused()
    expect(page.locator(".softmax .spelled")).to_contain_text(f"e^(−1) = {figure(math.exp(-1))}")


def test_a_temperature_of_zero_is_explained_and_mended(page: Page, app_url: str) -> None:
    opened(page, app_url, "?T=0")
    expect(page.get_by_text("expected a temperature above 0, given 0")).to_be_visible()
    page.get_by_role("button", name="Use a small positive temperature: T = 0.1.").click()
    expect(page.locator(".softmax .field")).to_have_count(4)


def test_a_phone_has_no_overflow(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(viewport={"width": 390, "height": 844}, has_touch=True), app_url, "?shift=100")
    page.locator(".softmax [data-id='0,7,0']").tap()
    expect(page.locator(".softmax .advice")).to_contain_text("raises z[0]")
    assert page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; })()"
    )
