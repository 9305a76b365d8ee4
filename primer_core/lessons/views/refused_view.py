"""Why a view of another shape is refused: which axes can be joined into one, pair by pair.

A view of another shape takes no element from its place, so every new axis needs one stride. Two neighbouring axes can
be walked as one exactly if going one step along the left one leads just as far as walking the right one to its end:
``stride[i] == size[i + 1] * stride[i + 1]``. A new shape that only joins such pairs, or cuts axes into parts, is
a view; every other one needs a copy.
Source: "Tensor.view" in the PyTorch documentation. NumPy's ``reshape(..., copy=False)`` goes by the same rule.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import prod

from primer_core.backend import Library, backend
from primer_core.backend.memory import Layout
from primer_core.language.limits import Refused, check_size
from primer_core.language.reader import read_shape
from primer_core.language.text import quoted
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.program import Program, Ran, Stopped, run_program


@dataclass(frozen=True, slots=True)
class AxisPair:
    """Two neighbouring axes, axes of size 1 left out: those are never walked.

    Parameters
    ----------
    left, right
        The axes.
    size
        Of the right one.
    stride, next_stride
        Of the left and the right one, in elements.
    wanted
        Whether the new shape walks both as parts of one axis; None where there is no such shape.
    """

    left: int
    right: int
    size: int
    stride: int
    next_stride: int
    wanted: bool | None

    @property
    def needed(self) -> int:
        """The stride that the left axis would need: size times stride of the right one."""
        return self.size * self.next_stride

    @property
    def joins(self) -> bool:
        """Whether both can be walked as one axis."""
        return self.stride == self.needed

    @property
    def refuses(self) -> bool:
        """Whether a view fails here."""
        return bool(self.wanted) and not self.joins


@dataclass(frozen=True, slots=True)
class GivenWay:
    """A way to the new shape that the library took.

    Parameters
    ----------
    code
        What was tried.
    shares
        Whether the result shares memory with the array.
    copied
        Bytes that were copied.
    """

    code: str
    shares: bool
    copied: int


@dataclass(frozen=True, slots=True)
class RefusedWay:
    """A way to the new shape that the library refused.

    Parameters
    ----------
    code
        What was tried.
    words
        The library's own.
    """

    code: str
    words: str


Way = GivenWay | RefusedWay


@dataclass(frozen=True, slots=True, eq=False)
class Viewing:
    """What came of it when an array was to be viewed in another shape.

    Parameters
    ----------
    program
        Makes the array, called ``b``, and, where that works, ``c = b.reshape(shape)``.
    wish
        The new shape, in which one size may be -1.
    pairs
        The axes of ``b``.
    view, in_order, reshaped
        The view; the copy in order, then the view; and reshape.
    """

    program: Program
    wish: tuple[int, ...]
    pairs: tuple[AxisPair, ...]
    view: Way
    in_order: Way
    reshaped: Way

    @property
    def allowed(self) -> bool:
        """Return whether the library gave the view."""
        return isinstance(self.view, GivenWay)

    @property
    def ways(self) -> tuple[Way, Way, Way]:
        """Return what was tried, in order."""
        return self.view, self.in_order, self.reshaped


def explain_viewing(base: str, operation: str, shape: str, library: Library = "PyTorch") -> Unread | Stopped | Viewing:
    """Explain whether ``b = operation`` can be viewed in another shape. Nothing that is typed makes it raise.

    Parameters
    ----------
    base, operation, library
        As for `run_program`; an empty operation stands for ``a``.
    shape
        The new shape, such as ``(12,)`` or ``2, -1``.
    """
    made = run_program(base, operation if operation.strip() else "a", library=library)
    if not isinstance(made, Ran):
        return made
    if "b" not in made.before.names:
        return Unread("b", "b is no array, so there is nothing to view in another shape.")
    own = made.before.called("b")
    if own.library != library:
        return Unread("b", f"b is made by {own.library}, and the base by {library}: choose {own.library}.")
    if not own.values.ndim:
        return Unread("b", "b is a single element: without axes there is nothing to join. Leave it an axis.")
    try:
        wish = read_wish(shape)
    except Refused as refused:
        return Unread("to", str(refused))
    lines = _lines(wish, library)
    tries = [
        run_program(base, operation if operation.strip() else "a", line, library=library, advising=False)
        for line in lines
    ]
    view, in_order, reshaped = map(_way, lines, tries)
    last = tries[2]
    pairs = axis_pairs(own.layout, _solved(wish, own.values.size))
    return Viewing(last if isinstance(last, Ran) else made, wish, pairs, view, in_order, reshaped)


def axis_pairs(layout: Layout, shape: tuple[int, ...] | None) -> tuple[AxisPair, ...]:
    """Compare the axes of an array that are longer than 1, pair by pair.

    Parameters
    ----------
    layout
        Of the array.
    shape
        The new shape, of as many cells; None if there is none.
    """
    axes = [axis for axis, size in enumerate(layout.shape) if size != 1]
    # Counted from the end, an axis starts where so many cells lie behind it: cuts of both shapes can be compared.
    cuts = None if shape is None else {prod(shape[start:]) for start in range(len(shape) + 1)}
    return tuple(
        AxisPair(
            left,
            right,
            layout.shape[right],
            layout.strides[left],
            layout.strides[right],
            None if cuts is None or not layout.size else prod(layout.shape[right:]) not in cuts,
        )
        for left, right in pairwise(axes)
    )


def read_wish(text: str) -> tuple[int, ...]:
    """Read a new shape, in which one size may be -1.

    Raises
    ------
    Refused
        If it is none.
    """
    how = "Write the new shape, such as (12,) or 2, -1."
    written = text.strip()
    sizes = read_shape(written[1:-1] if written[:1] == "[" and written[-1:] == "]" else written)
    if sizes is None:
        raise Refused(f"{quoted(written)} is no shape. {how}")
    if not all(-1 <= size < 2**62 for size in sizes):
        raise Refused(f"{quoted(written)} is no shape: sizes are whole numbers from 0 up, or -1. {how}")
    check_size((1,) * len(sizes), "The new shape")
    return sizes


def _solved(wish: tuple[int, ...], size: int) -> tuple[int, ...] | None:
    """Put the size that is left over in the place of -1; None where the numbers of cells differ."""
    known = prod(one for one in wish if one >= 0)
    if wish.count(-1) == 1 and known and not size % known:
        wish = tuple(size // known if one < 0 else one for one in wish)
    return wish if prod(wish) == size and all(one >= 0 for one in wish) else None


def _lines(wish: tuple[int, ...], library: Library) -> tuple[str, str, str]:
    engine = backend(library)
    in_order = engine.contiguous_code("b")
    return (
        engine.view_code("b", wish),
        engine.view_code(in_order, wish),
        f"b.reshape({', '.join(map(str, wish)) or '()'})",
    )


def _way(line: str, found: Unread | Ran | Stopped) -> Way:
    """See whether the result, called c, lies in the memory of b."""
    match found:
        case Unread(message=message):
            return RefusedWay(line, message)
        case Stopped(words=words):
            return RefusedWay(line, words)
    verdict = found.verdicts[-1]
    size = found.before.called("c").layout.nbytes
    shares = verdict.kind == "same" or (verdict.questions[-1].answer and size > 0)  # no cells are none to share
    return GivenWay(line, shares, 0 if shares else size)


def viewing_code(viewing: Viewing) -> str:
    """Write the snippet that tries each way, and prints what it shares or what the library says."""
    program = viewing.program
    own = program.before.called("b")
    definitions = [line for line in program.definitions if line.startswith("b =")]
    lines = [f"a = {program.base}", *definitions, *views_code.layout("b", own, program.before.called("a"))]
    for way in viewing.ways:
        match way:
            case GivenWay(code, _, copied):
                asked = views_code.question("b", own, "c", own)
                lines += [f"c = {code}", f"print({asked})  # {copied} bytes copied"]
            case RefusedWay(code):
                lines += views_code.attempt(code)
    return views_code.with_imports(lines)
