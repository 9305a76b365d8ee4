"""Both libraries keep the contract of `Backend`: each method is compared with the library itself, and with its code."""

import ast
import operator
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from primer_core.backend import LIBRARIES, NUMPY, Backend, Declined, backend, backend_of, pytorch
from primer_core.backend.interface import Axis, ReductionName
from tests.profiles import examples

MODULES = {"NumPy": np, "PyTorch": torch}

BOTH = pytest.mark.parametrize("library", [backend(name) for name in LIBRARIES], ids=LIBRARIES)

DTYPES = ("bool", "uint8", "int16", "int32", "int64", "float32", "float64")

REDUCTIONS: tuple[ReductionName, ...] = get_args(ReductionName)

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def values() -> st.SearchStrategy[np.ndarray]:
    """Arrays of every dtype that both libraries have, without NaN, in C order, Fortran order or backwards."""
    laid = st.sampled_from([np.asarray, np.asfortranarray, np.flip])
    made = st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays.arrays(dtype, shapes, elements=arrays.from_dtype(np.dtype(dtype), allow_nan=False))
    )
    return st.builds(lambda lay, array: np.asarray(lay(array)), laid, made)


axes = st.one_of(st.none(), st.integers(-5, 5), st.lists(st.integers(-4, 3), max_size=3).map(tuple))


def run(code: list[str], **names: Any) -> dict[str, Any]:
    """Run code with both modules imported, as a learner would who copied it."""
    found = {"np": np, "torch": torch, **names}
    exec("\n".join(code), found)
    return found


def evaluated(code: str, **names: Any) -> Any:
    return run([f"answer = {code}"], **names)["answer"]


def alike(found: Any, expected: Any) -> None:
    """Expect the same type, dtype, shape and cells; NaN is NaN."""
    assert type(found) is type(expected)
    if isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype
        found, expected = found.numpy(), expected.numpy()
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected), strict=True)


@BOTH
def test_a_name_leads_to_its_backend_and_an_array_to_its_own(library: Backend) -> None:
    assert backend(library.library) is library
    assert library.module is MODULES[library.library]
    assert backend_of(library.make(np.arange(3))) is library
    assert backend_of(np.int64(3)) is NUMPY
    found = run([library.import_line])
    assert found[library.prefix] is library.module


def test_importing_the_backend_and_spelling_code_loads_no_torch() -> None:
    code = """
import sys, primer_core.backend as b
for library in map(b.backend, b.LIBRARIES):
    library.reduce_code("a", "s", "sum", 0), library.view_code("a", (2, -1)), library.examples_code("a", (2, 3))
    library.setup_code("a", "np.arange(3)"), library.layout_code("a"), library.stride_unit, library.errors
print("torch" in sys.modules)
b.pytorch().module
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["False", "True"]


@BOTH
@examples(100)
@given(cells=values(), native=st.booleans())
def test_values_go_in_and_come_back_without_sharing_memory(library: Backend, cells: np.ndarray, native: bool) -> None:
    array = library.make(cells, native_floats=native)
    expected = library.default_float if native and cells.dtype.kind == "f" else str(cells.dtype)
    assert library.dtype_name(array).removeprefix("torch.") == expected
    assert library.dtype_name(array) == str(array.dtype)
    assert library.contiguity(array)[0]
    back = library.to_numpy(array)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(back, cells.astype(expected), strict=True)
    before = back.copy()
    if cells.size:
        cells[...] = 1 if not cells.flat[0] else 0
        np.testing.assert_array_equal(library.to_numpy(array), before)
        back[...] = 1 if not back.flat[0] else 0
        np.testing.assert_array_equal(library.to_numpy(array), before)
    written_out = library.module.tensor if library is pytorch() else library.module.array
    assert library.default_float == str(written_out([0.5]).dtype).removeprefix("torch.")


@BOTH
@examples(100)
@given(cells=values(), chance=st.randoms(use_true_random=False))
def test_memory_is_described_as_the_library_describes_it(library: Backend, cells: np.ndarray, chance: Any) -> None:
    base = library.make(cells)
    order = list(range(cells.ndim))
    chance.shuffle(order)
    turned = base.transpose(order) if library is NUMPY else base.permute(order)
    key = tuple(slice(chance.randint(0, size), None, chance.randint(1, 2)) for size in turned.shape)
    view = turned[(*key, ...)]
    assert library.itemsize(view) == cells.dtype.itemsize
    assert library.strides(view) == evaluated(library.strides_code("v"), v=view)
    assert evaluated(library.size_code("v"), v=view) == int(np.prod(tuple(view.shape)))
    found = evaluated(library.cast_code("v", "bool"), v=view)
    np.testing.assert_array_equal(library.to_numpy(found), library.to_numpy(view).astype(bool))
    assert library.dtype_name(evaluated(library.cast_code("v", "float64"), v=view)).endswith("float64")
    per_unit = 1 if library.stride_unit == "bytes" else library.itemsize(view)
    assert library.byte_strides(view) == tuple(stride * per_unit for stride in library.strides(view))
    assert library.data_pointer(view) == evaluated(library.pointer_code("v"), v=view)
    assert tuple(view.shape) == evaluated(library.shape_code("v"), v=view)
    assert isinstance(evaluated(library.shape_code("v"), v=view), tuple)
    as_numpy = view if library is NUMPY else view.numpy()
    if view.shape and 0 not in view.shape and 1 not in view.shape:
        assert library.contiguity(view) == (as_numpy.flags.c_contiguous, as_numpy.flags.f_contiguous)

    said = [evaluated(f"({', '.join(asked)},)", v=view) for asked in library.layout_code("v")]
    assert said[0][:2] == (tuple(view.shape), library.strides(view))
    if library is NUMPY:
        assert said[1:] == [library.contiguity(view)]
    else:
        assert said[0][2:] == (view.storage_offset(), library.contiguity(view)[0])
    for on_its_memory in (evaluated(library.to_numpy_code("v"), v=view), library.on_its_memory(view)):
        np.testing.assert_array_equal(on_its_memory, library.to_numpy(view))
        assert isinstance(on_its_memory, np.ndarray)
        assert 0 in view.shape or np.shares_memory(on_its_memory, as_numpy)

    start, stop = library.allocation(view)
    assert (start, stop) == library.allocation(base)
    first, last = library.extent(view)
    assert start <= first <= last <= stop or 0 in view.shape
    whole = library.whole_memory(view)
    assert whole.ndim == 1
    assert library.dtype_name(whole) == library.dtype_name(view)
    if cells.size:
        assert library.extent(whole) == (start, stop)
        np.testing.assert_array_equal(library.to_numpy(whole), library.to_numpy(base).ravel())

    copy = library.make(library.to_numpy(view))
    for other in (view, copy, base):
        assert library.shares_memory(other, base) == evaluated(library.shares_memory_code("o", "b"), o=other, b=base)
    assert library.offset_within(copy, base) is None
    if 0 not in view.shape:
        assert library.shares_memory(view, base)
        assert library.offset_within(view, base) == library.data_pointer(view) - library.data_pointer(base)


@BOTH
@pytest.mark.parametrize("shape", [(3,), (0,), (2, 0, 3)])
def test_a_cut_without_cells_is_still_a_view(library: Backend, shape: tuple[int, ...]) -> None:
    base = library.make(np.zeros(shape))
    assert library.offset_within(base[:0], base) == 0
    assert library.offset_within(base[[0][:0]], base) is None


indices = st.sampled_from(
    [
        ((1,), True),
        ((slice(0, 1),), True),
        ((9,), True),
        ((...,), True),
        ((None, 0), False),
        ((slice(None), 1), False),
        ((np.array([0, 1]),), True),
        ((np.array([0, 1]), 0), False),
        ((0, 0, 0, 0, 0), False),
        ((slice(None, None, -1),), True),
        ((np.array([True, False, True, True]),), True),
    ]
)


@BOTH
@examples(150)
@given(
    cells=values(), index=indices, lists=st.booleans(), value=st.sampled_from([2, 2.5, np.arange(3), np.ones((2, 2))])
)
def test_reading_and_writing_by_index_is_the_librarys(
    library: Backend, cells: np.ndarray, index: tuple[Any, bool], lists: bool, value: Any
) -> None:
    items, lone = index
    key = library.index_key(items, lone=lone, lists=[lists] * len(items))
    if library is pytorch():
        plain: Any = tuple(
            (i.tolist() if lists else torch.tensor(i)) if isinstance(i, np.ndarray) else i for i in items
        )
        plain = plain[0] if lone else plain
    else:
        plain = items[0] if lone else items
    operand = library.make(value) if isinstance(value, np.ndarray) else value

    def compared(mine: Callable[[Any], Any], own: Callable[[Any], Any]) -> None:
        left, right = library.make(cells), library.make(cells)
        found, words, expected = mine(left), None, None
        with np.errstate(all="ignore"):
            try:
                expected = own(right)
            except Exception as error:
                words = f"{type(error).__name__}: {error}"
        if words is not None:
            assert isinstance(found, Declined)
            assert found.text == words
        else:
            assert not isinstance(found, Declined)
            if expected is not None:
                alike(found, expected)
        alike(left, right)

    def add_at(array: Any) -> None:
        array[plain] += operand

    def add(array: Any) -> Any:
        array += operand
        return array

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compared(lambda a: library.get(a, key), lambda a: a[plain])
        compared(lambda a: library.put(a, key, operand), lambda a: operator.setitem(a, plain, operand))
        compared(lambda a: library.add_at(a, key, operand), add_at)
        compared(lambda a: library.add(a, operand), add)


@BOTH
@pytest.mark.parametrize("operation", REDUCTIONS)
@examples(100)
@given(axis=axes, keepdims=st.booleans(), ddof=st.integers(0, 1), dtype=st.sampled_from(["", "float32"]))
def test_the_code_of_a_reduction_says_what_was_asked(
    library: Backend, operation: ReductionName, axis: Axis, keepdims: bool, ddof: int, dtype: str
) -> None:
    code = library.reduce_code("a", "s", operation, axis, keepdims=keepdims, ddof=ddof, dtype=dtype)
    assert code[-1].startswith("s = ")
    if operation == "softmax":
        return
    calls = [node for node in ast.walk(ast.parse("\n".join(code))) if isinstance(node, ast.Call)]
    named = [word.arg for call in calls for word in call.keywords]
    assert set(named) <= {library.axis_word, library.keepdims_word, library.ddof_word, "dtype"}
    assert (library.keepdims_word in named) == (keepdims and not operation.startswith("cum"))
    assert (library.ddof_word in named) == (operation in ("std", "var"))
    assert ("dtype" in named) == (bool(dtype) and operation in library.reduces_as)


@BOTH
@pytest.mark.parametrize("operation", REDUCTIONS)
@pytest.mark.parametrize("places", [False, True])
def test_the_code_of_a_reduction_runs(library: Backend, operation: ReductionName, places: bool) -> None:
    array = library.make(np.array([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]]))
    names = run([*library.reduce_code("a", "s", operation, 1, places=places)], a=array)
    kept = operation in ("softmax", "cumsum", "cumprod")
    assert tuple(names["s"].shape) == ((2, 3) if kept else (2,))
    paired = places and library.max_gives_places and operation in ("max", "min", "median")
    assert ("m" in names) == paired
    if paired:
        assert library.to_numpy(names["m"].values).tolist() == library.to_numpy(names["s"]).tolist()


@BOTH
@examples(100)
@given(cells=values())
def test_code_makes_the_array_that_it_spells(library: Backend, cells: np.ndarray) -> None:
    assume(np.isfinite(cells).all())
    alike(evaluated(library.array_code(cells.ravel())), library.make(cells.ravel()))
    cells = cells.ravel()
    source = f"np.array({cells.tolist()}, dtype=np.{cells.dtype})"
    alike(evaluated(library.from_numpy_code(source)), library.make(cells))
    found: dict[str, Any] = {}
    exec("\n".join(library.setup_code("b", source)), found)
    alike(found["b"], library.make(cells))
    assert (library.from_numpy_code(source) == source) == library.runs_numpy_code


@BOTH
@pytest.mark.parametrize(
    "code",
    ["np.arange(1, 7)", "np.arange(1, 7).reshape(2, 3)", "np.array([[1, 2], [3, 4]])", "np.array(3)", "np.array([0.5])",
     "np.array([1, 2]) + np.arange(2)", "np.array([True])"],
)  # fmt: skip
def test_numpys_code_is_respelled(library: Backend, code: str) -> None:
    native = library.native_code(code)
    assert ("np." in native) == library.runs_numpy_code
    alike(evaluated(native), library.make(np.asarray(evaluated(code)), native_floats=True))


@BOTH
def test_what_has_no_counterpart_is_not_respelled(library: Backend) -> None:
    assert library.native_code("x") == "x"
    with pytest.raises(ValueError, match=r"np\.ix_"):
        library.native_code("np.ix_([0], [1])")


@BOTH
def test_the_facts_about_a_library_hold(library: Backend) -> None:
    module = library.module
    two = library.make(np.arange(6).reshape(2, 3))
    assert getattr(module, library.concatenate_word)([two, two]).shape == (4, 3)
    assert getattr(module, library.add_axis_word)(two, 0).shape == (1, 2, 3)
    assert library.has_softmax == hasattr(module, "softmax")
    mean = library.attempt(two.mean)
    assert library.averages_integers == (not isinstance(mean, Declined))
    three = library.make(np.zeros((4, 5, 6)))
    key = library.index_key((0, slice(None), np.array([1, 2])), lone=False, lists=(False,) * 3)
    joined = library.get(three, key)
    assert not isinstance(joined, Declined)
    assert library.numbers_join_index_arrays == (tuple(joined.shape) == (2, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert library.lone_list_is_tuple == (two[[[0, 1], [1, 0]]].ndim == 1)
        assert library.transposes_any_rank == (not _warns(lambda: three.T))
    swapped = library.attempt(three.transpose, 0, 2)
    assert library.transposes_two_axes == (not isinstance(swapped, Declined))
    cut: Any = module.split(two, 3, 1) if library.splits_by_function else two.split(1, 1)
    assert len(cut) == 3
    assert library.splits_by_function == (not hasattr(two, "split"))


def _warns(call: Callable[[], Any]) -> bool:
    torch.set_warn_always(True)  # else it warns once in a process, and another test may have had that
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            call()
    finally:
        torch.set_warn_always(False)
    return bool(warned)


@BOTH
def test_a_mistake_is_told_in_the_librarys_words(library: Backend) -> None:
    array = library.make(np.arange(6))
    for call, arguments in ((array.reshape, (4, 2)), (array.sum, (7,)), (getattr, (array, "reshap"))):
        with pytest.raises(library.errors) as raised:
            call(*arguments)
        declined = library.attempt(call, *arguments)
        assert isinstance(declined, Declined)
        assert declined.text == f"{type(raised.value).__name__}: {raised.value}"
        caught = getattr(__builtins__, declined.builtin, None) or vars(__import__("builtins"))[declined.builtin]
        assert isinstance(raised.value, caught)
    assert library.attempt(operator.add, 1, 2) == 3


@BOTH
def test_what_is_no_mistake_of_a_learner_passes(library: Backend) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.attempt(interrupted)


def test_a_class_that_python_does_not_bring_is_told_by_both_names() -> None:
    declined = NUMPY.attempt(np.arange(3).sum, axis=2)
    assert isinstance(declined, Declined)
    assert (declined.kind, declined.builtin) == ("AxisError", "ValueError")
    assert declined.text == f"AxisError: {declined.words}"


def test_a_number_of_numpys_lies_in_no_memory() -> None:
    number = np.arange(3)[1]
    assert NUMPY.allocation(number) == (0, 0)
    assert not NUMPY.writeable(number)
    assert NUMPY.whole_memory(number).tolist() == [1]
    assert NUMPY.on_its_memory(number).shape == ()


@BOTH
def test_an_array_says_whether_it_can_be_written_to(library: Backend) -> None:
    array = library.make(np.arange(3))
    assert library.writeable(array)
    if library is NUMPY:
        assert not library.writeable(np.broadcast_to(array, (2, 3)))


@BOTH
@examples(50)
@given(cells=values(), other=st.sampled_from(["", *DTYPES]))
def test_numpys_array_is_converted_by_the_code_that_is_spelled(library: Backend, cells: np.ndarray, other: str) -> None:
    assume(np.isfinite(cells).all())
    with np.errstate(all="ignore"):
        made = evaluated(library.converted_code("a", other), a=cells.copy())
    assert backend_of(made) is library
    assert library.dtype_name(made).removeprefix("torch.") == (other or str(cells.dtype))
    assert tuple(made.shape) == cells.shape


@BOTH
@examples(50)
@given(cells=values(), turned=st.booleans())
def test_a_view_is_given_or_refused_and_never_a_copy(library: Backend, cells: np.ndarray, turned: bool) -> None:
    array = library.make(cells)
    array = library.make(cells.T).T if turned and cells.ndim == 2 else array
    try:
        viewed = evaluated(library.view_code("a", (cells.size,)), a=array)
    except library.errors:
        assert turned
        viewed = evaluated(library.view_code(library.contiguous_code("a"), (cells.size,)), a=array)
    else:
        assert not cells.size or library.shares_memory(viewed, array)
    np.testing.assert_array_equal(library.to_numpy(viewed), library.to_numpy(array).ravel())
    in_order = evaluated(library.contiguous_code("a"), a=array)
    assert library.contiguity(in_order)[0]
    assert not cells.ndim or not cells.size or library.contiguity(array)[0] == library.shares_memory(in_order, array)


@BOTH
def test_what_accumulates_adds_every_time(library: Backend) -> None:
    names = {
        "a": library.make(np.zeros(3)),
        "i": library.make(np.array([0, 2, 2])),
        "v": library.make(np.array([1.0, 2.0, 3.0])),
    }
    run([library.accumulate_code("a", "i", "v")], **names)
    assert library.to_numpy(names["a"]).tolist() == [1, 0, 5]


@BOTH
@pytest.mark.parametrize("shape", [(5,), (2, 3), (1, 1), (3, 1, 2), (2, 2, 2, 2)])
def test_examples_are_taken_by_the_library(library: Backend, shape: tuple[int, ...]) -> None:
    array = library.make(np.arange(np.prod(shape)).reshape(shape))
    for code in library.examples_code("a", shape):
        made = evaluated(code, a=array)
        assert isinstance(made, np.ndarray | torch.Tensor), code


@BOTH
def test_the_facts_about_arithmetic_and_reductions_hold(library: Backend) -> None:
    two = library.make(np.array([[1.0, 5.0], [2.0, 2.0]]))
    spreads = [two.std(**{library.ddof_word: ddof}) for ddof in (0, 1)]
    assert spreads[library.default_ddof] == two.std() != spreads[1 - library.default_ddof]
    even = library.module.median(library.make(np.array([1.0, 2.0])))
    assert library.lower_median == (even == 1)
    for operation in REDUCTIONS:
        if operation in ("norm", "softmax"):
            continue
        along = {library.axis_word: 0} if operation.startswith("cum") else {}
        takes = library.attempt(getattr(library.module, operation), two, **along, dtype=library.module.float32)
        assert (operation in library.reduces_as) <= (not isinstance(takes, Declined))
    own = {library.axis_word: 0, library.keepdims_word: True}
    assert tuple(two.sum(**own).shape) == (1, 2)
    numpys = library.attempt(two.sum, axis=0, keepdims=True)
    assert library.understands_numpy_words == (not isinstance(numpys, Declined))
    largest = library.attempt(two.max, 0)
    assert library.max_gives_places == (not isinstance(largest, type(two)))
    mixed = library.attempt(operator.matmul, two, library.make(np.array([[1], [2]])))
    assert library.promotes_products == (not isinstance(mixed, Declined))
    if library.keeps_last_write:
        written = library.make(np.zeros(2))
        many = np.zeros(1000, np.int64)
        assert library.put(written, many, library.make(np.arange(1000.0))) is None
        assert written[0] == 999


@BOTH
def test_the_facts_about_shapes_and_views_hold(library: Backend) -> None:
    six, cube = library.make(np.arange(6)), library.make(np.arange(24).reshape(2, 3, 4))
    pieces: Any = library.module.split(six, 2)
    assert len(pieces) == (3 if library.splits_by_size else 2)
    flat = library.attempt(cube.flatten, 0, 1)
    assert library.flattens_some_axes == (getattr(flat, "shape", None) == (6, 4))
    assert library.flatten_copies == (not library.shares_memory(six.flatten(), six))
    viewed = library.attempt(six.view, 2, 3)
    assert library.view_takes_shape == (not isinstance(viewed, Declined))
    assert library.strides_by_method == hasattr(six, "as_strided")
    assert library.tells_offset == hasattr(six, "storage_offset")
    through = library.attempt(torch.nn.Linear(2, 1), library.make(np.zeros((3, 2), np.float32)))
    assert library.feeds_networks == (not isinstance(through, Declined))
