import math
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend.memory import address_rule, address_text, address_texts, extent, layout_of, shares_memory
from tests.profiles import examples


def strided() -> st.SearchStrategy[tuple[Any, Any]]:
    """A base of up to four axes, and a view of it; from one drawn number, as many draws take most of the time."""
    return st.integers(0, 2**40).map(by_chance)


def by_chance(seed: int) -> tuple[Any, Any]:
    """Cut an array with steps, negative steps and numbers, and turn its axes."""
    chance = random.Random(seed)
    shape = tuple(chance.randint(1, 4) for _ in range(chance.randint(0, 4)))
    base = np.arange(math.prod(shape)).reshape(shape)
    key: list[Any] = []
    for size in shape:
        start, stop = chance.randrange(size), chance.randint(0, size)
        key.append(
            chance.choice([slice(start, stop), slice(start, None, 2), slice(None, None, -1), slice(start, start + 1)])
        )
    view = base[(*key, ...)]
    return base, view.transpose(chance.sample(range(view.ndim), view.ndim))


@examples(500)
@given(strided())
def test_every_address_and_every_sum_leads_to_its_cell(arrays: tuple[Any, Any]) -> None:
    base, view = arrays
    layout = layout_of(view, base)
    np.testing.assert_array_equal(base.ravel()[layout.addresses], view)
    assert layout.byte_strides == view.strides
    assert (layout.c_contiguous, layout.f_contiguous) == (view.flags.c_contiguous, view.flags.f_contiguous)
    assert layout.nbytes == view.nbytes
    assert layout.distinct == len(np.unique(view))
    for text, address in zip(address_texts(layout)[:8], layout.addresses.ravel(), strict=False):
        for side in text.replace("·", "*").replace("−", "-").split("="):
            assert eval(side, {}) == address
    for other in (view, view.copy()):
        assert shares_memory(other, base) == np.shares_memory(other, base)


@examples(500)
@given(strided(), st.integers(0, 3))
def test_tensors_are_measured_like_arrays(arrays: tuple[Any, Any], start: int) -> None:
    base = torch.from_numpy(arrays[0])
    tensor = base.permute(tuple(reversed(range(base.ndim))))
    if tensor.ndim:
        start %= tensor.shape[0]
        tensor = tensor.narrow(0, start, tensor.shape[0] - start)
    layout = layout_of(tensor, base)
    assert layout.offset == tensor.storage_offset()
    assert layout.strides == tensor.stride()
    assert layout.c_contiguous == tensor.is_contiguous()
    assert torch.equal(base.reshape(-1)[torch.from_numpy(layout.addresses)], tensor)
    assert shares_memory(tensor, base)
    assert not shares_memory(tensor.clone(), base)
    assert shares_memory(tensor, arrays[0])


def test_a_copy_is_measured_from_its_own_start() -> None:
    base = np.arange(12).reshape(3, 4)
    assert layout_of(base[1:].copy(), base).offset == 0
    assert layout_of(base[::-1].copy()[::-1], base).offset == 8
    assert layout_of(base[3:], base).offset == 0


def test_an_expanded_tensor_reads_fewer_elements_than_it_has_cells() -> None:
    base = torch.arange(3).reshape(3, 1)
    layout = layout_of(base.expand(3, 4), base)
    assert (layout.size, layout.distinct, layout.strides) == (12, 3, (1, 0))


def test_two_halves_of_one_storage_share_it_though_no_cell_is_in_both() -> None:
    tensor = torch.arange(6)
    assert shares_memory(tensor[:3], tensor[3:])
    assert not np.shares_memory(tensor[:3].numpy(), tensor[3:].numpy())


def test_a_distance_that_is_no_whole_element_is_an_error() -> None:
    raw = np.zeros(16, np.uint8)
    with pytest.raises(ValueError, match="no whole elements"):
        layout_of(raw[2:10].view(np.int32), raw)


def test_sums_are_spelled_with_their_signs() -> None:
    base = np.arange(12).reshape(3, 4)
    layout = layout_of(base[1:, ::-2], base)
    assert address_text(layout, (1, 1)) == "7 + 1·4 + 1·(−2) = 9"
    assert address_rule(layout) == "7 + i·4 + j·(−2)"
    assert address_texts(layout_of(base[1, 2:3].reshape(()), base)) == ("6",)


def test_no_cells_touch_no_bytes() -> None:
    start, stop = extent(np.empty((0, 3)))
    assert start == stop


def test_importing_it_loads_no_torch() -> None:
    modules = "primer_core.backend.memory, primer_core.lessons.views.explain, primer_core.lessons.views.refused_view"
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "torch" not in loaded
