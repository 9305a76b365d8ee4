"""Comparisons with ``&`` or ``|`` between them, or in a chain: what is compared first, and what is written instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import in_brackets

_BETWEEN = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"}
_COMPARES = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

_Word = ast.expr | str
"""What stands between signs, or a sign."""


def compared_first(node: ast.Compare, source: str) -> str:
    """Return comparisons in brackets of their own, joined cell by cell as they are by the signs between them."""
    groups: list[list[_Word]] = [[]]
    between: list[str] = []
    for word in _words(node, source):
        if word in _BETWEEN.values() and isinstance(word, str):
            between.append(word)
            groups.append([])
        else:
            groups[-1].append(word)
    texts = [_pairs(group, source, alone=len(groups) == 1) for group in groups]
    return "".join(f"{text} {sign} " for text, sign in zip(texts, between, strict=False)) + texts[-1]


def taken_first(node: ast.Compare, source: str) -> list[ast.BinOp]:
    """Return what ``&``, ``|`` and ``^`` take out of comparisons, as no brackets stand around it."""
    sides = [node.left, *node.comparators]
    return [each for each in sides if isinstance(each, ast.BinOp) and _is_bare(each, source)]


def torn(statement: ast.stmt, taken: ast.AST, source: str) -> ast.Compare | None:
    """Return the comparisons of a statement out of which a sign took operands; None where it took none."""
    for node in ast.walk(statement):
        if not isinstance(node, ast.Compare) or all(each is not taken for each in taken_first(node, source)):
            continue
        if len(node.ops) > 1 or holds_a_comparison(node, source):
            return node
    return None


def holds_a_comparison(node: ast.Compare, source: str) -> bool:
    """Return whether an answer of another comparison is among what is compared."""
    return any(isinstance(word, ast.Compare) for word in _words(node, source))


def _words(node: ast.Compare, source: str) -> Iterator[_Word]:
    yield from _spread(node.left, source)
    for sign, side in zip(node.ops, node.comparators, strict=True):
        yield _COMPARES[type(sign)]
        yield from _spread(side, source)


def _spread(node: ast.expr, source: str) -> Iterator[_Word]:
    if isinstance(node, ast.BinOp) and _is_bare(node, source):
        yield from _spread(node.left, source)
        yield _BETWEEN[type(node.op)]
        yield from _spread(node.right, source)
    else:
        yield node


def _is_bare(node: ast.BinOp, source: str) -> bool:
    return type(node.op) in _BETWEEN and in_brackets(Place.of(node, source), source) is None


def _pairs(words: list[_Word], source: str, *, alone: bool) -> str:
    """Write each pair of a chain in brackets; what is no comparison as it is."""
    sides = [_text(word, source) for word in words[::2] if not isinstance(word, str)]
    pairs = [f"({one} {sign} {other})" for one, sign, other in zip(sides, words[1::2], sides[1:], strict=False)]
    if not pairs:
        return sides[0]
    return pairs[0] if len(pairs) == 1 else f"{' & '.join(pairs)}" if alone else f"({' & '.join(pairs)})"


def _text(node: ast.expr, source: str) -> str:
    bits = isinstance(node, ast.BinOp) and type(node.op) in _BETWEEN
    text = Place.of(node, source).text
    return f"({text})" if bits or isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp | ast.Lambda) else text
