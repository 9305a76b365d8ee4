import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running_app import wait_until_drawn


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Your loop").get_by_role("listitem")


def button(page: Page, act: str, code: str) -> Locator:
    return page.get_by_role("button", name=f"{act}: {code}")


@pytest.fixture
def loop(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/training_loop")
    expect(rows(page).first).to_be_visible(timeout=60_000)
    wait_until_drawn(page)
    return page


def test_lines_are_removed_put_back_moved_doubled_and_written_in_another_way(loop: Page) -> None:
    chip = loop.locator(".panel .chip .words")
    expect(chip).to_have_text("the correct loop")
    button(loop, "Remove", "optimizer.zero_grad()").click()
    expect(chip).to_have_text("differs from step 3 on")
    expect(loop.get_by_role("button", name="No zero_grad", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(loop.locator(".story")).to_contain_text("The gradients pile up.")
    expect(loop).to_have_url(re.compile(r"lines=sgd\+%2F\+train\+reset\+%2F\+forward"))

    button(loop, "Put back", "optimizer.zero_grad()").click()
    expect(chip).to_have_text("the correct loop")
    expect(loop).not_to_have_url(re.compile("lines="))

    up = button(loop, "Move up", "optimizer.step()")
    up.focus()
    loop.keyboard.press("Enter")
    expect(loop.locator(".story")).to_contain_text("The optimiser finds no gradient.")
    expect(button(loop, "Move up", "optimizer.step()").first).to_be_focused()  # it follows its line
    loop.get_by_role("button", name="Put all right").click()
    expect(chip).to_have_text("the correct loop")

    button(loop, "Double", "loss.backward()").click()
    expect(chip).to_have_text("stops in step 1")
    expect(loop.locator(".notice.declined")).to_contain_text("a second time")
    loop.get_by_role("button", name="Put all right").click()

    loop.get_by_role("combobox", name="Ways to write loss = loss_fn(out, yb)").select_option("loss_softmax")
    expect(loop.locator(".story")).to_contain_text("Softmax is taken twice.")
    expect(rows(loop).filter(has_text="changed")).to_have_count(1)

    loop.reload()
    expect(loop.locator(".story")).to_contain_text("Softmax is taken twice.")


def test_a_line_is_added_and_a_task_keeps_a_loop_that_suits_it(loop: Page) -> None:
    loop.get_by_role("combobox", name="Add a line").select_option("zeros")
    expect(loop.locator(".story")).to_contain_text("Zeros pass nothing on.")
    loop.get_by_role("button", name="Put all right").click()
    loop.get_by_role("combobox", name="Task").select_option("one weight")
    expect(loop.locator(".panel .chip .words")).to_have_text("the correct loop")
    expect(loop.get_by_role("spinbutton", name="Learning rate")).to_have_value("0.005")
    expect(loop.get_by_role("combobox", name="Network")).to_be_disabled()


def side(page: Page, code: str, *, below: bool) -> tuple[float, float]:
    """A point over a row's grip, in its upper or lower half."""
    box = rows(page).filter(has_text=code).first.bounding_box()
    assert box is not None
    return box["x"] + 10, box["y"] + box["height"] * (0.75 if below else 0.25)


def test_a_line_is_dragged_by_its_grip_and_by_its_code_into_the_block_that_is_meant(loop: Page) -> None:
    asked: list[str] = []
    loop.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    mark = loop.locator(".pl-mark")
    x, y = side(loop, "optimizer.step()", below=False)
    loop.mouse.move(x, y)
    loop.mouse.down()
    loop.mouse.move(*side(loop, "optimizer.zero_grad()", below=False), steps=4)
    expect(mark).to_be_visible()
    loop.keyboard.press("Escape")
    expect(mark).to_be_hidden()
    loop.mouse.up()
    assert not [url for url in asked if "/api/lessons/training_loop" in url]

    loop.mouse.move(x, y)
    loop.mouse.down()
    loop.mouse.move(*side(loop, "optimizer.zero_grad()", below=False), steps=4)
    loop.mouse.up()
    expect(loop.locator(".story")).to_contain_text("The optimiser finds no gradient.")
    expect(loop).to_have_url(re.compile(r"reset\+%2F\+step\+zero\+forward\+loss\+backward\+total\+%2F"))
    grip = button(loop, "Drag", "optimizer.step()")
    expect(grip).to_be_focused()
    assert len([url for url in asked if "/api/lessons/training_loop" in url]) == 1
    loop.keyboard.press("ArrowDown")
    expect(loop).to_have_url(re.compile(r"zero\+step\+forward"))
    expect(grip).to_be_focused()

    # between the last line of a batch and the first after it, the half that is pointed at says which of both is meant
    for below, block in ((False, r"%2F\+step\+mean"), (True, r"total\+step\+%2F\+mean")):
        code = loop.locator(".pl-line.free .pl-code", has_text="optimizer.step()").bounding_box()
        assert code is not None
        loop.mouse.move(code["x"] + 30, code["y"] + 8)
        loop.mouse.down()
        last, first = "total += loss.item()", "means.append(total / seen)"
        loop.mouse.move(*side(loop, last if below else first, below=below), steps=4)
        loop.mouse.up()
        expect(loop).to_have_url(re.compile(block))


def test_on_a_telephone_a_line_follows_a_finger_on_its_grip(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/training_loop")
    grip = button(page, "Drag", "loss.backward()")
    expect(grip).to_be_visible(timeout=60_000)
    wait_until_drawn(page)
    grip.scroll_into_view_if_needed()
    x, start = side(page, "loss.backward()", below=False)
    _, goal = side(page, "out = model(xb)", below=False)
    client = page.context.new_cdp_session(page)

    def touch(kind: str, y: float | None) -> None:
        points = [] if y is None else [{"x": x, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start)
    for part in range(1, 5):
        touch("touchMove", start + (goal - start) * part / 4)
    expect(page.locator(".pl-mark")).to_be_visible()
    touch("touchEnd", None)
    expect(page).to_have_url(re.compile(r"zero\+backward\+forward"))
    expect(grip).to_be_focused()


def test_a_key_that_is_held_moves_one_line_and_removes_one(loop: Page) -> None:
    up = button(loop, "Move up", "loss.backward()").first
    up.focus()
    for _ in range(3):
        loop.keyboard.down("Enter")
    loop.keyboard.up("Enter")
    texts = loop.locator(".pl-line:not(.gone) .pl-code")
    expect(texts.nth(5)).to_have_text("loss.backward()")
    expect(button(loop, "Move up", "loss.backward()").first).to_be_focused()
    count = texts.count()
    button(loop, "Remove", "model.train()").focus()
    for _ in range(5):
        loop.keyboard.down("Enter")
    loop.keyboard.up("Enter")
    expect(texts).to_have_count(count - 1)


def test_curves_are_read_by_keys_and_by_a_pointer(loop: Page) -> None:
    button(loop, "Remove", "optimizer.zero_grad()").click()
    field = loop.get_by_role("slider", name="Loss of each step")
    expect(field).to_have_attribute("aria-valuetext", re.compile(r"^step 24: yours \S+, correct \S+$"))
    field.focus()
    loop.keyboard.press("Home")
    expect(field).to_have_attribute("aria-valuenow", "1")
    loop.keyboard.press("ArrowRight")
    expect(field).to_have_attribute("aria-valuetext", re.compile("^step 2: "))
    loop.keyboard.press("End")
    expect(field).to_have_attribute("aria-valuenow", "24")
    box = field.bounding_box()
    assert box is not None
    loop.mouse.move(box["x"] + 2, box["y"] + 20)
    expect(loop.locator(".cv-read").first).to_contain_text("step 1: ")


@pytest.mark.parametrize("width", [390])
def test_all_of_it_fits_a_phone(loop: Page, width: int) -> None:
    loop.set_viewport_size({"width": width, "height": 844})
    button(loop, "Remove", "optimizer.zero_grad()").click()
    expect(loop.locator(".story")).to_contain_text("The gradients pile up.")
    assert loop.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for row in rows(loop).all():
        box = row.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
