import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from primer_core.data import load_images
from primer_core.inference import preprocess
from tests.profiles import examples


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Real MNIST images (500, 28, 28), which preprocessing should hardly change."""
    return np.asarray(load_images("mnist-sample").test_images)


def centred(canvas: np.ndarray) -> np.ndarray:
    """What `preprocess` makes of a canvas with a drawing."""
    image = preprocess(canvas)
    assert image is not None
    return image


def extent(image: np.ndarray) -> tuple[int, int]:
    """Height and width of what is not black."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre_of_mass(image: np.ndarray) -> np.ndarray:
    places = np.arange(28)
    moments = np.array([image.sum(axis=1) @ places, image.sum(axis=0) @ places])
    return np.asarray(moments / image.sum())


def placed(digit: np.ndarray, shape: tuple[int, int], top: int, left: int) -> np.ndarray:
    canvas = np.zeros(shape, dtype=digit.dtype)
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return canvas


shapes = arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70)
canvases = st.one_of(
    arrays.arrays(np.uint8, shapes),
    arrays.arrays(np.bool_, shapes),
    arrays.arrays(np.int64, shapes, elements=st.integers(0, 255)),
    arrays.arrays(np.float32, shapes, elements=st.floats(0, 1, width=32)),
    arrays.arrays(np.float64, shapes, elements=st.floats(0, 255)),
    arrays.arrays(np.float16, shapes, elements=st.floats(0, 1, width=16)),
)


@given(canvases)
@examples(200)
def test_any_canvas_gives_an_image_or_nothing_and_is_left_alone(canvas: np.ndarray) -> None:
    before = canvas.copy()
    image = preprocess(canvas)
    np.testing.assert_array_equal(canvas, before)
    if image is None:
        return
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() == pytest.approx(1)
    assert max(extent(image)) <= 20


@given(st.integers(0, 499), st.integers(0, 90), st.integers(0, 150), st.integers(1, 5))
@examples(60)
def test_where_on_the_canvas_a_digit_stands_makes_no_difference(
    digits: np.ndarray, index: int, top: int, left: int, factor: int
) -> None:
    digit = np.kron(digits[index], np.ones((factor, factor), dtype=np.uint8))
    image = centred(digit)
    np.testing.assert_array_equal(centred(placed(digit, (230, 290), top, left)), image)


@given(st.integers(0, 499), st.floats(0.2, 1))
@examples(40)
def test_how_bright_the_ink_is_makes_no_difference(digits: np.ndarray, index: int, brightness: float) -> None:
    full = digits[index] / 255
    np.testing.assert_allclose(centred(full * brightness), centred(full), atol=0.01)


def test_the_same_canvas_in_another_dtype_gives_the_same_image(digits: np.ndarray) -> None:
    bytes_ = np.kron(digits[3], np.ones((4, 4), dtype=np.uint8))
    image = centred(bytes_)
    for same in (bytes_.astype(np.int32), bytes_.astype(np.float32), bytes_ / 255, (bytes_ / 255).astype(np.float32)):
        np.testing.assert_allclose(centred(same), image, atol=1e-6)
    mask = bytes_ > 127
    np.testing.assert_array_equal(centred(mask), centred(mask.astype(np.uint8) * 255))
    np.testing.assert_array_equal(centred(mask), centred(mask.astype(np.float64)))


@pytest.mark.parametrize("factor", [1, 2, 3, 10])
def test_an_enlarged_mnist_image_comes_back_as_mnist_has_it(digits: np.ndarray, factor: int) -> None:
    differences = []
    for digit in digits[::5]:
        image = centred(np.kron(digit, np.ones((factor, factor), dtype=np.uint8)))
        assert max(extent(image)) == 20
        differences.append(np.abs(image - digit / 255).mean())
    # An image with a row of faint ink is cropped one row tighter, and then scaled a little.
    assert np.median(differences) < 0.002
    assert np.quantile(differences, 0.95) < 0.01


def test_a_smoothly_enlarged_mnist_image_keeps_its_place_and_shape(digits: np.ndarray) -> None:
    for digit in digits[::10]:
        large = np.asarray(Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC))
        image = centred(large)
        assert np.abs(centre_of_mass(image) - centre_of_mass(digit / 255)).max() < 1
        # Enlarging smoothly softens the edges; a pixel may be lost at each of them.
        assert np.abs(image - digit / 255).mean() < 0.13


@example(360, 20, 20)
@given(st.integers(0, 499), st.integers(20, 300), st.integers(20, 300))
@examples(60)
def test_the_longer_side_is_20_and_the_centre_of_mass_in_the_middle(
    digits: np.ndarray, index: int, height: int, width: int
) -> None:
    """MNIST's middle is pixel (14, 14), as its own files have it; a digit that would leave the field is at its edge."""
    stretched = Image.fromarray(digits[index]).resize((width, height), Image.Resampling.NEAREST)
    image = centred(np.asarray(stretched))
    assert max(extent(image)) == 20
    for axis, mass in enumerate(centre_of_mass(image)):
        ink = np.flatnonzero(image.any(axis=1 - axis))
        edge = ink[-1] == 27 if mass < 14 else ink[0] == 0
        assert abs(mass - 14) <= 0.51 or edge


def test_mnists_own_images_have_their_centre_of_mass_at_14(digits: np.ndarray) -> None:
    centres = np.array([centre_of_mass(digit.astype(float)) for digit in digits])
    assert np.abs(centres - 14).max() <= 0.51


def test_the_aspect_ratio_is_kept() -> None:
    canvas = np.zeros((100, 300), dtype=np.uint8)
    canvas[20:60, 50:250] = 255
    image = centred(canvas)
    assert extent(image) == (4, 20)
    assert image.sum() == 80


def test_lopsided_ink_is_pushed_back_into_the_field() -> None:
    canvas = np.zeros((200, 200), dtype=np.uint8)
    canvas[:190, :4] = 255
    canvas[190:, :] = 255
    canvas[150:, :100] = 255
    image = centred(canvas)
    assert extent(image) == (20, 20)


@given(st.integers(0, 499), st.integers(0, 2**32 - 1), st.floats(0.02, 0.1))
@examples(40)
def test_faint_noise_does_not_change_the_crop(digits: np.ndarray, index: int, seed: int, level: float) -> None:
    clean = placed(np.kron(digits[index] / 255, np.ones((5, 5))), (200, 200), 30, 30)
    noise = np.random.default_rng(seed).uniform(0, level, clean.shape)
    image = centred(np.clip(clean + noise, 0, 1))
    # The centre of mass may just so be rounded to the next pixel.
    moved = [np.roll(image, (down, right), axis=(0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    assert min(np.abs(image - centred(clean)).mean() for image in moved) < 0.03


def test_an_even_background_is_taken_away(digits: np.ndarray) -> None:
    clean = placed(digits[7], (60, 60), 10, 20)
    grey = 60 + clean * (195 / 255)
    np.testing.assert_allclose(centred(grey), centred(clean), atol=1e-4)


def test_a_pen_thinner_than_a_pixel_still_gives_bright_ink() -> None:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    canvas[40:240, 139:141] = 255
    image = centred(canvas)
    assert extent(image)[0] == 20
    assert image.max() == 1


@pytest.mark.parametrize(
    "canvas",
    [
        np.zeros((280, 280), dtype=np.uint8),
        np.zeros((1, 1)),
        np.full((1, 1), 255, dtype=np.uint8),
        np.zeros((28, 28), dtype=bool),
        np.full((50, 40), 0.4),
        np.random.default_rng(0).uniform(0, 0.08, (100, 100)),
        np.random.default_rng(0).integers(0, 20, (100, 100), dtype=np.uint8),
    ],
    ids=["zeros", "one dark pixel", "one bright pixel", "bool", "even grey", "noise", "noise in bytes"],
)
def test_a_canvas_without_a_drawing_gives_nothing(canvas: np.ndarray) -> None:
    assert preprocess(canvas) is None


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (3, 3000), (2000, 3000)])
def test_canvases_of_any_shape_are_taken(shape: tuple[int, int]) -> None:
    canvas = np.zeros(shape, dtype=np.uint8)
    canvas[: (shape[0] + 1) // 2, : (shape[1] + 1) // 2] = 255
    image = centred(canvas)
    assert max(extent(image)) == 20


@pytest.mark.parametrize("scale", [1, 255])
def test_what_resampling_adds_beyond_the_range_is_cut_off(digits: np.ndarray, scale: int) -> None:
    canvas = digits[2] / 255
    over = np.where(canvas == 0, -0.04, np.where(canvas > 0.9, 1.06, canvas)) * scale
    np.testing.assert_allclose(centred(over), centred(np.clip(over / scale, 0, 1)), atol=1e-6)


@pytest.mark.parametrize(
    ("canvas", "complaint"),
    [
        (np.zeros((1, 28, 28)), r"2 axes.*got shape \(1, 28, 28\).*without batch"),
        (np.zeros(784), r"2 axes.*got shape \(784,\)"),
        (np.float32(0), r"2 axes.*got shape \(\)"),
        (np.zeros((0, 5)), r"at least one pixel.*\(0, 5\)"),
        (np.full((3, 3), np.nan), "finite"),
        (np.array([[0.0, np.inf]]), "finite"),
        (np.zeros((3, 3), dtype=complex), "dtype complex128.*convert"),
        (np.array([["a", "b"]]), "dtype <U1.*convert"),
        (np.array([[None, 1]], dtype=object), "dtype object"),
        (np.array([[-0.42, 2.8]]), r"0\.\.255.*-0\.42 to 2\.8.*rescale"),
        (np.array([[0, 70_000]]), "0 to 70000"),
        (np.array([[-200, 0]]), "-200 to 0"),
    ],
)
def test_what_is_no_canvas_is_refused_with_what_to_do(canvas: np.ndarray, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        preprocess(canvas)
    assert re.match("a canvas must", str(refused.value))
