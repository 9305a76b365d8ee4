"""A run as a plain PyTorch script: run in a fresh Python, it gives the losses and accuracies that the run had."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from primer_core.data import IMAGE_SETS
from primer_core.models.registry import MODELS
from primer_core.training.schedules import SCHEDULES
from primer_core.training.spec import TOY, RunSpec

if TYPE_CHECKING:
    from primer_core.training.history import SettingChange
    from primer_core.training.run import Run

_LAYERS = {
    "mlp-128-64": (784, 128, 64, 10),
    "mlp-dropout": (784, 128, 64, 10),
    "mlp-256-128": (784, 256, 128, 10),
    "toy": (2, 30, 20, 2),
}
_TYPES = {"raw-128": ("raw_mlp", "RawMLP"), "cnn": ("cnn", "SmallCNN"), "cnn-wide": ("cnn", "WideCNN")}
_TOY_SIZE = 5
#: Settings that only say when a run ends: in a script that is its number of passes.
_OF_THE_END = {"epochs", "target", "patience"}


def script_of(run: Run) -> str:
    """Write a run as `script` does, as it went so far: with its changes of settings, up to its end if it has ended."""
    state, last = run.state(), run.history.last_epoch
    changes = tuple(change for change in run.history.changes if change.step < state.step)
    if not state.ended:
        return script(run.spec, changes, epochs=state.spec.epochs)
    inside_pass = state.step > (last.step if last is not None else 0)
    return script(run.spec, changes, epochs=state.epoch, last_step=state.step if inside_pass else None, rules=False)


def script(
    spec: RunSpec,
    changes: Sequence[SettingChange] = (),
    *,
    epochs: int | None = None,
    last_step: int | None = None,
    rules: bool = True,
) -> str:
    """Write the run of `spec` as a script that uses torch's own ``DataLoader`` and optimizers.

    It keeps the loss of every batch in the list ``losses``; it prints the first of them and, after each epoch, the mean
    train loss, the validation loss and the validation accuracy; at the end the test accuracy. They equal those of
    `primer_core.training.loop.train` to the last digit on the same machine, as both take the same steps and draw from
    the same stream of random numbers.

    Parameters
    ----------
    spec
        What is trained, with the settings of the first batch.
    changes
        Of the settings, in the order of their steps.
    epochs
        Passes in all, the last of which may be cut short; those of the spec if None.
    last_step
        Batches after which it is stopped inside a pass; None if it is not.
    rules
        Whether the spec's own rules end it: its target and its patience.
    """
    for change in changes:
        if change.step == 0:
            spec = _changed(spec, {change.setting: change.value})
    return _Script(
        spec,
        tuple(change for change in changes if change.step > 0),
        epochs or spec.epochs,
        last_step,
        rules=rules,
    ).text()


def model_of(spec: RunSpec) -> tuple[str, str]:
    """The import that a spec's model takes, a line or none, and the expression that makes it with its own dropout."""
    line = "from primer_core.models.{} import {}\n".format(*_TYPES[spec.model]) if spec.model in _TYPES else ""
    text = _Script(spec, (), spec.epochs, None, rules=False).architecture()
    return line or "from torch import nn\n", text


class _Script:
    """A script on its way to be written.

    Settings that change on the way, and those that a schedule needs, are variables in it; the others stand where they
    are used.
    """

    def __init__(
        self,
        spec: RunSpec,
        changes: tuple[SettingChange, ...],
        epochs: int,
        last_step: int | None,
        *,
        rules: bool,
    ) -> None:
        self.spec = spec
        self.changes = changes
        self.epochs = epochs
        self.last_step = last_step
        self.rules = rules
        self.changed = {change.setting for change in changes} - _OF_THE_END
        self.schedules = [spec.schedule, *(str(each.value) for each in changes if each.setting == "schedule")]
        self.scheduled = set(self.schedules) != {"constant"}

    def text(self) -> str:
        parts = [self.imports(), *self.schedule_functions(), self.data(), self.model(), self.measure(), self.loop()]
        return "\n\n".join(parts) + "\n"

    def imports(self) -> str:
        spec = self.spec
        standard = ["import itertools"] * ("batch_size" in self.changed)
        standard += ["import math"] * bool({"cosine", "one-cycle", "rising"} & set(self.schedules))
        loaders = "DataLoader, RandomSampler" if "batch_size" in self.changed else "DataLoader"
        lines = [
            *standard,
            *[""] * bool(standard),
            "import torch",
            "from torch import nn",
            "from torch.nn import functional",
            f"from torch.utils.data import {loaders}, TensorDataset",
            "",
            "from primer_core.data import " + ("toy_points" if spec.data == TOY else "load_images"),
        ]
        if spec.model in _TYPES:
            lines.append("from primer_core.models.{} import {}".format(*_TYPES[spec.model]))
        return "\n".join(lines)

    def schedule_functions(self) -> list[str]:
        names = sorted(set(self.schedules)) if self.scheduled else []
        return ["\n" + inspect.getsource(SCHEDULES[name]).rstrip() + "\n" for name in names]

    def data(self) -> str:
        if self.spec.data == TOY:
            return (
                "points = toy_points()\n"
                "train = TensorDataset(points.train_points, points.train_labels)\n"
                "# two points are left: too few for a set to validate on and another one to test on\n"
                "validation_x, validation_y = points.test_points, points.test_labels\n"
                "test_x, test_y = points.test_points, points.test_labels"
            )
        scaled = "images.unsqueeze(1).float() / 255"
        if self.spec.normalise:
            scaled = f"({scaled} - split.mean) / split.std"
        return (
            f'split = load_images("{self.spec.data}")\n\n\n'
            "def pixels(images):\n"
            f"    return {scaled}\n\n\n"
            "train = TensorDataset(pixels(split.train_images), split.train_labels)\n"
            "validation_x, validation_y = pixels(split.validation_images), split.validation_labels\n"
            "test_x, test_y = pixels(split.test_images), split.test_labels"
        )

    def model(self) -> str:
        spec, entry = self.spec, MODELS[self.spec.model]
        lines = ["torch.set_num_threads(1)", f"torch.manual_seed({spec.seed})"]
        to_device = "" if spec.device == "cpu" else f'.to("{spec.device}")'
        lines.append(f"model = {self.architecture()}{to_device}  # {entry.title}")
        if spec.model in _TYPES and spec.dropout is not None:
            lines += _dropout(spec.dropout)
        if spec.frozen:
            lines += _frozen(spec)
        options = [f"lr={spec.learning_rate!r}"]
        if spec.momentum:
            options.append(f"momentum={spec.momentum!r}")
        if spec.weight_decay:
            options.append(f"weight_decay={spec.weight_decay!r}")
        kind = {"adam": "Adam", "sgd": "SGD"}[spec.optimizer]
        lines.append(f"optimizer = torch.optim.{kind}(model.parameters(), {', '.join(options)}, fused=True)")
        return "\n".join((*lines, self.loader()))

    def architecture(self) -> str:
        if self.spec.model in _TYPES:
            name = _TYPES[self.spec.model][1]
            return "RawMLP(784, 128, 10)" if name == "RawMLP" else f"{name}()"
        share = MODELS[self.spec.model].dropout if self.spec.dropout is None else self.spec.dropout
        between = "nn.ReLU()" if share is None else f"nn.ReLU(), nn.Dropout({share!r})"
        layers = f", {between}, ".join(f"nn.Linear({a}, {b})" for a, b in pairwise(_LAYERS[self.spec.model]))
        return f"nn.Sequential(nn.Flatten(), {layers})"

    def loader(self) -> str:
        spec = self.spec
        if "batch_size" not in self.changed:
            size = _TOY_SIZE if spec.data == TOY else IMAGE_SETS[spec.data].train_size
            drop = ", drop_last=True" if spec.drop_last and spec.batch_size <= size else ""
            return f"loader = DataLoader(train, batch_size={spec.batch_size}, shuffle=True{drop})"
        give = "            yield batch\n"
        if spec.drop_last:
            give = "            if len(batch) in (self.size, len(train)):\n                yield batch\n"
        return (
            "\n\nclass Batches:\n"
            f"    size = {spec.batch_size}  # may change on the way\n\n"
            "    def __iter__(self):\n"
            "        order = iter(RandomSampler(train))\n"
            "        while batch := list(itertools.islice(order, self.size)):\n"
            f"{give}\n\n"
            "batches = Batches()\n"
            "loader = DataLoader(train, batch_sampler=batches)"
        )

    def measure(self) -> str:
        inputs, labels = ("part_x", "part_y")
        moved = "" if self.spec.device == "cpu" else f'.to("{self.spec.device}")'
        return (
            "\ndef measure(x, y):\n"
            "    model.eval()\n"
            "    loss, correct = 0.0, 0\n"
            "    with torch.inference_mode():\n"
            f"        for part_x, part_y in zip(x{moved}.split(1000), y{moved}.split(1000)):\n"
            f"            logits = model({inputs})\n"
            f'            loss += functional.cross_entropy(logits, {labels}, reduction="sum").item()\n'
            f"            correct += (logits.argmax(dim=1) == {labels}).sum().item()\n"
            "    return loss / len(y), correct / len(y)\n"
        )

    def loop(self) -> str:
        spec = self.spec
        lines = ["losses = []  # of every batch", *self.variables()]
        lines.append(f"for epoch in range(1, {self.epochs} + 1):")
        body = [self.mode_of_epoch(), "total, count = 0.0, 0", "for x, y in loader:"]
        step = []
        if spec.device != "cpu":
            step.append(f'x, y = x.to("{spec.device}"), y.to("{spec.device}")')
        step += self.change_lines(before_the_batch=True)
        if self.scheduled:
            step += [
                "progress = min(1.0, ((epoch - 1) * len(train) + count - begins) / (ends - begins))",
                'optimizer.param_groups[0]["lr"] = rate * schedule(progress)',
            ]
        step += self.noise()
        step += [
            "optimizer.zero_grad()",
            "loss = functional.cross_entropy(model(x), y)",
            "loss.backward()",
            "optimizer.step()",
            "losses.append(loss.item())",
            "total, count = total + losses[-1] * len(y), count + len(y)",
        ]
        step += self.change_lines(before_the_batch=False)
        stop = f"if len(losses) == {self.last_step}:"
        if self.last_step is not None:
            step += [stop, "    break"]
        body += _indented(step)
        if self.last_step is not None:
            body += [stop, "    break  # stopped inside a pass: it is not measured"]
        body += [
            "if epoch == 1:",
            '    print(f"first batch: loss {losses[0]:.4f}")',
            "loss, accuracy = measure(validation_x, validation_y)",
            'print(f"epoch {epoch}: train loss {total / count:.4f}, "',
            '      f"validation loss {loss:.4f}, accuracy {accuracy:.2%}")',
            *self.rule_lines(),
        ]
        return "\n".join((*lines, *_indented(body), 'print(f"test accuracy {measure(test_x, test_y)[1]:.2%}")'))

    def variables(self) -> list[str]:
        spec, lines = self.spec, []
        if self.scheduled:
            function = SCHEDULES[spec.schedule].__name__
            lines.append(f"rate, schedule = {spec.learning_rate!r}, {function}")
            lines.append(f"begins, ends = 0, {spec.epochs} * len(train)  # of the schedule, in samples")
        if "noise" in self.changed:
            lines.append(f"noise = {spec.noise!r}")
        if "mode" in self.changed:
            lines.append(f"training = {spec.mode == 'train'}")
        if self.rules and spec.patience:
            lines.append('best, waited = float("inf"), 0')
        return lines

    def mode_of_epoch(self) -> str:
        if "mode" in self.changed:
            return "model.train(training)"
        return "model.train()" if self.spec.mode == "train" else "model.eval()"

    def noise(self) -> list[str]:
        if "noise" in self.changed:
            return ["if noise:", "    x = x + noise * torch.randn_like(x)"]
        return [f"x = x + {self.spec.noise!r} * torch.randn_like(x)"] if self.spec.noise else []

    def rule_lines(self) -> list[str]:
        spec, lines = self.spec, []
        if self.rules and spec.target:
            lines += [f"if accuracy >= {spec.target!r}:", "    break"]
        if self.rules and spec.patience:
            lines += [
                "best, waited = (loss, 0) if loss < best else (best, waited + 1)",
                f"if waited >= {spec.patience}:",
                "    break",
            ]
        return lines

    def change_lines(self, *, before_the_batch: bool) -> list[str]:
        """What is set after so many batches: all before the next one, but its size before the loader makes it."""
        lines: list[str] = []
        now = self.spec
        for step, together in groupby(self.changes, key=lambda change: change.step):
            values = {change.setting: change.value for change in together}
            now = _changed(now, values)
            names = [name for name in values if name in self.changed and (name != "batch_size") == before_the_batch]
            to_set = [line for name in names for line in self.setting_lines(name, now)]
            if now.momentum and (self.spec.frozen or "frozen" in self.changed) and {"frozen", "momentum"} & set(names):
                to_set += [
                    "for parameter in model.parameters():  # SGD expects a running mean of all, or of none",
                    '    optimizer.state[parameter].setdefault("momentum_buffer", torch.zeros_like(parameter))',
                ]
            if to_set:
                lines += [f"if len(losses) == {step}:", *_indented(to_set)]
        return lines

    def setting_lines(self, name: str, now: RunSpec) -> list[str]:
        match name:
            case "learning_rate":
                return [f"rate = {now.learning_rate!r}"] if self.scheduled else [_option("lr", now.learning_rate)]
            case "schedule":
                return [
                    f"schedule = {SCHEDULES[now.schedule].__name__}",
                    f"begins, ends = (epoch - 1) * len(train) + count, {now.epochs} * len(train)",
                ]
            case "momentum" | "weight_decay":
                return [_option(name, getattr(now, name))]
            case "dropout":
                own = MODELS[now.model].dropout
                return _dropout(own if now.dropout is None and own is not None else now.dropout or 0.0)
            case "batch_size":
                return [f"batches.size = {now.batch_size}"]
            case "noise":
                return [f"noise = {now.noise!r}"]
            case "frozen":
                return _frozen(now)
            case _:
                return [f"training = {now.mode == 'train'}", "model.train(training)"]


def _changed(spec: RunSpec, values: Mapping[str, Any]) -> RunSpec:
    return replace(spec, **values)


def _option(name: str, value: float) -> str:
    return f'optimizer.param_groups[0]["{name}"] = {value!r}'


def _frozen(spec: RunSpec) -> list[str]:
    kept = sum(MODELS[spec.model].layers[: spec.frozen])
    return [
        "for place, parameter in enumerate(model.parameters()):",
        f"    parameter.requires_grad_(place >= {kept})",
    ]


def _dropout(share: float) -> list[str]:
    return [
        "for module in model.modules():",
        "    if isinstance(module, nn.Dropout):",
        f"        module.p = {share!r}",
    ]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
