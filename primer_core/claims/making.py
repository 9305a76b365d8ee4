"""What is said of how an array was made: what may not be expected of it, why a library would not, and what works."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Span, cell_text, counted, listed


@dataclass(frozen=True, slots=True)
class HasShape(Claim):
    """An array has a shape and a dtype in the end.

    Parameters
    ----------
    name
        The array.
    shape, dtype
        Of the array; the dtype without the library's name.
    """

    name: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"shape {self.shape}, {self.dtype}",)


@dataclass(frozen=True, slots=True)
class NeverWritten(Claim):
    """Cells of an array were never written.

    Parameters
    ----------
    name
        The array.
    cells, of
        How many, and how many it has.
    """

    name: str
    cells: int
    of: int

    def sentence(self) -> Sentence:
        """Say what stands in them."""
        if self.cells == self.of:
            which = f"No cell of {self.name} was ever written"
        else:
            which = (
                f"{self.cells} of {self.of} cells of {self.name} {'was' if self.cells == 1 else 'were'} never written"
            )
        return (
            f"{which}: the memory is handed out as it is found, and what stands there is left over from something "
            "else. Such a cell is drawn as ?. Write it before it is read, or make the array with zeros.",
        )


@dataclass(frozen=True, slots=True)
class HoldsObjects(Claim):
    """An array holds Python objects.

    Parameters
    ----------
    name
        The array.
    kinds
        Names of the objects' types, in order.
    shape
        Of the array.
    pointer
        Bytes of a cell.
    """

    name: str
    kinds: tuple[str, ...]
    shape: Shape
    pointer: int

    def sentence(self) -> Sentence:
        """Say what a cell is."""
        return (
            Name(self.name), f" is an array of Python objects ({listed(self.kinds)}): its shape is {self.shape}, and "
            f"each cell is a pointer of {counted(self.pointer, 'byte')} to an object that lies elsewhere. It is no "
            "table of numbers.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class IsScalar(Claim):
    """A single cell came out of an array as a number of NumPy's.

    Parameters
    ----------
    name
        What it is called.
    kind
        Its type, a name of NumPy's.
    """

    name: str
    kind: str

    def sentence(self) -> Sentence:
        """Say what it has in common with an array, and what not."""
        return (
            Name(self.name), " is no array but a number of NumPy's, ", Code(f"np.{self.kind}"), ". It tells its shape "
            "and its dtype as an array without axes does, and nothing can be written into it.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ApartByRounding(Claim):
    """Two floats are not equal, as their last digits were rounded.

    Parameters
    ----------
    name, index
        The cell that says so.
    left, right
        The two.
    """

    name: str
    index: tuple[int, ...]
    left: float
    right: float

    def sentence(self) -> Sentence:
        """Give both in full, and what compares within a tolerance."""
        return (
            Code(cell_text(self.name, self.index)), f" is False: {self.left!r} is not {self.right!r}. float64 "
            "keeps 53 bits of a number, and what is computed is rounded to them. ", Code("np.isclose"), " takes "
            "numbers for equal that are nearly so.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakesSizes(Claim):
    """``torch.Tensor`` was called with sizes, which ``torch.tensor`` takes for data.

    Parameters
    ----------
    sizes
        As they were written.
    data
        What ``torch.tensor`` is called with.
    shape, dtype
        Of what ``torch.tensor`` gives; the dtype without the library's name.
    """

    sizes: Shape
    data: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Set both beside each other."""
        return (
            Code(f"torch.Tensor({', '.join(map(str, self.sizes))})"), f" takes sizes, and gives {self.sizes} of "
            "float32. ",
            Code(f"torch.tensor({self.data})"), f" takes data, and gives {self.shape} of {self.dtype}.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MakesFloats(Claim):
    """``torch.Tensor`` was called with data, and ``torch.tensor`` would have kept their dtype.

    Parameters
    ----------
    data
        As code.
    old, new
        Dtypes that ``torch.Tensor`` and ``torch.tensor`` give, without the library's name.
    """

    data: str
    old: str
    new: str

    def sentence(self) -> Sentence:
        """Set both beside each other."""
        return (Code(f"torch.Tensor({self.data})"), f" is {self.old}. ", Code(f"torch.tensor({self.data})"),
                f" takes the dtype from the numbers: {self.new}.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepsMiscounted(Claim):
    """A step that is a fraction gave another number of cells than its decimals promise.

    Parameters
    ----------
    code
        What made the array.
    cells
        How many it has.
    last
        The last of them, as Python writes it.
    promised
        How many the decimals promise.
    instead
        Code that counts cells instead.
    """

    code: str
    cells: int
    last: str
    promised: int
    instead: str

    def sentence(self) -> Sentence:
        """Give both counts, and the code that counts cells."""
        return (
            Code(self.code), f" has {counted(self.cells, 'cell')}, and its last is {self.last}. As the decimals are "
            f"written, (stop − start) / step makes {counted(self.promised, 'cell')}; in floating point it is another "
            "number, and rounded up. ", Code(self.instead), " counts cells instead of adding steps: it has "
            f"{self.promised}.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeedChosen(Claim):
    """Random numbers were drawn without a seed, and one was put in.

    Parameters
    ----------
    seed
        The one.
    """

    seed: int

    def sentence(self) -> Sentence:
        """Say which."""
        return (f"No seed was given: {self.seed} is used here, so that the numbers are the same each time.",)


@dataclass(frozen=True, slots=True)
class RowsDiffer(Claim):
    """Nested lists differ in length, of which no array of numbers can be made.

    Parameters
    ----------
    code
        The list whose rows differ.
    rows
        Numbers of two of them: the first, and the first that differs from it.
    shapes
        Of these two.
    """

    code: str
    rows: tuple[int, int]
    shapes: tuple[Shape, Shape]

    def sentence(self) -> Sentence:
        """Name the rows, and what may be done."""
        (one, other), (first, second) = self.rows, self.shapes
        return (
            "The rows of ", Code(self.code), f" differ: row {one} has shape {first}, row {other} has shape {second}. "
            "Pad the short rows, or keep a list of lists. With ", Code("dtype=object"),
            " NumPy makes an array of Python objects, which is no table.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShapeIsOne(Claim):
    """NumPy was given sizes one by one, where it takes a shape.

    Parameters
    ----------
    code
        What was asked for.
    second
        What stands second, as code.
    fixed
        The same with the sizes in a tuple.
    by_torch
        In PyTorch's words.
    """

    code: str
    second: str
    fixed: str
    by_torch: str

    def sentence(self) -> Sentence:
        """Say what the second argument is taken for."""
        return (
            "In NumPy a shape is one argument, a tuple: ", Code(self.fixed), ". In ", Code(self.code),
            " what stands second is the dtype, and ", Code(self.second),
            " is none. PyTorch takes sizes one by one as well: ", Code(self.by_torch), ".",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DtypesMeet(Claim):
    """Tensors of two dtypes met in a matrix product, which converts neither.

    Parameters
    ----------
    left, right
        The operands, as code.
    dtypes
        Of both, without the library's name.
    common
        To which ``*`` converts both.
    """

    left: str
    right: str
    dtypes: tuple[str, str]
    common: str

    def sentence(self) -> Sentence:
        """Give the dtypes, and say what else converts them."""
        origin: tuple[Span, ...] = ()
        if set(self.dtypes) == {"float32", "float64"}:
            origin = (" Arrays that come from NumPy keep its float64, and PyTorch makes float32 by itself.",)
        return (
            Code(self.left), f" has the dtype {self.dtypes[0]}, ", Code(self.right), f" {self.dtypes[1]}.", *origin,
            f" Where numbers meet cell by cell, with * or +, PyTorch converts both to {self.common}; a matrix product "
            "converts neither. Convert one of them once, with ", Code(".to(...)"), ".",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MakesInstead(Claim):
    """Other code makes an array, where a library would not.

    Parameters
    ----------
    code
        The code; an expression, or statements of which the last binds ``x`` or is one.
    shape, dtype
        Of what it makes; the dtype as the library calls it.
    """

    code: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Give the code and what comes of it."""
        return (Code(self.code), f" → shape {self.shape}, {self.dtype}")
