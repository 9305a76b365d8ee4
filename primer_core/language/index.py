"""Reads the index expressions that learners type. Nothing typed is run: it is parsed, then walked.

An index is what stands between the brackets of ``a[...]``, or all of it:

- whole numbers ``1``, ``-1``, slices ``1:3``, ``::-1``, ``...``, ``None`` or ``np.newaxis``,
- lists and arrays of whole numbers, ``[0, 2]``, ``np.arange(4)``, ``np.ix_([0, 1], [2, 3])``,
- masks, ``[True, False, True]``, ``a > 10``, ``(a > 2) & (a < 9)``, ``a[:, 0] > 4``, ``a.sum(axis=1) > 10``,
- the places of a mask, ``np.where(a > 10)``, or of one axis, ``np.where(a > 10)[0]``.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined
from primer_core.backend.interface import IndexItem
from primer_core.language.index_plan import plan_index
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size, thousands
from primer_core.language.parsing import TooDeepError, typed_expression
from primer_core.language.text import quoted

MAX_TEXT = 1000
"""Characters read of one index."""

HOW = "Write numbers, slices such as 1:3, ..., None, a list such as [0, 2], or a mask such as {name} > 10."

_FUNCTIONS = frozenset({"arange", "array", "ix_", "nonzero", "where"})
"""What may be called as ``np.arange(...)``, or without the ``np.``."""

_OF_TORCH: Mapping[str, str] = {"arange": "arange", "tensor": "array", "where": "where"}
"""What NumPy calls the functions of PyTorch that may stand in an index of a tensor."""

_REARRANGING = frozenset({"ravel", "reshape"})
"""Methods that give the array's own values in another shape, which nobody means as places."""

_METHODS = frozenset({"sum", "mean", "max", "min", "argmax", "argmin", "argsort", "any", "all", "ravel", "reshape"})

_BETWEEN: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

_BEFORE: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """An index as it was understood. It was not applied: NumPy may still refuse it, with an IndexError.

    Parameters
    ----------
    text
        As typed.
    items
        One for each index between commas: an int, a slice, None, ``...``, or an array of int64 or bool.
    code
        The source of what stands between the brackets.
    nested
        The source of a list that was read as a tuple, one item for each of its elements; None where none was.
    """

    text: str
    items: tuple[IndexItem, ...]
    code: str
    nested: str | None = None

    @property
    def key(self) -> tuple[IndexItem, ...]:
        """What to index with: ``array[index.key]``."""
        return self.items

    @property
    def lone(self) -> bool:
        """Whether it is one item with no comma behind it: PyTorch words its errors otherwise for a tuple of one."""
        return len(self.items) == 1 and not self.code.endswith(",")

    @property
    def kind(self) -> Literal["basic", "advanced"]:
        """Advanced if any item is an array, else basic."""
        return "advanced" if any(isinstance(item, np.ndarray) for item in self.items) else "basic"


def read_index(text: str, array: NDArray[Any], name: str = "a", *, unpack: bool = False) -> Index:
    """Read an index into an array.

    Parameters
    ----------
    text
        What was typed, with or without the name and the brackets around it.
    array
        The array to be indexed, which masks may speak of.
    name
        What the text calls it.
    unpack
        Whether it is read as PyTorch does: a list that stands alone and holds more than numbers is a tuple, and
        ``torch.arange``, ``torch.tensor`` and ``torch.where`` are known.

    Raises
    ------
    Refused
        If it is no index, or if what it selects has too many axes or elements.
    """
    walker = _Walker(array, name, HOW.format(name=name))
    node, nested = _parse(text.strip(), walker, torch=unpack), None
    if unpack and _is_tuple_to_pytorch(node):
        node, nested = ast.Tuple(node.elts, ast.Load()), _source(node)
    items = walker.items(node, array)
    _check(array.shape, items, "What this index selects")
    return Index(text.strip(), items, _source(node), nested)


def _is_tuple_to_pytorch(node: ast.expr) -> TypeGuard[ast.List]:
    """Whether PyTorch takes a list for a tuple: one of at most 31 elements, unless all are numbers.

    Source: `treatSequenceAsTuple` in
    https://github.com/pytorch/pytorch/blob/main/torch/csrc/autograd/python_variable_indexing.cpp
    """
    if not isinstance(node, ast.List) or len(node.elts) > 31:
        return False
    return any(
        isinstance(inner, ast.List | ast.Tuple) or (isinstance(inner, ast.Constant) and inner.value in (None, ...))
        for inner in node.elts
    )


def _check(shape: tuple[int, ...], items: Sequence[IndexItem], what: str) -> None:
    """Refuse an index that selects more than can be drawn; what NumPy itself will refuse is let through."""
    plan = plan_index(shape, items)
    if plan is not None:
        check_size(plan.shape, what)


def _parse(text: str, walker: "_Walker", *, torch: bool) -> ast.expr:
    """Parse to the node between the brackets, with every function written as ``np.function``."""
    name, how = walker.name, walker.how
    if not text:
        raise Refused(f"There is no index here yet. {how}")
    if len(text) > MAX_TEXT:
        raise Refused(f"This index is {len(text)} characters long; at most {MAX_TEXT} are read. A slice says more.")
    found = None
    # In "[:2, 1:3]" the brackets are those of a[...]; in "[0, 2]" they are a list's.
    for around in (f"_[{text}\n]", f"_{text}"):
        try:
            found = typed_expression(around)
            break
        except TooDeepError as error:
            raise Refused(f"{quoted(text)} is nested too deeply. {how}") from error
        except SyntaxError:
            continue
    if found is None:
        raise Refused(f"{quoted(text)} cannot be read as an index. {how}")
    match _AsCode(torch=torch).visit(found):
        case ast.Subscript(ast.Name("_"), ast.Subscript(ast.Name(spoken), node)) if spoken == name:
            return node
        case ast.Subscript(ast.Name("_"), ast.Subscript(base) as node) if _root(base) == name:
            raise _whole_expression(text, node, base, walker)
        case ast.Subscript(ast.Name("_"), node):
            return node
    raise Refused(f"{quoted(text)} is more than one index. Write what stands between the brackets. {how}")


def _root(node: ast.expr) -> str:
    """Return the name of the array whose values an expression has in another shape or order; empty for none."""
    match node:
        case ast.Name(name):
            return name
        case ast.Subscript(base) | ast.Attribute(base, "T"):
            return _root(base)
        case ast.Call(ast.Attribute(base, method)) if method in _REARRANGING:
            return _root(base)
    return ""


def _whole_expression(text: str, node: ast.Subscript, base: ast.expr, walker: "_Walker") -> Refused:
    """Refuse an expression that indexes something made of the array, where an index of the array was expected."""
    name = walker.name
    match base:
        case ast.Subscript(ast.Name(), first):
            same = _in_one(first, node.slice, walker)
            then = (
                f"{name}[{same}] gives the same."
                if same is not None
                else f"Look at {name}[{_source(first)}] first; write what it gives as the array, and index that."
            )
            return Refused(
                f"{quoted(text)} indexes twice: the second pair of brackets indexes what the first one picks. One "
                f"index is explained at a time. {then}"
            )
    return Refused(
        f"{quoted(text)} indexes {ast.unparse(base)}, not {name}. Write what that is as the array, and index it; or "
        f"write {name}[{text}] if the value is meant as an index."
    )


def _in_one(first: ast.expr, second: ast.expr, walker: "_Walker") -> str | None:
    """Find one pair of brackets that gives what two pairs give, tried on the places of the array; None if none does."""
    places = np.arange(walker.array.size).reshape(walker.array.shape)
    try:
        items = walker.items(first, walker.array)
        _check(places.shape, items, "")
        between = places[items]
        further = walker.items(second, walker.array[items])
        _check(between.shape, further, "")
        wanted = between[further]
    except (Refused, IndexError, ValueError):
        return None
    candidates = [f"{_source(first)}, {_source(second)}"]
    match second:
        case ast.Tuple([ast.Slice(None, None, None), last]):
            candidates.append(f"np.ix_({_source(first)}, {_source(last)})")
    for candidate in candidates:
        try:
            key = read_index(candidate, walker.array, walker.name).key
            if np.array_equal(places[key], wanted):
                return candidate
        except (Refused, IndexError, ValueError):
            continue
    return None


class _AsCode(ast.NodeTransformer):
    """Writes what is computed with as arrays of ``np``, so that code made of it runs: a list has no minus, for one.

    Parameters
    ----------
    torch
        Whether the functions in `_OF_TORCH` are known.
    """

    def __init__(self, *, torch: bool) -> None:
        self._torch = torch

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _FUNCTIONS or node.id == "newaxis":
            return _of_numpy(node.id)
        return ast.Name("np", ast.Load()) if node.id == "numpy" else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        node.operand = _array(node.operand)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        node.left, node.right = _array(node.left), _array(node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        node.left, node.comparators = _array(node.left), [_array(one) for one in node.comparators]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        match node:
            case ast.Attribute(ast.Name("torch"), function) if self._torch and function in _OF_TORCH:
                return _of_numpy(_OF_TORCH[function])
        self.generic_visit(node)
        node.value = _array(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        node.value = _array(node.value)
        return node


def _array(node: ast.expr) -> ast.expr:
    match node:
        case ast.List() | ast.Call(ast.Name("range")):
            return ast.Call(_of_numpy("array"), [node], [])
        case _:
            return node


def _of_numpy(name: str) -> ast.Attribute:
    return ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())


@dataclass(frozen=True, slots=True)
class _Walker:
    """Walks a parsed index and computes what it knows; everything else is refused."""

    array: NDArray[Any]
    name: str
    how: str

    def items(self, node: ast.expr, indexed: NDArray[Any]) -> tuple[IndexItem, ...]:
        """Read all items between a pair of brackets; `indexed` is the array before them."""
        if _is_several(node):
            return self.several(node)
        match node:
            case ast.Tuple(elts):
                return tuple(self.item(inner, indexed) for inner in elts)
            case _:
                return (self.item(node, indexed),)

    def item(self, node: ast.expr, indexed: NDArray[Any]) -> IndexItem:
        match node:
            case ast.Constant(None) | ast.Attribute(ast.Name("np"), "newaxis"):
                return None
            case ast.Constant(dots) if dots is ...:
                return ...
            case ast.Slice(lower, upper, step):
                bounds = [None if part is None else self.value(part) for part in (lower, upper, step)]
                if all(bound is None or _is_int(bound) for bound in bounds):
                    return slice(*(None if bound is None else int(bound) for bound in bounds))
                raise self.numpys(node, slice(*bounds), indexed)
            case ast.Constant(str() | bytes() as word):
                raise self.numpys(node, word, indexed)
            case ast.Tuple(elts) | ast.List(elts):
                value = self.listed(ast.List(elts, ast.Load()))
                # An empty list, unlike an empty array, is taken for one of whole numbers.
                value = value.astype(np.int64) if value.size == 0 else value
            case _:
                value = self.value(node)
        if _is_int(value):
            return int(value)
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
            return value.astype(np.int64)
        if isinstance(value, (bool, np.bool_)) or (isinstance(value, np.ndarray) and value.dtype == np.bool_):
            return np.asarray(value)
        raise self.numpys(node, value, indexed)

    def numpys(self, node: ast.expr, item: Any, indexed: NDArray[Any]) -> Refused:
        """Make a refusal of what NumPy itself says to a kind of item that it does not take."""
        found = NUMPY.get(indexed, item)
        words = f"NumPy says: {found.words}. " if isinstance(found, Declined) else ""
        return Refused(f"{quoted(_source(node))} is no index. {words}{self.how}")

    def value(self, node: ast.expr) -> Any:
        """Compute a number or an array."""
        match node:
            case ast.Constant(bool() as value):
                return value
            case ast.Constant(int() | float() as value):
                return self.fitting(value, node)
            case ast.Name(spoken) if spoken == self.name:
                return self.array
            case ast.Name(spoken):
                raise Refused(f"There is no {quoted(spoken)} here: the array is called {self.name}. {self.how}")
            case ast.List():
                return self.listed(node)
            case ast.UnaryOp(sign, operand) if type(sign) in _BEFORE:
                return self.computed(node, _BEFORE[type(sign)], operand)
            case ast.BinOp(left, sign, right) if type(sign) in _BETWEEN:
                return self.computed(node, _BETWEEN[type(sign)], left, right)
            case ast.Compare(left, [sign], [right]) if type(sign) in _BETWEEN:
                return self.computed(node, _BETWEEN[type(sign)], left, right)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not()):
                raise Refused(
                    f"{quoted(_source(node))} asks for one truth value where there is one for each element. Write "
                    f"& for and, | for or, ~ for not, with parentheses: ({self.name} > 2) & ({self.name} < 9)."
                )
            case ast.Attribute(base, "T"):
                return self.based(base).T
            case ast.Subscript(base, inner):
                return self.indexed(node, base, inner)
            case ast.Call():
                return self.called(node)
            case _:
                raise Refused(f"{quoted(_source(node))} is not understood in an index. {self.how}")

    def fitting(self, value: Any, node: ast.expr) -> Any:
        """Let through a number of at most 64 bits."""
        if isinstance(value, (np.ndarray, np.generic)) or abs(value) < 2**63:  # which no infinity and no NaN is
            return value
        raise Refused(f"{quoted(_source(node))} does not fit into 64 bits. No axis is that long.")

    def computed(self, node: ast.expr, act: Callable[..., Any], *operands: ast.expr) -> Any:
        values = [self.value(operand) for operand in operands]
        if isinstance(node, ast.UnaryOp) and isinstance(values[0], bool):
            raise Refused(f"{quoted(_source(node))} is not understood in an index. {self.how}")
        shape = NUMPY.attempt(np.broadcast_shapes, *map(np.shape, values))
        if not isinstance(shape, Declined):  # else NumPy says of the operands what does not go together
            check_size(shape, quoted(_source(node)))
        with np.errstate(all="ignore"):
            return self.fitting(self.made(node, act, *values), node)

    def made(self, node: ast.expr, act: Callable[..., Any], *operands: Any) -> Any:
        """Make one call of NumPy's; what it refuses is refused in its words."""
        found = NUMPY.attempt(act, *operands)
        if isinstance(found, Declined):
            raise Refused(f"Of {quoted(_source(node))}, NumPy says: {found.words.strip()}.")
        return found

    def indexed(self, node: ast.expr, base: ast.expr, inner: ast.expr) -> Any:
        if _is_several(base):
            return self.one_of(node, base, inner)
        before = self.based(base)
        items = self.items(inner, before)
        _check(before.shape, items, quoted(_source(node)))
        return self.made(node, operator.getitem, before, items)

    def one_of(self, node: ast.expr, several: ast.Call, inner: ast.expr) -> Any:
        """Take one of the arrays that a function gives for each axis."""
        arrays, place = self.several(several), self.value(inner)
        if not _is_int(place):
            raise Refused(
                f"{quoted(_source(several))} gives a tuple, one array for each axis: take one of them by its number, "
                f"such as {_source(several)}[0]."
            )
        try:
            return arrays[int(place)]
        except IndexError as error:
            raise Refused(f"Of {quoted(_source(node))}, Python says: {error}.") from error

    def listed(self, node: ast.List) -> NDArray[Any]:
        def plain(item: ast.expr) -> Any:
            if isinstance(item, ast.List | ast.Tuple):
                return [plain(inner) for inner in item.elts]
            value = self.value(item)
            if isinstance(value, np.ndarray):
                raise Refused(f"{quoted(_source(item))} is an array; a list in an index is made of numbers.")
            return value

        cells = plain(node)
        try:
            values = np.array(cells)
        except ValueError as error:
            raise Refused(f"The lists in {quoted(_source(node))} differ in length; they must not.") from error
        check_size(values.shape, quoted(_source(node)))
        return values

    def called(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Name("range") | ast.Attribute(ast.Name("np"), "arange"):
                counted = self.counted(node)
                return np.array(counted, dtype=np.int64)
            case ast.Name("slice"):
                raise Refused("slice(...) is written with colons here: 1:3, or ::2.")
            case ast.Attribute(ast.Name("np"), "array") if len(node.args) == 1 and not node.keywords:
                return np.asarray(self.value(node.args[0]))
            case ast.Attribute(ast.Name("np"), "ix_" | "nonzero" | "where"):
                raise Refused(
                    f"{quoted(_source(node))} gives one array for each axis, together a whole index. Take one of them "
                    f"where something stands beside it: {_source(node)}[0]."
                )
            case ast.Attribute(base, method) if method in _METHODS:
                return self.method(node, base, method)
            case _:
                raise Refused(f"{quoted(_source(node))} is not understood in an index. {self.how}")

    def counted(self, node: ast.Call) -> range:
        numbers = [self.value(argument) for argument in node.args]
        if not 1 <= len(numbers) <= 3 or node.keywords or not all(_is_int(number) for number in numbers):
            raise Refused(f"{quoted(_source(node))} takes one to three whole numbers: start, stop and step.")
        whole = [int(number) for number in numbers]
        try:  # Python is asked, and nothing else
            counted = range(*whole)
            length = len(counted)
        except (ValueError, OverflowError) as error:
            raise Refused(f"{quoted(_source(node))} cannot be counted: {error}.") from error
        if length > MAX_ELEMENTS:
            raise Refused(
                f"{quoted(_source(node))} has {thousands(length)} elements; at most {thousands(MAX_ELEMENTS)} are "
                "computed here."
            )
        return counted

    def based(self, node: ast.expr) -> NDArray[Any]:
        value = self.value(node)
        if isinstance(value, (np.ndarray, np.generic)):
            return np.asarray(value)
        raise Refused(f"{quoted(_source(node))} is a number; an array such as {self.name} was expected before . or [.")

    def method(self, node: ast.Call, base: ast.expr, method: str) -> Any:
        before = self.based(base)
        if before.size == 0:
            raise Refused(f"{quoted(_source(base))} has no elements, so .{method}() has nothing to work on.")
        named = {word.arg: self.argument(word.value) for word in node.keywords if word.arg in ("axis", "keepdims")}
        if len(named) != len(node.keywords):
            raise Refused(f".{method}() takes axis= and keepdims= here, and nothing else by name.")
        given = [self.argument(argument) for argument in node.args]
        after = self.made(node, operator.methodcaller(method, *given, **named), before)
        check_size(np.shape(after), quoted(_source(node)))
        return after

    def argument(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(None):
                return None
            case ast.Tuple(elts):
                return tuple(self.argument(inner) for inner in elts)
        value = self.value(node)
        if isinstance(value, bool) or _is_int(value):
            return value
        raise Refused(f"{quoted(_source(node))} is no axis: write a whole number, such as axis=1.")

    def several(self, node: ast.Call) -> tuple[IndexItem, ...]:
        """Compute a function that gives one index array for each axis."""
        assert isinstance(node.func, ast.Attribute)
        values = [np.asarray(self.value(argument)) for argument in node.args]
        if node.keywords or not values or (node.func.attr != "ix_" and len(values) != 1):
            wanted = "one list for each axis" if node.func.attr == "ix_" else f"one mask, such as {self.name} > 10"
            raise Refused(f"{quoted(_source(node))} is not understood: np.{node.func.attr} takes {wanted} here.")
        function: Callable[..., Any] = getattr(np, node.func.attr)
        arrays = self.made(node, function, *values)
        if any(array.dtype.kind not in "iu" for array in arrays):
            raise self.numpys(node, arrays, self.array)
        return tuple(array.astype(np.int64) for array in arrays)


def _is_several(node: ast.expr) -> TypeGuard[ast.Call]:
    """Whether a node calls a function that gives an array for each axis."""
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "ix_" | "nonzero" | "where")):
            return True
    return False


def _is_int(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def _source(node: ast.expr) -> str:
    # A slice has no source of its own outside brackets.
    return ast.unparse(ast.Subscript(ast.Name("_"), node, ast.Load()))[2:-1]
