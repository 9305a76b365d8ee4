"""What has a sign in Python: arithmetic, comparison and logic, indexing, and writing in place."""

from __future__ import annotations

from primer_core.language.table.entry import Entry, Rule
from primer_core.language.table.indexing import INDEXED
from primer_core.language.table.products import MATMUL
from primer_core.language.table.rules import ASKED, COMPARISON, ELEMENTWISE, WRITTEN

_ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**")
_BITS = ("&", "|", "^", "<<", ">>")

ENTRIES: tuple[Entry, ...] = (
    *(
        Entry(f"operator.{sign}", "x, y", ELEMENTWISE, f"a {sign} b; a {sign} 2; 2 {sign} a")
        for sign in ("+", "-", "*")
    ),
    *(Entry(f"operator.{sign}", "x, y", ELEMENTWISE, f"a {sign} b") for sign in ("/", "//", "%")),
    Entry("operator.**", "x, y", ELEMENTWISE, "a ** 2; 2 ** a"),
    *(Entry(f"operator.{sign}", "x, y", ELEMENTWISE, f"i {sign} j") for sign in ("&", "|", "^")),
    *(Entry(f"operator.{sign}", "x, y", ELEMENTWISE, f"i {sign} 2") for sign in ("<<", ">>")),
    *(Entry(f"operator.{sign}", "x, y", COMPARISON, f"a {sign} b") for sign in ("==", "!=", "<", "<=", ">", ">=")),
    *(Entry(f"operator.{sign}", "x", ELEMENTWISE, f"{sign[0]}i") for sign in ("-x", "~x")),
    Entry("operator.+x", "x", ELEMENTWISE, "+i", shares="maybe"),
    Entry("operator.@", "x, y", MATMUL, "m @ n; m @ vector; v @ w"),
    *(
        Entry(f"operator.{sign}=", "x, y", WRITTEN, f"a {sign}= b; a {sign}= 2; m {sign}= vector", "always", "x")
        for sign in _ARITHMETIC
    ),
    *(Entry(f"operator.{sign}=", "x, y", WRITTEN, f"i {sign}= j; i {sign}= 2", "always", "x") for sign in _BITS),
    Entry("operator.@=", "x, y", Rule("written", MATMUL.cost), "s @= s; m @= s", "always", "x"),
    *(
        Entry(
            f"{kind}.[]=",
            "x, index, value",
            WRITTEN,
            "a[0] = 5; a[mask] = 0; m[:, ::2] = 1.5; a[...] = b; t[:, [0, 2], [1, 3]] = 7; v[index] = v[0]",
            writes="x",
            texts=("value",),  # it is written as it stands, and names no dtype: "a" is one
        )
        for kind in ("ndarray", "Tensor")
    ),
    Entry("list.[]=", "x, index, value", WRITTEN, "l[0] = 5; l[-1] = 2.5", writes="x"),
    Entry("ndarray.[]", "x, index", INDEXED, "a[0]; a[::-1]; a[index]; a[mask]; t[:, [0, 2], [1, 3]]", shares="maybe"),
    Entry(
        "Tensor.[]", "x, index", INDEXED, "a[0]; a[index]; a[mask]; a[..., None]; t[[0, 1], :, [1, 3]]", shares="maybe"
    ),
    *(
        Entry(f"{kind}.[]", "x, index", ASKED, calls)
        for kind, calls in (
            ("list", "[1, 2, 3][1]; [1, 2, 3][::2]"),
            ("tuple", "(1, 2)[1]; a.shape[0]"),
            ("pair", "np.unique_counts(np.array([3, 1, 3]))[1]"),
            ("range", "range(5)[1:]; range(5)[-1]"),
            ("text", "'abc'[1]"),
        )
    ),
)
