"""The texts of a pipeline's steps: how what is typed is cut into steps, and how each is read.

A step is an expression of `primer_core.language.reader` on the tensor, which is called ``x``: ``x.reshape(2, -1)``,
``np.transpose(x, (1, 0))``, ``x[:, None]``. Short forms stand for it, which old links have:

- without the tensor: ``reshape(2, -1)``, ``T``, ``split(2)[0]``, ``[:, None]``;
- of a function, too: ``expand_dims(0)`` is ``np.expand_dims(x, 0)``;
- a join names what it joins x with: by its shape, as an array, or as ``x`` for the tensor itself:
  ``cat((1, 3), dim=0)``, ``cat([[5, 6]], 0)``, ``stack(x, 0)``.

What stands in front of ``=`` is a name for what comes of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from primer_core.backend import Library, backend
from primer_core.language.limits import check_size
from primer_core.language.operand import counted
from primer_core.language.parsing import code_expression, typed_expression
from primer_core.language.reader import ALIASES, read_shape, read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.table import CALLABLES, CONSTANTS, TABLE
from primer_core.language.text import quoted

Shape = tuple[int, ...]

MAX_STEPS = 12
"""Steps of one pipeline: as many as a screen has room for."""

TENSOR = "x"
"""What the tensor is called in a step."""

_SELF = (TENSOR, "self")
_JOINED = frozenset({"arrays", "tensors", "tup"})
"""What the table calls the parameter of a function that joins a list of arrays."""

OWNERS: dict[Library, str] = {"NumPy": "ndarray", "PyTorch": "Tensor"}
"""What the table calls the arrays of a library."""

HOW = "Write what is done to x: x.reshape(2, -1), x.T or x[:, None]; the x. in front may be left out."

_READ_OFF = re.compile(r"(?:(?:x|self)\s*=(?!=)\s*)+")
_NAMING = re.compile(r"([^\W\d]\w*)\s*=(?!=)")
_IMPORT = re.compile(r"import\s+(numpy|torch)\b|from\s+(numpy|torch)\b")


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step as it was read.

    Parameters
    ----------
    text
        As typed.
    node
        The expression, in which the tensor and every function have their full names.
    source
        What `node` was parsed from.
    name
        What the result is called; empty where it takes the place of x.
    """

    text: str
    node: ast.expr
    source: str
    name: str = ""


def split_steps(text: str) -> tuple[str, ...]:
    """Cut a text into the texts of its steps: at commas, semicolons and line breaks, and between the calls of a chain.

    It cuts anything: what cannot be read stays as a piece of its own, so that nothing typed is lost. A semicolon and a
    line break end a step even where a bracket in it is not closed. ``x = `` and imports are read off.
    """
    pieces: list[str] = []
    named: set[str] = set()
    for statement in re.split(r"[;\n]", text):
        if not _IMPORT.match(_bare(statement)):
            for piece in _cut_at_commas(statement):
                pieces += [link for link in _links(_bare(piece), named) if not _IMPORT.match(link)]
                if (found := _NAMING.match(_bare(piece))) is not None:
                    named.add(found[1])
    pieces = [piece for piece in pieces if piece]
    return tuple(pieces[1:] if len(pieces) > 1 and pieces[0] in _SELF else pieces)


def join_steps(texts: Sequence[str]) -> str:
    """Write the texts of steps as one; `split_steps` cuts it into the same pieces as each of the texts alone.

    They are parted by commas; by a semicolon behind a text that would draw the next one into it, such as one with a
    bracket that is not closed.
    """
    steps = [piece for text in texts for piece in split_steps(text)]
    parted = "".join(f"{piece}{', ' if split_steps(f'{piece}, T') == (piece, 'T') else '; '}" for piece in steps[:-1])
    return parted + steps[-1] if steps else ""


def read_step(text: str, library: Library, names: Collection[str]) -> Step:
    """Read one step.

    Parameters
    ----------
    text
        What was typed.
    library
        Whose array the tensor is. What has no library's name in front is that library's.
    names
        What a step may speak of, besides the tensor.

    Raises
    ------
    Rejection
        If it is no expression, or writes into an array.
    Refused
        If it is to be joined with an array that is too large.
    """
    typed = text.strip()
    typed = TENSOR + typed if typed.startswith("[") and typed.endswith("]") else typed.removeprefix(".")
    statements = read_statements(typed)
    match statements.nodes:
        case (ast.Expr(node),):
            name = ""
        case (ast.Assign([ast.Name(name)], node),):
            name = "" if name in _SELF else name
        case (ast.AugAssign() as node,):
            words = f"{quoted(typed)} writes into x, and a step makes of x what goes on. {HOW}"
            raise Rejection("refused", words, Place.of(node, statements.source))
        case _:
            place = Place(1, 0, 1, len(typed), typed)
            raise Rejection("unread", f"{quoted(typed)} is no step. {HOW}", place)
    full = _Full(library, names).visit(_on_the_tensor(node, library, names))
    _check_writes(full, statements.source)
    return Step(text, ast.fix_missing_locations(full), statements.source, name)


def joins(name: str) -> bool:
    """Whether an entry of the table takes a list of arrays which it joins."""
    entry = TABLE.get(name)
    return entry is not None and entry.takes.partition(",")[0] in _JOINED


def named_in(node: ast.AST) -> Iterator[str]:
    """Yield the names that an expression speaks of."""
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def short(code: str) -> str:
    """Write an expression on x in its short form: ``reshape(2, -1)`` for ``x.reshape(2, -1)``."""
    links = _links(code)
    return links[0] if len(links) == 1 else code.removeprefix(f"{TENSOR}.") if links else code


# Cutting


def _bare(text: str) -> str:
    """Take the space around a text away, and ``x = `` in front of it."""
    text = text.strip()
    found = _READ_OFF.match(text)
    return text[found.end() :].strip() if found else text


def _cut_at_commas(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for place, sign in enumerate(text):
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth = max(0, depth - 1)
        elif sign == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def _links(text: str, named: Collection[str] = ()) -> list[str]:
    """Cut a chain of calls on the tensor into its links; whatever is no such chain is one piece.

    Names that were given before are no methods of the tensor: ``t.view(6)`` is one piece where ``t`` is one of them.
    """
    text = text.removeprefix(".").strip() if re.match(r"\.\s*[^\W\d]", text) else text
    try:
        node = typed_expression(text)
    except SyntaxError:
        return [text]
    ends, root = [], node
    inner: ast.expr | None = node
    while inner is not None:
        root = inner
        inner = None
        match root:
            case ast.Call(ast.Attribute(value)) | ast.Attribute(value) if not _is_dotted(root):
                ends.append(value)
                inner = value
            case ast.Subscript(value):
                inner = value
    is_named = isinstance(root, ast.Name) and root.id in named
    if not ends or root.col_offset != 0 or is_named or not _begins_a_chain(root):
        return [text]
    signs = text.encode()
    cuts = [value.end_col_offset or 0 for value in reversed(ends)]
    parts = [signs[start:stop].decode() for start, stop in zip([0, *cuts], [*cuts, len(signs)], strict=True)]
    if not all(part.strip().startswith(".") for part in parts[1:]):  # a bracket stands between
        return [text]
    links = [part.strip().removeprefix(".").strip() for part in parts]
    return links[1:] if links[0] in _SELF else links


def _begins_a_chain(root: ast.expr) -> bool:
    """Whether what a chain begins with is the tensor, or something that is done to it in the short form."""
    match root:
        case ast.Name(name):
            return name in _SELF or any(f"{owner}.{name}" in TABLE for owner in OWNERS.values())
        case ast.Call(ast.Name()):
            return True
    return isinstance(root, ast.Call) and _is_dotted(root)


def _is_dotted(node: ast.expr) -> bool:
    """Whether a node is a function or constant of a library, with that library's name in front."""
    node = node.func if isinstance(node, ast.Call) else node
    while isinstance(node, ast.Attribute):
        node = node.value
        if isinstance(node, ast.Name):
            return node.id in ALIASES
    return False


# Reading


def _on_the_tensor(node: ast.expr, library: Library, names: Collection[str]) -> ast.expr:
    """Write the short form of a step out, where it has one."""
    known = {*names, *_SELF, *ALIASES, *CONSTANTS}
    match node:
        case ast.Attribute(value, name):
            return ast.copy_location(ast.Attribute(_on_the_tensor(value, library, names), name, ast.Load()), node)
        case ast.Subscript(value, index):
            return ast.copy_location(ast.Subscript(_on_the_tensor(value, library, names), index, ast.Load()), node)
        case ast.Call(ast.Attribute(value, name) as method, arguments, keywords):
            function = ast.Attribute(_on_the_tensor(value, library, names), name, ast.Load())
            return ast.copy_location(ast.Call(ast.copy_location(function, method), arguments, keywords), node)
        case ast.Name(name) if name not in known and not name.startswith("__"):
            return ast.copy_location(ast.Attribute(_tensor(node), name, ast.Load()), node)
        case ast.Call(ast.Name(name), arguments, keywords) if name not in {*names, *_SELF, *CALLABLES}:
            return ast.copy_location(_called(node, name, arguments, keywords, library), node)
    return node


def _called(
    node: ast.Call, name: str, arguments: list[ast.expr], keywords: list[ast.keyword], library: Library
) -> ast.expr:
    """Write a call without a tensor in front as that of a method, or of a function that takes the tensor first."""
    prefix, owner = backend(library).prefix, OWNERS[library]
    mentioned = any(inner in _SELF for argument in arguments for inner in named_in(argument))
    function = ast.copy_location(ast.Attribute(ast.Name(prefix, ast.Load()), name, ast.Load()), node.func)
    if joins(f"{prefix}.{name}"):
        first = [_joined(arguments[0], library)] if arguments else []
        return ast.Call(function, [*first, *arguments[1:]], keywords)
    if f"builtins.{name}" in TABLE and (mentioned or f"{owner}.{name}" not in TABLE):
        return node
    if f"{prefix}.{name}" in TABLE and (mentioned or f"{owner}.{name}" not in TABLE):
        return ast.Call(function, arguments if mentioned else [_tensor(node), *arguments], keywords)
    method = ast.copy_location(ast.Attribute(_tensor(node), name, ast.Load()), node.func)
    return ast.Call(method, arguments, keywords)


def _joined(first: ast.expr, library: Library) -> ast.expr:
    """Return the list of what is joined: the tensor and what a shape, an array or a name stands for."""
    if isinstance(first, ast.List | ast.Tuple) and any(name in _SELF for name in named_in(first)):
        parts = [part if _is_tensor(part) else _other(part, library) for part in first.elts]
    else:
        parts = [_tensor(first), first if _is_tensor(first) else _other(first, library)]
    return ast.copy_location(ast.List(parts, ast.Load()), first)


def _other(node: ast.expr, library: Library) -> ast.expr:
    """Return the array that a shape or a list stands for in a join."""
    engine = backend(library)
    shape = read_shape(ast.unparse(node)) if isinstance(node, ast.Tuple) else None
    if shape is not None and all(size >= 0 for size in shape):
        check_size(shape, f"An array of shape {shape_text(shape)}")
        code = engine.native_code(counted(shape, 10).code)
    elif isinstance(node, ast.List):
        code = engine.native_code(f"np.array({ast.unparse(node)})")
    else:
        return node
    made = code_expression(code)
    for part in ast.walk(made):
        ast.copy_location(part, node)
    return made


def _is_tensor(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _SELF


def _tensor(node: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(TENSOR, ast.Load()), node)


@dataclass(slots=True)
class _Full(ast.NodeTransformer):
    """Calls the tensor x, NumPy np, and what libraries print without their name by its full name."""

    library: Library
    names: Collection[str]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.names:
            return node
        name = {"self": TENSOR, "numpy": "np"}.get(node.id, node.id)
        if name in ("nan", "inf"):
            prefix = ast.copy_location(ast.Name(backend(self.library).prefix, ast.Load()), node)
            return ast.copy_location(ast.Attribute(prefix, name, ast.Load()), node)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in CALLABLES and node.func.id not in self.names:
            function = code_expression(CALLABLES[node.func.id])
            for part in ast.walk(function):
                ast.copy_location(part, node.func)
            node.func = function
        return node


def _check_writes(node: ast.expr, source: str) -> None:
    """Refuse what would write into an array.

    Raises
    ------
    Rejection
        With the call that would.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            name = part.func.attr
            entries = [ast.unparse(part.func)] if _is_dotted(part) else [f"{owner}.{name}" for owner in OWNERS.values()]
            if any(entry in TABLE and TABLE[entry].writes for entry in entries):
                instead = name.removesuffix("_")
                known = name != instead and any(f"{owner}.{instead}" in TABLE for owner in OWNERS.values())
                hint = f" {instead}, without the _, makes a tensor of its own." if known else ""
                words = f"{name} writes into the array that it is called on, and a step makes of x what goes on.{hint}"
                raise Rejection("refused", words, Place.of(part, source))
