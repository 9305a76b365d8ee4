"""The lesson on views in words: what was made, why it is a view or a copy, and what statements changed."""

import ast
import re

import numpy as np

from primer_core.language.parsing import code_expression
from primer_core.lessons.views.explain import Views, changes
from primer_core.lessons.views.refused_view import RefusedView
from primer_core.lessons.views.state import Made

_REASONS = {
    "contiguous": "`.contiguous()` copies exactly where the cells do not lie in order yet.",
    "diagonal": "One step down and one to the right at once is a fixed stride too.",
    "expand": "A stride of 0 reads one element again and again: nothing is copied.",
    "broadcast_to": "A stride of 0 reads one element again and again: nothing is copied.",
    "flatten": "NumPy's `flatten` always copies; PyTorch's only where it must, as `ravel` does.",
    "astype": "Another dtype needs other bytes, so the numbers are written anew.",
    "to": "Another dtype needs other bytes, so the numbers are written anew.",
    "ravel": "`ravel` copies only where the cells do not lie in order.",
    "reshape": "`reshape` copies only where no strides give the new shape, and says nothing when it does.",
    "from_numpy": "The tensor takes the bytes of the array as they are: no copy, and each sees what the other writes.",
    "T": "Turning axes round only swaps shape and strides.",
    "transpose": "Turning axes round only swaps shape and strides.",
    "permute": "Turning axes round only reorders shape and strides.",
    "flip": "PyTorch has no negative strides, so `flip` copies; NumPy's `[::-1]` is a view.",
    "as_strided": "`as_strided` takes any shape and strides; here they are checked first, to stay within the memory.",
}
"""Why an operation gives a view or a copy, by the last thing that was done."""

_INDEXED = {
    "view": "Numbers, slices, `...` and `None` only set a new offset and new strides.",
    "copy": "A list or a mask may name any cells in any order. No strides can say that, so the cells are copied.",
}


def story(found: Views) -> tuple[str, ...]:
    """Tell what each definition made, and why, in Markdown."""
    lines: list[str] = []
    assert found.before is not None
    rebound = {one.name for one in changes(found) if one.rebound}
    for verdict in found.verdicts:
        made = found.before.called(verdict.name)
        name, other = f"`{verdict.name}`", f"`{verdict.of}`"
        is_a = "was defined as a" if verdict.name in rebound else "is a"
        match verdict.kind:
            case "same":
                lines.append(f"{name} is {other}: a second name for one object. No array was made.")
                continue
            case "view":
                line = (
                    f"{name} {is_a} **view** of {other}: a new object, with its own shape, strides and offset, on "
                    "memory that was there. No element was copied."
                )
            case "empty":
                line = f"{name} has no cells, so there is nothing to share."
            case _:
                line = (
                    f"{name} {is_a} **copy**: {made.layout.nbytes} bytes of its own. What is written to it reaches no "
                    "other array, and it sees no change of theirs."
                )
        lines.append(f"{line} {_reason(made)}".strip())
    lines += changes_told(found)
    return tuple(lines) or ("`a` owns its memory. Write what is made of it into the field b.",)


def changes_told(found: Views) -> tuple[str, ...]:
    """Tell what the statements did to each name, in Markdown; nothing where there were none."""
    lines: list[str] = []
    if found.statements:
        assert found.after is not None
        told = changes(found)
        lines += [
            f"`{one.name}` is now the name of a **new object**. The object it was bound to before stays as it was."
            for one in told
            if one.rebound
        ]
        changed = [f"`{one.name}`" for one in told if one.cells and not one.rebound]
        memories = {found.after.called(one.name).buffer for one in told if one.cells and not one.rebound}
        if len(changed) > 1 and len(memories) == 1:
            lines.append(f"One memory was written to, and {' and '.join(changed)} read it: **all of them changed**.")
        elif changed:
            lines.append(f"Changed in place, without a new object: {' and '.join(changed)}.")
        for one in told:
            if not one.cells and not one.rebound:
                elsewhere = bool(memories) and found.after.called(one.name).buffer not in memories
                lines.append(f"Unchanged: `{one.name}`{', which lies in another memory' if elsewhere else ''}.")
    if found.error is not None and found.step and found.failing == found.step:
        lines.append(f"`{found.step}` was refused: every array is as it was before that statement.")
    lines += [
        f"`{one.statement}` wrote into `{one.code}`: that is a **copy**, made for this statement, with no name. "
        "Once the statement ends it is gone, and nothing else saw it."
        for one in found.unnamed
    ]
    return (*lines, *_cut(found))


def refusal_told(found: RefusedView) -> tuple[str, ...]:
    """Tell whether the view was given, why not, and what each way out copies, in Markdown."""
    view, in_order, reshape = found.ways
    lines = []
    if found.allowed:
        joined = "No axis is joined" if not any(pair.wanted for pair in found.pairs) else "Every pair it joins fits"
        lines.append(f"`{view.code}` is **given**: nothing is copied. {joined}.")
    elif broken := [pair for pair in found.pairs if pair.refuses]:
        pair = broken[0]
        elements = "element" if pair.stride == 1 else "elements"
        lines.append(
            f"`{view.code}` is **refused**: it joins axes {pair.left} and {pair.right}. One step along axis "
            f"{pair.left} moves {pair.stride} {elements}, but a walk to the end of axis {pair.right} moves "
            f"{pair.size} · {pair.next_stride} = {pair.needed}. One stride cannot be both."
        )
    else:
        lines.append(f"`{view.code}` is **refused**: the numbers of cells differ, so no copy helps either.")
    if reshape.works and in_order.works:
        lines.append(
            f"`{in_order.code}` copied **{in_order.copied} bytes**, `{reshape.code}` **{reshape.copied} bytes**. "
            "`reshape` gives a view where it can and a copy where it must, and does not say which: `view` does."
        )
    return tuple(lines)


def walk(found: RefusedView, most: int = 16) -> str:
    """Write the addresses of b in the order in which a new shape reads them, and the steps between them."""
    assert found.source.before is not None
    order = found.source.before.called("b").layout.addresses.ravel()
    shown, more = order[:most], " …" if len(order) > most else ""
    steps = " ".join(f"{step:+d}".replace("-", "−") for step in np.diff(shown))
    return f"b read in order: elements {' '.join(map(str, shown))}{more} · steps {steps}{more}"


def _reason(made: Made) -> str:
    """Why the last thing done gave what it gave."""
    node = code_expression(made.code)
    if made.library == "NumPy" and isinstance(node, ast.Subscript):
        if made.values.ndim == 0 and made.kind == "copy" and not made.writeable:
            return "A single element of a NumPy array comes out as a number of its own."
        return _INDEXED.get(made.kind, "")
    match node:
        case ast.Subscript():
            return _INDEXED.get(made.kind, "")
        case ast.BinOp():
            return "Arithmetic always makes a new array."
        case ast.Call(ast.Attribute(_, name) | ast.Name(name)) | ast.Attribute(_, name):
            return _REASONS.get(name, "")
        case _:
            return ""


def _cut(found: Views) -> list[str]:
    """Say so where a written fraction was cut, because the array holds integers."""
    assert found.after is not None
    lines = []
    for statement in found.statements:
        written = re.fullmatch(r"([abc])\[.*\] = (-?\d*\.\d*[1-9]\d*)", statement)
        if written and written[1] in found.after.names and found.after.called(written[1]).values.dtype.kind in "iu":
            made = found.after.called(written[1])
            lines.append(f"`{statement}`: `{written[1]}` holds {made.dtype}, so the fraction was cut off.")
    return lines
