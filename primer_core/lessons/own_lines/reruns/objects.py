"""Runs a program once more and keeps what it did with iterators, data sets, layers and optimisers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.programs.interpreter import Interpreter, Moment
from primer_core.language.programs.layers import is_module, path_of
from primer_core.language.programs.reading import read_program
from primer_core.language.programs.values import Instance, Once
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import entry_named
from primer_core.language.table.costs import size_of
from primer_core.lessons.own_lines.statements import Numbers, statement_numbers
from primer_core.lessons.own_lines.surprises.line import numbers as numbers_of
from primer_core.lessons.own_lines.surprises.line import within
from primer_core.lessons.own_lines.trace import Trace

Run = tuple[int, int]

_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True, eq=False)
class _Walk:
    """What has been gone through of something that can be gone through once.

    Parameters
    ----------
    value
        What it is.
    made
        What made it, as code.
    given
        int, how many values it has given.
    ended, name
        The line that went to its end, and what it was called there; None and empty before.
    """

    value: Any
    made: str
    given: int = 0
    ended: Run | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Something that was at its end was gone through again.

    Parameters
    ----------
    kind
        Name of its type, as Python gives it.
    made
        What made it, as code.
    first, first_name
        The line that went to its end, and what it was called there.
    again, name
        The line that got nothing, and what it was called there.
    loops
        Whether that line is a loop, which did nothing.
    """

    kind: str
    made: str
    first: Run
    first_name: str
    again: Run
    name: str
    loops: bool


@dataclass(frozen=True, slots=True)
class Beyond:
    """A round of a loop that got a part of an object behind its length.

    Parameters
    ----------
    name
        What the object is called.
    index, length
        int, which part, and what ``len`` gives.
    """

    name: str
    index: int
    length: int


@dataclass(frozen=True, slots=True)
class Short:
    """A loop over an object whose parts ended by an error before its length.

    Parameters
    ----------
    run
        The loop, and its last round; the how-manieth is 0 where it has none.
    name
        What the object is called.
    count, length
        int, how many parts it gave, and what ``len`` gives.
    at, code
        The line that raised the error, and what stands there.
    """

    run: Run
    name: str
    count: int
    length: int
    at: int
    code: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A parameter that an optimiser changed, though its gradient is 0 everywhere.

    Parameters
    ----------
    optimiser, parameter
        What code calls them.
    decay
        The ``weight_decay`` of its group; 0 where what the optimiser remembers moved it.
    """

    optimiser: str
    parameter: str
    decay: float


@dataclass(frozen=True, slots=True)
class Normed:
    """A batch norm that was called in train mode.

    Parameters
    ----------
    layer
        What code calls it.
    count
        int, how many numbers each channel has.
    biased, unbiased
        The variance of the first channel, divided by all of them and by one less.
    """

    layer: str
    count: int
    biased: float
    unbiased: float


@dataclass(frozen=True, slots=True)
class Fell:
    """A learning rate that fell as a loss got no better.

    Parameters
    ----------
    scheduler
        What code calls it.
    bad
        int, how many losses in a row were no better.
    patience
        int, how many of them it waits for.
    best, before, after
        The best one, and the learning rate before and after.
    """

    scheduler: str
    bad: int
    patience: int
    best: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Lowered:
    """A scheduler that lowers a rate every so many calls: its name, after how many, the rate first and now."""

    scheduler: str
    size: int
    first: float
    now: float


@dataclass(frozen=True, slots=True)
class _Draw:
    """Numbers that were drawn at random: what was asked for, what came, where, and how code asks for them."""

    asked: str
    gave: str
    run: Run
    code: str


@dataclass(frozen=True, slots=True)
class OtherDraw:
    """A draw that gave another number than the same one did after the same seed.

    Parameters
    ----------
    code
        The draw.
    first, first_code
        The line of the earlier one, and how code asks for it there.
    between
        The draw that came before this time, and not then.
    """

    code: str
    first: int
    first_code: str
    between: str


@dataclass(frozen=True, slots=True)
class Near:
    """A comparison of arrays that differ by little.

    Parameters
    ----------
    code, left, right
        The comparison, and its sides.
    apart, largest
        By how much two numbers differ at most, and the largest number.
    """

    code: str
    left: str
    right: str
    apart: float
    largest: float


class _Steps(Iterator[Any]):
    """Gives what another iterator gives, and tells of each value and of the end."""

    def __init__(self, source: Iterable[Any], gave: Callable[[], None], ends: Callable[[], None]) -> None:
        self.steps, self.gave, self.ends = iter(source), gave, ends

    def __next__(self) -> Any:
        return self._told(lambda: next(self.steps))

    def _told(self, step: Callable[[], Any]) -> Any:
        try:
            found = step()
        except StopIteration:
            self.ends()
            raise
        self.gave()
        return found


class _Generated(_Steps, Generator[Any, Any, Any]):
    """The same of a generator, which takes what it is sent."""

    steps: Generator[Any, Any, Any]

    def send(self, value: Any, /) -> Any:
        return self._told(lambda: self.steps.send(value))

    def throw(self, *raised: Any) -> Any:
        return self._told(lambda: self.steps.throw(*raised))


@dataclass(eq=False)
class ObjectWatch(Interpreter):
    """Runs a program once more and keeps what it did with objects.

    Parameters
    ----------
    numbers
        What the program's statements are called.
    again
        What was at its end and gone through again.
    beyond
        By round of a loop.
    short
        Loops that ended early.
    joined
        By line, and when, parts of a batch that a loader joined of lists place by place: how code calls each, how many
        tensors it holds, and how many samples each of them has.
    moved, normed, fell, lowered
        By line, and when, what a step of an optimiser, a call of a network, and a step of a scheduler did.
    unlisted
        By line, and when, a network that was printed, its own parameters or buffers, and whether they are buffers.
    replaced
        By line, and when, a linear layer whose weight got other sizes: what code calls it, the numbers that it was
        made for, and the shape of the weight.
    wrapped
        By line, and when, a part of a data set whose attribute was set that the data set has, too: its name, that of
        the attribute, and those of the other parts in sight.
    drawn
        By line, and when, what it drew that was another number after the same seed.
    loaders
        By line, and when, 0 for all rounds of a loop, a loader that goes through its samples in order and drew a number
        as it began.
    near
        By line, and when, a comparison of arrays that differ by little.
    seeded_again
        Whether a generator was given one seed twice.
    """

    numbers: Numbers = field(default_factory=dict)
    again: list[Again] = field(default_factory=list)
    beyond: dict[Run, Beyond] = field(default_factory=dict)
    short: list[Short] = field(default_factory=list)
    joined: dict[Run, tuple[str, int, int]] = field(default_factory=dict)
    moved: dict[Run, Moved] = field(default_factory=dict)
    normed: dict[Run, Normed] = field(default_factory=dict)
    lowered: dict[Run, Lowered] = field(default_factory=dict)
    fell: dict[Run, Fell] = field(default_factory=dict)
    unlisted: dict[Run, tuple[str, tuple[str, ...], bool]] = field(default_factory=dict)
    replaced: dict[Run, tuple[str, int, int, tuple[int, ...]]] = field(default_factory=dict)
    wrapped: dict[Run, tuple[str, str, tuple[str, ...]]] = field(default_factory=dict)
    drawn: dict[Run, OtherDraw] = field(default_factory=dict)
    loaders: dict[Run, str] = field(default_factory=dict)
    near: dict[Run, Near] = field(default_factory=dict)
    seeded_again: bool = False
    _streams: dict[str, list[list[_Draw]]] = field(default_factory=dict)
    _now: dict[str, str] = field(default_factory=dict)
    _generators: dict[int, tuple[Any, str]] = field(default_factory=dict)
    _batches: list[tuple[Run, str, Any, Any]] = field(default_factory=list)
    _loader: Any = None
    _error_at: Place | None = None
    _runs: dict[int, int] = field(default_factory=dict)
    _under_way: list[ast.stmt] = field(default_factory=list)
    _walks: dict[int, _Walk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.watch = self._told

    def _told(self, moment: Moment) -> None:
        if moment.happening != "test":
            number = self.numbers[moment.node.lineno, moment.node.col_offset]
            self._runs[number] = self._runs.get(number, 0) + 1
            run = number, self._runs[number]
            self._look_at_batch(moment.node, run)
            self._look_at_print(moment.node, run)
            self._look_at_weight(moment.node, run)
            self._look_at_part(moment.node, run)

    def look_back(self) -> None:
        """Find out what needs the program's own methods, once nothing of it is to run any more."""
        self.watch = lambda _: None
        for run, name, batch, dataset in self._batches[:_MOST_BATCHES]:
            with suppress(Exception):  # a method of the program may fail where nothing of it runs any more
                sample = self._part_of(dataset)
                self.joined.update((run, each) for each in _joined(name, batch, sample))

    def _part_of(self, dataset: Any) -> Any:
        kind = self._class_of(dataset)
        if kind is not None and kind.has("__getitem__"):
            return self.call(kind.find("__getitem__"), (dataset, 0), {}, ast.Pass())
        return dataset[0]

    def _look_at_batch(self, node: ast.stmt, run: Run) -> None:
        match node:
            case (
                ast.For(ast.Name(name))
                | ast.For(ast.Tuple([ast.Name(), ast.Name(name)]), ast.Call(ast.Name("enumerate")))
                | ast.Assign([ast.Name(name)], ast.Call(ast.Name("next")))
            ):
                batch = self.names.get(name)
                if isinstance(batch, dict | list | tuple) and self._loader is not None:
                    self._batches.append((run, name, batch, self._loader.dataset))

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and know which one it is."""
        self._under_way.append(node)
        try:
            super().statement(node, source)
        finally:
            self._under_way.pop()

    @property
    def run_now(self) -> Run:
        """The innermost statement under way, and the how-manieth time; of a loop the last round that it has begun."""
        node = self._under_way[-1]
        number = self.numbers[node.lineno, node.col_offset]
        return number, self._runs.get(number, 0) + (not isinstance(node, ast.For))

    # Random numbers, and those that are nearly equal

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        result = super()._perform(name, positional, keywords, node)
        if name in _SEEDS:
            self._seeds(name, positional, result)
        entry = entry_named(name)
        owner, _, method = name.partition(".")
        of_generator = owner in ("RandomState", "Generator") and method not in _DRAW_NOTHING
        draws = of_generator or (entry is not None and entry.random and name not in _SEEDS)
        if draws and self._under_way:
            self._draws(name, positional, keywords, result, node)
        if name in ("operator.==", "torch.equal", "np.array_equal") and len(positional) == 2 and self._under_way:
            self._compares(name, positional, node)
        return result

    def _seeds(self, name: str, positional: tuple[Any, ...], result: Any) -> None:
        if len(positional) != 1 or type(positional[0]) is not int:
            self._streams.pop(name, None)
            return
        key = f"{name}({positional[0]})"
        self.seeded_again |= key in self._streams
        self._streams.setdefault(key, []).append([])
        if name in ("np.random.seed", "torch.manual_seed"):
            self._now[name.partition(".")[0]] = key
        else:
            self._generators[id(result)] = (result, key)

    def _draws(
        self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], result: Any, node: ast.AST
    ) -> None:
        owner = positional[0] if positional and id(positional[0]) in self._generators else None
        key = self._now.get(name.partition(".")[0]) if owner is None else self._generators[id(owner)][1]
        if key is None or "generator" in keywords or isinstance(self._under_way[-1], ast.For):
            return
        given = positional if owner is None else positional[1:]
        code = Place.of(node, self._source).text
        draw = _Draw(f"{name}{given}{dict(keywords)}", repr(result), self.run_now, code)
        *before, now = self._streams[key]
        is_first = not now or now[-1].run != draw.run
        now.append(draw)
        count = sum(each.asked == draw.asked for each in now)
        for earlier in before:
            same = [place for place, each in enumerate(earlier) if each.asked == draw.asked][count - 1 : count]
            if not same or earlier[same[0]].gave == draw.gave or not is_first:
                continue
            then = earlier[same[0]]
            pairs = zip_longest(now[:-1], earlier[: same[0]])
            one, other = next(((a, b) for a, b in pairs if a is None or b is None or a.asked != b.asked), (None, None))
            if one is not None and (other is None or one.asked != other.asked) and one.run != then.run:
                self.drawn[draw.run] = OtherDraw(code, then.run[0], then.code, one.code)
                return

    def _compares(self, name: str, positional: tuple[Any, ...], node: ast.AST) -> None:
        match node:
            case ast.Compare(left, [ast.Eq()], [right]) if name == "operator.==":
                pass
            case ast.Call(_, [left, right], []) if name != "operator.==":
                pass
            case _:
                return
        one, other = positional
        if not (is_array(one) and is_array(other)) or one.shape != other.shape or one.dtype != other.dtype:
            return
        if (name == "operator.==" and size_of(one) <= MAX_ELEMENTS) or size_of(one) < 2:
            return  # a comparison of few is seen in the trace
        left_numbers, right_numbers = (numbers_of(each) for each in (one, other))
        if (
            left_numbers.dtype.kind != "f"
            or not np.isfinite(left_numbers).all()
            or not np.isfinite(right_numbers).all()
        ):
            return
        apart = np.abs(left_numbers - right_numbers)
        largest = max(float(np.abs(left_numbers).max()), float(np.abs(right_numbers).max()))
        if 0 < float(apart.max()) < _LAST_DIGITS.get(left_numbers.dtype.itemsize, 0.0) * largest:
            code, first, second = (Place.of(each, self._source).text for each in (node, left, right))
            self.near.setdefault(self.run_now, Near(code, first, second, float(apart.max()), largest))

    # Layers and optimisers

    def _look_at_print(self, node: ast.stmt, run: Run) -> None:
        match node:
            case ast.Expr(ast.Call(ast.Name("print"), [*_, ast.Name(name)])):
                network = self.names.get(name)
                kind = self._class_of(network)
                if kind is None or not is_module(network) or "_parameters" not in vars(network):
                    return
                if kind.has("extra_repr") or kind.has("__repr__") or kind.has("__str__"):
                    return
                for shelf in ("_parameters", "_buffers"):
                    own = tuple(each for each, held in vars(network)[shelf].items() if held is not None)
                    if own:
                        self.unlisted[run] = (name, own, shelf == "_buffers")
                        return

    def _look_at_weight(self, node: ast.stmt, run: Run) -> None:
        match node:
            case ast.Assign([ast.Attribute(holder, "weight") | ast.Attribute(ast.Attribute(holder, "weight"), "data")]):
                layer = self._object_at(holder)
                if type(layer).__name__ == "Linear" and is_module(layer) and self._class_of(layer) is None:
                    made, shape = (layer.in_features, layer.out_features), tuple(layer.weight.shape)
                    if len(shape) == 2 and shape[::-1] != made:
                        self.replaced[run] = (Place.of(holder, self._source).text, *made, shape)

    def _look_at_part(self, node: ast.stmt, run: Run) -> None:
        match node:
            case ast.Assign([ast.Attribute(ast.Name(name), attribute)]):
                part: Any = self.names.get(name)
                if type(part).__name__ != "Subset" or self._class_of(part) is not None:
                    return
                if attribute in vars(part) and attribute in getattr(part.dataset, "__dict__", {}):
                    others = tuple(
                        each
                        for each, value in list(self.names.items())
                        if type(value) is type(part) and value is not part and value.dataset is part.dataset
                    )
                    if attribute not in ("dataset", "indices"):
                        self.wrapped[run] = (name, attribute, others)

    def _object_at(self, node: ast.expr) -> Any:
        """Return a layer that names, attributes and whole numbers lead to; None for anything else."""
        match node:
            case ast.Name(name):
                return self.names.get(name)
            case ast.Attribute(holder, name):
                found = self._object_at(holder)
                return vars(found).get("_modules", {}).get(name) if is_module(found) else None
            case ast.Subscript(holder, ast.Constant(int(place))):
                found = self._object_at(holder)
                return found[place] if is_module(found) and hasattr(found, "__getitem__") else None
        return None

    def _stepping(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Have an optimiser or a scheduler take a step, and see what it does."""
        owner, name, run = function.__self__, _asked_for_a_step(node), self.run_now
        if not name:
            return super()._outside(function, positional, keywords, node)
        if hasattr(owner, "param_groups") and (positional or keywords or type(owner).__name__ == "ASGD"):
            return super()._outside(
                function, positional, keywords, node
            )  # it finds gradients anew, or decays by itself
        if hasattr(owner, "param_groups"):
            groups = [(each, group) for group in owner.param_groups for each in group["params"]]
            still = [(each, group, each.detach().clone()) for each, group in groups if _has_no_slope(each)]
            result = super()._outside(function, positional, keywords, node)
            for each, group, before in still:
                code = self._called_here(each)
                if code and bool((each != before).any()) and bool((before != 0).any()):
                    self.moved[run] = Moved(name, code, float(group.get("weight_decay", 0.0)))
                    break
            return result
        rates = [float(each["lr"]) for each in owner.optimizer.param_groups]
        waits = hasattr(owner, "num_bad_epochs")
        bad, best = (owner.num_bad_epochs + 1, float(owner.best)) if waits else (0, 0.0)
        result = super()._outside(function, positional, keywords, node)
        now = [float(each["lr"]) for each in owner.optimizer.param_groups]
        if type(owner).__name__ == "StepLR":
            first = float(owner.base_lrs[0])
            self.lowered[run] = Lowered(name, owner.step_size, first, now[0])
        if waits and now[0] < rates[0] and bad == owner.patience + 1:
            self.fell[run] = Fell(name, bad, owner.patience, best, rates[0], now[0])
        return result

    def _called_here(self, parameter: Any) -> str:
        """Return what code calls a parameter in sight; empty for none."""
        for name, value in list(self.names.items()):
            if value is parameter:
                return name
            if is_module(value) and "_parameters" in vars(value):
                for dotted, own in value.named_parameters():
                    if own is parameter:
                        return f"{name}{path_of(value, dotted.split('.'))}"
        return ""

    def _begins_loader(
        self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Any:
        """Begin to go through a loader, and see whether that draws a number."""
        load_torch()
        import torch

        loader, before = positional[0], torch.get_rng_state()
        result = super()._outside(function, positional, keywords, node)
        in_order = type(loader.sampler).__name__ == "SequentialSampler" and loader.generator is None
        if in_order and self._under_way and self.seeded_again and not torch.equal(before, torch.get_rng_state()):
            name, statement = self._name_of(loader), self._under_way[-1]
            number = self.numbers[statement.lineno, statement.col_offset]
            if name:
                self.loaders[(number, 0) if isinstance(statement, ast.For) else self.run_now] = name
        return result

    def _norming(self, network: Any, node: ast.AST) -> list[Any]:
        """Look at what the batch norms of a network are given in train mode; return what ends that."""
        match node:
            case ast.Call(ast.Name(called)):
                pass
            case _:
                return []
        run = self.run_now
        hooks = []
        for dotted, layer in network.named_modules():
            if type(layer).__name__.startswith("BatchNorm") and layer.running_var is not None:
                code = f"{called}{path_of(network, dotted.split('.'))}"

                def given(module: Any, inputs: tuple[Any, ...], code: str = code) -> None:
                    first = inputs[0].detach().transpose(0, 1)[0].double()
                    if module.training and first.numel() > 1:
                        variances = (float(first.var(correction=by)) for by in (0, 1))
                        self.normed.setdefault(run, Normed(code, first.numel(), *variances))

                hooks.append(layer.register_forward_pre_hook(given))
        return hooks

    # What is gone through once

    def _once(self, kind: str, source: Iterable[Any], node: ast.AST) -> Once:
        walk = _Walk(None, Place.of(node, self._source).text)

        def gave() -> None:
            walk.given += 1

        def ends() -> None:
            if walk.ended is None and self._under_way:
                walk.ended, walk.name = self.run_now, self._name_of(walk.value)

        told = (_Generated if isinstance(source, Generator) else _Steps)(source, gave, ends)
        made = walk.value = super()._once(kind, told, node)
        self._walks[id(made)] = walk
        return made

    def _name_of(self, value: Any) -> str:
        """Return by which name the statement under way reads a value; empty where by none."""
        for node in within(self._under_way[-1]):
            match node:
                case ast.Name(name) if self.names.get(name) is value:
                    return name
                case ast.Attribute(ast.Name(holder), name) if self._held_by(holder, name) is value:
                    return f"{holder}.{name}"
        return ""

    def _held_by(self, holder: str, name: str) -> Any:
        """Return an attribute that the program gave an object of a class of its own; None for none."""
        owner = self.names.get(holder)
        if isinstance(owner, Instance):
            return owner.values.get(name)
        return vars(owner).get(name) if self._class_of(owner) is not None and hasattr(owner, "__dict__") else None

    def _each(self, value: Any, node: ast.AST) -> Iterator[Any]:
        if isinstance(value, Once):
            self._begins_again(value)
        parts = super()._each(value, node)
        kind = self._class_of(value)
        by_iteration = kind is None or kind.has("__iter__") or hasattr(type(value), "__iter__")
        if kind is None or by_iteration or not kind.has("__getitem__") or not kind.has("__len__"):
            return parts
        name = self._name_of(value) if self._under_way and isinstance(self._under_way[-1], ast.For) else ""
        return self._counted(parts, value, name, node) if name else parts

    def _counted(self, parts: Iterator[Any], value: Any, name: str, node: ast.AST) -> Iterator[Any]:
        """Go through the parts of an object, and compare them with its length."""
        count = 0
        number = self.run_now[0]
        for part in parts:
            if 0 <= (length := self._length_of(value, node)) <= count:
                self.beyond[number, self._runs.get(number, 0) + 1] = Beyond(name, count, length)
            count += 1
            self._error_at = None
            yield part
        length = self._length_of(value, node)
        if count < length and self._error_at is not None:
            run = (number, self._runs.get(number, 0) if count else 0)
            self.short.append(Short(run, name, count, length, self._error_at.line, self._error_at.text))

    def _length_of(self, value: Any, node: ast.AST) -> int:
        """Return what ``len`` gives, without a step of the program's; -1 where it gives none."""
        kind, watch = self._class_of(value), self.watch
        self.watch = lambda _: None
        try:
            found = -1 if kind is None else self.call(kind.find("__len__"), (value,), {}, node)
        except Rejection:
            return -1
        finally:
            self.watch = watch
        return found if type(found) is int else -1

    def _up_to_the_end(self, part_at: Callable[[int], Any], node: ast.AST, end: str = "IndexError") -> Iterator[Any]:
        def tried(place: int) -> Any:
            try:
                return part_at(place)
            except Rejection as rejection:
                self._error_at = rejection.place
                raise

        return super()._up_to_the_end(tried, node, end)

    def _begins_again(self, value: Once) -> None:
        walk = self._walks.get(id(value))
        if walk is None or walk.value is not value or walk.ended is None or not walk.given or not self._under_way:
            return
        statement, name = self._under_way[-1], self._name_of(value)
        if not name or not walk.name or _takes_a_part(statement):
            return
        loops = isinstance(statement, ast.For)
        self.again.append(Again(value.kind, walk.made, walk.ended, walk.name, self.run_now, name, loops))

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        self._look_for_ends(positional)
        if function is iter and hasattr(positional[0], "dataset"):
            self._loader = positional[0]
            return self._begins_loader(function, positional, keywords, node)
        if getattr(function, "__name__", "") == "step" and _steps(getattr(function, "__self__", None)):
            return self._stepping(function, positional, keywords, node)
        hooks = self._norming(function, node) if "BatchNorm" in self._source and is_module(function) else []
        try:
            return super()._outside(function, positional, keywords, node)
        finally:
            for hook in hooks:
                hook.remove()

    def _python(
        self, function: Any, positional: Sequence[Any], node: ast.AST, keywords: Mapping[str, Any] = _NOTHING
    ) -> Any:
        self._look_for_ends(positional)
        return super()._python(function, positional, node, keywords)

    def _look_for_ends(self, values: Sequence[Any]) -> None:
        for each in values:
            if isinstance(each, tuple):
                self._look_for_ends(each)
            elif isinstance(each, Once):
                self._begins_again(each)


_SEEDS = ("np.random.RandomState", "np.random.default_rng", "np.random.seed", "torch.manual_seed")
_DRAW_NOTHING = ("bit_generator", "get_state", "seed", "set_state", "spawn")
_LAST_DIGITS = {4: 1e-5, 8: 1e-13}
"""By bytes of a float, up to which share of the largest number two that were computed alike may differ."""


def _steps(value: Any) -> bool:
    """Return whether a value is an optimiser or a scheduler."""
    return hasattr(value, "param_groups") or hasattr(value, "optimizer")


def _asked_for_a_step(node: ast.AST) -> str:
    """Return the name of what a call asks for a step; empty for another call."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), "step")):
            return name
    return ""


def _has_no_slope(parameter: Any) -> bool:
    """Return whether a parameter has a gradient, which is 0 everywhere."""
    return parameter.grad is not None and parameter.requires_grad and not bool(parameter.grad.any())


def _joined(name: str, batch: Any, sample: Any) -> Iterator[tuple[str, int, int]]:
    """Go through the parts of a batch that were made of lists of numbers, place by place."""
    if isinstance(batch, dict) and isinstance(sample, dict):
        parts = [(f"{name}[{key!r}]", batch[key], sample.get(key)) for key in batch]
    elif isinstance(sample, tuple) and isinstance(batch, list) and len(batch) == len(sample):
        parts = [(f"{name}[{place}]", batch[place], sample[place]) for place in range(len(batch))]
    else:
        parts = [(name, batch, sample)] if type(sample) is list else []
    for code, part, given in parts:
        if type(given) is not list or not isinstance(part, list) or not 1 < len(part) == len(given):
            continue
        numbers_alone = all(type(each) in (int, float) for each in given)
        if numbers_alone and all(is_array(each) and len(each.shape) == 1 for each in part):
            yield code, len(part), int(part[0].shape[0])


_MOST_BATCHES = 40


def _takes_a_part(statement: ast.stmt) -> bool:
    """Return whether a statement takes a few values at a time, so that getting none tells it of the end."""
    called = (each.func for each in within(statement) if isinstance(each, ast.Call))
    return any(ast.unparse(each).rpartition(".")[2] in _PARTS for each in called)


_PARTS = ("batched", "dropwhile", "islice", "next", "takewhile", "zip_longest")


@lru_cache(4)
def objects_of(trace: Trace) -> ObjectWatch | None:
    """Run a program once more where there may be something to see; None where there is not."""
    if not _is_worth_it(trace.source):
        return None
    program = read_program(trace.source)
    watch = ObjectWatch(numbers=statement_numbers(program.nodes))
    watch.names.update(trace.given())
    watch.run_program(program)
    watch.look_back()
    return watch


def _is_worth_it(source: str) -> bool:
    compares = any(word in source for word in ("==", "equal("))
    return (
        _NAMES_ONCE.search(source) is not None
        or any(word in source for word in _OF_OBJECTS)
        or sum(source.count(word) for word in _SEEDING) > 1
        or (compares and any(word in source for word in _MULTIPLIES))
        or (".step(" in source and any(word in source for word in _REMEMBERS))
        or ("Parameter(" in source and "print(" in source)
        or _SETS_WEIGHT.search(source) is not None
    )


_OF_OBJECTS = ("BatchNorm", "DataLoader", "Subset(", "__getitem__", "random_split", "register_buffer")
"""What there may be something to see of by itself."""

_SEEDING = ("seed(", "RandomState(", "default_rng(")
_MULTIPLIES = ("@", "matmul(", "mm(", "dot(", "einsum(")
_REMEMBERS = ("Plateau", "StepLR(", "weight_decay", "momentum", "Ada", "Adam", "RMSprop", "Rprop")
"""With what a step moves more than the slope says, or a scheduler waits."""

_SETS_WEIGHT = re.compile(r"\.weight(\.data)?\s*=[^=]")

_NAMES_ONCE = re.compile(
    r"=\s*(?:[\w.]+\.)?(buffers|children|combinations|enumerate|filter|iter|map|modules|parameters|permutations|product|reversed|zip"
    r"|chain|accumulate)\(|= *\([^\n]*\bfor\b|\byield\b"
)
"""Where a name may be bound to what can be gone through once."""
