"""Files that anybody may send: what is decoded, and what is said of the rest."""

import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from primer_core.inference.photos import PhotoError, decode_photo
from primer_core.inference.photos.decoding import MOST_PIXELS, MOST_SIDE
from tests.inference.photos.files import REFUSED, TAKEN, encoded, seven


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_photo_is_told_what_it_is_and_what_to_do(name: str) -> None:
    data, words = REFUSED[name]
    with pytest.raises(PhotoError) as refused:
        decode_photo(data)
    told = str(refused.value)
    assert told.startswith("Expected")
    assert "got" in told
    assert told.endswith(".")
    for word in words:
        assert word in told


@pytest.mark.parametrize("name", list(TAKEN))
def test_pictures_of_all_kinds_become_the_same_grey(name: str) -> None:
    grey = decode_photo(TAKEN[name]()).grey
    assert grey.dtype == np.uint8
    assert max(grey.shape) <= MOST_SIDE
    small = np.asarray(Image.fromarray(grey).resize((28, 28), Image.Resampling.BOX), dtype=int)
    expected = np.asarray(seven("L").resize((28, 28), Image.Resampling.BOX), dtype=int)
    assert np.abs(small - expected).mean() < 6


def test_a_head_that_lies_costs_no_memory() -> None:
    tracemalloc.start()
    for name in (
        "PNG that announces 10 gigapixels",
        "WebP that announces 268 megapixels",
        "text that unpacks to 100 MB",
    ):
        with pytest.raises(PhotoError):
            decode_photo(REFUSED[name][0])
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_every_orientation_of_exif_is_turned_upright() -> None:
    upright = np.asarray(seven("L"))
    lies = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }
    for orientation, stored in lies.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encoded(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
        assert (decode_photo(data).grey == upright).all(), orientation


def test_what_is_transparent_lies_on_white_and_white_ink_on_black() -> None:
    ink = 255 - np.asarray(seven("L"))
    clear = np.zeros((280, 280, 4), dtype=np.uint8)
    clear[..., 3] = ink
    dark = decode_photo(encoded(Image.fromarray(clear), "PNG")).grey
    assert np.abs(dark.astype(int) - (255 - ink)).max() <= 1
    clear[..., :3] = 255
    light = decode_photo(encoded(Image.fromarray(clear), "WEBP", lossless=True)).grey
    assert np.abs(light.astype(int) - ink).max() <= 1


def test_16_bits_keep_their_shades() -> None:
    ramp = np.linspace(0, 65_535, 256, dtype=np.uint16)[None].repeat(16, axis=0)
    grey = decode_photo(encoded(Image.fromarray(ramp), "PNG")).grey
    assert np.abs(grey.astype(float) - ramp / 257).max() <= 1


@pytest.mark.long
def test_the_largest_photo_is_scaled_to_the_longer_side() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (5_000, MOST_PIXELS // 5_000), (10, 20, 30, 90)).save(file, "PNG")
    assert decode_photo(file.getvalue()).grey.shape == (MOST_SIDE, MOST_SIDE)
