"""What to say and to offer when NumPy or PyTorch refuses a line of the lesson on views."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from primer_core.language.parsing import code_expression, code_statements, typed_statements
from primer_core.language.statements import NAMES, Problem


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would work.

    Parameters
    ----------
    words
        Plain text: what it does; empty where its code says that.
    code
        What the changed field would hold; empty where words say it.
    texts
        The new text of each field, by its parameter.
    """

    words: str
    code: str
    texts: Mapping[str, str]


def advise(problem: Problem, step: str, place: str, typed: Mapping[str, str]) -> tuple[str, tuple[Fix, ...]]:
    """Return the cause in a sentence, and the fixes.

    Parameters
    ----------
    problem
        The kind of refusal.
    step
        The code that was refused.
    place
        The field in which it stands: "b", "c" or "then".
    typed
        The text of each field.
    """
    text = " ".join(typed[place].split())
    match problem:
        case "view":
            return _view(step, place, _plain(text))
        case "dtype":
            cause = (
                "Writing in place keeps the dtype: fractions do not fit into integers. "
                "A new array, bound to the same name, may have another dtype."
            )
            return cause, _rebinding(step, place, text)
        case "read-only":
            cause = "NumPy lets nobody write through this view, because several of its cells may be one element."
            return cause, _own_memory(step, typed, ".copy()")
        case "overlap":
            cause = "Several cells of this view are one element: PyTorch cannot tell what should be written there."
            return cause, _own_memory(step, typed, ".clone()")
        case "step":
            cause = "PyTorch has no negative strides, so nothing can be read backwards in place: flip makes a copy."
            flipped = f"{step.removesuffix('[::-1]')}.flip(0)"
            fits = step.endswith("[::-1]") and step in _plain(text)
            return cause, (_changed(place, _plain(text).replace(step, flipped)),) if fits else ()
        case _:
            return "", ()


def _view(step: str, place: str, text: str) -> tuple[str, tuple[Fix, ...]]:
    cause = (
        "No single stride for each new axis walks these cells in order: some axes cannot be joined without moving "
        "elements. A copy in order can have any shape."
    )
    node = code_expression(step)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)) or step not in text:
        return cause, ()
    holder, sizes = ast.unparse(node.func.value), ", ".join(map(ast.unparse, node.args))
    tensor = node.func.attr == "view"  # NumPy refuses in reshape(..., copy=False)
    in_order = f"{holder}.contiguous()" if tensor else f"np.ascontiguousarray({holder})"
    again = step.replace(holder, in_order, 1)
    return cause, (
        _changed(place, text.replace(step, f"{holder}.reshape({sizes})")),
        _changed(place, text.replace(step, again)),
        *_asking_why(holder, place, sizes.strip("()")),
    )


def _asking_why(holder: str, place: str, sizes: str) -> tuple[Fix, ...]:
    """Offer the view that explains it, which has the base and one array made of it."""
    shape = f"({sizes},)" if sizes and "," not in sizes else f"({sizes})"
    texts = {"view": "Refused views", "to": shape}
    if (holder, place) != ("b", "c"):
        if {node.id for node in ast.walk(code_expression(holder)) if isinstance(node, ast.Name)} & {"b", "c"}:
            return ()
        texts["b"] = holder
    return (Fix("Why, axis pair by axis pair", "", texts),)


def _rebinding(step: str, place: str, text: str) -> tuple[Fix, ...]:
    node = code_statements(step)[0]
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Name) or step not in text:
        return ()
    name = node.target.id
    rebound = ast.unparse(ast.Assign([node.target], ast.BinOp(ast.Name(name), node.op, node.value), lineno=1))
    return (_changed(place, text.replace(step, rebound)),)


def _own_memory(step: str, typed: Mapping[str, str], copy: str) -> tuple[Fix, ...]:
    name = next((name for name in NAMES if step.startswith(name)), "")
    if not typed.get(name, "").strip():
        return ()
    return (_changed(name, f"{_plain(typed[name])}{copy}"),)


def _changed(place: str, text: str) -> Fix:
    return Fix("", text if place == "then" else f"{place} = {text}", {place: text})


def _plain(text: str) -> str:
    """A text in the spelling in which its steps are named; as it is where it does not parse."""
    try:
        return "; ".join(ast.unparse(node) for node in typed_statements(text.strip()))
    except SyntaxError:
        return text
