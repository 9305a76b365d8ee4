"""PyTorch's functions, as ``torch.`` calls them, and the methods of tensors that do the same.

Most functions are methods, too: a line stands for both, and the method takes the first argument as the tensor itself.
What is a function alone, or a method alone, stands in a list of its own.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from primer_core.language.parsing import code_expression
from primer_core.language.table import numpy_rules as rules
from primer_core.language.table import torch_rules
from primer_core.language.table.costs import shaped
from primer_core.language.table.entry import Entry, always
from primer_core.language.table.products import DOT, EINSUM, INNER, MATMUL, OUTER, TENSORDOT, TRACE
from primer_core.language.table.rules import (
    ASKED,
    COMPARISON,
    ELEMENTWISE,
    MOVED,
    WRITTEN,
    chosen,
    in_lines,
    made,
    ordered,
    reduction,
    scan,
    sifted,
    whole,
)

_CELL_BY_CELL = [
    "abs",
    "absolute",
    "neg",
    "negative",
    "sign",
    "sgn",
    "sqrt",
    "rsqrt",
    "square",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "deg2rad",
    "rad2deg",
    "floor",
    "ceil",
    "trunc",
    "fix",
    "frac",
    "reciprocal",
    "sigmoid",
    "erf",
    "erfc",
    "lgamma",
    "digamma",
    "relu",
    "logit",
    "sinc",
]
_QUESTIONS = ["isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "logical_not", "isreal"]
_OF_TWO = [
    "add",
    "sub",
    "subtract",
    "mul",
    "multiply",
    "div",
    "divide",
    "true_divide",
    "floor_divide",
    "remainder",
    "fmod",
    "pow",
    "float_power",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "atan2",
    "arctan2",
    "hypot",
    "copysign",
    "nextafter",
    "logaddexp",
    "logaddexp2",
    "xlogy",
]
_WITH_OUT = ["add", "sub", "mul", "div", "maximum", "minimum"]
"""What is known with ``out=``, a tensor of the program that takes the result."""
_COMPARISONS = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "not_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "isclose",
    "heaviside",
]
_OF_WHOLE_NUMBERS = ["bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm"]

_BOTH: tuple[Entry, ...] = (
    # moved
    Entry("torch.reshape", "input, *shape, | shape", MOVED, "torch.reshape(a, (-1,))", shares="maybe"),
    Entry("torch.ravel", "input", MOVED, "torch.ravel(a)", shares="maybe"),
    Entry("torch.flatten", "input, start_dim, end_dim", MOVED, "torch.flatten(t); torch.flatten(t, 1)", shares="maybe"),
    Entry("torch.unflatten", "input, dim, sizes", MOVED, "torch.unflatten(t, 2, (2, 2))", shares="always"),
    Entry("torch.transpose", "input, dim0, dim1", MOVED, "torch.transpose(t, 0, 2)", shares="always"),
    Entry("torch.t", "input", MOVED, "torch.t(m)", shares="always"),
    Entry("torch.permute", "input, *dims, | dims", MOVED, "torch.permute(t, (1, 0, 2))", shares="always"),
    Entry("torch.swapaxes", "input, axis0, axis1", MOVED, "torch.swapaxes(t, 0, 1)", shares="always"),
    Entry("torch.swapdims", "input, dim0, dim1", MOVED, "torch.swapdims(t, 0, 1)", shares="always"),
    Entry("torch.movedim", "input, source, destination", MOVED, "torch.movedim(t, 0, -1)", shares="always"),
    Entry("torch.moveaxis", "input, source, destination", MOVED, "torch.moveaxis(t, 0, -1)", shares="always"),
    Entry("torch.squeeze", "input, dim", MOVED, "torch.squeeze(a); torch.squeeze(t, 1)", shares="always"),
    Entry("torch.unsqueeze", "input, dim", MOVED, "torch.unsqueeze(a, axis)", shares="always"),
    Entry("torch.broadcast_to", "input, size", rules.BROADCAST_TO, "torch.broadcast_to(v, (3, len(v)))",
          shares="always"),
    Entry("torch.chunk", "input, chunks, dim", rules.SPLIT, "torch.chunk(t, 2, dim=1)", shares="always"),
    Entry("torch.split", "tensor, split_size_or_sections, dim, | split_size", rules.SPLIT, "torch.split(t, 2, dim=2)",
          shares="always"),
    Entry("torch.tensor_split", "input, indices_or_sections, dim, | sections, indices", rules.SPLIT,
          "torch.tensor_split(v, 2)", shares="always"),
    Entry("torch.unbind", "input, dim", MOVED, "torch.unbind(t, 1)", shares="always"),
    Entry("torch.select", "input, dim, index", MOVED, "torch.select(t, 1, 2)", shares="always"),
    Entry("torch.narrow", "input, dim, start, length", MOVED, "torch.narrow(t, 2, 1, 2)", shares="always"),
    Entry("torch.flip", "input, *dims, | dims", MOVED, "torch.flip(a, [axis])"),
    Entry("torch.fliplr", "input", MOVED, "torch.fliplr(m)"),
    Entry("torch.flipud", "input", MOVED, "torch.flipud(m)"),
    Entry("torch.roll", "input, shifts, dims", MOVED, "torch.roll(a, 1); torch.roll(a, 1, axis)"),
    Entry("torch.rot90", "input, k, dims", MOVED, "torch.rot90(m)"),
    Entry("torch.repeat_interleave", "input, repeats, dim", rules.REPEAT,
          "torch.repeat_interleave(v, 2); torch.repeat_interleave(t, 2, dim=1)"),
    Entry("torch.tile", "input, *dims, | dims", rules.TILE, "torch.tile(v, (2,))"),
    Entry("torch.diag", "input, diagonal", rules.DIAG, "torch.diag(v); torch.diag(m)"),
    Entry("torch.diagonal", "input, offset, dim1, dim2", MOVED, "torch.diagonal(m)", shares="always"),
    Entry("torch.diag_embed", "input, offset", torch_rules.SQUARED, "torch.diag_embed(v)"),
    Entry("torch.tril", "input, diagonal", MOVED, "torch.tril(m)"),
    Entry("torch.triu", "input, diagonal", MOVED, "torch.triu(m, 1)"),
    Entry("torch.clone", "input", MOVED, "torch.clone(a)"),
    Entry("torch.detach", "input", MOVED, "torch.detach(a)", shares="always"),
    # elementwise
    *(Entry(f"torch.{name}", "input", ELEMENTWISE, f"torch.{name}(a)") for name in _CELL_BY_CELL),
    *(Entry(f"torch.{name}", "input", COMPARISON, f"torch.{name}(a)") for name in _QUESTIONS),
    *(Entry(f"torch.{name}", "input, other, exponent, | alpha, rounding_mode", ELEMENTWISE, f"torch.{name}(a, b)",
            texts=("rounding_mode",)) for name in _OF_TWO),
    *(Entry(f"torch.{name}", "input, other, values", COMPARISON, f"torch.{name}(a, b)") for name in _COMPARISONS),
    *(Entry(f"torch.{name}", "input, other", ELEMENTWISE, f"torch.{name}(i, j)") for name in _OF_WHOLE_NUMBERS),
    Entry("torch.positive", "input", ELEMENTWISE, "torch.positive(a)", shares="always"),
    Entry("torch.bitwise_not", "input", ELEMENTWISE, "torch.bitwise_not(i)"),
    Entry("torch.bitwise_left_shift", "input, other", ELEMENTWISE, "torch.bitwise_left_shift(i, 2)"),
    Entry("torch.bitwise_right_shift", "input, other", ELEMENTWISE, "torch.bitwise_right_shift(i, 1)"),
    Entry("torch.round", "input, | decimals", ELEMENTWISE, "torch.round(a)"),
    Entry("torch.clamp", "input, min, max", ELEMENTWISE, "torch.clamp(a, -1, 1); torch.clamp(a, min=0)"),
    Entry("torch.clip", "input, min, max", ELEMENTWISE, "torch.clip(a, -1, 1)"),
    Entry("torch.nan_to_num", "input, nan, posinf, neginf", ELEMENTWISE, "torch.nan_to_num(a)"),
    Entry("torch.lerp", "input, end, weight", ELEMENTWISE, "torch.lerp(a, b, 0.5)"),
    Entry("torch.addcmul", "input, tensor1, tensor2, | value", ELEMENTWISE, "torch.addcmul(a, b, c)"),
    Entry("torch.addcdiv", "input, tensor1, tensor2, | value", ELEMENTWISE, "torch.addcdiv(a, b, c)"),
    Entry("torch.conj", "input", ELEMENTWISE, "torch.conj(a)", shares="always"),
    Entry("torch.masked_fill", "input, mask, value", torch_rules.MASKED_FILL, "torch.masked_fill(a, mask, 0.0)"),
    # reductions
    Entry("torch.sum", "input, dim, keepdim, | dtype, axis", reduction("dim", "axis"),
          "torch.sum(a); torch.sum(a, dim=axis); torch.sum(a, axis, True)"),
    Entry("torch.mean", "input, dim, keepdim, | dtype, axis", reduction("dim", "axis"),
          "torch.mean(a); torch.mean(a, axis)"),
    Entry("torch.prod", "input, dim, keepdim, | dtype", reduction("dim"), "torch.prod(v); torch.prod(a, axis)"),
    *(Entry(f"torch.{name}", "input, dim, unbiased, keepdim, | correction", torch_rules.SPREAD,
            f"torch.{name}(v); torch.{name}(t, 1); torch.{name}(t, dim=2, correction=0)") for name in ("std", "var")),
    *(Entry(f"torch.{name}", "input, dim, keepdim, | dtype", reduction("dim"),
            f"torch.{name}(a); torch.{name}(a, axis)")
      for name in ("nansum", "nanmean")),
    *(Entry(f"torch.{name}", "input, dim, keepdim, other", torch_rules.EXTREME,
            f"torch.{name}(a); torch.{name}(a, axis); torch.{name}(a, b)") for name in ("max", "min")),
    *(Entry(f"torch.{name}", "input, dim, keepdim", chosen("dim"), f"torch.{name}(a, axis)")
      for name in ("amax", "amin")),
    *(Entry(f"torch.{name}", "input, dim, keepdim", chosen("dim"), f"torch.{name}(a); torch.{name}(a, axis)")
      for name in ("argmax", "argmin", "any", "all", "count_nonzero")),
    *(Entry(f"torch.{name}", "input, dim, keepdim", chosen("dim"), f"torch.{name}(v); torch.{name}(a, axis)")
      for name in ("median", "nanmedian")),
    Entry("torch.mode", "input, dim, keepdim", chosen("dim", default=-1), "torch.mode(t, 1)"),
    Entry("torch.kthvalue", "input, k, dim, keepdim", chosen("dim", default=-1), "torch.kthvalue(v, 1)"),
    Entry("torch.quantile", "input, q, dim, keepdim", chosen("dim"), "torch.quantile(v, 0.5)"),
    Entry("torch.logsumexp", "input, dim, keepdim", reduction("dim"), "torch.logsumexp(a, axis)"),
    Entry("torch.norm", "input, p, dim, keepdim", reduction("dim"), "torch.norm(a); torch.norm(t, dim=1)"),
    Entry("torch.dist", "input, other, p", torch_rules.ALL_OF_BOTH, "torch.dist(a, b)"),
    *(Entry(f"torch.{name}", "input, dim, | dtype", scan("dim"), f"torch.{name}(a, axis)")
      for name in ("cumsum", "cumprod")),
    *(Entry(f"torch.{name}", "input, dim", torch_rules.RUNNING, f"torch.{name}(a, axis)")
      for name in ("cummax", "cummin")),
    Entry("torch.logcumsumexp", "input, dim", scan("dim"), "torch.logcumsumexp(a, axis)"),
    *(Entry(f"torch.{name}", "input, dim, dtype", in_lines("dim"), f"torch.{name}(t, 1)")
      for name in ("softmax", "log_softmax")),
    Entry("torch.trace", "input", TRACE, "torch.trace(m)"),
    # products
    Entry("torch.matmul", "input, other", MATMUL, "torch.matmul(m, n); torch.matmul(m, vector)"),
    Entry("torch.mm", "input, mat2", MATMUL, "torch.mm(m, n)"),
    Entry("torch.mv", "input, vec", MATMUL, "torch.mv(m, vector)"),
    Entry("torch.bmm", "input, mat2", MATMUL, "torch.bmm(t, t.mT)"),
    Entry("torch.dot", "input, tensor", DOT, "torch.dot(v, w)"),
    Entry("torch.vdot", "input, other", DOT, "torch.vdot(v, w)"),
    Entry("torch.inner", "input, other", INNER, "torch.inner(v, w); torch.inner(t, t)"),
    Entry("torch.outer", "input, vec2", OUTER, "torch.outer(v, w)"),
    Entry("torch.ger", "input, vec2", OUTER, "torch.ger(v, w)"),
    Entry("torch.kron", "a, b", rules.KRON, "torch.kron(v, w)"),
    Entry("torch.addmm", "input, mat1, mat2, | beta, alpha", torch_rules.ADDMM, "torch.addmm(s, s, s)"),
    Entry("torch.cross", "input, other, dim", rules.CROSS, "torch.cross(t[0, :, 0], u[0, :, 0], dim=0)"),
    # windows
    Entry("torch.diff", "input, n, dim", rules.DIFF, "torch.diff(v); torch.diff(t, dim=1)"),
    # chosen by value
    Entry("torch.sort", "input, dim, descending, stable", ordered("dim", default=-1),
          "torch.sort(a); torch.sort(a, axis)"),
    Entry("torch.argsort", "input, dim, descending, stable", ordered("dim", default=-1), "torch.argsort(a, axis)"),
    Entry("torch.msort", "input", ordered(default=0), "torch.msort(a)"),
    Entry("torch.topk", "input, k, dim, largest, sorted", torch_rules.TOPK, "torch.topk(v, 2)"),
    Entry("torch.unique", "input, sorted, return_inverse, return_counts, dim", sifted(),
          "torch.unique(i); torch.unique(i, return_counts=True)"),
    Entry("torch.unique_consecutive", "input, return_inverse, return_counts, dim", sifted(),
          "torch.unique_consecutive(i)"),
    Entry("torch.nonzero", "input, | as_tuple", sifted(rules.places), "torch.nonzero(mask)"),
    Entry("torch.argwhere", "input", sifted(rules.places), "torch.argwhere(mask)"),
    Entry("torch.masked_select", "input, mask", sifted(), "torch.masked_select(a, mask)"),
    Entry("torch.bincount", "input, weights, minlength", rules.BINCOUNT, "torch.bincount(torch.tensor([1, 2, 2, 5]))"),
    Entry("torch.histc", "input, bins, min, max", rules.HISTOGRAM, "torch.histc(v, 4)"),
    Entry("torch.gather", "input, dim, index", torch_rules.GATHER, "torch.gather(t, 1, torch.tensor([[[0]], [[2]]]))"),
    Entry("torch.take", "input, index", rules.TAKE, "torch.take(v, torch.tensor([1, 0]))"),
    Entry("torch.take_along_dim", "input, indices, dim", torch_rules.GATHER,
          "torch.take_along_dim(t, torch.tensor([[[0]], [[2]]]), 1)"),
    Entry("torch.index_select", "input, dim, index", torch_rules.INDEX_SELECT,
          "torch.index_select(t, 2, torch.tensor([3, 0]))"),
    *(Entry(f"torch.{name}", "input, dim, index, src, value, | reduce", torch_rules.SCATTER,
            f"torch.{name}(torch.zeros_like(t), 1, torch.zeros(2, 3, 4, dtype=torch.int64), t)", texts=("reduce",))
      for name in ("scatter", "scatter_add")),
    Entry("torch.index_add", "input, dim, index, source, | alpha", torch_rules.SCATTER,
          "torch.index_add(torch.zeros(3), 0, torch.tensor([0, 2]), torch.ones(2))"),
    Entry("torch.index_fill", "input, dim, index, value", torch_rules.SCATTER,
          "torch.index_fill(v, 0, torch.tensor([0]), 9.0)"),
    Entry("torch.equal", "input, other", sifted(), "torch.equal(a, b)"),
    Entry("torch.allclose", "input, other, rtol, atol", sifted(), "torch.allclose(a, b)"),
    # whole
    *(Entry(f"torch.{name}", "input", whole(rules.cubed), f"torch.{name}(s)")
      for name in ("inverse", "det", "logdet", "slogdet", "pinverse", "svd")),
    Entry("torch.matrix_power", "input, n", rules.POWER, "torch.matrix_power(s, 2)"),
    Entry("torch.corrcoef", "input", whole(rules.cubed), "torch.corrcoef(t[0])"),
    Entry("torch.cov", "input", whole(rules.cubed), "torch.cov(t[0])"),
    # asked
    Entry("torch.numel", "input", ASKED, "torch.numel(a)"),
    *(Entry(f"torch.{name}", "input", ASKED, f"torch.{name}(a)") for name in ("is_floating_point", "is_complex")),
)  # fmt: skip

_FUNCTIONS_ALONE: tuple[Entry, ...] = (
    Entry("torch.tensor", "data, | dtype, device, requires_grad", MOVED, "torch.tensor([[1, 2], [3, 4]])"),
    Entry("torch.as_tensor", "data, dtype, device", MOVED, "torch.as_tensor([1.0, 2.0])", shares="maybe"),
    Entry("torch.asarray", "obj, | dtype, device, copy", MOVED, "torch.asarray([1.0, 2.0])", shares="maybe"),
    *(Entry(f"torch.{name}(out=)", "input, other, | out, alpha", WRITTEN, f"torch.{name}(a, b, out=a)", "always", "out")
      for name in _WITH_OUT),
    Entry("torch.as_strided", "x, size, stride, storage_offset", torch_rules.STRIDED,
          "torch.as_strided(v, (2, 2), (1, 0))", shares="always"),
    Entry("torch.from_numpy", "array", MOVED, "torch.from_numpy(np.array([1, 2]))", shares="always"),
    Entry("torch.Tensor", "*sizes", torch_rules.OLD_TENSOR, "torch.Tensor([3])",
          uninitialised=torch_rules.only_sizes),
    *(Entry(f"torch.{name}Tensor", "*sizes", torch_rules.OLD_TENSOR, f"torch.{name}Tensor([3])",
            uninitialised=torch_rules.only_sizes)
      for name in ("Float", "Double", "Long", "Int", "Short", "Char", "Byte", "Bool")),
    *(Entry(f"torch.{name}", "*sizes, | size, dtype, device, requires_grad, names", made(shaped("size", "sizes")),
            f"torch.{name}(2, 3); torch.{name}((3, 2))")
      for name in ("zeros", "ones")),
    *(Entry(f"torch.{name}", "*sizes, | size, dtype, device, requires_grad, names, generator",
            made(shaped("size", "sizes")), f"torch.{name}(2, 3); torch.{name}((3, 2))", random=True)
      for name in ("rand", "randn")),
    Entry("torch.Generator", "device", ASKED, "torch.rand(3, generator=torch.Generator().manual_seed(1))"),
    Entry("torch.Generator.manual_seed", "generator, seed", ASKED,
          "torch.randperm(4, generator=torch.Generator().manual_seed(1))"),
    Entry("torch.empty", "*sizes, | size, dtype, device, requires_grad", made(shaped("size", "sizes")),
          uninitialised=always),
    Entry("torch.full", "size, fill_value, | dtype, device, requires_grad", made(shaped("size")),
          "torch.full((2, 3), 7)"),
    *(Entry(f"torch.{name}", "input, | dtype, device, requires_grad", rules.LIKE, f"torch.{name}(a)")
      for name in ("zeros_like", "ones_like")),
    *(Entry(f"torch.{name}", "input, | dtype, device, requires_grad", torch_rules.RANDOM, f"torch.{name}(a)",
            random=True)
      for name in ("rand_like", "randn_like")),
    Entry("torch.empty_like", "input, | dtype, device, requires_grad", rules.LIKE, uninitialised=always),
    Entry("torch.full_like", "input, fill_value, | dtype, device, requires_grad", rules.LIKE, "torch.full_like(a, 3)"),
    Entry("torch.randint_like", "input, low, high, | dtype", torch_rules.RANDOM, "torch.randint_like(a, 5)",
    random=True),
    Entry("torch.arange", "start, end, step, | dtype, device, requires_grad", rules.ARANGE,
          "torch.arange(6); torch.arange(1, 2, 0.25)"),
    Entry("torch.range", "start, end, step, | dtype", rules.ARANGE, "torch.range(1, 4)"),
    Entry("torch.linspace", "start, end, steps, | dtype, device, requires_grad", rules.SPACED,
          "torch.linspace(0, 1, 5)"),
    Entry("torch.logspace", "start, end, steps, base, | dtype", rules.SPACED, "torch.logspace(0, 2, 3)"),
    Entry("torch.eye", "n, m, | dtype, device, requires_grad", rules.SQUARE, "torch.eye(3); torch.eye(2, 3)"),
    Entry("torch.randint", "low, high, size, | dtype, device, generator", made(shaped("size", "high")),
          "torch.randint(0, 9, (2, 3))", random=True),
    Entry("torch.randperm", "n, | dtype, generator", made(shaped("n")), "torch.randperm(5)", random=True),
    Entry("torch.normal", "mean, std, size, | generator", made(shaped("size", "mean")),
          "torch.normal(0.0, 1.0, (2, 3))", random=True),
    Entry("torch.bernoulli", "input", torch_rules.RANDOM, "torch.bernoulli(torch.full((3,), 0.5))",
          random=True),
    Entry("torch.multinomial", "input, num_samples, replacement", torch_rules.DRAWN,
          "torch.multinomial(torch.ones(4), 2)", random=True),
    Entry("torch.tril_indices", "row, col, offset", torch_rules.TRIANGLE, "torch.tril_indices(3, 3)"),
    Entry("torch.triu_indices", "row, col, offset", torch_rules.TRIANGLE, "torch.triu_indices(3, 3)"),
    Entry("torch.vander", "x, N, increasing", rules.VANDER, "torch.vander(v, 3)"),
    *(Entry(f"torch.{name}", "tensors, dim, | axis", MOVED, f"torch.{name}([a, b], axis)")
      for name in ("cat", "concat", "concatenate", "stack")),
    *(Entry(f"torch.{name}", "tensors", MOVED, f"torch.{name}([v, w])")
      for name in ("hstack", "vstack", "dstack", "column_stack", "row_stack")),
    Entry("torch.block_diag", "*tensors", torch_rules.SQUARED, "torch.block_diag(m, n)"),
    Entry("torch.meshgrid", "*tensors, | indexing", rules.MESHGRID, "torch.meshgrid(v, w, indexing='ij')",
    shares="maybe",
          texts=("indexing",)),
    Entry("torch.cartesian_prod", "*tensors", rules.MESHGRID, "torch.cartesian_prod(v, w)"),
    Entry("torch.combinations", "input, r", torch_rules.COMBINED, "torch.combinations(v)"),
    Entry("torch.broadcast_tensors", "*tensors", rules.BROADCAST, "torch.broadcast_tensors(a, b)", shares="always"),
    Entry("torch.broadcast_shapes", "*shapes", ASKED, "torch.broadcast_shapes((3, 1), (4,))"),
    *(Entry(f"torch.{name}", "*tensors", MOVED, f"torch.{name}(a)", shares="maybe")
      for name in ("atleast_1d", "atleast_2d", "atleast_3d")),
    Entry("torch.where", "condition, self, other", rules.WHERE, "torch.where(mask, a, b); torch.where(mask)"),
    Entry("torch.einsum", "equation, *operands", EINSUM,
          "torch.einsum('ij,jk->ik', m, n); torch.einsum('ii', s); torch.einsum('i,j', v, w)", texts=("equation",)),
    Entry("torch.tensordot", "a, b, dims", TENSORDOT, "torch.tensordot(m, n, dims=1)"),
    Entry("torch.std_mean", "input, dim, | correction, keepdim", torch_rules.SPREAD, "torch.std_mean(t, 1)"),
    Entry("torch.var_mean", "input, dim, | correction, keepdim", torch_rules.SPREAD, "torch.var_mean(t, 1)"),
    Entry("torch.searchsorted", "sorted_sequence, input, | right", sifted(),
          "torch.searchsorted(torch.tensor([1.0, 2.0]), v)"),
    Entry("torch.cdist", "x1, x2, p", torch_rules.CDIST, "torch.cdist(m, m)"),
    Entry("torch.rsub", "input, other", ELEMENTWISE, "torch.rsub(a, b)"),
    Entry("torch.polar", "abs, angle", ELEMENTWISE, "torch.polar(a, b)"),
    Entry("torch.complex", "real, imag", ELEMENTWISE, "torch.complex(a, b)"),
    Entry("torch.bucketize", "input, boundaries, | right", sifted(), "torch.bucketize(v, torch.tensor([0.0, 1.0]))"),
    Entry("torch.isin", "elements, test_elements", sifted(), "torch.isin(i, j)"),
    Entry("torch.Size", "sizes", ASKED, "torch.Size([2, 3])"),
    Entry("torch.is_tensor", "obj", ASKED, "torch.is_tensor(a)"),
    Entry("torch.result_type", "tensor1, tensor2", ASKED, "torch.result_type(a, b)"),
    Entry("torch.promote_types", "type1, type2", ASKED, "torch.promote_types(torch.int64, torch.float32)"),
    Entry("torch.can_cast", "from_, to", ASKED, "torch.can_cast(torch.float64, torch.int64)"),
    Entry("torch.iinfo", "type", ASKED, "torch.iinfo(torch.int8).max"),
    Entry("torch.finfo", "type", ASKED, "torch.finfo(torch.float32).eps"),
    Entry("torch.get_default_dtype", "", ASKED, "torch.get_default_dtype()"),
    Entry("torch.manual_seed", "seed", ASKED, "torch.manual_seed(1)"),
    *(Entry(f"torch.linalg.{name}", "A", whole(rules.cubed), f"torch.linalg.{name}(s)")
      for name in ("inv", "det", "pinv", "eig", "eigvals", "svdvals", "matrix_rank", "slogdet", "cond")),
    Entry("torch.linalg.svd", "A, full_matrices", whole(rules.cubed),
          "torch.linalg.svd(s); torch.linalg.svd(m, full_matrices=False)"),
    Entry("torch.linalg.qr", "A, mode", whole(rules.cubed), "torch.linalg.qr(s); torch.linalg.qr(m, mode='r')",
          texts=("mode",)),
    *(Entry(f"torch.linalg.{name}", "A", whole(rules.cubed), f"torch.linalg.{name}(s @ s.T)")
      for name in ("eigh", "eigvalsh", "cholesky")),
    Entry("torch.linalg.solve", "A, B", whole(rules.cubed), "torch.linalg.solve(s, s)"),
    Entry("torch.linalg.lstsq", "A, B", whole(rules.cubed), "torch.linalg.lstsq(m, m)"),
    Entry("torch.linalg.norm", "A, ord, dim, keepdim", rules.NORM, "torch.linalg.norm(a)", texts=("ord",)),
    Entry("torch.linalg.vector_norm", "x, ord, dim, keepdim", rules.NORM, "torch.linalg.vector_norm(t, dim=1)"),
    Entry("torch.linalg.matrix_norm", "A, ord", whole(rules.cubed), "torch.linalg.matrix_norm(m)", texts=("ord",)),
    Entry("torch.linalg.matrix_power", "A, n", rules.POWER, "torch.linalg.matrix_power(s, 2)"),
    *(Entry(f"torch.fft.{name}", "input, n, dim", rules.FFT, f"torch.fft.{name}(v)")
      for name in ("fft", "ifft", "rfft")),
    Entry("torch.autograd.grad",
          "outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused, | materialize_grads",
          torch_rules.GRADIENTS, "torch.autograd.grad((a.requires_grad_() ** 2).sum(), a)"),
)  # fmt: skip


def method_of(entry: Entry) -> Entry:
    """Return the method that does what a function does; the tensor itself is the first argument."""
    return replace(
        entry,
        name=f"Tensor.{entry.name.rpartition('.')[2]}",
        calls="; ".join(_as_method(call) for call in entry.examples),
    )


def _as_method(call: str) -> str:
    match code_expression(call):
        case ast.Call(ast.Attribute(_, name), [first, *rest], keywords):
            given = [*map(ast.unparse, rest), *map(ast.unparse, keywords)]
            return f"{ast.unparse(first)}.{name}({', '.join(given)})"
    raise ValueError(f"{call} is no call of a function with an argument")


FUNCTIONS: tuple[Entry, ...] = (*_BOTH, *_FUNCTIONS_ALONE)
METHODS: tuple[Entry, ...] = tuple(map(method_of, _BOTH))
