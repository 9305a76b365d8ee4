"""Inputs that do not fit a layer, and predictions that do not fit a loss."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import TORCH, posed
from primer_core.error_messages.wording import CROSSED, ROUND, SQUARE, WHOLE, shape_of, sizes

_CHANNELS_FIRST = ("The channels are last, as in pictures from files: PyTorch wants them before height and width.",)


@dataclass(frozen=True, slots=True)
class Channels(Cause):
    """A convolution is given another number of channels than it was made for.

    Parameters
    ----------
    weight, input
        Shapes.
    wanted, given
        Numbers of channels.
    """

    weight: Shape
    input: Shape
    wanted: int
    given: int

    def sentence(self) -> Sentence:
        """Name both numbers."""
        return (
            f"The convolution was made for {self.wanted} input channels, and the input {self.input} has {self.given}: "
            "its axis 1 in a batch, its axis 0 without one.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show channels that are last, and a layer that is made for others."""
        rank = len(self.weight) - 2
        fits = all(self.weight[2] <= size for size in self.input[-rank:])
        layer = f"nn.Conv{rank}d({{}}, {self.weight[0]}, {self.weight[2] if fits else 1})"
        made = f"x = {TORCH.zeros(self.input)}"
        before = TORCH.code(f"layer = {layer.format(self.wanted)}", made, "layer(x)")
        found = []
        if rank == 2 and len(self.input) == 4 and self.input[3] == self.wanted:
            after = TORCH.code(f"layer = {layer.format(self.wanted)}", made, "layer(x.permute(0, 3, 1, 2))")
            small = min(self.input[1], self.input[2]) < self.weight[2]
            found += [] if small else [Mistake(_CHANNELS_FIRST, before, after)]
        why = ("The first number of the layer must be the number of channels that come in.",)
        found.append(Mistake(why, before, TORCH.code(f"layer = {layer.format(self.given)}", made, "layer(x)")))
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        """Return weight and input."""
        batched = len(self.input) == len(self.weight)
        return Operand("weight", self.weight, (1,)), Operand("input", self.input, (1 if batched else 0,))

    def lesson(self) -> LessonLink | None:
        """Return Shapes, where axes are moved."""
        return LessonLink("shapes", {"x": "(3, 4, 2)", "steps": "permute(2, 0, 1)"})


def _channels(match: re.Match[str]) -> Channels | None:
    weight, given = shape_of(match[1]), shape_of(match[2])
    numbers = sizes((match[3], match[4]))
    if weight is None or given is None or numbers is None or len(weight) < 3 or numbers[0] == numbers[1]:
        return None
    return Channels(weight, given, *numbers)


@dataclass(frozen=True, slots=True)
class InputAxes(Cause):
    """A layer is given an input with a number of axes that it does not take.

    Parameters
    ----------
    wanted
        What it takes, in words: ``3 or 4 axes``.
    input
        Shape of the input.
    """

    wanted: str
    input: Shape

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"The layer takes an input with {self.wanted}, and is given {self.input}, which has {len(self.input)}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a channel axis that is missing, and one axis too many."""
        made = f"x = {TORCH.zeros(self.input)}"
        layer = "layer = nn.Conv2d(1, 2, 1)"
        if len(self.input) == 2:
            why = ("A picture in grey needs an axis for its one channel.",)
            return (
                Mistake(why, TORCH.code(layer, made, "layer(x)"), TORCH.code(layer, made, "layer(x.unsqueeze(0))")),
            )
        gray, rows = "x = torch.zeros(28, 28)", "x = torch.zeros(2, 3, 1, 5, 5)"
        return (
            Mistake(
                ("Two batch axes must become one.",),
                TORCH.code(layer, rows, "layer(x)"),
                TORCH.code(layer, rows, "layer(x.flatten(0, 1))"),
            ),
            Mistake(
                ("A picture in grey needs an axis for its one channel.",),
                TORCH.code(layer, gray, "layer(x)"),
                TORCH.code(layer, gray, "layer(x.unsqueeze(0))"),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the input."""
        return (Operand("input", self.input),)

    def lesson(self) -> LessonLink | None:
        """Return Shapes, where axes are added."""
        return posed("shapes", {"x": str(self.input), "steps": "unsqueeze(0)"}, (1, *self.input))


def _axes(match: re.Match[str]) -> InputAxes | None:
    shape = shape_of(match[3])
    wanted = {int(match[1]), int(match[2])}
    if shape is None or len(shape) in wanted:
        return None
    return InputAxes(f"{match[1]} axes, or {match[2]} with a batch", shape)


def _axes_old(match: re.Match[str]) -> InputAxes | None:
    shape = shape_of(match[2])
    if shape is None or len(shape) == int(match[1]):
        return None
    return InputAxes(f"{match[1]} axes", shape)


@dataclass(frozen=True, slots=True)
class KernelTooLarge(Cause):
    """A kernel is larger than the picture that it moves over.

    Parameters
    ----------
    picture, kernel
        Sizes: of the picture with its padding, and of the kernel.
    """

    picture: Shape
    kernel: Shape

    def sentence(self) -> Sentence:
        """Name both sizes."""
        over = "sequence" if len(self.picture) == 1 else "picture"
        return (f"The kernel {self.kernel} does not fit into the {over}, which is {self.picture} with its padding.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show padding, and a picture that was made too small on the way."""
        rank = len(self.picture)
        kernel = self.kernel[0] if len(set(self.kernel)) == 1 else self.kernel
        layer = f"nn.Conv{rank}d(1, 2, {kernel}{{}})"
        made = f"x = {TORCH.zeros((1, 1, *self.picture))}"
        before = TORCH.code(f"layer = {layer.format('')}", made, "layer(x)")
        after = TORCH.code(f"layer = {layer.format(', padding=' + repr('same'))}", made, "layer(x)")
        over = "sequence" if rank == 1 else "picture"
        why = (f"The {over} is too small, or layers before made it so: pad it, or pool less.",)
        return (Mistake(why, before, after),)

    def operands(self) -> tuple[Operand, ...]:
        """Return picture and kernel."""
        axes = tuple(i for i, (a, b) in enumerate(zip(self.picture, self.kernel, strict=False)) if b > a)
        return Operand("padded", self.picture, axes), Operand("kernel", self.kernel, axes)


def _kernel(match: re.Match[str]) -> KernelTooLarge | None:
    picture, kernel = shape_of(match[1]), shape_of(match[2])
    if picture is None or kernel is None or len(picture) != len(kernel) or not 1 <= len(kernel) <= 3:
        return None
    return KernelTooLarge(picture, kernel) if any(b > a for a, b in zip(picture, kernel, strict=True)) else None


@dataclass(frozen=True, slots=True)
class OutputTooSmall(Cause):
    """A pooling layer would leave nothing of a picture.

    Parameters
    ----------
    input, output
        Shapes of one sample: channels, height and width.
    """

    input: Shape
    output: Shape

    def sentence(self) -> Sentence:
        """Name both shapes."""
        return (f"Of an input {self.input} the layer would make {self.output}, and a size below 1 is nothing.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show fewer pooling layers."""
        before = TORCH.code("x = torch.zeros(1, 1, 3, 3)", "pool = nn.MaxPool2d(2)", "pool(pool(x))")
        why = ("The picture was halved too often: pool less, or begin with a larger one.",)
        return (Mistake(why, before, before.replace("pool(pool(x))", "pool(x)")),)

    def operands(self) -> tuple[Operand, ...]:
        """Return the input."""
        return (Operand("one sample", self.input),)


_LAYER_SIZE = Plain(
    ("Sizes are whole numbers, and one of those that are given here is a float.",),
    (
        Mistake(
            ("One slash gives a float, also where the result is whole.",),
            TORCH.code("nn.Linear(28 * 28 / 4, 10)"),
            TORCH.code("nn.Linear(28 * 28 // 4, 10)"),
        ),
        Mistake(
            ("Half of 7 rows are 3: a layer that pools leaves the rest out.",),
            TORCH.code("nn.Linear(3 * 3.5 * 3.5, 10)"),
            TORCH.code("nn.Linear(3 * 3 * 3, 10)"),
        ),
    ),
)


def _small(match: re.Match[str]) -> OutputTooSmall | None:
    one, other = shape_of(match[1]), shape_of(match[2].replace("x-", "x"))
    return OutputTooSmall(one, other) if one and other else None


@dataclass(frozen=True, slots=True)
class OneValue(Cause):
    """A batch norm is given one value a channel, of which it cannot tell a spread.

    Parameters
    ----------
    input
        Shape of the input.
    """

    input: Shape

    def sentence(self) -> Sentence:
        """Name the shape."""
        return (
            "In training, a batch norm measures mean and spread of each channel over the batch, and the input "
            f"{self.input} has one value for each channel: one value has no spread.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show evaluation, and a last batch of one."""
        made = ("layer = nn.BatchNorm1d(3)", "x = torch.ones(1, 3)")
        load = ("from torch.utils.data import DataLoader", "data = torch.ones(5, 3)", "layer = nn.BatchNorm1d(3)")
        loop = ("for x in DataLoader(data, batch_size=4{}):", "    layer(x)")
        return (
            Mistake(
                ("The last batch has one sample: leave it out.",),
                TORCH.code(*load, loop[0].format(""), loop[1]),
                TORCH.code(*load, loop[0].format(", drop_last=True"), loop[1]),
            ),
            Mistake(
                ("The model is only asked: say so with ", Code("eval()"), "."),
                TORCH.code(*made, "layer(x)"),
                TORCH.code(*made, "layer.eval()", "layer(x)"),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the input."""
        return (Operand("input", self.input),)


def _one(match: re.Match[str]) -> OneValue | None:
    shape = shape_of(match[1])
    return None if shape is None else OneValue(shape)


@dataclass(frozen=True, slots=True)
class NormFeatures(Cause):
    """A batch norm is given another number of channels than it was made for.

    Parameters
    ----------
    given, wanted
        Numbers of channels: of the input, and of the layer.
    """

    given: int
    wanted: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"The layer keeps a mean and a spread for {self.wanted} channels, and the input has {self.given} in axis "
            "1.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the layer being made for as many."""
        made = f"x = torch.ones(2, {self.given})"
        before = TORCH.code(f"layer = nn.BatchNorm1d({self.wanted})", made, "layer(x)")
        after = TORCH.code(f"layer = nn.BatchNorm1d({self.given})", made, "layer(x)")
        return (Mistake(("The layer's number must be that of the channels which come in.",), before, after),)

    def operands(self) -> tuple[Operand, ...]:
        """Return the statistics' shape."""
        return (Operand("weight", (self.wanted,), (0,)),)


def _features(match: re.Match[str]) -> NormFeatures | None:
    given, wanted = map(int, match.groups())
    return NormFeatures(given, wanted) if given != wanted else None


@dataclass(frozen=True, slots=True)
class NormShape(Cause):
    """A layer norm is given an input whose last axes are others than it was made for.

    Parameters
    ----------
    normalized, input
        Shapes.
    """

    normalized: Shape
    input: Shape

    def sentence(self) -> Sentence:
        """Name both."""
        return (f"The layer was made for inputs whose last sizes are {self.normalized}, and is given {self.input}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the layer being made for the last axis."""
        made = f"x = {TORCH.zeros(self.input)}"
        before = TORCH.code(f"layer = nn.LayerNorm({list(self.normalized)})", made, "layer(x)")
        after = TORCH.code(f"layer = nn.LayerNorm({self.input[-1]})", made, "layer(x)")
        return (Mistake(("The layer's size must be that of the input's last axis.",), before, after),)

    def operands(self) -> tuple[Operand, ...]:
        """Return both."""
        return Operand("weight", self.normalized), Operand("input", self.input, (len(self.input) - 1,))


def _norm(match: re.Match[str]) -> NormShape | None:
    normalized, given = shape_of(match[1]), shape_of(match[2])
    if not normalized or not given or given[-len(normalized) :] == normalized:
        return None
    return NormShape(normalized, given)


@dataclass(frozen=True, slots=True)
class StepSize(Cause):
    """A recurrent layer is given steps of another size than it was made for.

    Parameters
    ----------
    wanted, given
        Sizes of one step.
    """

    wanted: int
    given: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (f"The layer was made for {self.wanted} numbers a step, and the input's last axis has {self.given}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the layer being made for as many."""
        made = f"x = torch.zeros(5, 3, {self.given})"
        before = TORCH.code(f"layer = nn.LSTM({self.wanted}, 20)", made, "layer(x)")
        after = TORCH.code(f"layer = nn.LSTM({self.given}, 20)", made, "layer(x)")
        return (Mistake(("The layer's first number must be the size of the input's last axis.",), before, after),)


def _step(match: re.Match[str]) -> StepSize | None:
    wanted, given = map(int, match.groups())
    return StepSize(wanted, given) if wanted != given else None


@dataclass(frozen=True, slots=True)
class HiddenShape(Cause):
    """A recurrent layer is given a state of another shape than its own.

    Parameters
    ----------
    wanted, given
        Shapes: layers, batch and hidden size.
    """

    wanted: Shape
    given: Shape

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "The state of a recurrent layer has an entry for each layer, each sample of a batch and each hidden "
            f"number: {self.wanted} is needed here, and {self.given} is given.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show batch and steps that are mixed up, and a state of the right shape."""
        steps = TORCH.code(
            "layer = nn.RNN(10, 20)", "x = torch.zeros(2, 5, 10)", "h = torch.zeros(1, 2, 20)", "layer(x, h)"
        )
        first = steps.replace("nn.RNN(10, 20)", "nn.RNN(10, 20, batch_first=True)")
        own = steps.replace("h = torch.zeros(1, 2, 20)", "h = torch.zeros(1, x.shape[1], 20)")
        return (
            Mistake(("The batch is the first axis of the input: say so.",), steps, first),
            Mistake(("The last batch is smaller: make the state for each batch anew.",), steps, own),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return both."""
        axes = tuple(i for i, (a, b) in enumerate(zip(self.wanted, self.given, strict=False)) if a != b)
        return Operand("wanted", self.wanted, axes), Operand("state", self.given, axes)


@dataclass(frozen=True, slots=True)
class HiddenAxes(Cause):
    """The state of a recurrent layer has another number of axes than its input asks for.

    Parameters
    ----------
    batched
        Whether the input is a batch.
    given
        int, axes of the state.
    """

    batched: bool
    given: int

    def sentence(self) -> Sentence:
        """Name the axes that it has."""
        asked = "(layers, batch, hidden numbers)" if self.batched else "(layers, hidden numbers)"
        given = "a batch" if self.batched else "one sequence without a batch"
        return (
            f"The input is {given}, so that the state needs the axes {asked}, whichever axis of the input is the "
            f"batch. It has {self.given} instead of {3 if self.batched else 2}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the state with an axis for the layers."""
        if self.batched:
            code = TORCH.code(
                "layer = nn.RNN(3, 4, batch_first=True)",
                "x = torch.zeros(2, 5, 3)",
                "h = torch.zeros(2, 4)",
                "layer(x, h)",
            )
            return (Mistake(("One layer is an axis of size 1.",), code, code.replace("(2, 4)", "(1, 2, 4)")),)
        code = TORCH.code("layer = nn.RNN(3, 4)", "x = torch.zeros(5, 3)", "h = torch.zeros(1, 1, 4)", "layer(x, h)")
        return (Mistake(("Without a batch the state has none.",), code, code.replace("(1, 1, 4)", "(1, 4)")),)


def _hidden_axes(match: re.Match[str]) -> HiddenAxes:
    batched = match[1] == "batched"
    own, cell = int(match[2]), int(match[3] or match[2])  # an LSTM has two states
    return HiddenAxes(batched, own if own != (3 if batched else 2) else cell)


def _hidden(match: re.Match[str]) -> HiddenShape | None:
    wanted, given = shape_of(match[1]), shape_of(match[2])
    return None if not wanted or not given or wanted == given else HiddenShape(wanted, given)


@dataclass(frozen=True, slots=True)
class BatchesDiffer(Cause):
    """A loss is given predictions and targets for different numbers of samples.

    Parameters
    ----------
    predictions, targets
        Numbers of samples.
    """

    predictions: int
    targets: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"Each row of predictions has one target, along axis 0: there are {self.predictions} rows and "
            f"{self.targets} targets.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a sample axis that was flattened away, and targets of another batch."""
        made = (
            f"logits = torch.zeros({self.predictions}, 3)",
            f"target = torch.zeros({self.targets}, dtype=torch.int64)",
        )
        before = TORCH.code(*made, "nn.CrossEntropyLoss()(logits, target)")
        fitted = before.replace(f"torch.zeros({self.targets}, dtype", f"torch.zeros({self.predictions}, dtype")
        return (
            Mistake(
                ("The batch axis was lost or changed on the way, as by a wrong view, or only one side was cut.",),
                before,
                fitted,
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the targets."""
        return (Operand("target", (self.targets,), (0,)),)

    def lesson(self) -> LessonLink | None:
        """Return Softmax with as many rows and targets."""
        if max(self.predictions, self.targets) > 16 or not self.predictions or not self.targets:
            return LessonLink("softmax")
        logits, target = f"torch.zeros({self.predictions}, 3)", str([0] * self.targets)
        return LessonLink("softmax", {"logits": logits, "target": target})


def _batches(match: re.Match[str]) -> BatchesDiffer | None:
    predictions, targets = map(int, match.groups())
    return BatchesDiffer(predictions, targets) if predictions != targets else None


_MULTI = Plain(
    (
        "Class numbers are one whole number a sample: with a batch of predictions along axis 0 and classes along axis "
        "1, the targets have one axis. These have another number.",
    ),
    (
        Mistake(
            ("The targets are a column: take the axis of size 1 away.",),
            TORCH.code(
                "logits, target = torch.zeros(2, 3), torch.tensor([[0], [2]])", "nn.CrossEntropyLoss()(logits, target)"
            ),
            TORCH.code(
                "logits, target = torch.zeros(2, 3), torch.tensor([[0], [2]])",
                "nn.CrossEntropyLoss()(logits, target.squeeze(1))",
            ),
        ),
        Mistake(
            ("The targets are one-hot rows of another width than the predictions.",),
            TORCH.code("logits, target = torch.zeros(2, 3), torch.eye(2)", "nn.CrossEntropyLoss()(logits, target)"),
            TORCH.code("logits, target = torch.zeros(2, 2), torch.eye(2)", "nn.CrossEntropyLoss()(logits, target)"),
        ),
    ),
    LessonLink("softmax", {"logits": "torch.zeros(2, 3)", "target": "[[0], [2]]"}),
)
_MAPS = Plain(
    (
        "Predictions with four axes are samples, classes, rows and columns, and their targets have three: samples, "
        "rows and columns, with one class number for each place. These have another number.",
    ),
    (
        Mistake(
            ("The targets have an axis of channels, of size 1: take it away.",),
            TORCH.code(
                "logits, target = torch.zeros(2, 3, 4, 4), torch.zeros(2, 1, 4, 4).long()",
                "nn.CrossEntropyLoss()(logits, target)",
            ),
            TORCH.code(
                "logits, target = torch.zeros(2, 3, 4, 4), torch.zeros(2, 1, 4, 4).long()",
                "nn.CrossEntropyLoss()(logits, target.squeeze(1))",
            ),
        ),
    ),
    LessonLink("softmax"),
)
_RANGE = Plain(
    (
        "This loss takes probabilities, from 0 to 1, and some of the predictions are others, or no numbers at all "
        "(nan).",
    ),
    (
        Mistake(
            ("The last layer gives logits: take the loss that is made for them.",),
            TORCH.code(
                "logits, target = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])", "nn.BCELoss()(logits, target)"
            ),
            TORCH.code(
                "logits, target = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])",
                "nn.BCEWithLogitsLoss()(logits, target)",
            ),
        ),
        Mistake(
            ("Or make probabilities of them.",),
            TORCH.code(
                "logits, target = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])", "nn.BCELoss()(logits, target)"
            ),
            TORCH.code(
                "logits, target = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])",
                "nn.BCELoss()(logits.sigmoid(), target)",
            ),
        ),
    ),
    LessonLink("softmax", {"loss": "binary"}),
)


@dataclass(frozen=True, slots=True)
class NormAxes(Cause):
    """A normalising layer is given an input with another number of axes than it takes.

    Parameters
    ----------
    wanted
        As the message says it: ``4D``, ``2D or 3D``.
    given
        Number of axes.
    """

    wanted: str
    given: int

    def sentence(self) -> Sentence:
        """Name both."""
        axes = "axis" if self.given == 1 else "axes"
        return (f"The layer takes inputs that are {self.wanted}, and is given one with {self.given} {axes}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the layer for flat inputs, and the one for pictures."""
        flat, picture = "x = torch.ones(4, 3)", "x = torch.ones(4, 3, 5, 5)"
        return (
            Mistake(
                ("After flattening, the norm for flat inputs is the right one.",),
                TORCH.code(flat, "nn.BatchNorm2d(3)(x)"),
                TORCH.code(flat, "nn.BatchNorm1d(3)(x)"),
            ),
            Mistake(
                ("Pictures need the norm in two dimensions.",),
                TORCH.code(picture, "nn.BatchNorm1d(3)(x)"),
                TORCH.code(picture, "nn.BatchNorm2d(3)(x)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class ClassMap(Cause):
    """Class numbers for several places of each sample have another shape than the predictions ask for.

    Parameters
    ----------
    wanted, given
        Shapes of the targets.
    """

    wanted: Shape
    given: Shape

    def sentence(self) -> Sentence:
        """Name both shapes."""
        return (
            "Axis 1 of the predictions is that of the classes, and the targets have all other axes: they must have "
            f"shape {self.wanted}, and have {self.given}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show classes that are last, as in texts."""
        made = ("logits = torch.zeros(2, 5, 3)", "target = torch.zeros(2, 5, dtype=torch.int64)")
        why = ("The classes are the last axis of the predictions: they must be axis 1.",)
        before = TORCH.code(*made, "nn.CrossEntropyLoss()(logits, target)")
        return (Mistake(why, before, TORCH.code(*made, "nn.CrossEntropyLoss()(logits.transpose(1, 2), target)")),)

    def operands(self) -> tuple[Operand, ...]:
        """Return what is wanted and what is given."""
        axes = tuple(i for i, (a, b) in enumerate(zip(self.wanted, self.given, strict=False)) if a != b)
        return Operand("wanted", self.wanted, axes), Operand("target", self.given, axes)

    def lesson(self) -> LessonLink | None:
        """Return Softmax."""
        return LessonLink("softmax")


def _class_map(match: re.Match[str]) -> ClassMap | None:
    wanted, given = shape_of(match["wanted"] or match["input"]), shape_of(match["given"])
    if match["input"] and wanted is not None:
        wanted = (*wanted[:1], *wanted[2:])
    return None if not wanted or given is None or wanted == given else ClassMap(wanted, given)


_HEADS = Plain(
    (
        "Each head of an attention gets an equal part of the embedding, so that its size must be a multiple of their "
        "number.",
    ),
    (
        Mistake(
            ("Choose a number of heads that divides the size.",),
            TORCH.code("nn.MultiheadAttention(10, 3)"),
            TORCH.code("nn.MultiheadAttention(10, 5)"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class MaskShape(Cause):
    """A mask of attention has another shape than its queries and keys ask for.

    Parameters
    ----------
    given, wanted
        Shapes of the mask.
    """

    given: Shape
    wanted: Shape

    def sentence(self) -> Sentence:
        """Name both, and what the axes are."""
        each = "" if len(self.wanted) == 2 else ", for each sample and each head"
        return (
            f"The mask of an attention has a row for each query and a column for each key{each}: {self.wanted} is "
            f"needed here, and {self.given} is given. Without ",
            Code("batch_first=True"),
            " axis 0 of the input is taken for the steps, and axis 1 for the batch.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show batch and steps that are mixed up."""
        before = TORCH.code(
            "layer = nn.MultiheadAttention(8, 2)",
            "x = torch.zeros(3, 5, 8)",
            "mask = torch.zeros(5, 5)",
            "layer(x, x, x, attn_mask=mask)",
        )
        first = before.replace("(8, 2)", "(8, 2, batch_first=True)")
        return (Mistake(("The batch is the first axis of the input: say so.",), before, first),)

    def operands(self) -> tuple[Operand, ...]:
        """Return both."""
        axes = tuple(i for i, (a, b) in enumerate(zip(self.wanted, self.given, strict=False)) if a != b)
        return Operand("wanted", self.wanted, axes), Operand("mask", self.given, axes)


def _mask(match: re.Match[str]) -> MaskShape | None:
    given, wanted = shape_of(match[1]), shape_of(match[2])
    return None if not given or not wanted or given == wanted else MaskShape(given, wanted)


_UNSORTED = Plain(
    (
        "The sequences of a batch are packed in the order of their lengths, the longest first, and these stand in "
        "another order. ",
        Code("enforce_sorted=False"),
        " has them sorted for it, and brought back behind the layer.",
    ),
    (
        Mistake(
            ("The order need not be kept by hand.",),
            TORCH.code("x = torch.ones(2, 4, 3)", "nn.utils.rnn.pack_padded_sequence(x, [2, 4], batch_first=True)"),
            TORCH.code(
                "x = torch.ones(2, 4, 3)",
                "nn.utils.rnn.pack_padded_sequence(x, [2, 4], batch_first=True, enforce_sorted=False)",
            ),
        ),
    ),
)


_LAZY = "net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(2))"
_BEFORE_ITS_INPUT = Plain(
    (
        "A lazy layer takes the size of its input from the first one that it is given. Until then its weights have no "
        "shape and no numbers, so that nothing can be computed with them.",
    ),
    (
        Mistake(
            ("Call the network once before its parameters are counted or changed.",),
            TORCH.code(_LAZY, "print(sum(p.numel() for p in net.parameters()))"),
            TORCH.code(_LAZY, "net(torch.zeros(1, 3))", "print(sum(p.numel() for p in net.parameters()))"),
        ),
        Mistake(
            ("The size is known: give the layer both.",),
            TORCH.code("layer = nn.LazyLinear(2)", "nn.init.zeros_(layer.weight)"),
            TORCH.code("layer = nn.Linear(3, 2)", "nn.init.zeros_(layer.weight)"),
        ),
    ),
)


_SAME = Plain(
    (
        Code("padding='same'"),
        " means that the result has the sizes of the input. PyTorch does not take it with a stride above 1.",
    ),
    (
        Mistake(
            ("Half of the sizes are wanted: pad by half of the kernel.",),
            TORCH.code("nn.Conv2d(3, 8, 3, stride=2, padding='same')"),
            TORCH.code("nn.Conv2d(3, 8, 3, stride=2, padding=1)"),
        ),
    ),
)


KINDS: tuple[Kind, ...] = (
    kind("same_strided", "PyTorch", _SAME, r"^padding='same' is not supported for strided convolutions"),
    kind(
        "lazy",
        "PyTorch",
        _BEFORE_ITS_INPUT,
        r"Attempted to use an uninitialized parameter",
        r"Can't access the shape of an uninitialized parameter",
    ),
    kind(
        "channels",
        "PyTorch",
        _channels,
        rf"weight of size ({SQUARE}), expected input ?({SQUARE}) to have ({WHOLE}) channels, but got ({WHOLE}) "
        rf"channels",
    ),
    kind(
        "input_axes",
        "PyTorch",
        _axes,
        rf"Expected ({WHOLE})D \(unbatched\) or ({WHOLE})D \(batched\) input to \w{{1,30}}, but got input of size: "
        rf"({SQUARE})",
    ),
    kind(
        "input_axes_old",
        "PyTorch",
        _axes_old,
        rf"Expected ({WHOLE})-dimensional input for \d+-dimensional weight [\[\]\d, ]{{1,80}}, but got "
        rf"\d+-dimensional input "
        rf"of size ({SQUARE}) instead",
    ),
    kind(
        "kernel",
        "PyTorch",
        _kernel,
        rf"padded input size per channel: \(({CROSSED})\)\. Kernel size: \(({CROSSED})\)\. Kernel size can't be "
        rf"greater",
    ),
    kind(
        "pool",
        "PyTorch",
        _small,
        rf"Given input size: \(({CROSSED})\)\. Calculated output size: \(([\dx-]{{1,60}})\)\. Output size is too small",
    ),
    kind(
        "layer_size",
        "PyTorch",
        _LAYER_SIZE,
        r"empty\(\): argument 'size' (?:\(position \d{1,3}\) )?failed to unpack the object at pos \d{1,3} with error "
        r"\"type must be tuple of ints, ?but got float\"",
        r"empty\(\): argument 'size' \(position \d{1,3}\) must be tuple of ints, (?:not|but found element of type) "
        r"float",
    ),
    kind(
        "one_value",
        "PyTorch",
        _one,
        rf"Expected more than 1 value per channel when training, got input size ({SQUARE})",
    ),
    kind(
        "norm_features", "PyTorch", _features, rf"running_(?:mean|var) should contain ({WHOLE}) elements not ({WHOLE})"
    ),
    kind(
        "norm_shape",
        "PyTorch",
        _norm,
        rf"normalized_shape=({SQUARE}), expected input with shape \[\*, [\d, ]{{1,80}}\], but got input of size "
        rf"?({SQUARE})",
    ),
    kind(
        "step_size",
        "PyTorch",
        _step,
        rf"input\.size\(-1\) must be equal to input_size\. Expected ({WHOLE}), got ({WHOLE})",
    ),
    kind(
        "hidden_axes",
        "PyTorch",
        _hidden_axes,
        r"For (batched|unbatched) \d-D input, hx(?: and cx)? should also be \d-D but got \(?(\d)-D(?:, (\d)-D)?",
    ),
    kind("hidden", "PyTorch", _hidden, rf"Expected hidden(?:\[[01]\])? size ({ROUND}), got ({SQUARE}|{ROUND})"),
    kind(
        "batches",
        "PyTorch",
        _batches,
        rf"Expected input batch_size \(({WHOLE})\) to match target batch_size \(({WHOLE})\)",
    ),
    kind("class_axes", "PyTorch", _MULTI, r"multi-target not supported"),
    kind("class_maps", "PyTorch", _MAPS, r"only batches of spatial targets supported \(3D tensors\)"),
    kind("probabilities_range", "PyTorch", _RANGE, r"all elements of input should be between 0 and 1"),
    kind(
        "norm_axes",
        "PyTorch",
        lambda match: NormAxes(match[1], int(match[2])),
        r"expected (\dD(?: or \dD)?) input \(got (\d{1,2})D input\)",
    ),
    kind(
        "class_map",
        "PyTorch",
        _class_map,
        rf"Expected target size (?P<wanted>{SQUARE}), got (?P<given>{SQUARE})(?P<input>)",
        rf"size mismatch \(got input: ?(?P<input>{SQUARE}) ?, target: ?(?P<given>{SQUARE})(?P<wanted>)",
    ),
    kind("heads", "PyTorch", _HEADS, r"embed_dim must be divisible by num_heads"),
    kind(
        "mask_shape",
        "PyTorch",
        _mask,
        rf"The shape of the [23]D attn_mask is (?:torch\.Size\()?({SQUARE})\)?, but should be ({ROUND})",
    ),
    kind("unsorted", "PyTorch", _UNSORTED, r"`lengths` array must be sorted in decreasing order when `enforce_sorted`"),
)
