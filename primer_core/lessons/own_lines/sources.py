"""Where a cell of a program came from: its sources, line by line back to the inputs, and the arithmetic in numbers."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isclose, isnan, prod
from typing import Any

import numpy as np

from primer_core.language.evaluator import Call
from primer_core.language.execution import is_array
from primer_core.language.parsing import code_statements
from primer_core.language.provenance import operands
from primer_core.language.table import entry_named
from primer_core.language.table import sources as rules
from primer_core.language.table.entry import Bound
from primer_core.lessons.event import EventError
from primer_core.lessons.own_lines.ledger import Birth, Cells, Ledger, Origin, Statement, twin_of
from primer_core.lessons.own_lines.trace import Trace

MAX_ROWS = 12
"""Rows of a chain that are told."""

_MAX_CELLS = 400
"""Cells of a chain that are followed."""

_LONGEST = 96
"""Characters of an expression that is spelled out."""

_DEEPEST = 12
"""Steps within one statement that are spelled out."""

Named = tuple[str, tuple[int, ...]]
"""A cell: the name of an array and one index an axis."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one cell came to be.

    Parameters
    ----------
    statement
        The statement that made it.
    cell
        What it is called after that statement.
    value
        What stood there then.
    shown
        What it was computed of, as an expression over cells that have names before the statement; empty where it is
        too long, or has no such form.
    numbers
        The same with the numbers that stood there.
    sources
        The cells with names that it came from, in the order of their names.
    """

    statement: Statement
    cell: Named
    value: Any
    shown: str
    numbers: str
    sources: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one array that one statement made.

    Parameters
    ----------
    row
        How the first of them came to be; None where that is not known.
    name
        What the array is called.
    line, time
        Which statement; 0 where that is not known.
    cells
        All of them.
    """

    row: Row | None
    name: str
    line: int
    time: int
    cells: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a cell came from.

    Parameters
    ----------
    cell
        What was asked for.
    groups
        The latest first; the cell itself stands in the first one.
    left_out
        int, how many groups there are beyond `MAX_ROWS`.
    """

    cell: Named
    groups: tuple[Group, ...]
    left_out: int


class NotKnownError(LookupError):
    """What a cell came from was not seen."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a cell came from.

    Parameters
    ----------
    operands
        For each operand of the call the numbers of the cells.
    numbers
        Numbers of the cells that Python's own numbers among the arguments came from.
    """

    operands: tuple[tuple[int, ...], ...]
    numbers: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Return the numbers of all cells, each once; a 0 among them is one that nothing is known of."""
        return tuple(dict.fromkeys((*(number for each in self.operands for number in each), *self.numbers)))


def chain_of(trace: Trace, at: int, text: str) -> Chain | None:
    """Return where a cell came from; None where the text names none that is there.

    Parameters
    ----------
    trace
        The program.
    at
        int, how many of its steps are shown.
    text
        The name of an array in sight and the flat place of the cell, as ``rows:1``.
    """
    name, _, written = text.rpartition(":")
    cells = _in_sight(trace, at).get(name)
    if cells is None or not (written.isdecimal() and len(written) < 10 and int(written) < cells.size):
        return None
    place = int(written)
    return Finder(_ledger_of(trace)).chain((name, _index(place, cells.shape)), int(cells.reshape(-1)[place]))


def place_of(trace: Trace, at: int, name: str, index: Sequence[int]) -> str:
    """Write a cell of an array in sight as `chain_of` reads it.

    Raises
    ------
    EventError
        If there is no such cell.
    """
    cells = _in_sight(trace, at).get(name)
    if (
        cells is None
        or len(index) != cells.ndim
        or not all(0 <= i < n for i, n in zip(index, cells.shape, strict=True))
    ):
        raise EventError(f"{name} has no cell {tuple(index)} there.")
    return f"{name}:{int(np.ravel_multi_index(tuple(index), cells.shape)) if index else 0}"


def _in_sight(trace: Trace, at: int) -> Mapping[str, Cells]:
    """Return the cells of the names that the last of so many steps sees."""
    steps = trace.steps[:at]
    return _ledger_of(trace).sights.get(steps[-1].moment, {}) if steps else {}


def _ledger_of(trace: Trace) -> Ledger:
    assert trace.ledger is not None
    return trace.ledger


def sources_of(ledger: Ledger, number: int) -> Known:
    """Return the cells that a cell came from at once.

    Raises
    ------
    NotKnownError
        If that was not seen.
    """
    origin = ledger.origin_of(number)
    if origin is None or not origin.entry:
        raise NotKnownError
    if origin.call is None:
        return Known((), tuple(filter(None, origin.numbers)))
    cell = number - origin.first
    found = _read(origin, cell) if origin.written is None else _written(origin, origin.call, int(origin.written[cell]))
    return Known(
        tuple(tuple(map(int, numbers[cells])) for numbers, cells in zip(origin.read, found, strict=True)),
        origin.numbers,
    )


def _read(origin: Origin, cell: int) -> Sequence[Cells]:
    call = origin.call
    assert call is not None
    rule = call.entry.rule
    if rule.sources is None:
        return _whole(origin)
    try:
        found: Sequence[Cells] = rule.sources(call, cell, origin.part)
    except (LookupError, ValueError, RuntimeError, TypeError):
        return _whole(origin)
    return found if len(found) == len(origin.read) else _whole(origin)


def _whole(origin: Origin) -> Sequence[Cells]:
    return [np.arange(numbers.size) for numbers in origin.read]


def _written(origin: Origin, call: Call, cell: int) -> Sequence[Cells]:
    """Return what a cell that was written to came from: what the same call without writing would have read."""
    if call.entry.name.endswith(".[]="):
        return _put(call, cell)
    if call.entry.name == "Tensor.copy_":
        return [rules.NO_CELLS, *rules.same_place(call, cell, 0)[1:]]
    if call.entry.name in ("Tensor.fill_", "Tensor.zero_", "ndarray.fill"):
        return [rules.NO_CELLS, *_whole(origin)[1:]]
    twin = twin_of(call.entry)
    if twin is None or twin.rule.sources is None:
        return _whole(origin)
    try:
        bound = twin.bind(call.bound.positional, {k: v for k, v in call.bound.keywords.items() if k != "out"})
        found = list(twin.rule.sources(Call(twin, bound, call.result, call.place), cell, 0))
    except (LookupError, ValueError, RuntimeError, TypeError):
        return _whole(origin)
    out = call.bound.values.get("out")
    return found if out is None else [*found, *(rules.NO_CELLS for each in operands(call) if each is out)]


def _put(call: Call, cell: int) -> Sequence[Cells]:
    """Return what stands in a cell after ``x[index] = value``: a cell of the value, and what of the index named it."""
    array, index, value = (call.bound.values[name] for name in ("x", "index", "value"))
    chosen = np.asarray(rules.numbered(array, 0)[index])
    place = int(np.flatnonzero(chosen.reshape(-1) == cell)[-1])
    indexed = entry_named("ndarray.[]" if isinstance(array, np.ndarray) else "Tensor.[]")
    assert indexed is not None
    assert indexed.rule.sources is not None
    asked = Call(indexed, indexed.bind((array, index), {}), chosen, call.place)
    found = [rules.NO_CELLS, *indexed.rule.sources(asked, place, 0)[1:]]
    arrays = list(operands(Call(call.entry, Bound((value,), {}, {}), None, call.place)))
    if len(arrays) == 1 and arrays[0] is value:
        shape = tuple(value.shape)
        while len(shape) > chosen.ndim and shape[0] == 1:  # leading axes of 1 are left out when an array is written
            shape = shape[1:]
        numbers = np.arange(prod(shape)).reshape(shape)
        return [*found, np.broadcast_to(numbers, chosen.shape).reshape(-1)[[place]].astype(np.int64)]
    return [*found, *(np.arange(prod(each.shape)) for each in arrays)]


# The chain


@dataclass(eq=False)
class Finder:
    """Finds where cells of a program came from.

    Parameters
    ----------
    ledger
        What was kept of it.
    """

    ledger: Ledger

    @cached_property
    def births(self) -> Mapping[int, tuple[Birth, int]]:
        """By the number of a cell, when a name first held it, and at which flat place."""
        found: dict[int, tuple[Birth, int]] = {}
        for birth in self.ledger.births:
            for place, number in enumerate(birth.cells.reshape(-1).tolist()):
                if number:
                    found.setdefault(number, (birth, place))
        return found

    def chain(self, cell: Named, number: int) -> Chain:
        """Return where a cell came from, back to the inputs."""
        waiting, seen = [number], {number}
        rows: dict[int, Row | None] = {}
        while waiting and len(rows) < _MAX_CELLS:
            at = waiting.pop(0)
            rows[at] = row = self._row(at)
            if row is None:
                continue
            for source in self._named_sources(at, row.statement):
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        groups: dict[tuple[int, int, str], list[int]] = {}
        for at, row in rows.items():
            line, time = (0, 0) if row is None else (row.statement.line, row.statement.time)
            groups.setdefault((line, time, self._name_of(at, cell, number)[0]), []).append(at)
        first = next(iter(groups.items()))
        order = {id(birth.statement): place for place, birth in enumerate(self.ledger.births)}

        def late(group: tuple[tuple[int, int, str], list[int]]) -> int:
            row = rows[group[1][0]]
            return -1 if row is None else order.get(id(row.statement), -1)

        later = sorted(list(groups.items())[1:], key=late, reverse=True)
        found = tuple(
            Group(rows[numbers[0]], name, line, time, tuple(self._name_of(each, cell, number) for each in numbers))
            for (line, time, name), numbers in (first, *later)
        )
        return Chain(cell, found[:MAX_ROWS], max(len(found) - MAX_ROWS, 0))

    def _name_of(self, number: int, cell: Named, asked: int) -> Named:
        known = self.births.get(number)
        if known is None:
            return cell if number == asked else ("", ())
        birth, place = known
        return birth.name, _index(place, birth.cells.shape)

    def _row(self, number: int) -> Row | None:
        known = self.births.get(number)
        if known is None or not known[0].statement.tells:
            return None
        birth, place = known
        statement = birth.statement
        try:
            sources = self._named_sources(number, statement)
        except NotKnownError:
            return None
        names = self._names_at(statement)
        cells = tuple(sorted(names[source] for source in sources))
        value = self._value_of(number)
        shown = numbers = ""
        try:
            term = _Writer(self.ledger, names, statement).term(number)
            if len(term.text) <= _LONGEST:
                shown, numbers = term.text, term.numbers
        except _NoTerm:
            pass
        return Row(statement, (birth.name, _index(place, birth.cells.shape)), value, shown, numbers, cells)

    def _value_of(self, number: int) -> Any:
        origin = self.ledger.origin_of(number)
        assert origin is not None
        return origin.values[number - origin.first]

    def _names_at(self, statement: Statement) -> Mapping[int, Named]:
        """Return, by number, what cells are called before a statement: by the name that held them first, if it does."""
        found: dict[int, Named] = {}
        for name, cells in statement.names.items():
            for place, number in enumerate(cells.reshape(-1).tolist()):
                if number in self.births:
                    found.setdefault(number, (name, _index(place, cells.shape)))
        return found

    def _named_sources(self, number: int, statement: Statement) -> tuple[int, ...]:
        """Return the cells with names before a statement that a cell came from.

        Raises
        ------
        NotKnownError
            If it came from something that was not seen.
        """
        names = self._names_at(statement)
        waiting, found = [*sources_of(self.ledger, number).all], dict[int, None]()
        seen = set(waiting)
        while waiting:
            at = waiting.pop(0)
            if at in names:
                found[at] = None
                continue
            for source in sources_of(self.ledger, at).all:
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return tuple(found)


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(place, shape))) if shape else ()


# The arithmetic


class _NoTerm(Exception):  # noqa: N818 - a signal, and no error
    """A cell has no form that is spelled out here."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a cell was computed of.

    Parameters
    ----------
    text
        As an expression over named cells.
    numbers
        The same with numbers in their place.
    amount
        Its value, computed anew from these numbers.
    binds
        int, how strongly its sign binds, as Python has it; `_ATOM` for what is no sum.
    """

    text: str
    numbers: str
    amount: Any
    binds: int = 4

    def within(self, binds: int) -> tuple[str, str]:
        """Return text and numbers as they stand beside a sign that binds so strongly."""
        bare = self.binds >= binds
        minus = self.binds == _ATOM and self.numbers.startswith("-")
        text = self.text if bare else f"({self.text})"
        return text, (self.numbers if bare and not minus else f"({self.numbers})")


_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ATOM = 4
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "**": 3}
_NAMED_SIGNS = {
    "add": "+", "subtract": "-", "sub": "-", "multiply": "*", "mul": "*", "divide": "/", "true_divide": "/", "div": "/",
}  # fmt: skip
_SUMMED = ("sum", "cumsum", "trace")
_CHOSEN = {"max": max, "amax": max, "min": min, "amin": min}


@dataclass(slots=True, eq=False)
class _Writer:
    """Spells out cells over those that have names before a statement."""

    ledger: Ledger
    names: Mapping[int, Named]
    statement: Statement

    def term(self, number: int, depth: int = 0) -> Term:
        """Spell out what a cell was computed of."""
        origin = self.ledger.origin_of(number)
        if origin is None or not origin.entry or depth > _DEEPEST:
            raise _NoTerm
        value = origin.values[number - origin.first]
        made = self._made(origin, number, value, depth)
        if not _equal(made.amount, value):
            raise _NoTerm
        return made

    def _cell(self, number: int, depth: int) -> Term:
        """Write a cell: by its name, if it has one."""
        named = self.names.get(number)
        if named is None:
            return self.term(number, depth + 1)
        origin = self.ledger.origin_of(number)
        if origin is None:
            raise _NoTerm
        if not origin.entry:
            raise _NoTerm  # its value was not seen
        value = origin.values[number - origin.first]
        name, index = named
        text = f"{name}[{', '.join(map(str, index))}]" if index else name
        return Term(text, number_code(value), value.item())

    def _made(self, origin: Origin, number: int, value: Any, depth: int) -> Term:
        if origin.call is None:
            terms = [
                self._cell(known, depth) if known else self._bare(given, str(given))
                for known, given in zip(origin.numbers, origin.arguments, strict=True)
            ]
            return self._signed(origin.entry, terms)
        known = sources_of(self.ledger, number)
        call, name = origin.call, origin.entry
        owner, _, last = name.rpartition(".")
        if name.endswith(".[]="):
            given = call.bound.values["value"]
            if known.operands and known.operands[-1] and operands(call)[-1] is given:
                return self._cell(known.operands[-1][0], depth)
            return self._argument(call, given, 1, depth, known)
        kind, rule = call.entry.rule.kind, call.entry.rule.sources
        if origin.written is not None:
            twin = twin_of(call.entry)
            if twin is None or twin.rule.sources is None:
                raise _NoTerm
            kind, rule = twin.rule.kind, twin.rule.sources
            last = twin.name.rpartition(".")[2]
        cells = [cell for each in known.operands for cell in each]
        if kind == "moved" or last == "[]":
            if len(known.operands[0] if last == "[]" else cells) != 1:
                raise _NoTerm
            return self._cell(cells[0], depth)
        if rule is rules.same_place:
            return self._elementwise(origin, call, owner, last, known, value, depth)
        if len(known.operands) == 1 and not _has_options(call.bound):
            return self._reduced(last, cells, depth)
        if kind == "product" and len(known.operands) == 2:
            return self._product(known.operands, depth)
        raise _NoTerm

    def _elementwise(
        self, origin: Origin, call: Call, owner: str, last: str, known: Known, value: Any, depth: int
    ) -> Term:
        given = call.bound.positional
        terms = [self._argument(call, each, place, depth, known) for place, each in enumerate(given)]
        sign = last if owner == "operator" else _NAMED_SIGNS.get(last, "")
        if sign in _SIGNS and len(terms) == 2:
            return self._signed(sign, terms)
        if last == "-x":
            return self._signed("-x", terms)
        if owner in ("np", "torch", "F") and not call.bound.keywords and origin.written is None:
            title = f"torch.nn.functional.{last}" if owner == "F" else f"{owner}.{last}"
            texts, numbers = ", ".join(term.text for term in terms), ", ".join(term.numbers for term in terms)
            return Term(f"{title}({texts})", f"{title}({numbers})", value.item())
        if len(terms) == 1 and not call.bound.keywords and _equal(terms[0].amount, value):
            return terms[0]
        raise _NoTerm

    def _argument(self, call: Call, given: Any, place: int, depth: int, known: Known) -> Term:
        for each, cells in zip(operands(call), known.operands, strict=True):
            if each is given:
                if len(cells) != 1:
                    raise _NoTerm
                return self._cell(cells[0], depth)
        return self._bare(given, _written_at(call.place.text, place))

    def _bare(self, given: Any, text: str) -> Term:
        """Write a number that is no cell: by its name, if that stands there, and else as it is."""
        if type(given) not in (int, float):
            raise _NoTerm
        named = text in self.statement.values and self.statement.values[text] is given
        return Term(text if named else repr(given), number_code(given), given)

    def _signed(self, sign: str, terms: Sequence[Term]) -> Term:
        if sign == "-x":
            (text, numbers), amount = terms[0].within(3), -terms[0].amount
            return Term(f"-{text}", f"-{numbers}", amount, 2)
        if sign not in _SIGNS or len(terms) != 2:
            raise _NoTerm
        binds = _BINDS.get(sign, 0)
        (one, first), (other, second) = terms[0].within(binds + (sign == "**")), terms[1].within(binds + 1)
        try:
            amount = _SIGNS[sign](terms[0].amount, terms[1].amount)
        except (ArithmeticError, TypeError) as error:
            raise _NoTerm from error
        return Term(f"{one} {sign} {other}", f"{first} {sign} {second}", amount, binds)

    def _reduced(self, last: str, cells: Sequence[int], depth: int) -> Term:
        if not 0 < len(cells) <= _LONGEST // 4:
            raise _NoTerm
        terms = [self._cell(cell, depth) for cell in cells]
        amounts = [term.amount for term in terms]
        sign = "*" if last in ("prod", "cumprod") else "+"
        texts, numbers = zip(*(term.within(_BINDS[sign]) for term in terms), strict=True)
        if last in _SUMMED or last in ("prod", "cumprod"):
            amount = sum(amounts) if last in _SUMMED else prod(amounts)
            binds = _BINDS[sign] if len(terms) > 1 else terms[0].binds
            return Term(f" {sign} ".join(texts), f" {sign} ".join(numbers), amount, binds)
        if last == "mean":
            count = len(terms)
            return Term(
                f"({' + '.join(texts)}) / {count}", f"({' + '.join(numbers)}) / {count}", sum(amounts) / count, 2
            )
        if last in _CHOSEN:
            if len(terms) == 1:
                return terms[0]
            word = last.removeprefix("a")
            text, plain = ", ".join(term.text for term in terms), ", ".join(term.numbers for term in terms)
            return Term(f"{word}({text})", f"{word}({plain})", _CHOSEN[last](amounts))
        raise _NoTerm

    def _product(self, cells: Sequence[Sequence[int]], depth: int) -> Term:
        left, right = cells
        if not 0 < len(left) == len(right) <= _LONGEST // 8:
            raise _NoTerm
        pairs = [(self._cell(one, depth), self._cell(other, depth)) for one, other in zip(left, right, strict=True)]
        inner = [(one.within(2), other.within(3)) for one, other in pairs]
        texts, numbers = ([f"{one[at]} * {other[at]}" for one, other in inner] for at in (0, 1))
        amount = sum(one.amount * other.amount for one, other in pairs)
        return Term(" + ".join(texts), " + ".join(numbers), amount, 1 if len(pairs) > 1 else 2)


def _has_options(bound: Bound) -> bool:
    """Return whether a call was given more than arrays and axes."""
    axes = ("axis", "dim", "keepdims", "keepdim")
    return any(name not in axes and not is_array(value) and value is not None for name, value in bound.values.items())


def number_code(value: Any) -> str:
    """Write a number as code does, with eight significant digits at most."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return repr(float(f"{plain:.8g}"))
    return repr(plain)


def _equal(amount: Any, value: Any) -> bool:
    try:
        one, other = float(amount), float(value)
    except (TypeError, ValueError):
        return False
    if isnan(one) or isnan(other):
        return isnan(one) and isnan(other)
    small = getattr(value, "dtype", np.dtype(np.float64)) in (np.float32, np.float16)
    return isclose(one, other, rel_tol=1e-4 if small else 1e-9, abs_tol=1e-6 if small else 1e-12)


def _written_at(text: str, place: int) -> str:
    """Return the name or number that stands at a place of an expression: an operand of a sign, or an argument."""
    try:
        node: Any = code_statements(text)[0]
    except (SyntaxError, IndexError):
        return ""
    expression = getattr(node, "value", node)
    match node, expression:
        case (ast.AugAssign() | ast.Assign(), _):
            found = expression if place else None
        case _, ast.BinOp(left, _, right):
            found = (left, right)[place] if place < 2 else None
        case _, ast.Compare(left, _, [right]):
            found = (left, right)[place] if place < 2 else None
        case _, ast.Call(_, arguments) if place < len(arguments):
            found = arguments[place]
        case _:
            found = None
    return ast.unparse(found) if found is not None else ""
