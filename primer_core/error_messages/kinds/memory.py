"""Views that cannot be given, and memory that cannot be written."""

from __future__ import annotations

from primer_core.claims.claim import Code
from primer_core.error_messages.cause import Kind, LessonLink, Mistake, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH

_VIEW = Plain(
    (
        Code("view"),
        " copies nothing: it must find strides that walk the elements in order in the new shape, and the elements of "
        "this tensor do not lie in such an order in memory.",
    ),
    (
        Mistake(
            ("The tensor was transposed or permuted: ", Code("reshape"), " copies where it must."),
            TORCH.code("x = torch.arange(6).view(2, 3).T", "x.view(6)"),
            TORCH.code("x = torch.arange(6).view(2, 3).T", "x.reshape(6)"),
        ),
        Mistake(
            ("Or lay the elements in order first.",),
            TORCH.code("x = torch.zeros(2, 3, 4).permute(0, 2, 1)", "x.view(2, -1)"),
            TORCH.code("x = torch.zeros(2, 3, 4).permute(0, 2, 1)", "x.contiguous().view(2, -1)"),
        ),
    ),
    LessonLink("views", {"view": "Refused views", "lib": "PyTorch", "a": "(3, 4)", "b": "a.T", "to": "(12,)"}),
)
_OVERLAP = Plain(
    (
        "Several cells of the tensor that is written to are one element of memory, as after ",
        Code("expand"),
        ": they could not keep different numbers.",
    ),
    (
        Mistake(
            ("The tensor was stretched: copy it before it is written to.",),
            TORCH.code("x = torch.zeros(3).expand(2, 3)", "x += 1"),
            TORCH.code("x = torch.zeros(3).expand(2, 3).clone()", "x += 1"),
        ),
    ),
    LessonLink("views", {"lib": "PyTorch", "a": "(3, 1)", "b": "a.expand(3, 4)", "then": "b += 1"}),
)
_SHIFTED = Plain(
    ("What is written and what is read lie partly in the same memory, but cell for cell in different places.",),
    (
        Mistake(
            ("The right side is a shifted part of the left: copy it first.",),
            TORCH.code("x = torch.ones(4)", "x[1:] += x[:-1]"),
            TORCH.code("x = torch.ones(4)", "x[1:] += x[:-1].clone()"),
        ),
        Mistake(
            ("A running total is wanted.",),
            TORCH.code("x = torch.ones(4)", "x[1:] += x[:-1]"),
            TORCH.code("x = torch.ones(4)", "x.cumsum(0)"),
        ),
    ),
    LessonLink("views", {"view": "Names", "lib": "PyTorch", "a": "(4,)", "b": "", "then": "a[1:] += a[:-1]"}),
)
_NEGATIVE = Plain(
    (
        "The array is read backwards in memory along an axis, with a negative stride, and PyTorch knows strides from "
        "0 up only.",
    ),
    (
        Mistake(
            (
                "The array was turned round by ",
                Code("[::-1]"),
                " or ",
                Code("np.flip"),
                ", which copies nothing: copy it.",
            ),
            TORCH.code("import numpy as np", "a = np.arange(3)[::-1]", "torch.from_numpy(a)"),
            TORCH.code("import numpy as np", "a = np.arange(3)[::-1]", "torch.from_numpy(a.copy())"),
        ),
    ),
    LessonLink("views", {"a": "[1, 2, 3]", "b": "a[::-1]", "c": "torch.from_numpy(b)"}),
)
_READ_ONLY = Plain(
    ("The array is only to be read: it is a view of memory that is not its own to change, or it was locked.",),
    (
        Mistake(
            (Code("np.broadcast_to"), " gives a view in which cells share an element: copy it."),
            NP.code("a = np.broadcast_to(np.zeros(3), (2, 3))", "a[0] = 1"),
            NP.code("a = np.broadcast_to(np.zeros(3), (2, 3)).copy()", "a[0] = 1"),
        ),
        Mistake(
            ("It was read out of bytes, which never change: copy it.",),
            NP.code("a = np.frombuffer(b'abc', dtype=np.uint8)", "a[0] = 1"),
            NP.code("a = np.frombuffer(b'abc', dtype=np.uint8).copy()", "a[0] = 1"),
        ),
    ),
    LessonLink("views", {"a": "(3,)", "b": "np.broadcast_to(a, (2, 3))", "then": "b[0] = 1"}),
)
_REFERENCED = Plain(
    ("The memory of an array is to be resized, and other arrays may look into the same memory.",),
    (
        Mistake(
            ("A new array of the other size is wanted.",),
            NP.code("a = np.ones(3)", "b = a[:]", "a.resize(5)"),
            NP.code("a = np.ones(3)", "b = a[:]", "a = np.pad(a, (0, 2))"),
        ),
    ),
    LessonLink("views"),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "view",
        "PyTorch",
        _VIEW,
        r"view size is not compatible with input tensor's size and stride",
    ),
    kind(
        "shared_element",
        "PyTorch",
        _OVERLAP,
        r"more than one element of the written-to tensor refers to a single memory location",
    ),
    kind(
        "shifted_memory",
        "PyTorch",
        _SHIFTED,
        r"some elements of the input tensor and the written-to tensor refer to a single memory location",
    ),
    kind(
        "negative_stride",
        "PyTorch",
        _NEGATIVE,
        r"[Aa]t least one stride in the given numpy array is negative|"
        r"some of the strides of a given numpy array are negative",
    ),
    kind("read_only", "NumPy", _READ_ONLY, r"assignment destination is read-only|output array is read-only"),
    kind(
        "resize",
        "NumPy",
        _REFERENCED,
        r"cannot resize an array that (?:references or is referenced|has been referenced)",
    ),
)
