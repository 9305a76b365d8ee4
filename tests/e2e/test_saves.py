"""Saving what stands on a page: as SVG and PNG as it was left, and tables as text."""

from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Page, expect

PNG = b"\x89PNG\r\n\x1a\n"


def saved(page: Page, name: str) -> Path:
    button = page.get_by_role("button", name=name).first
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path())


def texts(path: Path) -> str:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - made by the app
    return " ".join("".join(found.itertext()) for found in root.iter() if found.tag.endswith("}text"))


def test_a_graph_is_saved_at_the_step_that_is_shown(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/autograd_graph")
    page.get_by_role("button", name="First step").click()
    first = texts(saved(page, "Save this graph as SVG"))
    assert page.locator(".g-panel h4").first.inner_text() in first
    assert "…" in first, "nothing is computed yet"
    page.get_by_role("button", name="Last step").click()
    assert "…" not in texts(saved(page, "Save this graph as SVG"))
    assert saved(page, "Save this graph as PNG").read_bytes().startswith(PNG)


def test_a_held_key_saves_one_file(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/autograd_graph")
    names: list[str] = []
    page.on("download", lambda download: names.append(download.suggested_filename))
    page.get_by_role("button", name="Save this graph as SVG").focus()
    with page.expect_download():
        for _ in range(8):
            page.keyboard.down("Enter")
        page.keyboard.up("Enter")
    saved(page, "Save this graph as PNG")  # whatever came of the others is there by then
    assert len([name for name in names if name.endswith(".svg")]) == 1


def test_steps_and_images_are_saved_with_what_they_hold(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/shapes?x=arange(6)&steps=view(2, 3)")
    assert "view(2, 3)" in texts(saved(page, "Save this list of steps as SVG"))
    page.get_by_role("radio", name="Permute or reshape").check()
    expect(page.get_by_text("x.reshape(3, 107, 160)").first).to_be_visible()
    image = saved(page, "Save this row of images as PNG")
    assert image.read_bytes().startswith(PNG)
    assert image.stat().st_size > 50_000, "the photographs are in it"


def test_a_measurement_is_saved_as_it_was_measured(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/arrays?view=Races")
    page.get_by_role("button", name="Race").first.click()
    row = page.locator(".bars tbody tr").first
    expect(row).to_be_visible()
    written = texts(saved(page, "Save this chart as SVG"))
    for cell in row.locator("th, td").all_text_contents():
        assert cell in written


def test_a_table_is_copied_as_text(page: Page, app_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{app_url}/arrays?view=Dtypes")
    page.get_by_role("button", name="Copy table").first.click()
    expect(page.get_by_role("button", name="Copied").first).to_be_visible()
    lines = page.evaluate("() => navigator.clipboard.readText()").split("\n")
    rows = page.locator(".data-table").first.locator("tr")
    assert len(lines) == rows.count()
    assert [len(line.split("\t")) for line in lines] == [row.locator("th, td").count() for row in rows.all()]
    assert lines[1].startswith(rows.nth(1).inner_text().partition("\n")[0])


def test_who_doubts_a_sentence_copies_the_link_the_words_and_the_versions(page: Page, app_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{app_url}/broadcasting")
    page.get_by_role("button", name="Outer sum").click()
    story = page.locator(".story").first
    expect(story).to_contain_text("has no axis")
    story.get_by_role("button", name="Is this untrue?").click()
    expect(story.get_by_role("button", name="Copied")).to_be_visible()
    link, words, versions = page.evaluate("() => navigator.clipboard.readText()").split("\n\n")
    assert versions == f"NumPy {version('numpy')}, PyTorch {version('torch')}"
    assert words.partition("\n")[0] == story.locator("p").first.text_content()
    expect(page.locator(".code-panel").first).to_contain_text(versions)
    page.goto(link)
    expect(page.get_by_role("button", name="Outer sum")).to_have_attribute("aria-pressed", "true")
