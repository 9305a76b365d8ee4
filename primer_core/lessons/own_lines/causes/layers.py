"""Why a layer fails: one sample came without the axis of a batch, and another axis of it is taken for that."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isqrt, prod

import numpy as np

from primer_core.claims.claim import Code, Sentence, Shape, signed
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.programs import networks
from primer_core.language.programs.layers import Forward, LayerCall
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.failing import node_at, nodes_of, statements_of, wrapped
from primer_core.lessons.own_lines.makings import NEVER_NUMBERS, Making, kind_of, making_of
from primer_core.lessons.own_lines.trace import Trace

_RANKS: Mapping[str, int] = {"Conv1d": 1, "Conv2d": 2}
_AXES: Mapping[str, str] = {"Conv1d": "(channels, length)", "Conv2d": "(channels, height, width)"}
_SAMPLES: Mapping[str, str] = {"Conv1d": "sequence", "Conv2d": "picture"}
"""By the class of a layer: axes of its kernel, of one sample, and what that is called."""


@dataclass(frozen=True, slots=True)
class ChannelsForSamples(CauseHere):
    """A convolution took one sample without a batch, and its channels are taken for the samples behind it.

    Parameters
    ----------
    code, asked
        The sample, and the same so that something can be asked of it.
    kind
        Class of the convolution.
    given, gave
        Shapes of the sample, and of what layers made of it.
    numbers
        int, of a row that the linear layer was given.
    inputs, outputs
        int, of the linear layer that breaks.
    """

    code: str
    asked: str
    kind: str
    given: Shape
    gave: Shape
    numbers: int
    inputs: int
    outputs: int

    def sentence(self) -> Sentence:
        """Say which axis is taken for which, and what puts one in."""
        return (
            f"nn.{self.kind} takes ",
            Code(self.code),
            f", {self.given}, for one {_SAMPLES[self.kind]} without a batch: {_AXES[self.kind]}. What becomes of it, "
            f"{self.gave}, has its channels on axis 0, and that axis is taken for the batch: {self.gave[0]} rows "
            f"of {self.numbers} numbers, where nn.Linear({self.inputs}, {self.outputs}) takes all {self.inputs} in one "
            "row. ",
            Code(f"{self.asked}.unsqueeze(0)"),
            f" is a batch of one, {(1, *self.given)}.",
        )


@dataclass(frozen=True, slots=True)
class RowsForSamples(CauseHere):
    """One table came without a batch to what lays samples out flat, and its rows are taken for the samples.

    Parameters
    ----------
    code, asked
        The table, and the same so that something can be asked of it.
    given
        Its shape.
    flat
        What lays the samples out flat.
    inputs, outputs
        int, of the linear layer that breaks.
    """

    code: str
    asked: str
    given: Shape
    flat: str
    inputs: int
    outputs: int

    def sentence(self) -> Sentence:
        """Say what is left as it is, and what puts an axis in."""
        return (
            Code(self.flat),
            " keeps axis 0, as that of the batch, and joins those behind it. In ",
            Code(self.code),
            f", {self.given}, there is only one behind it: its {self.given[0]} rows are taken for samples, where "
            f"nn.Linear({self.inputs}, {self.outputs}) takes all {self.inputs} numbers in one row. ",
            Code(f"{self.asked}.unsqueeze(0)"),
            f" is a batch of one, {(1, *self.given)}.",
        )


@dataclass(frozen=True, slots=True)
class NoChannels(CauseHere):
    """A convolution of pictures with one channel was given two axes.

    Parameters
    ----------
    code, asked
        What it was given, and the same so that something can be asked of it.
    given
        Its shape.
    side
        int, height and width of the picture that each row may be; 0 where all of it may be one.
    """

    code: str
    asked: str
    given: Shape
    side: int

    def sentence(self) -> Sentence:
        """Say which axes are missing, and what puts them in."""
        rows, columns = self.given
        if self.side:
            meant: Sentence = (
                f"Rows of {columns} numbers become pictures of {self.side} × {self.side} with one channel by ",
                Code(f"{self.asked}.view(-1, 1, {self.side}, {self.side})"),
                f": {(rows, 1, self.side, self.side)}.",
            )
        else:
            meant = (
                "One picture in grey becomes a batch of one with one channel by ",
                Code(f"{self.asked}[None, None]"),
                f": {(1, 1, *self.given)}.",
            )
        return (
            f"nn.Conv2d takes pictures as (batch, channels, height, width), or one of them as {_AXES['Conv2d']}. ",
            Code(self.code),
            f", {self.given}, has two axes. ",
            *meant,
        )


@dataclass(frozen=True, slots=True)
class BatchForChannels(CauseHere):
    """A convolution of pictures was given a batch whose height and width are one axis, and took it for one picture.

    Parameters
    ----------
    code
        What it was given.
    given
        Its shape.
    before
        Name of the tensor that still has height and width; empty where none does.
    whole
        Its shape.
    """

    code: str
    given: Shape
    before: str
    whole: Shape

    def sentence(self) -> Sentence:
        """Say how three axes are read, and which tensor has four."""
        samples, channels, _ = self.given
        there: Sentence = (" ", Code(self.before), f" has them, {self.whole}.") if self.before else ()
        return (
            f"nn.Conv2d takes pictures as (batch, channels, height, width), or one of them as {_AXES['Conv2d']}. ",
            Code(self.code),
            f", {self.given}, has three axes and is read as one picture: its {samples} are taken for channels, and a "
            f"batch of 1 is put in front. The {channels} that the layer was made for stand along axis 1: height and "
            "width must be two axes.",
            *there,
        )


@dataclass(frozen=True, slots=True)
class TakesBatchesAlone(CauseHere):
    """A convolution took one sample without a batch, and the batch norm behind it takes batches only.

    Parameters
    ----------
    code, asked
        The sample, and the same so that something can be asked of it.
    kind, norm
        Classes of the convolution and of the batch norm.
    given, gave
        Shapes of the sample, and of what came to the batch norm.
    """

    code: str
    asked: str
    kind: str
    norm: str
    given: Shape
    gave: Shape

    def sentence(self) -> Sentence:
        """Say which of the two takes a sample without a batch, and what puts the axis in."""
        return (
            f"nn.{self.kind} takes ",
            Code(self.code),
            f", {self.given}, for one {_SAMPLES[self.kind]} without a batch: {_AXES[self.kind]}. nn.{self.norm} takes "
            f"batches alone, and {self.gave} has no axis of one. ",
            Code(f"{self.asked}.unsqueeze(0)"),
            f" is a batch of one, {(1, *self.given)}.",
        )


@dataclass(frozen=True, slots=True)
class LayerIsMade(CauseHere):
    """A layer was made with data in the place of its settings.

    Parameters
    ----------
    code, function, given
        The call of the class, the class, and the data.
    instead, also
        What makes the layer first and calls it of the data, and what does without a layer; empty where not known.
    line
        int, where it was made, with the layer in the place of a result where the program fails; 0 where it fails
        itself.
    """

    code: str
    function: str
    given: str
    instead: str
    also: str
    line: int

    def sentence(self) -> Sentence:
        """Say what the brackets are for, and where the data belongs."""
        later: Sentence = ()
        if self.line:
            later = (f" In line {self.line} nothing was computed of it: here stands the layer.",)
        how: Sentence = (Code(self.instead), ".")
        if not self.instead:
            how = (Code(f"layer = {self.function}(...)"), ", and then ", Code(f"layer({self.given})"), ".")
        also: Sentence = (" ", Code(self.also), " needs no layer.") if self.also else ()
        return (
            Code(self.code),
            " makes a layer. Its brackets are for settings, and ",
            Code(self.given),
            " is data.",
            *later,
            " What is made is called with the data: ",
            *how,
            *also,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample that came without a batch.

    Parameters
    ----------
    node
        What stands for it where the network is called.
    ending
        What makes a batch of it.
    cause
        What came of it.
    """

    node: ast.expr
    ending: str
    cause: ChannelsForSamples | RowsForSamples | NoChannels | TakesBatchesAlone


@dataclass(frozen=True, slots=True)
class NoSuchRowThere(CauseHere):
    """An embedding was asked for a row that it has not.

    Parameters
    ----------
    code
        What it was given.
    row
        int, the first number in it that is none of a row.
    rows, size
        int, how many rows there are, and how many numbers each has.
    """

    code: str
    row: int
    rows: int
    size: int

    def sentence(self) -> Sentence:
        """Name the rows that there are, and the one that was asked for."""
        more = " The first number must be larger than each that comes in." if self.row >= self.rows else ""
        return (
            f"nn.Embedding({self.rows}, {self.size}) is a table of {self.rows} rows, with numbers from 0 to "
            f"{self.rows - 1}, and ",
            Code(self.code),
            f" asks for row {signed(self.row)}.{more}",
        )


def of_layers(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message as the layers of the program tell it; None where they tell no more."""
    if known.kind == "row_torch":
        return _no_such_row(trace)
    found = sample_without_batch(known.kind, trace)
    if found is None and known.kind == "channels":
        whole = batch_for_channels(trace)
        return None if whole is None else whole[1]
    return None if found is None else found.cause


def batch_for_channels(trace: Trace) -> tuple[ast.expr, BatchForChannels] | None:
    """Return the batch that a convolution took for one picture, and what is said of it; None where it took none so."""
    broken = trace.broken
    broke = None if broken is None else broken.broke
    if broken is None or broke is None or broke.kind != "Conv2d" or broke.weight is None or "groups=" in broke.settings:
        return None
    node, channels = _given_to(trace, broken), broke.weight[1]
    given = broke.given[0] if broke.given else ()
    if node is None or len(given) != 3 or given[0] == channels or given[1] != channels or given[0] < 1:
        return None
    if broken.layers[0].given[:1] != (given,):
        return None
    names = trace.steps[-1].names if trace.steps else {}
    match node:
        case ast.Name(name):
            of = names.get(name)
            alike = [
                (other, each.shape)
                for other, each in names.items()
                if of is not None and of.memory is not None and each.memory is not None and each.shape is not None
                if each.memory.number == of.memory.number and each.memory.start == of.memory.start
            ]
        case ast.Call(ast.Attribute(ast.Name(name), "view" | "reshape" | "flatten")):
            seen = names.get(name)
            alike = [(name, seen.shape)] if seen is not None and seen.shape is not None else []
        case _:
            alike = []
    whole = [each for each in alike if len(each[1]) == 4 and each[1][:2] == given[:2] and prod(each[1]) == prod(given)]
    before, shape = whole[0] if whole else ("", ())
    return node, BatchForChannels(Place.of(node, trace.source).text, given, before, shape)


def made_of_data(trace: Trace) -> LayerIsMade | None:
    """Return the layer that was made of data, where the program fails at that, or at the layer in place of a result."""
    failing = trace.failing
    assert failing is not None
    if isinstance(failing.node, ast.Call) and failing.node.args:
        shapes = {each.place: each.shape for each in failing.operands}
        shape = shapes.get(Place.of(failing.node.args[0], trace.source))
        making = making_of(failing.node, trace.source, len(shape)) if shape else None
        if making is not None and shape and (making.instead or making.kind == "Embedding" or len(shape) > 1):
            return _is_made_of(making, failing.place, 0)
    kinds = {each.kind for each in failing.operands if each.kind in networks.LAYERS}
    calls = [node for node in nodes_of(trace.source) if isinstance(node, ast.Call)] if kinds else []
    for made in (each for step in trace.steps for each in step.made):
        alike = [each for each in calls if kind_of(each.func, trace.source) == made.kind]
        shape = made.given[0] if made.given else None
        if made.kind in kinds and shape is not None and len(alike) == 1:
            making = making_of(alike[0], trace.source, len(shape))
            if making is not None and (shape or made.kind in NEVER_NUMBERS):
                return _is_made_of(making, made.place, made.place.line)
    return None


def _is_made_of(making: Making, place: Place, line: int) -> LayerIsMade:
    return LayerIsMade(place.text, making.function, making.given, making.instead, making.also, line)


def _no_such_row(trace: Trace) -> NoSuchRowThere | None:
    failing, broke = trace.failing, None if trace.broken is None else trace.broken.broke
    if failing is None or broke is None or broke.kind != "Embedding" or broke.weight is None:
        return None
    rows, size = broke.weight
    for operand in failing.operands[-1:]:
        if not isinstance(operand.value, np.ndarray) or operand.value.dtype.kind not in "iu":
            continue
        beyond = [int(row) for row in operand.value.reshape(-1) if not 0 <= row < rows]
        if beyond and broke.given[:1] == (operand.shape,):
            return NoSuchRowThere(operand.text, beyond[0], rows, size)
    return None


def sample_without_batch(kind: str, trace: Trace) -> Sample | None:
    """Return the sample that was given to a network without a batch, by the kind of the message."""
    broken = trace.broken
    if broken is None or broken.broke is None or not broken.layers or not broken.broke.given:
        return None
    match kind:
        case "matmul_torch":
            return _taken_for_samples(trace, broken, broken.broke)
        case "input_axes":
            return _no_channels(trace, broken, broken.broke)
        case "norm_axes":
            return _not_normed(trace, broken, broken.broke)
    return None


def _taken_for_samples(trace: Trace, broken: Forward, broke: LayerCall) -> Sample | None:
    if broken.misfit is None or broke.kind != "Linear" or broke.weight is None:
        return None
    rows, weight, whole = broke.given[0], broke.weight, broken.misfit.had
    if len(rows) != 2 or prod(rows) != whole or rows[0] < 2:
        return None
    for forward in (broken, *_led_here(trace)):
        node = _given_to(trace, forward)
        taken = _convolves(forward)
        if node is None:
            continue
        text = Place.of(node, trace.source).text
        asked = wrapped(node, text)
        if taken is not None:
            gave = _last_of_rank(forward, len(taken.given[0]))
            if gave is not None and gave[0] == rows[0]:  # a function that pools may have made them smaller
                cause = ChannelsForSamples(text, asked, taken.kind, taken.given[0], gave, rows[1], whole, weight[0])
                return Sample(node, ".unsqueeze(0)", cause)
        elif forward is broken and forward.layers[0].holds and forward.layers[0].given[:1] == (rows,):
            flat = "" if _weighs_before(forward) else _flattens(trace, forward)
            if flat:
                cause_of_rows = RowsForSamples(text, asked, rows, flat, whole, weight[0])
                return Sample(node, ".unsqueeze(0)", cause_of_rows)
    return None


def _convolves(forward: Forward) -> LayerCall | None:
    """Return the first convolution of a network, if it was given what the network was: one sample without a batch."""
    taken = next((each for each in forward.layers if each.weight is not None), None)
    if taken is None or taken.kind not in _RANKS or not taken.given or not forward.layers[0].given:
        return None
    shape = taken.given[0]
    return taken if shape == forward.layers[0].given[0] and len(shape) == _RANKS[taken.kind] + 1 else None


def _led_here(trace: Trace) -> Iterator[Forward]:
    """Go through the networks whose results the line that failed reads, by the names in between, the last first."""
    assert trace.failing is not None
    statements = [each for each in statements_of(trace.source) if isinstance(each, ast.Assign)]
    read = {each.id for each in ast.walk(trace.failing.node) if isinstance(each, ast.Name)}
    reached: list[ast.Assign] = []
    for statement in reversed([each for each in statements if each.lineno < trace.failing.statement.lineno]):
        if any(isinstance(target, ast.Name) and target.id in read for target in statement.targets):
            reached.append(statement)
            read |= {each.id for each in ast.walk(statement.value) if isinstance(each, ast.Name)}
    called = {Place.of(node, trace.source) for each in reached for node in ast.walk(each) if isinstance(node, ast.Call)}
    for step in reversed(trace.steps):
        yield from (each for each in reversed(step.forwards) if each.place in called and each.layers)


def _given_to(trace: Trace, forward: Forward) -> ast.expr | None:
    """Return what stands for the input where a network is called with one."""
    match node_at(trace.source, forward.place):
        case ast.Call(_, [given], []) if not isinstance(given, ast.Starred):
            return given
    return None


def _last_of_rank(forward: Forward, axes: int) -> Shape | None:
    """Return the shape of the last result of a layer that has so many axes, before one has others."""
    found = None
    for layer in forward.layers:
        if layer.gave is not None and len(layer.gave) == 1 and not layer.holds:
            if len(layer.gave[0]) != axes:
                return found
            found = layer.gave[0]
    return found


def _weighs_before(forward: Forward) -> bool:
    """Return whether a layer with a weight gave something before one broke."""
    before = (each for each in forward.layers if not each.holds and each.gave is not None)
    return any(each.weight is not None for each in before)


def _flattens(trace: Trace, forward: Forward) -> str:
    """Return what lays all axes but the first out flat in a network, as code; empty where nothing does."""
    for layer in forward.layers:
        if layer.kind == "Flatten" and layer.settings == "start_dim=1, end_dim=-1":
            return "nn.Flatten()"
    classes = (each for each in statements_of(trace.source) if isinstance(each, ast.ClassDef))
    return next((call for each in classes if each.name == forward.kind for call in _flat_calls(each)), "")


def _flat_calls(within: ast.AST) -> Iterator[str]:
    for node in ast.walk(within):
        match node:
            case ast.Call(ast.Attribute(ast.Name("torch"), "flatten"), [_, ast.Constant(1)], []):
                yield ast.unparse(node)
            case ast.Call(ast.Attribute(ast.Name("torch"), "flatten"), [_], [ast.keyword("start_dim", one)]) if (
                ast.unparse(one) == "1"
            ):
                yield ast.unparse(node)
            case ast.Call(ast.Attribute(_, "flatten"), [ast.Constant(1)], []):
                yield ast.unparse(node)
            case ast.Call(ast.Attribute(given, "view" | "reshape"), [size, ast.UnaryOp(ast.USub(), ast.Constant(1))]):
                of = ast.unparse(given)
                if ast.unparse(size) in (f"{of}.size(0)", f"{of}.shape[0]", f"len({of})"):
                    yield ast.unparse(node)


def _no_channels(trace: Trace, broken: Forward, broke: LayerCall) -> Sample | None:
    node, given = _given_to(trace, broken), broke.given[0]
    if node is None or broke.kind != "Conv2d" or len(given) != 2 or broken.layers[0].given[:1] != (given,):
        return None
    rows, columns = given
    if broke.weight is None or broke.weight[1] != 1 or "groups=" in broke.settings:
        return None
    side = isqrt(columns) if rows != columns and isqrt(columns) ** 2 == columns else 0
    text = Place.of(node, trace.source).text
    ending = f".view(-1, 1, {side}, {side})" if side else "[None, None]"
    return Sample(node, ending, NoChannels(text, wrapped(node, text), given, side))


def _not_normed(trace: Trace, broken: Forward, broke: LayerCall) -> Sample | None:
    node, taken = _given_to(trace, broken), _convolves(broken)
    if node is None or taken is None or broke.kind != taken.kind.replace("Conv", "BatchNorm"):
        return None
    text, given = Place.of(node, trace.source).text, taken.given[0]
    if len(broke.given[0]) != len(given):
        return None
    cause = TakesBatchesAlone(text, wrapped(node, text), taken.kind, broke.kind, given, broke.given[0])
    return Sample(node, ".unsqueeze(0)", cause)
