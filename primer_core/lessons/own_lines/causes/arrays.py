"""Why a program fails at arrays: an axis that a reduction left out, masks that pair up, one number asked of many."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from primer_core.backend import backend
from primer_core.claims.claim import Code, Sentence, counted, listed, signed
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.parsing import code_expression
from primer_core.language.programs.missing import public_names
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.alignment import axis_rule, joint_shape
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.comparisons import compared_first, holds_a_comparison, taken_first, torn
from primer_core.lessons.own_lines.failing import (
    Entry,
    Failing,
    Operand,
    nodes_of,
    parts_of,
    statements_of,
    wrapped,
)
from primer_core.lessons.own_lines.positions import fits_as_a_place
from primer_core.lessons.own_lines.summed import stretched_over, summed
from primer_core.lessons.own_lines.trace import Trace

_MOST_LISTS = 31
"""Lists in a list that PyTorch reads as a tuple."""

_NESTED = re.compile(r"\[\s*\[\s*\d")
_LEAVES_OUT = ("sum", "mean", "max", "min", "amax", "amin", "std", "var", "prod", "median", "nansum", "nanmean", "norm")


@dataclass(frozen=True, slots=True)
class AxisLeftOut(CauseHere):
    """A reduction left an axis out, so that its result does not line up with what it was made of.

    Parameters
    ----------
    code
        The reduction.
    before, after, kept
        Shapes: of the array, of the result, and of the result with the axis as one of size 1.
    axis
        int, counted from 0.
    word
        What the library calls the parameter that keeps it.
    other
        Shape of the other operand.
    """

    code: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    kept: tuple[int, ...]
    axis: int
    word: str
    other: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say what became of the axis, and what keeps it."""
        return (
            Code(self.code),
            f" leaves axis {self.axis} out: {self.before} becomes {self.after}, and shapes line up from the right. "
            "With ",
            Code(f"{self.word}=True"),
            f" the axis stays, with size 1: {self.kept} meets {self.other}.",
        )


@dataclass(frozen=True, slots=True)
class PositionIsList(CauseHere):
    """A position stands in an index as a list, with a number for each axis, and is read as places along axis 0.

    Parameters
    ----------
    position, instead
        The list, and the indexing with a tuple, as code.
    places
        The numbers in it.
    size
        int, of axis 0.
    """

    position: str
    instead: str
    places: tuple[int, ...]
    size: int

    def sentence(self) -> Sentence:
        """Say how a list is read, and what is one cell."""
        away = next(each for each in self.places if not -self.size <= each < self.size)
        return (
            Code(self.position),
            f" is a list, and a list is one index, along axis 0: it asks for {listed([*map(signed, self.places)])} "
            f"there, and {signed(away)} is no place of the {self.size}. A tuple has an index for each axis: ",
            Code(self.instead),
            " is one cell.",
        )


@dataclass(frozen=True, slots=True)
class MasksPairUp(CauseHere):
    """Masks for two axes stand in one index, and have different numbers of True.

    Parameters
    ----------
    masks
        As code.
    trues
        How many True each of them has.
    """

    masks: tuple[str, ...]
    trues: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say what a mask stands for beside another, and that these do not pair up."""
        return (
            "Each mask stands for the places where it is True: ",
            Code(self.masks[0]),
            f" for {self.trues[0]}, ",
            Code(self.masks[1]),
            f" for {self.trues[1]}. Several such lists in one index are read together, a place of each at a time, and "
            f"{listed(list(map(str, self.trues)))} of them do not pair up.",
        )


@dataclass(frozen=True, slots=True)
class OneNumberAlone(CauseHere):
    """A function of Python's module of mathematics was given an array.

    Parameters
    ----------
    function, argument
        As code.
    shape
        Of the array.
    instead
        The function that computes of each number.
    """

    function: str
    argument: str
    shape: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say what it takes, and what takes an array."""
        return (
            Code(self.function),
            " is Python's own and takes one number, and ",
            Code(self.argument),
            f" has shape {self.shape}. ",
            Code(self.instead),
            " computes of each number of an array.",
        )


@dataclass(frozen=True, slots=True)
class ListsAsAxes(CauseHere):
    """A list of lists stands as an index of a tensor, and was read as an index for each of several axes.

    Parameters
    ----------
    code
        The list.
    lists
        int, how many lists it holds.
    array
        The tensor.
    axes
        int, how many it has.
    """

    code: str
    lists: int
    array: str
    axes: int

    def sentence(self) -> Sentence:
        """Say how it is read, and what is read as one array of places."""
        return (
            "PyTorch reads a list of fewer than 32 lists as a tuple, with a list of places for each axis: ",
            Code(self.code),
            f" holds {self.lists}, and ",
            Code(self.array),
            f" has {counted(self.axes, 'axis', 'axes')}. A longer list, or a tensor, is one array of places along axis "
            "0: ",
            Code(f"{self.array}[torch.tensor({self.code})]"),
        )


@dataclass(frozen=True, slots=True)
class AskedByIdentity(CauseHere):
    """An array was looked for in a list of arrays, which compares it with each entry that is not the same object.

    Parameters
    ----------
    code
        What looks for it.
    array, holder
        What is looked for, and where.
    equal
        What compares all numbers of two arrays, as code.
    """

    code: str
    array: str
    holder: str
    equal: str

    def sentence(self) -> Sentence:
        """Say what is asked of each entry, and what asks for one answer."""
        return (
            Code(self.code),
            " asks of each entry whether it is the very same object, and where it is not, whether ",
            Code("=="),
            " is true of it, which compares arrays number by number and has several answers. An array is found "
            "without that where it stands in front of all others. ",
            Code(f"any({self.array} is each for each in {self.holder})"),
            " asks for the object, ",
            Code(f"any({self.equal}({self.array}, each) for each in {self.holder})"),
            " for its numbers.",
        )


@dataclass(frozen=True, slots=True)
class ComputedBeforeChosen(CauseHere):
    """An argument of ``where`` failed, which is computed before anything is chosen.

    Parameters
    ----------
    function, code
        The function, and what failed.
    instead
        What computes one of the two alone; empty where the condition is no single answer.
    """

    function: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what is computed when, and what computes what is chosen alone."""
        alone: Sentence = ()
        if self.instead:
            alone = (" Of numbers, ", Code(self.instead), " computes the one alone that it takes.")
        return (
            Code(self.function),
            " chooses among what has been computed: all its arguments are, before it is called, and so ",
            Code(self.code),
            " is, whatever the condition says. Numbers of Python's own cannot be divided by zero.",
            *alone,
        )


@dataclass(frozen=True, slots=True)
class ShapeOfPicked(CauseHere):
    """What a mask picked meets an array of the shape that it was picked from.

    Parameters
    ----------
    code, mask
        What was picked, and the mask.
    shape, count
        Of the mask, and how many cells were picked.
    library
        What code calls the library of the arrays.
    """

    code: str
    mask: str
    shape: tuple[int, ...]
    count: int
    library: str

    def sentence(self) -> Sentence:
        """Say which cells there are, and that no axis of the array is left."""
        return (
            Code(self.code),
            f" picks the {self.count} cells where ",
            Code(self.mask),
            f" is True into one axis, ({self.count},): the shape {self.shape} is lost, so that they do not line up "
            "with whole arrays. What is computed of whole arrays keeps the shape, and ",
            Code(f"{self.library}.where"),
            " chooses of it; what is computed of picked cells can be written back with ",
            Code(f"out[{self.mask}] = ..."),
            ".",
        )


@dataclass(frozen=True, slots=True)
class SourceAxes(CauseHere):
    """What is to be scattered has another number of axes than the index.

    Parameters
    ----------
    index, source
        int, axes of each.
    """

    index: int
    source: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "Each place of the index takes the number at the same place of what is scattered, so that both need as "
            f"many axes: the index has {self.index}, and what is scattered {self.source}.",
        )


@dataclass(frozen=True, slots=True)
class TakesTheOperand(CauseHere):
    """``&``, ``|`` or ``^`` stands between comparisons without brackets, and took an operand out of one.

    Parameters
    ----------
    sign
        The sign.
    code, taken
        The comparisons, and what the sign took.
    chain
        int, how many comparisons are left in a chain; 1 where it is none, and 0 where what the sign took was refused.
    meant
        All comparisons in brackets.
    """

    sign: str
    code: str
    taken: str
    chain: int
    meant: str

    def sentence(self) -> Sentence:
        """Say what is read, and what was meant."""
        count = {2: "two", 3: "three"}.get(self.chain, str(self.chain))
        left: Sentence = (
            ", and what comes of it is compared. That ends in an array of answers, where one is asked for. ",
        )
        if not self.chain:
            left = (", and decimal numbers are refused there: it is made for whole numbers and truths. ",)
        if self.chain > 1:
            left = (
                f", and a chain of {count} comparisons is left, which joins them with ",
                Code("and"),
                ". That asks for one answer, and an array has several. ",
            )
        return (
            Code(self.sign),
            " binds more strongly than a comparison: in ",
            Code(self.code),
            " it takes ",
            Code(self.taken),
            " first",
            *left,
            Code(self.meant),
            " compares first.",
        )


@dataclass(frozen=True, slots=True)
class TakenAsAxis(CauseHere):
    """What a reduction was to compare an array with was taken for an axis of that.

    Parameters
    ----------
    function
        What was called.
    array, argument
        The array, and what was taken for an axis.
    place
        Which argument that is, in words.
    numbered
        Whether it is a whole number, and the array has one axis.
    instead
        What takes the larger or the smaller of both; empty where that is not asked for.
    word
        ``larger`` or ``smaller``.
    """

    function: str
    array: str
    argument: str
    place: str
    numbered: bool
    instead: str
    word: str

    def sentence(self) -> Sentence:
        """Say what is looked within, what the argument is, and what takes both."""
        there = ": there is axis 0 alone" if self.numbered else ""
        compares = (
            (". ", Code(self.instead), f" takes the {self.word} of both in each place.") if self.instead else (".",)
        )
        return (
            Code(self.function),
            " looks within ",
            Code(self.array),
            f" alone, and its {self.place} argument is an axis of that. ",
            Code(self.argument),
            f" is no axis{there}",
            *compares,
        )


@dataclass(frozen=True, slots=True)
class NumberNoTensor(CauseHere):
    """A number stands where the larger or the smaller of two tensors was asked for, and is taken for an axis.

    Parameters
    ----------
    function, number
        What was called, and the number.
    instead
        What takes the larger or the smaller of both.
    word
        ``larger`` or ``smaller``.
    """

    function: str
    number: str
    instead: str
    word: str

    def sentence(self) -> Sentence:
        """Say what is compared, and what takes a number."""
        return (
            Code(self.function),
            " compares a tensor with another tensor alone, and ",
            Code(self.number),
            " is a number. A whole number behind a tensor is an axis along which it looks for the "
            f"{self.word.replace('er', 'est')} numbers. ",
            Code(self.instead),
            f" takes the {self.word} of both in each place.",
        )


@dataclass(frozen=True, slots=True)
class StretchedInPlace(CauseHere):
    """An array is to be changed in place by a larger one, over which it would be stretched.

    Parameters
    ----------
    name, code
        The array, and what is added to it or subtracted from it.
    shape, other
        Of both.
    axes
        Axes of the larger one along which the other is stretched.
    instead
        The sum along these, as code.
    """

    name: str
    code: str
    shape: tuple[int, ...]
    other: tuple[int, ...]
    axes: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say what keeps its shape, and what is the change of one that serves all rows."""
        places = " × ".join(str(self.other[axis]) for axis in self.axes)
        along = f"{'axis' if len(self.axes) == 1 else 'axes'} {listed(list(map(str, self.axes)))}"
        return (
            f"The operands meet in {self.other}, and the result is to be stored in ",
            Code(self.name),
            f", which has shape {self.shape} and keeps it: an output is never stretched. ",
            Code(self.code),
            f" holds a change for each of {places} places along {along}. Where one ",
            Code(self.name),
            " serves all of them, as a bias does, its change is their sum: ",
            Code(self.instead),
            ".",
        )


@dataclass(frozen=True, slots=True)
class PlaceAlongOne(CauseHere):
    """What finds places was given several axes, and a place is a number along one of them.

    Parameters
    ----------
    function
        What was called.
    given
        The axes, as they were given.
    count
        int, how many they are.
    finds
        ``"largest"`` or ``"smallest"`` of what gives values and places, and has a sister that gives the values alone;
        ``"both"`` of what gives both and has none, ``"places"`` of what gives places alone.
    instead
        What takes the axes, or makes one of them first; empty where neither is known.
    amax
        Whether that is the sister.
    """

    function: str
    given: str
    count: int
    finds: str
    instead: str
    amax: bool

    def sentence(self) -> Sentence:
        """Say what a place is, and what can be asked along several axes."""
        gives = "places alone" if self.finds == "places" else "two things, the values and their places"
        made: Sentence = ()
        if self.instead and self.amax:
            made = (Code(self.instead), f" gives the {self.finds} values alone, along all of them.")
        elif self.instead:
            made = (Code(self.instead), " makes one axis of them first, and counts the places along that one.")
        return (
            "Along an axis, ",
            Code(self.function),
            f" gives {gives}. A place is a number along one axis, so that it takes one axis, and ",
            Code(self.given),
            f" is {self.count} of them.",
            *((" ", *made) if made else ()),
        )


def of_arrays(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message as the arrays of the program tell it; None where they tell no more."""
    failing = trace.failing
    assert failing is not None
    match known.kind:
        case "broadcast" | "broadcast_torch":
            return _left_out(trace, failing) or _of_picked(trace)
        case "stretch_torch":
            return _of_picked(trace)
        case "output" | "output_torch":
            return stretched(failing)
        case "index" | "index_torch":
            return position_in_a_list(trace)
        case "truth" | "truth_torch":
            return _takes_the_operand(trace, failing) or _by_identity(failing)
        case "ufunc_types" | "not_implemented_torch":
            return _takes_the_operand(trace, failing)
        case "by_zero_python":
            return _before_chosen(failing)
        case kind if kind in _OF_AXES:
            return _scattered(failing) or _as_axis(failing)
        case "list_index" | "not_whole" | "argument_combination":
            return along_several(failing) or _as_axis(failing)
        case "argument_type":
            return along_several(failing)
        case "number" | "number_torch":
            return _one_number(trace, failing)
        case "too_many_indices_torch":
            return _lists_as_axes(trace)
    return None


def position_in_a_list(trace: Trace) -> PositionIsList | None:
    """Return that a list with a place for each axis was taken for places along axis 0; None of another index."""
    match None if trace.failing is None else trace.failing.node:
        case ast.Subscript(held, ast.Name(name)):
            pass
        case _:
            return None
    if trace.failed is None or len(trace.failed.operands) < 2:
        return None
    array, index = trace.failed.operands[:2]
    shape = shape_of(array)
    if not trace.failed.entry.startswith(("ndarray.[]", "Tensor.[]")) or not fits_as_a_place(index, shape):
        return None
    if all(-shape[0] <= each < shape[0] for each in index):
        return None
    text = Place.of(held, trace.source).text
    return PositionIsList(name, f"{wrapped(held, text)}[tuple({name})]", tuple(index), shape[0])


def of_masks(failing: Failing) -> MasksPairUp | None:
    """Return that masks of two axes do not pair up; None of another index."""
    masks = [each for each in failing.operands[1:] if each.dtype in ("bool", "torch.bool") and each.shape]
    if len(masks) != 2 or len(failing.operands) != 3 or any(len(each.shape or ()) != 1 for each in masks):
        return None
    trues = tuple(int(np.count_nonzero(each.value)) for each in masks if each.value is not None)
    if len(trues) != 2 or trues[0] == trues[1] or 1 in trues:
        return None
    return MasksPairUp(tuple(each.text for each in masks), trues)


def function_of_math(trace: Trace, function: ast.expr) -> str:
    """Return the name of a function of Python's module of mathematics; empty for what is none, or not NumPy's too."""
    match function:
        case ast.Attribute(ast.Name("math"), name):
            found = name
        case ast.Name(name):
            imports = [node for node in nodes_of(trace.source) if isinstance(node, ast.ImportFrom)]
            given = [(node.module, own) for node in imports for own in _own_names(node, name)]
            found = given[-1][1] if given and given[-1][0] == "math" else ""
        case _:
            found = ""
    return found if callable(getattr(np, found, None)) else ""


def _own_names(node: ast.ImportFrom, name: str) -> Iterator[str]:
    """Give what a module calls that which an import from it binds to a name; nothing if it binds no such name."""
    for each in node.names:
        if each.name == "*" and name in public_names(node.module or ""):
            yield name
        elif (each.asname or each.name) == name:
            yield each.name


def _one_number(trace: Trace, failing: Failing) -> OneNumberAlone | None:
    match failing.node:
        case ast.Call(function, [_], []) if name := function_of_math(trace, function):
            given = failing.operands[-1]
            if given.shape is None:
                return None
            if given.is_tensor and not hasattr(backend("PyTorch").module, name):
                return None
            library = "torch" if given.is_tensor else "np"
            return OneNumberAlone(ast.unparse(function), given.text, given.shape, f"{library}.{name}")
    return None


def _lists_as_axes(trace: Trace) -> ListsAsAxes | None:
    failing = trace.failing
    assert failing is not None
    match failing.node, failing.operands:
        case ast.Subscript(_, index), (array, Operand(kind="list", value=tuple(lists)) as given) if array.is_tensor:
            axes = len(array.shape or ())
            names = trace.steps[-1].names if trace.steps else {}
            texts = [names[each.id].text for each in ast.walk(index) if isinstance(each, ast.Name) and each.id in names]
            if axes < len(lists) <= _MOST_LISTS and any(_NESTED.match(each) for each in (given.text, *texts)):
                return ListsAsAxes(given.text, len(lists), array.text, axes)
    return None


def _left_out(trace: Trace, failing: Failing) -> AxisLeftOut | None:
    match failing.node:
        case ast.BinOp() | ast.AugAssign() | ast.Compare() if len(failing.operands) == 2:
            pass
        case _:
            return None
    for reduced, other in (failing.operands, failing.operands[::-1]):
        found = _reduction(trace, failing, reduced)
        if found is None or other.shape is None or reduced.shape is None:
            continue
        code, before, axis = found
        kept = (*before[:axis], 1, *before[axis + 1 :])
        rest = (*before[:axis], *before[axis + 1 :])
        if rest == reduced.shape and joint_shape(axis_rule([kept, other.shape])) == other.shape:
            word = "keepdim" if reduced.is_tensor else "keepdims"
            return AxisLeftOut(code, before, rest, kept, axis, word, other.shape)
    return None


def _reduction(trace: Trace, failing: Failing, operand: Operand) -> tuple[str, tuple[int, ...], int] | None:
    """Return the call that made an operand by leaving an axis out, the shape that it was given, and the axis."""
    line = failing.statement.lineno
    made: ast.expr | None = next(
        (node for node in nodes_of(trace.source) if isinstance(node, ast.Call) and _is_at(node, operand)), None
    )
    for statement in statements_of(trace.source) if operand.text.isidentifier() else ():
        match statement:
            case ast.Assign([ast.Name(name)], value) if name == operand.text and statement.lineno < line:
                made = value
    match made:
        case ast.Call(ast.Attribute(holder, name), arguments, words) if name in _LEAVES_OUT:
            if isinstance(holder, ast.Name) and holder.id in ("np", "numpy", "torch"):
                holder, arguments = (arguments[0], arguments[1:]) if arguments else (holder, [])
            given = [each.value for each in words if each.arg in ("axis", "dim")] or arguments[:1]
            if len(words) > 1 or len(arguments) > 1 or not isinstance(holder, ast.Name) or not given:
                return None
            seen = trace.steps[-1].names.get(holder.id) if trace.steps else None
            axis = _number(given[0])
            if seen is None or seen.shape is None or axis is None or not -len(seen.shape) <= axis < len(seen.shape):
                return None
            return ast.unparse(made), seen.shape, axis % len(seen.shape)
    return None


def _is_at(node: ast.Call, operand: Operand) -> bool:
    return (node.lineno, node.end_lineno) == (operand.place.line, operand.place.end_line) and ast.unparse(
        node
    ) == operand.text


def _number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(int(number)):
            return number
        case ast.UnaryOp(ast.USub(), ast.Constant(int(number))):
            return -number
    return None


def _takes_the_operand(trace: Trace, failing: Failing) -> TakesTheOperand | None:
    node, source = failing.node, trace.source
    if isinstance(node, ast.BinOp):
        whole, chain, taken = torn(failing.statement, node, source), 0, [node]
        if not any("float" in each.dtype for each in failing.operands):
            return None
    else:
        whole = node if isinstance(node, ast.Compare) else None
        taken = [] if whole is None else taken_first(whole, source)
        chain = 0 if whole is None else len(whole.ops)
    if whole is None or not taken or (len(whole.ops) == 1 and not holds_a_comparison(whole, source)):
        return None
    sign = {ast.BitAnd: "&", ast.BitOr: "|"}.get(type(taken[0].op), "^")
    code, meant = Place.of(whole, source).text, compared_first(whole, source)
    return TakesTheOperand(sign, code, Place.of(taken[0], source).text, chain, meant)


def _by_identity(failing: Failing) -> AskedByIdentity | None:
    match failing.node:
        case ast.Compare(array, [ast.In() | ast.NotIn()], [holder]):
            pass
        case ast.Call(ast.Attribute(holder, "index" | "remove" | "count"), [array], []):
            pass
        case _:
            return None
    kinds = {each.text: each for each in failing.operands}
    asked, held = kinds.get(ast.unparse(array)), kinds.get(ast.unparse(holder))
    if held is None or held.kind not in ("list", "tuple") or asked is None or asked.shape is None:
        return None
    entries = held.value if isinstance(held.value, list | tuple) else ()
    if not entries or not all(isinstance(each, Entry) for each in entries):
        return None  # numbers among the entries are compared, too, and are no object to be found
    equal = "torch.equal" if asked.is_tensor else "np.array_equal"
    return AskedByIdentity(failing.place.text, asked.text, held.text, equal)


def _before_chosen(failing: Failing) -> ComputedBeforeChosen | None:
    for node in ast.walk(failing.statement):
        match node:
            case ast.Call(ast.Attribute(_, "where") as function, [condition, one, other], []):
                if not any(each is failing.node for part in (one, other) for each in ast.walk(part)):
                    continue
                names = {each.id for each in ast.walk(condition) if isinstance(each, ast.Name)}
                plain = all(failing.scope.get(name) in ("int", "float", "bool") for name in names)
                texts = map(ast.unparse, (one, condition, other))
                instead = "{} if {} else {}".format(*texts) if plain else ""
                return ComputedBeforeChosen(ast.unparse(function), failing.place.text, instead)
    return None


def picked(trace: Trace) -> tuple[ast.Subscript, ast.expr, tuple[int, ...], Operand] | None:
    """Find what a mask picked among the operands of what failed: it, the mask, its shape, and the operand."""
    failing = trace.failing
    assert failing is not None
    names = trace.steps[-1].names if trace.steps else {}
    shapes = {each.shape for each in failing.operands if each.shape is not None}
    for operand in failing.operands:
        if operand.shape is None or len(operand.shape) != 1:
            continue
        written = _written_out(trace, operand)
        counts = not any(isinstance(node, ast.Call) for node in ast.walk(written))  # so that it has as many cells
        for node in ast.walk(written):
            match node:
                case ast.Subscript(ast.Name(), ast.Name(name) as mask):
                    seen = names.get(name)
                    if seen is None or seen.values is None or seen.values.dtype.kind != "b" or seen.values.ndim < 2:
                        continue
                    if operand.shape == (int(seen.values.sum()),) and seen.shape in shapes and seen.shape is not None:
                        return node, mask, seen.shape, operand
                case ast.Subscript(ast.Name(name), ast.Compare(ast.Name(other)) as mask) if name == other and counts:
                    base = names.get(name)
                    if base is not None and base.shape in shapes and base.shape is not None and len(base.shape) > 1:
                        return node, mask, base.shape, operand
    return None


def _written_out(trace: Trace, operand: Operand) -> ast.expr:
    """Return an operand as code; of a name that is bound once what it is bound to."""
    found = code_expression(operand.text)
    if isinstance(found, ast.Name):
        bound = [
            each.value
            for each in statements_of(trace.source)
            if isinstance(each, ast.Assign) and any(ast.unparse(to) == found.id for to in each.targets)
        ]
        return bound[0] if len(bound) == 1 else found
    return found


def _of_picked(trace: Trace) -> ShapeOfPicked | None:
    found = picked(trace)
    if found is None:
        return None
    node, mask, shape, operand = found
    library = "torch" if operand.is_tensor else "np"
    return ShapeOfPicked(ast.unparse(node), ast.unparse(mask), shape, (operand.shape or (0,))[0], library)


def stretched(failing: Failing) -> StretchedInPlace | None:
    """Return what is added to a smaller array in place, or subtracted from it; None for all else."""
    match failing.node:
        case ast.AugAssign(_, ast.Add() | ast.Sub(), value):
            pass
        case ast.Call(ast.Attribute(_, "add_" | "sub_"), [value], _):
            pass
        case _:
            return None
    if len(failing.operands) < 2:
        return None
    target, change = failing.operands[:2]
    if target.shape is None or change.shape is None or isinstance(value, ast.Starred):
        return None
    code = ast.unparse(value)
    instead = summed(value, code, target.shape, change.shape, is_tensor=change.is_tensor)
    axes = stretched_over(target.shape, change.shape)
    return StretchedInPlace(target.text, code, target.shape, change.shape, axes, instead) if instead else None


def _as_axis(failing: Failing) -> TakenAsAxis | NumberNoTensor | None:
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" as library), name) as function, [array, other], []):
            place = "second"
        case ast.Call(ast.Attribute(ast.Name("torch"), "max" | "min" as name), [_, _], []):
            return _no_tensor(failing, name)
        case ast.Call(ast.Attribute(array, name) as function, [other], []):
            library, place = "np", "first"
        case _:
            return None
    if name not in _LEAVES_OUT or not failing.operands:
        return None
    given, holder = failing.operands[-1], failing.operands[-2] if len(failing.operands) > 1 else failing.operands[-1]
    if holder.is_tensor:
        return _no_tensor(failing, name) if name in ("max", "min") else None
    if given.shape is None and given.kind not in ("list", "int"):
        return None
    word, pair = _LARGER.get(name, ("", ""))
    numbered = given.kind == "int"
    if numbered and (not word or place == "first" or len(holder.shape or ()) != 1):
        return None  # an axis may be meant
    fit = all(each.shape is not None or each.kind in ("int", "float") for each in (holder, given))
    fit = fit and joint_shape(axis_rule([holder.shape or (), given.shape or ()])) is not None
    instead = f"{library}.{pair}({ast.unparse(array)}, {ast.unparse(other)})" if word and fit else ""
    return TakenAsAxis(ast.unparse(function), ast.unparse(array), given.text, place, numbered, instead, word)


def along_several(failing: Failing) -> PlaceAlongOne | None:
    """Return which axes were given to what finds places along one; None for all else."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "torch"), name) as function, [array, *rest], words):
            pass
        case ast.Call(ast.Attribute(array, name) as function, rest, words):
            pass
        case _:
            return None
    named = [word.value for word in words if word.arg in ("dim", "axis")]
    operands = dict(zip(parts_of(failing.node), failing.operands, strict=False))
    axes = (named or rest[:1]) if len(rest) + len(named) == 1 else []
    holder, given = operands.get(array), operands.get(axes[0]) if axes else None
    if holder is None or holder.shape is None or given is None or given.kind not in ("tuple", "list"):
        return None
    if name not in _FINDS_PLACES or not (holder.is_tensor or name in _PLACES_ALONE):
        return None
    sizes, along = len(holder.shape), given.value if isinstance(given.value, tuple | list) else ()
    if not all(type(each) is int and -sizes <= each < sizes for each in along):
        return None
    places = sorted({each % sizes for each in along})
    if len(places) != len(along) or len(places) < 2:
        return None
    called = ast.unparse(function)
    more = "".join(f", {ast.unparse(word)}" for word in words if word.arg not in ("dim", "axis"))
    word = "dim" if holder.is_tensor else "axis"
    finds = {"max": "largest", "min": "smallest"}.get(name, "places" if name in _PLACES_ALONE else "both")
    if finds in ("largest", "smallest") and not _takes_places(failing):
        instead = f"torch.a{name}({ast.unparse(array)}, {word}={given.text}{more})"
        return PlaceAlongOne(called, given.text, len(places), finds, instead, amax=True)
    instead, in_a_row = "", places[-1] - places[0] == len(places) - 1
    if in_a_row and not more and holder.is_tensor:
        instead = f"{holder.asked}.flatten({places[0]}, {places[-1]}).{name}({word}={places[0]})"
    elif in_a_row and not more and places[-1] == sizes - 1:
        kept = "".join(f"{size}, " for size in holder.shape[: places[0]])
        instead = f"{holder.asked}.reshape({kept}-1).{name}({word}={places[0]})"
    return PlaceAlongOne(called, given.text, len(places), finds, instead, amax=False)


def _takes_places(failing: Failing) -> bool:
    """Return whether the statement takes values and places apart: by two names, or by the name of one."""
    match failing.statement:
        case ast.Assign([ast.Tuple()]):
            return True
    read = (each for each in ast.walk(failing.statement) if isinstance(each, ast.Attribute | ast.Subscript))
    return any(each.value is failing.node or ast.unparse(each.value) == failing.place.text for each in read)


_PLACES_ALONE = ("argmax", "argmin")
_FINDS_PLACES = ("max", "min", "median", "nanmedian", "mode", *_PLACES_ALONE)


def _no_tensor(failing: Failing, name: str) -> NumberNoTensor | None:
    assert isinstance(failing.node, ast.Call)
    found = clamped(failing)
    if found is None:
        return None
    word, _ = _LARGER[name]
    number = failing.operands[-1] if failing.operands[-1].shape is None else failing.operands[-2]
    return NumberNoTensor(ast.unparse(failing.node.func), number.text, found, word)


def clamped(failing: Failing) -> str | None:
    """Return what takes the larger or the smaller of a tensor and a number, where a call was to; None for all else."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("torch"), "max" | "min" as name), [one, other], []):
            most = 1
        case ast.Call(ast.Attribute(one, "max" | "min" as name), [other], []):
            most = 0
        case _:
            return None
    if len(failing.operands) < 2:
        return None
    (array, number), (first, second) = (one, other), failing.operands[-2:]
    if first.shape is None:
        (array, number), (first, second) = (other, one), (second, first)
    if not first.is_tensor or second.kind not in ("int", "float"):
        return None
    if second.kind == "int" and array is one and len(first.shape or ()) > most:
        return None  # an axis may be meant
    return f"torch.clamp({ast.unparse(array)}, {'min' if name == 'max' else 'max'}={ast.unparse(number)})"


_LARGER = {
    "max": ("larger", "maximum"), "amax": ("larger", "maximum"), "min": ("smaller", "minimum"),
    "amin": ("smaller", "minimum"),
}  # fmt: skip
_OF_AXES = ("axis_torch", "axis", "gather_axes_torch")
_SCATTERS = ("scatter", "scatter_", "scatter_add", "scatter_add_")


def scattered(failing: Failing) -> tuple[Operand, Operand] | None:
    """Return the index of a call that scatters, and what that scatters; None where they are not known."""
    match failing.node:
        case ast.Call(ast.Attribute(holder, name)) if name in _SCATTERS:
            arrays = [each for each in failing.operands if each.shape is not None and each.text != ast.unparse(holder)]
            of_torch = ast.unparse(holder) == "torch"
            if len(arrays) == (3 if of_torch else 2):
                return arrays[-2], arrays[-1]
    return None


def _scattered(failing: Failing) -> SourceAxes | None:
    found = scattered(failing)
    if found is None:
        return None
    index, source = (len(each.shape or ()) for each in found)
    return None if index == source else SourceAxes(index, source)
