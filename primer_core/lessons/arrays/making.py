"""How an array is made, as a learner writes it: an expression of the one language, or statements that bind an array.

Beside what the language reads, a list and a number stand for an array of them, and functions and dtypes of NumPy are
known without their ``np.``: ``zeros((2, 3))``, ``ones(3, int16)``, ``default_rng(0).random(3)``.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from primer_core.backend import Declined, Library, backend
from primer_core.language.evaluator import Call, Evaluator, warnings_of
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import code_statements
from primer_core.language.reader import ALIASES, Statements, read_shape, read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import CALLABLES, entry_named
from primer_core.language.table.dtypes import BUILTIN_DTYPES, NUMPY_DTYPES, TORCH_DTYPES
from primer_core.language.text import quoted

N = TypeVar("N", bound=ast.AST)

NAME = "x"
"""What the lesson calls the array, whatever the learner does."""

HOW = (
    "Write an array such as [[1, 2], [3, 4]], or what makes one: np.zeros((2, 3)), torch.ones(2, 3), "
    "np.arange(6).reshape(2, 3), np.random.default_rng(0).random(3)."
)

_NUMBERS = {"nan", "inf", "pi", "e", "newaxis"}
"""What is known without its ``np.``, besides functions and dtypes."""

_SPOKEN = re.compile(r"\d+(\s*[xX×]\s*\d+)+")
"""A shape as it is spoken: 4x3."""

_SEEDS = ("np.random.seed", "torch.manual_seed")
"""What gives a seed to the generator that a library has for all."""

_SEEDED = ("np.random.seed", "np.random.default_rng")
"""What gets a seed, where it has none."""

_ASKING_A_DTYPE = frozenset(
    {"astype", "to", "type", "float", "double", "half", "int", "long", "short", "bool", "bfloat16", "view"}
)
"""Methods whose result has the dtype that they name."""


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """Statements that make an array and bind it to `NAME`.

    Parameters
    ----------
    statements
        Their syntax trees. They are written as plain Python that runs after the usual imports, and each node has its
        place in what was typed.
    source
        str, what was typed.
    """

    statements: tuple[ast.stmt, ...]
    source: str

    @property
    def code(self) -> str:
        """The statements as code, a line each."""
        return "\n".join(map(ast.unparse, self.statements))

    @property
    def library(self) -> Library:
        """The library that is meant, where no array is made that could tell: PyTorch where its name occurs."""
        return "PyTorch" if names_of(self.statements) & {"torch", "F", "nn"} else "NumPy"

    @property
    def asks_a_dtype(self) -> bool:
        """Whether a dtype is named anywhere."""
        for node in (inner for statement in self.statements for inner in ast.walk(statement)):
            match node:
                case ast.keyword("dtype") | ast.Constant(str()):
                    return True
                case ast.Attribute(ast.Name("np" | "torch"), name) if name in NUMPY_DTYPES + TORCH_DTYPES:
                    return True
                case ast.Attribute(ast.expr(), name) if name in _ASKING_A_DTYPE:
                    return True
                case ast.Name(name) if name in BUILTIN_DTYPES:
                    return True
        return False

    @property
    def alone(self) -> Making:
        """The same without what has to do with other arrays: of ``x = np.ones(2); t = torch.ones(2)``, the first."""
        modules = frozenset(ALIASES)
        names, size = {NAME}, 0
        while len(names) > size:
            size = len(names)
            spoken = [names_of([node]) - modules for node in self.statements]
            names = names.union(*(each for each in spoken if each & names))
        kept = [node for node, each in zip(self.statements, spoken, strict=True) if each & names]
        used = names_of(kept)
        sown = [node for node in self.statements if _sows(node) and names_of([node]) & used]
        return replace(self, statements=tuple(node for node in self.statements if node in kept or node in sown))

    def renamed(self, name: str) -> tuple[ast.stmt, ...]:
        """Return the statements with another name for the array."""
        return _renamed(self.statements, {NAME: name})


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An array as it was made.

    Parameters
    ----------
    making
        The statements that make it. Where random numbers had no seed, it has the one that was used.
    array
        An `ndarray`, a number of NumPy's, or a tensor.
    evaluator
        What made it: it knows the calls, the names, and which cells were never written.
    seeded
        Whether a seed was chosen for the learner.
    """

    making: Making
    array: Any
    evaluator: Evaluator
    seeded: bool = False

    @property
    def library(self) -> Library:
        """The library whose array it is."""
        return "PyTorch" if owner_of(self.array) == "Tensor" else "NumPy"

    @property
    def calls(self) -> Sequence[Call]:
        """What the libraries did, in order."""
        return self.evaluator.calls

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the libraries warned of, in their words."""
        return warnings_of(self.calls)


def read_making(text: str) -> Making:
    """Read how an array is made.

    Of several statements, the last that is an expression is the array, or what is bound to ``x``, or else the last name
    that is bound. ``print`` makes nothing and is left out.

    Raises
    ------
    Refused
        If it is no Python that is read here, or nothing that could be an array.
    """
    spoken = _SPOKEN.fullmatch(text.strip())
    if spoken:
        raise Refused(_no_shape(str(read_shape(spoken[0]))))
    try:
        read = read_statements(text.strip())
        nodes = [node for node in read.nodes if not _prints(node)]
        if not nodes:
            raise Rejection("unread", "There is nothing here yet.", Place(1, 0, 1, 0, ""))
    except Rejection as rejection:
        raise Refused(sentence(rejection, text)) from rejection
    bound = _bound(nodes)
    nodes = [as_code(node, bound) for node in nodes]
    match nodes[-1]:
        case ast.Expr(ast.Tuple() as node):
            raise Refused(_no_shape(ast.unparse(node)))
        case ast.Expr(node) if not (bound and _is_statement(node)):
            nodes[-1] = ast.copy_location(ast.Assign([_name(NAME, node)], _as_array(node)), nodes[-1])
        case ast.Assign([ast.Name(name)], node) if name == NAME or NAME not in bound:
            nodes[-1] = ast.copy_location(ast.Assign([_name(name, node)], _as_array(node)), nodes[-1])
    if NAME not in _bound(nodes):
        if not bound:
            raise Refused(f"{quoted(text.strip())} binds no array. {HOW}")
        nodes = list(_renamed(nodes, {bound[-1]: NAME}))
    return Making(tuple(map(ast.fix_missing_locations, nodes)), read.source)


def read_changes(text: str) -> Statements:
    """Read statements that are run on ``x``; functions of NumPy may stand without their ``np.``.

    Raises
    ------
    Refused
        If they are no statements that are read here.
    """
    try:
        read = read_statements(text.strip())
    except Rejection as rejection:
        raise Refused(sentence(rejection, text, "Write statements such as x[0] = 3.7 or x *= 2.")) from rejection
    bound = (NAME, *_bound(read.nodes))
    return Statements(tuple(ast.fix_missing_locations(as_code(node, bound)) for node in read.nodes), read.source)


def as_code(node: N, bound: Sequence[str] = ()) -> N:
    """Return a tree of what was typed as plain Python: with ``np.`` and ``dtype=`` where they were left out.

    Parameters
    ----------
    node
        As it was read; it is changed.
    bound
        The learner's own names, which stay.
    """
    written: N = _AsCode(bound).visit(node)
    return written


def make(making: Making) -> Made:
    """Make an array.

    Raises
    ------
    Rejection
        If a library declines, or something in it is not known or not computed here.
    Refused
        If what comes of it is no array of numbers, booleans or objects, or is too large to be drawn.
    """
    evaluator = Evaluator()
    for node in making.statements:
        evaluator.statement(node, making.source)
    if NAME not in evaluator.names:
        raise Refused(f"{quoted(making.source.strip())} binds an array and deletes its name again. {HOW}")
    value = evaluator.names[NAME]
    if type(value) in (bool, int, float, complex):
        making, value = _of_number(making), np.array(value)
        evaluator.names[NAME] = value
    if not is_array(value):
        raise Refused(f"{quoted(making.source.strip())} is {_kind_of(value)} {HOW}")
    check_size(tuple(value.shape))
    seeded = evaluator.seeded
    return Made(_sown(making, evaluator) if seeded else making, value, evaluator, seeded)


def sentence(rejection: Rejection, text: str, how: str = HOW) -> str:
    """Say why something comes to nothing, and where: line, column and sub-expression, unless it is all of the text."""
    message, place = rejection.message, rejection.place
    if rejection.declined is not None:
        message = f"the library says: {rejection.declined.words}"
    if place.text.strip() and place.text.strip() != text.strip():
        line = f"Line {place.line}, column" if "\n" in text.strip() else "Column"
        part = "" if quoted(place.text) in message else f", {quoted(place.text)}"
        message = f"{line} {place.column + 1}{part}: {message}"
    return message if rejection.verdict == "refused" else f"{message} {how}".rstrip()


def texts_refused(rejection: Rejection, making: Making) -> str:
    """Say what NumPy would make of texts, where an array of them was refused; empty where none was."""
    node = node_at(making, rejection.place)
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "array" | "asarray"), [ast.List() as entries, *_]) if (
            rejection.verdict == "refused"
        ):
            pass
        case _:
            return ""
    texts = [part.value for part in ast.walk(entries) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if not texts:
        return ""
    longest = max(map(len, texts))
    return (
        "An array of texts is not made here: cells are numbers, booleans or objects. NumPy would give every cell "
        f"the same width, that of the longest text: dtype {np.array(texts).dtype}, {longest} characters at most. A "
        "longer text that is stored later is cut off without a word, and a number that is stored becomes text."
    )


def node_at(making: Making, place: Place) -> ast.expr | None:
    """Return the expression that stands at a place, or None."""
    for node in (inner for statement in making.statements for inner in ast.walk(statement)):
        if not isinstance(node, ast.expr) or isinstance(node, ast.Name):
            continue
        if Place.of(node, making.source) == place:
            return node
    return None


def replaced(making: Making, node: ast.expr, by: ast.expr) -> str:
    """Write the making with another expression in the place of one: as it would be typed."""
    swapped = [copy.deepcopy(statement, {id(node): by}) for statement in making.statements]
    match swapped:
        case [ast.Assign([ast.Name(name)], value)] if name == NAME:
            return ast.unparse(value)
    return "; ".join(map(ast.unparse, swapped))


def imports(code: str) -> list[str]:
    """Write the import lines that code needs."""
    found = names_of(code_statements(code))
    lines = {
        "np": "import numpy as np",
        "torch": "import torch",
        "F": "import torch.nn.functional as F",
        "nn": "import torch.nn as nn",
    }
    return [line for name, line in lines.items() if name in found]


def names_of(statements: Sequence[ast.AST]) -> frozenset[str]:
    """Return all names that occur in code."""
    return frozenset(node.id for one in statements for node in ast.walk(one) if isinstance(node, ast.Name))


def declined_code(library: Library, code: str, declined: Declined) -> str:
    """Write a snippet in which a library declines, and which prints its words."""
    lines = imports(code) or [backend(library).import_line]
    body = [f"    {line}" for line in code.split("\n")]
    return "\n".join([*lines, "", "try:", *body, f"except {declined.builtin} as error:", "    print(error)"])


def _no_shape(shape: str) -> str:
    return f"{quoted(shape)} alone is a shape, not an array of it. Write np.zeros({shape}), for instance."


def _prints(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Call(ast.Name("print"))):
            return True
    return False


def _sows(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Call(function)):
            return ast.unparse(function) in _SEEDS
    return False


def _is_statement(node: ast.expr) -> bool:
    """Whether an expression is written for what it does, as ``x.sort()`` and ``np.random.seed(0)`` are."""
    match node:
        case ast.Call(ast.Attribute(_, method) as function):
            called = ast.unparse(function)
            entries = [entry_named(name) for name in (called, f"ndarray.{method}", f"Tensor.{method}")]
            if called.startswith(("np.", "torch.", "F.")):
                entries = entries[:1]
            return called in _SEEDS or any(entry is not None and bool(entry.writes) for entry in entries)
    return False


def _bound(nodes: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Return the names that statements bind, those last that were bound last."""
    found: dict[str, None] = {}
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                found.pop(part.id, None)
                found[part.id] = None
    return tuple(found)


def _as_array(node: ast.expr) -> ast.expr:
    """Return a list as the array of it; anything else stays."""
    return _call("np.array", [node], node) if isinstance(node, ast.List) else node


def _of_number(making: Making) -> Making:
    """Put an array of it in the place of a number that is bound to the name at last."""
    *before, last = making.statements
    if isinstance(last, ast.Assign) and list(map(ast.unparse, last.targets)) == [NAME]:
        array = ast.copy_location(ast.Assign(last.targets, _call("np.array", [last.value], last.value)), last)
        return replace(making, statements=(*before, array))
    name = ast.copy_location(ast.Name(NAME, ast.Load()), last)
    array = ast.copy_location(ast.Assign([_name(NAME, last)], _call("np.array", [name], name)), last)
    return replace(making, statements=(*making.statements, array))


def _sown(making: Making, evaluator: Evaluator) -> Making:
    """Write the seed into the statements that random numbers were drawn from."""
    seeds = _Seeds(evaluator.seed)
    nodes = [ast.fix_missing_locations(seeds.visit(copy.deepcopy(node))) for node in making.statements]
    lines: list[ast.stmt] = []
    for sow in _SEEDS:
        is_numpys = sow.startswith("np.")
        own = [call for call in evaluator.calls if (call.entry.library == "np") is is_numpys]
        first = next((call for call in own if call.entry.name == sow or _draws(call)), None)
        if first is not None and first.entry.name != sow:
            lines += code_statements(f"{sow}({evaluator.seed})")
    return replace(making, statements=(*lines, *nodes))


def _draws(call: Call) -> bool:
    """Whether a call draws random numbers from its library's own generator."""
    return call.entry.random and call.bound.get("generator") is None


def _kind_of(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}, and no array. Take one of them: [0] behind it is the first."
    if isinstance(value, str):
        return "a text, and no array."
    return "None, and no array." if value is None else f"of type {type(value).__name__}, and no array."


def _name(name: str, like: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Store()), like)


def _dotted(name: str, like: ast.AST) -> ast.expr:
    """Return ``np.random.default_rng`` as a tree, in the place of a node."""
    first, *rest = name.split(".")
    node: ast.expr = ast.copy_location(ast.Name(first, ast.Load()), like)
    for part in rest:
        node = ast.copy_location(ast.Attribute(node, part, ast.Load()), like)
    return node


def _call(name: str, arguments: list[ast.expr], like: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Call(_dotted(name, like), arguments, []), like)


def _renamed(nodes: Sequence[ast.stmt], names: dict[str, str]) -> tuple[ast.stmt, ...]:
    renamed = copy.deepcopy(list(nodes))
    for node in (inner for statement in renamed for inner in ast.walk(statement)):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return tuple(renamed)


@dataclass(slots=True)
class _AsCode(ast.NodeTransformer):
    """Writes out what may be left out: ``np.`` in front of functions, dtypes and numbers, and ``dtype=``.

    Parameters
    ----------
    bound
        The learner's own names, which stay.
    """

    bound: Sequence[str]
    _library: list[str] = field(default_factory=lambda: ["np"])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.bound:
            return node
        if node.id == "numpy":
            return _dotted("np", node)
        if node.id in _NUMBERS:
            return _dotted(f"np.{node.id}", node)
        dtypes = NUMPY_DTYPES if self._library[-1] == "np" else TORCH_DTYPES
        if node.id in dtypes and node.id not in BUILTIN_DTYPES:
            return _dotted(f"{self._library[-1]}.{node.id}", node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        match node:
            case ast.Attribute(ast.Name("random"), name) if "random" not in self.bound:
                return _dotted(f"np.random.{name}", node)
        node.value = self.visit(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.func = self.function(node.func)
        name = ast.unparse(node.func)
        is_torchs = name.startswith(("torch.", "F.")) or name.endswith((".to", ".type"))
        self._library.append("torch" if is_torchs else "np")
        given = [(argument, self.visit(argument)) for argument in node.args]
        node.keywords = [ast.copy_location(ast.keyword(k.arg, self.visit(k.value)), k) for k in node.keywords]
        self._library.pop()
        node.args = [after for _, after in given]
        entry = entry_named(name)
        takes = entry.takes.replace(" ", "").split(",") if entry is not None else []
        place = takes.index("dtype") if "dtype" in takes else len(given)
        is_bare = bool(given) and isinstance(given[-1][0], ast.Name) and given[-1][0].id in NUMPY_DTYPES + TORCH_DTYPES
        if len(given) == place + 1 and is_bare and given[-1][0] is not given[-1][1]:
            node.keywords.insert(0, ast.copy_location(ast.keyword("dtype", node.args.pop()), given[-1][1]))
        return node

    def function(self, node: ast.expr) -> ast.expr:
        """Return what is called, with its library."""
        match node:
            case ast.Name(name) if name not in self.bound:
                known = [CALLABLES.get(name, ""), "np.random.default_rng" if name == "default_rng" else ""]
                known += [] if entry_named(f"builtins.{name}") else [f"np.{name}", f"torch.{name}"]
                full = next((each for each in known if each and entry_named(each)), None)
                return _dotted(full, node) if full else node
        visited: ast.expr = self.visit(node)
        return visited


@dataclass(slots=True)
class _Seeds(ast.NodeTransformer):
    """Gives a seed to each generator that has none."""

    seed: int

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not node.args and not node.keywords and ast.unparse(node.func) in _SEEDED:
            node.args = [ast.Constant(self.seed)]
        return node
