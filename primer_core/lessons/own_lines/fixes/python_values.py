"""What helps where a list, a tuple, a text or a key of Python's own cannot do what is asked of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from primer_core.error_messages.kinds.python_values import FormatOfOne, NoContext
from primer_core.language.programs.networks import OPTIMISERS
from primer_core.language.programs.scope import names_bound
from primer_core.lessons.own_lines.failing import statements_of, wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure


def _list_first(failure: Failure) -> Iterator[Candidate]:
    """Make a list of a tuple or a range, and then write into it."""
    match failure.node:
        case ast.Subscript(ast.Name(name)) if failure.operands and failure.operands[-1].kind in ("tuple", "range"):
            yield failure.before(failure.failing.statement, f"{name} = list({name})")


def _last_place(failure: Failure) -> Iterator[Candidate]:
    """Take the last element, or write one more behind it."""
    match failure.failing.statement, failure.node:
        case ast.Assign([ast.Subscript(holder)], value), ast.Subscript(ctx=ast.Store()):
            yield failure.instead(failure.failing.statement, f"{failure.text(holder)}.append({failure.text(value)})")
        case _, ast.Subscript(slice=index, ctx=ast.Load()):
            yield failure.instead(index, "-1")


def _key(failure: Failure) -> Iterator[Candidate]:
    """Make a tuple of a list that is to be a key."""
    match failure.node:
        case ast.List():
            yield failure.whole(f"tuple({failure.text(failure.node)})")
        case ast.Subscript(slice=index):
            yield failure.instead(index, f"tuple({failure.text(index)})")


def _one_formatted(failure: Failure) -> Iterator[Candidate]:
    """Give a format one number of an array or a list, or write all of them, rounded."""
    node, cause = failure.node, failure.cause
    if not isinstance(node, ast.expr) or not isinstance(cause, FormatOfOne):
        return
    text = failure.text(node)
    asked = wrapped(node, text)
    if cause.type == "list":
        yield failure.whole(f"{asked}[-1]")
    if cause.type not in ("Tensor", "numpy.ndarray"):
        return
    yield failure.whole(f"{asked}.item()")
    yield failure.whole(f"{asked}.mean()")
    match failure.around(ast.FormattedValue):
        case ast.FormattedValue(format_spec=ast.JoinedStr([ast.Constant(str(form))])):
            place, digits = failure.place(node), form.rstrip("fge").rpartition(".")[2]
            ends = failure.trace.source.split("\n")[place.end_line - 1][place.end_column :]
            if ends.startswith(f":{form}}}") and digits.isdigit():
                rounded = (
                    f"{asked}.round(decimals={digits})" if cause.type == "Tensor" else f"np.round({text}, {digits})"
                )
                yield Candidate(replace(place, end_column=place.end_column + 1 + len(form)), rounded)


def _iterator(failure: Failure) -> Iterator[Candidate]:
    """Go through what is no iterator from its beginning."""
    match failure.node:
        case ast.Call(ast.Name("next"), [given, *_]):
            yield failure.instead(given, f"iter({failure.text(given)})")


def _each_number(failure: Failure) -> Iterator[Candidate]:
    """Make a number of each element of a list."""
    match failure.node:
        case ast.Call(ast.Name(name), [given]) if failure.operands and failure.operands[0].kind in ("list", "tuple"):
            yield failure.whole(f"[{name}(each) for each in {failure.text(given)}]")


def _of_the_program(failure: Failure) -> Iterator[Candidate]:
    """Say in a function that a name is that of the function around it, or the program's own."""
    line = failure.failing.statement.lineno
    functions = [each for each in statements_of(failure.trace.source) if isinstance(each, ast.FunctionDef)]
    around = [each for each in functions if each.lineno < line <= (each.end_lineno or each.lineno)][:-1]
    match failure.node:
        case ast.Name(name):
            bound = any(name in names_bound(function.body, function.args).local for function in around)
            yield failure.before(failure.failing.statement, f"{'nonlocal' if bound else 'global'} {name}")


def _elements(failure: Failure) -> Iterator[Candidate]:
    """Call the method that gives the elements; give an optimiser a network's parameters."""
    match failure.node:
        case ast.Attribute() | ast.Name():
            yield failure.whole(f"{failure.text(failure.node)}()")
        case ast.Call(function, [given, *_]) if failure.text(function).rpartition(".")[2] in OPTIMISERS:
            yield failure.instead(given, f"{wrapped(given, failure.text(given))}.parameters()")


def _object_of(failure: Failure) -> Iterator[Candidate]:
    """Make an object of the class that stands there."""
    if isinstance(failure.cause, NoContext) and failure.cause.type == "type":
        yield failure.whole(f"{failure.failing.place.text}()")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    "not_written": _list_first,
    "not_iterable": _elements,
    "no_context": _object_of,
    "place_beyond": _last_place,
    "no_hash": _key,
    "format_of_one": _one_formatted,
    "not_an_iterator": _iterator,
    "one_number_of": _each_number,
    "unbound": _of_the_program,
}
"""By the kind of the message."""
