"""What is said of a program: the claims of each outcome, about the objects spoken of and the time spoken of."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from primer_core.backend import backend
from primer_core.claims.claim import Bound, Claim, Line
from primer_core.claims.copying import (
    AlwaysCopies,
    AxesStretched,
    AxesTurned,
    BitsReadAnew,
    CellsChosen,
    Computed,
    IndexSets,
    LiesInOrder,
    NoNegativeStrides,
    NoStridesGive,
    NotInOrder,
    OtherDtype,
    PartsTaken,
    ReadsThatCopy,
    ReadsThere,
    SingleNumber,
    StridesGive,
    TakesBytes,
    ToldToCopy,
)
from primer_core.claims.memory import (
    CopyMade,
    DrawnAs,
    IsValue,
    LiesBeside,
    NameLost,
    NewArray,
    NoArray,
    NoCells,
    NumberMade,
    OneObject,
    OtherMemory,
    ReadsMemory,
    SharesMemory,
    ViewOf,
)
from primer_core.claims.rebinding import (
    BoundTo,
    BoundToValue,
    ChangedInPlace,
    ChangedTogether,
    DidNothing,
    How,
    NameGone,
    NameSince,
    NameTaken,
    Printed,
    ReadAnotherWay,
    ReboundTo,
    Unchanged,
    Wrote,
)
from primer_core.claims.refusing import (
    LineRunsInstead,
    NotMade,
    NotRun,
    PairRefuses,
    RunsWithout,
    SaidOf,
    StatementRefused,
)
from primer_core.claims.storing import (
    CountedOnce,
    IntoUnnamed,
    LastBracketWrites,
    NoRunningTotal,
    NoWholeNumber,
    ReadThenWritten,
    ReadTooLate,
    Truncated,
    Wrapped,
    WrittenAndLost,
)
from primer_core.claims.viewing import (
    BytesCopied,
    CellsDiffer,
    LiesInOneRun,
    NothingToJoin,
    PairCompared,
    PairInShape,
    PairsFit,
    PairUnequal,
    ReshapeIsSilent,
    ViewGiven,
    ViewRefused,
    WalkedInOrder,
    WayTried,
)
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.lessons.event import Puts
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.deeds import Deed
from primer_core.lessons.views.explain import Outcome
from primer_core.lessons.views.fixes import Fix
from primer_core.lessons.views.losses import Loss
from primer_core.lessons.views.program import Change, Program, Ran, Stopped, changes, shortened
from primer_core.lessons.views.question import View, ViewsQuestion
from primer_core.lessons.views.refused_view import GivenWay, RefusedWay, Viewing, Way
from primer_core.lessons.views.state import Made
from primer_core.lessons.views.steps import Step, only_moved

_TURNING = {
    *("T", "mT", "t", "transpose", "swapaxes", "swapdims", "permute", "permute_dims", "movedim", "moveaxis"),
    *("rollaxis", "matrix_transpose"),
}
_STRETCHING = {"expand", "broadcast_to", "expand_as"}
_ORDERING = {"ravel", "contiguous", "ascontiguousarray"}
_SHAPING = {"reshape", "view", "view_as", "reshape_as", "unflatten", "flatten"}

_HOWS: Mapping[str, How] = {"same": "same", "view": "view", "apart": "beside", "copy": "own", "empty": "empty"}
"""How a claim says what a verdict or a deed says."""

_MOST_WALKED = 16
"""Most elements of memory that are listed."""


_WORDS: Mapping[str, str] = {
    "view": "VIEW", "apart": "OTHER CELLS", "copy": "COPY", "new": "NEW", "number": "NUMBER", "empty": "NO CELLS",
}  # fmt: skip
"""What an array is drawn as, by its kind; the first is drawn as the base."""


def claims_of(question: ViewsQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case Viewing():
            shaped: tuple[Claim, ...] = (*filter(None, in_shape(outcome)), *nothing_to_join(outcome))
            shaped += drawn_as(outcome.program)
            return (verdict(outcome), *viewing(outcome), *walk(outcome), *pairs(outcome), *shaped, *ways(outcome))
        case Ran() | Stopped():
            said = Said(outcome, question.view)
            found = [*said.chips(), *(claim for told in (*said.story(), *said.deeds()) for claim in told)]
            found += said.asked() if question.view == "Memory" else said.names()
            found += [*said.cause(), *said.source(), *(claim for claim, _ in said.fixes())]
            if question.view == "Names":
                found += lost(outcome)
            if question.view == "Memory":
                found += drawn_as(outcome)
                arrays = ((outcome.after.called(name), name) for name in outcome.after.names)
                found += [claim for made, name in arrays for claim in in_one_run(made, name)]
            return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What is said of a program that ran, or was stopped, beside the snippet of one view.

    Parameters
    ----------
    program
        What is spoken of.
    view
        Whose snippet stands beside it.
    """

    program: Program
    view: View

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return where each line stands in the snippet: those that ran, and the one that failed."""
        return views_code.places(self.program, self.view)

    @property
    def since(self) -> Line:
        """Return the last line before the statements."""
        return self.lines[len(self.program.definitions)]

    # Who is who

    def bound(self, name: str, number: int, at: int | None = None) -> Bound:
        """Return the line that bound a name to an array, the last one up to the line with a number."""
        history = self.program.history
        last = len(history) - 1 if at is None else at
        for place in range(last, -1, -1):
            before = history[place - 1].get(name) if place else None
            if history[place].get(name) == number and before != number:
                return (name, *self.lines[place])
        raise KeyError(f"{name} was never bound to array {number}")

    def holds(self, name: str, number: int) -> bool:
        """Return whether a name is bound to an array in the end."""
        return self.program.history[-1].get(name) == number

    def parent(self, number: int, at: int, own: str) -> Bound:
        """Return what an array was called when the line with a number ran: by the name that it keeps, if it keeps one.

        Parameters
        ----------
        number
            Of the array.
        at
            Number of the line.
        own
            Name of the other array, which is bound in that line.
        """
        history = self.program.history
        for place in (at - 1, at, *range(at - 2, -1, -1)):
            if place >= 0:
                names = sorted(
                    name for name, found in history[place].items() if found == number and (name != own or place < at)
                )
                if names:
                    name = next((name for name in names if self.holds(name, number)), names[0])
                    return self.bound(name, number, place)
        raise KeyError(f"array {number} had no name by line {at}")

    # What each name is

    def chips(self) -> tuple[Claim, ...]:
        """Say in a few words what each name is to those before it."""
        found = [kin.chip() for kin in (*self._defined(), *self._new())]
        return (*found, *(NoArray(name) for name, _ in self.program.values))

    def story(self) -> tuple[tuple[Claim, ...], ...]:
        """Tell what each definition made, and why, and what the statements changed; of names only the latter.

        Returns
        -------
        tuple
            The claims of each paragraph.
        """
        found = [] if self.view == "Names" else [kin.told() for kin in self._defined()]
        found += self._changed()
        told = tuple(filter(None, found))
        if not told and self.view == "Memory":
            made = self.program.before.called("a")
            size = self.program.before.buffers[made.buffer].nbytes
            return ((OtherMemory(self.bound("a", made.number), True, size, ()),),)
        return told

    def _defined(self) -> list[Kin]:
        found = []
        for verdict in self.program.verdicts:
            root = verdict.name.partition("[")[0]
            at = 1 + next(i for i, line in enumerate(self.program.definitions) if line.startswith(f"{root} = "))
            number = self.program.before.called(verdict.name).number
            of = self.program.before.called(verdict.of).number if verdict.of else None
            found.append(Kin(self, verdict.name, number, at, _HOWS[verdict.kind], of, verdict.steps))
        return found

    def _bound_last(self) -> dict[str, Kin]:
        """Return what each name was bound to last by a statement."""
        found = {}
        for place, deed in enumerate(self.program.deeds):
            for kin in self._of_deed(place, deed):
                found[kin.name] = kin
        return found

    def _of_deed(self, place: int, deed: Deed) -> list[Kin]:
        at = 1 + len(self.program.definitions) + place
        return [
            Kin(self, one.name, one.number, at, _HOWS[one.how], one.of_number, one.steps)
            for one in deed.bound
            if one.number is not None
        ]

    def _new(self) -> list[Kin]:
        program = self.program
        return [
            kin
            for name, kin in self._bound_last().items()
            if name in program.after.names and name not in program.before.names
        ]

    # What statements did

    def _changed(self) -> list[tuple[Claim, ...]]:
        program = self.program
        found: list[tuple[Claim, ...]] = []
        if program.statements:
            all_changes = changes(program)
            found += [self._rebound(change) for change in all_changes if change.rebound]
            found.append(tuple(self._written(all_changes)))
        found.append(tuple(IsValue(name, value) for name, value in program.values))
        if isinstance(program, Stopped):
            found.append(tuple(self._stop(program)))
        for place, deed in enumerate(program.deeds):
            line = self.lines[1 + len(program.definitions) + place]
            for lost in deed.unnamed:
                code = self.spelled(lost.code)
                by_list = bool(lost.steps) and lost.steps[-1].operation == "index" and lost.steps[-1].chooses
                found.append((WrittenAndLost(line, code), *([LastBracketWrites(line, code)] if by_list else [])))
            if deed.overlap is not None:
                running = deed.overlap.running
                found.append((ReadThenWritten(line), *([NoRunningTotal(line, running)] if running else [])))
            if deed.again is not None:
                again = deed.again
                found.append((CountedOnce(line, again.name, again.cell, again.times, again.each),))
            if deed.too_late is not None:
                late = deed.too_late
                copied = f"{late.read}.{'copy' if backend(program.library).runs_numpy_code else 'clone'}()"
                found.append((ReadTooLate(line, late.written, late.read, late.target, copied),))
        return [*found, *((self._lost(self.lines[place], loss),) for place, loss in program.losses)]

    def _rebound(self, change: Change) -> tuple[Claim, ...]:
        program, name = self.program, change.name
        if change.bound == "first":
            kin = self._bound_last().get(name)
            return kin.told() if kin else ()
        number = program.before.called(name).number
        was = self.bound(name, number, len(program.definitions))
        if change.bound == "gone":
            kept = program.after.lying_in(program.after.arrays[number].buffer)
            names = tuple(sorted(label for made in kept for label in made.names))
            return (NameGone(was, self.since, change.cells, names),)
        kin = self._bound_last().get(name)
        now = self.bound(name, program.after.called(name).number)
        told = kin.told() if kin else ()
        if self._is_turned(number):
            return told  # what it was bound to before is neither as it was nor changed in its cells alone
        return (ReboundTo(now, was, self.since, change.cells), *told)

    def _written(self, found: Iterable[Change]) -> list[Claim]:
        kept = [change for change in found if change.bound == "kept"]
        changed = [change.name for change in kept if change.cells]
        after = self.program.after
        memories = {name: after.called(name).buffer for name in changed}
        said: list[Claim] = []
        if len(changed) > 1 and len(set(memories.values())) == 1:
            said.append(ChangedTogether(tuple(changed), self.since))
        elif changed:
            said.append(ChangedInPlace(tuple(changed), self.since))
        for change in kept:
            if not change.cells and not self._is_turned(after.called(change.name).number):
                own = after.called(change.name).buffer
                elsewhere = next((name for name in changed if memories[name] != own), None)
                beside = any(memory == own for memory in memories.values())
                said.append(Unchanged(change.name, self.since, None if beside else elsewhere))
        return said

    def _is_turned(self, number: int) -> bool:
        """Return whether an array is read in another way than before the statements."""
        layouts = [state.arrays[number].layout for state in (self.program.before, self.program.after)]
        return len({(layout.shape, layout.strides) for layout in layouts}) > 1

    def _stop(self, program: Stopped) -> list[Claim]:
        line = self.lines[-1]
        if program.place == "then":
            found: list[Claim] = [StatementRefused(line, program.untouched)]
        else:
            found = [NotMade(line, program.place)]
        return [*found, *([NotRun(line, program.not_run)] if program.not_run else [])]

    def _lost(self, line: Line, loss: Loss) -> Claim:
        code = loss.code if loss.code == line[0] else self.spelled(loss.code)
        facts = (line, code, loss.dtype, loss.count, _number(loss.meant), _number(loss.kept))
        kinds: Mapping[str, Callable[..., Claim]] = {"cut": Truncated, "wrapped": Wrapped, "other": NoWholeNumber}
        return kinds[loss.how](*facts)

    def names(self) -> tuple[NameSince, ...]:
        """Say what became of each name by the statements."""
        return tuple(NameSince(one.name, self.since, one.bound, one.cells) for one in changes(self.program))

    def deeds(self) -> tuple[tuple[Claim, ...], ...]:
        """Say what each statement did."""
        return tuple(self._told(place, deed) for place, deed in enumerate(self.program.deeds))

    def _told(self, place: int, deed: Deed) -> tuple[Claim, ...]:
        at = 1 + len(self.program.definitions) + place
        line = self.lines[at]
        found: list[Claim] = []
        for kin in self._of_deed(place, deed):
            of = None if kin.of is None else self.parent(kin.of, at, kin.name)
            found.append(BoundTo(self.bound(kin.name, kin.number, at), kin.how, of))
        for one in deed.bound:
            if one.how == "value":
                found.append(BoundToValue((one.name, *line), shortened(one.values)))
            elif one.how == "gone":
                found.append(NameTaken(line, one.name))
        if deed.cells:
            found.append(Wrote(line, deed.cells))
        found += [ReadAnotherWay(line, name, shape) for name, shape in deed.turned]
        found += [IntoUnnamed(line, self.spelled(lost.code)) for lost in deed.unnamed]
        if deed.printed:
            found.append(Printed(line, sum(printed.count("\n") + 1 for printed in deed.printed)))
        return tuple(found) or (DidNothing(line),)

    # What was asked, and what helps

    def asked(self) -> tuple[Claim, ...]:
        """Say what the library answered when it was asked about sharing."""
        return tuple(SharesMemory(one.code, one.first, one.second, one.answer) for one in self.program.asked)

    def cause(self) -> tuple[Claim, ...]:
        """Say why the library refused a line, where more is known than its words."""
        if not isinstance(self.program, Stopped) or self.program.cause is None:
            return ()
        return (replace(self.program.cause, line=self.lines[-1]),)  # type: ignore[type-var]  # each cause is a dataclass, and has its line

    def source(self) -> tuple[Claim, ...]:
        """Say of which part of a line the library said its words, where that is not clear from them."""
        program = self.program
        if not isinstance(program, Stopped):
            return ()
        if program.line.startswith(program.part) or program.line == f"{program.place} = {program.part}":
            return ()
        return (SaidOf(self.lines[-1], self.spelled(program.part)),)

    def fixes(self) -> tuple[tuple[Claim, Puts], ...]:
        """List what would work, and what it puts into the fields."""
        if not isinstance(self.program, Stopped):
            return ()
        return tuple((self._fix(fix), fix.texts) for fix in self.program.fixes)

    def _fix(self, fix: Fix) -> Claim:
        line = self.lines[fix.line]
        match fix.how:
            case "instead":
                return LineRunsInstead(line, fix.code, fix.name, fix.shape, fix.dtype)
            case "without":
                return RunsWithout(line, fix.name)
            case "pairs":
                left, right = fix.axes
                return PairRefuses(line, fix.code, (left, right))

    def spelled(self, code: str) -> str:
        """Write a part of a line as code that runs after the usual imports."""
        try:
            return views_code.spelled(read_expression(code).node, self.program.history[-1])
        except Rejection:
            return code


@dataclass(frozen=True, slots=True, eq=False)
class Kin:
    """What a name was bound to by one line, and what that is to the arrays that were there.

    Parameters
    ----------
    said
        Knows the program.
    name, number
        The name, and the number of its array.
    at
        Number of the line.
    how, of
        What it is, and the number of the array whose object or memory it is; None for none.
    steps
        How it was made.
    """

    said: Said
    name: str
    number: int
    at: int
    how: How
    of: int | None
    steps: tuple[Step, ...]

    @property
    def bound(self) -> Bound:
        """Return the name with the line that bound it."""
        return self.said.bound(self.name, self.number, self.at)

    @property
    def held(self) -> bool:
        """Return whether the name is bound to it in the end."""
        return self.said.holds(self.name, self.number)

    def _is_number(self) -> bool:
        return self.said.program.after.arrays[self.number].is_number

    def chip(self) -> Claim:
        """Say in a few words what it is."""
        if self.of is not None:
            of = self.said.parent(self.of, self.at, self.name)
            of_held = self.said.holds(of[0], self.of)
            match self.how:
                case "same":
                    return OneObject(self.bound, of, self.held and of_held)
                case "view":
                    return ViewOf(self.bound, of, self.held, of_held)
                case _:
                    return LiesBeside(self.bound, of, self.held, of_held)
        if self._is_number():
            return NumberMade(self.bound, self.held)
        if self.how == "empty":
            return NoCells(self.bound, self.held)
        return (CopyMade if only_moved(self.steps) else NewArray)(self.bound, self.held)

    def told(self) -> tuple[Claim, ...]:
        """Tell what it is, and why."""
        program = self.said.program
        made = program.after.arrays[self.number]
        reasons = tuple(self._reasons())
        if self.how == "view" and self.of is not None:
            of = self.said.parent(self.of, self.at, self.name)
            held = (self.held, self.said.holds(of[0], self.of))
            lies = self.steps[-1].after if self.steps else None
            shape, strides = (lies.shape, lies.strides) if lies else (made.layout.shape, made.layout.strides)
            return (ReadsMemory(self.bound, of, *held, shape, strides), *reasons)
        if self.how != "own" or self._is_number():
            return reasons  # what it is, the chip says
        earlier = program.history[self.at - 1]
        apart = tuple(sorted(name for name, number in earlier.items() if self._still(name, number)))
        size = program.after.buffers[made.buffer].nbytes
        return (OtherMemory(self.bound, self.held, size, apart), *reasons)

    def _still(self, name: str, number: int) -> bool:
        """Return whether a name that was there before is bound to the same array in the end."""
        is_number = self.said.program.after.arrays[number].is_number
        return name != self.name and not is_number and self.said.holds(name, number)

    def _reasons(self) -> Iterable[Claim]:
        """Say why a line gave what it gave: a copy by the last step that copied, a view by its last step."""
        if not self.steps or self.how in ("same", "empty"):
            return
        last = len(self.steps) - 1
        if self.how == "own" and not self._is_number():
            last = max((place for place, step in enumerate(self.steps) if step.result != "view"), default=last)
        step = self.steps[last]
        code = self.said.spelled(step.code)
        line = self.said.lines[self.at]
        yield from self._reason(step, line, code)
        if last < len(self.steps) - 1:
            yield ReadsThatCopy(self.bound, code)

    def _reason(self, step: Step, line: Line, code: str) -> Iterable[Claim]:
        before, after, operation = step.before, step.after, step.operation
        if step.result == "number":
            yield from [SingleNumber(line, code)] if operation == "index" else []
        elif before is None:
            return
        elif step.result == "view":
            yield _why_view(step, self.bound, line, code)
            source = _source_of(code)
            if operation == "view" and before.dtype != after.dtype and source:
                instead = backend(after.library).cast_code(source, after.dtype)
                yield BitsReadAnew(line, code, before.dtype, after.dtype, instead)
        elif not step.moves:
            yield from [] if operation.endswith("_like") or operation == "index" else [Computed(line, code)]
        elif step.casts and step.shares == "maybe" and (operation != "astype" or step.copies is False):
            yield OtherDtype(line, code, before.dtype, after.dtype)
        elif step.copies and not step.casts:
            yield ToldToCopy(line, code)
        elif operation == "index":
            yield from [CellsChosen(line, code)] if step.chooses else []
        elif operation in _ORDERING and step.shares == "maybe":
            source = _source_of(code)
            yield from [NotInOrder(line, code, source)] if not before.in_order and source else []
        elif operation in ("reshape", "reshape_as", "flatten") and step.shares == "maybe":
            yield NoStridesGive(line, code, after.shape)
        elif operation in ("flip", "fliplr", "flipud"):
            yield NoNegativeStrides(line, code)
        elif step.shares == "never" or operation == "astype":
            yield AlwaysCopies(line, code, operation)


def _why_view(step: Step, name: Bound, line: Line, code: str) -> Claim:
    """Say what an operation did that gave a view."""
    before, after, operation = step.before, step.after, step.operation
    assert before is not None
    there = ReadsThere(line, code, after.shape, after.strides)
    if before.library != after.library:
        kinds = {"NumPy": "array", "PyTorch": "tensor"}
        return TakesBytes(line, code, (kinds[before.library], kinds[after.library]))
    if operation == "index" and not step.chooses and step.offset is not None:
        return IndexSets(line, code, step.offset, after.strides)
    if operation == "unpacking" and step.offset is not None and before.strides and before.strides[0]:
        return PartsTaken(name, line[0].partition(" = ")[2], step.offset // before.strides[0])
    if operation in _TURNING:
        return AxesTurned(line, code, before.strides, after.strides)
    if operation in _STRETCHING:
        sizes = zip(after.shape, after.strides, strict=True)
        axes = tuple(axis for axis, (size, stride) in enumerate(sizes) if size > 1 and not stride)
        return AxesStretched(line, code, axes) if axes else there
    if operation in _ORDERING and before.in_order and _source_of(code):
        return LiesInOrder(line, code, _source_of(code))
    if operation in _SHAPING and not step.casts:
        return StridesGive(line, code, after.shape, after.strides)
    return there


def _source_of(code: str) -> str:
    """Return what the last operation of an expression was done to, as code; empty where that is not plain to see."""
    try:
        node = read_expression(code).node
    except Rejection:
        return ""
    match node:
        case ast.Call(ast.Attribute(ast.Name("np" | "torch")), [first, *_]):
            return ast.unparse(first)
        case ast.Call(ast.Attribute(holder)):
            return ast.unparse(holder)
    return ""


def _number(value: Any) -> str:
    """Write a number as Python does."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def verdict(found: Viewing) -> Claim:
    """Say in a few words whether a view is given."""
    if isinstance(found.view, GivenWay):
        return ViewGiven(found.view.code, found.program.after.called("c").layout.shape)
    return ViewRefused(found.view.code, found.wish)


def viewing(found: Viewing) -> tuple[Claim, ...]:
    """Tell whether a view is given, why not, and what each way to the new shape copies."""
    view, in_order, reshaped = found.ways
    refused = [pair for pair in found.pairs if pair.refuses]
    said: list[Claim] = []
    if found.allowed:
        joined = tuple((pair.left, pair.right) for pair in found.pairs if pair.wanted)
        said.append(PairsFit(view.code, joined))
    elif refused:
        pair = refused[0]
        said.append(PairUnequal(view.code, (pair.left, pair.right), pair.stride, pair.size, pair.next_stride))
    else:
        said.append(CellsDiffer(view.code, found.program.before.called("b").values.size, found.wish))
    if isinstance(in_order, GivenWay) and isinstance(reshaped, GivenWay):
        said += [BytesCopied(in_order.code, in_order.copied), BytesCopied(reshaped.code, reshaped.copied)]
        said.append(ReshapeIsSilent(reshaped.code, bool(reshaped.copied)))
    return tuple(said)


def pairs(found: Viewing) -> tuple[PairCompared, ...]:
    """Compare the strides of each pair of axes."""
    return tuple(
        PairCompared("b", (pair.left, pair.right), pair.stride, pair.size, pair.next_stride, pair.joins)
        for pair in found.pairs
    )


def in_shape(found: Viewing) -> tuple[PairInShape | None, ...]:
    """Say of each pair of axes whether the new shape joins it; None where there is no such shape."""
    return tuple(
        None if pair.wanted is None else PairInShape("b", (pair.left, pair.right), pair.wanted, not pair.refuses)
        for pair in found.pairs
    )


def nothing_to_join(found: Viewing) -> tuple[Claim, ...]:
    """Say that there are no two axes to join; nothing where there are."""
    return () if found.pairs else (NothingToJoin(found.program.before.called("b").layout.shape),)


def drawn_as(program: Program) -> tuple[DrawnAs, ...]:
    """Say of each array that has a name what it was to those before it; nothing of the base."""
    named = (made for made in program.after.arrays if made.names and made.kind in _WORDS)
    return tuple(DrawnAs(made.names[0], _WORDS[made.kind]) for made in named)


def lost(program: Program) -> tuple[NameLost, ...]:
    """Say what became of the memory of each array that has no name any more."""
    gone = (made for made in program.after.arrays[: len(program.before.arrays)] if not made.names)
    kept = ((made.name.removeprefix("old "), program.after.lying_in(made.buffer)) for made in gone)
    return tuple(NameLost(name, tuple(other.names[0] for other in others)) for name, others in kept)


def in_one_run(made: Made, name: str) -> tuple[LiesInOneRun, LiesInOneRun]:
    """Say of an array whether its cells lie side by side, the last axis fastest, or the first."""
    layout = made.layout
    return LiesInOneRun(name, "C", layout.c_contiguous), LiesInOneRun(name, "F", layout.f_contiguous)


def ways(found: Viewing) -> tuple[WayTried, ...]:
    """Say what each way to the new shape gave."""
    return tuple(_way(way) for way in found.ways)


def _way(way: Way) -> WayTried:
    match way:
        case GivenWay(code, shares, copied):
            return WayTried(code, "view" if shares else "copy" if copied else "empty", copied)
        case RefusedWay(code):
            return WayTried(code, "refused", 0)


def walk(found: Viewing) -> tuple[Claim, ...]:
    """Write the elements that b reads in the order in which a new shape reads them; nothing where it has no cells."""
    order = found.program.before.called("b").layout.addresses.ravel().tolist()
    return (WalkedInOrder("b", tuple(order[:_MOST_WALKED]), len(order) > _MOST_WALKED),) if order else ()
