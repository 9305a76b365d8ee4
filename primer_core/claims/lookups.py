"""What is said of functions that look cells up, or say where they are: where, gather, insert, windows."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Strong, counted


@dataclass(frozen=True, slots=True)
class IsTuple(Claim):
    """A value is a tuple of arrays.

    Parameters
    ----------
    name
        Of the value.
    parts
        How many there are.
    places
        Whether they are one index array for each axis.
    """

    name: str
    parts: int
    places: bool

    def sentence(self) -> Sentence:
        """Say what it holds."""
        which = "one index array for each axis" if self.places else "its parts"
        return (
            "The value is a ",
            Strong("tuple"),
            f" of {self.parts}, {which}: ",
            Code(f"{self.name}[0]"),
            " is the first.",
        )


@dataclass(frozen=True, slots=True)
class IsView(Claim):
    """A value lies in the memory of an array.

    Parameters
    ----------
    name, origin
        Names of the two.
    """

    name: str
    origin: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " is a ", Strong("view"), " of ", Name(self.origin), ": no element was copied.")


@dataclass(frozen=True, slots=True)
class SharesNothing(Claim):
    """A value lies in no memory of an array.

    Parameters
    ----------
    name, origin
        Names of the two.
    """

    name: str
    origin: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " shares no memory with ", Name(self.origin), ".")


@dataclass(frozen=True, slots=True)
class LookedUp(Claim):
    """Along one axis a place is looked up in an index; along the others it is where the index cell sits.

    Parameters
    ----------
    name
        Of the result.
    axis
        Along which places are looked up.
    index
        Shape of the index, and of the result.
    array
        Shape of the array.
    """

    name: str
    axis: int
    index: Shape
    array: Shape

    def sentence(self) -> Sentence:
        """Say whose shape the result has."""
        return (
            f"Along axis {self.axis} the place is looked up in the index, along each other axis it is where the index "
            f"cell sits: the result has the index's shape, {self.index}, whatever that of the array is, {self.array}.",
        )


@dataclass(frozen=True, slots=True)
class AtWhichPlaces(Claim):
    """A condition alone is asked where it is true.

    Parameters
    ----------
    name
        Of the value.
    true, cells
        How many cells of the condition are true, and how many there are.
    """

    name: str
    true: int
    cells: int

    def sentence(self) -> Sentence:
        """Say which question is answered, and how the other is asked."""
        return (
            f"With a condition alone the answer is at which coordinates it is True: at {self.true} of {self.cells} "
            "places. ",
            Code("where(condition, x, y)"),
            " answers which value.",
        )


@dataclass(frozen=True, slots=True)
class WhichValue(Claim):
    """A condition chooses cell by cell between two values.

    Parameters
    ----------
    name
        Of the result.
    true, cells
        In how many cells the first was chosen, and how many there are.
    """

    name: str
    true: int
    cells: int

    def sentence(self) -> Sentence:
        """Say which question is answered, and how the other is asked."""
        return (
            "With three arguments the answer is which value, cell by cell: x where the condition is True, in "
            f"{self.true} of {self.cells} cells, and y elsewhere. ",
            Code("where(condition)"),
            " alone answers at which coordinates.",
        )


@dataclass(frozen=True, slots=True)
class PutIntoGaps(Claim):
    """Values are put into gaps of an array as it was.

    Parameters
    ----------
    name
        Of the result.
    places
        The gaps that were named.
    size
        How many cells the array had along the axis that they count along.
    """

    name: str
    places: tuple[int, ...]
    size: int

    def sentence(self) -> Sentence:
        """Say before which cells they are."""
        told = []
        for place in self.places:
            cell = place + self.size if place < 0 else place
            where = "behind the last cell" if cell == self.size else f"before cell {cell}"
            told.append(f"{str(place).replace('-', '−')} is the gap {where}")
        return (
            "Places of insert are gaps of the array as it was, counted before anything goes in: "
            f"{', '.join(told)}, of {self.size}.",
        )


@dataclass(frozen=True, slots=True)
class Flattened(Claim):
    """Without an axis a table is flattened first.

    Parameters
    ----------
    name
        Of the result.
    before
        Shape of the table.
    """

    name: str
    before: Shape

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"Without an axis, {self.before} is flattened first.",)


@dataclass(frozen=True, slots=True)
class TakenFlat(Claim):
    """Without an axis, places are looked up in all cells, row by row.

    Parameters
    ----------
    name
        Of the result.
    shape
        Of the table.
    place, cell
        One of the places, and the index of the cell there.
    """

    name: str
    shape: Shape
    place: int
    cell: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name a place and its cell."""
        return (
            f"Without an axis, the cells of {self.shape} are counted through, row by row: place {self.place} is the "
            f"cell at {list(self.cell)}.",
        )


@dataclass(frozen=True, slots=True)
class LeavesItsArray(Claim):
    """A function whose name speaks of a change makes a new array.

    Parameters
    ----------
    function
        Its name.
    name, after
        Of the new array, and its shape.
    origin, before
        The array that it was given, and its shape.
    """

    function: str
    name: str
    after: Shape
    origin: str
    before: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.function),
            " leaves ",
            Name(self.origin),
            f" as it is, {self.before}. What it makes is a new array, {self.after}.",
        )


@dataclass(frozen=True, slots=True)
class CoordinatesAsPlaces(Claim):
    """Coordinates of cells stand as an index, which reads each number as a place along axis 0.

    Parameters
    ----------
    call
        What gives the coordinates.
    shape
        Of these: as many rows as cells, as many columns as axes.
    mask
        The expression that picks these cells.
    """

    call: str
    shape: Shape
    mask: str

    def sentence(self) -> Sentence:
        """Say how the numbers are read, and what picks the cells."""
        return (
            Code(self.call),
            f" has a row of coordinates for each of {counted(self.shape[0], 'cell')}, {self.shape}. As an index, every "
            "number there is a place along axis 0. ",
            Code(self.mask),
            " picks the cells.",
        )


@dataclass(frozen=True, slots=True)
class WindowsOverlap(Claim):
    """Windows read the same elements.

    Parameters
    ----------
    name
        Of the windows.
    cells, elements
        How many cells they have together, and in how many elements of memory these lie.
    """

    name: str
    cells: int
    elements: int

    def sentence(self) -> Sentence:
        """Say that windows overlap."""
        return (f"Windows overlap and read the same elements: {self.cells} cells lie in {self.elements} elements.",)


@dataclass(frozen=True, slots=True)
class TakenApart(Claim):
    """A place, counted row by row, is taken apart into one index for each axis.

    Parameters
    ----------
    name
        Of the indices.
    place
        That was counted.
    shape
        In which.
    index
        That it is.
    """

    name: str
    place: int
    shape: Shape
    index: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Spell the sum out."""
        steps = [1]
        for size in reversed(self.shape[1:]):
            steps.insert(0, steps[0] * size)
        spelled = " + ".join(f"{part}·{step}" for part, step in zip(self.index, steps, strict=False))
        return (
            f"Counted row by row, place {self.place} of {self.shape} is {spelled}: each index times the cells that one "
            "step of it passes.",
        )


@dataclass(frozen=True, slots=True)
class JoinsTuples(Claim):
    """A number was to be added to a tuple of index arrays.

    Parameters
    ----------
    where
        The part of the code that is declined.
    """

    where: str

    def sentence(self) -> Sentence:
        """Say what + does with tuples."""
        return (
            "A tuple was given, with one index array for each axis: in ",
            Code(self.where),
            " + would join tuples, and adds nothing. ",
            Code("[0]"),
            " takes the index array of axis 0, which adds.",
        )


@dataclass(frozen=True, slots=True)
class IndexLacksAxes(Claim):
    """An index that is looked up in has another number of axes than the array.

    Parameters
    ----------
    index, array
        How many each has.
    """

    index: int
    array: int

    def sentence(self) -> Sentence:
        """Set the two numbers against each other."""
        return (
            f"The array has {self.array} axes, the index {self.index}. One place is looked up for each cell of the "
            "index, and its other places are the cell's own, so the index needs as many axes. ",
            Code("[:, None]"),
            " makes a column of a vector.",
        )


@dataclass(frozen=True, slots=True)
class RaisedBy(Claim):
    """A part of an expression is declined.

    Parameters
    ----------
    where
        The part.
    library
        Whose it is.
    kind
        Class of the error.
    """

    where: str
    library: str
    kind: str

    def sentence(self) -> Sentence:
        """Name the part, the library and the error."""
        return (f"{self.library} raises {self.kind} at ", Code(self.where), ".")


@dataclass(frozen=True, slots=True)
class OneAfterAnother(Claim):
    """Two pairs of brackets index one after another.

    Parameters
    ----------
    first, shape
        The array with the first pair, and its shape.
    second
        What stands in the second pair.
    joint, joint_shape
        The array with both in one pair, and its shape.
    same
        Whether that is the same.
    """

    first: str
    shape: Shape
    second: str
    joint: str
    joint_shape: Shape
    same: bool

    def sentence(self) -> Sentence:
        """Say what each pair is given, and set one pair beside it."""
        told = "gives the same in one step" if self.same else f"is something else, of shape {self.joint_shape}"
        return (
            "Brackets work one after another: ",
            Code(self.first),
            f" has shape {self.shape}, and ",
            Code(f"[{self.second}]"),
            " indexes that. ",
            Code(self.joint),
            f" {told}.",
        )
