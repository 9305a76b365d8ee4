"""The same array in NumPy and in PyTorch: what each library says of it, and where they differ."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, NUMPY, Library, pytorch
from primer_core.language.equivalents import NoEquivalent, translated
from primer_core.language.execution import is_array
from primer_core.language.limits import Refused
from primer_core.language.rejection import Place, Rejection
from primer_core.language.spelling import shape_text
from primer_core.lessons.arrays.anatomy import NotMade, not_made
from primer_core.lessons.arrays.making import (
    NAME,
    Made,
    Making,
    imports,
    make,
    read_making,
    sentence,
    texts_refused,
)
from primer_core.lessons.arrays.strip import unwritten_of

_NAMES: Mapping[Library, str] = {"NumPy": NAME, "PyTorch": "t"}
"""What the array of each library is called where both have one."""

MAKERS: tuple[str, ...] = (
    "[1, 2, 3]",
    "[1.0, 2.0, 3.0]",
    "[True, False]",
    "zeros((2, 3))",
    "ones(3)",
    "full((2, 2), 7)",
    "eye(2)",
    "arange(0, 10, 2)",
    "linspace(0, 1, 5)",
    "default_rng(0).random(3)",
)
"""Ways to make an array without naming a dtype."""

RANKS: tuple[str, ...] = (
    "torch.tensor(7.0)",
    "torch.tensor([1.0, 2.0, 3.0])",
    "torch.ones(2, 3)",
    "torch.zeros(2, 2, 3)",
)
"""Tensors of 0, 1, 2 and 3 axes, as code."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One question to both libraries.

    Parameters
    ----------
    question
        What is asked, in a few words.
    numpy_code, torch_code
        How each library is asked: ``x.nbytes``.
    numpy, torch
        What each answers.
    differs
        Whether the answers differ.
    why
        Why they would, in one sentence; empty where that needs no reason.
    """

    question: str
    numpy_code: str
    torch_code: str
    numpy: str
    torch: str
    differs: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Twins:
    """One array, made by both libraries.

    Parameters
    ----------
    rows
        Question by question.
    code
        A snippet that prints both answers to every question.
    warnings
        What the libraries warned of, by library, in their words.
    """

    rows: tuple[Twin, ...]
    code: str
    warnings: tuple[tuple[Library, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class MadeBy:
    """A library made the array, where the other did not.

    Parameters
    ----------
    library
        Its name.
    code
        What makes it.
    """

    library: Library
    code: str


@dataclass(frozen=True, slots=True)
class NoCounterpart:
    """What one library was asked to make has no equivalent in the other that is known here.

    Parameters
    ----------
    library
        The other.
    message
        Plain text: what is missing.
    """

    library: Library
    message: str


@dataclass(frozen=True, slots=True)
class Apart:
    """One library at least has no such array, so that there is nothing to compare.

    Parameters
    ----------
    first, second
        What the library made of it in whose words it is written, and what the other made of it.
    """

    first: MadeBy | NotMade
    second: MadeBy | NotMade | NoCounterpart


@dataclass(frozen=True, slots=True)
class DefaultDtype:
    """The dtype that each library chooses by itself.

    Parameters
    ----------
    numpy_code, torch_code
        How the array is made.
    numpy, torch
        Names of the dtypes.
    """

    numpy_code: str
    torch_code: str
    numpy: str
    torch: str

    @property
    def differs(self) -> bool:
        """Whether the libraries choose differently."""
        return self.numpy != self.torch


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor to be drawn.

    Parameters
    ----------
    code
        How it is made.
    values
        Its values, of the same dtype and shape.
    dtype, device
        As PyTorch prints them, without its name before the dtype.
    """

    code: str
    values: NDArray[Any]
    dtype: str
    device: str


@dataclass(frozen=True, slots=True, eq=False)
class Libraries:
    """NumPy beside PyTorch.

    Parameters
    ----------
    comparison
        The learner's array in both.
    tensors
        Those of `RANKS`.
    defaults
        One for each of `MAKERS`.
    """

    comparison: Twins | Apart
    tensors: tuple[Tensor, ...]
    defaults: tuple[DefaultDtype, ...]


def explain_libraries(text: str) -> Libraries:
    """Make an array in both libraries and ask both the same. Loads torch.

    Parameters
    ----------
    text
        How it is made, in either library's words, as `primer_core.lessons.arrays.making.read_making` reads it.

    Raises
    ------
    Refused
        If the text cannot be read, or the array would be too large.
    """
    return Libraries(compare(read_making(text)), ranked_tensors(), default_dtypes())


def compare(making: Making) -> Twins | Apart:
    """Make an array in both libraries, each in its own words, and ask both the same questions. Loads torch.

    Raises
    ------
    Refused
        If the array would be too large, or something in it is not computed here.
    """
    making = _with_generators_in_place(making.alone)
    made = _tried(making)
    own = made.library
    (other,) = (library for library in LIBRARIES if library != own)
    shapes = _shapes(made) if isinstance(made, Made) else {}
    statements = made.making.statements if isinstance(made, Made) else making.statements
    lines = [translated(statement, other, shapes) for statement in statements]
    missing = next((line for line in lines if isinstance(line, NoEquivalent)), None)
    first = MadeBy(own, _code(made)) if isinstance(made, Made) else made
    if missing is not None:
        return Apart(first, NoCounterpart(other, missing.reason))
    code = "\n".join(line for line in lines if isinstance(line, str))
    try:
        twin = _tried(read_making(code))
    except Refused as refused:
        return Apart(first, NoCounterpart(other, str(refused)))
    if isinstance(made, NotMade) or isinstance(twin, NotMade):
        return Apart(first, twin if isinstance(twin, NotMade) else MadeBy(other, _code(twin)))
    shape, other_shape = (tuple(map(int, each.array.shape)) for each in (made, twin))
    if shape != other_shape:  # as of gather, where the index is shorter along other axes than its own
        message = f"What comes nearest gives the shape {shape_text(other_shape)} instead of {shape_text(shape)}."
        return Apart(first, NoCounterpart(other, message))
    by_numpy, by_torch = sorted((made, twin), key=lambda each: LIBRARIES.index(each.library))
    rows = _rows(by_numpy, by_torch)
    warned = tuple((each.library, each.warnings) for each in (made, twin))
    return Twins(rows, _comparing(by_numpy, by_torch, rows), warned)


@cache
def default_dtypes() -> tuple[DefaultDtype, ...]:
    """Ask both libraries, for every way of `MAKERS`, which dtype they choose. Loads torch."""
    found = []
    for text in MAKERS:
        made = make(read_making(text))
        code = translated(made.making.statements[0], "PyTorch")
        assert isinstance(code, str), code
        twin = make(read_making(code))
        chosen = NUMPY.dtype_name(made.array), _short(pytorch().dtype_name(twin.array))
        found.append(DefaultDtype(_expression(made), _expression(twin), *chosen))
    return tuple(found)


@cache
def ranked_tensors() -> tuple[Tensor, ...]:
    """Make the tensors of `RANKS`. Loads torch."""
    torch = pytorch().module
    made = (torch.tensor(7.0), torch.tensor([1.0, 2.0, 3.0]), torch.ones(2, 3), torch.zeros(2, 2, 3))
    return tuple(
        Tensor(code, pytorch().to_numpy(tensor), _short(pytorch().dtype_name(tensor)), str(tensor.device))
        for code, tensor in zip(RANKS, made, strict=True)
    )


def ranks_code() -> str:
    """Write the snippet that prints rank, shape, dtype and device of every tensor of `RANKS`."""
    lines = ["import torch", "", f"for t in ({', '.join(RANKS)}):"]
    return "\n".join([*lines, "    print(t.ndim, tuple(t.shape), t.dtype, t.device)"])


def _with_generators_in_place(making: Making) -> Making:
    """Write a generator of NumPy where it is used, if that is once: of its name no equivalent could be known."""
    statements = list(making.statements)
    for node in making.statements:
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(function) as generator) if (
                ast.unparse(function) == "np.random.default_rng"
            ):
                later = [each for other in statements if other is not node for each in ast.walk(other)]
                uses = [each for each in later if isinstance(each, ast.Name) and each.id == name]
                if len(uses) == 1 and isinstance(uses[0].ctx, ast.Load):
                    statements.remove(node)
                    statements = [copy.deepcopy(other, {id(uses[0]): generator}) for other in statements]
    return replace(making, statements=tuple(statements))


def _tried(making: Making) -> Made | NotMade:
    try:
        return make(making)
    except Rejection as rejection:
        if rejection.declined is None:
            message = texts_refused(rejection, making) or sentence(rejection, making.source)
            raise Refused(message) from rejection
        return not_made(making, rejection, rejection.declined)


def _shapes(made: Made) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each array on the way: by its name, and by the expression that makes it."""
    names = {name: value for name, value in made.evaluator.names.items() if is_array(value)}
    found = {name: tuple(value.shape) for name, value in names.items()}
    for statement in made.making.statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call | ast.Attribute | ast.BinOp | ast.Subscript) and hasattr(node, "lineno"):
                place = Place.of(node, made.making.source)
                call = next((call for call in reversed(made.calls) if call.place == place), None)
                if call is not None and is_array(call.result):
                    found[ast.unparse(node)] = tuple(call.result.shape)
    return found


def _name(made: Made) -> str:
    return _NAMES[made.library]


def _code(made: Made) -> str:
    """Write the statements that make an array, which is called x where it is NumPy's, and t where it is PyTorch's."""
    return "\n".join(map(ast.unparse, made.making.renamed(_name(made))))


def _expression(made: Made) -> str:
    return made.making.code.removeprefix(f"{NAME} = ")


def _rows(by_numpy: Made, by_torch: Made) -> tuple[Twin, ...]:
    array, tensor = by_numpy.array, by_torch.array
    ours, theirs = NUMPY, pytorch()
    follows = "They follow the dtype."
    units = f"NumPy counts {ours.stride_unit}, PyTorch {theirs.stride_unit}."
    rows = [
        _twin("dtype", ("x.dtype", ours.dtype_name(array)), ("t.dtype", theirs.dtype_name(tensor)), _why_dtype(array)),
        _twin("axes", ("x.ndim", array.ndim), ("t.ndim", tensor.ndim)),
        _twin("shape", (ours.shape_code("x"), array.shape), (theirs.shape_code("t"), tuple(tensor.shape))),
        _twin("cells", ("x.size", array.size), ("t.numel()", tensor.numel())),
        _twin("bytes a cell", ("x.itemsize", ours.itemsize(array)), ("t.itemsize", theirs.itemsize(tensor)), follows),
        _twin("bytes in all", ("x.nbytes", array.nbytes), ("t.nbytes", tensor.nbytes), follows),
        _twin(
            "strides",
            (ours.strides_code("x"), ours.strides(array)),
            (theirs.strides_code("t"), theirs.strides(tensor)),
            units,
        ),
        _twin("device", ("x.device", array.device), ("t.device", tensor.device)),
    ]
    return (*rows, *_cell_row(by_numpy, by_torch))


def _twin(question: str, numpy: tuple[str, object], torch: tuple[str, object], why: str = "") -> Twin:
    answers = str(numpy[1]), str(torch[1])
    return Twin(question, numpy[0], torch[0], *answers, _short(answers[0]) != _short(answers[1]), why)


def _cell_row(by_numpy: Made, by_torch: Made) -> tuple[Twin, ...]:
    """Compare the first cell in which the two differ; the first of all where none does, and nothing without cells."""
    array, tensor = by_numpy.array, by_torch.array
    if any(unwritten_of(made.array, made.evaluator.uninitialised) is not None for made in (by_numpy, by_torch)):
        return ()
    own, other = array.ravel().tolist(), tensor.detach().flatten().tolist()
    if not own or len(own) != len(other):
        return ()
    place = next((place for place, pair in enumerate(zip(own, other, strict=True)) if not _same(*pair)), None)
    at = place or 0
    codes = f"x.flat[{at}].item()", f"t.flatten()[{at}].item()"
    if place is None:
        return (Twin("first cell", *codes, str(own[0]), str(other[0]), differs=False),)
    if _drew(by_numpy) or _drew(by_torch):
        why = "The generators are different programs: one seed means other numbers in each."
    else:
        why = "Each library computes and stores it in its own dtype."
    question = "first cell that differs" if at else "first cell"
    return (Twin(question, *codes, str(own[at]), str(other[at]), differs=True, why=why),)


def _drew(made: Made) -> bool:
    """Whether random numbers were drawn."""
    return any(call.entry.random or call.entry.library in ("Generator", "RandomState") for call in made.calls)


def _same(own: complex, other: complex) -> bool:
    return own == other or (own != own and other != other)


def _short(answer: str) -> str:
    return answer.removeprefix("torch.")


def _why_dtype(array: NDArray[Any]) -> str:
    if array.dtype.kind == "f":
        return "NumPy computes in double precision by itself, PyTorch in single: half the memory."
    return "Each library has dtypes that it chooses by itself."


def _comparing(by_numpy: Made, by_torch: Made, rows: tuple[Twin, ...]) -> str:
    code = "\n".join(
        [_code(by_numpy), _code(by_torch), *(f"print({row.numpy_code}, {row.torch_code})" for row in rows)]
    )
    return "\n".join([*imports(code), "", code])
