"""Reads a whole program: which of its statements can be run, and what the first that cannot be is to be blamed for."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache

from primer_core.language.instead import PACKAGES, PARTS, instead_of
from primer_core.language.limits import MAX_NESTING, MAX_TEXT
from primer_core.language.parsing import TooDeepError, check_scopes, parse
from primer_core.language.programs.missing import public_names
from primer_core.language.programs.python_names import DUNDER
from primer_core.language.reader import check_nodes, place_of, whole
from primer_core.language.rejection import Place, Rejection
from primer_core.language.text import quoted

MAX_LINES = 80
"""Lines of a program."""

GRAMMAR: tuple[type[ast.AST], ...] = (
    ast.AnnAssign, ast.arg, ast.arguments, ast.Assert, ast.Break, ast.ClassDef, ast.comprehension, ast.Continue,
    ast.Dict, ast.DictComp, ast.ExceptHandler, ast.For, ast.FormattedValue, ast.FunctionDef, ast.GeneratorExp,
    ast.Global, ast.If, ast.IfExp, ast.JoinedStr, ast.Lambda, ast.ListComp, ast.Match, ast.match_case, ast.MatchAs,
    ast.MatchClass, ast.MatchMapping, ast.MatchOr, ast.MatchSequence, ast.MatchSingleton, ast.MatchStar,
    ast.MatchValue, ast.NamedExpr, ast.Nonlocal, ast.Raise, ast.Return, ast.Set, ast.SetComp, ast.Starred, ast.Try,
    ast.While, ast.With, ast.withitem, ast.Yield, ast.YieldFrom,
)  # fmt: skip
"""What is read in a program besides the expressions and statements of the one language."""

MODULES = {
    "numpy": "np", "torch": "torch", "torch.nn": "torch.nn", "torch.nn.functional": "F", "math": "math", "time": "time",
    "warnings": "warnings", "numpy.lib.stride_tricks": "np.lib.stride_tricks", "numpy.linalg": "np.linalg",
    "numpy.random": "np.random", "torch.optim": "torch.optim", "torch.utils.data": "torch.utils.data",
    "torch.optim.lr_scheduler": "torch.optim.lr_scheduler", "torch.nn.init": "torch.nn.init",
    "torch.nn.utils": "torch.nn.utils", "torchvision": "torchvision", "copy": "copy",
    "torchvision.transforms": "torchvision.transforms",
    "torchvision.transforms.functional": "torchvision.transforms.functional",
    "torch.nn.utils.rnn": "torch.nn.utils.rnn", "torch.autograd": "torch.autograd", "torch.linalg": "torch.linalg",
    "torch.autograd.functional": "torch.autograd.functional", "torch.func": "torch.func", "typing": "typing",
    "random": "random", "itertools": "itertools", "collections": "collections", "functools": "functools",
    "contextlib": "contextlib", "enum": "enum",
    "dataclasses": "dataclasses", "tqdm": "tqdm", "tqdm.auto": "tqdm", "tqdm.notebook": "tqdm",
}  # fmt: skip
"""Modules that can be imported, and the name by which the table knows each."""

_ABSENT = "absent."
"""What the name of something begins with that is imported and cannot be used."""

_OF_PYTHON = tuple(module for module in MODULES if module in sys.stdlib_module_names)

_INSTEAD: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.AsyncFunctionDef, "“async” is not run here. Write the function without it."),
    (ast.AsyncFor, "“async” is not run here. Write the loop without it."),
    (ast.AsyncWith, "“async” is not run here. Write the block without it."),
    (ast.Await, "“await” is not run here. Write the call itself."),
    (ast.TryStar, "“except*” is not run here. Write “except”."),
)


_YIELD_ALONE = "“yield” stands as a statement of its own here, or behind “name =”. Give it a line of its own."


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program as it was read.

    Parameters
    ----------
    nodes
        The statements that can be run, up to the first that cannot.
    source
        str, the text that they were parsed from.
    fault
        What is wrong with the statement that cannot be run; None if all can.
    """

    nodes: tuple[ast.stmt, ...]
    source: str
    fault: Rejection | None


@lru_cache(maxsize=8)
def read_program(text: str) -> Program:
    """Read a program, of which the last few are kept read. Nothing that is typed makes it raise.

    Parameters
    ----------
    text
        At most `MAX_LINES` lines and `MAX_TEXT` characters.
    """
    source = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    lines = source.split("\n")
    if len(source) > MAX_TEXT:
        message = f"This is {len(source)} characters long; at most {MAX_TEXT} are read. Shorten it."
        return Program((), source, Rejection("refused", message, Place(1, 0, 1, len(lines[0]), lines[0][:60])))
    if len(lines) > MAX_LINES:
        place = Place(MAX_LINES + 1, 0, MAX_LINES + 1, len(lines[MAX_LINES]), lines[MAX_LINES])
        message = f"This has {len(lines)} lines; at most {MAX_LINES} are run. Leave some out."
        return Program((), source, Rejection("refused", message, place))
    try:
        nodes, fault = _parsed(source), None
    except SyntaxError as error:
        fault = _unreadable(error, source)
        nodes = _before(source, fault.place.line)
    else:
        try:
            check_scopes(source)
        except SyntaxError as error:
            fault = _unreadable(error, source)
            nodes = [node for node in nodes if (node.end_lineno or node.lineno) < fault.place.line]
    readable: list[ast.stmt] = []
    for node in nodes:
        try:
            _check(node, source)
        except Rejection as rejection:
            return Program(tuple(readable), source, rejection)
        readable.append(node)
    return Program(tuple(readable), source, fault)


def unknown_import(node: ast.Import | ast.ImportFrom) -> str:
    """Return the first module of an import that is not known here; empty if all are."""
    if isinstance(node, ast.Import):
        return next((each.name for each in node.names if not (each.name in MODULES or _is_absent(each.name))), "")
    module = node.module or ""
    return "" if not node.level and (module in MODULES or _is_absent(module)) else "." * node.level + module


def _is_absent(module: str) -> bool:
    if module in MODULES:
        return False
    first = module.partition(".")[0]
    return first in PACKAGES or first in sys.stdlib_module_names or f"{module}.".startswith(PARTS)


def why_absent(full: str) -> str:
    """Return why what an import names cannot be used here, and what to write instead; empty if it can be.

    Parameters
    ----------
    full
        What `imported` calls it.
    """
    if not full.startswith(_ABSENT):
        return ""
    name = full.removeprefix(_ABSENT)
    first = name.partition(".")[0]
    if first in MODULES:  # a part of it alone is absent
        return f"{quoted(name)} cannot be used here. {instead_of(name.replace('numpy.', 'np.'))}".rstrip()
    known = PACKAGES.get(first)
    words = f"Of Python's own modules, these are run: {', '.join(_OF_PYTHON)}." if known is None else known.sentence
    return f"{quoted(first)} cannot be used here. {words}"


def imported(node: ast.Import | ast.ImportFrom) -> tuple[tuple[str, str], ...]:
    """Return what an import names, and by which name the table knows it, or `why_absent` what cannot be used."""
    if isinstance(node, ast.Import):
        found = []
        for each in node.names:
            first = each.name.partition(".")[0]
            if _is_absent(each.name) and (each.asname or first not in MODULES):
                found.append((each.asname or first, _ABSENT + each.name))
            else:
                found.append((each.asname, MODULES[each.name]) if each.asname else (first, MODULES[first]))
        return tuple(found)
    if _is_absent(node.module or ""):
        return tuple((each.asname or each.name, f"{_ABSENT}{node.module}.{each.name}") for each in node.names)
    within = MODULES[node.module or ""]
    if any(each.name == "*" for each in node.names):
        names = public_names(node.module or "").items()
        return tuple((name, MODULES.get(path, f"{within}.{name}")) for name, path in names)
    named = ((each.asname or each.name, f"{node.module}.{each.name}", each.name) for each in node.names)
    return tuple((name, MODULES.get(full, f"{within}.{short}")) for name, full, short in named)


def _parsed(source: str) -> list[ast.stmt]:
    body: list[ast.stmt] = parse(source, "exec", MAX_TEXT, MAX_NESTING).body
    for node in (each for statement in body for each in ast.walk(statement)):
        if isinstance(node, ast.Call):
            _check_keywords(node)
        elif isinstance(node, ast.Match):
            _check_cases(node)
    return list(map(_Main().visit, body))


def _check_keywords(call: ast.Call) -> None:
    """Raise what Python raises where a call gives an argument by name twice, which is no matter of grammar."""
    seen: set[str] = set()
    for word in call.keywords:
        if word.arg in seen:
            end = word.value.end_lineno, (word.value.end_col_offset or 0) + 1
            at = ("<unknown>", word.lineno, word.col_offset + 1, None, *end)
            raise SyntaxError(f"keyword argument repeated: {word.arg}", at)
        seen |= {word.arg} if word.arg is not None else set()


def _check_cases(node: ast.Match) -> None:
    """Raise what Python raises where a case is never come to, or a name is bound in it twice or not surely."""
    for place, case in enumerate(node.cases):
        _check_pattern(case.pattern, last=case.guard is not None or place == len(node.cases) - 1)


def _check_pattern(pattern: ast.pattern, *, last: bool) -> set[str]:
    """Check a pattern, and those within; return the names that it binds."""
    match pattern:
        case ast.MatchAs(None, name) if not last:
            what = "wildcard" if name is None else f"name capture {name!r}"
            raise _misplaced(f"{what} makes remaining patterns unreachable", pattern)
        case ast.MatchAs(ast.pattern() as inner, _):
            found = [_check_pattern(inner, last=last)]
        case ast.MatchOr(others):
            ends = [place == len(others) - 1 for place in range(len(others))]
            found = [_check_pattern(each, last=last and end) for each, end in zip(others, ends, strict=True)]
            if any(names != found[0] for names in found):
                raise _misplaced("alternative patterns bind different names", pattern)
            return found[0]
        case _:
            inner_ones = [each for each in ast.iter_child_nodes(pattern) if isinstance(each, ast.pattern)]
            found = [_check_pattern(each, last=True) for each in inner_ones]
    own: set[str] = {name for name in (getattr(pattern, "name", None), getattr(pattern, "rest", None)) if name}
    names: set[str] = set()
    for more in (*found, own):
        twice = sorted(names & more)
        if twice:
            raise _misplaced(f"multiple assignments to name {twice[0]!r} in pattern", pattern)
        names |= more
    return names


def _misplaced(words: str, node: ast.pattern) -> SyntaxError:
    return SyntaxError(
        words, ("<unknown>", node.lineno, node.col_offset + 1, None, node.end_lineno, node.end_col_offset + 1)
    )


class _Main(ast.NodeTransformer):
    """Puts in place of ``__name__`` what it is in a program that is run."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "__name__" and isinstance(node.ctx, ast.Load):
            return ast.copy_location(ast.Constant("__main__"), node)
        return node


def _before(source: str, line: int) -> list[ast.stmt]:
    """Return the statements before a line, as many as can be read."""
    lines = source.split("\n")
    for count in range(line - 1, 0, -1):
        try:
            return _parsed("\n".join(lines[:count]))
        except SyntaxError:
            continue
    return []


def _check(node: ast.stmt, source: str) -> None:
    """Refuse what is not run, wherever in a statement it stands.

    Raises
    ------
    Rejection
        With its place, and what to write instead.
    """
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            _check_import(inner, source)
        for kind, message in _INSTEAD:
            if isinstance(inner, kind):
                raise Rejection("unread", message, Place.of(inner, source))
    _check_flow(node, source)
    _check_yields(node, source)
    check_nodes(
        node,
        source,
        also=(*GRAMMAR, ast.Import, ast.ImportFrom, ast.alias),
        named=("__name__", "__init__", "__version__", "__class__", "eval"),
        called=("getattr", "setattr", *DUNDER),
    )


def _check_flow(node: ast.AST, source: str, *, loop: bool = False, function: bool = False) -> None:
    """Refuse what leaves a loop or a function where there is none, which Python refuses before it runs anything."""
    match node:
        case ast.Break() | ast.Continue() if not loop:
            word = "break" if isinstance(node, ast.Break) else "continue"
            raise Rejection("unread", f"“{word}” stands outside a loop.", Place.of(node, source))
        case ast.Return() if not function:
            raise Rejection("unread", "“return” stands outside a function.", Place.of(node, source))
        case ast.FunctionDef():
            loop, function = False, True
        case ast.ClassDef():
            loop = function = False
        case ast.For(_, _, body, orelse) | ast.While(_, body, orelse):
            for inner in body:
                _check_flow(inner, source, loop=True, function=function)
            for inner in orelse:
                _check_flow(inner, source, loop=loop, function=function)
            return
    for each in ast.iter_child_nodes(node):
        _check_flow(each, source, loop=loop, function=function)


def yields(body: list[ast.stmt]) -> bool:
    """Return whether statements are a generator's: a ``yield`` stands in them, in no function within."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _check_yields(node: ast.stmt, source: str, *, function: bool = False, manages: bool = False) -> None:
    """Refuse a ``yield`` where the walk through a program cannot stop: within an expression, and in what tidies up."""
    match node:
        case ast.Expr(ast.Yield() | ast.YieldFrom() as given) | ast.Assign(_, ast.Yield() | ast.YieldFrom() as given):
            if not function:
                raise Rejection("unread", "“yield” stands outside a function.", Place.of(given, source))
            if given.value is not None and yields([ast.Expr(given.value)]):
                raise Rejection("unread", _YIELD_ALONE, Place.of(given.value, source))
            return
        case ast.With() if yields([node]) and not manages:
            message = "“yield” is not run within “with” here. Write “with” around the loop that asks for values."
            raise Rejection("unread", message, Place.of(node, source))
        case ast.FunctionDef(body=body):
            marks = [ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list]
            for each in body:
                _check_yields(each, source, function=True, manages="contextmanager" in marks)
            return
        case ast.ClassDef(body=body):
            for each in body:
                _check_yields(each, source)
            return
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            _check_yields(inner, source, function=function, manages=manages)
        elif isinstance(inner, ast.match_case):
            for each in inner.body:
                _check_yields(each, source, function=function, manages=manages)
        else:
            found = next((each for each in ast.walk(inner) if isinstance(each, ast.Yield | ast.YieldFrom)), None)
            if found is not None and isinstance(inner, ast.ExceptHandler):
                message = "“yield” is not run within “except” here. Keep the value, and give it after the “try”."
                raise Rejection("unread", message, Place.of(found, source))
            if found is not None:
                raise Rejection("unread", _YIELD_ALONE, Place.of(found, source))


def _check_import(node: ast.Import | ast.ImportFrom, source: str) -> None:
    unknown = unknown_import(node)
    if unknown:
        message = f"{quoted(unknown)} cannot be imported here. What can be: {', '.join(MODULES)}."
        raise Rejection("unknown", message, Place.of(node, source))
    if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names):
        reason = why_absent(f"{_ABSENT}{node.module}") if _is_absent(node.module or "") else ""
        if reason:
            raise Rejection("unknown", reason, Place.of(node, source))


def _unreadable(error: SyntaxError, source: str) -> Rejection:
    if isinstance(error, TooDeepError):
        return Rejection("refused", f"This is nested more than {MAX_NESTING} levels deep.", whole(source))
    place = place_of(error, source)
    words = (error.msg or "invalid syntax").rstrip(".?")
    closed = _closing(source, place.line) if "was never closed" in words else ""
    hint = f" With {closed} at the end of that line it can be read." if closed else ""
    return Rejection("unread", f"Python cannot read line {place.line}. {type(error).__name__}: {words}.{hint}", place)


def _closing(source: str, number: int) -> str:
    """Return the brackets with which a line that lacks them at its end can be read; empty where none are known."""
    lines = source.split("\n")
    line, pairs = lines[number - 1], {"(": ")", "[": "]", "{": "}"}
    open_ones: list[str] = []
    for sign in line:
        if sign in pairs:
            open_ones.append(pairs[sign])
        elif open_ones and sign == open_ones[-1]:
            open_ones.pop()
    missing = "".join(reversed(open_ones))
    if not missing or "#" in line:
        return ""
    closed = "\n".join([*lines[: number - 1], line.rstrip() + missing, *lines[number:]])
    try:
        parse(closed, "exec", len(closed), MAX_NESTING)
    except SyntaxError:
        return ""
    return missing
