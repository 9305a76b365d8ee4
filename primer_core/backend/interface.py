"""The interface behind which NumPy and PyTorch stand: all that a lesson asks of a library.

A lesson names its library by a word, `Library`, and asks `primer_core.backend.backend` for what stands behind it. What
the two do alike (``a + b``, ``a.shape``) is written plainly in the lessons; what they do or spell differently is asked
here. Code that is spelled here does, when run, what the method of the same name does.
"""

import io
import tokenize
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import EllipsisType
from typing import Any, ClassVar, Literal, ParamSpec, TypeVar

from numpy.typing import NDArray

Library = Literal["NumPy", "PyTorch"]
"""The name of a library, as pages show it and addresses carry it."""

LIBRARIES: tuple[Library, ...] = ("NumPy", "PyTorch")

Axis = int | tuple[int, ...] | None
"""What is reduced: one axis, several, or all of them."""

ReductionName = Literal[
    "sum", "prod", "mean", "std", "var", "max", "min", "argmax", "argmin", "median", "any", "all", "norm", "softmax",
    "cumsum", "cumprod",
]  # fmt: skip
"""A reduction that both libraries have. Norm is that of the vector; softmax, cumsum and cumprod keep every axis."""

IndexItem = int | slice | EllipsisType | NDArray[Any] | None
"""What stands between two commas of an index; an array is one of int64 or bool."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Declined:
    """What a library answers to a request that it does not take.

    Parameters
    ----------
    kind
        str, the name of the exception's class, which ``type(error).__name__`` gives: ``AxisError``.
    builtin
        str, the name of the nearest class that Python itself brings, which code can catch without an import:
        ``ValueError``.
    words
        str, the message, exactly as the library words it.
    """

    kind: str
    builtin: str
    words: str

    @property
    def text(self) -> str:
        """The class's own name and the words: ``AxisError: axis 2 is out of bounds ...``."""
        return f"{self.kind}: {self.words}"

    @classmethod
    def of(cls, error: Exception) -> "Declined":
        """Keep of an exception what is shown of it."""
        builtin = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
        return cls(type(error).__name__, builtin, str(error))


class Backend(ABC):
    """What is asked of one library.

    What is only spelled, and the facts below, are answered without the library being loaded.

    An *array* is the library's own: an `ndarray` (or a NumPy scalar, where NumPy returns a bare number) or a CPU
    tensor. Methods that carry out a learner's request return `Declined` where the library raises; the others are asked
    only what the library can answer, and let every exception pass.

    Attributes
    ----------
    library
        The name of the library.
    prefix
        What its functions are called by in code: ``np`` or ``torch``.
    import_line
        The statement after which that is so.
    errors
        Classes of the exceptions that the library raises at a learner's mistake.
    axis_word, keepdims_word, ddof_word
        Keywords of its reductions: ``axis``, ``keepdims``, ``ddof``, or ``dim``, ``keepdim``, ``correction``.
    concatenate_word, add_axis_word
        Its function that joins arrays, and that which adds an axis of size 1.
    stride_unit
        What it counts strides in.
    default_float
        The dtype that it gives to Python's floats.
    runs_numpy_code
        Whether NumPy code makes arrays of this library.
    numbers_join_index_arrays
        Whether a number in an index is broadcast together with the index arrays. Where not, it drops its axis before.
    lone_list_is_tuple
        Whether an index that is one list of lists is read as a tuple of lists.
    takes_ellipses
        Whether an index may hold ``...`` more than once.
    averages_integers
        Whether mean, std and norm turn whole numbers into floats by themselves.
    has_softmax
        Whether softmax is a function of the library, which takes one axis.
    splits_by_function
        Whether an array is cut by a function, ``np.split(x, 2)``. Where not, by a method, ``x.split(2)``.
    transposes_two_axes
        Whether ``transpose(i, j)`` lets two axes change places. Where not, it takes the new order of all axes.
    transposes_any_rank
        Whether ``.T`` reverses the axes whatever their number. Where not, it is meant for two axes.
    default_ddof
        What std takes off n in its divisor, unless told otherwise.
    understands_numpy_words
        Whether its reductions take NumPy's keywords, ``axis`` and ``keepdims``.
    max_gives_places
        Whether the methods max, min and median return values and their places, where they are given an axis.
    reduces_as
        Reductions that take a dtype, to which each cell is converted before it is reduced.
    lower_median
        Whether the median of an even number of cells is the lower one of the two in the middle, not their mean.
    promotes_products
        Whether ``a @ b`` takes operands of two dtypes.
    keeps_last_write
        Whether the library promises that, of several values written to one cell by index, the last one stays.
    splits_by_size
        Whether ``split`` is told by a number how large a piece is. Where not, how many pieces there are.
    flattens_some_axes
        Whether ``flatten`` takes the first and the last axis to be joined. Where not, it joins all.
    flatten_copies
        Whether ``flatten`` copies even where the cells lie in order.
    view_takes_shape
        Whether the method view takes a shape. Where not, it reads the same bytes as another dtype.
    strides_by_method
        Whether ``as_strided`` is a method. Where not, a function that checks nothing.
    feeds_networks
        Whether networks of ``torch.nn`` take its arrays.
    tells_offset
        Whether an array tells how far behind the first element of its storage it begins.
    """

    library: ClassVar[Library]
    prefix: ClassVar[str]
    import_line: ClassVar[str]
    errors: ClassVar[tuple[type[Exception], ...]]
    axis_word: ClassVar[str]
    keepdims_word: ClassVar[str]
    ddof_word: ClassVar[str]
    concatenate_word: ClassVar[str]
    add_axis_word: ClassVar[str]
    stride_unit: ClassVar[Literal["bytes", "elements"]]
    default_float: ClassVar[str]
    runs_numpy_code: ClassVar[bool]
    numbers_join_index_arrays: ClassVar[bool]
    lone_list_is_tuple: ClassVar[bool]
    takes_ellipses: ClassVar[bool]
    averages_integers: ClassVar[bool]
    has_softmax: ClassVar[bool]
    splits_by_function: ClassVar[bool]
    transposes_two_axes: ClassVar[bool]
    transposes_any_rank: ClassVar[bool]
    default_ddof: ClassVar[int]
    understands_numpy_words: ClassVar[bool]
    max_gives_places: ClassVar[bool]
    reduces_as: ClassVar[frozenset[ReductionName]]
    lower_median: ClassVar[bool]
    promotes_products: ClassVar[bool]
    keeps_last_write: ClassVar[bool]
    splits_by_size: ClassVar[bool]
    flattens_some_axes: ClassVar[bool]
    flatten_copies: ClassVar[bool]
    view_takes_shape: ClassVar[bool]
    strides_by_method: ClassVar[bool]
    feeds_networks: ClassVar[bool]
    tells_offset: ClassVar[bool]

    _native_functions: ClassVar[Mapping[str, str]]
    """What is called here what NumPy's functions that make arrays are called, and its numbers that are not finite."""

    @property
    @abstractmethod
    def module(self) -> Any:
        """The module that `prefix` names."""

    # Requests of a learner

    def attempt(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T | Declined:
        """Make one call of the library's, and catch what the library raises.

        Parameters
        ----------
        call
            A function or method of the library, or one of `operator`. Nothing of ours stands in it: an exception of
            ours would be shown as the library's words.
        args, kwargs
            Its arguments, which are computed before anything is caught.

        Returns
        -------
        What the call returns, or `Declined` where it raises one of `errors`. Any other exception passes.
        """
        try:
            return call(*args, **kwargs)
        except self.errors as error:
            return Declined.of(error)

    def get(self, array: Any, key: Any) -> Any | Declined:
        """Read ``array[key]``; see `index_key` for the key."""
        try:
            return array[key]
        except self.errors as error:
            return Declined.of(error)

    def put(self, array: Any, key: Any, value: Any) -> Declined | None:
        """Run ``array[key] = value``; the value is a number or an array of this library."""
        try:
            array[key] = value
        except self.errors as error:
            return Declined.of(error)
        return None

    def add_at(self, array: Any, key: Any, value: Any) -> Declined | None:
        """Run ``array[key] += value``; the value is a number or an array of this library."""
        try:
            array[key] += value
        except self.errors as error:
            return Declined.of(error)
        return None

    def add(self, array: Any, value: Any) -> Any | Declined:
        """Run ``array += value`` and return what the name is bound to afterwards: a number is replaced, not changed."""
        try:
            array += value
        except self.errors as error:
            return Declined.of(error)
        return array

    # Values

    @abstractmethod
    def make(self, values: NDArray[Any], *, native_floats: bool = False) -> Any:
        """Make an array in memory of its own, in C order, from NumPy's values.

        Parameters
        ----------
        values
            An array of any shape and of a dtype that both libraries have.
        native_floats
            Whether floats become `default_float`, as they do where a learner writes them out. Otherwise each dtype
            is kept.
        """

    @abstractmethod
    def to_numpy(self, array: Any) -> NDArray[Any]:
        """Copy an array, or a bare number, to an `ndarray` of the same shape and dtype in memory of its own."""

    @abstractmethod
    def on_its_memory(self, array: Any) -> NDArray[Any]:
        """Return the `ndarray` of the same cells, uncopied; a bare number is copied, for nothing views one."""

    @abstractmethod
    def is_number(self, found: Any) -> bool:
        """Whether a result is a bare number of the library's, not an array; PyTorch returns none."""

    @abstractmethod
    def index_key(self, items: Sequence[IndexItem], *, lone: bool, lists: Sequence[bool]) -> Any:
        """Turn the items of an index into what the library is indexed with.

        Parameters
        ----------
        items
            What stands between the commas.
        lone
            Whether it is one item without a comma behind it.
        lists
            One bool an item: whether an array was written as a list, of which PyTorch words its errors otherwise.
        """

    # Memory

    @abstractmethod
    def dtype_name(self, array: Any) -> str:
        """Name the dtype as the library prints it: ``int64``, ``torch.int64``."""

    @abstractmethod
    def itemsize(self, array: Any) -> int:
        """Bytes of one element."""

    @abstractmethod
    def data_pointer(self, array: Any) -> int:
        """Address of the cell ``[0, 0, ...]`` in this process, in bytes; PyTorch gives 0 where there are no cells."""

    @abstractmethod
    def strides(self, array: Any) -> tuple[int, ...]:
        """Strides as the library gives them, in its `stride_unit`, one an axis."""

    @abstractmethod
    def byte_strides(self, array: Any) -> tuple[int, ...]:
        """Bytes from one cell to the next, one an axis."""

    def extent(self, array: Any) -> tuple[int, int]:
        """First byte that the cells of an array touch, and the first behind them; both the same without cells."""
        start = stop = self.data_pointer(array)
        if not prod(array.shape):
            return start, stop
        for size, stride in zip(array.shape, self.byte_strides(array), strict=True):
            start += min(0, (size - 1) * stride)
            stop += max(0, (size - 1) * stride)
        return start, stop + self.itemsize(array)

    @abstractmethod
    def contiguity(self, array: Any) -> tuple[bool, bool]:
        """Whether the cells lie without gaps in C order, and whether in Fortran order: the library is asked."""

    @abstractmethod
    def shares_memory(self, array: Any, other: Any) -> bool:
        """Ask the library whether two of its arrays share memory, in the way that `shares_memory_code` spells."""

    @abstractmethod
    def offset_within(self, array: Any, base: Any) -> int | None:
        """Bytes from the first cell of a base to that of an array that views it; None where it does not view it.

        An array without cells counts as a view where it was made by cutting the base.
        """

    @abstractmethod
    def writeable(self, array: Any) -> bool:
        """Whether the cells can be written to; a bare number has none."""

    @abstractmethod
    def allocation(self, array: Any) -> tuple[int, int]:
        """First byte of the memory that an array lies in, and the first behind it; ``(0, 0)`` for a bare number."""

    @abstractmethod
    def whole_memory(self, array: Any) -> Any:
        """View all of the memory that an array lies in along one axis, as elements of the array's dtype.

        A bare number, which no array can view, gives a copy of itself along one axis.
        """

    # Code

    @abstractmethod
    def from_numpy_code(self, code: str) -> str:
        """Spell an array of this library that is made of the value of NumPy code, with its dtype."""

    @abstractmethod
    def setup_code(self, name: str, numpy_code: str) -> list[str]:
        """Write the lines that import what is needed and bind a name to the array that NumPy code gives."""

    @abstractmethod
    def to_numpy_code(self, name: str) -> str:
        """Spell the `ndarray` on an array's own memory."""

    @abstractmethod
    def converted_code(self, name: str, dtype: str) -> str:
        """Spell an array of this library, of a given dtype, with the values of the `ndarray` that a name is bound to.

        An empty dtype keeps that of the `ndarray`.
        """

    @abstractmethod
    def array_code(self, values: NDArray[Any]) -> str:
        """Spell an array with given values and its dtype: ``torch.tensor([1, 2], dtype=torch.int64)``."""

    def native_code(self, numpy_code: str) -> str:
        """Respell NumPy code that makes an array as code of this library: ``torch.arange(1, 7).reshape(2, 3)``.

        Parameters
        ----------
        numpy_code
            str, an expression that uses ``np.arange``, ``np.array``, ``np.nan`` and ``np.inf``, and no other name of
            NumPy's.

        Raises
        ------
        ValueError
            If it uses another one.
        """
        tokens = list(tokenize.generate_tokens(io.StringIO(numpy_code).readline))
        lines = numpy_code.split("\n")
        spelled = [(start, dot, name) for start, dot, name in zip(tokens, tokens[1:], tokens[2:], strict=False)]
        for start, dot, name in reversed(spelled):
            if (start.string, dot.string) != ("np", ".") or start.type != tokenize.NAME:
                continue
            if name.string not in self._native_functions:
                raise ValueError(f"np.{name.string} has no counterpart here; {', '.join(self._native_functions)} have")
            row, line = start.start[0] - 1, lines[start.start[0] - 1]
            native = f"{self.prefix}.{self._native_functions[name.string]}"
            lines[row] = line[: start.start[1]] + native + line[name.end[1] :]
        return "\n".join(lines)

    @abstractmethod
    def shape_code(self, name: str) -> str:
        """Spell the question for the shape, a tuple."""

    @abstractmethod
    def strides_code(self, name: str) -> str:
        """Spell the question for the strides, in the library's `stride_unit`."""

    @abstractmethod
    def size_code(self, name: str) -> str:
        """Spell the question for the number of cells."""

    @abstractmethod
    def cast_code(self, name: str, dtype: str) -> str:
        """Spell an array of this library in another dtype, which is named as both libraries name it: ``int8``."""

    @abstractmethod
    def layout_code(self, name: str) -> list[list[str]]:
        """Spell all that the library says of where the cells lie, as lines of questions: first shape and strides.

        NumPy goes on to whether they are contiguous in C and in Fortran order; PyTorch to the storage's offset, in
        elements, and whether they are contiguous.
        """

    @abstractmethod
    def pointer_code(self, name: str) -> str:
        """Spell the question for the address of the first cell."""

    @abstractmethod
    def shares_memory_code(self, name: str, other: str) -> str:
        """Spell the question whether two arrays of this library share memory."""

    @abstractmethod
    def view_code(self, name: str, shape: tuple[int, ...]) -> str:
        """Spell the view of another shape that is refused rather than copied: ``a.view(2, 3)``; one size may be -1."""

    @abstractmethod
    def contiguous_code(self, name: str) -> str:
        """Spell the array in C order, which is copied only where it is not."""

    @abstractmethod
    def accumulate_code(self, name: str, key: str, value: str) -> str:
        """Spell an addition by index that adds every time, where an index array picks a cell several times.

        The key is the name of an index array of this library, the value that of an array of it.
        """

    @abstractmethod
    def examples_code(self, name: str, shape: tuple[int, ...]) -> list[str]:
        """Spell operations on an array that only this library has, or that it spells in its own way.

        Parameters
        ----------
        name
            Of the array.
        shape
            Of the array; of one axis at least, and with cells.
        """

    @abstractmethod
    def reduce_code(
        self,
        name: str,
        result: str,
        operation: ReductionName,
        axis: Axis,
        *,
        keepdims: bool = False,
        ddof: int = 0,
        dtype: str = "",
        places: bool = False,
    ) -> tuple[str, ...]:
        """Write the statements that bind `result` to the reduction of the array called `name`.

        The last statement begins with ``result =``.

        Parameters
        ----------
        name, result
            Names of the array and of what comes of it.
        operation
            One of `ReductionName`.
        axis
            An int, a tuple of them, or None for all axes. PyTorch takes no axes, ``()``, for all.
        keepdims
            Whether reduced axes keep size 1; softmax, cumsum and cumprod take no such word.
        ddof
            What is taken off n in the divisor of std and var.
        dtype
            Name of the dtype in which one of `reduces_as` computes; empty for the library's own choice.
        places
            Whether ``m`` is bound to values and their places, where `max_gives_places` and one axis is given.
        """
