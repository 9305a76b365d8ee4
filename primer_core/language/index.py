"""Reads the index expressions that learners type: any expression of the one language that is an index.

An index is what stands between the brackets of ``a[...]``, or all of it:

- whole numbers ``1``, ``-1``, slices ``1:3``, ``::-1``, ``...``, ``None`` or ``np.newaxis``,
- lists and arrays of whole numbers, ``[0, 2]``, ``np.arange(4)``, ``np.ix_([0, 1], [2, 3])``,
- masks, ``[True, False, True]``, ``a > 10``, ``(a > 2) & (a < 9)``, ``a[:, 0] > 4``, ``a.sum(axis=1) > 10``,
- the places of a mask, ``np.where(a > 10)``, or of one axis, ``np.where(a > 10)[0]``.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Backend, Declined, Library, pytorch
from primer_core.backend.interface import IndexItem
from primer_core.language.evaluator import Evaluator
from primer_core.language.index_plan import plan_index
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import TooDeepError, code_expression, typed_expression
from primer_core.language.reader import check_nodes
from primer_core.language.rejection import Rejection
from primer_core.language.table.dtypes import NUMPY_DTYPES
from primer_core.language.text import quoted

MAX_TEXT = 1000
"""Characters read of one index."""

HOW = "Write whole numbers, slices such as 1:3, ..., None, a list such as [0, 2], or a mask such as {name} > 10."

_FUNCTIONS = frozenset({"arange", "array", "ix_", "nonzero", "where"})
"""What may be called as ``np.arange(...)``, or without the ``np.``."""

_OF_TORCH: Mapping[str, str] = {"arange": "arange", "tensor": "array", "where": "where"}
"""What NumPy calls the functions of PyTorch that may stand in an index of a tensor."""

_TAKEN_FOR_A_MASK = (
    "PyTorch takes an index of uint8 for a mask, as it did before it had booleans, and warns of it. Write .bool() for "
    "a mask, .long() for places."
)

_REARRANGING = frozenset({"ravel", "reshape"})
"""Methods that give the array's own values in another shape, which nobody means as places."""


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
        Whether it is read as PyTorch does: a list that stands alone and holds more than numbers is a tuple,
        ``torch.arange``, ``torch.tensor`` and ``torch.where`` are known, and what is asked of the array alone is asked
        of a tensor.

    Raises
    ------
    Refused
        If it is no index, or if what it selects has too many axes or elements.
    """
    walker = _Walker(array, name, HOW.format(name=name), of_tensor=unpack)
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
    if any(isinstance(node, ast.Starred) for node in ast.walk(found)):
        raise Refused(f"A star is not read in an index. {how}")
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
        if not isinstance(node.ctx, ast.Load):
            return node
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
            case ast.Attribute(ast.Name("torch"), dtype) if self._torch and dtype in NUMPY_DTYPES:
                return _of_numpy(dtype)
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
    """Evaluates what stands in an index, by the one language, and sorts it into items."""

    array: NDArray[Any]
    name: str
    how: str
    of_tensor: bool = False

    def items(self, node: ast.expr, indexed: NDArray[Any]) -> tuple[IndexItem, ...]:
        """Read all items between a pair of brackets; `indexed` is the array before them."""
        if isinstance(node, ast.Tuple):
            return tuple(self.item(inner, indexed) for inner in node.elts)
        value = self.value(node)
        if isinstance(value, tuple):  # np.where(a > 10), np.ix_([0, 1], [2]): an array for each axis
            return tuple(self.taken(node, part, indexed) for part in value)
        return (self.taken(node, value, indexed),)

    def item(self, node: ast.expr, indexed: NDArray[Any]) -> IndexItem:
        value = self.value(node)
        if isinstance(value, tuple) and value and not isinstance(node, ast.Tuple):
            raise Refused(
                f"{quoted(_source(node))} gives one array for each axis, together a whole index. Take one of them "
                f"where something stands beside it: {_source(node)}[0]."
            )
        return self.taken(node, value, indexed)

    def taken(self, node: ast.expr, value: Any, indexed: NDArray[Any]) -> IndexItem:
        """Return a value as an item of an index."""
        if value is None or value is ...:
            return value
        if isinstance(value, slice):
            bounds = (value.start, value.stop, value.step)
            if all(bound is None or _is_int(bound) for bound in bounds):
                return slice(*(None if bound is None else int(bound) for bound in bounds))
            raise self.numpys(node, value, indexed)
        if isinstance(value, list | tuple | range):
            value = self.listed(node, value)
            # An empty list, unlike an empty array, is taken for one of whole numbers.
            value = value.astype(np.int64) if value.size == 0 else value
        if hasattr(value, "numpy"):
            value = value.numpy()[()]  # a tensor without axes is a number here
        if _is_int(value):
            return int(value)
        if self.of_tensor and isinstance(value, np.ndarray) and value.dtype == np.uint8:
            raise Refused(_TAKEN_FOR_A_MASK)
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
        """Compute a number, a slice, an array or a list of them."""
        source = _source(node)
        engine = self.engine_of(node)
        try:
            if isinstance(node, ast.Slice):
                return slice(
                    *(None if part is None else self.value(part) for part in (node.lower, node.upper, node.step))
                )
            expression = code_expression(source)
            check_nodes(expression, source)
            return Evaluator({self.name: engine.make(self.array)}).value_of(expression, source)
        except Rejection as rejection:
            raise Refused(self.sentence(rejection, engine.library)) from rejection

    def engine_of(self, node: ast.expr) -> Backend:
        """Return the library that computes a part of an index: NumPy, unless a tensor alone is spoken of."""
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        return pytorch() if self.of_tensor and names == {self.name} else NUMPY

    def sentence(self, rejection: Rejection, library: Library) -> str:
        """Say whose verdict it is that a part of an index has no value."""
        of = quoted(rejection.place.text)
        if rejection.declined is not None:
            hint = ""
            if "truth value" in rejection.message:
                hint = (
                    f" Write & for and, | for or, ~ for not, with parentheses: ({self.name} > 2) & ({self.name} < 9)."
                )
            return f"Of {of}, {library} says: {rejection.declined.words}.{hint}"
        if rejection.verdict == "unknown" and rejection.place.text.isidentifier():
            return f"There is no {of} here: the array is called {self.name}. {self.how}"
        return f"{rejection.message} {self.how}" if rejection.verdict != "refused" else rejection.message

    def listed(self, node: ast.expr, value: Any) -> NDArray[Any]:
        try:
            values = np.array(value)
        except ValueError as error:
            raise Refused(f"The lists in {quoted(_source(node))} differ in length; they must not.") from error
        check_size(values.shape, quoted(_source(node)))
        return values


def _is_int(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def _source(node: ast.expr) -> str:
    # A slice has no source of its own outside brackets.
    return ast.unparse(ast.Subscript(ast.Name("_"), node, ast.Load()))[2:-1]
