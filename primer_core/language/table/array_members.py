"""Methods and attributes of NumPy's arrays, and of its generators of random numbers."""

from __future__ import annotations

from primer_core.language.table import numpy_rules as rules
from primer_core.language.table.costs import shaped
from primer_core.language.table.entry import Entry
from primer_core.language.table.products import DOT, TRACE
from primer_core.language.table.rules import (
    ASKED,
    ELEMENTWISE,
    LISTED,
    MOVED,
    WRITTEN,
    chosen,
    distributed,
    distributed_as_told,
    drawn_from,
    made,
    ordered,
    reduction,
    scan,
    searched,
    sifted,
)

_SAMPLES = ["random", "standard_normal", "standard_exponential"]
_DISTRIBUTIONS = (
    ("beta", "a, b", "1, 2"), ("binomial", "n, p", "10, 0.5"), ("exponential", "scale", "2"),
    ("gamma", "shape, scale", "2, 1"), ("geometric", "p", "0.5"), ("laplace", "loc, scale", "0, 1"),
    ("lognormal", "mean, sigma", "0, 1"), ("normal", "loc, scale", "1, 2"), ("poisson", "lam", "3"),
    ("triangular", "left, mode, right", "0, 1, 2"), ("uniform", "low, high", "1, 2"),
)  # fmt: skip
"""Names of what is drawn from, of its parameters, and an example of these."""

ENTRIES: tuple[Entry, ...] = (
    # asked
    *(Entry(f"ndarray.{name}", "a", ASKED, f"a.{name}", attribute=True)
      for name in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "device")),
    Entry("ndarray.to_device", "a, device", MOVED, "a.to_device('cpu')", shares="always"),
    Entry("ndarray.flags", "a", ASKED, "a.flags.c_contiguous", attribute=True),
    Entry("ndarray.base", "a", ASKED, "a.base; a[0:].base", attribute=True, shares="maybe"),
    *(Entry(f"flags.{name}", "flags", ASKED, f"a.T.flags.{name}", attribute=True)
      for name in ("c_contiguous", "f_contiguous", "owndata", "writeable", "contiguous")),
    Entry("flags.[]", "flags, name", ASKED, "a.flags['F_CONTIGUOUS']", texts=("name",)),
    *(Entry(f"dtype.{name}", "dtype", ASKED, f"np.dtype('float32').{name}", attribute=True)
      for name in ("name", "kind", "itemsize")),
    Entry("dtype.is_floating_point", "dtype", ASKED, "torch.float32.is_floating_point", attribute=True),
    *(Entry(f"iinfo.{name}", "info", ASKED, f"np.iinfo(np.int8).{name}", attribute=True)
      for name in ("min", "max", "bits", "dtype")),
    *(Entry(f"finfo.{name}", "info", ASKED, f"np.finfo(np.float32).{name}", attribute=True)
      for name in ("min", "max", "bits", "dtype", "eps", "tiny", "resolution")),
    # moved
    Entry("ndarray.T", "a", MOVED, "a.T", shares="always", attribute=True),
    Entry("ndarray.mT", "a", MOVED, "t.mT", shares="always", attribute=True),
    Entry("ndarray.flat", "a", LISTED, attribute=True),
    Entry("ndarray.real", "a", ELEMENTWISE, "a.real", shares="always", attribute=True),
    Entry("ndarray.imag", "a", MOVED, "a.imag", shares="maybe", attribute=True),
    Entry("ndarray.reshape", "a, *shape, | order, copy", MOVED, "a.reshape(-1); t.reshape(4, 6); t.reshape((6, 4))",
          shares="maybe", texts=("order",)),
    Entry("ndarray.ravel", "a, order", MOVED, "a.ravel()", shares="maybe", texts=("order",)),
    Entry("ndarray.flatten", "a, order", MOVED, "a.flatten()", texts=("order",)),
    Entry("ndarray.transpose", "a, *axes", MOVED, "a.transpose(); t.transpose(1, 0, 2)", shares="always"),
    Entry("ndarray.swapaxes", "a, axis1, axis2", MOVED, "t.swapaxes(0, 2)", shares="always"),
    Entry("ndarray.squeeze", "a, axis", MOVED, "a.squeeze()", shares="always"),
    Entry("ndarray.copy", "a, order", MOVED, "a.copy()", texts=("order",)),
    Entry("ndarray.view", "a, dtype", rules.VIEW, "a.view(); v.view(np.int64); v[:2].view(dtype=np.int32)",
    shares="always"),
    Entry("ndarray.astype", "a, dtype, order, | copy", ELEMENTWISE, "a.astype(int); a.astype(np.float32)",
          shares="maybe"),
    Entry("ndarray.repeat", "a, repeats, axis", rules.REPEAT, "v.repeat(2); a.repeat(2, axis=axis)"),
    Entry("ndarray.diagonal", "a, offset, axis1, axis2", MOVED, "m.diagonal()", shares="always"),
    Entry("ndarray.item", "a, *args", MOVED, "v.item(0)"),
    Entry("ndarray.tolist", "a", LISTED, "a.tolist()"),
    # elementwise
    Entry("ndarray.round", "a, decimals", ELEMENTWISE, "a.round(1)"),
    Entry("ndarray.clip", "a, min, max", ELEMENTWISE, "a.clip(-1, 1)"),
    Entry("ndarray.conj", "a", ELEMENTWISE, "a.conj()", shares="maybe"),
    Entry("ndarray.conjugate", "a", ELEMENTWISE, "a.conjugate()", shares="maybe"),
    # reductions
    Entry("ndarray.sum", "a, axis, dtype, | keepdims, initial", reduction(),
          "a.sum(); a.sum(axis=axis, keepdims=True)"),
    Entry("ndarray.prod", "a, axis, dtype, | keepdims, initial", reduction(), "v.prod(); a.prod(axis=axis)"),
    *(Entry(f"ndarray.{name}", "a, axis, dtype, | keepdims, ddof", reduction(), f"v.{name}(); t.{name}(axis=1)")
      for name in ("mean", "std", "var")),
    *(Entry(f"ndarray.{name}", "a, axis, | keepdims, initial", chosen(), f"a.{name}(); a.{name}(axis=axis)")
      for name in ("max", "min")),
    *(Entry(f"ndarray.{name}", "a, axis, | keepdims", chosen(), f"a.{name}(); a.{name}(axis=axis)")
      for name in ("argmax", "argmin", "any", "all")),
    Entry("ndarray.cumsum", "a, axis, dtype", scan(), "a.cumsum(); a.cumsum(axis=axis)"),
    Entry("ndarray.cumprod", "a, axis, dtype", scan(), "v.cumprod(); a.cumprod(axis=axis)"),
    Entry("ndarray.trace", "a", TRACE, "m.trace()"),
    Entry("ndarray.dot", "a, b", DOT, "m.dot(n); v.dot(w)"),
    # chosen by value
    Entry("ndarray.argsort", "a, axis, | kind, stable", ordered(default=-1), "a.argsort(); t.argsort(axis=0)",
          texts=("kind",)),
    Entry("ndarray.argpartition", "a, kth, axis", ordered(default=-1), "v.argpartition(1)"),
    Entry("ndarray.nonzero", "a", sifted(rules.places), "mask.nonzero()"),
    Entry("ndarray.take", "a, indices, axis, | mode", rules.TAKE, "v.take([0, 1]); t.take([2, 0], axis=1)",
          texts=("mode",)),
    Entry("ndarray.searchsorted", "a, v, side", searched("v"), "v.searchsorted(w)", texts=("side",)),
    Entry("ndarray.compress", "a, condition, axis", sifted(), "v.compress([True, False])"),
    Entry("ndarray.choose", "a, choices", rules.CHOOSE, "np.array([0, 1]).choose([v[:2], w[:2]])"),
    # written
    Entry("ndarray.sort", "a, axis, | kind, stable", WRITTEN, "a.sort(); t.sort(axis=0)", writes="a", texts=("kind",)),
    Entry("ndarray.partition", "a, kth, axis", WRITTEN, "v.partition(1)", writes="a"),
    Entry("ndarray.fill", "a, value", WRITTEN, "a.fill(7)", writes="a"),
    Entry("ndarray.put", "a, indices, values, mode", WRITTEN, "v.put([0, 1], [7, 8]); v.put([0, 99], 5, mode='clip')",
          writes="a", texts=("mode",)),
    Entry("ndarray.shape=", "a, shape", WRITTEN, "a.shape = -1; t.shape = (4, 6)", writes="a"),
    # random numbers
    Entry("np.random.default_rng", "seed", ASKED, "np.random.default_rng(0).random(3)"),
    Entry("np.random.seed", "seed", ASKED, "np.random.seed(1)"),
    *(Entry(f"np.random.{name}", "*sizes", made(shaped("sizes")), f"np.random.{name}(2, 3)", random=True)
      for name in ("rand", "randn")),
    Entry("np.random.randint", "low, high, size, dtype", distributed(shaped("size")), "np.random.randint(0, 9, (2, 3))",
          random=True),
    Entry("np.random.random", "size", made(shaped("size")), "np.random.random((2, 3))", random=True),
    *(Entry(f"np.random.{name}", "size", made(shaped("size")), f"np.random.{name}(3)", random=True)
      for name in ("random_sample", "sample", "standard_normal", "standard_exponential")),
    *(Entry(f"np.random.{name}", f"{names}, size", distributed(shaped("size")), f"np.random.{name}({values}, size=3)",
            random=True) for name, names, values in _DISTRIBUTIONS),
    Entry("np.random.multinomial", "n, pvals, size", distributed_as_told(rules.rows_of("pvals")),
          "np.random.multinomial(5, [0.5, 0.25, 0.25])", random=True),
    Entry("np.random.multivariate_normal", "mean, cov, size", distributed_as_told(rules.rows_of("mean")),
          "np.random.multivariate_normal([0, 0], [[1, 0], [0, 1]], 3)", random=True),
    Entry("np.random.choice", "a, size, replace, p", drawn_from("a", shaped("size", "a")),
          "np.random.choice(5, 3)", random=True),
    Entry("np.random.permutation", "x", drawn_from("x", shaped("x")), "np.random.permutation(5)", random=True),
    Entry("np.random.shuffle", "x", WRITTEN, "np.random.shuffle(v)", writes="x", random=True),
    *(Entry(f"Generator.{name}", "rng, size, dtype", made(shaped("size")), f"np.random.default_rng(1).{name}(4)")
      for name in _SAMPLES),
    *(Entry(f"Generator.{name}", f"rng, {names}, size", distributed(shaped("size")),
            f"np.random.default_rng(1).{name}({values}, size=3)") for name, names, values in _DISTRIBUTIONS),
    Entry("Generator.multinomial", "rng, n, pvals, size", distributed_as_told(rules.rows_of("pvals")),
          "np.random.default_rng(1).multinomial(5, [0.5, 0.25, 0.25])"),
    Entry("Generator.multivariate_normal", "rng, mean, cov, size", distributed_as_told(rules.rows_of("mean")),
          "np.random.default_rng(1).multivariate_normal([0, 0], [[1, 0], [0, 1]], 3)"),
    Entry("Generator.integers", "rng, low, high, size, dtype, endpoint", distributed(shaped("size")),
          "np.random.default_rng(1).integers(0, 10, size=5)"),
    Entry("Generator.choice", "rng, a, size, replace, p, axis", drawn_from("a", shaped("size", "a")),
          "np.random.default_rng(1).choice(5, size=3)"),
    Entry("Generator.permutation", "rng, x, axis", drawn_from("x", shaped("x")),
          "np.random.default_rng(1).permutation(5)"),
    Entry("Generator.shuffle", "rng, x, axis", WRITTEN, "np.random.default_rng(1).shuffle(v)", writes="x"),
    Entry("np.random.RandomState", "seed", ASKED, "np.random.RandomState(0).rand(3)"),
    *(Entry(f"RandomState.{name}", "rng, *sizes", made(shaped("sizes")), f"np.random.RandomState(1).{name}(2, 3)")
      for name in ("rand", "randn")),
    *(Entry(f"RandomState.{name}", "rng, size", made(shaped("size")), f"np.random.RandomState(1).{name}(3)")
      for name in ("random", "random_sample", "standard_normal", "standard_exponential")),
    Entry("RandomState.randint", "rng, low, high, size, dtype", distributed(shaped("size")),
          "np.random.RandomState(1).randint(0, 9, (2, 3))"),
    *(Entry(f"RandomState.{name}", f"rng, {names}, size", distributed(shaped("size")),
            f"np.random.RandomState(1).{name}({values}, size=3)") for name, names, values in _DISTRIBUTIONS),
    Entry("RandomState.choice", "rng, a, size, replace, p", drawn_from("a", shaped("size", "a")),
          "np.random.RandomState(1).choice(5, size=3)"),
    Entry("RandomState.permutation", "rng, x", drawn_from("x", shaped("x")), "np.random.RandomState(1).permutation(5)"),
    Entry("RandomState.shuffle", "rng, x", WRITTEN, "np.random.RandomState(1).shuffle(v)", writes="x"),
    # lists, tuples and Python's own functions
    Entry("builtins.len", "x", ASKED, "len(v)", texts=("x",)),
    *(Entry(f"builtins.{name}", "x", LISTED, f"{name}(v[0])", texts=("x",)) for name in ("bool", "int", "float")),
    Entry("builtins.abs", "x", ELEMENTWISE, "abs(a)"),
    Entry("builtins.round", "number, ndigits", rules.ROUND, "round(v[0], 1)"),
    *(Entry(f"builtins.{name}", "*values, | default", sifted(), f"{name}(v); {name}([2, 1])")
      for name in ("min", "max")),
    Entry("builtins.sum", "values, start", rules.PYTHON_SUM,
          "sum(v); sum(m); sum(m, m); sum([v, 2 * v]); sum([m, m], v[0])"),
    Entry("builtins.list", "values", LISTED, "list(v)"),
    Entry("builtins.tuple", "values", LISTED, "tuple(v)"),
    Entry("builtins.range", "*bounds", rules.RANGE, "range(5); range(1, 9, 2)"),
    Entry("builtins.slice", "*bounds", ASKED, "slice(1, 5, 2)"),
    Entry("tuple.index", "values, value", ASKED, "(1, 2).index(2); a.shape.index(a.shape[0])"),
    Entry("tuple.count", "values, value", ASKED, "(1, 2, 1).count(1)"),
    Entry("tuple.numel", "values", ASKED, "torch.Size([2, 3]).numel()"),
    *(Entry(f"pair.{name}", "pair", ASKED, f"torch.max(torch.tensor([[1, 3], [4, 2]]), 1).{name}", attribute=True)
      for name in ("values", "indices")),
    *(Entry(f"pair.{name}", "pair", ASKED, f"np.unique_{of}([3, 1, 3]).{name}", attribute=True)
      for name, of in (("counts", "counts"), ("inverse_indices", "inverse"))),
    *(Entry(f"pair.{name}", "pair", ASKED, f"np.linalg.{of}([[2.0, 1.0], [1.0, 3.0]]).{name}", attribute=True)
      for name, of in (("eigenvalues", "eigh"), ("eigenvectors", "eigh"), ("Q", "qr"), ("R", "qr"), ("U", "svd"),
                       ("S", "svd"), ("Vh", "svd"), ("sign", "slogdet"), ("logabsdet", "slogdet"))),
    *(Entry(f"number.{name}", "x", ASKED, f"(1 + 2j).{name}", attribute=True) for name in ("real", "imag")),
    Entry("number.is_integer", "x", ASKED, "(2.0).is_integer()"),
)  # fmt: skip
"""What a dimension, a dtype or the flags say is asked; nothing writes through ``flags``."""
