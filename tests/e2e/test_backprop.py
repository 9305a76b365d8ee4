"""Back-propagation by hand in a real browser: symbols light up, steps are worked out, a mistake is made and mended."""

import re
from collections.abc import Callable
from urllib.parse import unquote_plus

from playwright.sync_api import Locator, Page, expect

from primer_core.lessons.backprop_by_hand.cells import number, spell
from primer_core.lessons.backprop_by_hand.explain import BackpropParams, hand_backprop


def opened(page: Page, app_url: str, query: str = "") -> Page:
    page.goto(f"{app_url}/backprop_by_hand{query}")
    expect(page.locator(".backprop .step").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    return page


def step(page: Page, symbol: str) -> Locator:
    return page.locator(f".step[data-step='{symbol}']")


def test_a_symbol_lights_its_matrix_and_its_line_of_code(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "z1").locator(".equation .symbol[data-symbol='W1']").hover()
    expect(page.locator(".map .matrix[data-symbol='W1']")).to_have_class(re.compile(r"\blit\b"))
    expect(step(page, "z1").locator("code .symbol[data-symbol='W1']")).to_have_class(re.compile(r"\blit\b"))
    expect(page.locator(".map .matrix[data-symbol='W2']")).not_to_have_class(re.compile(r"\blit\b"))
    page.locator(".map .matrix[data-symbol='dW1']").hover()
    expect(step(page, "dW1")).to_have_class(re.compile(r"\blit\b"))
    expect(page.locator(".map .matrix[data-symbol='W1']")).not_to_have_class(re.compile(r"\blit\b"))


def test_every_number_on_screen_is_the_derivations(page: Page, app_url: str) -> None:
    opened(page, app_url)
    explanation = hand_backprop(BackpropParams())
    for result in explanation.steps:
        step(page, result.symbol).click()
        cells = page.locator(f".scene .matrix[data-symbol='{result.symbol}'] .cell").all_inner_texts()
        shown = [float(text.replace("−", "-")) for text in cells]
        assert len(shown) == result.value.size
        assert all(abs(a - b) <= 6e-5 for a, b in zip(shown, result.value.ravel().tolist(), strict=True))
        first = (0,) * result.value.ndim
        expect(page.locator(".spelled")).to_contain_text(spell(explanation, result.symbol, first).numeric)
    expect(page.get_by_text(f"{explanation.loss_after:.6f}", exact=True)).to_be_visible()


def test_steps_and_cells_answer_the_arrow_keys(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "delta2").click()
    step(page, "delta2").press("ArrowDown")
    expect(step(page, "dW2")).to_have_attribute("aria-pressed", "true")
    expect(step(page, "dW2")).to_be_focused()
    cells = page.locator(".scene .matrix[data-symbol='dW2'] .cell")
    cells.first.focus()
    cells.first.press("ArrowRight")
    cells.nth(1).press("ArrowDown")
    expect(cells.nth(3)).to_be_focused()
    explanation = hand_backprop(BackpropParams())
    expect(page.locator(".spelled")).to_contain_text(number(float(explanation.quantities["dW2"].value[1, 1])))
    expect(page.locator(".scene .matrix[data-symbol='h1'] .cell.source")).to_have_count(3)


def test_a_mistake_is_pointed_at_and_mended_with_one_click(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="W not transposed", exact=True).click()
    expect(page.locator(".stopped .message")).to_contain_text("mat1 and mat2 shapes cannot be multiplied")
    assert "slip=W not transposed" in unquote_plus(page.url)
    page.get_by_role("button", name="Derive it correctly.", exact=True).click()
    expect(page.get_by_text("every gradient agrees with autograd")).to_be_visible()
    expect(page.locator(".stopped")).to_have_count(0)


def test_a_link_opens_the_same_state_elsewhere(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(), app_url, "?slip=no+1%2FB&batch=2")
    expect(page.get_by_text("wrong from delta2 on")).to_be_visible()
    expect(page.locator(".step.wrong")).not_to_have_count(0)
    expect(page.locator(".map .matrix[data-symbol='X'] .cell")).to_have_count(4)


def test_digits_are_drawn_on_a_phone_without_overflow(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(viewport={"width": 390, "height": 844}, has_touch=True), app_url, "?net=784-16-12-10")
    expect(page.locator(".map .picture canvas")).to_have_count(3)
    step(page, "dW1").tap()
    expect(page.locator(".stage .picture canvas")).to_have_count(16)
    expect(step(page, "dW1").locator(".chip")).to_contain_text("✓")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; })()"
    )
