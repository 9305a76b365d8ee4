from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.data import load_images
from primer_core.inference.neighbours import Gallery, Known, gallery, hidden_and_logits, nearest, nearest_of_class
from primer_core.models import build_model


@pytest.fixture(scope="module")
def shown() -> Gallery:
    """The first images of the sample: enough to have several of each digit."""
    whole = gallery("mnist-sample")
    return Gallery(whole.images[:300], whole.labels[:300], whole.parts[:300], whole.rows[:300])


def by_hand(name: str, model: Any, images: torch.Tensor) -> Any:
    """The last hidden layer, taken from the layers themselves."""
    if name == "raw-128":
        return torch.relu(images.flatten(1) @ model.W1 + model.b1)
    if name == "cnn":
        return model.classifier[:-1](model.features(images))
    if name == "cnn-wide":
        return model.classifier[:-1](model.features(images))
    return model.layers[:-1](images)


@pytest.mark.parametrize("name", ["mlp-128-64", "mlp-dropout", "raw-128", "cnn", "cnn-wide"])
def test_the_last_hidden_layer_is_found_in_every_architecture(name: str) -> None:
    model = build_model(name, 1).eval()
    images = np.random.default_rng(0).random((70, 28, 28), np.float32)
    hidden, logits = hidden_and_logits(images, model)
    with torch.no_grad():
        tensor = torch.from_numpy(images)[:, None]
        assert np.allclose(hidden, by_hand(name, model, tensor).numpy(), atol=1e-4)
        assert np.allclose(logits, model(tensor).numpy(), atol=1e-4)
    assert not model._forward_hooks
    assert not model._forward_pre_hooks


def test_a_network_without_a_matrix_product_is_refused() -> None:
    with pytest.raises(ValueError, match="no matrix product"):
        hidden_and_logits(np.zeros((1, 28, 28), np.float32), nn.Sequential(nn.AvgPool2d(8), nn.Flatten()).eval())


def test_the_gallery_is_the_whole_sample_with_the_numbers_of_its_parts() -> None:
    found, split = gallery("mnist-sample"), load_images("mnist-sample")
    assert len(found.images) == 5_000
    assert np.bincount(found.parts).tolist() == [4_000, 500, 500]
    assert np.array_equal(found.images[4_500 + 7], split.test_images[7].numpy())
    assert (found.parts[4_507], found.rows[4_507]) == (2, 7)
    assert found.labels[4_507] == split.test_labels[7]
    assert found.floats().max() == 1


def test_the_nearest_are_those_of_all_distances(shown: Gallery) -> None:
    model: Any = build_model("mlp-128-64", 2).eval()
    known = Known()
    image = gallery("mnist-sample").floats()[4_600]
    found = nearest(model, image, shown, 5, known)
    with torch.no_grad():
        hidden = model.layers[:-1](torch.from_numpy(shown.floats())[:, None])
        own = model.layers[:-1](torch.from_numpy(image)[None, None])
        distances = torch.cdist(hidden.double(), own.double())[:, 0].numpy()
        read = model(torch.from_numpy(shown.floats())[:, None]).argmax(1).numpy()
    assert found.places.tolist() == np.argsort(distances)[:5].tolist()
    assert np.allclose(found.distances, np.sort(distances)[:5], atol=1e-5)
    assert found.median == pytest.approx(np.median(distances), abs=1e-5)
    assert found.units == 64
    for label in range(10):
        fitting = np.flatnonzero((shown.labels == label) & (read == label))
        place = nearest_of_class(model, image, shown, label, known)
        assert place == (fitting[distances[fitting].argmin()] if len(fitting) else None)


def test_an_image_of_the_gallery_is_its_own_neighbour(shown: Gallery) -> None:
    found = nearest(build_model("cnn", 0).eval(), shown.floats()[42], shown, 1, Known())
    assert found.places.tolist() == [42]
    assert found.distances[0] == pytest.approx(0, abs=1e-3)


def test_a_network_is_asked_once_and_forgotten_with_its_model(shown: Gallery) -> None:
    model, other, known = build_model("cnn", 0).eval(), build_model("cnn", 1).eval(), Known(most_bytes=100_000)
    assert not known.is_known(model)
    hidden, _ = known.of(model, shown)
    assert known.is_known(model)
    assert known.of(model, shown)[0] is hidden
    known.of(other, shown)
    assert known.is_known(other)
    assert not known.is_known(model), "two of 76 800 bytes are more than may be kept"
