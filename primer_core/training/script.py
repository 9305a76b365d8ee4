"""A run as a plain PyTorch script: run in a fresh Python, it prints the losses and accuracies that the run had."""

from __future__ import annotations

from itertools import pairwise

from primer_core.models.registry import MODELS
from primer_core.training.spec import TOY, RunSpec

_LAYERS = {
    "mlp-128-64": (784, 128, 64, 10),
    "mlp-256-128": (784, 256, 128, 10),
    "toy": (2, 30, 20, 2),
}


def script(spec: RunSpec) -> str:
    """Write the run of `spec` as a script that uses torch's own ``DataLoader`` and optimizers.

    It prints the loss of the first batch and, after each epoch, the mean train loss, the validation loss and the
    validation accuracy; at the end the test accuracy. They equal those of `primer_core.training.loop.train`, as both
    draw from the same stream of random numbers.
    """
    return "\n\n".join((_imports(spec), _data(spec), _model(spec), _loop(spec))) + "\n"


def _imports(spec: RunSpec) -> str:
    lines = [
        "import torch",
        "from torch import nn",
        "from torch.nn import functional",
        "from torch.utils.data import DataLoader, TensorDataset",
        "",
        "from primer_core.data import " + ("toy_points" if spec.data == TOY else "load_images"),
    ]
    if spec.model not in _LAYERS:
        name = type_name(spec)
        lines.append(f"from primer_core.models.{'raw_mlp' if name == 'RawMLP' else 'cnn'} import {name}")
    return "\n".join(lines)


def type_name(spec: RunSpec) -> str:
    """The class of a model that is not a plain stack of affine layers."""
    return {"raw-128": "RawMLP", "cnn": "SmallCNN", "cnn-wide": "WideCNN"}[spec.model]


def _data(spec: RunSpec) -> str:
    if spec.data == TOY:
        return (
            "points = toy_points()\n"
            "train = TensorDataset(points.train_points, points.train_labels)\n"
            "validation_x, validation_y = points.test_points, points.test_labels\n"
            "test_x, test_y = points.test_points, points.test_labels"
        )
    scaled = (
        "(images.unsqueeze(1).float() / 255 - split.mean) / split.std"
        if spec.normalise
        else "images.unsqueeze(1).float() / 255"
    )
    return (
        f'split = load_images("{spec.data}")\n\n\n'
        "def pixels(images):\n"
        f"    return {scaled}\n\n\n"
        "train = TensorDataset(pixels(split.train_images), split.train_labels)\n"
        "validation_x, validation_y = pixels(split.validation_images), split.validation_labels\n"
        "test_x, test_y = pixels(split.test_images), split.test_labels"
    )


def _model(spec: RunSpec) -> str:
    if spec.model in _LAYERS:
        sizes = _LAYERS[spec.model]
        layers = ", nn.ReLU(), ".join(f"nn.Linear({a}, {b})" for a, b in pairwise(sizes))
        model = f"nn.Sequential(nn.Flatten(), {layers})"
    else:
        model = "RawMLP(784, 128, 10)" if type_name(spec) == "RawMLP" else f"{type_name(spec)}()"
    to_device = "" if spec.device == "cpu" else f'.to("{spec.device}")'
    options = [f"lr={spec.learning_rate:g}"]
    if spec.momentum:
        options.append(f"momentum={spec.momentum:g}")
    if spec.weight_decay:
        options.append(f"weight_decay={spec.weight_decay:g}")
    kind = {"adam": "Adam", "sgd": "SGD"}[spec.optimizer]
    drop = ", drop_last=True" if spec.drop_last else ""
    return (
        "torch.set_num_threads(1)\n"
        f"torch.manual_seed({spec.seed})\n"
        f"model = {model}{to_device}  # {MODELS[spec.model].title}\n"
        f"optimizer = torch.optim.{kind}(model.parameters(), {', '.join(options)}, fused=True)\n"
        f"loader = DataLoader(train, batch_size={spec.batch_size}, shuffle=True{drop})"
    )


def _loop(spec: RunSpec) -> str:
    moved = "" if spec.device == "cpu" else f'        x, y = x.to("{spec.device}"), y.to("{spec.device}")\n'
    inputs = "x" if spec.device == "cpu" else f'x.to("{spec.device}")'
    labels = "y" if spec.device == "cpu" else f'y.to("{spec.device}")'
    return (
        "def measure(x, y):\n"
        "    model.eval()\n"
        "    with torch.no_grad():\n"
        f"        logits = model({inputs})\n"
        f"    loss = functional.cross_entropy(logits, {labels}).item()\n"
        f"    return loss, (logits.argmax(dim=1) == {labels}).float().mean().item()\n"
        "\n\n"
        f"for epoch in range(1, {spec.epochs} + 1):\n"
        "    model.train()\n"
        "    losses = []\n"
        "    for x, y in loader:\n"
        f"{moved}"
        "        optimizer.zero_grad()\n"
        "        loss = functional.cross_entropy(model(x), y)\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "        losses.append(loss.item())\n"
        "    if epoch == 1:\n"
        '        print(f"first batch: loss {losses[0]:.4f}")\n'
        "    loss, accuracy = measure(validation_x, validation_y)\n"
        "    mean = sum(losses) / len(losses)\n"
        '    print(f"epoch {epoch}: train loss {mean:.4f}, validation loss {loss:.4f}, accuracy {accuracy:.2%}")\n'
        'print(f"test accuracy {measure(test_x, test_y)[1]:.2%}")'
    )
