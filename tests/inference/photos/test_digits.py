"""From a picture to its digits: polarity, paper, lines, parts, order."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from primer_core.data.sample import read_sample_images
from primer_core.inference import predict_digit, render_strokes
from primer_core.inference.photos import clean, digits_on, find_digits
from primer_core.inference.photos.digits import MOST_DIGITS
from primer_core.inference.photos.paper import Paper, made_photo
from tests.e2e.digit_strokes import DIGITS
from tests.profiles import is_long

CANVASES = [
    render_strokes([{"width": 16, "points": [list(point) for point in stroke]} for stroke in DIGITS[digit]]) / 255
    for digit in range(10)
]


def read(grey: NDArray[np.uint8]) -> list[int | None]:
    return [predict_digit(digit.canvas).label for digit in digits_on(grey)[1].digits]


def page(canvases: Sequence[NDArray[np.floating]], columns: int = 5) -> NDArray[np.uint8]:
    """Digits side by side, black on white."""
    rows = [np.concatenate(canvases[at : at + columns], axis=1) for at in range(0, len(canvases), columns)]
    grey: NDArray[np.uint8] = np.rint(255 * (1 - np.concatenate(rows))).astype(np.uint8)
    return grey


@pytest.mark.parametrize(
    "paper", [Paper(), Paper(light_ink=True, table=False), Paper(ruled=0, shade=0.6), Paper(table=False, grain=9)]
)
def test_ten_digits_on_made_paper_are_read_in_order(paper: Paper) -> None:
    photo = made_photo(CANVASES, np.random.default_rng(3), paper).grey
    assert read(photo) == list(range(10))


def test_a_clean_image_is_left_as_it_is() -> None:
    for image in read_sample_images([7, 612, 1_700, 2_250, 4_300]):
        large = np.asarray(Image.fromarray(255 - image).resize((280, 280), Image.Resampling.NEAREST))
        cleaned, found = digits_on(large)
        assert np.abs(cleaned.ink - (255 - large) / 255).max() < 0.01
        (digit,) = found.digits
        top, left, bottom, right = digit.box
        inside = np.zeros(large.shape, dtype=bool)
        inside[top:bottom, left:right] = True
        assert (large[~inside] > 127).all()


@pytest.mark.parametrize("light_ink", [False, True])
@pytest.mark.parametrize("width", [20, 60, 110])
def test_a_pen_may_be_as_wide_as_it_likes_on_even_paper(width: int, light_ink: bool) -> None:
    sheet = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(sheet).line([(150, 60), (130, 220)], fill=0, width=width)
    grey = np.asarray(sheet)
    cleaned, found = digits_on(255 - grey if light_ink else grey)
    assert cleaned.light_ink == light_ink
    (digit,) = found.digits
    assert abs(float(digit.canvas.sum()) - float((255 - grey).sum()) / 255) < 0.02 * digit.canvas.size


@pytest.mark.parametrize("table", [0, 30, 120])
def test_a_white_page_on_an_even_dark_table_is_a_page(table: int) -> None:
    sheet = Image.new("L", (1_600, 760), table)
    sheet.paste(Image.fromarray(page(CANVASES)), (100, 100))
    assert read(np.asarray(sheet)) == list(range(10))


def test_digits_are_found_at_their_places_in_light_and_dark() -> None:
    """Of six digits a page at least 96 in 100 are found, each in its place, and little else is taken for one."""
    pages = [digits_in_place(seed) for seed in range(80 if is_long() else 16)]
    assert sum(right for right, _ in pages) >= 0.96 * 6 * len(pages)
    assert sum(strange for _, strange in pages) <= 0.04 * 6 * len(pages)


def digits_in_place(seed: int) -> tuple[int, int]:
    """How many digits of a made page are found at their places, and how many are found where there are none."""
    rng = np.random.default_rng(seed)
    light_ink = bool(rng.random() < 0.5)
    paper = Paper(
        columns=3,
        ruled=int(rng.integers(26, 60)),
        shade=float(rng.uniform(0, 0.5)),
        table=not light_ink and bool(rng.random() < 0.5),
        grain=float(rng.uniform(0, 8)),
        light_ink=light_ink,
    )
    photo = made_photo([CANVASES[digit] for digit in rng.integers(0, 10, 6)], rng, paper)
    _, found = digits_on(photo.grey)
    middles = [((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2) for one in found.digits]
    held = [[top <= y <= bottom and left <= x <= right for top, left, bottom, right in photo.boxes] for y, x in middles]
    return int(np.any(held, axis=0).sum()), sum(not any(one) for one in held)


def test_each_box_holds_its_digit_and_nothing_of_its_neighbours() -> None:
    grey = page(CANVASES)
    cleaned, found = digits_on(grey)
    scale = cleaned.ink.shape[0] / grey.shape[0]
    for place, digit in enumerate(found.digits):
        top, left, bottom, right = (edge / scale for edge in digit.box)
        row, column = divmod(place, 5)
        assert row * 280 <= top < bottom <= (row + 1) * 280
        assert column * 280 <= left < right <= (column + 1) * 280
        assert digit.canvas.shape[0] <= 1.3 * (digit.box[2] - digit.box[0]) + 6
        assert not digit.canvas.flags.writeable


def test_a_row_that_climbs_is_read_from_left_to_right() -> None:
    sheet = Image.new("L", (1_200, 600), 255)
    for place in range(6):
        small = Image.fromarray(page([CANVASES[place]])).resize((140, 140))
        sheet.paste(small, (40 + 180 * place, 60 + 30 * place))
        sheet.paste(small, (40 + 180 * place, 260 + 30 * place))
    assert read(np.asarray(sheet)) == [*range(6), *range(6)]


def test_loose_parts_belong_to_their_digit_and_specks_to_none() -> None:
    sheet = Image.new("L", (600, 300), 255)
    pen = ImageDraw.Draw(sheet)
    body = [(110, 80), (105, 140), (150, 140), (165, 180), (150, 225), (100, 230)]
    pen.line(body, fill=0, width=14)
    pen.line([(122, 66), (180, 62)], fill=0, width=14)  # the roof of a 5, apart
    pen.line([(400, 60), (400, 230)], fill=0, width=14)
    for x in range(20, 600, 60):
        pen.point((x, 280), fill=0)
        pen.ellipse((x, 20, x + 6, 26), fill=0)
    cleaned = clean(np.asarray(sheet))
    found = find_digits(cleaned)
    assert len(found.digits) == 2
    assert [predict_digit(digit.canvas).label for digit in found.digits] == [5, 1]
    assert "2 marks" in found.stage.sentence


def test_roofs_on_one_line_are_no_ruled_line() -> None:
    sheet = Image.new("L", (900, 260), 255)
    pen = ImageDraw.Draw(sheet)
    for x in range(40, 860, 140):
        pen.line([(x, 60), (x + 100, 60), (x + 50, 220)], fill=0, width=4)
    assert read(np.asarray(sheet)) == [7] * 6


def test_a_tall_thin_1_is_no_ruled_line() -> None:
    sheet = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(sheet).line([(142, 38), (139, 240)], fill=0, width=4)
    assert read(np.asarray(sheet)) == [1]


def test_a_ruled_line_goes_and_the_stroke_on_it_stays() -> None:
    plain = page(CANVASES[:5])
    ruled = plain.copy()
    for row in range(30, 280, 50):
        ruled[row : row + 3] = np.minimum(ruled[row : row + 3], 150)
    cleaned, found = digits_on(ruled)
    assert "5 long thin lines" in " ".join(stage.sentence for stage in cleaned.stages)
    assert [predict_digit(digit.canvas).label for digit in found.digits] == list(range(5))
    assert np.abs(cleaned.ink - digits_on(plain)[0].ink).mean() < 0.02


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_even_picture_has_no_digits(value: int) -> None:
    cleaned, found = digits_on(np.full((300, 400), value, dtype=np.uint8))
    assert cleaned.is_blank
    assert found.digits == ()
    assert "No mark" in found.stage.sentence


def test_paper_alone_has_no_digits() -> None:
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:600, :800]
    paper = np.clip(190 + 30 * x / 800 - 40 * y / 600 + rng.normal(0, 5, x.shape), 0, 255).astype(np.uint8)
    assert digits_on(paper)[1].digits == ()


def test_a_page_full_is_bounded() -> None:
    grey = np.full((600, 1_200), 255, dtype=np.uint8)
    for row in range(10, 590, 40):
        for column in range(10, 1_190, 30):
            grey[row : row + 26, column : column + 5] = 0
    _, found = digits_on(grey)
    assert len(found.digits) == MOST_DIGITS
    assert f"the {MOST_DIGITS} largest are read" in found.stage.sentence
    rows = [digit.box[0] for digit in found.digits]
    assert all(before <= after for before, after in pairwise(rows))


@pytest.mark.parametrize(
    ("shape", "dtype"), [((8, 8), np.uint8), ((5, 300), np.uint8), ((100, 100), np.float32), ((4, 9, 9), np.uint8)]
)
def test_only_grey_bytes_are_cleaned(shape: tuple[int, ...], dtype: type) -> None:
    grey: NDArray[Any] = np.zeros(shape, dtype=dtype)
    if shape == (8, 8):
        assert clean(grey).is_blank
    else:
        with pytest.raises(ValueError, match="expected uint8"):
            clean(grey)


def test_what_was_taken_is_not_changed_and_what_is_given_cannot_be() -> None:
    grey = page(CANVASES[:2])
    before = grey.copy()
    cleaned, found = digits_on(grey)
    assert (grey == before).all()
    for array in (cleaned.ink, cleaned.mask, cleaned.page, *(digit.canvas for digit in found.digits)):
        assert not array.flags.writeable
    for stage in (*cleaned.stages, found.stage):
        assert stage.image.shape == cleaned.ink.shape
        assert stage.image.dtype == np.uint8
        assert stage.sentence.endswith(".")
