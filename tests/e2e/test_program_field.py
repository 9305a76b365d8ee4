"""The field of a program in a real browser: typing, pasting, marks and presses, the keyboard's way out, its look."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from primer_core.picture.parts import Control
from primer_core.picture.payload import payload
from primer_core.picture.program import Place, ProgramFault, ProgramMarks
from primer_core.picture.text import text
from tests.e2e.test_accessibility import LOOKS, STYLE, violations

BUNDLE = "**/vendor/codemirror.js"
PROGRAM = """import numpy as np

scores = np.array([[2., 1., 0.],
                   [4., 6., 5.]])
best = scores.max(axis=1)
shifted = scores - best.round()
"""
MARKS = ProgramMarks(
    current=5,
    faulty=(6,),
    faults=(ProgramFault(Place(6, 10, 6, 31), "The shapes (2, 3) and (2,) do not broadcast."),),
    expressions=(Place(3, 9, 4, 33), Place(5, 7, 5, 25), Place(6, 10, 6, 31), Place(6, 19, 6, 31)),
)
EIGHTY = "".join(f"x{line} = {line}\n" for line in range(80))

#: Puts the control into a place of the page, and keeps what it tells and says.
SHOW = """async ([control, place, modules]) => {
  const { controlView } = await import(new URL("fields.js", modules ?? document.baseURI).href);
  Object.assign(window, { done: [], heard: [], ahead: false });
  window.view = controlView(control, {
    push: (event) => { window.done.push(event); window.ahead ||= event.kind === "put"; },
    isAhead: () => window.ahead,
    announce: (words) => window.heard.push(words),
  });
  document.querySelector(place).replaceChildren(window.view.element);
}"""
#: Whether the browser's own caret stands in a line of the focused editor, counted from 0.
CARET_IN_LINE = """line => document.querySelector(".cm-focused")
  && document.querySelectorAll(".cm-line")[line].contains(getSelection().anchorNode)"""
#: Where a page of the app has its modules from.
MODULES = "() => performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/lesson.js')).name"


def control(value: str = PROGRAM, **options: Any) -> dict[str, Any]:
    told = {"marks": MARKS if value == PROGRAM else None, "lines": 12, "most_lines": 80, **options}
    found: dict[str, Any] = payload(Control("program", "program", "Program", value, "Lines of NumPy.", **told))
    return found


def shown(page: Page, value: str = PROGRAM, **options: Any) -> Locator:
    """Show the field in an empty page, and wait for the editor."""
    page.evaluate(SHOW, [control(value, **options), "body", None])
    expect(page.locator(".cm-content")).to_be_visible()
    return page.get_by_role("textbox", name="Program")


def update(page: Page, value: str = PROGRAM, **options: Any) -> None:
    """Bring an answer."""
    page.evaluate("control => { window.ahead = false; window.view.update(control); }", control(value, **options))


def written(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").evaluate_all("lines => lines.map((line) => line.textContent)"))


def is_told(page: Page, program: str) -> None:
    """Wait until a text is told, after which nothing else was; forget what was told then."""
    page.wait_for_function("program => window.done.at(-1)?.texts?.program === program", arg=program)
    page.evaluate("window.done.splice(0)")


def puts(program: str) -> dict[str, Any]:
    return {"kind": "put", "texts": {"program": program}}


def paste(page: Page, editor: Locator, pasted: str) -> None:
    """Copy a text from another field, and paste it over all that stands in the editor."""
    page.evaluate("document.body.append(document.createElement('textarea'))")
    other = page.locator("textarea").last
    other.fill(pasted)
    other.press("ControlOrMeta+a")
    other.press("ControlOrMeta+c")
    other.evaluate("area => area.remove()")
    editor.press("ControlOrMeta+a")
    editor.press("ControlOrMeta+v")


def test_what_is_typed_is_told_as_it_stands(bare_page: Page) -> None:
    editor = shown(bare_page, "")
    editor.click()
    bare_page.keyboard.type("for x in rows:\nprint( x)  \n\n")
    is_told(bare_page, "for x in rows:\n    print( x)  \n\n    ")
    expect(editor).to_be_focused()
    update(bare_page, "an older answer")
    assert written(bare_page) == "for x in rows:\n    print( x)  \n\n    "
    assert bare_page.locator("[aria-live]").count() == 0  # the page has its own


def test_a_key_is_not_told_by_itself_and_control_enter_waits_for_nothing(bare_page: Page) -> None:
    editor = shown(bare_page, "x = 1")
    editor.press("ControlOrMeta+End")
    bare_page.clock.install(time=0)
    bare_page.clock.pause_at(1000)
    bare_page.keyboard.type("23")
    assert bare_page.evaluate("window.done") == []
    bare_page.keyboard.press("ControlOrMeta+Enter")
    assert bare_page.evaluate("window.done") == [puts("x = 123")]
    assert written(bare_page) == "x = 123"


def test_eighty_lines_can_be_pasted_and_no_more(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page)
    paste(page, editor, EIGHTY)
    is_told(page, EIGHTY)
    paste(page, editor, EIGHTY + "y = 0")
    expect(editor).to_have_attribute("aria-invalid", "true")
    expect(editor).to_have_accessible_description(re.compile("at most 80 lines, not 81"))
    assert "not 81" in page.evaluate("window.heard.at(-1)")
    editor.blur()
    update(page, EIGHTY)  # the answer to what was told before
    assert page.evaluate("window.done") == []
    editor.press("ControlOrMeta+End")
    expect(page.locator(".cm-line").last).to_have_text("y = 0")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+Home")
    page.keyboard.type("last")
    is_told(page, EIGHTY.removesuffix("x79 = 79\n") + "last")
    expect(editor).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".problem")).to_be_hidden()


def test_another_value_takes_the_place_of_what_is_too_long(bare_page: Page) -> None:
    editor = shown(bare_page)
    paste(bare_page, editor, "\n" * 100)
    expect(editor).to_have_attribute("aria-invalid", "true")
    editor.blur()
    update(bare_page, "x = 1")
    assert written(bare_page) == "x = 1"
    expect(editor).not_to_have_attribute("aria-invalid", "true")


def test_the_caret_stays_where_an_answer_changes_nothing_before_it(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page, "a = 1\nb = 2\nc = 3")
    editor.press("ControlOrMeta+Home")
    editor.press("End")
    editor.blur()
    update(page, "a = 1\nb = 2\nc = 3")
    update(page, "a = 1\nb = 200\nc = 300")  # as a preset puts it
    assert written(page) == "a = 1\nb = 200\nc = 300"
    assert page.evaluate("window.done") == []
    editor.focus()
    page.wait_for_function(CARET_IN_LINE, arg=0)  # only then is the caret where it was
    page.keyboard.type("0")
    is_told(page, "a = 10\nb = 200\nc = 300")


def test_undoing_in_the_editor_is_the_editors_own(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page, "x = 1")
    editor.press("ControlOrMeta+End")
    page.keyboard.type("0")
    is_told(page, "x = 10")
    page.keyboard.press("ControlOrMeta+z")
    is_told(page, "x = 1")
    editor.blur()
    update(page, "y = 2")  # what a preset puts can be undone as well
    editor.press("ControlOrMeta+z")
    is_told(page, "x = 1")
    page.keyboard.press("ControlOrMeta+z")  # how the field was opened is no step
    assert written(page) == "x = 1"


def test_lines_and_expressions_wear_their_marks(bare_page: Page) -> None:
    page = bare_page
    shown(page)
    assert page.locator(".cm-line.cm-current").all_text_contents() == ["best = scores.max(axis=1)"]
    expect(page.locator(".cm-line.cm-current")).to_have_attribute("aria-current", "step")
    assert page.locator(".cm-line.cm-faulty").all_text_contents() == ["shifted = scores - best.round()"]
    assert page.locator(".cm-gutterElement.cm-current").all_text_contents() == ["5"]
    assert page.locator(".cm-gutterElement.cm-faulty").all_text_contents() == ["6"]
    assert "".join(page.locator(".cm-fails").all_text_contents()) == "scores - best.round()"
    fault = page.get_by_title("The shapes (2, 3) and (2,) do not broadcast.")
    assert "".join(fault.all_text_contents()) == "scores - best.round()"
    over_lines = page.locator(".cm-line", has=page.locator(".cm-opens")).nth(1).locator(".cm-opens")
    assert "".join(over_lines.all_text_contents()) == "[4., 6., 5.]])"  # and not the blanks before it
    update(page, marks=None)
    assert page.locator(".cm-current, .cm-faulty, .cm-fails, .cm-opens").count() == 0


def test_marks_move_with_what_is_typed_and_those_of_an_older_text_are_not_drawn(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page)
    editor.press("ControlOrMeta+Home")
    page.keyboard.type("# first\n")
    assert page.locator(".cm-line.cm-current").all_text_contents() == ["best = scores.max(axis=1)"]
    assert page.locator(".cm-gutterElement.cm-current").all_text_contents() == ["6"]
    update(page, marks=ProgramMarks(current=1))  # an answer about the text of before
    assert page.locator(".cm-line.cm-current").all_text_contents() == ["best = scores.max(axis=1)"]
    update(page, "# first\n" + PROGRAM, marks=ProgramMarks(current=1))
    assert page.locator(".cm-line.cm-current").all_text_contents() == ["# first"]


def test_the_line_that_is_looked_at_is_scrolled_to_within_the_editor(bare_page: Page) -> None:
    page = bare_page
    shown(page, EIGHTY)
    page.evaluate("document.body.style.height = '9000px'")
    for line in (78, 3):
        update(page, EIGHTY, marks=ProgramMarks(line))
        current = page.locator(".cm-line.cm-current")
        expect(current).to_have_text(f"x{line - 1} = {line - 1}")
        frame, box = page.locator(".cm-scroller").bounding_box(), current.bounding_box()
        assert frame is not None
        assert box is not None
        assert frame["y"] <= box["y"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    assert page.evaluate("scrollY") == 0


def test_a_fault_is_read_out_when_the_caret_comes_to_it(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page)
    editor.press("ControlOrMeta+Home")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("window.heard") == []
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.heard") == ["The shapes (2, 3) and (2,) do not broadcast."]


def opens(line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    place = {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
    return {"kind": "act", "name": "open", "details": {"field": "program", **place}, "sets": "open program"}


def chooses(line: int) -> dict[str, Any]:
    return {"kind": "act", "name": "line", "details": {"field": "program", "line": line}, "sets": "line program"}


def test_a_press_opens_the_innermost_expression(bare_page: Page) -> None:
    page = bare_page
    shown(page)
    page.get_by_text("round", exact=False).last.click()
    assert page.evaluate("window.done.splice(0)") == [opens(6, 19, 6, 31)]
    page.locator(".cm-fails").first.click(position={"x": 3, "y": 8})
    assert page.evaluate("window.done.splice(0)") == [opens(6, 10, 6, 31)]
    page.locator(".cm-line").nth(5).click(position={"x": 8, "y": 8})  # on what is no expression
    assert page.evaluate("window.done") == []


def test_keys_open_an_expression_and_choose_a_line_after_what_was_typed(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page)
    editor.press("ControlOrMeta+Home")
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.keyboard.type("# 😀\n")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ControlOrMeta+Enter")
    assert page.evaluate("window.done.splice(0)") == [puts("# 😀\n" + PROGRAM), opens(6, 7, 6, 25)]
    page.keyboard.press("Alt+Enter")
    assert page.evaluate("window.done.splice(0)") == [chooses(6)]
    assert written(page) == "# 😀\n" + PROGRAM


def test_the_number_of_a_line_chooses_it_and_leaves_the_caret(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page)
    editor.press("ControlOrMeta+End")
    page.locator(".cm-gutterElement", has_text=re.compile("^3$")).click()
    assert page.evaluate("window.done.splice(0)") == [chooses(3)]
    expect(editor).to_be_focused()
    page.keyboard.type("z")
    is_told(page, PROGRAM + "z")


def test_tab_indents_and_after_escape_it_leaves_however_long_that_takes(bare_page: Page) -> None:
    page, editor = bare_page, shown(bare_page, "x = 1")
    expect(editor).to_have_accessible_description(re.compile("Lines of NumPy.*Escape, then Tab leaves"))
    page.clock.install()
    editor.focus()
    page.keyboard.press("Tab")
    assert written(page) == "    x = 1"
    page.keyboard.press("Shift+Tab")
    assert written(page) == "x = 1"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")  # who goes on writing has not left
    page.keyboard.press("Tab")
    assert written(page) == "    x = 1"
    for key in ("Tab", "Shift+Tab"):
        editor.focus()
        page.keyboard.press("Escape")
        page.clock.fast_forward("01:00")
        page.keyboard.press(key)
        expect(editor).not_to_be_focused()
    assert written(page) == "    x = 1"


def test_a_label_that_is_pressed_gives_the_focus(bare_page: Page) -> None:
    editor = shown(bare_page)
    bare_page.locator(".label").click()
    expect(editor).to_be_focused()


def test_a_field_that_is_off_can_be_read_and_not_changed(bare_page: Page) -> None:
    editor = shown(bare_page, "x = 1", disabled="It runs.")
    expect(editor).to_have_attribute("aria-readonly", "true")
    expect(editor).to_have_accessible_description(re.compile("It runs."))
    editor.press("ControlOrMeta+End")
    bare_page.keyboard.type("0")
    assert written(bare_page) == "x = 1"
    update(bare_page, "x = 1")
    bare_page.keyboard.type("0")
    is_told(bare_page, "x = 10")


def test_text_that_looks_like_markup_stays_text_and_hidden_signs_are_shown(bare_page: Page) -> None:
    hostile = "# <img src=x onerror='window.pwned=1'></script><b>pwned</b>\nx = 'a\u202eb\x00'"
    fault = ProgramFault(Place(1, 0, 1, 9), "<b>pwned</b>")
    editor = shown(bare_page, hostile, marks=ProgramMarks(9, (0, 7), (fault,), (Place(5, 0, 6, 1), Place(2, 4, 2, 99))))
    expect(editor).to_contain_text("<img src=x onerror='window.pwned=1'></script><b>pwned</b>")
    assert bare_page.locator("img:not(.cm-widgetBuffer), b").count() == 0  # but for what CodeMirror has beside a sign
    assert bare_page.evaluate("window.pwned") is None
    assert bare_page.locator(".cm-specialChar").count() == 2
    editor.press("ControlOrMeta+End")
    bare_page.keyboard.type("#")
    is_told(bare_page, hostile + "#")


def test_without_the_editor_a_text_area_takes_its_place(bare_page: Page) -> None:
    page = bare_page
    page.route(BUNDLE, lambda route: route.abort())
    page.evaluate(SHOW, [control(), "body", None])
    area = page.get_by_role("textbox", name="Program")
    expect(area).to_have_value(PROGRAM)
    expect(area).to_have_accessible_description("Lines of NumPy.")
    area.fill(EIGHTY)
    is_told(page, EIGHTY)
    area.fill("\n" * 90)
    expect(area).to_have_attribute("aria-invalid", "true")
    expect(area).to_have_accessible_description(re.compile("at most 80 lines, not 90"))
    area.blur()
    expect(area).to_have_value("\n" * 90)
    update(page, "x = 1", problem=text("The server's word."))
    expect(area).to_have_value("x = 1")
    expect(page.locator(".problem")).to_have_text("The server's word.")


def test_what_is_typed_while_the_editor_loads_is_in_it(bare_page: Page) -> None:
    page = bare_page
    held: list[Route] = []
    page.route(BUNDLE, lambda route: held.append(route))
    page.evaluate(SHOW, [control("x = 1"), "body", None])
    area = page.locator("textarea")
    area.press("End")
    page.keyboard.type("23")
    page.unroute(BUNDLE)
    held[0].fallback()
    expect(page.locator(".cm-content")).to_be_focused()
    is_told(page, "x = 123")
    page.keyboard.type("4")
    assert written(page) == "x = 1234"


def in_the_app(page: Page, url: str, **options: Any) -> Locator:
    """Show the field in the panel of a lesson, from the modules and with the colours that the app has there."""
    page.goto(f"{url}/broadcasting")
    expect(page.locator(".primer .panel .control").first).to_be_visible()
    page.evaluate(SHOW, [control(**options), ".primer .panel", page.evaluate(MODULES)])
    expect(page.locator(".cm-content")).to_be_visible()
    return page.get_by_role("textbox", name="Program")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_nobody_is_kept_out_and_nothing_leaves_the_screen(
    new_page: Callable[..., Page], app_url: str, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 6000})
    elsewhere: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(app_url) else elsewhere.append(request.url))
    editor = in_the_app(page, app_url)
    assert violations(page) == []
    editor.fill("x = [" + ", ".join(map(str, range(100))) + "]" + "\n" * 90)
    editor.blur()
    expect(editor).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [url for url in elsewhere if not url.startswith(("data:", "blob:"))]


GROUND = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"


def test_the_editor_wears_the_theme_of_the_app(new_page: Callable[..., Page], app_url: str) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme)
        in_the_app(page, app_url)
        seen[scheme] = page.locator(".cm-editor").evaluate(GROUND)
        assert seen[scheme] == page.get_by_test_id("stApp").evaluate(GROUND)
    assert seen["light"] != seen["dark"]


LINES = (".cm-line.cm-current", ".cm-line.cm-faulty", ".cm-line")


def test_marks_are_seen_in_forced_colours(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page()
    page.emulate_media(forced_colors="active")
    in_the_app(page, app_url)
    looks = [page.locator(line).first.evaluate(STYLE) for line in LINES]
    assert len({tuple(look) for look in looks}) == 3
    decoration = "element => getComputedStyle(element).textDecorationStyle"
    assert page.locator(".cm-fails").first.evaluate(decoration) == "wavy"
    assert page.locator(".cm-opens").first.evaluate(decoration) == "dotted"
