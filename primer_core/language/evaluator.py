"""Evaluates what was read: real arrays, really computed by NumPy and PyTorch, and nothing but what the table knows.

A syntax tree is walked; no text is ever run, and no name that a learner wrote is looked up anywhere but in the table
and among the learner's own names. Of each call is kept what is needed to say where a cell of its result came from.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.language.execution import attempted, check_result, is_array, is_wrapped, owner_of
from primer_core.language.instead import instead_of
from primer_core.language.limits import (
    MAX_ELEMENTS,
    MAX_LIST,
    MAX_PROGRAM_STEPS,
    MAX_STRING,
    MAX_WHOLE,
    Refused,
    thousands,
)
from primer_core.language.reader import ALIASES, Expression, Statements
from primer_core.language.rejection import Author, Place, Rejection
from primer_core.language.table import CALLABLES, CONSTANTS, entry_named, names_of
from primer_core.language.table.costs import arrays_in, size_of
from primer_core.language.table.dtypes import BYTES_OF_A_LETTER, check_dtype, read_dtype
from primer_core.language.table.entry import Bound, Cost, Entry
from primer_core.language.table.functions import function_of, has_no_such_keyword
from primer_core.language.text import quoted
from primer_core.language.uninitialised import Uninitialised

_BINARY: Mapping[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.MatMult: ("@", operator.matmul),
    ast.BitAnd: ("&", operator.and_),
    ast.BitOr: ("|", operator.or_),
    ast.BitXor: ("^", operator.xor),
    ast.LShift: ("<<", operator.lshift),
    ast.RShift: (">>", operator.rshift),
}

_IN_PLACE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "@": operator.imatmul,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
    "<<": operator.ilshift,
    ">>": operator.irshift,
}

_COMPARE: Mapping[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Is: ("is", operator.is_),
    ast.IsNot: ("is not", operator.is_not),
}

_UNARY: Mapping[type[ast.unaryop], tuple[str, Callable[[Any], Any]]] = {
    ast.USub: ("-x", operator.neg),
    ast.UAdd: ("+x", operator.pos),
    ast.Invert: ("~x", operator.invert),
}

SIGNS: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    symbol: (symbol, how) for symbol, how in (*_BINARY.values(), *_COMPARE.values())
}
"""How each sign between two operands is computed, as `Evaluator._computed` takes it."""

NO_CONSTANT = object()
"""Stands for no value, where None is one."""

_SOWING = ("np.random.seed", "np.random.default_rng", "np.random.RandomState", "torch.manual_seed")

_DEVICE = re.compile(r"(cpu|cuda|mps|xpu|meta|hpu|xla|mtia|ipu|vulkan)(:\d+)?$")
_OF_VALUES = ("ndarray", "Tensor", "Generator", "RandomState", "number", "list", "tuple")
"""Owners of what is a value's own, which is told without its owner's name."""

_TAKING_TEXTS = ("np", "ndarray", "operator", "Generator", "RandomState")
"""Libraries of entries whose arrays may hold texts."""

_OF_DTYPES = ("dtype", "type", "type1", "type2", "from_", "to", "arrays_and_dtypes")
"""Parameters in which a text names a dtype."""

_READING_BYTES = ("ndarray.view", "np.lib.stride_tricks.as_strided")
"""Entries that read the memory of texts otherwise than letter by letter."""

_LETTERS_OF_A_NUMBER = 64
"""Letters that NumPy makes room for where it writes a number as text, at most."""

_TAKING_OBJECTS = ("moved", "asked", "made")
_MAKING_INDICES = ("np.s_", "np.index_exp")
"""What gives the index itself that stands in brackets behind it."""

_INDEXING = (".[]", ".[]=")


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One thing that a library did.

    Parameters
    ----------
    entry
        The line of the table.
    bound
        Its arguments, the arrays among them as they were before the call where the call wrote.
    result
        What came of it; of an entry that writes, the array as it is afterwards.
    place
        The sub-expression.
    warnings
        What the library warned of, in its words.
    given
        Its arguments themselves, whose memory can be compared with the result's; None where they are not kept.
    """

    entry: Entry
    bound: Bound
    result: Any
    place: Place
    warnings: tuple[str, ...] = ()
    given: Bound | None = None


CarryOut = Callable[[Entry, Place, tuple[Any, ...], Mapping[str, Any]], tuple[Any, tuple[str, ...]]]
"""Carries out a library's call, given its line of the table, its place and its arguments; returns as `attempted`."""


def carried_out(
    entry: Entry, place: Place, positional: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[Any, tuple[str, ...]]:
    """Carry out a library's call, as an evaluator does by itself."""
    del place
    return attempted(function_of(entry), positional, keywords)


def warnings_of(calls: Iterable[Call]) -> tuple[str, ...]:
    """Return what the libraries warned of in calls, in their words, each once."""
    return tuple(dict.fromkeys(words for call in calls for words in call.warnings))


@dataclass(slots=True, eq=False)
class Evaluator:
    """Evaluates expressions and statements over the names of one program.

    Parameters
    ----------
    names
        The learner's names; assignments change them.
    calls
        What the libraries did, in order.
    printed
        What ``print`` wrote, a text a line.
    uninitialised
        Knows which cells were never written.
    seed
        int, from 0 below 2**32. Random numbers that a program draws without a seed of its own start from it, so that
        the same program has the same answer.
    seeded
        Whether that was so.
    carry_out
        Carries out each call, for who watches what goes on in it.
    aliases
        What the libraries' modules are called in the code, and the name by which the table knows each.
    takes_text
        Whether NumPy's arrays may hold texts.
    """

    names: MutableMapping[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    uninitialised: Uninitialised = field(default_factory=Uninitialised)
    seed: int = 0
    seeded: bool = False
    carry_out: CarryOut = carried_out
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES)
    takes_text: bool = False
    _seeds_set: set[str] = field(default_factory=set)
    _source: str = ""
    _steps: int = 0

    def evaluate(self, expression: Expression) -> Any:
        """Return the value of an expression: an array, a tensor, a number, a text, a tuple or a list of them.

        Raises
        ------
        Rejection
            If it has none, with whose verdict that is and where.
        """
        return self.value_of(expression.node, expression.source)

    def value_of(self, node: ast.expr, source: str) -> Any:
        """Return the value of a node, which stands in a source; raises as `evaluate` does."""
        self._source = source
        return self._value(node)

    def run(self, statements: Statements) -> None:
        """Run statements; what they bind is in `names`, what they print in `printed`.

        Raises
        ------
        Rejection
            At the first that fails; what was done before stays done.
        """
        self._source = statements.source
        for node in statements.nodes:
            self.statement(node, statements.source)

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement of a source; raises as `run` does."""
        self._source = source
        match node:
            case ast.Expr(ast.Call(ast.Name("print"), arguments, keywords)) if "print" not in self.names:
                if keywords:
                    raise self._rejection("refused", "print takes values here, and nothing by name.", node)
                self.printed.append(" ".join([self._shown(self._value(each), each) for each in arguments]))
            case ast.Expr(value):
                self._value(value)
            case ast.Assign(targets, value):
                result = self._value(value)
                for target in targets:
                    self._assign(target, result)
            case ast.AugAssign(target, sign, value):
                self._in_place(target, sign, value, node)
            case ast.Delete(targets):
                for target in targets:
                    self._delete(target)
            case ast.Pass():
                pass
            case _:
                raise self._rejection("unread", f"{quoted(ast.unparse(node))} is not read here.", node)

    def _shown(self, value: Any, node: ast.AST) -> str:
        """Return what ``print`` writes of a value; a cell that was never written is a question mark."""
        if sum(map(size_of, arrays_in(value))) > MAX_LIST:
            raise self._rejection("refused", f"At most {thousands(MAX_LIST)} cells are printed here.", node)
        if all(self.uninitialised.cells(array) is None for array in arrays_in(value)):
            return str(value)
        if not is_array(value):
            message = "Cells in here were never written. Print the array by itself: it shows them as question marks."
            raise self._rejection("refused", message, node)
        cells = np.array(value.tolist(), dtype=object)
        cells[self.uninitialised.cells(value)] = "?"
        return np.array2string(cells, formatter={"all": str})

    # Statements

    def _assign(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name(name):
                self.names[name] = value
            case ast.Tuple(targets) | ast.List(targets):
                parts = self._unpacked(value, target)
                if len(parts) != len(targets):
                    few, got = ("not enough", f", got {len(parts)}") if len(parts) < len(targets) else ("too many", "")
                    message = f"{few} values to unpack (expected {len(targets)}{got})"
                    raise self._declined(ValueError(message), target)
                for inner, part in zip(targets, parts, strict=True):
                    self._assign(inner, part)
            case ast.Subscript(base, index):
                holder = self._value(base)
                self._put(holder, self._value(index), value, target)
            case ast.Attribute(base, name):
                self._set(self._value(base), name, value, target)
            case _:
                raise self._rejection("unread", f"Nothing can be assigned to {quoted(ast.unparse(target))}.", target)

    def _in_place(self, target: ast.expr, sign: ast.operator, right: ast.expr, node: ast.stmt) -> None:
        match target:
            case ast.Name(name):
                before = self._named(target)
                self.names[name] = self._changed(before, sign, self._value(right), node)
            case ast.Subscript(base, index):
                holder, key = self._value(base), self._value(index)
                part = self._item(holder, key, target)
                self._put(holder, key, self._changed(part, sign, self._value(right), node), target)
            case ast.Attribute(base, name):
                holder = self._value(base)
                self._check_settable(holder, name, target)
                part = self._read(holder, target)
                self._set(holder, name, self._changed(part, sign, self._value(right), node), target)
            case _:
                raise self._rejection("unread", "Only a name or a place in an array is changed in place here.", target)

    def _changed(self, before: Any, sign: ast.operator, value: Any, node: ast.stmt) -> Any:
        """Return what augmented assignment binds: the same array or list, changed, or another number."""
        symbol, compute = _BINARY[type(sign)]
        if is_array(before):
            return self._perform(f"operator.{symbol}=", (before, value), {}, node)
        if not isinstance(before, list):
            if is_array(value):
                return self._computed(symbol, compute, before, value, node)
            return self._in_python(symbol, _IN_PLACE[symbol], node, before, value)
        if is_array(value):
            changed = self._perform(f"operator.{symbol}=", (list(before), value), {}, node)
        else:
            if symbol == "+" and isinstance(value, tuple | list | str | range):
                value = list(self._unpacked(value, node))
                self._check_entries(value, node)
            changed = self._in_python(symbol, _IN_PLACE[symbol], node, list(before), value)
        if not isinstance(changed, list):
            return changed
        before[:] = changed
        return before

    def _check_settable(self, holder: Any, name: str, target: ast.expr) -> None:
        """Refuse an attribute that cannot be set, before it is computed with."""
        owner = self._owner(holder, target)
        if entry_named(f"{owner}.{name}=") is None:
            known = [each.rpartition(".")[2].rstrip("=") for each in names_of(owner) if each.endswith("=")]
            near = get_close_matches(name, known, 1, 0.75)
            hint = f" Did you mean .{near[0]}?" if near else ""
            if (owner, name) == ("ndarray", "dtype"):
                hint = " It converts no number: the same bytes are read anew, as by .view(). .astype() converts each."
            raise self._rejection("unknown", f"{quoted(f'.{name}')} cannot be set here.{hint}", target)

    def _set(self, holder: Any, name: str, value: Any, target: ast.expr) -> None:
        """Set an attribute."""
        self._check_settable(holder, name, target)
        self._perform(f"{self._owner(holder, target)}.{name}=", (holder, value), {}, target)

    def _put(self, holder: Any, key: Any, value: Any, target: ast.expr) -> None:
        """Write to a place of an array or of a list."""
        if isinstance(holder, list) or (is_array(holder) and _holds_objects(holder)):
            self._check_entries([value], target)
        if isinstance(key, slice) and isinstance(holder, list):
            raise self._rejection("unread", "A slice of a list is not written to here. Make an array of it.", target)
        name = f"{self._owner(holder, target)}.[]="
        if entry_named(name) is None and isinstance(holder, tuple | str | range | int | float):
            raise self._no(attempted(operator.setitem, (holder, key, value), {})[0], target)  # none can be changed
        self._perform(name, (holder, key, value), {}, target)

    def _check_entries(self, values: Sequence[Any], node: ast.AST) -> None:
        """Refuse lists, and arrays that may hold some, as entries of what is there: none comes to hold itself."""
        for value in values:
            if isinstance(value, tuple | list) or (is_array(value) and _holds_objects(value)):
                message = "A list within a list is not written in place here. Write the list anew."
                raise self._rejection("refused", message, node)

    def _delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for inner in target.elts:
                self._delete(inner)
            return
        if not isinstance(target, ast.Name):
            raise self._rejection("unread", "Only names are deleted here.", target)
        self._named(target)
        del self.names[target.id]

    def _unpacked(self, value: Any, node: ast.AST) -> Sequence[Any]:
        if isinstance(value, tuple | list):
            return value
        if isinstance(value, str | range) and len(value) <= MAX_LIST:
            return list(value)
        if is_array(value) and len(value.shape) > 0:
            if value.shape[0] > MAX_STRING:
                raise self._rejection("refused", f"At most {MAX_STRING} parts are unpacked here.", node)
            owner = self._owner(value, node)
            return [self._perform(f"{owner}.[]", (value, place), {}, node) for place in range(value.shape[0])]
        if is_array(value) and not isinstance(value, np.generic):
            raise self._no(attempted(iter, (value,), {})[0], node)
        kind = f"{'numpy.' if isinstance(value, np.generic) else ''}{type(value).__name__}"
        raise self._declined(TypeError(f"cannot unpack non-iterable {kind} object"), node)

    # Expressions

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value):
                return value
            case ast.Name():
                return self._named(node)
            case ast.Tuple(parts):
                return self._bounded(tuple(map(self._value, parts)), node)
            case ast.List(parts):
                return self._bounded(list(map(self._value, parts)), node)
            case ast.Slice(lower, upper, step):
                return slice(*(None if part is None else self._value(part) for part in (lower, upper, step)))
            case ast.UnaryOp(ast.Not(), inner):
                return not self._truth(inner)
            case ast.UnaryOp(sign, inner):
                symbol, negate = _UNARY[type(sign)]
                value = self._value(inner)
                if is_array(value):
                    return self._perform(f"operator.{symbol}", (value,), {}, node)
                return self._in_python(symbol, negate, node, value)
            case ast.BinOp(left, operation, right):
                symbol, compute = _BINARY[type(operation)]
                return self._computed(symbol, compute, self._value(left), self._value(right), node)
            case ast.BoolOp(operation, parts):
                stops = isinstance(operation, ast.Or)
                for part in parts[:-1]:
                    value = self._value(part)
                    if self._as_truth(value, part) is stops:
                        return value
                return self._value(parts[-1])
            case ast.Compare(left, operations, rights):
                return self._compared(node, left, operations, rights)
            case ast.Subscript(ast.Attribute() as base, index) if (maker := self._dotted(base)) in _MAKING_INDICES:
                key = self._value(index)
                return key if maker == "np.s_" or isinstance(key, tuple) else (key,)
            case ast.Subscript(base, index):
                return self._item(self._value(base), self._value(index), node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._called(node)
        raise self._rejection("unread", f"{quoted(ast.unparse(node))} is not read here.", node)

    def _bounded(self, value: Any, node: ast.AST) -> Any:
        """Return a value of Python's own, unless it is too large."""
        try:
            check_result(value, texts=self.takes_text)
        except Refused as refused:
            raise self._rejection("refused", str(refused), node) from refused
        return value

    def _named(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]()
        if node.id in self.aliases:
            message = f"{node.id} is a library. Write what of it: {node.id}.zeros(3)."
            raise self._rejection("refused", message.replace("F.zeros(3)", "F.relu(x)"), node)
        if entry_named(f"builtins.{node.id}") or node.id in CALLABLES:
            raise self._rejection("refused", f"{node.id} is a function: write {node.id}(...).", node)
        known = sorted(self.names)
        near = get_close_matches(node.id, known, 1)
        hint = f" Did you mean {near[0]}?" if near else f" Known are {', '.join(known)}." if known else ""
        raise self._rejection("unknown", f"{quoted(node.id)} is not defined.{hint}", node)

    def _compared(self, node: ast.Compare, left: ast.expr, operations: list[ast.cmpop], rights: list[ast.expr]) -> Any:
        value: Any = True
        before = self._value(left)
        for place, (operation, right) in enumerate(zip(operations, rights, strict=True)):
            if place and not self._as_truth(value, node):
                return value
            after = self._value(right)
            if type(operation) not in _COMPARE:
                raise self._rejection("unread", "“in” is not read here. (a == 3).any() asks the same.", node)
            symbol, compare = _COMPARE[type(operation)]
            value = self._computed(symbol, compare, before, after, node)
            before = after
        return value

    def _truth(self, node: ast.expr) -> bool:
        return self._as_truth(self._value(node), node)

    def _as_truth(self, value: Any, node: ast.AST) -> bool:
        if is_array(value):
            return bool(self._perform("builtins.bool", (value,), {}, node))
        return bool(value)

    def _computed(self, symbol: str, compute: Callable[[Any, Any], Any], left: Any, right: Any, node: ast.AST) -> Any:
        if symbol in ("is", "is not"):
            return compute(left, right)
        if is_array(left) or is_array(right):
            return self._perform(f"operator.{symbol}", (left, right), {}, node)
        return self._in_python(symbol, compute, node, left, right)

    def _in_python(self, symbol: str, compute: Callable[..., Any], node: ast.AST, *values: Any) -> Any:
        """Compute with Python's own numbers, texts and lists, within bounds."""
        whole = [abs(value) for value in values if isinstance(value, int)]
        if symbol in ("**", "<<") and len(whole) == 2:
            left, right = values
            grows = right if symbol == "<<" else right * max(int(left).bit_length(), 1)
            if abs(left) > 1 and grows > 2 * MAX_WHOLE.bit_length():
                raise self._rejection("refused", "Whole numbers stay below 2**64 here.", node)
        lengths = [len(value) for value in values if isinstance(value, str | list | tuple | deque)]
        grown = max(lengths, default=0) * max(whole, default=1) if symbol == "*" else sum(lengths)
        if symbol in ("*", "+") and lengths and grown > MAX_LIST:
            raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
        if symbol == "%" and isinstance(values[0], str):
            raise self._rejection("unread", "A format is not read here.", node)
        try:
            result = compute(*values)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            raise self._declined(error, node) from error
        return self._bounded(result, node)

    def _attribute(self, node: ast.Attribute) -> Any:
        dotted = self._dotted(node)
        if dotted is not None:
            if self._constant(dotted) is not NO_CONSTANT:
                return self._constant(dotted)
            function = entry_named(dotted)
            if function is not None:
                message = f"{dotted} is a function: write {(*function.examples, dotted + '(...)')[0]}."
                raise self._rejection("refused", message, node)
            raise self._unknown(dotted, node)
        return self._read(self._value(node.value), node)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        """Return an attribute of a value."""
        name = f"{self._owner(holder, node)}.{node.attr}"
        entry = entry_named(name)
        if entry is None:
            raise self._no_attribute(holder, node)
        if not entry.attribute:
            raise self._rejection("refused", f"{node.attr} is a method: write .{node.attr}(...).", node)
        return self._perform(name, (holder,), {}, node)

    def _item(self, holder: Any, key: Any, node: ast.expr) -> Any:
        """Return what stands at a place of a value."""
        return self._perform(f"{self._owner(holder, node)}.[]", (holder, key), {}, node)

    def _no_attribute(self, holder: Any, node: ast.Attribute) -> Rejection:
        return self._unknown(f"{self._owner(holder, node)}.{node.attr}", node)

    def _called(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name):
            if node.func.id in self.names:
                raise self._no_function("refused", node.func, self.names[node.func.id])
            return self._ask(CALLABLES.get(node.func.id, f"builtins.{node.func.id}"), (), node)
        if isinstance(node.func, ast.Attribute):
            dotted = self._dotted(node.func)
            if dotted is None:
                return self._ask_of(self._value(node.func.value), node.func, node)
            return self._ask(dotted, (), node)
        raise self._no_function("unread", node.func)

    def _no_function(self, verdict: Any, node: ast.expr, value: Any = None) -> Rejection:
        """Say what parentheses behind something would do, and what is written instead."""
        text = ast.unparse(node)
        holds = is_array(value) or isinstance(value, list | tuple | str | dict)
        instead = f"Square brackets read what it holds: {text}[0]." if holds else "A product is written with *."
        return self._rejection(verdict, f"{quoted(text)} is no function, so ( ) cannot call it. {instead}", node)

    def _ask_of(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call a method of a value."""
        name = f"{self._owner(holder, node)}.{function.attr}"
        if entry_named(name) is None:
            raise self._no_attribute(holder, function)
        return self._ask(name, (holder,), node)

    def _ask(self, name: str, positional: tuple[Any, ...], node: ast.Call) -> Any:
        """Call what the table knows by a name, given what stands before its arguments."""
        for word in ("out", "where"):
            if any(given.arg == word for given in node.keywords) and entry_named(f"{name}({word}=)"):
                name = f"{name}({word}=)"
                break
        entry = entry_named(name)
        if entry is None:
            raise self._unknown(name, node.func)
        if entry.attribute:
            attribute = self._perform(name, positional, {}, node.func)
            if callable(attribute):
                raise self._unknown(f"{name}()", node.func)
            raise self._no(attempted(attribute, (), {})[0], node)
        more, keywords = self._arguments(node)
        into = entry_named(f"{name}(out=)")
        if into is not None and entry.library == "np" and len(more) == 1 + into.places:
            name, more, keywords = into.name, more[:-1], {**keywords, "out": more[-1]}
        return self._perform(name, positional + more, keywords, node)

    def _arguments(self, node: ast.Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the values of a call's arguments, in order and by name."""
        positional = tuple(map(self._value, node.args))
        keywords: dict[str, Any] = {}
        for word in node.keywords:
            if word.arg is None:
                raise self._rejection("unread", "“**” is not read here. Write the arguments out.", node)
            keywords[word.arg] = self._value(word.value)
        return positional, keywords

    def _dotted(self, node: ast.expr) -> str | None:
        """Return the table's name of an attribute of a module, or None if it is one of a value."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.names or node.id not in self.aliases:
            return None
        written = ".".join([self.aliases[node.id], *reversed(parts)]).replace("torch.nn.functional.", "F.")
        return None if self._constant(written.rpartition(".")[0]) is not NO_CONSTANT else written

    def _constant(self, name: str) -> Any:
        """Return the number or the dtype that code calls by this name; `NO_CONSTANT` if it is none."""
        if name in CONSTANTS:
            return CONSTANTS[name]()
        dtype = read_dtype(name)
        return NO_CONSTANT if dtype is None else dtype

    # Calls

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        entry = entry_named(name)
        if entry is None:
            raise self._unknown(name, node)
        try:
            bound = entry.bind(positional, keywords)
            self._check_arguments(entry, bound)
            cost = self._cost_of(entry, bound)
            if entry.shares != "always" or entry.writes:  # a view takes no memory and no time, however large it is
                cost.check(entry.name)
                self._charge(cost)
            self.uninitialised.check_read(entry, bound)
        except Refused as refused:
            place = Place.of(node, self._source)
            if has_no_such_keyword(entry, keywords):
                found, _ = attempted(function_of(entry), positional, keywords)
                if isinstance(found, Declined):
                    raise Rejection("declined", found.text, place, found) from refused
            raise self._rejection("refused", str(refused), node) from refused
        before = _kept(entry, bound)
        positional = self._sown(entry, bound, positional)
        place = Place.of(node, self._source)
        result, warned = self.carry_out(entry, place, positional, keywords)
        if isinstance(result, Declined):
            raise Rejection("declined", result.text, place, result, _author(entry, bound))
        try:
            check_result(result, texts=self.takes_text)
            self.uninitialised.note(entry, bound, result)
        except Refused as refused:
            raise self._rejection("refused", str(refused), node) from refused
        self.calls.append(Call(entry, before, result, place, warned, bound))
        return result

    def _sown(self, entry: Entry, bound: Bound, positional: tuple[Any, ...]) -> tuple[Any, ...]:
        """Give a seed to random numbers that would have none; return the arguments, with the seed that was left out."""
        library = "np" if entry.library == "np" else "torch"
        if entry.name in _SOWING:
            if entry.name not in ("np.random.default_rng", "np.random.RandomState"):
                self._seeds_set.add(library)
            if bound.get("seed") is None and not bound.keywords and entry.library == "np":
                self.seeded = True
                return (self.seed,)
        elif entry.random and bound.get("generator") is None:
            self._sow(library)
        return positional

    def _sow(self, library: str) -> None:
        """Start a library's random numbers from the seed, where the program has not done so itself."""
        sow = entry_named("np.random.seed" if library == "np" else "torch.manual_seed")
        if library not in self._seeds_set and sow is not None:
            self._seeds_set.add(library)
            self.seeded = True
            function_of(sow)(self.seed)

    def _check_arguments(self, entry: Entry, bound: Bound) -> None:
        for name, value in bound.values.items():
            if self.takes_text and isinstance(value, str) and _is_text(entry, name):
                continue
            if name == "device" or (isinstance(value, str) and _DEVICE.match(value) and name not in entry.texts):
                if value is not None and str(value) != "cpu":
                    raise Refused(f"Everything is computed on the device cpu here, not on {value!s:.40}.")
            elif (isinstance(value, str) and name not in entry.texts) or name == "dtype":
                check_dtype(value, texts=self.takes_text)
            takes_objects = entry.rule.kind in _TAKING_OBJECTS or entry.name.endswith(_INDEXING)
            if not takes_objects and any(map(_holds_objects, arrays_in(value))):
                raise Refused(
                    "An array of Python objects is made, indexed and shown here, but not computed with. Give it a "
                    "dtype of numbers."
                )

    def _cost_of(self, entry: Entry, bound: Bound) -> Cost:
        """Return what a call takes at most."""
        try:
            cost = entry.rule.cost(bound)
        except Refused:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError):
            cost = Cost(0, 0)  # a nan for a number of times, or the like: the library refuses it, in its own words
        return self._with_texts(entry, bound, cost)

    def _with_texts(self, entry: Entry, bound: Bound, cost: Cost) -> Cost:
        """Return the cost of a call where its arrays hold texts, each of which takes as much room as the longest.

        Raises
        ------
        Refused
            If it would read bytes as texts that are none.
        """
        widths = list(_widths(entry, bound)) if self.takes_text else []
        if not widths:
            return cost
        if entry.uninitialised is not None:
            raise Refused(
                f'{entry.name} hands out memory as it finds it, which is no text. np.full(3, "") makes texts.'
            )
        if entry.name in _READING_BYTES:
            raise Refused(f"{entry.name} is not known here with texts.")
        return replace(cost, itemsize=max(cost.itemsize, BYTES_OF_A_LETTER * (sum(widths) + _LETTERS_OF_A_NUMBER)))

    def _charge(self, cost: Cost) -> None:
        self._steps += cost.steps
        if self._steps > MAX_PROGRAM_STEPS:
            raise Refused(f"All lines together would take more than {thousands(MAX_PROGRAM_STEPS)} steps.")

    def _owner(self, value: Any, node: ast.AST) -> str:
        owner = owner_of(value)
        if owner is None:
            raise self._rejection("refused", f"{quoted(ast.unparse(node))} is nothing that can be asked here.", node)
        return owner

    def _unknown(self, name: str, node: ast.AST) -> Rejection:
        owner, _, last = name.rpartition(".")
        near = get_close_matches(last, [known.rpartition(".")[2] for known in names_of(owner)], 1, 0.75)
        shown = f".{last}" if owner in _OF_VALUES else name
        shown = shown.removeprefix("builtins.")
        hint = f" Did you mean {near[0]}?" if near else ""
        other = {"ndarray": "Tensor", "Tensor": "ndarray"}.get(owner, "")
        if entry_named(f"{other}.{last}"):
            belongs = "PyTorch's tensors have it, and this is an array of NumPy's."
            hint = f" {belongs if owner == 'ndarray' else 'Arrays of NumPy have it, and this is a tensor of PyTorch.'}"
        elif owner == "Tensor" and entry_named(f"np.{last}"):
            hint = f" NumPy has it as a function, np.{last}(...), and this is a tensor of PyTorch."
        elif owner == "ndarray" and entry_named(f"np.{last}"):
            differs = ", but it returns a new array, in which the numbers repeat" if last == "resize" else ""
            hint = f" np.{last}(...) is{differs}."
        if owner == "number" and isinstance(node, ast.Attribute):
            having = [
                of for of, kind in (("tensors", "Tensor"), ("arrays", "ndarray")) if entry_named(f"{kind}.{last}")
            ]
            if having:
                hint = (
                    f" {quoted(ast.unparse(node.value))} is a number of Python's, such as item() gives: only "
                    f"{' and '.join(having)} have it."
                )
        if owner in ("list", "tuple") and entry_named(f"ndarray.{last}"):
            hint = f" A {owner} has none, but an array has: np.array(...).{last}."
        instead = instead_of(name)
        hint = f" {instead}" if instead else hint
        return self._rejection("unknown", f"{quoted(shown)} is not known here.{hint}", node)

    def _rejection(self, verdict: Any, message: str, node: ast.AST) -> Rejection:
        return Rejection(verdict, message, Place.of(node, self._source))

    def _declined(self, error: Exception, node: ast.AST) -> Rejection:
        return self._no(Declined.of(error), node)

    def _no(self, declined: Declined, node: ast.AST) -> Rejection:
        return Rejection("declined", declined.text, Place.of(node, self._source), declined)


def _author(entry: Entry, bound: Bound) -> Author:
    """Return whose call it is; of an operator, whose arrays are among its operands."""
    owners = {entry.library, *map(owner_of, arrays_in(bound.positional))}
    if owners & {"torch", "F", "Tensor"}:
        return "PyTorch"
    return "NumPy" if owners & {"np", "ndarray", "Generator", "RandomState"} else "Python"


def _is_text(entry: Entry, name: str) -> bool:
    """Return whether a text stands for itself as an argument of NumPy's, and names neither a dtype nor a device."""
    return entry.library in _TAKING_TEXTS and name != "device" and name not in _OF_DTYPES


def _widths(entry: Entry, bound: Bound) -> Iterator[int]:
    """Go through the letters that texts have at most in arrays among a call's arguments, or are to have."""
    if entry.library not in _TAKING_TEXTS:
        return
    for name, value in bound.values.items():
        for array in arrays_in(value):
            if isinstance(array, np.ndarray | np.generic) and array.dtype.kind == "U":
                yield array.itemsize // BYTES_OF_A_LETTER
        if name in _OF_DTYPES:
            dtype = _dtype_of_texts(value)
            if dtype is not None:
                yield dtype.itemsize // BYTES_OF_A_LETTER
        elif name not in entry.texts:
            longest = max((len(text) for text in _texts_in(value)), default=None)
            if longest is not None:
                yield longest


def _dtype_of_texts(value: Any) -> np.dtype[Any] | None:
    if not isinstance(value, str | type | np.dtype):
        return None
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError, OverflowError, SyntaxError):  # the library says so itself
        return None
    return dtype if dtype.kind == "U" else None


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _texts_in(inner)


def _holds_objects(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.dtype == object


def _kept(entry: Entry, bound: Bound) -> Bound:
    """Return the arguments as they are before the call, where they may be asked for later.

    What the call writes is copied, and so is what values decide: a later statement may write there. An array of more
    than `MAX_ELEMENTS` is drawn nowhere and not copied.
    """
    if entry.rule.kind != "chosen" and not entry.writes:
        return bound

    copies: dict[int, Any] = {}

    def kept(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return type(value)(map(kept, value)) if type(value) in (tuple, list) else value
        if not is_array(value) or is_wrapped(value) or size_of(value) > MAX_ELEMENTS:
            return value
        if id(value) not in copies:
            own = isinstance(value, np.ndarray | np.generic)
            copies[id(value)] = value.copy() if own else value.detach().clone()
        return copies[id(value)]

    return Bound(
        tuple(map(kept, bound.positional)),
        {name: kept(value) for name, value in bound.keywords.items()},
        {name: kept(value) for name, value in bound.values.items()},
    )
