"""Why a view of another shape is refused: which axes can be joined into one, pair by pair.

A view of another shape takes no element from its place, so every new axis needs one stride. Two neighbouring axes can
be walked as one exactly if going one step along the left one leads just as far as walking the right one to its end:
``stride[i] == size[i + 1] * stride[i + 1]``. A new shape that only joins such pairs, or cuts axes into parts, is
a view; every other one needs a copy.
Source: "Tensor.view" in the PyTorch documentation. NumPy's ``reshape(..., copy=False)`` goes by the same rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from primer_core.backend import Library
from primer_core.backend.memory import Layout
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import typed_literal
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.explain import Views, explain_view


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
class Way:
    """One way to the new shape, tried.

    Parameters
    ----------
    code
        What was tried.
    works
        Whether the library did it.
    shares
        Whether the result shares memory with the array.
    copied
        Bytes that were copied.
    words
        The library's own, where it refused.
    """

    code: str
    works: bool
    shares: bool
    copied: int
    words: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RefusedView:
    """Whether an array can be viewed in another shape, and why not.

    Parameters
    ----------
    source
        The program that makes the array, called ``b``, and, where that works, ``c = b.reshape(shape)``.
    shape
        The new shape, with -1 worked out where it can be; None where none was understood.
    pairs
        The axes of ``b``.
    ways
        The view; the copy in order, then the view; and reshape.
    allowed
        Whether the library gave the view.
    refusal, refused
        Why nothing was tried, and the field in which the reason stands: "a", "b" or "to".
    code
        Prints the same.
    """

    source: Views
    shape: tuple[int, ...] | None = None
    pairs: tuple[AxisPair, ...] = ()
    ways: tuple[Way, ...] = ()
    allowed: bool = False
    refusal: str | None = None
    refused: str | None = None
    code: str = ""


def explain_refused_view(base: str, operation: str, shape: str, library: Library = "PyTorch") -> RefusedView:
    """Explain whether ``b = operation`` can be viewed in another shape. Nothing that is typed makes it raise.

    Parameters
    ----------
    base, operation, library
        As for `explain_view`.
    shape
        The new shape, such as ``(12,)`` or ``2, -1``.
    """
    source = explain_view(base, operation or "a", library=library)
    if source.refusal is not None or source.error is not None or source.before is None:
        return RefusedView(source, refusal=source.refusal or source.error, refused=source.refused or "b")
    made = source.before.called("b")
    if made.library != library:
        return RefusedView(source, refusal=f"b is made by {made.library}: choose that library.", refused="b")
    if not made.values.ndim:
        return RefusedView(source, refusal="b is a single element: without axes there is nothing to join.", refused="b")
    try:
        wish = read_wish(shape)
    except Refused as refused:
        return RefusedView(source, refusal=str(refused), refused="to")
    solved = _solved(wish, made.values.size)
    pairs = axis_pairs(made.layout, solved)
    asked = RefusedView(source, solved or wish, pairs)
    lines = _lines(wish, library)
    tries = [explain_view(base, operation or "a", line, library=library) for line in lines]
    ways = tuple(map(_way, lines, tries))
    return replace(
        asked,
        source=tries[2] if ways[2].works else source,
        ways=ways,
        allowed=ways[0].works,
        code=_code(source, lines, ways),
    )


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
    try:
        found = typed_literal(text.strip())
    except SyntaxError as error:
        raise Refused(f"“{text.strip()[:60]}” is no shape. {how}") from error
    sizes = tuple(found) if isinstance(found, tuple | list) else (found,)
    if not all(type(size) is int and -1 <= size < 2**62 for size in sizes):
        raise Refused(f"“{text.strip()[:60]}” is no shape: sizes are whole numbers from 0 up, or -1. {how}")
    check_size((1,) * len(sizes), "The new shape")
    return sizes


def _solved(wish: tuple[int, ...], size: int) -> tuple[int, ...] | None:
    """Put the size that is left over in the place of -1; None where the numbers of cells differ."""
    known = prod(one for one in wish if one >= 0)
    if wish.count(-1) == 1 and known and not size % known:
        wish = tuple(size // known if one < 0 else one for one in wish)
    return wish if prod(wish) == size and all(one >= 0 for one in wish) else None


def _lines(wish: tuple[int, ...], library: Library) -> tuple[str, str, str]:
    sizes = ", ".join(map(str, wish)) or "()"
    if library == "PyTorch":
        return f"b.view({sizes})", f"b.contiguous().view({sizes})", f"b.reshape({sizes})"
    uncopied = f"reshape({sizes}, copy=False)"
    return f"b.{uncopied}", f"np.ascontiguousarray(b).{uncopied}", f"b.reshape({sizes})"


def _way(line: str, found: Views) -> Way:
    """See whether the result, called c, lies in the memory of b."""
    if found.error is not None or found.refusal is not None or found.before is None:
        return Way(line, works=False, shares=False, copied=0, words=found.error or found.refusal or "")
    verdict = found.verdicts[-1]
    shares = verdict.kind == "same" or verdict.questions[-1].answer
    return Way(line, works=True, shares=shares, copied=0 if shares else found.before.called("c").layout.nbytes)


def _code(source: Views, lines: Sequence[str], ways: Sequence[Way]) -> str:
    assert source.before is not None
    shown = [
        f"a = {source.base}",
        *source.definitions,
        *views_code.layout("b", source.before.called("b"), source.library),
    ]
    for line, way in zip(lines, ways, strict=True):
        if way.works:
            asked = views_code.question("b", source.before.called("b"), "c", source.before.called("b"))
            shown += [f"c = {line}", f"print({asked})  # {way.copied} bytes copied"]
        else:
            shown += [
                "try:",
                f"    {line}",
                "except Exception as error:",
                '    print(f"{type(error).__name__}: {error}")',
            ]
    return views_code.with_imports(shown)
