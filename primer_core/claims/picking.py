"""What is said of an index: which cells it picks, what becomes of the axes, and whether they are copied."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Strong, counted, listed, signed


@dataclass(frozen=True, slots=True)
class OnlyStrides(Claim):
    """An index only changes where reading starts and how it strides, and gives a view.

    Parameters
    ----------
    index
        What stands between the brackets.
    name, origin
        Names of the view and of the array.
    """

    index: str
    name: str
    origin: str

    def sentence(self) -> Sentence:
        """Say that nothing is copied."""
        return (
            Code(self.index),
            " only says where reading starts and how it strides: ",
            Name(self.name),
            " is a ",
            Strong("view"),
            " of ",
            Name(self.origin),
            ", and no element was copied.",
        )


@dataclass(frozen=True, slots=True)
class LiesAt(Claim):
    """A view begins somewhere in the memory of an array.

    Parameters
    ----------
    name, origin
        Names of the view and of the array.
    offset
        Bytes from the first cell of the array to that of the view.
    strides
        Of the view, in bytes.
    """

    name: str
    origin: str
    offset: int
    strides: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Give the offset and the strides."""
        return (
            f"0 bytes copied · {self.name} starts {signed(self.offset)} bytes into the memory of {self.origin} · "
            f"strides {signed(str(self.strides))} in bytes",
        )


@dataclass(frozen=True, slots=True)
class Gathered(Claim):
    """An index holds lists or masks, so that its elements are gathered into new memory.

    Parameters
    ----------
    index
        What stands between the brackets.
    name, origin
        Names of the copy and of the array.
    kinds
        What it holds: "a list", "a mask", or both.
    """

    index: str
    name: str
    origin: str
    kinds: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say that they were copied."""
        return (
            Code(self.index),
            f" holds {listed(self.kinds)}, which may name any elements in any order: they were ",
            Strong("copied"),
            " into new memory.",
        )


@dataclass(frozen=True, slots=True)
class CopiedBytes(Claim):
    """Elements were copied.

    Parameters
    ----------
    name, origin
        Names of the copy and of the array.
    count, bytes
        How many elements, and how many bytes they take.
    """

    name: str
    origin: str
    count: int
    bytes: int

    def sentence(self) -> Sentence:
        """Give the two numbers."""
        return (f"{counted(self.count, 'element')} gathered, {self.bytes} bytes copied",)


@dataclass(frozen=True, slots=True)
class TakenOut(Claim):
    """An index with a number for each axis gives NumPy's number, which is no array.

    Parameters
    ----------
    name, origin
        Names of the number and of the array.
    kept
        What stands between the brackets of an index that keeps every axis.
    shape
        That this gives.
    """

    name: str
    origin: str
    kept: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that it shares no memory, and what would."""
        return (
            Strong("Every axis is dropped: "),
            "NumPy hands out the element itself, a number that is no array and shares no memory. ",
            Code(f"{self.origin}[{self.kept}]"),
            f" is a view of shape {self.shape}.",
        )


@dataclass(frozen=True, slots=True)
class NumberDropsAxis(Claim):
    """A number in an index removes its axis.

    Parameters
    ----------
    index
        What stands between the brackets.
    number, axis
        The number, and the axis that it takes.
    kept, listed
        Indices in which a slice, or a list of one, stands in its place; the latter empty where it moves the axis.
    shape
        That these give.
    """

    index: str
    number: int
    axis: int
    kept: str
    listed: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the axis and what would keep it."""
        return (
            Code(str(self.number)),
            f" removes axis {self.axis}. ",
            Code(f"a[{self.kept}]"),
            *((" and ", Code(f"a[{self.listed}]"), " keep it") if self.listed else (" keeps it",)),
            f", with size 1: the shape is then {self.shape}.",
        )


@dataclass(frozen=True, slots=True)
class SliceCut(Claim):
    """A slice goes beyond its axis and is cut.

    Parameters
    ----------
    item
        The slice as it is written.
    stop
        Where it would stop.
    axis, size
        The axis that it takes, and the size of that.
    """

    item: str
    stop: int
    axis: int
    size: int

    def sentence(self) -> Sentence:
        """Set it against a number, which is not cut."""
        return (
            Code(self.item),
            f" goes beyond axis {self.axis}, which has size {self.size}: a slice takes what is there, without a word. "
            "The number ",
            Code(str(self.stop)),
            " in its place raises IndexError.",
        )


@dataclass(frozen=True, slots=True)
class NeverComesTo(Claim):
    """A slice goes up from its start and never comes to its stop, so that it takes nothing.

    Parameters
    ----------
    item
        The slice as it is written.
    axis
        That it takes.
    back, count
        The slice with a step of −1, and how many places of the axis it takes; empty where the library has none.
    """

    item: str
    axis: int
    back: str
    count: int

    def sentence(self) -> Sentence:
        """Say which way it goes, and what goes the other way."""
        start, stop = self.item.split(":")
        told = f" goes up from {signed(start)} and never comes to {signed(stop)}: nothing is taken, without an error."
        if not self.back:
            return (Code(self.item), told)
        return (Code(self.item), f"{told} ", Code(self.back), f" goes down, and takes {self.count}.")


@dataclass(frozen=True, slots=True)
class PlacesNoMask(Claim):
    """An index array holds the numbers 0 and 1 only, one for each place of an axis, and is no mask.

    Parameters
    ----------
    item
        The index array as it is written.
    mask
        The mask that is True where it holds 1.
    count
        How many places that picks.
    """

    item: str
    mask: str
    count: int

    def sentence(self) -> Sentence:
        """Say what the numbers are, and what would be a mask."""
        places = counted(self.count, "place")
        return (
            Code(self.item),
            " holds numbers, and a number is a place: 0 is the first, 1 the second. A mask holds True and False: ",
            Code(f"a[{self.mask}]"),
            f" picks the {places} where it holds 1.",
        )


@dataclass(frozen=True, slots=True)
class ReadTogether(Claim):
    """Several index arrays are read together, element by element.

    Parameters
    ----------
    name
        Of what comes out.
    shapes
        Of the index arrays.
    joint
        The shape in which they meet.
    """

    name: str
    shapes: tuple[Shape, ...]
    joint: Shape

    def sentence(self) -> Sentence:
        """Say that they make pairs, and no grid."""
        if len(set(self.shapes)) == 1:
            how = f"have one shape, {self.joint},"
        else:
            how = f"{listed(list(map(str, self.shapes)))} are broadcast to {self.joint}"
        pairs = ": two lists pick pairs, and no grid" if len(self.shapes) == 2 and len(self.joint) == 1 else ""
        return (f"The index arrays {how} and are read together, element by element{pairs}.",)


@dataclass(frozen=True, slots=True)
class JointAxes(Claim):
    """The axes of index arrays stand somewhere in the result.

    Parameters
    ----------
    name
        Of the result.
    joint
        Their shape.
    first
        Axis of the result at which they begin.
    apart
        Whether that is the front since something stands between the index arrays.
    """

    name: str
    joint: Shape
    first: int
    apart: bool

    def sentence(self) -> Sentence:
        """Say where and why."""
        if self.apart:
            return (
                "A slice, None or ... stands between what is read together, so nothing says where "
                f"{self.joint} should go: it goes to the ",
                Strong("front"),
                f" of the shape of {self.name}.",
            )
        return (f"{self.joint} takes the place of the axes that it was picked from, from axis {self.first} on.",)


@dataclass(frozen=True, slots=True)
class PickedOften(Claim):
    """An index names an element several times.

    Parameters
    ----------
    origin
        Name of the array.
    cell
        Index of the element.
    times
        How often it is named.
    """

    origin: str
    cell: tuple[int, ...]
    times: int

    def sentence(self) -> Sentence:
        """Say how often."""
        return (Name(cell_name(self.origin, self.cell)), f" is picked {self.times} times.")


@dataclass(frozen=True, slots=True)
class TupleOfLists(Claim):
    """PyTorch takes a nested list that stands alone for a tuple.

    Parameters
    ----------
    nested
        What was written between the brackets.
    index
        What it is taken for.
    even
        Whether its parts have one shape, so that NumPy makes an index array of it.
    """

    nested: str
    index: str
    even: bool

    def sentence(self) -> Sentence:
        """Name both, and how one array is written."""
        return (
            "PyTorch takes a list that stands alone and holds more than numbers for a ",
            Strong("tuple"),
            ", and warns of it: ",
            Code(f"a[{self.nested}]"),
            " is ",
            Code(f"a[{self.index}]"),
            ". NumPy makes one index array of it." if self.even else ". NumPy makes no array of it.",
        )


@dataclass(frozen=True, slots=True)
class TwoEllipses(Claim):
    """An index has ``...`` more than once.

    Parameters
    ----------
    count
        How often.
    """

    count: int

    def sentence(self) -> Sentence:
        """Say why one is enough."""
        return (
            Code("..."),
            " stands for as many ",
            Code(":"),
            f" as are missing. With {self.count} of them, nothing says how many each stands for.",
        )


@dataclass(frozen=True, slots=True)
class EllipsesOvershoot(Claim):
    """Several ``...`` of an index, which PyTorch takes, leave no axis for what stands behind them.

    Parameters
    ----------
    count, each
        How many there are, and for how many axes each of them stands.
    axes
        How many axes there are.
    """

    count: int
    each: int
    axes: int

    def sentence(self) -> Sentence:
        """Say what each of them stands for."""
        stands = counted(self.each, "axis", "axes")
        has = counted(self.axes, "axis", "axes")
        return (
            f"PyTorch takes {self.count} ",
            Code("..."),
            f" in an index, and each of them stands for {stands} here. "
            f"So what comes behind them lies beyond the {has} of ",
            Name("a"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class TooManyItems(Claim):
    """An index speaks of more axes than there are.

    Parameters
    ----------
    axes, spoken
        How many there are, and how many it speaks of.
    """

    axes: int
    spoken: int

    def sentence(self) -> Sentence:
        """Set the two numbers against each other."""
        axes = counted(self.axes, "axis", "axes")
        return (Name("a"), f" has {axes}, and this index speaks of {self.spoken}.")


@dataclass(frozen=True, slots=True)
class ZeroStep(Claim):
    """A slice has a step of 0.

    Parameters
    ----------
    axis
        That it is along.
    """

    axis: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"The slice of axis {self.axis} has a step of 0, which never arrives.",)


@dataclass(frozen=True, slots=True)
class MaskMisfit(Claim):
    """A mask has not the shape of the axes that it stands for.

    Parameters
    ----------
    axis
        The first of these axes.
    covered, given
        Their shape, and that of the mask.
    """

    axis: int
    covered: Shape
    given: Shape

    def sentence(self) -> Sentence:
        """Say that a mask does not broadcast."""
        return (
            f"A mask says yes or no to every place, so from axis {self.axis} on it needs the shape {self.covered}. "
            f"This one has {self.given}, and masks do not broadcast.",
        )


@dataclass(frozen=True, slots=True)
class OutOfBounds(Claim):
    """A number, or one in a list, is none of an axis' indices.

    Parameters
    ----------
    axis, size
        Which axis, and how long it is.
    """

    axis: int
    size: int

    def sentence(self) -> Sentence:
        """Say which indices there are."""
        if not self.size:
            return (f"Axis {self.axis} has size 0: no number is an index of it. A slice may select nothing.",)
        return (
            f"Axis {self.axis} has size {self.size}: its indices run from 0 to {self.size - 1}, or from −{self.size} "
            "to −1 counted from the end. A slice may reach over the end; a number may not.",
        )


@dataclass(frozen=True, slots=True)
class IndicesDiffer(Claim):
    """The shapes of index arrays do not broadcast.

    Parameters
    ----------
    shapes
        One an array.
    """

    shapes: tuple[Shape, ...]

    def sentence(self) -> Sentence:
        """Say that they would have to."""
        return (
            "Index arrays are read together, element by element, so their shapes must be equal or broadcast; "
            f"{listed(list(map(str, self.shapes)))} do not.",
        )


@dataclass(frozen=True, slots=True)
class NoBackwards(Claim):
    """A slice goes backwards, for which PyTorch has no strides.

    Parameters
    ----------
    axis
        That it is along.
    """

    axis: int

    def sentence(self) -> Sentence:
        """Say so, and what goes backwards."""
        return (
            f"A PyTorch tensor cannot stride backwards, so the negative step along axis {self.axis} is refused, where "
            "NumPy returns a view. ",
            Code(f"torch.flip(a, ({self.axis},))"),
            " copies.",
        )


def cell_name(name: str, cell: tuple[int, ...]) -> str:
    """Write an element: ``a[1, 2]``."""
    return f"{name}[{', '.join(map(str, cell))}]" if cell else name


@dataclass(frozen=True, slots=True)
class ItemDoes(Claim):
    """What one item of an index does to the axes that it takes.

    Parameters
    ----------
    item
        As code.
    axis
        The first axis of the array that it takes; None for an item that takes none.
    does
        What it does, in a few words.
    """

    item: str
    axis: int | None
    does: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (self.does,)


@dataclass(frozen=True, slots=True)
class NoCellEqualsNan(Claim):
    """A mask asks which cells equal nan, and none does.

    Parameters
    ----------
    mask
        Its code.
    instead
        Code of the mask of what is nan.
    count
        How many cells are.
    """

    mask: str
    instead: str
    count: int

    def sentence(self) -> Sentence:
        """Say so, and what finds what is nan."""
        return (
            "Nothing equals nan, not even nan itself: ",
            Code(self.mask),
            " is False in every cell. ",
            Code(self.instead),
            f" is True where a cell is nan: in {counted(self.count, 'cell')}.",
        )


@dataclass(frozen=True, slots=True)
class TruthAddsAxis(Claim):
    """One True or False is a mask of no axis, which puts an axis in front.

    Parameters
    ----------
    index
        ``True`` or ``False``.
    shape
        Of what is picked.
    """

    index: bool
    shape: Shape

    def sentence(self) -> Sentence:
        """Say what it does instead of naming a place."""
        return (
            Code(str(self.index)),
            f" is no place 1 or 0 here: it is a mask without an axis, which takes {'all' if self.index else 'nothing'} "
            f"and puts a new axis of size {int(self.index)} in front, {self.shape}.",
        )
