"""Nobody is kept out: what axe-core finds in each state of each page, names of fields, the focus, forced colours."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from primer_core.lessons.question import TextField
from primer_core.picture.parts import Control
from primer_core.picture.payload import payload
from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS, LESSONS_BY_SLUG

#: Contrast (1.4.3, 1.4.11) and the size of targets (2.5.8) are among them.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE = Axe()
UNREADABLE = "(4, ["

#: For each control of a page: its field's name for a person, and what a screen reader is told besides.
DESCRIBED = """() => [...document.querySelectorAll('.primer .control')].map((control) => {
  const input = control.querySelector('[role=radiogroup]')
    ?? control.querySelector('input, select, textarea');
  const ids = (input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
  return {
    label: control.querySelector('.label').textContent,
    words: ids.map((id) => document.getElementById(id).textContent),
    invalid: input.getAttribute('aria-invalid'),
    problem: control.querySelector('.problem').textContent,
  };
})"""

ROLES: tuple[Any, ...] = ("textbox", "combobox", "radiogroup", "switch", "slider", "spinbutton")

FOCUSED = """() => {
  const element = document.activeElement;
  const labels = [...element.labels ?? []].map((label) => label.textContent).join(' ');
  return { inside: !!element.closest('.primer'), name: element.ariaLabel ?? (labels || element.textContent) };
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds: the rule, the element, and what is wrong with it; and what it stumbled over, unjudged."""
    found = AXE.run(page, options={"runOnly": list(RULES), "resultTypes": ["violations", "incomplete"]}).response
    broken = [
        (rule, node)
        for rule in found["incomplete"]
        for node in rule["nodes"]
        if any(check["id"] == "error-occurred" for check in (*node["any"], *node["all"], *node["none"]))
    ]
    against = [(rule, node) for rule in found["violations"] for node in rule["nodes"]]
    return [f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule, node in (*against, *broken)]


def opened(page: Page, address: str) -> Page:
    """Open a lesson, and wait for its first answer."""
    page.goto(address)
    expect(page.locator(".primer .panel .control").first).to_be_visible()
    wait_until_drawn(page)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("slug", ["", *(spec.slug for spec in LESSONS)], ids=lambda slug: slug or "home")
def test_nothing_keeps_anybody_out(new_page: Callable[..., Page], app_url: str, slug: str, scheme: str) -> None:
    # In a window so tall that no part of the page is scrolled away, where axe-core cannot see what lies behind a text.
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 6000})
    page.goto(f"{app_url}/{slug}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wait_until_drawn(page)
    assert violations(page) == []


def cannot_be_read(page: Page) -> None:
    page.get_by_role("textbox", name="Operand b").fill(UNREADABLE)
    expect(page.locator(".primer .body.stale")).to_be_visible()


def shows_a_fix(page: Page) -> None:
    page.get_by_role("textbox", name="Operand b").fill("(4,)")
    expect(page.locator(".primer .fixes button").first).to_be_visible()


def answered(page: Page) -> None:
    page.locator(".primer .quiz .answers button").first.click()
    expect(page.locator(".primer .reason:is(.right, .wrong)")).to_be_visible()


def opened_in_part(page: Page) -> None:
    page.get_by_role("textbox", name="Operand a").fill("(40, 3)")
    page.get_by_role("button", name="show all, part by part").last.click()
    expect(page.get_by_role("button", name="ends only").last).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("act", [cannot_be_read, shows_a_fix, answered, opened_in_part])
def test_no_state_of_a_lesson_keeps_anybody_out(
    new_page: Callable[..., Page], app_url: str, act: Callable[[Page], None], scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 6000})
    opened(page, f"{app_url}/broadcasting")
    act(page)
    wait_until_drawn(page)
    assert violations(page) == []


def of_every_lesson(test: Any) -> Any:
    return pytest.mark.parametrize("slug", list(LESSONS_BY_SLUG))(test)


@of_every_lesson
def test_each_lesson_is_open_to_all_on_a_phone(new_page: Callable[..., Page], app_url: str, slug: str) -> None:
    page = new_page(viewport={"width": 390, "height": 8000}, reduced_motion="reduce")
    opened(page, f"{app_url}/{slug}")
    assert violations(page) == []


@of_every_lesson
def test_each_field_has_its_name_its_help_and_what_is_wrong_with_it(page: Page, app_url: str, slug: str) -> None:
    opened(page, f"{app_url}/{slug}")
    fields = {field.label: field for field in LESSONS_BY_SLUG[slug].question.fields().values()}
    shown = page.evaluate(DESCRIBED)
    assert shown
    for control in shown:
        name = control["label"]
        named = [page.get_by_role(role, name=name, exact=True).count() for role in ROLES]
        assert sum(named) == 1, f"{name} names {sum(named)} fields"
        if name in fields and fields[name].help:
            assert fields[name].help in control["words"]
        assert control["invalid"] is None

    refusing = 0
    boxes = [fields[c["label"]] for c in shown if isinstance(fields.get(c["label"]), TextField)]
    for field in boxes:
        box = page.get_by_role("textbox", name=field.label, exact=True)
        before = box.input_value()
        box.fill(UNREADABLE)
        box.press("Enter")
        wait_until_drawn(page)
        now = next(found for found in page.evaluate(DESCRIBED) if found["label"] == field.label)
        if now["problem"]:
            refusing += 1
            assert now["invalid"] == "true"
            assert now["problem"] in now["words"]
        else:
            assert now["invalid"] is None
        box.fill(before)
        box.press("Enter")
        wait_until_drawn(page)
    assert refusing, "no field says what is wrong with it"


@of_every_lesson
def test_one_polite_live_region_says_the_outcome(page: Page, app_url: str, slug: str) -> None:
    opened(page, f"{app_url}/{slug}")
    regions = page.locator(".primer").locator("[aria-live], [role=status], [role=alert], [role=log], output")
    assert regions.count() == 1
    assert regions.get_attribute("aria-live") == "polite"
    page.locator(".primer .pills button").last.click()
    wait_until_drawn(page)
    chips = page.locator(".primer .panel .chip .words").all_text_contents()
    assert chips
    assert regions.text_content() == ", ".join(chips)


KINDS = (
    ".pills button:not([aria-pressed=true])",
    ".segments input:not(:checked)",
    "select",
    "input[role=switch]",
    "input[type=range]",
    "input[type=number]",
    "input[type=text]",
    ".cell[tabindex='0']",
    ".quiz .answers button",
    ".opener button",
)


def act_on(page: Page, control: Locator) -> None:
    """Do by keys what the control is for."""
    kind = control.evaluate("element => element.type || element.role")
    match kind:
        case "select-one":
            control.press("ArrowDown")
        case "range":
            control.press("ArrowRight")
        case "number":
            control.press("ArrowUp")
        case "text":
            control.press("End")
            page.keyboard.type(" ")
            page.keyboard.press("Enter")
        case "gridcell":
            control.press("ArrowRight")
        case _:
            control.press("Space")


@of_every_lesson
def test_the_focus_survives_every_answer(page: Page, app_url: str, slug: str) -> None:
    opened(page, f"{app_url}/{slug}")
    tried = 0
    for kind in KINDS:
        found = page.locator(f".primer :is({kind}):visible:enabled")
        if not found.count():
            continue
        control = found.first
        control.focus()
        held = page.evaluate_handle("document.activeElement")
        name = page.evaluate(FOCUSED)["name"]
        act_on(page, control)
        wait_until_drawn(page)
        now = page.evaluate(FOCUSED)
        assert now["inside"], f"{kind} lost the focus"
        same = page.evaluate("held => held === document.activeElement", held)
        assert same or now["name"] == name or kind in (".cell[tabindex='0']", ".opener button")
        tried += 1
    assert tried >= 3


def test_the_focus_goes_to_the_outcome_where_its_own_element_is_gone(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/broadcasting?b=(4,)")
    page.locator(".primer .fixes button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".primer .fixes")).to_have_count(0)
    expect(page.locator(".primer .panel .chip")).to_be_focused()
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".primer .fixes")).to_be_visible()
    expect(undo).to_be_focused()
    expect(undo).to_have_attribute("aria-disabled", "true")


CONTROL = """async (control) => {
  const { controlView } = await import("/fields.js");
  window.done = [];
  window.heard = [];
  window.view = controlView(control, {
    push: (event) => window.done.push(event),
    isAhead: () => false,
    announce: (words) => window.heard.push(words),
  });
  document.body.replaceChildren(window.view.element);
}"""


def test_a_number_out_of_range_says_what_is_expected_until_there_is_another(bare_page: Page) -> None:
    page = bare_page
    control = payload(Control("seed", "box", "Seed", "3", "Any whole number.", least="0", most="9", step="1"))
    page.evaluate(CONTROL, control)
    box = page.get_by_role("spinbutton", name="Seed")
    expect(box).to_have_accessible_description("Any whole number.")
    for wrong in ("10", "2.5", ""):
        box.fill(wrong)
        box.press("Enter")
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(box).to_have_accessible_description(re.compile("whole number from 0 to 9; 3 still counts. Any whole"))
        assert "from 0 to 9" in page.evaluate("window.heard.at(-1)")
    box.fill("11")
    box.press("Enter")
    page.evaluate("control => window.view.update(control)", control)  # the answer to something else
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("11")
    assert page.evaluate("window.done") == []
    box.blur()
    page.evaluate("control => window.view.update(control)", {**control, "value": "7"})  # as a preset puts it
    expect(box).to_have_value("7")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".problem")).to_be_hidden()
    box.fill("8")
    box.press("Enter")
    assert page.evaluate("window.done") == [{"kind": "put", "texts": {"seed": "8"}}]


def test_why_a_control_is_off_stands_beside_it(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/reductions?operation=softmax")
    off = page.locator(".primer .control :disabled")
    expect(off.first).to_be_visible()
    for control in off.all():
        ids = (control.get_attribute("aria-describedby") or "").split()
        words = [page.locator(f"#{name}") for name in ids]
        assert any(reason.is_visible() and reason.inner_text() for reason in words)


def test_every_button_can_be_hit(new_page: Callable[..., Page], app_url: str) -> None:
    page = opened(new_page(viewport={"width": 390, "height": 2000}), f"{app_url}/broadcasting?a=(40,30)&b=(30,)")
    sizes = page.locator(".primer button:visible").evaluate_all(
        "buttons => buttons.map((button) => [button.textContent, button.offsetWidth, button.offsetHeight])"
    )
    assert len(sizes) > 8
    assert [size for size in sizes if min(size[1:]) < 24] == []
    for name in ("show all, part by part", "Save this picture as PNG"):
        button = page.get_by_role("button", name=name).last
        button.focus()
        expect(button).to_be_focused()
        assert button.evaluate("button => button.tabIndex") == 0


STYLE = "element => { const s = getComputedStyle(element); return [s.outlineStyle, s.outlineWidth, s.borderTopStyle] }"


def test_what_is_chosen_is_seen_in_forced_colours(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page()
    page.emulate_media(forced_colors="active")
    opened(page, f"{app_url}/broadcasting")

    def differ(one: str, other: str) -> None:
        assert page.locator(one).first.evaluate(STYLE) != page.locator(other).first.evaluate(STYLE), one

    differ(".primer .segments input:checked + span", ".primer .segments input:not(:checked) + span")
    differ(".primer .pills button[aria-pressed=true]", ".primer .pills button[aria-pressed=false]")
    differ(".primer .cell.lit", ".primer .cell:not(.lit)")
    differ(".primer .ghost:not(.lit)", ".primer .cell:not(.ghost, .lit)")
    for slider in page.locator(".primer input[type=range]").all():
        assert slider.evaluate("slider => getComputedStyle(slider).appearance") != "none"
    opened(page, f"{app_url}/indexing")
    differ(".primer .marked", ".primer .cell:not(.marked)")
