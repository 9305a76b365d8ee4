"""Nobody is kept out: what axe-core finds in each state of each page, names of fields, the focus, forced colours."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from primer_core.picture.parts import Control
from primer_core.picture.payload import payload
from tests.e2e.lesson import value
from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS, LESSONS_BY_SLUG

#: Contrast (1.4.3, 1.4.11) and the size of targets (2.5.8) are among them.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE = Axe()
UNREADABLE = "(4, ["
OUT_OF_RANGE = "1e15"

#: For each control of a page: its field's name for a person, and what a screen reader is told besides.
DESCRIBED = """() => [...document.querySelectorAll('.primer .control')].map((control) => {
  const input = control.querySelector('[role=radiogroup]')
    ?? control.querySelector('input, select, textarea, [role=textbox]');
  const ids = (input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
  return {
    label: control.querySelector('.label').textContent,
    typed: input.matches('input[type=text], input[type=number], textarea, [role=textbox]:not([aria-readonly])')
      && !input.readOnly,
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


LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
PAGES = ["", *(spec.slug for spec in LESSONS)]
#: Each page in one look, so that all looks take turns; in the others where there is time.
PAGES_IN_LOOKS = [
    pytest.param(
        slug, *look, id=f"{slug or 'home'} {look}", marks=() if place % len(LOOKS) == turn else pytest.mark.long
    )
    for place, slug in enumerate(PAGES)
    for turn, look in enumerate(LOOKS)
]


def by_itself(_: Page) -> bool:
    return True


def opened_folds(page: Page) -> bool:
    """Open whatever is folded or left out, and answer the question: all that a page shows when it is asked to."""
    opening = (".more[aria-expanded=false]", ".opener button:only-child", "details:not([open]) > summary")
    for closed in (*opening, ".quiz .answers button:first-child", ".predict .answers button:first-child"):
        page.locator(f"{closed}:visible").evaluate_all("controls => controls.forEach((control) => control.click())")
    return True


def the_last_preset(page: Page) -> bool:
    presets = page.get_by_role("group", name="Presets").get_by_role("button")
    if presets.count():
        presets.last.click()
    return presets.count() > 0


def refuse(page: Page, box: Locator) -> None:
    """Type what no field of that kind takes."""
    box.fill(OUT_OF_RANGE if box.get_attribute("type") == "number" else UNREADABLE)
    box.press("Control+Enter")
    wait_until_drawn(page)


def a_refused_field(page: Page) -> bool:
    native = ".primer .control :is(input[type=text], textarea, input[type=number]):enabled:visible"
    boxes = page.locator(f"{native}, .primer .control [role=textbox]:not([aria-readonly])")
    if not boxes.count():
        return False
    refuse(page, boxes.first)
    expect(boxes.first).to_have_attribute("aria-invalid", "true")
    return True


def says_the_outcome(page: Page) -> None:
    """Look whether one region of a lesson tells a screen reader politely what became of the question."""
    region = page.locator(".primer").locator("[aria-live], [role=status], [role=alert], [role=log], output")
    expect(region).to_have_count(1)
    expect(region).to_have_attribute("aria-live", "polite")
    chips = page.locator(".primer .panel .chip .words").all_text_contents()
    assert chips
    assert region.text_content() == ", ".join(chips)


@pytest.mark.parametrize(("slug", "scheme", "width"), PAGES_IN_LOOKS)
def test_no_state_of_a_page_keeps_anybody_out(
    new_page: Callable[..., Page], app_url: str, slug: str, scheme: str, width: int
) -> None:
    # In a window so tall that no part of the page is scrolled away, where axe-core cannot see what lies behind a text.
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 8000})
    page.goto(f"{app_url}/{slug}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if slug in LESSONS_BY_SLUG:
        expect(page.locator(".primer .panel .control").first).to_be_visible()
    else:  # what can be pressed comes after the title
        expect(page.get_by_test_id("stMain").locator("a, button, input").last).to_be_visible()
    found = {}
    for reach in (by_itself, the_last_preset, opened_folds, a_refused_field):
        wait_until_drawn(page)
        if reach(page):
            wait_until_drawn(page)
            found[reach.__name__] = violations(page)
        if reach is the_last_preset and slug in LESSONS_BY_SLUG:
            says_the_outcome(page)
    assert found == {name: [] for name in found}
    if slug in LESSONS_BY_SLUG:
        assert len(found) == 4


def shows_a_fix(page: Page) -> None:
    page.get_by_role("textbox", name="Operand b").fill("(4,)")
    expect(page.locator(".primer .fixes button").first).to_be_visible()


def opened_in_part(page: Page) -> None:
    page.get_by_role("textbox", name="Operand a").fill("(40, 3)")
    page.get_by_role("button", name="show all, part by part").last.click()
    expect(page.get_by_role("button", name="ends only").last).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("act", [shows_a_fix, opened_in_part])
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

    live = page.locator(".primer [role=status]")
    for name in [control["label"] for control in shown if control["typed"]]:
        box = page.get_by_role("textbox", name=name, exact=True).or_(
            page.get_by_role("spinbutton", name=name, exact=True)
        )
        before, outcome = value(box), live.text_content()
        refuse(page, box)
        now = next(found for found in page.evaluate(DESCRIBED) if found["label"] == name)
        if name == "Steps":  # the step that cannot be taken says so itself
            step = page.get_by_role("textbox", name="Step 1")
            expect(step).to_have_attribute("aria-invalid", "true")
            expect(step).to_have_accessible_description(re.compile("cannot be read"))
        else:
            assert now["problem"], f"{name} says nothing about what it cannot take"
            assert now["invalid"] == "true"
            assert now["problem"] in now["words"]
        assert live.text_content() not in ("", outcome)
        box.fill(before)
        box.press("Control+Enter")
        wait_until_drawn(page)
        expect(box).not_to_have_attribute("aria-invalid", "true")


KINDS = (
    ".pills button:not([aria-pressed=true])",
    ".segments input:not(:checked)",
    "select",
    "input[role=switch]",
    "input[type=range]",
    "input[type=number]",
    "input[type=text]",
    ".cm-content",
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
        case "text" | "textbox":
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
        found = page.locator(f".primer :is({kind}):visible:not(:disabled)")
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


def test_where_no_chip_sums_an_outcome_up_the_live_region_tells_what_happened(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/shapes")
    page.get_by_role("radio", name="Permute or reshape").focus()
    page.keyboard.press("Space")
    expect(page.locator(".primer .images")).to_be_visible()
    wait_until_drawn(page)
    expect(page.locator(".primer .panel .chip")).to_have_count(0)
    expect(page.locator(".primer [role=status]")).to_contain_text("leaves all values in the order")


def test_an_answer_that_turns_the_focused_field_off_moves_the_focus_on(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/reductions?operation=softmax")
    page.get_by_role("combobox", name="Operation").select_option("sum")
    wait_until_drawn(page)
    off = page.locator(".primer").get_by_role("switch").first
    off.focus()
    page.keyboard.press("Control+z")
    expect(off).to_be_disabled()
    wait_until_drawn(page)
    assert page.evaluate(FOCUSED)["inside"]
    expect(off).not_to_be_focused()


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
