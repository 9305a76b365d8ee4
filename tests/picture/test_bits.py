"""Bits as data."""

import pytest

from primer_core.picture.bits import BitGroup, Bits
from primer_core.picture.payload import payload


@pytest.mark.parametrize("bits", ["", "012", "−1"])
def test_what_is_not_made_of_zeros_and_ones_is_no_field_of_bits(bits: str) -> None:
    with pytest.raises(ValueError, match="zeros and ones"):
        BitGroup("value", bits)


def test_bits_are_sent_field_by_field() -> None:
    sent = payload(Bits((BitGroup("sign", "1"), BitGroup("value", "0000001")), "−128 + 1 = −127", "-127 in int8"))
    assert sent == {
        "kind": "bits",
        "groups": [
            {"kind": "bitgroup", "name": "sign", "bits": "1"},
            {"kind": "bitgroup", "name": "value", "bits": "0000001"},
        ],
        "formula": "−128 + 1 = −127",
        "caption": "-127 in int8",
    }
