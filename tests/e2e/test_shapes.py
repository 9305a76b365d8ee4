from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.test_live_training import until
from tests.running_app import wait_until_drawn


def cards(page: Page) -> Locator:
    return page.get_by_role("list", name="Steps").get_by_role("listitem")


def fields(page: Page) -> Locator:
    return cards(page).get_by_role("textbox")


def in_order(page: Page, *texts: str) -> None:
    """The cards stand so, and so does the field that the address is made of."""
    expect(page.get_by_role("textbox", name="Steps", exact=True)).to_have_value(", ".join(texts))
    expect(fields(page)).to_have_count(len(texts))
    for place, text in enumerate(texts):
        expect(fields(page).nth(place)).to_have_value(text)


def word(page: Page, place: int) -> Locator:
    return cards(page).nth(place).locator(".verdict")


def grid(page: Page, name: str) -> Locator:
    return page.get_by_role("grid", name=name, exact=False)


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/shapes?x=(2, 3)&steps=unsqueeze(0), permute(0, 2, 1), clone()")
    expect(fields(page)).to_have_count(3)
    wait_until_drawn(page)
    return page


def test_steps_are_added_typed_dragged_moved_by_keys_and_removed(lesson: Page) -> None:
    in_order(lesson, "unsqueeze(0)", "permute(0, 2, 1)", "clone()")
    assert [word(lesson, place).inner_text() for place in range(3)] == ["VIEW", "VIEW", "COPY"]
    expect(cards(lesson).nth(1)).to_contain_text("(1, 3, 2)")
    expect(cards(lesson).nth(1)).to_contain_text("strides (6, 1, 3)")

    lesson.get_by_role("button", name="flatten", exact=True).click()
    in_order(lesson, "unsqueeze(0)", "permute(0, 2, 1)", "clone()", "flatten(1)")
    expect(fields(lesson).nth(3)).to_be_focused()
    lesson.keyboard.type("0, 1")  # over the argument, which stands selected
    lesson.keyboard.press("Enter")
    in_order(lesson, "unsqueeze(0)", "permute(0, 2, 1)", "clone()", "flatten(0, 1)")

    handles = lesson.locator(".handle")
    start, goal = handles.nth(2).bounding_box(), handles.nth(0).bounding_box()
    assert start is not None
    assert goal is not None
    lesson.mouse.move(start["x"] + 9, start["y"] + 9)
    lesson.mouse.down()
    lesson.mouse.move(goal["x"] + 9, goal["y"] + 4, steps=5)
    lesson.mouse.up()
    in_order(lesson, "clone()", "unsqueeze(0)", "permute(0, 2, 1)", "flatten(0, 1)")
    expect(word(lesson, 0)).to_have_text("COPY")

    fields(lesson).nth(3).focus()
    lesson.keyboard.press("Alt+ArrowUp")
    in_order(lesson, "clone()", "unsqueeze(0)", "flatten(0, 1)", "permute(0, 2, 1)")
    expect(fields(lesson).nth(2)).to_be_focused()
    expect(word(lesson, 3)).to_have_text("ERROR")
    lesson.get_by_role("button", name="Remove step 3, flatten(0, 1)").dblclick()
    in_order(lesson, "clone()", "unsqueeze(0)", "permute(0, 2, 1)")
    lesson.get_by_role("button", name="Put back flatten(0, 1)").click()
    in_order(lesson, "clone()", "unsqueeze(0)", "flatten(0, 1)", "permute(0, 2, 1)")
    lesson.get_by_role("button", name="Remove step 4, permute(0, 2, 1)").click()
    expect(lesson.get_by_role("button", name="Put back permute(0, 2, 1)")).to_be_visible()
    in_order(lesson, "clone()", "unsqueeze(0)", "flatten(0, 1)")
    lesson.wait_for_url(lambda url: "permute" not in url and "clone" in url)
    lesson.reload()
    in_order(lesson, "clone()", "unsqueeze(0)", "flatten(0, 1)")


def test_an_impossible_step_says_why_greys_the_rest_and_a_click_mends_it(lesson: Page) -> None:
    lesson.get_by_text("View refused", exact=True).click()
    expect(cards(lesson).nth(1)).to_contain_text("RuntimeError: view size is not compatible with input tensor's size")
    expect(cards(lesson).nth(1)).to_contain_text("cannot become one without a copy: stride 1 ≠ 3 · 4 = 12")
    expect(word(lesson, 2)).to_have_text("waiting")
    expect(grid(lesson, "x2 ")).to_have_count(0)
    lesson.get_by_role("button", name="Make it contiguous first").click()
    in_order(lesson, "transpose(0, 1)", "contiguous()", "view(12)", "unsqueeze(0)")
    assert [word(lesson, place).inner_text() for place in range(4)] == ["VIEW", "COPY", "VIEW", "VIEW"]
    grid(lesson, "x4 ").get_by_role("gridcell").nth(1).hover()
    expect(lesson.locator(".formula")).to_contain_text("x4[0, 1] = x3[1] = 5")
    lit = [name[: name.index(":")] for name in lesson.locator(".lit").evaluate_all("all => all.map(c => c.ariaLabel)")]
    assert lit == ["x[1, 0]", "x1[0, 1]", "x2[0, 1]", "x3[1]", "x4[0, 1]"]


def test_nonsense_is_answered_and_kept_and_libraries_translate(lesson: Page) -> None:
    steps = lesson.get_by_role("textbox", name="Steps", exact=True)
    steps.fill("unsqueeze(0), view(2, ((, <b>'")
    in_order(lesson, "unsqueeze(0)", "view(2, ((, <b>'")
    expect(cards(lesson).nth(1)).to_contain_text("cannot be read")
    fields(lesson).nth(1).fill("cat((1, 2, 2), dim=2)")
    in_order(lesson, "unsqueeze(0)", "cat((1, 2, 2), dim=2)")
    expect(cards(lesson).nth(1)).to_contain_text("axis 2: 3 + 2 = 5")
    x = lesson.get_by_role("textbox", name="Tensor x")
    x.fill("nix")
    expect(lesson.get_by_text("“nix” is not defined")).to_be_visible()
    in_order(lesson, "unsqueeze(0)", "cat((1, 2, 2), dim=2)")
    expect(grid(lesson, "x2 ")).to_be_visible()  # the last picture stays, set back
    x.fill("(2, 3)")
    expect(word(lesson, 1)).to_have_text("COPY")
    lesson.get_by_role("radio", name="NumPy").check()
    in_order(lesson, "np.expand_dims(x, axis=0)", "concatenate((1, 2, 2), axis=2)")
    expect(word(lesson, 1)).to_have_text("COPY")
    lesson.get_by_role("button", name="Undo").click()
    in_order(lesson, "unsqueeze(0)", "cat((1, 2, 2), dim=2)")


def test_a_step_with_an_open_bracket_stays_a_step_of_its_own(lesson: Page) -> None:
    fields(lesson).nth(0).fill("view(2, ((")
    fields(lesson).nth(0).press("Enter")
    expect(fields(lesson)).to_have_count(3)
    expect(word(lesson, 0)).to_have_text("NOT TAKEN")
    lesson.wait_for_url(lambda url: "%28%28%3B" in url)
    lesson.reload()
    expect(fields(lesson)).to_have_count(3)
    expect(fields(lesson).nth(0)).to_have_value("view(2, ((")


def test_what_is_done_while_the_server_is_slow_is_done_in_its_order(lesson: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    lesson.route("**/api/lessons/shapes", hold_the_first)
    lesson.get_by_role("button", name="ravel", exact=True).click()
    lesson.get_by_role("button", name="Remove step 1, unsqueeze(0)").click()
    lesson.get_by_role("button", name="flatten", exact=True).click()
    fields(lesson).nth(1).focus()
    for _ in range(2):
        lesson.keyboard.press("Alt+ArrowDown")
    lesson.get_by_role("button", name="Move step 1, permute(0, 2, 1) down").click()
    until(lambda: len(held) == 1, "the first request", lesson)
    held[0].continue_()
    in_order(lesson, "ravel()", "permute(0, 2, 1)", "flatten(1)", "clone()")


def test_a_step_typed_just_before_the_page_is_left_is_there_again(lesson: Page) -> None:
    fields(lesson).nth(0).fill("unsqueeze(2)")
    lesson.get_by_role("link", name="Matrix products").first.click()
    expect(lesson.get_by_role("heading", name="Matrix products")).to_be_visible()
    lesson.go_back()
    expect(fields(lesson).nth(0)).to_have_value("unsqueeze(2)")
    expect(fields(lesson)).to_have_count(3)


def test_a_picture_is_moved_and_scrambled_and_the_pipeline_is_kept(lesson: Page) -> None:
    lesson.get_by_role("radio", name="Permute or reshape").check()
    expect(lesson.get_by_text("x.reshape(3, 107, 160)").first).to_be_visible()
    images = lesson.locator(".images figure > div > :is(img, canvas)")
    expect(images).to_have_count(3)
    channels = lesson.get_by_role("img", name=", channel ")
    expect(channels).to_have_count(6)
    lesson.wait_for_function("() => [...document.querySelectorAll('.images canvas')].every(one => one.width === 160)")
    assert all(images.evaluate_all("all => all.map(image => (image.naturalWidth ?? image.width) === 160)"))
    grey = """canvas => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.every((value, at) => at % 4 === 3 || value === data[at - at % 4]);
    }"""
    assert channels.first.evaluate(grey)
    lesson.get_by_role("radio", name="Digit, H×W to W×H").check()
    expect(channels).to_have_count(0)
    expect(images).to_have_count(3)
    lesson.wait_for_url(lambda url: "picture=Digit" in url)
    lesson.get_by_role("radio", name="Pipeline").check()
    in_order(lesson, "unsqueeze(0)", "permute(0, 2, 1)", "clone()")


def test_on_a_telephone_a_card_follows_a_finger_and_nothing_is_too_wide(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/shapes")
    in_order(page, "unsqueeze(0)", "unsqueeze(0)")
    expect(page.get_by_text("logits of shape (1, 10)")).to_be_attached()
    page.get_by_role("button", name="contiguous", exact=True).tap()
    in_order(page, "unsqueeze(0)", "unsqueeze(0)", "contiguous()")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".handle").nth(2).scroll_into_view_if_needed()
    start, goal = page.locator(".handle").nth(2).bounding_box(), page.locator(".handle").nth(0).bounding_box()
    assert start is not None
    assert goal is not None
    client = page.context.new_cdp_session(page)

    def touch(kind: str, y: float | None) -> None:
        points = [] if y is None else [{"x": start["x"] + 10, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start["y"] + 10)
    for part in range(1, 6):
        touch("touchMove", start["y"] + 10 + (goal["y"] - start["y"] - 8) * part / 5)
    touch("touchEnd", None)
    in_order(page, "contiguous()", "unsqueeze(0)", "unsqueeze(0)")


def test_a_dragged_size_changes_every_step_and_shows_which_of_them_breaks(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/shapes?x=(2, 3)&steps=view(3, 2)&library=PyTorch")
    expect(fields(page)).to_have_count(1)
    wait_until_drawn(page)
    page.get_by_role("slider", name="Size of axis 1 of x").press("ArrowRight")
    expect(page.get_by_role("textbox", name="Tensor x")).to_have_value("(2, 4)")
    expect(cards(page).first).to_contain_text("shape '[3, 2]' is invalid for input of size 8")
    expect(page.locator(".chip")).to_contain_text("step 1 raises RuntimeError")
    page.get_by_role("slider", name="Size of axis 1 of x").press("ArrowLeft")
    expect(word(page, 0)).to_have_text("VIEW")
    expect(page.locator(".chip")).to_contain_text("(2, 3) → (3, 2)")
