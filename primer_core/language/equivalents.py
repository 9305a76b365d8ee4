"""What one library's code is in the other's words: a table of pairs, with the conditions under which they hold.

A pair is written as the calls themselves. Names in it stand for any expression, those that end in ``_`` for an argument
that may be left out. What no pair matches has no equivalent that is known here, and that is the answer.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import prod
from typing import Any

from primer_core.backend.interface import Library
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression
from primer_core.language.reader import ALIASES, read_statements
from primer_core.language.table import CONSTANTS, TABLE
from primer_core.language.table.dtypes import NUMPY_DTYPES, TORCH_DTYPES
from primer_core.language.table.entry import Entry

_PREFIXES: Mapping[Library, str] = {"NumPy": "np", "PyTorch": "torch"}

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class NoEquivalent:
    """The other library has no equivalent that is known here.

    Parameters
    ----------
    reason
        str, one sentence that names what has none.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The same in both libraries.

    Parameters
    ----------
    numpy, torch
        str, the two calls.
    tried
        str, calls of NumPy (of PyTorch, where it goes one way alone), parted by ``;``, on which the pair is tried. The
        names are those of `primer_core.language.table.entry.Entry.calls`.
    note
        str, a sentence on what differs all the same; empty for nothing.
    ranks
        How many axes the first operand may have; empty for any number. Where its shape is not known, the pair does not
        hold.
    only_to
        The library into whose words it translates; empty for both.
    """

    numpy: str
    torch: str
    tried: str
    note: str = ""
    ranks: tuple[int, ...] = ()
    only_to: Library | None = None


def _alike(names: str, tried: str, parameters: str = "a") -> tuple[Pair, ...]:
    """Return pairs of functions that have the same name and take the same."""
    return tuple(
        Pair(f"np.{name}({parameters})", f"torch.{name}({parameters})", tried.replace("?", f"np.{name}"))
        for name in names.split()
    )


PAIRS: tuple[Pair, ...] = (
    # made
    Pair("np.array(values, dtype=dtype_)", "torch.tensor(values, dtype=dtype_)",
         "np.array([[1, 2], [3, 4]]); np.array([1, 2], dtype=np.float32); np.array([1, 0], dtype=bool)",
         "NumPy's floats are float64, PyTorch's float32."),
    Pair("np.asarray(values, dtype=dtype_)", "torch.as_tensor(values, dtype=dtype_)", "np.asarray([1.5, 2.5])"),
    Pair("np.zeros(shape, dtype=dtype_)", "torch.zeros(shape, dtype=dtype_)",
    "np.zeros((2, 3)); np.zeros(3, dtype=int)"),
    Pair("np.ones(shape, dtype=dtype_)", "torch.ones(shape, dtype=dtype_)",
    "np.ones((2, 3)); np.ones(3, dtype=np.int32)"),
    Pair("np.full(shape, value, dtype=dtype_)", "torch.full(shape, value, dtype=dtype_)",
         "np.full((2, 3), 7); np.full(3, 1.5)"),
    Pair("np.empty(shape, dtype=dtype_)", "torch.empty(shape, dtype=dtype_)", "np.empty((2, 3))"),
    *(Pair(f"np.{name}(a, dtype=dtype_)", f"torch.{name}(a, dtype=dtype_)", f"np.{name}(a); np.{name}(a, dtype=int)")
      for name in ("zeros_like", "ones_like", "empty_like")),
    Pair("np.full_like(a, value, dtype=dtype_)", "torch.full_like(a, value, dtype=dtype_)", "np.full_like(a, 3)"),
    Pair("np.arange(start, stop_, step_, dtype=dtype_)", "torch.arange(start, stop_, step_, dtype=dtype_)",
         "np.arange(6); np.arange(2, 9, 3); np.arange(0, 1, 0.25); np.arange(3, dtype=np.float32)"),
    Pair("np.linspace(start, stop, num)", "torch.linspace(start, stop, num)", "np.linspace(0, 1, 5)",
         "PyTorch asks for the number of steps; NumPy takes 50."),
    Pair("np.linspace(start, stop)", "torch.linspace(start, stop, 50)", "np.linspace(0, 1)", only_to="PyTorch"),
    Pair("np.logspace(start, stop, num)", "torch.logspace(start, stop, num)", "np.logspace(0, 2, 3)"),
    Pair("np.eye(rows, columns_, dtype=dtype_)", "torch.eye(rows, columns_, dtype=dtype_)", "np.eye(3); np.eye(2, 3)"),
    Pair("np.identity(rows)", "torch.eye(rows)", "np.identity(3)", only_to="PyTorch"),
    Pair("np.vander(v, count_, increasing=increasing_)", "torch.vander(v, count_, increasing=increasing_)",
    "np.vander(v, 3)"),
    Pair("np.meshgrid(v, w)", "torch.meshgrid(v, w, indexing='xy')", "np.meshgrid(v, w)",
         "Without indexing=, NumPy goes by 'xy' and PyTorch by 'ij'."),
    Pair("np.meshgrid(v, w, indexing='ij')", "torch.meshgrid(v, w, indexing='ij')", "np.meshgrid(v, w, indexing='ij')"),
    Pair("np.random.rand(*sizes)", "torch.rand(*sizes)", "np.random.rand(2, 3)"),
    Pair("np.random.randn(*sizes)", "torch.randn(*sizes)", "np.random.randn(2, 3)"),
    Pair("np.random.randint(low, high, shape)", "torch.randint(low, high, shape)", "np.random.randint(0, 9, (2, 3))"),
    Pair("np.random.normal(mean, std, shape)", "torch.normal(mean, std, shape)", "np.random.normal(0.0, 1.0, (2, 3))"),
    Pair("np.random.permutation(count)", "torch.randperm(count)", "np.random.permutation(5)"),
    *(Pair(f"np.random.default_rng(seed).{numpy}",
           f"torch.{torch}, generator=torch.Generator().manual_seed(seed))",
           f"np.random.default_rng(1).{tried}", "One seed gives other numbers in each library.", only_to="PyTorch")
      for numpy, torch, tried in (
          ("random()", "rand(()", "random()"),
          ("random(shape)", "rand(shape", "random((2, 3)); np.random.default_rng(1).random(4)"),
          ("standard_normal(shape)", "randn(shape", "standard_normal(size=3)"),
          ("normal(size=shape)", "normal(0.0, 1.0, shape", "normal(size=(2, 3))"),
          ("normal(mean, std, shape)", "normal(mean, std, shape", "normal(1, 2, 3)"),
          ("normal(loc=mean, scale=std, size=shape)", "normal(mean, std, shape", "normal(loc=1, scale=2, size=3)"),
          ("integers(low, high, shape)", "randint(low, high, shape", "integers(0, 9, (2, 3))"),
          ("integers(high, size=shape)", "randint(0, high, shape", "integers(9, size=4)"),
          ("permutation(count)", "randperm(count", "permutation(5)"))),
    Pair("np.random.seed(seed)", "torch.manual_seed(seed)", "", "The numbers that follow are others."),
    # moved
    Pair("np.reshape(a, shape)", "torch.reshape(a, shape)", "np.reshape(t, (4, -1)); t.reshape(-1); t.reshape(6, 4)"),
    Pair("a.reshape(shape)", "a.view(shape)", "t.view(4, 6); t.view(-1)", "A view never copies.", only_to="NumPy"),
    Pair("np.ravel(a)", "torch.ravel(a)", "np.ravel(a); a.ravel()"),
    Pair("a.flatten()", "a.flatten()", "a.flatten()", "NumPy's flatten always copies, PyTorch's where it has to."),
    Pair("a.T", "a.t()", "m.T; v.T", "T turns all axes round; t() takes two at most.", (0, 1, 2)),
    Pair("a.T", "a.T", "m.T", "In PyTorch, T is for two axes.", (2,), "NumPy"),
    Pair("np.transpose(a)", "torch.t(a)", "np.transpose(m)", "", (0, 1, 2)),
    Pair("np.transpose(a, axes)", "torch.permute(a, axes)", "np.transpose(t, (1, 2, 0)); t.transpose(1, 0, 2)",
         "transpose with all axes is permute; PyTorch's transpose swaps two."),
    Pair("np.permute_dims(a, axes)", "torch.permute(a, axes)", "np.permute_dims(t, (1, 2, 0))", only_to="PyTorch"),
    Pair("np.swapaxes(a, i, j)", "torch.transpose(a, i, j)", "np.swapaxes(t, 0, 2); t.swapaxes(1, -1)"),
    Pair("np.swapaxes(a, i, j)", "torch.swapaxes(a, i, j)", "torch.swapaxes(t, 0, 2)", only_to="NumPy"),
    Pair("np.moveaxis(a, i, j)", "torch.movedim(a, i, j)", "np.moveaxis(t, 0, -1); np.moveaxis(t, (0, 1), (1, 2))"),
    Pair("np.matrix_transpose(a)", "a.mT", "np.matrix_transpose(t)", only_to="PyTorch"),
    Pair("a.mT", "a.mT", "t.mT"),
    Pair("np.expand_dims(a, axis=axis)", "torch.unsqueeze(a, axis)", "np.expand_dims(t, axis=1); np.expand_dims(a, -1)",
         "unsqueeze takes one axis."),
    Pair("np.squeeze(a, axis=axis_)", "torch.squeeze(a, dim=axis_)",
    "np.squeeze(a); np.squeeze(t[:1], axis=0); t[:1].squeeze()",
         "An axis longer than 1 is an error in NumPy; PyTorch leaves it as it is."),
    Pair("np.concatenate(arrays, axis=axis_)", "torch.cat(arrays, dim=axis_)",
         "np.concatenate([a, b], axis=axis); np.concatenate((v, w))"),
    Pair("np.concat(arrays, axis=axis_)", "torch.cat(arrays, dim=axis_)", "np.concat([a, b])", only_to="PyTorch"),
    Pair("np.stack(arrays, axis=axis_)", "torch.stack(arrays, dim=axis_)",
    "np.stack([a, b]); np.stack([t, u], axis=-1)"),
    *_alike("vstack hstack dstack column_stack", "?([v, w]); ?([m, m])", "arrays"),
    Pair("np.broadcast_to(a, shape)", "torch.broadcast_to(a, shape)", "np.broadcast_to(v, (3, len(v)))"),
    Pair("np.broadcast_arrays(a, b)", "torch.broadcast_tensors(a, b)", "np.broadcast_arrays(t, t[0])"),
    Pair("np.array_split(a, places, axis=axis_)", "torch.tensor_split(a, places, dim=axis_)",
         "np.array_split(v, 3); np.array_split(t, [1, 3], axis=2)",
         "NumPy's array_split is no chunk: it makes as many parts as asked."),
    Pair("np.split(a, places, axis=axis_)", "torch.tensor_split(a, places, dim=axis_)",
         "np.split(t, 2, axis=2); np.split(t, [1, 3], axis=2)",
         "NumPy splits at places, PyTorch's split by sizes. What does not divide evenly is an error in NumPy alone.",
         only_to="PyTorch"),
    Pair("np.unstack(a, axis=axis_)", "torch.unbind(a, dim=axis_)", "np.unstack(t); np.unstack(t, axis=2)"),
    Pair("np.flip(a, axis=axes)", "torch.flip(a, axes)", "np.flip(t, axis=1); np.flip(t, axis=(0, 2))",
         "PyTorch copies, NumPy makes a view."),
    *_alike("fliplr flipud", "?(m)"),
    Pair("np.roll(a, shift, axis=axis_)", "torch.roll(a, shift, dims=axis_)", "np.roll(a, 1); np.roll(t, 2, axis=1)"),
    Pair("np.rot90(a, k_)", "torch.rot90(a, k_)", "np.rot90(m); np.rot90(m, 2)"),
    Pair("np.repeat(a, count, axis=axis_)", "torch.repeat_interleave(a, count, dim=axis_)",
         "np.repeat(a, 2); np.repeat(t, 3, axis=1); v.repeat(2)",
         "NumPy's repeat repeats each element; PyTorch's repeat is tile."),
    Pair("np.tile(a, counts)", "torch.tile(a, counts)", "np.tile(v, 2); np.tile(m, (2, 3)); np.tile(t, 2)"),
    Pair("np.tile(a, counts)", "a.repeat(counts)", "m.repeat(2, 3); v.repeat(2)", only_to="NumPy"),
    Pair("np.diag(a, k_)", "torch.diag(a, k_)", "np.diag(v); np.diag(m); np.diag(v, 1)"),
    Pair("np.diagonal(a, offset_)", "torch.diagonal(a, offset_)", "np.diagonal(m); m.diagonal()"),
    Pair("np.tril(a, k_)", "torch.tril(a, k_)", "np.tril(m); np.tril(m, 1)"),
    Pair("np.triu(a, k_)", "torch.triu(a, k_)", "np.triu(m); np.triu(m, -1)"),
    Pair("np.pad(a, (before, after))", "F.pad(a, (before, after))", "np.pad(v, (1, 2))",
         "NumPy names all axes, PyTorch the last one first.", (1,)),
    *_alike("atleast_1d atleast_2d atleast_3d", "?(v)"),
    Pair("a.astype(dtype)", "a.to(dtype)", "a.astype(int); a.astype(np.float32); i.astype('float64')"),
    *(Pair(f"a.astype(np.{dtype})", f"a.{name}()", f"i.{name}()", only_to="NumPy") for name, dtype in (
        ("float", "float32"), ("double", "float64"), ("half", "float16"), ("int", "int32"), ("long", "int64"),
        ("short", "int16"), ("bool", "bool"))),
    Pair("a.copy()", "a.clone()", "a.copy()"),
    Pair("np.copy(a)", "torch.clone(a)", "np.copy(a)"),
    Pair("np.ascontiguousarray(a)", "a.contiguous()", "np.ascontiguousarray(m.T)"),
    Pair("a.fill(value)", "a.fill_(value)", ""),
    # asked
    Pair("a.size", "a.numel()", "a.size", "In PyTorch, size() is the shape."),
    Pair("np.size(a)", "torch.numel(a)", "np.size(a)"),
    *(Pair(f"a.{name}", f"a.{name}", f"a.{name}") for name in ("shape", "ndim", "itemsize", "nbytes")),
    Pair("a.dtype", "a.dtype", ""),
    Pair("a.real", "a.real", "a.real"),
    *(Pair(f"a.{name}()", f"a.{name}()", f"v[:1].{name}()") for name in ("item", "tolist")),
    Pair("np.shape(a)", "a.shape", "np.shape(a)", only_to="PyTorch"),
    Pair("np.ndim(a)", "a.ndim", "np.ndim(a)", only_to="PyTorch"),
    Pair("a.shape", "a.size()", "a.size()", only_to="NumPy"),
    Pair("a.shape[i]", "a.size(i)", "t.size(1); t.size(-1)", only_to="NumPy"),
    Pair("a.ndim", "a.dim()", "a.dim()", only_to="NumPy"),
    Pair("a.itemsize", "a.element_size()", "a.element_size()", only_to="NumPy"),
    # reductions
    Pair("np.sum(a, axis=axis_, keepdims=keep_, dtype=dtype_)", "torch.sum(a, dim=axis_, keepdim=keep_, dtype=dtype_)",
         "np.sum(a); a.sum(axis=axis, keepdims=True); t.sum(axis=(0, 2)); mask.sum()"),
    Pair("np.prod(a, axis=axis_, keepdims=keep_)", "torch.prod(a, dim=axis_, keepdim=keep_)",
    "np.prod(v); t.prod(axis=1)"),
    Pair("np.mean(a, axis=axis_, keepdims=keep_)", "torch.mean(a, dim=axis_, keepdim=keep_)",
         "np.mean(a); t.mean(axis=1, keepdims=True)", "PyTorch takes the mean of floats alone."),
    *(pair for name in ("std", "var") for pair in (
        Pair(f"np.{name}(a, axis=axis_, keepdims=keep_)", f"torch.{name}(a, dim=axis_, keepdim=keep_, correction=0)",
             f"np.{name}(v); t.{name}(axis=1); t.{name}(axis=2, keepdims=True)",
             "NumPy divides by n, PyTorch by n - 1."),
        Pair(f"np.{name}(a, axis=axis_, ddof=ddof, keepdims=keep_)",
             f"torch.{name}(a, dim=axis_, keepdim=keep_, correction=ddof)",
             f"np.{name}(v, ddof=1); t.{name}(axis=1, ddof=2)"),
        Pair(f"np.{name}(a, axis=axis_, ddof=1, keepdims=keep_)", f"torch.{name}(a, dim=axis_, keepdim=keep_)",
             f"torch.{name}(v); t.{name}(dim=1); t.{name}(2)", only_to="NumPy"))),
    *(pair for name in ("max", "min") for pair in (
        Pair(f"np.{name}(a, axis=axis, keepdims=keep_)", f"torch.a{name}(a, dim=axis, keepdim=keep_)",
             f"np.{name}(a, axis=axis); t.{name}(axis=(0, 1), keepdims=True)",
             f"PyTorch's {name} along a dim gives the places, too; a{name} the values alone."),
        Pair(f"np.{name}(a)", f"torch.{name}(a)", f"np.{name}(a); a.{name}()"),
        Pair(f"np.{name}(a, axis=axis, keepdims=keep_)", f"torch.{name}(a, dim=axis, keepdim=keep_).values",
             f"torch.{name}(t, dim=1).values; t.{name}(dim=2, keepdim=True).values", only_to="NumPy"),
        Pair(f"np.arg{name}(a, axis=axis, keepdims=keep_)", f"torch.{name}(a, dim=axis, keepdim=keep_).indices",
             f"torch.{name}(t, dim=1).indices", only_to="NumPy"),
        Pair(f"np.a{name}(a, axis=axis, keepdims=keep_)", f"torch.a{name}(a, dim=axis, keepdim=keep_)",
             f"np.a{name}(t, axis=1)", only_to="PyTorch"),
        Pair(f"np.arg{name}(a, axis=axis_, keepdims=keep_)", f"torch.arg{name}(a, dim=axis_, keepdim=keep_)",
             f"np.arg{name}(a); t.arg{name}(axis=1)"))),
    *(Pair(f"np.{name}(a, axis=axis_, keepdims=keep_)", f"torch.{name}(a, dim=axis_, keepdim=keep_)",
           f"np.{name}(mask); np.{name}(t > 0, axis=1); mask.{name}()") for name in ("any", "all")),
    Pair("np.count_nonzero(a, axis=axis_)", "torch.count_nonzero(a, dim=axis_)",
    "np.count_nonzero(mask); np.count_nonzero(t, axis=1)"),
    Pair("np.quantile(a, q, axis=axis_, keepdims=keep_)", "torch.quantile(a, q, dim=axis_, keepdim=keep_)",
         "np.quantile(v, 0.25); np.quantile(t, 0.5, axis=1)"),
    Pair("np.median(a, axis=axis_, keepdims=keep_)", "torch.quantile(a, 0.5, dim=axis_, keepdim=keep_)",
         "np.median(v); np.median(t, axis=2)",
         "Of two in the middle NumPy's median is the mean, PyTorch's the lower one.",
         only_to="PyTorch"),
    *(Pair(f"np.{name}(a, axis=axis_, keepdims=keep_)", f"torch.{name}(a, dim=axis_, keepdim=keep_)",
    f"np.{name}(a); np.{name}(t, axis=1)")
      for name in ("nansum", "nanmean")),
    *(Pair(f"np.{name}(a, axis=axis)", f"torch.{name}(a, dim=axis)", f"np.{name}(a, axis=axis); t.{name}(axis=-1)",
           "Without an axis, NumPy goes along the flat array; PyTorch asks for one.") for name in ("cumsum",
           "cumprod")),
    *(Pair(f"np.{name}(a)", f"torch.{name}(a, dim=0)", f"np.{name}(v)", "", (1,), "PyTorch") for name in ("cumsum",
    "cumprod")),
    Pair("np.linalg.norm(a, axis=axis_, keepdims=keep_)", "torch.linalg.norm(a, dim=axis_, keepdim=keep_)",
         "np.linalg.norm(a); np.linalg.norm(t, axis=1)"),
    Pair("np.trace(a)", "torch.trace(a)", "np.trace(m); m.trace()", "", (2,)),
    # products
    *_alike("matmul", "?(m, n); ?(t, t.mT)", "a, b"),
    Pair("np.dot(a, b)", "torch.dot(a, b)", "np.dot(v, w); v.dot(w)", "PyTorch's dot takes two vectors.", (1,)),
    Pair("np.dot(a, b)", "torch.matmul(a, b)", "np.dot(m, n)", "", (2,), "PyTorch"),
    Pair("np.matmul(a, b)", "torch.mm(a, b)", "torch.mm(m, n)", only_to="NumPy"),
    Pair("np.matmul(a, b)", "torch.mv(a, b)", "torch.mv(m, vector)", only_to="NumPy"),
    Pair("np.matmul(a, b)", "torch.bmm(a, b)", "torch.bmm(t, t.mT)", only_to="NumPy"),
    *_alike("vdot inner outer kron", "?(v, w)", "a, b"),
    Pair("np.tensordot(a, b, axes=met)", "torch.tensordot(a, b, dims=met)",
         "np.tensordot(m, n, axes=1); np.tensordot(t, u, axes=([1, 2], [1, 2]))"),
    Pair("np.einsum(letters, *arrays)", "torch.einsum(letters, *arrays)",
    "np.einsum('ij,jk->ik', m, n); np.einsum('i,i', v, w)"),
    Pair("np.cross(a, b)", "torch.cross(a, b, dim=-1)", "np.cross(t[:, :, 0], u[:, :, 0])"),
    *(Pair(f"np.linalg.{name}(a)", f"torch.linalg.{name}(a)", f"np.linalg.{name}(s + 9 * np.eye(len(s)))")
      for name in ("inv", "det", "pinv", "matrix_rank", "slogdet")),
    *(Pair(f"np.linalg.{name}(a)", f"torch.linalg.{name}(a)", f"np.linalg.{name}(s @ s.T + np.eye(len(s)))")
      for name in ("eigvalsh", "cholesky")),
    Pair("np.linalg.solve(a, b)", "torch.linalg.solve(a, b)", "np.linalg.solve(s + 9 * np.eye(len(s)), s)"),
    Pair("np.linalg.matrix_power(a, count)", "torch.linalg.matrix_power(a, count)", "np.linalg.matrix_power(s, 3)"),
    Pair("np.linalg.inv(a)", "torch.inverse(a)", "torch.inverse(s)", only_to="NumPy"),
    *(Pair(f"np.fft.{name}(a)", f"torch.fft.{name}(a)", f"np.fft.{name}(v)") for name in ("fft", "ifft", "rfft")),
    # elementwise
    *_alike("abs absolute negative positive sign square sin cos tan arctan sinh cosh tanh floor ceil trunc exp "
            "exp2 expm1 sinc deg2rad rad2deg reciprocal isnan isinf isfinite signbit logical_not fix", "?(a)"),
    *_alike("sqrt log log2 log10 log1p", "?(np.abs(a))"),
    *_alike("arcsin arccos", "?(np.tanh(a))"),
    *_alike("add subtract multiply divide true_divide floor_divide remainder fmod maximum minimum fmax fmin arctan2 "
            "hypot copysign logaddexp logaddexp2 float_power nextafter less less_equal greater greater_equal "
            "not_equal logical_and logical_or logical_xor isclose heaviside", "?(a, b)", "a, b"),
    *_alike("bitwise_and bitwise_or bitwise_xor gcd lcm", "?(i, j)", "a, b"),
    Pair("np.arcsinh(a)", "torch.asinh(a)", "np.arcsinh(a)"),
    Pair("np.arccosh(a)", "torch.acosh(a)", "np.arccosh(1 + np.abs(a))"),
    Pair("np.arctanh(a)", "torch.atanh(a)", "np.arctanh(np.tanh(a))"),
    Pair("np.power(a, b)", "torch.pow(a, b)", "np.power(np.abs(a), 2); np.power(np.abs(a), b)"),
    Pair("np.mod(a, b)", "torch.remainder(a, b)", "np.mod(a, b)", only_to="PyTorch"),
    Pair("np.equal(a, b)", "torch.eq(a, b)", "np.equal(i, j)",
    "PyTorch's equal asks whether the whole arrays are equal."),
    Pair("np.array_equal(a, b)", "torch.equal(a, b)", "np.array_equal(a, b); np.array_equal(a, a)"),
    Pair("np.allclose(a, b)", "torch.allclose(a, b)", "np.allclose(a, b); np.allclose(a, a)"),
    Pair("np.invert(a)", "torch.bitwise_not(a)", "np.invert(i)"),
    Pair("np.left_shift(a, b)", "torch.bitwise_left_shift(a, b)", "np.left_shift(i, 2)"),
    Pair("np.right_shift(a, b)", "torch.bitwise_right_shift(a, b)", "np.right_shift(i, 1)"),
    *(Pair(f"np.{numpy}(a)", f"torch.{torch}(a)", f"np.{numpy}(a)", only_to="PyTorch")
      for numpy, torch in (("degrees", "rad2deg"), ("radians", "deg2rad"), ("rint", "round"), ("fabs", "abs"))),
    *(Pair(f"np.{numpy}(a, b)", f"torch.{torch}(a, b)", f"torch.{torch}(a, b)", only_to="NumPy") for numpy, torch in (
        ("subtract", "sub"), ("multiply", "mul"), ("divide", "div"), ("not_equal", "ne"), ("less", "lt"),
        ("less_equal", "le"),
        ("greater", "gt"), ("greater_equal", "ge"), ("arctan2", "atan2"), ("maximum", "max"), ("minimum", "min"))),
    *(Pair(f"np.{numpy}(a)", f"torch.{torch}(a)", f"torch.{torch}(torch.tanh(a))", only_to="NumPy")
      for numpy, torch in (("negative", "neg"), ("arcsin", "asin"), ("arccos", "acos"), ("arctan", "atan"))),
    Pair("np.round(a, decimals)", "torch.round(a, decimals=decimals)", "np.round(a, 1); a.round(1)"),
    Pair("np.round(a)", "torch.round(a)", "np.round(a)"),
    Pair("np.clip(a, low, high)", "torch.clamp(a, low, high)", "np.clip(a, -1, 1)"),
    Pair("a.clip(low, high)", "a.clamp(low, high)", "a.clip(-1, 1)"),
    Pair("np.nan_to_num(a)", "torch.nan_to_num(a)", "np.nan_to_num(a)"),
    Pair("np.where(condition, b, c)", "torch.where(condition, b, c)", "np.where(mask, a, b); np.where(a > 0, a, 0.0)"),
    Pair("np.maximum(a, 0)", "torch.relu(a)", "torch.relu(a)", only_to="NumPy"),
    Pair("1 / (1 + np.exp(-a))", "torch.sigmoid(a)", "torch.sigmoid(a); a.sigmoid()", only_to="NumPy"),
    Pair("1 / np.sqrt(a)", "torch.rsqrt(a)", "torch.rsqrt(torch.abs(a))", only_to="NumPy"),
    Pair("np.maximum(a, 0)", "F.relu(a)", "F.relu(a)", only_to="NumPy"),
    # chosen by value
    Pair("np.sort(a, axis=axis_)", "torch.sort(a, dim=axis_).values", "np.sort(a); np.sort(t, axis=0)",
         "PyTorch's sort gives the values and their places."),
    Pair("np.argsort(a, axis=axis_)", "torch.argsort(a, dim=axis_)", "np.argsort(a); t.argsort(axis=1)"),
    Pair("np.argsort(a, axis=axis_)", "torch.sort(a, dim=axis_).indices", "torch.sort(t, dim=1).indices",
    only_to="NumPy"),
    Pair("np.unique(a, return_inverse=inverse_, return_counts=number_)",
         "torch.unique(a, return_inverse=inverse_, return_counts=number_)",
         "np.unique(i); np.unique(i, return_counts=True)"),
    Pair("np.nonzero(a)", "torch.nonzero(a, as_tuple=True)", "np.nonzero(mask); mask.nonzero()",
         "PyTorch's nonzero is NumPy's argwhere."),
    Pair("np.argwhere(a)", "torch.nonzero(a)", "np.argwhere(mask)"),
    Pair("np.nonzero(a)", "torch.where(a)", "torch.where(mask)", only_to="NumPy"),
    Pair("np.where(a)", "torch.where(a)", "np.where(mask)", only_to="PyTorch"),
    Pair("np.take(a, places, axis=axis)", "torch.index_select(a, axis, torch.as_tensor(places))",
         "np.take(t, [2, 0], axis=1); t.take([0, 0, 1], axis=0)", only_to="PyTorch"),
    Pair("np.take(a, places, axis=axis)", "torch.index_select(a, axis, places)",
         "torch.index_select(t, 1, torch.tensor([2, 0]))", only_to="NumPy"),
    Pair("np.take_along_axis(a, places, axis=axis)", "torch.take_along_dim(a, places, dim=axis)",
         "np.take_along_axis(t, np.argsort(t, axis=1), axis=1)"),
    Pair("np.take_along_axis(a, places, axis=axis)", "torch.gather(a, axis, places)",
         "torch.gather(t, 1, torch.argsort(t, dim=1))", "gather also takes an index that is shorter along other axes.",
         only_to="NumPy"),
    Pair("np.searchsorted(a, b)", "torch.searchsorted(a, b)", "np.searchsorted(np.sort(v), w)"),
    Pair("np.digitize(a, bins)", "torch.bucketize(a, bins, right=True)", "np.digitize(v, np.array([-1.0, 0.5, 1.0]))",
         "right= means the opposite in the two."),
    Pair("np.digitize(a, bins, right=True)", "torch.bucketize(a, bins)",
    "np.digitize(v, np.array([-1.0, 0.5]), right=True)"),
    Pair("np.bincount(a, minlength=least_)", "torch.bincount(a, minlength=least_)",
    "np.bincount(np.array([1, 2, 2])); np.bincount([1, 2, 2], minlength=6)"),
    Pair("np.isin(a, b)", "torch.isin(a, b)", "np.isin(i, j)"),
    Pair("np.diff(a, count_, axis=axis_)", "torch.diff(a, count_, dim=axis_)",
    "np.diff(v); np.diff(t, axis=1); np.diff(t, 2)"),
)  # fmt: skip
"""The table. Of several pairs that match, the first counts."""

_NOT_THE_SAME: Mapping[str, str] = {
    "torch.chunk": "chunk makes parts of one size, array_split as many parts as asked: how long the axis is decides.",
    "torch.split": "PyTorch's split goes by sizes, NumPy's by places: how long the axis is decides.",
    "torch.max": "PyTorch's max along a dim gives values and places together; .values alone is NumPy's max.",
    "torch.min": "PyTorch's min along a dim gives values and places together; .values alone is NumPy's min.",
    "torch.sort": "PyTorch's sort gives values and places together; .values alone is NumPy's sort.",
    "torch.median": "Of two numbers in the middle PyTorch's median is the lower one, NumPy's the mean of both.",
    "np.cumsum": "Without an axis NumPy goes along the flat array; PyTorch's cumsum needs a dim.",
    "np.cumprod": "Without an axis NumPy goes along the flat array; PyTorch's cumprod needs a dim.",
    "np.dot": "What dot means depends on the number of axes, which is not known here.",
    "ndarray.T": "T turns all axes round; PyTorch's t() takes two at most, and their number is not known here.",
    "ndarray.strides": "NumPy's strides count bytes, PyTorch's stride() elements.",
    "Tensor.stride": "PyTorch's stride() counts elements, NumPy's strides bytes.",
}
"""What looks alike and is not, and what a condition hangs on."""


def translated(code: str | ast.AST, to: Library, shapes: Shapes | None = None) -> str | NoEquivalent:
    """Write code of one library in the words of the other.

    Parameters
    ----------
    code
        An expression or statements, of the other library than `to`, as text or as they were read.
    to
        The library in whose words it shall be.
    shapes
        By name, the shapes of the arrays that are known; some equivalents hang on them. Of an array that has no name,
        by the expression that makes it, as `ast.unparse` writes it.

    Returns
    -------
    str or NoEquivalent
        Python code; or what has no equivalent that is known here.

    Raises
    ------
    Rejection
        If the text cannot be read.
    """
    nodes = read_statements(code).nodes if isinstance(code, str) else (code,)
    translator = _Translator(to, shapes or {})
    try:
        written = [ast.fix_missing_locations(translator.visit(copy.deepcopy(node))) for node in nodes]
        return "\n".join(map(ast.unparse, written))
    except _NoneKnown as none:
        return NoEquivalent(str(none))


class _NoneKnown(Exception):  # noqa: N818 - an answer, not an error
    pass


@dataclass(frozen=True, slots=True)
class _Called:
    """A call or an attribute, in a form in which methods and functions are the same.

    Parameters
    ----------
    name
        The function's, in the table.
    values
        The arguments by parameter; the first operand under ``""``.
    is_method
        Whether it was written behind a dot.
    """

    name: str
    values: Mapping[str, Any]
    is_method: bool


@dataclass(slots=True)
class _Translator(ast.NodeTransformer):
    to: Library
    shapes: Shapes

    @property
    def source(self) -> str:
        """The table's prefix of the library whose code is translated."""
        return next(prefix for library, prefix in _PREFIXES.items() if library != self.to)

    @property
    def target(self) -> str:
        """The table's prefix of the library in whose words it shall be."""
        return _PREFIXES[self.to]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(ast.Attribute(ast.Name("torch"), "from_numpy"), [array], []) if self.target == "np":
                return array  # which is NumPy's own already
            case ast.Call(ast.Attribute(inner, "numpy"), [], []) if self.target == "np":
                return self.visit(inner)  # type: ignore[no-any-return] # ast says Any of what is visited
        return self.matched(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        dotted = _dotted(node)
        if dotted is not None:
            return self.constant(dotted)
        return self.matched(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        steps = [part.step for part in ast.walk(node.slice) if isinstance(part, ast.Slice)]
        backwards = [step for step in steps if isinstance(step, ast.UnaryOp)]
        if backwards and self.target == "torch":
            if ast.unparse(node.slice) != "::-1":
                raise _NoneKnown(f"PyTorch takes no negative step: {ast.unparse(node)} has no equivalent known here.")
            return ast.Call(ast.Attribute(self.visit(node.value), "flip", ast.Load()), [ast.Constant(0)], [])
        return self.generic_visit(node)

    def constant(self, name: str) -> ast.AST:
        library, _, last = name.partition(".")
        there = self.target
        if library == there:
            raise _NoneKnown(f"{name} is {self.to}'s already.")
        last = _SAME_DTYPES.get(last, last)
        known = f"{there}.{last}" in CONSTANTS or last in (TORCH_DTYPES if there == "torch" else NUMPY_DTYPES)
        if name == "np.newaxis":
            return ast.Constant(None)
        if not known:
            raise _NoneKnown(f"No equivalent of {name} is known here.")
        return code_expression(f"{there}.{last}")

    def matched(self, node: ast.Call | ast.Attribute) -> ast.AST:
        called = _called(node, self.source)
        if called is None:
            name = _named(node)
            if name.partition(".")[0] in ("np", "torch", "F") and _library_of(name) != self.source:
                raise _NoneKnown(f"{name} is {self.to}'s already.")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                node.args = [self.visit(argument) for argument in node.args]
                return node
            raise _NoneKnown(f"No equivalent of {name} is known here.")
        for pair in PAIRS:
            if pair.only_to not in (None, self.to):
                continue
            pattern, template = (pair.numpy, pair.torch) if self.source == "np" else (pair.torch, pair.numpy)
            wanted = _wanted(_parsed(pattern), self.source)
            if wanted is not None and wanted.name != called.name:
                continue
            bindings: dict[str, Any] = {}
            if _unified(_parsed(pattern), node, bindings, self.source) and self.holds(pair, bindings):
                return self.filled(template, bindings, called.is_method)
        special = self.by_shape(called)
        if special is not None:
            return special
        shown = called.name.removeprefix("ndarray").removeprefix("Tensor")
        words = f"No equivalent of {shown}, as it is called here, is known."
        raise _NoneKnown(_NOT_THE_SAME.get(called.name, words))

    def holds(self, pair: Pair, bindings: Mapping[str, Any]) -> bool:
        shape = self.shape_of(bindings.get("a"))
        if pair.ranks and (shape is None or len(shape) not in pair.ranks):
            return False
        axis = bindings.get("axis")
        one_axis = pair.torch.startswith(("torch.unsqueeze", "torch.cum")) or ".values" in pair.torch
        if one_axis and isinstance(axis, ast.Tuple):
            return False
        is_place = isinstance(bindings.get("b"), ast.Constant | ast.UnaryOp)
        return not (is_place and pair.torch.startswith(("torch.max(", "torch.min(")))

    def shape_of(self, node: Any) -> tuple[int, ...] | None:
        return self.shapes.get(ast.unparse(node)) if isinstance(node, ast.expr) else None

    def filled(self, template: str, bindings: Mapping[str, Any], is_method: bool) -> ast.AST:
        pattern = _parsed(template)
        made = _Filled({name: self.given(name, value) for name, value in bindings.items()}).visit(
            copy.deepcopy(pattern)
        )
        return _as_method(made, "Tensor" if self.target == "torch" else "ndarray") if is_method else made

    def given(self, name: str, value: Any) -> Any:
        """Translate what stands for a name of a pair; a dtype, a shape and a list as the other library takes them."""
        name = name.rstrip("_")
        if isinstance(value, list):
            return [self.visit(each) for each in value]
        if name == "dtype":
            return self.dtype(value)
        value = self.visit(value)
        if name in ("shape", "axes", "counts") and isinstance(value, ast.Constant | ast.UnaryOp):
            value = ast.Tuple([value], ast.Load())
        if name in ("a", "b", "v", "w", "c") and isinstance(value, ast.List) and self.target == "torch":
            value = ast.Call(code_expression("torch.tensor"), [value], [])
        return value

    def dtype(self, value: ast.expr) -> ast.AST:
        name = value.value if isinstance(value, ast.Constant) else _dotted(value) or ast.unparse(value)
        if name in ("object", "O"):
            raise _NoneKnown("PyTorch has no tensors of Python objects.")
        if not isinstance(name, str):
            raise _NoneKnown(f"{name!r} is no dtype, so no equivalent of it is known here.")
        last = _BUILTIN.get(str(name), str(name).rpartition(".")[2])
        return self.constant(f"{self.source}.{last}")

    def by_shape(self, called: _Called) -> ast.AST | None:
        """Spell out what one library infers from a shape and the other does not."""
        array = called.values.get("")
        if called.name == "torch.Tensor":
            return self.old_constructor(array)
        shape = self.shape_of(array)
        if shape is None or array is None:
            return None
        rank, text = len(shape), ast.unparse(self.visit(copy.deepcopy(array)))
        axis = _whole(called.values.get("dim", ast.Constant(0)))
        axis = axis if axis is not None and -rank <= axis < rank else None
        count = _whole(called.values.get("chunks", called.values.get("split_size_or_sections")))
        match called.name:
            case "ndarray.T" | "np.transpose" if "axes" not in called.values:
                return code_expression(f"{text}.permute({tuple(reversed(range(rank)))})")
            case "np.flip" if "dim" not in called.values:
                return code_expression(f"torch.flip({text}, {tuple(range(rank))})")
            case "torch.chunk" | "torch.split" if axis is not None and count and count > 0:
                length = shape[axis]
                size = count if called.name == "torch.split" else max(-(-length // count), 1)
                return code_expression(f"np.split({text}, {list(range(size, length, size))}, axis={axis})")
            case "torch.split" if axis is not None:
                sizes = called.values.get("split_size_or_sections")
                if isinstance(sizes, ast.List | ast.Tuple):
                    lengths = [_whole(size) for size in sizes.elts]
                    if None not in lengths:
                        places = list(accumulate(size for size in lengths if size is not None))[:-1]
                        return code_expression(f"np.split({text}, {places}, axis={axis})")
            case "torch.flatten":
                ends = [
                    _whole(called.values.get(name, ast.Constant(end)))
                    for name, end in (("start_dim", 0), ("end_dim", -1))
                ]
                if all(end is not None and -rank <= end < rank for end in ends):
                    first, last = (end % rank for end in ends if end is not None)
                    joined = (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])
                    return code_expression(f"{text}.reshape({', '.join(map(str, joined))})") if first <= last else None
            case "Tensor.expand":
                sizes = [_whole(size) for size in _spread(called.values.get("sizes"))]
                own = (*[0] * (len(sizes) - rank), *shape)
                full = tuple(kept if size == -1 else size for size, kept in zip(sizes, own, strict=False))
                if len(sizes) >= rank and None not in sizes:
                    return code_expression(f"np.broadcast_to({text}, {full})")
        return None

    def old_constructor(self, given: Any) -> ast.AST | None:
        """Spell ``torch.Tensor``, which takes data in a list, and else sizes, whose cells it leaves unwritten."""
        if isinstance(given, ast.List):
            return code_expression(f"np.array({ast.unparse(given)}, dtype=np.float32)")
        sizes = [_whole(size) for size in _spread(given)]
        if not sizes or None in sizes:
            return None
        return code_expression(f"np.empty({tuple(sizes)}, dtype=np.float32)")


_BUILTIN = {"int": "int64", "float": "float64", "bool": "bool", "complex": "complex128"}

_SAME_DTYPES = {
    "bool_": "bool", "intp": "int64", "int_": "int64", "single": "float32", "double": "float64", "half": "float16",
    "float": "float32", "int": "int32", "long": "int64", "short": "int16", "cfloat": "complex64",
    "cdouble": "complex128",
}  # fmt: skip
"""Other names of the same dtypes."""


@dataclass(slots=True)
class _Filled(ast.NodeTransformer):
    """Puts what was bound in the place of the names of a pair; what was left out is left out."""

    bindings: Mapping[str, Any]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        standing: ast.AST = self.bindings.get(node.id, node)
        return copy.deepcopy(standing)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [word for word in node.keywords if not self.is_left_out(word.value)]
        arguments: list[ast.expr] = []
        for argument in node.args:
            match argument:
                case ast.Starred(ast.Name(name)):
                    arguments += self.bindings.get(name, [])
                case _ if not self.is_left_out(argument):
                    arguments.append(self.visit(argument))
        node.args = arguments
        node.func = self.visit(node.func)
        node.keywords = [ast.keyword(word.arg, self.visit(word.value)) for word in node.keywords]
        return node

    def is_left_out(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id.endswith("_") and node.id not in self.bindings


@cache
def _parsed(pattern: str) -> ast.expr:
    return code_expression(pattern)


@cache
def _wanted(pattern: ast.expr, source: str) -> _Called | None:
    """Return what a pattern calls, as `_called` does: patterns are the same objects for ever."""
    return _called(pattern, source)


def _unified(pattern: Any, node: Any, bindings: dict[str, Any], source: str) -> bool:
    """Return whether a node is an instance of a pattern, and bind the pattern's names."""
    match pattern:
        case ast.Name(name) if name not in ALIASES:
            if name in bindings:
                return ast.dump(bindings[name]) == ast.dump(node)
            bindings[name] = node
            return isinstance(node, ast.AST)
        case ast.Attribute(inner, "values" | "indices" as part):
            return (
                isinstance(node, ast.Attribute) and node.attr == part and _unified(inner, node.value, bindings, source)
            )
        case ast.Call() | ast.Attribute():
            wanted, found = _wanted(pattern, source), _called(node, source)
            if wanted is None or found is None or wanted.name != found.name or set(found.values) - set(wanted.values):
                return False
            return all(
                _unified(part, found.values[name], bindings, source) if name in found.values else _may_be_left_out(part)
                for name, part in wanted.values.items()
            )
        case list():
            bindings[pattern[0]] = list(_spread(node))
            return True
        case ast.Tuple(parts):
            return (
                isinstance(node, ast.Tuple)
                and len(parts) == len(node.elts)
                and all(_unified(part, each, bindings, source) for part, each in zip(parts, node.elts, strict=True))
            )
    return isinstance(node, ast.AST) and ast.dump(pattern) == ast.dump(node)


def _may_be_left_out(part: Any) -> bool:
    return isinstance(part, ast.Name) and part.id.endswith("_")


def _called(node: ast.AST, source: str) -> _Called | None:
    """Return what is called, its arguments by parameter; None if it is not known as a call of that library."""
    owner = "ndarray" if source == "np" else "Tensor"
    if isinstance(node, ast.Attribute) and _dotted(node) is None:
        name = next((name for name in (f"{owner}.{node.attr}", f"pair.{node.attr}") if name in TABLE), None)
        return _Called(name, {"": node.value}, True) if name else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    dotted = _dotted(node.func)
    if dotted is not None:
        entry = TABLE.get(dotted)
        if entry is None or _library_of(dotted) != source:
            return None
        return _bound(entry, dotted, tuple(node.args), node.keywords, False)
    if isinstance(node.func.value, ast.Call) and _dotted(node.func.value.func) == "np.random.default_rng":
        owner = "Generator"
    entry = TABLE.get(f"{owner}.{node.func.attr}")
    if entry is None or entry.attribute:
        return None
    function = f"{source}.{node.func.attr}"
    name = function if function in TABLE and not entry.writes else entry.name
    return _bound(entry, name, (node.func.value, *node.args), node.keywords, True)


def _bound(
    entry: Entry, name: str, arguments: tuple[ast.expr, ...], keywords: Sequence[ast.keyword], is_method: bool
) -> _Called | None:
    try:
        bound = entry.bind(arguments, {word.arg or "**": word.value for word in keywords})
    except Refused:
        return None
    parameters = entry.takes.replace("|", "").replace(",", " ").split()
    values: dict[str, Any] = {}
    for parameter, value in bound.values.items():
        plain = _SAME_PARAMETERS.get(parameter, parameter)
        is_first = parameters[0].lstrip("*") == parameter
        if isinstance(value, tuple):
            if not value:
                continue
            match value:
                case (ast.Starred(ast.Name(several)),):
                    value = [several]
                case (ast.Tuple() | ast.List() | ast.Name() as alone,):
                    value = alone
                case _:
                    value = ast.Tuple(list(value), ast.Load())
        values["" if is_first else plain] = value
    return _Called(name, values, is_method)


_SAME_PARAMETERS = {"size": "sizes", "dims": "axes", "axis": "dim"}
"""Parameters that are called otherwise in a function and in the method that does the same."""


def _spread(value: Any) -> Iterator[Any]:
    """Yield what stands for several arguments."""
    if isinstance(value, ast.Tuple | ast.List):
        yield from value.elts
    elif value is not None:
        yield value


def _dotted(node: ast.AST) -> str | None:
    """Return the table's name of an attribute of a module, or None if it is one of a value."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in ALIASES or not parts:
        return None
    return ".".join([ALIASES[node.id], *reversed(parts)]).replace("torch.nn.functional.", "F.")


def _library_of(name: str) -> str:
    return "np" if name.startswith("np.") else "torch"


def _named(node: ast.Call | ast.Attribute) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return _dotted(function) or (f".{function.attr}" if isinstance(function, ast.Attribute) else ast.unparse(function))


def _as_method(node: ast.AST, owner: str) -> ast.AST:
    """Write a call of a function as one of a method, where there is one."""
    match node:
        case ast.Attribute(inner, part):
            return ast.Attribute(_as_method(inner, owner), part, ast.Load())  # type: ignore[arg-type] # expression
        case ast.Call(ast.Attribute(ast.Name("np" | "torch"), name), [first, *rest], keywords):
            entry = TABLE.get(f"{owner}.{name}")
            if entry is not None and not entry.writes and not entry.attribute:
                return ast.Call(ast.Attribute(first, name, ast.Load()), rest, keywords)
    return node


def _whole(node: Any) -> int | None:
    match node:
        case ast.Constant(bool()):
            return None
        case ast.Constant(int(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return -value
    return None
