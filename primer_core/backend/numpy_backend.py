"""What is asked of NumPy."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from primer_core.backend.imports import import_lines
from primer_core.backend.interface import Axis, Backend, IndexItem, Library, ReductionName


class NumpyBackend(Backend):
    """NumPy behind the interface that `Backend` describes."""

    library: ClassVar[Library] = "NumPy"
    prefix = "np"
    import_line = "import numpy as np"
    errors = (IndexError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, MemoryError)
    axis_word = "axis"
    keepdims_word = "keepdims"
    ddof_word = "ddof"
    concatenate_word = "concatenate"
    add_axis_word = "expand_dims"
    stride_unit = "bytes"
    default_float = "float64"
    runs_numpy_code = True
    numbers_join_index_arrays = True
    lone_list_is_tuple = False
    takes_ellipses = False
    averages_integers = True
    has_softmax = False
    splits_by_function = True
    transposes_two_axes = False
    transposes_any_rank = True
    default_ddof = 0
    understands_numpy_words = True
    max_gives_places = False
    reduces_as = frozenset({"sum", "prod", "mean", "cumsum", "cumprod"})
    lower_median = False
    promotes_products = True
    keeps_last_write = True
    splits_by_size = False
    flattens_some_axes = False
    flatten_copies = True
    view_takes_shape = False
    strides_by_method = False
    feeds_networks = False
    tells_offset = False
    _native_functions: ClassVar[Mapping[str, str]] = {"arange": "arange", "array": "array", "nan": "nan", "inf": "inf"}

    @property
    def module(self) -> Any:
        """The module numpy."""
        return np

    def make(self, values: NDArray[Any], *, native_floats: bool = False) -> Any:
        """Copy the values; without cells, too, the strides are those that reshape gives."""
        dtype = self.default_float if native_floats and values.dtype.kind == "f" else None
        made = np.array(values, dtype=dtype, order="C")
        return made if made.size else made.ravel().reshape(values.shape)

    def to_numpy(self, array: Any) -> NDArray[Any]:
        """Copy the array."""
        return np.array(array)

    def on_its_memory(self, array: Any) -> NDArray[Any]:
        """Return the array itself."""
        return np.asarray(array)

    def is_number(self, found: Any) -> bool:
        """Whether it is a NumPy scalar."""
        return isinstance(found, np.generic)

    def index_key(
        self,
        items: Sequence[IndexItem],
        *,
        lone: bool,  # noqa: ARG002 - PyTorch asks for it
        lists: Sequence[bool],  # noqa: ARG002 - PyTorch asks for them
    ) -> Any:
        """Give the items as a tuple; to NumPy a tuple of one is the same as the item."""
        return tuple(items)

    def dtype_name(self, array: Any) -> str:
        """Name the dtype."""
        return str(array.dtype)

    def itemsize(self, array: Any) -> int:
        """Bytes of one element."""
        return int(array.itemsize)

    def data_pointer(self, array: Any) -> int:
        """Address of the first cell."""
        return int(array.ctypes.data)

    def strides(self, array: Any) -> tuple[int, ...]:
        """Strides in bytes."""
        return tuple(array.strides)

    def byte_strides(self, array: Any) -> tuple[int, ...]:
        """Strides in bytes."""
        return tuple(array.strides)

    def contiguity(self, array: Any) -> tuple[bool, bool]:
        """Ask the array's flags."""
        return bool(array.flags.c_contiguous), bool(array.flags.f_contiguous)

    def shares_memory(self, array: Any, other: Any) -> bool:
        """Ask ``np.shares_memory``."""
        return bool(np.shares_memory(array, other))

    def offset_within(self, array: Any, base: Any) -> int | None:
        """Ask ``np.shares_memory``, and of what has no cells its ``base``."""
        viewed = np.shares_memory(array, base) if np.size(array) else _owner(array) is _owner(base)
        if not viewed:
            return None
        return self.data_pointer(array) - self.data_pointer(base)

    def writeable(self, array: Any) -> bool:
        """Ask the array's flags."""
        return not self.is_number(array) and bool(array.flags.writeable)

    def allocation(self, array: Any) -> tuple[int, int]:
        """Measure the array at the end of the chain of ``.base``."""
        if self.is_number(array):
            return (0, 0)
        return self.extent(_owner(array))

    def whole_memory(self, array: Any) -> NDArray[Any]:
        """Stretch the array at the end of the chain of ``.base`` along one axis; the view is read-only."""
        if self.is_number(array):
            return np.array(array).reshape(1)
        owner = _owner(array)
        start, stop = self.allocation(array)
        return as_strided(owner, ((stop - start) // owner.itemsize,), (owner.itemsize,), writeable=False)

    def from_numpy_code(self, code: str) -> str:
        """Give the code as it is."""
        return code

    def setup_code(self, name: str, numpy_code: str) -> list[str]:
        """Import NumPy and bind the name."""
        return [*import_lines([numpy_code]), "", f"{name} = {numpy_code}"]

    def to_numpy_code(self, name: str) -> str:
        """Give the name."""
        return name

    def converted_code(self, name: str, dtype: str) -> str:
        """Spell ``a.astype(...)``, or the name."""
        return f"{name}.astype(np.{dtype})" if dtype else name

    def array_code(self, values: NDArray[Any]) -> str:
        """Spell the values as nested lists, which cannot say every shape without cells."""
        written = f"np.array({values.tolist()}, dtype=np.{values.dtype})"
        return written if values.size else f"{written}.reshape({values.shape})"

    def shape_code(self, name: str) -> str:
        """Spell ``a.shape``."""
        return f"{name}.shape"

    def strides_code(self, name: str) -> str:
        """Spell ``a.strides``."""
        return f"{name}.strides"

    def size_code(self, name: str) -> str:
        """Spell ``a.size``."""
        return f"{name}.size"

    def cast_code(self, name: str, dtype: str) -> str:
        """Spell ``a.astype(...)``; Python's own bool is a dtype, too."""
        return f"{name}.astype({'bool' if dtype == 'bool' else f'np.{dtype}'})"

    def layout_code(self, name: str) -> list[list[str]]:
        """Spell shape and strides, then the flags."""
        flags = [f"{name}.flags.c_contiguous", f"{name}.flags.f_contiguous"]
        return [[self.shape_code(name), self.strides_code(name)], flags]

    def pointer_code(self, name: str) -> str:
        """Spell ``a.ctypes.data``."""
        return f"{name}.ctypes.data"

    def shares_memory_code(self, name: str, other: str) -> str:
        """Spell ``np.shares_memory(a, b)``."""
        return f"np.shares_memory({name}, {other})"

    def view_code(self, name: str, shape: tuple[int, ...]) -> str:
        """Spell ``a.reshape(..., copy=False)``."""
        return f"{name}.reshape({', '.join(map(str, shape)) or '()'}, copy=False)"

    def contiguous_code(self, name: str) -> str:
        """Spell ``np.ascontiguousarray(a)``."""
        return f"np.ascontiguousarray({name})"

    def accumulate_code(self, name: str, key: str, value: str) -> str:
        """Spell ``np.add.at``."""
        return f"np.add.at({name}, {key}, {value})"

    def examples_code(self, name: str, shape: tuple[int, ...]) -> list[str]:
        """Spell slices that step backwards, ``.T``, and what copies."""
        order = ", ".join(map(str, reversed(range(len(shape)))))
        found = [f"{name}[::-1]", f"{name}.T", f"{name}.transpose({order})", f"{name}.T.ravel()"]
        found += [f"{name}.copy()", f"{name}.astype(np.float32)"]
        return [*found, f"np.broadcast_to({name}[:1], {(5, *shape[1:])})", f"torch.from_numpy({name})"]

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
        places: bool = False,  # noqa: ARG002 - PyTorch has them
    ) -> tuple[str, ...]:
        """Spell a method; two statements for softmax, a function for norm and median."""
        over = f"axis={axis}"
        if operation == "softmax":
            return (
                f"e = np.exp({name} - {name}.max({over}, keepdims=True))",
                f"{result} = e / e.sum({over}, keepdims=True)",
            )
        words = [] if axis is None else [over]
        if operation in ("std", "var"):
            words.append(f"ddof={ddof}")
        if dtype and operation in self.reduces_as:
            words.append(f"dtype=np.{dtype}")
        if keepdims and operation not in ("cumsum", "cumprod"):
            words.append("keepdims=True")
        if operation in ("norm", "median"):
            function = "np.linalg.norm" if operation == "norm" else "np.median"
            return (f"{result} = {function}({', '.join([name, *words])})",)
        return (f"{result} = {name}.{operation}({', '.join(words)})",)


def _owner(array: NDArray[Any]) -> NDArray[Any]:
    """The array at the end of the chain of ``.base``."""
    owner, parent = array, array.base
    while parent is not None:
        if isinstance(parent, np.ndarray):
            owner = parent
        parent = getattr(parent, "base", None)  # as_strided puts an object of its own between
    return owner


NUMPY = NumpyBackend()
