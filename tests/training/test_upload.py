"""Files from outside: networks are recognised; nothing hostile runs, fills memory or reads foreign bytes."""

import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from primer_core.models import MODELS, build_model
from primer_core.models.normalise import Normalised
from primer_core.training.safetensors import to_safetensors
from primer_core.training.upload import MOST_BYTES, UploadError, fit, nearest, read_upload
from tests.profiles import examples


def saved(value: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes], compress: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w", compress) as after:
        for each in before.infolist():
            after.writestr(each.filename, change(each.filename, before.read(each)))
    return buffer.getvalue()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("save", [saved, lambda state: to_safetensors(state, {})], ids=["pt", "safetensors"])
def test_a_network_is_that_of_its_architecture(model: str, save: Callable[[Any], bytes]) -> None:
    network = build_model(model, 3)
    upload = read_upload(save(network.state_dict()))
    assert upload.scaling is None
    fitted = fit(upload, model)
    assert not fitted.mismatches
    assert not fitted.by_order
    again = build_model(model, 4)
    again.load_state_dict(fitted.state)
    assert all(
        torch.equal(a, b) for a, b in zip(again.state_dict().values(), network.state_dict().values(), strict=True)
    )
    assert nearest(upload).model == model


def test_the_apps_own_file_brings_its_scaling() -> None:
    upload = read_upload(saved(Normalised(build_model("cnn", 1), 0.25, 0.5).state_dict()))
    assert upload.scaling == (0.25, 0.5)
    assert not fit(upload, "cnn").mismatches


def test_a_network_of_other_names_is_known_by_the_order_of_its_shapes() -> None:
    plain = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    fitted = fit(read_upload(saved(plain.state_dict())), "mlp-128-64")
    assert fitted.by_order
    assert not fitted.mismatches
    again = build_model("mlp-128-64", 0)
    again.load_state_dict(fitted.state)
    images = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(again(images), plain(images))


def test_every_tensor_that_is_another_is_named_with_both_shapes_and_the_nearest_is_found() -> None:
    state = build_model("cnn", 1).state_dict()
    state["classifier.3.bias"] = torch.zeros(12)
    state["extra"] = torch.zeros(1)
    del state["features.0.bias"]
    upload = read_upload(saved(state))
    told = {each.name: (each.expected, each.given) for each in fit(upload, "cnn").mismatches}
    assert told == {
        "classifier.3.bias": ((10,), (12,)),
        "extra": (None, (1,)),
        "features.0.bias": ((16,), None),
    }
    assert fit(upload, "cnn").state == {}
    assert nearest(upload).model == "cnn"
    assert len(fit(upload, "mlp-128-64").mismatches) > 8


class Runs:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (os.fspath(self.path),)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    for content in (saved({"w": Runs(trap)}), saved(Runs(trap)), saved(nn.Linear(2, 2)), pickle.dumps(Runs(trap))):
        with pytest.raises(UploadError):
            read_upload(content)
        assert not trap.exists()


def test_what_is_no_state_dict_is_refused() -> None:
    for value in (
        [torch.zeros(1)],
        torch.zeros(1),
        {},
        {"w": 1},
        {"epoch": torch.zeros(1), "model": OrderedDict(w=torch.zeros(1))},
        {1: torch.zeros(1)},
        {"w": torch.zeros(1).to_sparse()},
        {"w": torch.zeros(1, dtype=torch.complex64)},
        {"w": torch.tensor([float("nan")])},
        {"mean": torch.zeros(()), "std": torch.zeros(()), "model.w": torch.zeros(1)},
        {str(number): torch.zeros(1) for number in range(501)},
    ):
        with pytest.raises(UploadError):
            read_upload(saved(value))


def test_a_message_quotes_no_colours_of_a_terminal_and_says_what_to_save() -> None:
    for content in (saved(nn.Linear(2, 2)), b"hi"):
        with pytest.raises(UploadError, match=r"torch\.save\(model\.state_dict\(\)") as raised:
            read_upload(content)
        assert "\x1b" not in str(raised.value)
    assert "it has 2" in str(raised.value)


def test_a_tensor_that_is_large_only_in_words_takes_no_room() -> None:
    with pytest.raises(UploadError, match="take more than"):
        read_upload(saved({"w": torch.zeros(1).expand(10**6, 10**6)}))


def test_a_file_that_unpacks_to_much_is_refused_before_it_is() -> None:
    content = saved({"w": torch.zeros(100)})
    large = rezipped(
        content, lambda name, part: b"\0" * (MOST_BYTES + 1) if "/data/" in name else part, zipfile.ZIP_DEFLATED
    )
    assert len(large) < 100_000
    with pytest.raises(UploadError, match="unpacks to"):
        read_upload(large)
    with pytest.raises(UploadError, match="compressed"):
        read_upload(rezipped(content, lambda _, part: part, zipfile.ZIP_DEFLATED))
    with pytest.raises(UploadError, match="at most"):
        read_upload(b"PK\x03\x04" + b"\0" * MOST_BYTES)


def test_a_storage_that_says_it_is_larger_than_its_bytes_is_not_read() -> None:
    content = saved({"w": torch.zeros(100)})

    def longer(name: str, part: bytes) -> bytes:
        if not name.endswith("data.pkl"):
            return part
        assert part.count(b"Kd") >= 2  # 100, as pickle writes it
        return part.replace(b"Kd", b"J" + struct.pack("<i", 500_000_000))

    with pytest.raises(UploadError):
        read_upload(rezipped(content, longer))
    with pytest.raises(UploadError):
        read_upload(rezipped(content, lambda name, part: b"big" if name.endswith("byteorder") else part))


def test_a_header_that_promises_five_gigabytes_is_refused() -> None:
    for size in (5 * 10**9, 2**63, MOST_BYTES):
        with pytest.raises(UploadError, match="header"):
            read_upload(size.to_bytes(8, "little") + b'{"w": 1}')


@given(content=st.binary(max_size=300))
@examples(50)
def test_rubbish_is_refused_with_a_sentence(content: bytes) -> None:
    for given_content in (content, b"PK\x03\x04" + content):
        with pytest.raises(UploadError, match=r"\w{4}"):
            read_upload(given_content)


@given(data=st.data())
@examples(50)
def test_a_file_with_a_damaged_byte_is_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(saved({"w": torch.ones(3, 4), "b": torch.zeros(3)}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        upload = read_upload(bytes(content))
    except UploadError:
        return
    assert sum(tensor.numel() for tensor in upload.state.values()) < 100
