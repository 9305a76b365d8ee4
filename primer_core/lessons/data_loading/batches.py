"""Which sample lands in which batch: a DataLoader is run over two epochs, and says so itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Shape
from primer_core.data.toy import toy_points
from primer_core.lessons.data_loading.question import IMAGES, DataLoadingQuestion

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

EPOCHS = 2
LABELS = 3
"""Labels of the numbered samples and of the images: the first third has label 0, and so on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the loader gave it.

    Parameters
    ----------
    samples
        Indices of its samples, by their position.
    features, labels
        Shapes of both tensors.
    declined
        What the layer said of it; None where it took the batch, or where there is no layer.
    """

    samples: tuple[int, ...]
    features: Shape
    labels: Shape
    declined: Declined | None


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the loader.

    Parameters
    ----------
    batches
        In their order.
    left_out
        Indices of the samples that it never asked for, ascending.
    """

    batches: tuple[Batch, ...]
    left_out: tuple[int, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """Return the indices in the order in which they were asked for."""
        return tuple(index for batch in self.batches for index in batch.samples)


@dataclass(frozen=True, slots=True)
class Change:
    """A change with which the layer takes every batch.

    Parameters
    ----------
    code
        What the code has then: ``drop_last=True``, ``batch_size=3`` or ``norm.eval()``.
    sizes
        Of the batches then.
    puts
        Text of each field that it changes, by the field's parameter.
    """

    code: str
    sizes: tuple[int, ...]
    puts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Two epochs of a loader.

    Parameters
    ----------
    values
        Features of each sample as numbers; empty for images.
    labels
        Label of each sample.
    features
        Shape of the features of one sample.
    epochs
        The passes.
    layer
        What PyTorch calls the layer; empty for none.
    changes
        What would work, where the layer declined a batch.
    code
        Plain Python that prints each batch.
    """

    values: tuple[tuple[float, ...], ...]
    labels: tuple[int, ...]
    features: Shape
    epochs: tuple[Epoch, ...]
    layer: str
    changes: tuple[Change, ...]
    code: str

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return how many samples each batch of an epoch has; all epochs are alike in it."""
        return tuple(len(batch.samples) for batch in self.epochs[0].batches)

    @property
    def declined(self) -> Declined | None:
        """Return what the layer said of the first batch that it declined; None where it took all."""
        return next((batch.declined for epoch in self.epochs for batch in epoch.batches if batch.declined), None)


def explain_batches(question: DataLoadingQuestion) -> Loaded:
    """Run the loader that is asked for over two epochs."""
    x, y = _data(question)
    epochs = _run(question, x, y)
    loaded = Loaded(
        values=() if question.data == "images" else tuple(tuple(row) for row in x.tolist()),
        labels=tuple(y.tolist()),
        features=tuple(x.shape[1:]),
        epochs=epochs,
        layer="" if question.through == "nothing" else _layer(question, x)[0],
        changes=(),
        code=_code(question),
    )
    return replace(loaded, changes=_changes(question, x, y)) if loaded.declined else loaded


def _data(question: DataLoadingQuestion) -> tuple[torch.Tensor, torch.Tensor]:
    load_torch()
    import torch

    match question.data:
        case "points":
            points = toy_points()
            return points.train_points, points.train_labels
        case "numbered":
            count = question.samples
            x = torch.arange(count * 3, dtype=torch.float32).reshape(count, 3)
        case "images":
            count = IMAGES
            x = torch.zeros(count, 1, 28, 28)
    return x, torch.arange(count) * LABELS // count


def _layer(question: DataLoadingQuestion, x: torch.Tensor) -> tuple[str, torch.nn.Module]:
    load_torch()
    from torch import nn

    layer: nn.Module = nn.BatchNorm2d(1) if x.ndim == 4 else nn.BatchNorm1d(x.shape[1])
    return type(layer).__name__, layer.train(question.through == "training")


def _run(question: DataLoadingQuestion, x: torch.Tensor, y: torch.Tensor) -> tuple[Epoch, ...]:
    load_torch()
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    dataset = TensorDataset(torch.arange(len(y)), x, y)
    layer = None if question.through == "nothing" else _layer(question, x)[1]
    torch.default_generator.manual_seed(question.seed)
    loader = DataLoader(dataset, question.batch_size, shuffle=question.shuffle, drop_last=question.drop_last)
    found = []
    for _ in range(EPOCHS):
        batches = []
        for index, features, labels in loader:
            given = None if layer is None else TORCH.attempt(layer, features)
            declined = given if isinstance(given, Declined) else None
            batches.append(Batch(tuple(index.tolist()), tuple(features.shape), tuple(labels.shape), declined))
        asked = {index for batch in batches for index in batch.samples}
        found.append(Epoch(tuple(batches), tuple(index for index in range(len(y)) if index not in asked)))
    return tuple(found)


def _changes(question: DataLoadingQuestion, x: torch.Tensor, y: torch.Tensor) -> tuple[Change, ...]:
    """Try what would work: the last batch left out, the nearest batch size that leaves no lonely one, and eval."""
    nearest = sorted(range(2, len(y) + 1), key=lambda size: (abs(size - question.batch_size), size))
    asked = [
        ("drop_last=True", replace(question, drop_last=True)),
        *((f"batch_size={size}", replace(question, batch_size=size)) for size in nearest[:4]),
        ("norm.eval()", replace(question, through="eval")),
    ]
    found: dict[str, Change] = {}
    for code, changed in asked:
        epochs = _run(changed, x, y)
        sizes = tuple(len(batch.samples) for batch in epochs[0].batches)
        if sizes and not any(batch.declined for epoch in epochs for batch in epoch.batches):
            before, after = question.texts(), changed.texts()
            puts = tuple((name, text) for name, text in after.items() if text != before[name])
            found.setdefault(code.partition("=")[0], Change(code, sizes, puts))
    return tuple(found.values())


def _code(question: DataLoadingQuestion) -> str:
    layer, call = "", ""
    if question.through != "nothing":
        made = {"points": "BatchNorm1d(2)", "numbered": "BatchNorm1d(3)", "images": "BatchNorm2d(1)"}[question.data]
        layer = f"norm = torch.nn.{made}\nnorm.{'train' if question.through == 'training' else 'eval'}()\n"
        call = _CALL
    return _CODE.format(
        made=_MADE[question.data].format(count=question.samples, images=IMAGES, labels=LABELS),
        layer=layer,
        seed=question.seed,
        batch_size=question.batch_size,
        shuffle=question.shuffle,
        drop_last=question.drop_last,
        epochs=EPOCHS,
        call=call,
    )


_MADE = {
    "points": """\
x = torch.tensor([[-1.2, 3.1], [-0.9, 2.9], [-0.5, 2.6], [2.3, -1.1], [2.7, -1.5]])
y = torch.tensor([0, 0, 0, 1, 1])""",
    "numbered": """\
x = torch.arange({count} * 3, dtype=torch.float32).reshape({count}, 3)
y = torch.arange({count}) * {labels} // {count}""",
    "images": """\
x = torch.zeros({images}, 1, 28, 28)
y = torch.arange({images}) * {labels} // {images}""",
}

_CALL = """
        try:
            norm(features)
        except ValueError as error:
            print(f"ValueError: {error}")"""

_CODE = """\
import torch
from torch.utils.data import DataLoader, Dataset

class Samples(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return index, self.x[index], self.y[index]

{made}
dataset = Samples(x, y)
{layer}
torch.manual_seed({seed})
loader = DataLoader(dataset, batch_size={batch_size}, shuffle={shuffle}, drop_last={drop_last})
epochs = []
for epoch in range({epochs}):
    batches = []
    for index, features, labels in loader:
        batches.append(index.tolist())
        print(epoch + 1, index.tolist(), tuple(features.shape), tuple(labels.shape)){call}
    epochs.append(batches)"""
