"""What a lesson's page does with the question, whatever the lesson: links, history, reloads, undoing, a slow server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.lesson import array
from tests.running_app import free_port, running_app, wait_until_drawn
from ui.catalog import LESSONS_BY_SLUG


def chip(page: Page) -> Locator:
    return page.locator(".primer .chip .words").first


def operand(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"Operand {name}")


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(chip(page)).to_be_visible()
    wait_until_drawn(page)
    return page


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    return opened(page, f"{app_url}/broadcasting")


def test_a_text_is_answered_a_little_after_the_last_key(lesson: Page) -> None:
    operand(lesson, "b").press_sequentially(" ")
    operand(lesson, "b").fill("(4, 1)")
    expect(lesson.locator(".chip", has_text="broadcasts to (4, 3)")).to_be_visible()
    expect(array(lesson, "b (4, 1)")).to_be_visible()
    expect(operand(lesson, "b")).to_be_focused()


def test_what_cannot_be_read_is_told_at_its_field_and_the_last_picture_stays(lesson: Page) -> None:
    operand(lesson, "b").fill("(4")
    expect(lesson.locator(".chip", has_text="operand b cannot be read")).to_be_visible()
    expect(operand(lesson, "b")).to_have_attribute("aria-invalid", "true")
    described = operand(lesson, "b").get_attribute("aria-describedby") or ""
    message = lesson.locator(f"#{described.split()[0]}")
    expect(message).to_contain_text("(4")
    expect(array(lesson, "y ")).to_be_visible()
    expect(lesson.locator(".primer .body.stale")).to_be_visible()
    operand(lesson, "b").fill("(4, 3)")
    expect(lesson.locator(".primer .body.stale")).to_have_count(0)
    expect(operand(lesson, "b")).not_to_have_attribute("aria-invalid", "true")


def test_a_field_that_has_the_focus_is_not_written_into(lesson: Page) -> None:
    operand(lesson, "b").fill("(4, 3)")
    expect(array(lesson, "b (4, 3)")).to_be_visible()
    operand(lesson, "b").press_sequentially("[:")
    lesson.get_by_role("slider", name="Size of axis 0 of a").evaluate(
        "slider => { slider.value = 6; slider.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(operand(lesson, "a")).to_have_value("(6, 3)")
    expect(operand(lesson, "b")).to_have_value("(4, 3)[:")


def test_back_brings_back_what_was_typed_at_once(lesson: Page) -> None:
    operand(lesson, "b").fill("(4,)")
    expect(lesson.locator(".chip", has_text="clash")).to_be_visible()
    lesson.get_by_role("link", name="Draw a digit").first.click()
    expect(lesson.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    lesson.go_back()
    expect(operand(lesson, "b")).to_have_value("(4,)")
    expect(lesson.locator(".chip", has_text="clash")).to_be_visible()


def test_what_was_typed_a_moment_before_leaving_is_there_on_coming_back(lesson: Page) -> None:
    operand(lesson, "b").fill("(4, 1)")
    lesson.get_by_role("link", name="Draw a digit").first.click()
    expect(lesson.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    lesson.go_back()
    expect(operand(lesson, "b")).to_have_value("(4, 1)")


def test_what_was_typed_a_moment_before_back_by_the_keyboard_is_there_on_going_forward(lesson: Page) -> None:
    lesson.get_by_role("link", name="Shapes").first.click()
    expect(lesson.get_by_role("heading", name="Shapes")).to_be_visible()
    steps = lesson.get_by_role("textbox", name="Steps", exact=True)
    steps.fill("T")
    lesson.keyboard.press("Alt+ArrowLeft")  # Chromium without a window leaves going back to the next line
    lesson.go_back()
    expect(lesson.get_by_role("heading", name="Broadcasting")).to_be_visible()
    lesson.go_forward()
    expect(steps).to_have_value("T")


def test_a_link_of_the_app_carries_the_question_last_left_and_a_typed_address_opens_the_example(
    lesson: Page, app_url: str
) -> None:
    operand(lesson, "b").fill("(4, 1)")
    expect(array(lesson, "b (4, 1)")).to_be_visible()
    lesson.get_by_role("link", name="Draw a digit").first.click()
    expect(lesson.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    lesson.get_by_role("link", name="Broadcasting").first.click()
    expect(operand(lesson, "b")).to_have_value("(4, 1)")
    lesson.wait_for_url("**/broadcasting?b=%284%2C+1%29")
    lesson.goto(f"{app_url}/broadcasting")
    expect(operand(lesson, "b")).to_have_value("[1, 0, 1]")


def test_another_visitor_opens_the_link_as_it_is(new_page: Callable[..., Page], app_url: str) -> None:
    first, second = new_page(), new_page()
    opened(first, f"{app_url}/broadcasting")
    operand(first, "b").fill("(4, 1)")
    first.wait_for_url("**/broadcasting?b=*")
    opened(second, first.url)
    expect(operand(second, "b")).to_have_value("(4, 1)")


def test_a_reload_changes_nothing(lesson: Page) -> None:
    lesson.get_by_role("button", name="Three operands").click()
    lesson.get_by_role("radio", name="Backward").check()
    lesson.wait_for_url("**view=Backward*")
    lesson.reload()
    expect(operand(lesson, "c")).to_have_value("(4,)")
    expect(lesson.get_by_role("radio", name="Backward")).to_be_checked()


def test_a_reload_right_after_the_last_key_keeps_the_text(lesson: Page) -> None:
    operand(lesson, "b").fill("(4, 1)")
    lesson.reload()
    expect(operand(lesson, "b")).to_have_value("(4, 1)")


def test_a_reload_while_the_server_does_not_answer_keeps_the_text(lesson: Page) -> None:
    lesson.route("**/api/lessons/**", lambda route: route.abort())
    operand(lesson, "b").fill("(4, 1)")
    expect(lesson.locator(".primer .status")).to_contain_text("does not answer")
    operand(lesson, "a").fill("(4, 5)")
    lesson.unroute("**/api/lessons/**")
    lesson.reload()
    expect(operand(lesson, "a")).to_have_value("(4, 5)")
    expect(operand(lesson, "b")).to_have_value("(4, 1)")


def test_a_change_of_theme_and_a_rerun_change_nothing(lesson: Page) -> None:
    operand(lesson, "b").fill("(4, 1)")
    expect(array(lesson, "b (4, 1)")).to_be_visible()
    before = lesson.url
    lesson.emulate_media(color_scheme="dark")
    lesson.get_by_role("heading", name="Broadcasting").click()
    lesson.keyboard.press("r")  # Streamlit's own key for running the script again
    wait_until_drawn(lesson)
    expect(operand(lesson, "b")).to_have_value("(4, 1)")
    expect(array(lesson, "b (4, 1)")).to_be_visible()
    assert lesson.url == before


def test_parameters_that_cannot_be_taken_are_told(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/broadcasting?op=power&lr=3&b=(3,)&b=10")
    problems = page.locator(".primer .problems")
    expect(problems).to_contain_text("op=power")
    expect(problems).to_contain_text("b=(3,)")
    expect(problems).to_contain_text("lr=3")
    expect(operand(page, "b")).to_have_value("10")


def test_every_change_can_be_undone_and_done_again(lesson: Page) -> None:
    operand(lesson, "b").fill("(4,)")
    expect(lesson.locator(".chip", has_text="clash")).to_be_visible()
    lesson.get_by_role("button", name="b[:, None]").click()
    expect(operand(lesson, "b")).to_have_value("(4,)[:, None]")
    lesson.keyboard.press("Control+z")
    expect(operand(lesson, "b")).to_have_value("(4,)")
    lesson.get_by_role("button", name="Undo").click()
    expect(operand(lesson, "b")).to_have_value("[1, 0, 1]")
    expect(lesson.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
    lesson.keyboard.press("Control+Shift+z")
    expect(operand(lesson, "b")).to_have_value("(4,)")


def test_a_held_key_loses_nothing(lesson: Page) -> None:
    slider = lesson.get_by_role("slider", name="Size of axis 0 of a")
    slider.focus()
    lesson.keyboard.press("Home")
    for _ in range(7):
        lesson.keyboard.press("ArrowRight")
        lesson.wait_for_timeout(30)  # as a held key repeats
    expect(operand(lesson, "a")).to_have_value("(8, 3)")
    expect(lesson.locator(".chip", has_text="broadcasts to (8, 3)")).to_be_visible()
    expect(slider).to_be_focused()


def test_a_field_that_is_left_keeps_what_was_typed_while_the_answer_is_under_way(lesson: Page) -> None:
    held: list[Route] = []
    lesson.route("**/api/lessons/**", lambda route: held.append(route))
    operand(lesson, "b").fill("(4, 1)")
    with lesson.expect_request("**/api/lessons/**"):
        lesson.keyboard.press("Tab")
    expect(operand(lesson, "b")).not_to_be_focused()
    expect(lesson.locator(".primer.waiting")).to_be_visible()
    assert operand(lesson, "b").input_value() == "(4, 1)"
    held[0].continue_()
    expect(array(lesson, "b (4, 1)")).to_be_visible()


def test_a_server_that_does_not_answer_loses_nothing(lesson: Page) -> None:
    lesson.route("**/api/lessons/**", lambda route: route.abort())
    operand(lesson, "b").fill("(4, 1)")
    expect(lesson.locator(".primer .status")).to_contain_text("does not answer")
    operand(lesson, "a").fill("(4, 5)")
    lesson.unroute("**/api/lessons/**")
    expect(lesson.locator(".chip", has_text="broadcasts to (4, 5)")).to_be_visible()
    expect(operand(lesson, "b")).to_have_value("(4, 1)")
    expect(lesson.locator(".primer .status")).to_be_hidden()


def test_a_slow_answer_sets_the_picture_back_and_then_says_so(lesson: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    lesson.route("**/api/lessons/**", hold)
    operand(lesson, "b").fill("(4, 1)")
    expect(lesson.locator(".primer.waiting")).to_be_visible()
    expect(lesson.locator(".primer .status")).to_contain_text("not answered yet")
    expect(lesson.get_by_role("button", name="Ask again")).to_be_visible()
    expect(array(lesson, "y ")).to_be_visible()
    (request,) = held
    request.continue_()
    expect(array(lesson, "b (4, 1)")).to_be_visible()
    expect(lesson.locator(".primer.waiting")).to_have_count(0)


def test_a_server_that_is_started_anew_changes_nothing(new_page: Callable[..., Page]) -> None:
    port, page = free_port(), new_page()
    with running_app(port=port) as server:
        opened(page, f"{server.url}/broadcasting")
        operand(page, "b").fill("(4, 1)")
        expect(array(page, "b (4, 1)")).to_be_visible()
    operand(page, "a").fill("(4, 5)")
    with running_app(port=port):
        expect(page.locator(".chip", has_text="broadcasts to (4, 5)")).to_be_visible()
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        expect(operand(page, "b")).to_have_value("(4, 1)")
        page.wait_for_url("**a=%284%2C+5%29*")


@pytest.fixture(params=list(LESSONS_BY_SLUG))
def any_lesson(request: pytest.FixtureRequest, page: Page, app_url: str) -> Page:
    return opened(page, f"{app_url}/{request.param}")


def test_every_preset_is_a_link(any_lesson: Page) -> None:
    page = any_lesson
    pills = page.locator(".primer .pills button")
    last = pills.last
    title = last.inner_text()
    last.click()
    wait_until_drawn(page)
    expect(last).to_have_attribute("aria-pressed", "true")
    words = chip(page).inner_text()
    page.wait_for_timeout(400)  # the address is written at most every 300 ms
    page.reload()
    expect(chip(page)).to_be_visible()
    wait_until_drawn(page)
    expect(page.locator(".primer .pills button[aria-pressed=true]")).to_have_text(title)
    assert chip(page).inner_text() == words


@pytest.mark.parametrize("width", [1280, 390])
def test_a_preset_that_the_keyboard_comes_to_is_in_sight_as_a_whole(
    new_page: Callable[..., Page], app_url: str, width: int
) -> None:
    page = opened(new_page(viewport={"width": width, "height": 900}), f"{app_url}/matmul")
    pills = page.locator(".primer .pills button")
    wait_until_drawn(page)
    pills.first.focus()
    for place in range(1, pills.count()):
        page.keyboard.press("Tab")
        expect(pills.nth(place)).to_be_focused()
        expect(pills.nth(place)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1280, 390])
def test_presets_take_one_line_until_all_are_asked_for(new_page: Callable[..., Page], app_url: str, width: int) -> None:
    page = opened(new_page(viewport={"width": width, "height": 900}), f"{app_url}/autograd_graph")
    pills = page.locator(".primer .pills")
    every = page.get_by_role("button", name="Show all")
    tops = "pills => new Set([...pills.children].map((pill) => pill.offsetTop)).size"
    assert pills.evaluate(tops) == 1
    expect(every).to_have_attribute("aria-expanded", "false")
    every.press("Enter")
    fewer = page.get_by_role("button", name="Fewer: show the presets in one line")
    expect(fewer).to_be_focused()
    expect(fewer).to_have_attribute("aria-expanded", "true")
    assert pills.evaluate(tops) > 1
    last = pills.locator("button").last
    last.click()
    wait_until_drawn(page)
    fewer.press("Enter")
    assert pills.evaluate(tops) == 1
    expect(last).to_be_in_viewport(ratio=1)
    expect(last).to_have_attribute("aria-pressed", "true")


def test_few_presets_have_no_button_that_shows_all(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/data_loading")
    expect(page.locator(".primer .pills button").last).to_be_in_viewport(ratio=1)
    expect(page.locator(".primer .all-presets")).to_be_hidden()


@pytest.mark.parametrize("lesson", ["autograd_graph", "softmax"])
def test_the_picture_begins_above_the_fold(new_page: Callable[..., Page], app_url: str, lesson: str) -> None:
    page = opened(new_page(viewport={"width": 1280, "height": 900}), f"{app_url}/{lesson}")
    picture = page.locator(".primer .card .g-stage, .primer .card .probabilities").first
    box = picture.bounding_box()
    assert box is not None
    assert box["y"] < 640


def test_no_lesson_opens_with_what_was_typed_in_another(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/broadcasting")
    page.get_by_role("button", name="Outer sum").click()
    wait_until_drawn(page)
    for slug, lesson in LESSONS_BY_SLUG.items():
        page.locator('[data-testid="stSidebar"]').get_by_role("link", name=lesson.title, exact=True).click()
        page.locator(f".primer[data-lesson={slug}] .chip").first.wait_for()
        wait_until_drawn(page)
        assert page.evaluate("location.search") in ("", "?a=%284%2C+1%29&b=%283%2C%29")
