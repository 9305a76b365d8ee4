"""Back-propagation by hand in a real browser: symbols light up, steps are worked out, a mistake is made and mended."""

import math
import re
from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from primer_core.lessons.backprop_by_hand.explain import Derived, explain
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.picture.number import cell_text, full_text
from tests.running_app import wait_until_drawn

LIT = re.compile(r"\blit\b")


def opened(page: Page, app_url: str, query: str = "") -> Page:
    page.goto(f"{app_url}/backprop_by_hand{query}")
    expect(page.locator(".d-step").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    wait_until_drawn(page)
    return page


def shown(question: BackpropQuestion) -> Derived:
    outcome = explain(question)
    assert isinstance(outcome, Derived)
    return outcome


def step(page: Page, symbol: str) -> Locator:
    return page.locator(f".d-step[data-step='{symbol}']")


def small(page: Page, symbol: str) -> Locator:
    return page.locator(f".d-map .d-matrix[data-symbol='{symbol}']")


def large(page: Page, symbol: str) -> Locator:
    return page.locator(f".d-scene .d-matrix[data-symbol='{symbol}'] .d-cell")


def chip(page: Page) -> Locator:
    return page.locator(".panel .chip")


def overflows(page: Page) -> bool:
    return bool(
        page.evaluate(
            "(() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollWidth > main.clientWidth || document.documentElement.scrollWidth > innerWidth; })()"
        )
    )


def test_a_symbol_lights_its_matrix_and_its_line_of_code(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "z1").locator(".d-equation [data-symbol='W1']").hover()
    expect(small(page, "W1")).to_have_class(LIT)
    expect(step(page, "z1").locator("code [data-symbol='W1']")).to_have_class(LIT)
    expect(small(page, "W2")).not_to_have_class(LIT)
    small(page, "dW1").hover()
    expect(step(page, "dW1")).to_have_class(LIT)
    expect(small(page, "W1")).not_to_have_class(LIT)


def test_a_matrix_of_the_map_opens_the_step_that_gives_it(page: Page, app_url: str) -> None:
    opened(page, app_url)
    small(page, "h1").click()
    expect(step(page, "h1")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".d-head")).to_contain_text("relu")


def test_every_number_on_screen_is_the_derivations(page: Page, app_url: str) -> None:
    opened(page, app_url)
    outcome = shown(BackpropQuestion())
    for result in outcome.worked.steps:
        step(page, result.symbol).click()
        assert large(page, result.symbol).all_inner_texts() == [cell_text(x) for x in result.value.ravel()]
        first, other = result.value.ravel()[0], result.autograd.ravel()[0]
        expect(page.locator(".d-both")).to_have_text(f"by hand {full_text(first)} · PyTorch {full_text(other)}")
        assert spelled_value(page) == pytest.approx(float(first), rel=0.02, abs=0.002)
    expect(page.get_by_text(f"{outcome.loss_after:.6f}"[:7]).first).to_be_visible()


def spelled_value(page: Page) -> float:
    """What the formula in numbers comes to, by Python."""
    text = page.locator(".d-spelled > div").nth(1).inner_text().split(" = ")[0].removeprefix("= ")
    for sign, code in {"e^": "exp", "·": "*", "−": "-"}.items():
        text = text.replace(sign, code)
    text = re.sub(r"log ([\d.]+)", r"log(\1)", text)
    return float(eval(text, {"max": max, "exp": math.exp, "log": math.log}))


def test_a_cell_under_the_pointer_is_spelled_out_and_its_sources_ringed(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "delta1").click()
    large(page, "delta1").nth(4).hover()
    expect(page.locator(".d-spelled")).to_contain_text("δ₁[1, 1]")
    value = float(shown(BackpropQuestion()).worked.quantities["delta1"].value[1, 1])
    assert spelled_value(page) == pytest.approx(value, abs=1e-3)
    rung = page.locator(".d-scene .source").evaluate_all("cells => cells.map(cell => cell.dataset.cell)")
    assert set(rung) == {"delta2:1,0", "delta2:1,1", "W2:1,0", "W2:1,1", "z1:1,1"}


def test_steps_and_cells_answer_the_arrow_keys(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "delta2").click()
    step(page, "delta2").press("ArrowDown")
    expect(step(page, "dW2")).to_have_attribute("aria-pressed", "true")
    expect(step(page, "dW2")).to_be_focused()
    step(page, "dW2").press("ArrowUp")
    expect(step(page, "delta2")).to_be_focused()
    step(page, "delta2").press("ArrowDown")
    cells = large(page, "dW2")
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cells.nth(3)).to_be_focused()
    value = shown(BackpropQuestion()).worked.quantities["dW2"].value[1, 1]
    expect(page.locator(".d-spelled")).to_contain_text(full_text(value))
    expect(page.locator(".d-scene [data-symbol='h1'] .source")).to_have_count(3)
    assert page.locator(".d-scene [tabindex='0']").count() == 1


def test_the_step_the_cell_and_the_focus_stay_when_the_numbers_change(page: Page, app_url: str) -> None:
    opened(page, app_url)
    step(page, "dW2").click()
    large(page, "dW2").nth(3).focus()
    page.evaluate("document.querySelector('.pills button:nth-child(4)').click()")
    value = shown(BackpropQuestion(dtype="float64")).worked.quantities["dW2"].value[1, 1]
    expect(page.locator(".d-spelled")).to_contain_text(full_text(value))
    expect(large(page, "dW2").nth(3)).to_be_focused()
    expect(step(page, "dW2")).to_have_attribute("aria-pressed", "true")


def test_a_mistake_is_pointed_at_and_mended_with_one_click(page: Page, app_url: str) -> None:
    opened(page, app_url)
    page.get_by_role("button", name="W not transposed", exact=True).click()
    expect(page.locator(".d-stop")).to_contain_text("mat1 and mat2 shapes cannot be multiplied")
    page.wait_for_url(lambda url: "slip=W not transposed" in unquote_plus(url))
    page.get_by_role("button", name="Derive it correctly").click()
    expect(chip(page)).to_contain_text("6 gradients agree with autograd")
    expect(page.locator(".d-stop")).to_have_count(0)


def test_one_over_b_is_missed_only_where_the_batch_has_more_than_one(page: Page, app_url: str) -> None:
    opened(page, app_url, "?slip=no+1%2FB&batch=1")
    expect(chip(page)).to_contain_text("gradients agree with autograd")
    page.get_by_role("button", name="Take a batch of 3").click()
    expect(chip(page)).to_contain_text("wrong from δ₂ on")
    expect(page.get_by_role("spinbutton", name="Batch B")).to_have_value("3")


def test_a_link_opens_the_same_state_elsewhere(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(), app_url, "?slip=no+1%2FB&batch=2")
    expect(chip(page)).to_contain_text("wrong from δ₂ on")
    expect(page.locator(".d-step.wrong")).not_to_have_count(0)
    expect(step(page, "delta2")).to_have_attribute("aria-pressed", "true")
    expect(small(page, "X").locator(".d-cell")).to_have_count(4)


def test_digits_are_drawn_on_a_phone_without_overflow(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(viewport={"width": 390, "height": 844}, has_touch=True), app_url, "?net=784-16-12-10")
    expect(page.locator(".d-map .d-image")).to_have_count(3)
    step(page, "dW1").tap()
    expect(page.locator(".d-stage .d-image")).to_have_count(10)
    expect(step(page, "dW1").locator(".d-mark")).to_contain_text("✓")
    large(page, "dW1").last.tap()
    value = shown(BackpropQuestion(net="784-16-12-10")).worked.quantities["dW1"].value[407, 15]
    expect(page.locator(".d-spelled")).to_contain_text("dW₁[407, 15]")
    expect(page.locator(".d-spelled")).to_contain_text(full_text(value))
    assert spelled_value(page) == pytest.approx(float(value), abs=1e-3)
    assert not overflows(page)
