"""A line of code that reduces, as a learner pastes it: ``torch.max(x, dim=1)``, ``s = np.array([1, 2]).sum(axis=0)``.

What is read of it is what the lesson's controls say: array, operation, axis, library and so on. Names that the line
binds are put in; a name that it does not bind is the array that is there.
"""

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from primer_core.backend import backend
from primer_core.backend.interface import Library, ReductionName
from primer_core.language.evaluator import Evaluator
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression
from primer_core.language.reader import ALIASES, read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.table import TABLE
from primer_core.language.tensors import speaks_of_tensors
from primer_core.language.text import quoted
from primer_core.lessons.reductions.question import BACK, DIVISORS, DTYPES, PAIRED

HOW = "Write one reduction of an array: a.sum(axis=0), np.prod(a), torch.std(x, dim=1), np.array([[1, 2]]).max(axis=1)."

_MEANING: Mapping[str, ReductionName] = {
    **{name: name for name in get_args(ReductionName)},
    "amax": "max",
    "amin": "min",
    "vector_norm": "norm",
}
"""What functions and methods are called, and the operation that each is."""

_FUNCTIONS = frozenset(
    f"{module}.{name}"
    for module in ("np", "torch")
    for name in _MEANING
    if name not in ("norm", "vector_norm") or module == "torch"
) | {"np.linalg.norm", "torch.linalg.norm", "torch.linalg.vector_norm", "F.softmax"}

_OWNERS: Mapping[Library, str] = {"NumPy": "ndarray", "PyTorch": "Tensor"}
"""How the table calls the owners of methods."""

_WITHOUT_NAN = "Cells that are nan are left out by this function of NumPy, as if they were not there. It is not drawn."
_WEIGHTED = (
    "A weighted average multiplies each cell by its weight, adds these up, and divides by the sum of the weights: "
    "(a * w).sum() / w.sum(). It is not drawn."
)
"""What is said of functions that are no reduction of all cells alike."""

_NAN_LEFT_OUT = tuple(f"np.nan{name}" for name in ("mean", "sum", "prod", "std", "var", "max", "min", "median"))
"""Functions that leave out what is nan."""

_MOST_TOLD = 24
"""Numbers of a result that is told and not drawn."""

_ONLY_TORCHS = frozenset({"dim", "keepdim", "correction", "unbiased"})
_ONLY_NUMPYS = frozenset({"axis", "keepdims", "ddof"})
_USUAL = {"int": "int64", "float": "float64", "half": "float16", "double": "float64", "long": "int64",
            "short": "int16", "bool_": "bool", "single": "float32"}  # fmt: skip
_TORCHS_ALIASES = {"int": "int32", "float": "float32"}
_PARTS = {"values": 0, "indices": 1}


def read_line(text: str, library: Library, array_code: str) -> dict[str, str]:
    """Return what a line says, as texts of the question's fields.

    Parameters
    ----------
    text
        One reduction, alone or assigned; lines before it may bind what it speaks of.
    library
        Whose line it is where it does not say.
    array_code
        NumPy's code of the array that a name which the line does not bind stands for.

    Raises
    ------
    Refused
        If it is no line that the lesson shows; the message says why, and what could stand there.
    """
    try:
        nodes = read_statements(text).nodes
    except Rejection as rejection:
        raise Refused(f"{rejection.message} {HOW}") from rejection
    return _Reading(library, array_code, text).read(_last_value(nodes))


def _last_value(nodes: tuple[ast.stmt, ...]) -> ast.expr:
    """Return the value of the last statement that is no print, with the values of names put in."""
    bound: dict[str, ast.expr] = {}
    sizes: dict[str, int] = {}
    found, printed = None, None
    for node in nodes:
        size = _inlined_size(node, sizes)
        match node:
            case ast.Assign([ast.Name()], ast.Attribute(ast.Name(pair), "values" | "indices")) if pair in bound:
                found = bound[pair]  # one part of a pair that has a name: the pair is what is asked for
            case ast.Assign([ast.Name(name)], value):
                found = bound[name] = _Inlined(bound).visit(copy.deepcopy(value))
                sizes[name] = size
            case ast.Expr(ast.Call(ast.Name("print"), [value, *_])):
                printed = printed or _Inlined(bound).visit(copy.deepcopy(value))
            case ast.Expr(value):
                found = _Inlined(bound).visit(copy.deepcopy(value))
            case _:
                raise Refused(f"{quoted(ast.unparse(node))} is not read in a line. {HOW}")
    if found is None or (printed is not None and len(bound) == 1 and _is_array(next(iter(bound.values())))):
        found = printed or found
    if found is None:
        raise Refused(f"There is nothing here yet. {HOW}")
    return found


def _inlined_size(node: ast.stmt, sizes: Mapping[str, int]) -> int:
    """Count the nodes of a statement once names are replaced by what they are bound to.

    Raises
    ------
    Refused
        If they are too many: a name that stands for a list of itself doubles with each statement.
    """
    size = sum(sizes.get(each.id, 1) if isinstance(each, ast.Name) else 1 for each in ast.walk(node))
    if size > _MOST_NODES:
        raise Refused(f"With the values of its names put in, the line is longer than is read here. {HOW}")
    return size


_MOST_NODES = 10_000
"""As many as a text of the greatest length could have."""


def _is_array(node: ast.expr) -> bool:
    """Return whether a node is an array itself, and nothing that is asked of one."""
    match node:
        case ast.List() | ast.Tuple():
            return True
        case ast.Call(ast.Attribute(ast.Name(module), "array" | "tensor"), _, _):
            return module in ALIASES
    return False


@dataclass(frozen=True, slots=True)
class _Inlined(ast.NodeTransformer):
    """Puts what a name is bound to in its place."""

    bound: Mapping[str, ast.expr]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        found: ast.expr = self.bound.get(node.id, node)
        return found


@dataclass(frozen=True, slots=True)
class _Reading:
    library: Library
    array_code: str
    source: str
    evaluator: Evaluator = field(default_factory=Evaluator)

    def read(self, node: ast.expr) -> dict[str, str]:
        match node:
            case ast.BinOp(left, ast.Sub() | ast.Div() as sign, ast.Call() as right):
                found = self.called(right)
                array = _array_of(right)
                if (softmaxed := _softmaxed(node, found["axis"])) is not None:
                    found.pop("array", None)
                    return found | {"operation": "softmax", "keepdims": "false", **self.array(softmaxed)}
                expected = "-" if isinstance(sign, ast.Sub) else "/"
                if BACK.get(found["operation"]) == expected and ast.dump(left) == ast.dump(array):
                    return found | {"view": "Bring it back"}
            case ast.Attribute(ast.Call() as call, "values" | "indices" as part):
                return self.part(call, _PARTS[part])
            case ast.Subscript(ast.Call() as call, ast.Constant(0 | 1 as place)) if self.gives_pair(call):
                return self.part(call, 1 if place else 0)
            case ast.Attribute(ast.Call() as call, "shape" | "dtype" | "ndim"):
                return self.called(call)
            case ast.Call():
                return self.called(node)
        raise Refused(f"{quoted(ast.unparse(node))} is no reduction. {HOW}")

    def gives_pair(self, call: ast.Call) -> bool:
        try:
            return self.called(call)["places"] == "true"
        except Refused:
            return False

    def part(self, call: ast.Call, place: int) -> dict[str, str]:
        """Read the values alone of PyTorch's pair, or the places alone."""
        found = self.called(call)
        if found["places"] != "true":
            raise Refused(f"{quoted(ast.unparse(call))} is one array, without values and indices. {HOW}")
        if place and found["operation"] == "median":
            raise Refused("The places of a median are shown beside its values: leave out .indices.")
        operation = f"arg{found['operation']}" if place else found["operation"]
        return found | {"operation": operation, "places": "false"}

    def called(self, call: ast.Call) -> dict[str, str]:
        name, library = self.named(call)
        last = name.rpartition(".")[2]
        entry = TABLE.get(name)
        if entry is not None and name in ("np.average", *_NAN_LEFT_OUT):
            if last == "average" and not any(word.arg == "weights" for word in call.keywords) and len(call.args) < 3:
                mean = ast.Call(code_expression("np.mean"), call.args, call.keywords)
                return self.called(ast.copy_location(mean, call))
            why = _WEIGHTED if last == "average" else _WITHOUT_NAN
            raise Refused(f"{why} Here it gives {self.worth(call)}.")
        if entry is None or last not in _MEANING or (entry.library in ("np", "torch", "F") and name not in _FUNCTIONS):
            raise Refused(f"{quoted(ast.unparse(call.func))} is no reduction that is shown here. {HOW}")
        holder = call.func.value if entry.library in ("ndarray", "Tensor") else None  # type: ignore[attr-defined] # a method has one
        positional = (*([holder] if holder is not None else []), *call.args)
        known = entry.takes.replace("|", "").replace(",", " ").split()
        if len(positional) > len(known) or not positional or any(word.arg is None for word in call.keywords):
            raise Refused(f"{quoted(ast.unparse(call))} takes an array and {', '.join(known[1:])}. {HOW}")
        bound = entry.bind(positional, {word.arg or "": word.value for word in call.keywords})
        first = known[0]
        if first not in bound.values:
            raise Refused(f"{quoted(ast.unparse(call))} names no array. {HOW}")
        words = {word: value for word, value in bound.values.items() if word != first}
        return self.fields(call, _MEANING[last], library, bound.values[first], words)

    def worth(self, call: ast.Call) -> str:
        """Compute a call of the array that is there, and write what comes of it."""
        found = np.asarray(self.value(_There(self.array_code).visit(copy.deepcopy(call))))
        if found.size > _MOST_TOLD:
            return f"{found.size} numbers"
        return np.array2string(found, precision=4) if found.ndim else f"{found.item():.6g}"

    def fields(
        self, call: ast.Call, operation: ReductionName, library: Library, array: ast.expr, words: dict[str, ast.expr]
    ) -> dict[str, str]:
        engine = backend(library)
        axis = self.axis(words.pop("dim", None) or words.pop("axis", None))
        keepdims = self.truth(words.pop("keepdims", None) or words.pop("keepdim", None))
        ddof = self.ddof(words, engine.default_ddof)
        dtype = self.dtype(words.pop("dtype", None))
        if dtype != "default" and operation not in engine.reduces_as:
            raise Refused(f"{operation} is shown without a dtype. Write the array in one: .astype or .to does it.")
        if operation == "mean" and dtype != "default" and not dtype.startswith("float"):
            raise Refused(f"Means are shown in floats here. Leave dtype={dtype} out, or write float32 or float64.")
        for word in ("p", "ord"):
            if word in words and self.value(words.pop(word)) not in (2, None):
                raise Refused(f"The norm shown here is the root of the sum of squares: leave {word}= out.")
        if words:
            raise Refused(f"{next(iter(words))}= is not shown here. {HOW}")
        written = ast.unparse(call.func).rpartition(".")[2]
        pair = operation in PAIRED and written in PAIRED and engine.max_gives_places and isinstance(axis, int)
        return {
            "operation": operation,
            "axis": str(axis),
            "keepdims": "true" if keepdims else "false",
            "library": library,
            "divisor": DIVISORS[ddof],
            "dtype": dtype,
            "places": "true" if pair else "false",
            "view": "Reduce",
            **self.array(array, library),
        }

    def named(self, call: ast.Call) -> tuple[str, Library]:
        """Return the table's name of what is called, and whose it is."""
        match call.func:
            case ast.Attribute(holder, last):
                module = _module_of(holder)
                if module is not None:
                    return f"{module}.{last}", "NumPy" if module.split(".")[0] == "np" else "PyTorch"
                library = self.library_of_method(call, holder, last)
                return f"{_OWNERS[library]}.{last}", library
            case ast.Name("sum"):
                raise Refused(
                    "Python's own sum adds along axis 0: the rows of a table. Write a.sum(axis=0) for that, or a.sum() "
                    "for all numbers."
                )
        raise Refused(f"{quoted(ast.unparse(call.func))} is no reduction that is shown here. {HOW}")

    def library_of_method(self, call: ast.Call, holder: ast.expr, last: str) -> Library:
        words = {word.arg for word in call.keywords}
        held = ast.unparse(holder)
        if speaks_of_tensors(held) or words & _ONLY_TORCHS or f"ndarray.{last}" not in TABLE:
            return "PyTorch"
        if words & _ONLY_NUMPYS or f"Tensor.{last}" not in TABLE or held.startswith(("np.", "numpy.")):
            return "NumPy"
        return self.library

    def array(self, node: ast.expr, library: Library = "NumPy") -> dict[str, str]:
        """Return the text of the field that holds the array, unless it is the one that is there.

        What a line of PyTorch computes of the array that is there, it computes of a tensor.
        """
        if isinstance(node, ast.Name) and node.id not in ALIASES:
            return {}
        numpys = any(_module_of(each) == "np" for each in ast.walk(node) if isinstance(each, ast.Name))
        there = self.array_code if numpys else backend(library).from_numpy_code(self.array_code)
        return {"array": ast.unparse(_There(there).visit(copy.deepcopy(node)))}

    def value(self, node: ast.expr) -> Any:
        try:
            return self.evaluator.value_of(node, self.source)
        except Rejection as rejection:
            raise Refused(f"{rejection.message} {HOW}") from rejection

    def axis(self, node: ast.expr | None) -> int | tuple[int, ...] | None:
        found = None if node is None else self.value(node)
        axes = tuple(found) if isinstance(found, tuple | list) else (found,)
        if found is not None and not all(type(axis) is int and abs(axis) < 2**31 for axis in axes):
            given = quoted(ast.unparse(node or ast.Constant(None)))
            raise Refused(f"{given} is no axis. Write a number such as 0 or -1, or several as (0, 1).")
        return axes if isinstance(found, tuple | list) else found

    def truth(self, node: ast.expr | None) -> bool:
        return node is not None and bool(self.value(node))

    def ddof(self, words: dict[str, ast.expr], usual: int) -> int:
        given = words.pop("correction", None) or words.pop("ddof", None)
        unbiased = words.pop("unbiased", None)
        if unbiased is not None:
            return int(self.truth(unbiased))
        found = usual if given is None else self.value(given)
        if found not in (0, 1):
            raise Refused(f"Divided is by n or by n − 1 here: write 0 or 1, not {quoted(str(found))}.")
        return int(found)

    def dtype(self, node: ast.expr | None) -> str:
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return "default"
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)
        library, _, last = text.rpartition(".")
        name = {**_USUAL, **(_TORCHS_ALIASES if library == "torch" else {})}.get(last, last)
        if name not in DTYPES[1:]:
            raise Refused(f"{quoted(text)} is no dtype that is shown here: {', '.join(DTYPES[1:])}.")
        return name


def _array_of(node: ast.expr) -> ast.expr:
    """Return what a call reduces: what stands before its dot, or its first argument."""
    match node:
        case ast.Call(ast.Attribute(holder, _)) if _module_of(holder) is None:
            return holder
        case ast.Call(_, [first, *_]):
            return first
    return node


def _softmaxed(node: ast.expr, axis: str) -> ast.expr | None:
    """Return the array whose softmax an expression of NumPy is, along that axis; None if it is none."""
    match node:
        case ast.BinOp(ast.Call(ast.Attribute(ast.Name(), "exp"), [ast.BinOp(array, ast.Sub(), _)]), ast.Div(), _):
            over = f"axis={axis}, keepdims=True"
            e = f"np.exp(({ast.unparse(array)}) - ({ast.unparse(array)}).max({over}))"
            same = ast.dump(code_expression(f"{e} / {e}.sum({over})")) == ast.dump(code_expression(ast.unparse(node)))
            return array if same else None
    return None


@dataclass(frozen=True, slots=True)
class _There(ast.NodeTransformer):
    """Puts the code of the array that is there in the place of a name that stands for it."""

    array_code: str

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = node.id in ALIASES or node.id in ("tensor", "array", "nan", "inf", "int", "float", "bool")
        return node if known else code_expression(self.array_code)


def _module_of(node: ast.expr) -> str | None:
    """Return the table's name of a module, or None for a value."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in ALIASES:
        return None
    module = ".".join([ALIASES[node.id], *reversed(parts)]).replace("torch.nn.functional", "F")
    return module if module in ("np", "torch", "F", "np.linalg", "torch.linalg") else None
