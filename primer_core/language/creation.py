"""Reads how an array is made, ``zeros((2, 3))`` or ``[[1, 2], [3, 4]]``, and makes it with NumPy and with PyTorch.

Nothing typed is run: it is parsed, walked, bound to the parameters of one known function, and measured before
anything is allocated. A `Recipe` then calls that function and spells the same call as code.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite, isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined, pytorch
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import syntax_tree
from primer_core.language.text import quoted, ragged

if TYPE_CHECKING:
    import torch

DTYPES: tuple[str, ...] = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
)
"""The dtypes that a learner may name."""

MAX_TEXT = 4000
"""Characters read of one field."""

HOW = (
    "Write an array such as [[1, 2], [3, 4]], or one of zeros((2, 3)), ones, full, eye(2), arange(0, 10, 2), "
    "linspace(0, 1, 5), default_rng(0).random((2, 3))."
)

_HOW_NUMBERS = "Numbers are written as 2, -1.5, 1e3, 2**8, nan or inf, and have 64 bits at most."

_MISSING: Any = object()

_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "array": {"object": _MISSING, "dtype": None},
    "zeros": {"shape": _MISSING, "dtype": None},
    "ones": {"shape": _MISSING, "dtype": None},
    "full": {"shape": _MISSING, "fill_value": _MISSING, "dtype": None},
    "eye": {"N": _MISSING, "M": None, "k": 0, "dtype": None},
    "arange": {"start": _MISSING, "stop": None, "step": None, "dtype": None},
    "linspace": {"start": _MISSING, "stop": _MISSING, "num": 50, "dtype": None},
    "random": {"size": None, "dtype": None},
    "integers": {"low": _MISSING, "high": None, "size": None, "dtype": None},
    "normal": {"loc": 0.0, "scale": 1.0, "size": None},
    "standard_normal": {"size": None, "dtype": None},
}
"""What each function takes, in its order: a default, or `_MISSING` where it must be given."""

_SEEDED = frozenset({"random", "integers", "normal", "standard_normal"})

_PYTHON_TYPES = {"int": "int64", "float": "float64"}

_NUMBERS = {"nan": nan, "inf": inf, "pi": np.pi, "e": np.e}


class NoTwinError(Exception):
    """PyTorch has no function for what NumPy was asked to make; no exception of a library's own is of this kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to the array once it is made.

    Parameters
    ----------
    name
        ``"reshape"``, ``"T"`` or ``"astype"``.
    argument
        A shape, or the name of a dtype.
    """

    name: str
    argument: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a library.

    Parameters
    ----------
    start
        What is called, from the library's name on: ``"np.zeros"``.
    function
        The same as a name to look up, ``"zeros"``.
    arguments, named
        Plain numbers, shapes, lists and texts.
    dtype
        Its name, if one was given.
    """

    start: str
    function: str
    arguments: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()
    dtype: str | None = None

    def code(self, library: str, extra: str = "") -> str:
        """Spell it, with a dtype of `library`, and what `extra` adds to the arguments."""
        parts = [source(argument) for argument in self.arguments]
        parts += [f"{name}={source(value)}" for name, value in self.named]
        parts += [f"dtype={spell_dtype(self.dtype, library)}"] if self.dtype else []
        parts += [extra] if extra else []
        return f"{self.start}({', '.join(parts)})"


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How an array is made.

    Parameters
    ----------
    maker
        A name from `_PARAMETERS`.
    given
        Its arguments by name, those that were given.
    seed
        Of the random generator, where there is one.
    steps
        What is done to it then, in order.
    """

    maker: str
    given: Mapping[str, Any]
    seed: int | None = None
    steps: tuple[Step, ...] = ()

    @property
    def dtype(self) -> str | None:
        """The dtype that was asked for; None where NumPy chose it."""
        asked = [step.argument for step in self.steps if step.name == "astype"]
        named: str | None = asked[-1] if asked else self.given.get("dtype")
        return named

    @property
    def code(self) -> str:
        """The NumPy expression that makes it."""
        return self._call().code("np") + "".join(map(_numpy_step, self.steps))

    @property
    def uneven(self) -> str:
        """Which rows of nested lists differ in length, as sentences; empty where an array could hold them."""
        if self.maker != "array":
            return ""
        try:
            np.array(self.given["object"])
        except ValueError:
            return ragged(self.given["object"])
        return ""

    def make(self) -> NDArray[Any] | Declined:
        """Make it with NumPy, or return what NumPy says if it will not."""
        call = self._call()
        owner = np if self.seed is None else np.random.default_rng(self.seed)
        named = dict(call.named) | ({"dtype": np.dtype(call.dtype)} if call.dtype else {})
        with np.errstate(all="ignore"):  # an infinity that comes of it is shown, not warned of
            made = NUMPY.attempt(getattr(owner, call.function), *call.arguments, **named)
            for step in self.steps:
                if isinstance(made, Declined):
                    break
                array = np.asarray(made)
                match step:
                    case Step("reshape"):
                        made = NUMPY.attempt(array.reshape, step.argument)
                    case Step("T"):
                        made = array.T
                    case _:
                        made = NUMPY.attempt(array.astype, step.argument)
        return made if isinstance(made, Declined) else np.asarray(made)

    @property
    def torch_code(self) -> str:
        """The PyTorch expression that makes the same; empty where there is none."""
        try:
            call = self._torch_call()
        except NoTwinError:
            return ""
        seeded = "" if self.seed is None else f"generator=torch.Generator().manual_seed({self.seed})"
        return call.code("torch", seeded) + "".join(map(_torch_step, self.steps))

    def make_torch(self) -> torch.Tensor | Declined:
        """Make the same with PyTorch, or return what PyTorch says if it will not.

        Raises
        ------
        NoTwinError
            If PyTorch has no function for it.
        """
        library = pytorch()
        module = library.module
        call = self._torch_call()
        named = dict(call.named) | ({"dtype": getattr(module, call.dtype)} if call.dtype else {})
        if self.seed is not None:
            named["generator"] = module.Generator().manual_seed(self.seed)
        made: torch.Tensor | Declined = library.attempt(getattr(module, call.function), *call.arguments, **named)
        for step in self.steps:
            if isinstance(made, Declined):
                break
            match step:
                case Step("reshape"):
                    made = library.attempt(made.reshape, step.argument)
                case Step("T"):
                    if made.ndim != 2:
                        raise NoTwinError("PyTorch's .T is for two axes; permute takes any number of them.")
                    made = made.T
                case _:
                    made = library.attempt(made.to, getattr(module, step.argument))
        return made

    def _call(self) -> Call:
        positional = [(name, self.given[name]) for name in _PARAMETERS[self.maker] if name in self.given]
        positional = [(name, value) for name, value in positional if name != "dtype"]
        dtype = self.given.get("dtype")
        start = f"np.{self.maker}" if self.seed is None else f"np.random.default_rng({self.seed}).{self.maker}"
        # What follows an argument that was left out has to be named.
        names = list(_PARAMETERS[self.maker])
        whole = [place for place, (name, _) in enumerate(positional) if names[place] == name]
        first = tuple(value for place, (_, value) in enumerate(positional) if place in whole)
        rest = tuple(pair for place, pair in enumerate(positional) if place not in whole)
        return Call(start, self.maker, first, rest, dtype)

    def _torch_call(self) -> Call:
        given, dtype = self.given, self.given.get("dtype")
        size = as_shape(given["size"]) if given.get("size") is not None else ()

        def call(function: str, *arguments: Any) -> Call:
            return Call(f"torch.{function}", function, arguments, (), dtype)

        match self.maker:
            case "array":
                return call("tensor", given["object"])
            case "zeros" | "ones":
                return call(self.maker, as_shape(given["shape"]))
            case "full":
                return call("full", as_shape(given["shape"]), given["fill_value"])
            case "eye" if given.get("k", 0) == 0:
                return call("eye", given["N"], given["M"]) if given.get("M") is not None else call("eye", given["N"])
            case "arange":
                return call("arange", *(given[name] for name in ("start", "stop", "step") if name in given))
            case "linspace":
                return call("linspace", given["start"], given["stop"], given.get("num", 50))
            case "random":
                return call("rand", size)
            case "integers":
                low, high = given["low"], given.get("high")
                return call("randint", *((0, low) if high is None else (low, high)), size)
            case "normal":
                return call("normal", float(given.get("loc", 0.0)), float(given.get("scale", 1.0)), size)
            case "standard_normal":
                return call("randn", size)
            case _:
                raise NoTwinError("torch.eye has no k: PyTorch fills the main diagonal only.")


def read_creation(text: str) -> Recipe:
    """Read how an array is made, in any of the spellings that `HOW` names, with or without ``np.``.

    ``.reshape(...)``, ``.T`` and ``.astype(...)`` may follow.

    Raises
    ------
    Refused
        If it is none of them, or would be too large.
    """
    return _recipe(syntax_tree(text, HOW, longest=MAX_TEXT))


def read_numbers(text: str) -> list[Any]:
    """Read a list of numbers, with or without its brackets; True, False, nan and inf count as numbers.

    Raises
    ------
    Refused
        If it is none.
    """
    node = syntax_tree(text, "Write numbers with commas between them, such as 1.9, 300, -1.", longest=MAX_TEXT)
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [_number(item) for item in items]


def as_shape(size: Any) -> tuple[int, ...]:
    """Turn what a function takes for a shape, a number or several, into a tuple."""
    return (size,) if isinstance(size, int) else tuple(size)


def source(value: Any) -> str:
    """Spell a number, a shape or nested lists as code that NumPy and plain Python read alike."""
    if isinstance(value, list):
        return f"[{', '.join(map(source, value))}]"
    if isinstance(value, float) and not isfinite(value):
        return 'float("nan")' if isnan(value) else f'float("{value}")'
    return str(value)


def spell_dtype(dtype: str, library: str) -> str:
    """Spell a dtype as code: ``np.int16``, ``torch.int16``; Python's own bool is known to both."""
    return "bool" if dtype == "bool" else f"{library}.{dtype}"


def _recipe(node: ast.expr) -> Recipe:
    match node:
        case ast.List() | ast.Constant() | ast.UnaryOp():
            return _checked("array", {"object": _literal(node)})
        case ast.Tuple():
            alone = ast.unparse(node)
            raise Refused(f"{quoted(alone)} alone is a shape, not an array of it. Write zeros({alone}), for instance.")
        case ast.Attribute(base, "T"):
            return _then(base, Step("T"))
        case ast.Call(ast.Attribute(base, "reshape"), arguments, []):
            given = [_argument(argument) for argument in arguments]
            shape = given[0] if len(given) == 1 else tuple(given)
            _check_shape(shape, least=-1)
            return _then(base, Step("reshape", as_shape(shape)))
        case ast.Call(ast.Attribute(base, "astype"), [dtype], []):
            return _then(base, Step("astype", _dtype(dtype)))
        case ast.Call(ast.Attribute(ast.Call(function, seeds, []), maker), arguments, keywords) if (
            _plain_name(function) == "default_rng"
        ):
            return _called(maker, arguments, keywords, seed=_seed(seeds))
        case ast.Call(function, arguments, keywords):
            return _called(_plain_name(function), arguments, keywords)
        case _:
            raise Refused(f"{quoted(ast.unparse(node))} is not understood here. {HOW}")


def _then(base: ast.expr, step: Step) -> Recipe:
    before = _recipe(base)
    return replace(before, steps=(*before.steps, step))


def _plain_name(node: ast.expr) -> str:
    """The last part of a function's name: ``np.random.default_rng`` and ``default_rng`` are one."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name("np" | "numpy"), name):
            return name
        case ast.Attribute(ast.Attribute(ast.Name("np" | "numpy"), "random") | ast.Name("random"), name):
            return name
        case _:
            raise Refused(f"{quoted(ast.unparse(node))} is no function known here. {HOW}")


def _seed(seeds: Sequence[ast.expr]) -> int:
    seed = _number(seeds[0]) if len(seeds) == 1 else None
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise Refused("Give default_rng one seed, a whole number such as 0, so that it gives the same numbers again.")
    return seed


def _called(
    maker: str, arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword], seed: int | None = None
) -> Recipe:
    if maker not in _PARAMETERS or (maker in _SEEDED) != (seed is not None):
        hint = f"Random numbers take a seed: default_rng(0).{maker}(...)." if maker in _SEEDED else HOW
        raise Refused(f"{quoted(maker)} is no function known here. {hint}")
    names = list(_PARAMETERS[maker])
    if len(arguments) > len(names):
        raise Refused(f"{maker} takes {', '.join(names)}, but {len(arguments)} arguments are given.")
    pairs: list[tuple[str, ast.expr]] = list(zip(names, arguments, strict=False))
    for keyword in keywords:
        if keyword.arg not in names or keyword.arg in dict(pairs):
            raise Refused(f"{maker} takes {', '.join(names)}, each once, and no {quoted(keyword.arg or '**')}.")
        pairs.append((keyword.arg, keyword.value))
    given: dict[str, Any] = {}
    for name, node in pairs:
        if isinstance(node, ast.Constant) and node.value is None:
            continue  # None stands for the default, which is then left out
        given[name] = _dtype(node) if name == "dtype" else _literal(node) if name == "object" else _argument(node)
    missing = [name for name, default in _PARAMETERS[maker].items() if default is _MISSING and name not in given]
    if missing:
        raise Refused(f"{maker} still needs {' and '.join(missing)}.")
    return _checked(maker, given, seed)


def _checked(maker: str, given: Mapping[str, Any], seed: int | None = None) -> Recipe:
    """Refuse what would be too large, before anything is allocated, and arguments of the wrong kind."""
    for name in ("shape", "size"):
        if name in given:
            _check_shape(given[name])
    for name in ("N", "M", "k", "num", "low", "high"):
        if name in given and type(given[name]) is not int:
            raise Refused(f"{maker} wants a whole number for {name}, not {source(given[name])}.")
    for name in ("start", "stop", "step", "fill_value", "loc", "scale"):
        if name in given and not isinstance(given[name], int | float):
            raise Refused(f"{maker} wants a number for {name}, not {source(given[name])}.")
    match maker:
        case "eye":
            check_size((abs(given["N"]), abs(given.get("M", given["N"]))), "This matrix")
            if abs(given.get("k", 0)) > 2**31:
                raise Refused("k shifts the diagonal by whole cells; this is far outside of any matrix.")
        case "linspace":
            check_size((abs(given.get("num", 50)),))
        case "arange":
            _check_range(given)
    return Recipe(maker, given, seed)


def _check_range(given: Mapping[str, Any]) -> None:
    start, stop = (given["start"], given["stop"]) if "stop" in given else (0, given["start"])
    step = given.get("step", 1)
    if step == 0:
        return  # NumPy refuses that itself, without counting
    steps = (stop - start) / step
    if not isfinite(steps):
        raise Refused("arange wants finite numbers: it counts from start to stop.")
    check_size((max(ceil(steps), 0),), "This range")


def _check_shape(shape: Any, least: int = 0) -> None:
    sizes = shape if isinstance(shape, tuple | list) else (shape,)
    for size in sizes:
        if type(size) is not int or size < least:
            raise Refused(
                f"{source(size)} is no size of an axis: a shape is made of whole numbers from 0 up, such as (2, 3)."
            )
    check_size(tuple(max(size, 1) if least < 0 else size for size in sizes))


def _argument(node: ast.expr) -> Any:
    match node:
        case ast.Tuple(elts):
            return tuple(_number(inner) for inner in elts)
        case ast.List(elts):
            return [_number(inner) for inner in elts]
        case _:
            return _number(node)


def _literal(node: ast.expr) -> Any:
    """Read nested lists of numbers, or one number. Rows of several lengths are left to the library to refuse."""

    def plain(item: ast.expr) -> Any:
        return [plain(inner) for inner in item.elts] if isinstance(item, ast.List) else _number(item)

    cells = plain(node)
    try:
        values = np.array(cells)
    except ValueError:
        return cells
    if values.dtype == object:
        raise Refused("These whole numbers do not fit into 64 bits together.")
    check_size(values.shape)
    return cells


def _dtype(node: ast.expr) -> str:
    match node:
        case ast.Constant(str(name)) | ast.Name(name) | ast.Attribute(ast.Name("np" | "numpy"), name):
            named = _PYTHON_TYPES.get(name, name)
        case _:
            named = ast.unparse(node)
    if named not in DTYPES:
        raise Refused(f"{quoted(named)} is no dtype known here. There are {', '.join(DTYPES)}.")
    return named


def _number(node: ast.expr) -> Any:
    match node:
        case ast.Constant(bool(value)):
            return value
        case ast.Constant(int(value)) if value < 2**64:
            return value
        case ast.Constant(float(value)) if isfinite(value):
            return value
        case ast.Name(name) | ast.Attribute(ast.Name("np" | "numpy"), name) if name in _NUMBERS:
            return _NUMBERS[name]
        case ast.Constant(float()):
            raise Refused(f"One of these numbers is too large for 64 bits: floats go up to 1.7e308. {_HOW_NUMBERS}")
        case ast.UnaryOp(ast.UAdd(), operand):
            return _number(operand)
        case ast.UnaryOp(ast.USub(), operand):
            positive = _number(operand)
            if type(positive) is float or (type(positive) is int and positive <= 2**63):
                return -positive
        case ast.BinOp(left, ast.Pow(), right):
            return _power(_number(left), _number(right), node)
        case ast.BinOp(left, ast.Add() | ast.Sub() as sign, right):
            return _between(_number(left), _number(right), sign, node)
    raise Refused(f"{quoted(ast.unparse(node))} is no number that fits here. {_HOW_NUMBERS}")


def _power(base: Any, exponent: Any, node: ast.expr) -> int:
    if type(base) is int and type(exponent) is int and 0 <= exponent <= 64 and abs(base) <= 100:
        power: int = base**exponent
        if -(2**63) <= power < 2**64:
            return power
    raise Refused(f"{quoted(ast.unparse(node))} is no number that fits here. {_HOW_NUMBERS}")


def _between(left: Any, right: Any, sign: ast.operator, node: ast.expr) -> Any:
    total = left + right if isinstance(sign, ast.Add) else left - right
    if type(total) is int and not -(2**63) <= total < 2**64:
        raise Refused(f"{quoted(ast.unparse(node))} is no number that fits here. {_HOW_NUMBERS}")
    return total


def _numpy_step(step: Step) -> str:
    match step:
        case Step("reshape"):
            return f".reshape{step.argument}"
        case Step("T"):
            return ".T"
        case _:
            return f".astype({spell_dtype(step.argument, 'np')})"


def _torch_step(step: Step) -> str:
    match step:
        case Step("reshape"):
            return f".reshape{step.argument}"
        case Step("T"):
            return ".T"
        case _:
            return f".to({spell_dtype(step.argument, 'torch')})"
