"""What is said of dtypes: which one a result has, what it holds, and what it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Line, Name, Sentence, Strong, counted, listed, signed


@dataclass(frozen=True, slots=True)
class Promoted(Claim):
    """Operands of different dtypes give a result of one.

    Parameters
    ----------
    operands
        Name and dtype of each.
    result
        Name and dtype of the result.
    """

    operands: tuple[tuple[str, str], ...]
    result: tuple[str, str]

    def sentence(self) -> Sentence:
        """List the dtypes and give what becomes of them."""
        name, dtype = self.result
        each = ", ".join(f"{operand} is {of}" for operand, of in self.operands)
        return (f"The dtypes differ: {each}. The rule of promotion makes {name} {dtype}.",)


@dataclass(frozen=True, slots=True)
class NeitherHoldsAll(Claim):
    """Neither of two dtypes holds all whole numbers of the other, so that their result has a third.

    Parameters
    ----------
    dtypes
        The two.
    result
        The third.
    """

    dtypes: tuple[str, str]
    result: str

    def sentence(self) -> Sentence:
        """Say what the third holds, or that no dtype of whole numbers would do."""
        first, second = self.dtypes
        neither = f"Neither {first} nor {second} holds every number of the other"
        floats = "float" in self.result
        if not floats:
            return (f"{neither}. {self.result} is the smallest dtype that holds the numbers of both.",)
        if "float" in first + second:
            whole, real = sorted(self.dtypes, key=lambda dtype: dtype.startswith("float"))
            return (f"{neither}: {whole} has no fractions, and {real} leaves out whole numbers {_GAPS[real]}.",)
        return (
            f"{neither}, and no dtype of whole numbers holds those of both. {self.result} reaches as far, and leaves "
            f"out whole numbers {_GAPS['float64']}.",
        )


_GAPS = {"float16": "above 2 048", "float32": "above 16 777 216", "float64": "above 2**53"}
"""From where on a dtype of floats leaves out whole numbers: 2 to the number of bits of its fraction, and one more."""


@dataclass(frozen=True, slots=True)
class QuotientIsFloat(Claim):
    """Whole numbers are divided, and what comes of it are floats.

    Parameters
    ----------
    operands
        Name and dtype of each.
    result
        Name and dtype of the quotient.
    """

    operands: tuple[tuple[str, str], ...]
    result: tuple[str, str]

    def sentence(self) -> Sentence:
        """Say why, and what keeps whole numbers."""
        name, dtype = self.result
        return (
            "A quotient of whole numbers need not be whole, so ",
            Code("/"),
            f" makes {name} {dtype}, even where each quotient is. ",
            Code("//"),
            " rounds down, and keeps whole numbers.",
        )


@dataclass(frozen=True, slots=True)
class TakesDtype(Claim):
    """Numbers of Python have no dtype of their own, and take that of the arrays that they meet where it holds them.

    Parameters
    ----------
    numbers
        Name and class of each operand that is a number of Python.
    arrays
        Name and dtype of each other operand.
    result
        Name and dtype of the result.
    otherwise
        Dtype of the result if the numbers were arrays of NumPy.
    """

    numbers: tuple[tuple[str, str], ...]
    arrays: tuple[tuple[str, str], ...]
    result: tuple[str, str]
    otherwise: str

    def sentence(self) -> Sentence:
        """Say what the result is, and what it would be if that is another dtype."""
        name, dtype = self.result
        given = listed([f"{number} is {_ARTICLES.get(kind, 'a')} {kind} of Python" for number, kind in self.numbers])
        each = ", ".join(f"{operand} is {of}" for operand, of in self.arrays)
        if dtype == self.otherwise:
            return (f"{each}, and {given}: {name} is {dtype}.",)
        return (
            f"{each}, and {given}, which has no dtype of its own: {name} is {dtype}. With ",
            Code(", ".join(f"np.array({number})" for number, _ in self.numbers)),
            f" it would be {self.otherwise}.",
        )


_ARTICLES = {"int": "an"}


@dataclass(frozen=True, slots=True)
class NumberBeyond(Claim):
    """A number of Python is to take the dtype of an array, and is beyond what that holds.

    Parameters
    ----------
    name, number
        Of the operand, and the number.
    dtype
        Of the array.
    least, most
        What that holds.
    """

    name: str
    number: int
    dtype: str
    least: int
    most: int

    def sentence(self) -> Sentence:
        """Give the limits."""
        return (
            f"{self.name} is a number of Python and has no dtype of its own. NumPy takes it for {self.dtype}, which "
            f"holds {signed(self.least)} to {signed(self.most)}: {signed(self.number)} is beyond that.",
        )

    def brief(self) -> str:
        """Name the operand and the dtype."""
        return f"{self.name} does not fit into {self.dtype}"


@dataclass(frozen=True, slots=True)
class StoredAs(Claim):
    """What operands of different dtypes give is written into one of them.

    Parameters
    ----------
    operands
        Name and dtype of each, the one that is written into first.
    """

    operands: tuple[tuple[str, str], ...]

    def sentence(self) -> Sentence:
        """List the dtypes and say which stays."""
        each = ", ".join(f"{operand} is {of}" for operand, of in self.operands)
        name, dtype = self.operands[0]
        return (f"The dtypes differ: {each}. What is computed is stored in {name}, which stays {dtype}.",)


@dataclass(frozen=True, slots=True)
class TensorsGive(Claim):
    """Operands that were typed as tensors are computed by NumPy, and PyTorch makes another dtype of them.

    Parameters
    ----------
    name
        Of the result.
    dtype, torchs
        What NumPy makes it, and PyTorch.
    """

    name: str
    dtype: str
    torchs: str

    def sentence(self) -> Sentence:
        """Give both dtypes."""
        return (
            f"NumPy computes here, and makes {self.name} {self.dtype}. Of the tensors that were typed PyTorch makes "
            f"{self.torchs}.",
        )


@dataclass(frozen=True, slots=True)
class WrappedAround(Claim):
    """Whole numbers went beyond what their dtype holds, without a word.

    Parameters
    ----------
    name
        Of the result.
    dtype
        Of the result.
    """

    name: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what a cell then holds, and what would not wrap."""
        return (
            Strong(f"A result went beyond what {self.dtype} holds."),
            f" Whole numbers wrap around without a word, so what stands in a cell of {self.name} is not what its "
            "formula spells out. With ",
            Code(".astype(float)"),
            " it is computed in floats, which do not wrap around.",
        )


@dataclass(frozen=True, slots=True)
class OfBooleans(Claim):
    """Booleans are added or multiplied, and stay booleans.

    Parameters
    ----------
    name
        Of the result.
    adds, multiplies
        What is done to them.
    """

    name: str
    adds: bool
    multiplies: bool

    def sentence(self) -> Sentence:
        """Say what a sum and a product of them is."""
        parts = (("whose product is “and”", self.multiplies), ("whose sum is “or”", self.adds))
        what = listed([words for words, done in parts if done])
        return (
            f"The cells are booleans, {what}: no cell of ",
            Name(self.name),
            " is more than True. With ",
            Code(".astype(int)"),
            " True counts as 1.",
        )


@dataclass(frozen=True, slots=True)
class NotForBooleans(Claim):
    """NumPy does not do an operation with booleans, and does it with whole numbers."""

    def sentence(self) -> Sentence:
        """Say so, and what the booleans would count as."""
        return ("NumPy does not do this with booleans; with whole numbers, True is 1 and False 0.",)


@dataclass(frozen=True, slots=True)
class NotDoneWith(Claim):
    """NumPy has no such operation for operands of these dtypes, whatever their shapes.

    Parameters
    ----------
    dtypes
        Of the operands, in their order.
    """

    dtypes: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"not done with {listed(self.dtypes)}",)


@dataclass(frozen=True, slots=True)
class DoesNotFit(Claim):
    """A result has a dtype that the array it is to be stored in cannot take.

    Parameters
    ----------
    statement
        What was asked for: ``a /= b``.
    name, dtype
        Of the array that it is to be stored in.
    result
        Dtype of the result.
    """

    statement: str
    name: str
    dtype: str
    result: str

    def sentence(self) -> Sentence:
        """Say that the cells keep their dtype."""
        return (
            f"The result is {self.result}, but ",
            Code(self.statement),
            f" must store it in {self.name}, whose cells are {self.dtype} and stay so.",
        )


@dataclass(frozen=True, slots=True)
class KeepEveryValue(Claim):
    """So many dtypes keep every one of some values.

    Parameters
    ----------
    keeping, of
        How many dtypes keep all, and how many there are.
    """

    keeping: int
    of: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{self.keeping} of {self.of} dtypes {'keeps' if self.keeping == 1 else 'keep'} every value",)


@dataclass(frozen=True, slots=True)
class AstypeWarns(Claim):
    """``astype`` warned for some dtypes.

    Parameters
    ----------
    dtypes
        One or more.
    words
        Of NumPy.
    """

    dtypes: tuple[str, ...]
    words: str

    def sentence(self) -> Sentence:
        """Quote the warning."""
        return (Code("astype"), f" to {listed(self.dtypes)} warns: “{self.words}”")


@dataclass(frozen=True, slots=True)
class ArrayRefuses(Claim):
    """``np.array`` would not make an array of values in a dtype at once.

    Parameters
    ----------
    dtype
        The dtype.
    words
        Of NumPy, after the name of the exception.
    """

    dtype: str
    words: str

    def sentence(self) -> Sentence:
        """Quote the error."""
        return (Code(f"np.array(values, dtype=np.{self.dtype})"), f" refuses: “{self.words}”")


@dataclass(frozen=True, slots=True)
class SameBytes(Claim):
    """A conversion handed back the same memory, since the dtype was the same.

    Parameters
    ----------
    code
        The conversion.
    dtype
        Before and after, without the library's name.
    """

    code: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.code), f" gives the same memory: the dtype is {self.dtype} already.")


@dataclass(frozen=True, slots=True)
class WrittenAnew(Claim):
    """A conversion wrote the numbers into new memory.

    Parameters
    ----------
    code
        The conversion.
    name
        What was converted.
    bytes
        Of the new memory.
    """

    code: str
    name: str
    bytes: int

    def sentence(self) -> Sentence:
        """Count the bytes, and say that the first array stays."""
        size = counted(self.bytes, "byte")
        return (Code(self.code), f" wrote {size} of new memory; ", Name(self.name), " stays as it was.")


@dataclass(frozen=True, slots=True)
class ValuesChanged(Claim):
    """After a conversion cells hold other numbers.

    Parameters
    ----------
    code
        The conversion.
    cells
        How many.
    effects
        What happened to them: "wraps around", "fraction cut off", "out of range", "no whole number stands for nan",
        "rounded", "too large", "too small", "not zero", "real part alone".
    """

    code: str
    cells: int
    effects: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Count the cells, and say what happened."""
        hold = "1 cell holds" if self.cells == 1 else f"{self.cells} cells hold"
        return (f"{hold} another value after ", Code(self.code), f": {listed(self.effects)}.")


@dataclass(frozen=True, slots=True)
class KeepsItsDtype(Claim):
    """An array of whole numbers cut off fractions that were written into it, which one of fractions would have kept.

    Parameters
    ----------
    name, dtype
        The array.
    """

    name: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what an assignment does, and what would keep the fractions."""
        return (
            Name(self.name), f" stays {self.dtype}, whatever is put into it: an assignment casts the number to the "
            "dtype of the array, without a word. Made with ", Code("dtype=float"), ", it keeps fractions.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BindsAnother(Claim):
    """A statement bound a name to another array, and wrote to no cell of the one before.

    Parameters
    ----------
    line
        The statement.
    name
        The name.
    before, after
        Shape and dtype of both arrays.
    """

    line: Line
    name: str
    before: tuple[tuple[int, ...], str]
    after: tuple[tuple[int, ...], str]

    def sentence(self) -> Sentence:
        """Give shapes and dtypes."""
        (shape, dtype), (new_shape, new_dtype) = self.before, self.after
        return (
            Code(self.line[0]), " binds the name ", Name(self.name), f" to another array: it was {shape} {dtype} and "
            f"is {new_shape} {new_dtype} now. No cell was written to.",
        )  # fmt: skip
