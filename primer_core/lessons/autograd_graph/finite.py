"""Gradients by finite differences: a check that knows nothing of derivatives."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from primer_core.backend.interface import Declined
from primer_core.claims.claim import Claim
from primer_core.claims.slopes import (
    ChangedUnrecorded,
    HeldFixed,
    Kink,
    LostInFloat32,
    OneSided,
    OutputNotFinite,
    SlopeGrows,
)
from primer_core.language.evaluator import carried_out
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Entry
from primer_core.lessons.autograd_graph.engine import BACKWARD, Edited, Source, WentBack, leaf_of, take
from primer_core.lessons.autograd_graph.graph import LeafCheck
from primer_core.lessons.autograd_graph.origin import codes, cuts
from primer_core.lessons.autograd_graph.run import Run

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

# Near the cube root of float64's epsilon, where truncation and rounding errors balance.
STEP = 6e-6
TOLERANCE = 1e-6
# What float32's seven digits leave of a gradient after some forty operations.
SINGLE_TOLERANCE = 1e-3
_KINK = 1e-3
"""How far the slopes of both sides lie apart at a kink, in proportion."""

_CLOSER = 0.01
"""What becomes of a step where the slope is infinite."""

MOST_NUMBERS = 64
"""Numbers of all leaves together: for each of them the program is computed twice."""

_MOVED = "It is changed in place before backward, so that its slope by the number that is written is another one."
_HELD = ("Tensor.detach", "torch.detach", "Tensor.data")
_WHOLE = ("Tensor.long", "Tensor.int", "Tensor.to", "Tensor.type")


class _StopError(Exception):
    """A program came to where it goes back."""


class _NotComputedError(Exception):
    """A program cannot be computed with other numbers; the message says why."""


@dataclass(slots=True, eq=False)
class _Rerun:
    """A program being computed again, forward only, with some of its tensors replaced.

    Parameters
    ----------
    story
        What was seen of the program.
    given
        The tensors that are written down, in order: each stands in the place of the program's own.
    before
        An earlier run: what is detached or made whole is what it was there, and what only writes tensors down is not
        run again.
    """

    story: Story
    given: Mapping[int, Tensor] = field(default_factory=dict)
    before: _Rerun | None = None
    written: list[Tensor] = field(default_factory=list)
    held: list[Tensor] = field(default_factory=list)
    output: Tensor | None = None
    seed: Tensor | None = None
    is_double: bool = True
    holds: bool = True
    makes: dict[int, int] = field(default_factory=dict)
    _run: Run = field(init=False)
    _calls: int = 0

    def run(self) -> Tensor:
        """Compute the program up to where it goes back, and return what backward begins at.

        Raises
        ------
        _NotComputedError
            If it cannot be computed.
        """
        switches = replace(self.story.switches, retain_grad=False)
        self._run = run = Run(
            self.story.program,
            switches,
            self._carry_out,
            self._after,
            plain=self.story.watcher.run.ran,
            known={statement: partial(self._again, place) for statement, place in self._known.items()},
            writes=False,
        )
        try:
            done = run.forward()
        except _StopError:
            done = True
        except Rejection as rejection:
            raise _NotComputedError(rejection.message) from rejection
        if not done:
            raise _NotComputedError(run.stops[-1].rejection.message)
        output = run.tensors[run.output] if self.output is None else self.output
        if self.seed is not None:
            return (output * self.seed.to(output.dtype)).sum()
        return output

    def _carry_out(
        self, entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> tuple[Any, tuple[str, ...]]:
        if entry.name in BACKWARD:
            bound = entry.bind(positional, keywords)
            self.output = positional[0]
            gradients = [each for each in arrays_in(bound.get("gradient")) if isinstance(each, Tensor)]
            self.seed = gradients[0].detach() if gradients else None
            raise _StopError
        if entry.name == "Tensor.retain_grad":
            return None, ()  # nothing is recorded here whose gradient could be kept
        result, warned = carried_out(entry, place, positional, keywords)
        if isinstance(result, Declined) or not isinstance(result, Tensor):
            return result, warned
        operands = [each for each in arrays_in([*positional, *keywords.values()]) if isinstance(each, Tensor)]
        if not operands:
            result = self._made(result)
        elif self.holds and self._is_held(entry, operands[0], result):
            self.held.append(result.detach())
            if self.before is not None and len(self.held) <= len(self.before.held):
                result = self.before.held[len(self.held) - 1]
        if result.is_floating_point() and result.dtype != torch.float64:
            self.is_double = False
        return result, warned

    def _made(self, result: Tensor) -> Tensor:
        """The tensor in the place of one that the program writes down."""
        place = len(self.written)
        given = self.given.get(place)
        if given is not None:
            if given.shape != result.shape:
                raise _NotComputedError("what it writes down depends on what it computed before")
            result = given.detach().clone().requires_grad_(result.requires_grad)
        self.written.append(result)
        return result

    @property
    def _known(self) -> Mapping[int, int]:
        """The places of statements that need not be run, each with that of the tensor that it writes down."""
        makes = self.before.makes if self.before is not None else {}
        return {statement: place for statement, place in makes.items() if place in self.given}

    def _again(self, place: int) -> Tensor:
        """The tensor that a statement writes down, which need not be run for it."""
        self.written.append(self.given[place].clone())
        return self.written[-1]

    def _after(self, statement: ast.stmt) -> None:
        """See whether a statement only writes a tensor down and names it."""
        run = self._run
        calls, self._calls = len(run.evaluator.calls) - self._calls, len(run.evaluator.calls)
        match statement:
            case ast.Assign([ast.Name(name)]) if calls == 1 and self.written and run.names[name] is self.written[-1]:
                if not run.evaluator.calls[-1].entry.random:  # what draws has to draw again, for what draws after it
                    self.makes[run.count] = len(self.written) - 1

    @staticmethod
    def _is_held(entry: Entry, operand: Tensor, result: Tensor) -> bool:
        if entry.name in _HELD:
            return True
        return entry.name in _WHOLE and operand.is_floating_point() and not result.is_floating_point()


@dataclass(frozen=True, slots=True, eq=False)
class _Differences:
    """The slope by each number of a leaf, in its shape; nan where it could not be computed.

    Parameters
    ----------
    below, above
        The slopes on both sides of each number; nan where it could not be moved.
    bends
        Whether each is a kink: the slopes on both sides differ, and are the same further away.
    grows
        The places of numbers by which the slope is infinite, each with the side, the step, and the slopes with it and
        with a hundredth of it.
    """

    slope: Tensor
    below: Tensor
    above: Tensor
    bends: Tensor
    grows: Mapping[int, tuple[Literal["below", "above"], float, float, float]]

    @property
    def refused(self) -> bool:
        """Whether some number could be moved to neither side."""
        return bool((self.below.isnan() & self.above.isnan() & self.slope.isnan()).any())

    @property
    def side(self) -> str:
        """The side to which every number could be moved, where some could not be moved to both."""
        below, above = (bool(each.isnan().any()) for each in (self.below, self.above))
        return "" if below == above else "below" if above else "above"


def check_leaves(story: Story) -> tuple[LeafCheck, ...]:
    """Compare the gradient of each leaf that has one, from the first backward call, with differences, both in float64.

    A detached tensor is held at its value, for that is the function that autograd differentiates; and so is what was
    made whole numbers of.

    Returns
    -------
    tuple of LeafCheck
        None for a leaf that the output does not depend on along a path that autograd follows. Empty where there is
        nothing to compare: the first call did not go through, or it was ``torch.autograd.grad``.
    """
    calls = [call for call in story.runs if not call.message]
    if not calls or calls[0].is_grad or story.runs[0].message or story.switches.no_grad:
        return ()
    try:
        return _checks(story)
    except _NotComputedError as error:
        return _unchecked(story, f"In float64, in which differences are taken, the program cannot be computed: {error}")


def _checks(story: Story) -> tuple[LeafCheck, ...]:
    events = story.watcher.events
    before = events[: next(place for place, event in enumerate(events) if isinstance(event, WentBack))]
    # Where memory is changed, a tensor that was cut off has to stay in it.
    holds = not any(isinstance(event, Edited) for event in before)
    written = [source for source in story.watcher.sources if not source.late]
    given = {place: _double(source) for place, source in enumerate(written) if source.tensor.is_floating_point()}
    single = _single(story)
    tracked = [
        place for place, source in enumerate(written) if id(source.tensor) in single and _is_checked(story, source)
    ]
    base = _Rerun(story, given, holds=holds)
    output = base.run()
    if len(base.written) <= max(tracked, default=-1):
        raise _NotComputedError("it does not come to all of its leaves")
    gradients = dict(zip(tracked, _gradients(output, [base.written[place] for place in tracked]), strict=True))
    numbers = sum(gradient.numel() for gradient in gradients.values() if gradient is not None)
    if numbers > MOST_NUMBERS:
        return _unchecked(story, f"The leaves have {numbers} numbers: of up to {MOST_NUMBERS} each is moved by itself.")
    if not base.is_double:
        return _unchecked(
            story, "The program computes in a dtype of fewer digits than float64, in which differences are lost."
        )
    moved = {node for event in before if isinstance(event, Edited) for node, _, _ in event.changes.values}
    held = codes(cuts(story, story.runs[0].root[0])) if holds else ()
    checks = []
    for place, gradient in gradients.items():
        source = written[place]
        if gradient is None or not gradient.numel():
            continue
        if source.id in moved:
            nothing = take(torch.full_like(gradient, math.nan))
            checks.append(LeafCheck(source.shown, take(gradient), nothing, math.nan, "unchecked", limit=_MOVED))
        else:
            differences = _differences(story, base, given, place, output, gradient)
            check = _check(source.shown, gradient, single[id(source.tensor)], differences, story.runs[0].began, output)
            if check.verdict == "agrees" and base.held and held and source.label:
                check = replace(check, notes=(*check.notes, HeldFixed(held, source.label)))
            checks.append(
                check if holds or check.verdict != "differs" else replace(check, notes=(ChangedUnrecorded(check.name),))
            )
    return tuple(checks)


def _double(source: Source) -> Tensor:
    """A tensor that is written down, in float64, as it was before anything was done to it."""
    return torch.tensor(source.value.values, dtype=torch.float64).reshape(source.value.shape)


def _single(story: Story) -> dict[int, Tensor]:
    """What the first run of the engine added to leaves, by their `id`."""
    steps = story.runs[0].steps
    found = ((leaf_of(step.node), step.upstreams[0]) for step in steps)
    return {id(leaf): gradient for leaf, gradient in found if leaf is not None and gradient is not None}


def _is_checked(story: Story, source: Source) -> bool:
    tensor = source.tensor
    return tensor.is_leaf and tensor.requires_grad and (not source.label or source.label != story.switches.detach)


def _unchecked(story: Story, note: str) -> tuple[LeafCheck, ...]:
    leaves: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in story.watcher.tensors.items():
        leaves.setdefault(id(tensor), (name, tensor))
    return tuple(
        LeafCheck(name, take(tensor.grad), take(torch.full_like(tensor, math.nan)), math.nan, "unchecked", limit=note)
        for name, tensor in leaves.values()
        if tensor.is_leaf and tensor.requires_grad and tensor.grad is not None
    )


def _gradients(output: Tensor, leaves: list[Tensor]) -> tuple[Tensor | None, ...]:
    """The gradient of the output by each of the leaves; None for one that it does not depend on."""
    if not output.requires_grad or output.numel() != 1 or not leaves:
        return (None,) * len(leaves)
    return torch.autograd.grad(output, leaves, allow_unused=True)


def _differences(
    story: Story, base: _Rerun, given: Mapping[int, Tensor], place: int, output: Tensor, gradient: Tensor
) -> _Differences:
    leaf = given[place]
    found = torch.empty_like(leaf)
    sides = torch.full((2, leaf.numel()), math.nan, dtype=torch.float64)
    bends = torch.zeros(leaf.numel(), dtype=torch.bool)
    grows: dict[int, tuple[Literal["below", "above"], float, float, float]] = {}
    here = float(output.item())
    slope: float | None
    for index in range(leaf.numel()):
        step = STEP * max(1.0, abs(leaf.flatten()[index].item()))

        def moved(steps: float, index: int = index, step: float = step) -> float | None:
            """The output with this number moved by so many steps; None if the function is not defined there."""
            other = leaf.clone()
            other.view(-1)[index] += steps * step
            run = _Rerun(story, {**given, place: other}, base, holds=base.holds)
            try:
                with torch.no_grad():
                    value = float(run.run().item())
            except _NotComputedError:
                return None
            return None if math.isnan(value) and not math.isnan(here) else value

        higher, lower = moved(1), moved(-1)
        for side, value in enumerate((lower, higher)):
            if value is not None:
                sides[side, index] = (here - value if side == 0 else value - here) / step
        if higher is not None and lower is not None:
            central = (higher - lower) / (2 * step)
            expected = float(gradient.flatten()[index])
            allowed = TOLERANCE * max(1.0, abs(expected), abs(here))
            slope = central if abs(central - expected) <= allowed else _less_bent(central, moved, step, allowed)
            left, right = sides[:, index].tolist()
            if _differ(left, right):
                further, behind = moved(2), moved(-2)
                bends[index] = (
                    further is not None
                    and behind is not None
                    and not _differ((further - higher) / step, right)
                    and not _differ((lower - behind) / step, left)
                )
        else:
            slope = _one_sided(here, higher, moved(2), step)
            if slope is None:
                slope = _one_sided(here, lower, moved(-2), -step)
            sign: Literal[-1, 1] = -1 if higher is None else 1
            if slope is not None and bool(gradient.flatten()[index].isinf()):
                near, nearer = (moved(sign * share) for share in (1, _CLOSER))
                if near is not None and nearer is not None:
                    slopes = ((near - here) / (sign * step), (nearer - here) / (sign * step * _CLOSER))
                    grows[index] = ("above" if sign > 0 else "below", step, *slopes)
        found.view(-1)[index] = math.nan if slope is None else slope
    below, above = sides.reshape(2, *leaf.shape)
    return _Differences(found, below, above, bends.reshape(leaf.shape), grows)


def _differ(one: float, other: float) -> bool:
    """Whether two slopes are not the same, but for what rounding and a slight bend make of them."""
    return not abs(one - other) < _KINK * max(1.0, abs(one), abs(other))


def _less_bent(slope: float, moved: Callable[[float], float | None], step: float, allowed: float) -> float:
    """The slope by a tenth or a hundredth of the step, where the function bends so much that the step makes an error.

    That of a central difference grows with the square of its step: three times as large an error as this slope has is
    what it differs by from the one by twice the step.
    """
    further, behind = moved(2), moved(-2)
    if further is None or behind is None or not abs((further - behind) / (4 * step) - slope) > 3 * allowed:
        return slope
    for share in (0.1, 0.01):
        nearer, before = moved(share), moved(-share)
        if nearer is None or before is None:
            break
        last, slope = slope, (nearer - before) / (2 * share * step)
        if abs(last - slope) < 99 * allowed:  # of which this one has a hundredth
            break
    return slope


def _one_sided(here: float, near: float | None, far: float | None, step: float) -> float | None:
    """The slope from three values on one side, exact to the second order as a central difference is."""
    return None if near is None or far is None else (-3 * here + 4 * near - far) / (2 * step)


def _check(
    name: str, gradient: Tensor, single: Tensor, differences: _Differences, began: str, output: Tensor
) -> LeafCheck:
    difference = differences.slope
    largest = float((gradient - difference).abs().max())
    scale = max(1.0, float(gradient.abs().max()), abs(output.item()))
    agrees = math.isfinite(scale) and largest <= TOLERANCE * scale
    lost = float((single.double() - gradient).abs().max())
    if differences.refused and bool(output.isfinite()):
        limit = "Beside this point the function cannot be computed on either side, so that differences cannot check it."
        return LeafCheck(name, take(gradient), take(difference), largest, "unchecked", limit=limit)
    notes: list[Claim] = []
    if differences.side and name.isidentifier() and bool(output.isfinite()):
        notes.append(OneSided(name, differences.side))
    if grown := _grown(name, gradient, differences) if bool(output.isfinite()) else ():
        return LeafCheck(name, take(gradient), take(difference), largest, "unchecked", (*notes, *grown))
    if not agrees or bool(differences.bends.any()):
        notes += _disagreement(name, differences, began, output)
    if agrees and not lost <= SINGLE_TOLERANCE * scale:
        agrees = False
        notes += [LostInFloat32(name, finite=math.isfinite(lost))] if name.isidentifier() else []
    verdict: Literal["agrees", "differs", "unchecked"] = "agrees" if agrees else "differs"
    if not bool(output.isfinite()):
        verdict = "unchecked"  # there is no slope to compare with
    return LeafCheck(name, take(gradient), take(difference), largest, verdict, tuple(notes))


def _grown(name: str, gradient: Tensor, differences: _Differences) -> tuple[Claim, ...]:
    """Say of the first number by which the slope is infinite how differences grow; nothing where none does."""
    for place, (side, step, slope, steeper) in differences.grows.items():
        if name.isidentifier() and abs(steeper) > abs(slope) and (steeper > 0) == (gradient.flatten()[place] > 0):
            return (SlopeGrows(name, _index(place, gradient), side, step, slope, steeper),)
    return ()


def _index(place: int, leaf: Tensor) -> tuple[int, ...]:
    """The index of a place among the numbers of a leaf."""
    return tuple(int(each) for each in torch.unravel_index(torch.tensor(place), leaf.shape)) if leaf.dim() else ()


def _disagreement(name: str, differences: _Differences, began: str, output: Tensor) -> tuple[Claim, ...]:
    """Say why differences are not the gradient, or are by chance, where that is known."""
    if not bool(output.isfinite()):
        return (OutputNotFinite(began),) if began.isidentifier() else ()
    if not bool(differences.bends.any()) or not name.isidentifier():
        return ()
    gap = (differences.above - differences.below).abs()
    place = int(torch.where(differences.bends, gap, -1.0).argmax())
    below, above = (float(each.flatten()[place]) for each in (differences.below, differences.above))
    return (Kink(name, _index(place, gap), below, above),)
