"""What is asked of PyTorch, on the CPU. PyTorch is loaded when something is asked that only the library answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.imports import import_lines
from primer_core.backend.interface import Axis, Backend, IndexItem, Library, ReductionName
from primer_core.backend.loading import load_torch

if TYPE_CHECKING:
    import torch


class TorchBackend(Backend):
    """PyTorch behind the interface that `Backend` describes."""

    library: ClassVar[Library] = "PyTorch"
    prefix = "torch"
    import_line = "import torch"
    errors = (
        *(RuntimeError, IndexError, ValueError, TypeError, AttributeError, ArithmeticError),
        AssertionError,  # some of its functions are Python and check their arguments so
    )
    axis_word = "dim"
    keepdims_word = "keepdim"
    ddof_word = "correction"
    concatenate_word = "cat"
    add_axis_word = "unsqueeze"
    stride_unit = "elements"
    default_float = "float32"
    runs_numpy_code = False
    numbers_join_index_arrays = False
    lone_list_is_tuple = True
    takes_ellipses = True
    averages_integers = False
    has_softmax = True
    splits_by_function = False
    transposes_two_axes = True
    transposes_any_rank = False
    default_ddof = 1
    understands_numpy_words = True
    max_gives_places = True
    reduces_as = frozenset({"sum", "prod", "mean", "cumsum", "cumprod"})
    lower_median = True
    promotes_products = False
    keeps_last_write = False
    splits_by_size = True
    flattens_some_axes = True
    flatten_copies = False
    view_takes_shape = True
    strides_by_method = True
    feeds_networks = True
    tells_offset = True
    _native_functions: ClassVar[Mapping[str, str]] = {"arange": "arange", "array": "tensor", "nan": "nan", "inf": "inf"}

    @property
    def module(self) -> Any:
        """The module torch, which is loaded if it is not yet."""
        load_torch()
        import torch

        return torch

    def make(self, values: NDArray[Any], *, native_floats: bool = False) -> torch.Tensor:
        """Copy the values to a tensor; one without cells, too, gets a storage with an address."""
        dtype = getattr(self.module, self.default_float) if native_floats and values.dtype.kind == "f" else None
        if values.size:
            tensor: torch.Tensor = self.module.tensor(np.array(values, order="C"), dtype=dtype)
            return tensor
        spare: torch.Tensor = self.module.tensor(np.zeros(1, values.dtype), dtype=dtype)
        return spare[:0].reshape(values.shape)

    def to_numpy(self, array: torch.Tensor) -> NDArray[Any]:
        """Copy the tensor; numbers of a dtype that NumPy has not, such as bfloat16, become those of float32."""
        bare = array.detach()
        return np.array((bare if _has_twin(bare) else bare.float()).numpy())

    def on_its_memory(self, array: torch.Tensor) -> NDArray[Any]:
        """Call ``numpy()``; of a dtype that NumPy has not, the bytes of its numbers stand there as whole numbers."""
        bare = array.detach()
        return np.asarray((bare if _has_twin(bare) else bare.view(_whole_of(bare.element_size()))).numpy())

    def is_number(self, found: Any) -> bool:  # noqa: ARG002 - the answer is always the same
        """PyTorch returns tensors without axes, no bare numbers."""
        return False

    def index_key(self, items: Sequence[IndexItem], *, lone: bool, lists: Sequence[bool]) -> Any:
        """Turn arrays into tensors, or into the lists that they were written as."""

        def given(item: IndexItem, listed: bool) -> Any:
            if not isinstance(item, np.ndarray):
                return item
            return item.tolist() if listed else self.module.tensor(item)

        found = tuple(given(item, listed) for item, listed in zip(items, lists, strict=True))
        return found[0] if lone else found

    def dtype_name(self, array: torch.Tensor) -> str:
        """Name the dtype, with ``torch.`` before it."""
        return str(array.dtype)

    def itemsize(self, array: torch.Tensor) -> int:
        """Bytes of one element."""
        return array.element_size()

    def data_pointer(self, array: torch.Tensor) -> int:
        """Address of the first cell; 0 where there are none."""
        return array.data_ptr()

    def strides(self, array: torch.Tensor) -> tuple[int, ...]:
        """Strides in elements."""
        return tuple(array.stride())

    def byte_strides(self, array: torch.Tensor) -> tuple[int, ...]:
        """Strides in bytes."""
        size = array.element_size()
        return tuple([stride * size for stride in array.stride()])

    def contiguity(self, array: torch.Tensor) -> tuple[bool, bool]:
        """Ask ``is_contiguous``; PyTorch has no word for Fortran order, so it is asked with the axes reversed."""
        return array.is_contiguous(), array.permute(tuple(reversed(range(array.ndim)))).is_contiguous()

    def shares_memory(self, array: torch.Tensor, other: torch.Tensor) -> bool:
        """Ask whether the data pointers of the storages are the same."""
        return array.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()

    def offset_within(self, array: torch.Tensor, base: torch.Tensor) -> int | None:
        """Compare the storages and their offsets."""
        if not self.shares_memory(array, base):
            return None
        return int(array.storage_offset()) * array.element_size() - int(base.storage_offset()) * base.element_size()

    def writeable(self, array: torch.Tensor) -> bool:  # noqa: ARG002 - the answer is always the same
        """PyTorch has no read-only tensors."""
        return True

    def allocation(self, array: torch.Tensor) -> tuple[int, int]:
        """Measure the storage."""
        storage = array.untyped_storage()
        return storage.data_ptr(), storage.data_ptr() + storage.nbytes()

    def whole_memory(self, array: torch.Tensor) -> torch.Tensor:
        """Stretch the storage along one axis."""
        whole = array.untyped_storage().nbytes() // array.element_size()
        return array.detach().as_strided((whole,), (1,), 0)

    def from_numpy_code(self, code: str) -> str:
        """Spell ``torch.tensor(...)``, which copies."""
        return f"torch.tensor({code})"

    def setup_code(self, name: str, numpy_code: str) -> list[str]:
        """Import both and bind the name to a copy."""
        return [
            *dict.fromkeys([*import_lines([numpy_code]), self.import_line]),
            "",
            f"{name} = {self.from_numpy_code(numpy_code)}",
        ]

    def to_numpy_code(self, name: str) -> str:
        """Spell ``a.numpy()``."""
        return f"{name}.numpy()"

    def converted_code(self, name: str, dtype: str) -> str:
        """Spell ``torch.tensor(...)``, which copies."""
        return f"torch.tensor({name}, dtype=torch.{dtype})" if dtype else f"torch.tensor({name})"

    def array_code(self, values: NDArray[Any]) -> str:
        """Spell the values as nested lists, which cannot say every shape without cells."""
        written = f"torch.tensor({values.tolist()}, dtype=torch.{values.dtype})"
        return written if values.size else f"{written}.reshape({values.shape})"

    def shape_code(self, name: str) -> str:
        """Spell ``tuple(a.shape)``: a shape is a class of its own."""
        return f"tuple({name}.shape)"

    def strides_code(self, name: str) -> str:
        """Spell ``a.stride()``."""
        return f"{name}.stride()"

    def size_code(self, name: str) -> str:
        """Spell ``a.numel()``: in PyTorch, ``size()`` is the shape."""
        return f"{name}.numel()"

    def cast_code(self, name: str, dtype: str) -> str:
        """Spell ``a.to(...)``."""
        return f"{name}.to(torch.{dtype})"

    def layout_code(self, name: str) -> list[list[str]]:
        """Spell shape, strides, the storage's offset and whether they are contiguous."""
        own = [f"{name}.storage_offset()", f"{name}.is_contiguous()"]
        return [[self.shape_code(name), self.strides_code(name), *own]]

    def pointer_code(self, name: str) -> str:
        """Spell ``a.data_ptr()``."""
        return f"{name}.data_ptr()"

    def shares_memory_code(self, name: str, other: str) -> str:
        """Spell the comparison of the storages."""
        return f"{name}.untyped_storage().data_ptr() == {other}.untyped_storage().data_ptr()"

    def view_code(self, name: str, shape: tuple[int, ...]) -> str:
        """Spell ``a.view(...)``."""
        return f"{name}.view({', '.join(map(str, shape)) or '()'})"

    def contiguous_code(self, name: str) -> str:
        """Spell ``a.contiguous()``."""
        return f"{name}.contiguous()"

    def accumulate_code(self, name: str, key: str, value: str) -> str:
        """Spell ``a.index_put_(..., accumulate=True)``."""
        return f"{name}.index_put_(({key},), {value}, accumulate=True)"

    def examples_code(self, name: str, shape: tuple[int, ...]) -> list[str]:
        """Spell the methods that NumPy has not, or calls otherwise."""
        half, order = -(-shape[0] // 2), ", ".join(map(str, reversed(range(len(shape)))))
        turned = ", ".join(map(str, reversed(shape)))
        found = [f"{name}.view({turned})", f"{name}.permute({order})", f"{name}.narrow(0, 0, {half})"]
        found += [f"{name}.contiguous()", f"{name}.clone()", f"{name}[:1].expand{(5, *shape[1:])}"]
        return [*found, f"{name}.to(torch.float32)", f"{name}.as_strided(({half},), ({prod(shape[1:])},))"]

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
        """Spell a method; a function for softmax and norm, and values and places apart where both are asked for."""
        words = [] if axis is None and not keepdims else [f"dim={axis}"]
        if operation in ("cumsum", "cumprod", "softmax"):
            words, keepdims = [f"dim={axis}"], False
        if operation in ("max", "min") and not places:  # amax takes no None: it takes no axes for all of them
            words = [] if axis is None else [f"dim={axis}"]
        if operation in ("std", "var"):
            words.append(f"correction={ddof}")
        if dtype and operation in self.reduces_as:
            words.append(f"dtype=torch.{dtype}")
        if keepdims:
            words.append("keepdim=True")
        given = ", ".join(words)
        match operation:
            case "softmax":
                return (f"{result} = torch.softmax({name}, {given})",)
            case "norm":
                return (f"{result} = torch.linalg.vector_norm({', '.join([name, *words])})",)
            case "max" | "min" | "median" if places and axis is not None:
                return (f"m = {name}.{operation}({given})", f"{result} = m.values")
            case "max" | "min":
                return (f"{result} = {name}.a{operation}({given})",)
            case "median" if words:
                return (f"{result} = {name}.median({given}).values",)
        return (f"{result} = {name}.{operation}({given})",)


def _has_twin(array: torch.Tensor) -> bool:
    """Return whether NumPy has a tensor's dtype: it has no floats of 16 bits but float16, and none of 8."""
    return str(array.dtype) not in _WITHOUT_TWIN and "float8" not in str(array.dtype)


def _whole_of(size: int) -> torch.dtype:
    """Return a dtype of whole numbers of so many bytes."""
    load_torch()
    import torch

    return torch.uint8 if size == 1 else torch.int16


_WITHOUT_TWIN = ("torch.bfloat16",)
_PYTORCH = TorchBackend()


def pytorch() -> TorchBackend:
    """Return what is asked of PyTorch; this loads nothing yet."""
    return _PYTORCH
