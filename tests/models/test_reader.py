"""The digit network with an eleventh output for "none of the ten"."""

import pytest
import torch

from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from primer_core.models.reader import DigitReader


@pytest.fixture
def reader() -> DigitReader:
    return DigitReader(build_model("cnn-wide", seed=3), mean=0.13, std=0.31).eval()


@torch.inference_mode()
def test_the_logits_are_those_of_the_network_inside(reader: DigitReader) -> None:
    pixels = torch.rand(3, 1, 28, 28)
    expected = Normalised(reader.model, mean=0.13, std=0.31)(pixels)
    torch.testing.assert_close(reader(pixels), expected)
    torch.testing.assert_close(reader.scored(pixels)[0], expected)


@torch.inference_mode()
def test_the_score_is_the_share_of_the_ten_in_a_softmax_over_eleven(reader: DigitReader) -> None:
    pixels = torch.rand(3, 1, 28, 28)
    logits, likeness = reader.scored(pixels)
    none = reader.none_of_them(reader.model.features((pixels - 0.13) / 0.31))
    share = torch.softmax(torch.cat([logits, none], dim=1), dim=1)[:, :10].sum(dim=1)
    torch.testing.assert_close(torch.sigmoid(likeness), share)


@torch.inference_mode()
def test_a_temperature_divides_the_logits_and_leaves_the_score_alone(reader: DigitReader) -> None:
    pixels = torch.rand(3, 1, 28, 28)
    logits, likeness = reader.scored(pixels)
    for temperature in (0.5, 2.0):
        reader.set_temperature(temperature)
        changed, same = reader.scored(pixels)
        torch.testing.assert_close(changed, logits / temperature, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(same, likeness, rtol=1e-4, atol=1e-4)


def test_a_temperature_of_zero_is_refused(reader: DigitReader) -> None:
    with pytest.raises(ValueError, match="temperature must be positive, got 0"):
        DigitReader(reader.model, mean=0.0, std=1.0, temperature=0)
