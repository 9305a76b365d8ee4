"""When it surprises how NumPy, PyTorch or Python read what a line gives them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.readings import (
    AllAxesTurned,
    AllDifferent,
    AlwaysTrue,
    BitsTurned,
    CountedBefore,
    DotOfEvery,
    EqualWhenStretched,
    LateBound,
    ListAxisFirst,
    MinusNothing,
    NearMultipleOfPi,
    NotANumberOfThese,
    OneObjectHeld,
    PrintedShorter,
    SeedOfTheOther,
    TextsEqualNoNumber,
    VariablesInRows,
)
from primer_core.language.execution import is_array
from primer_core.language.programs.values import type_name
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.line import Line, arrays, as_array, last_name, numbers, with_argument

_CASTS = ("astype", "int", "long", "short", "to", "type")
_TURNS = ("sin", "cos", "tan")
_NEARLY_NONE = {4: 1e-6, 8: 1e-14}
"""By the bytes of a float: how far from 0, measured by what it was computed of, a sine is that should be 0."""

_PRINTED = {"np": 8, "torch": 4}
"""By the library how many digits behind the point are printed of a float in an array."""

_MOST = 32


def _near_pi(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part) or [each for each in part.operands if isinstance(each, float)]
        if last_name(part) not in _TURNS or len(given) != 1 or part.result is None:
            continue
        before, after = (as_array(each) for each in (given[0], part.result))
        if after.dtype.kind != "f" or before.shape != after.shape or not 0 < after.size <= _MOST:
            continue
        bound = _NEARLY_NONE.get(after.dtype.itemsize, 0.0) * np.abs(before)
        near = (after != 0) & (np.abs(after) < bound) & (np.abs(before) > 1)
        if near.any():
            gives = f"{float(after[near][0]):.3g}"
            yield NearMultipleOfPi(line.run, part.place.text, f"{float(before[near][0]):.6g}", gives)


def _not_finite(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        given = arrays(part)
        if last_name(part) not in _CASTS or len(given) != 1 or not is_array(part.result):
            continue
        before, after = numbers(given[0]), numbers(part.result)
        if before.dtype.kind != "f" or after.dtype.kind not in "iu" or before.shape != after.shape:
            continue
        odd = ~np.isfinite(before)
        if odd.any():
            first, stored = float(before[odd][0]), int(after[odd][0])
            yield NotANumberOfThese(line.run, part.place.text, str(first), str(stored), str(after.dtype))


def _bits(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        node = line.at(part.place) if part.entry == "operator.~x" else None
        if not isinstance(node, ast.UnaryOp) or not is_array(part.operands[0]) or not is_array(part.result):
            continue
        before, after = numbers(part.operands[0]), numbers(part.result)
        if before.dtype.kind not in "iu" or before.size < 2 or {0, 1} != set(before.reshape(-1).tolist()):
            continue
        one, zero = (int(after[before == each].reshape(-1)[0]) for each in (1, 0))
        instead = f"{line.asked(node.operand)} == 0"
        yield BitsTurned(line.run, part.place.text, one, zero, instead)


def _texts(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("operator.==", "operator.!=") or len(part.operands) != 2 or not is_array(part.result):
            continue
        sides = [as_array(each) for each in part.operands]
        kinds = [each.dtype.kind for each in sides]
        if "U" not in kinds or not {*kinds} - {"U"} <= {*"iuf"} or not all(each.size for each in sides):
            continue
        text, number = sides if kinds[0] == "U" else sides[::-1]
        found = numbers(part.result)
        if found.dtype.kind == "b" and found.size and (found == (part.entry == "operator.!=")).all():
            first, other = text.reshape(-1)[0].item(), number.reshape(-1)[0].item()
            yield TextsEqualNoNumber(line.run, part.place.text, first, str(other), bool(found.reshape(-1)[0]))


def _axis_moved(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        of_torch = part.entry == "Tensor.[]"
        if not (of_torch or part.entry == "ndarray.[]") or len(part.operands) != 2:
            continue
        index = part.operands[1]
        if not isinstance(index, tuple) or not is_array(part.result):
            continue
        if of_torch:  # where a number takes its axis away before lists are looked at
            index = tuple(numbers(each) if is_array(each) else each for each in index if type(each) is not int)
            if any(isinstance(each, np.ndarray) and not each.ndim for each in index):
                continue
        kinds = ["p" if type(each) is int or isinstance(each, list | np.ndarray) else "s" for each in index]
        places = [each for each in index if isinstance(each, list | np.ndarray)]
        if not places or any(np.asarray(each).dtype.kind not in "iu" for each in places):
            continue
        if any(each is None or each is Ellipsis for each in index) or "ps" not in "".join(kinds):
            continue
        first, last = kinds.index("p"), len(kinds) - 1 - kinds[::-1].index("p")
        if "s" not in kinds[first:last]:
            continue
        lists = [isinstance(each, list | np.ndarray) for each in index]
        first = kinds[: lists.index(True)].count("s")
        picked = np.broadcast_shapes(*(np.asarray(each).shape for each in places))
        gives = shape_of(part.result)
        in_place = (*gives[len(picked) :][:first], *picked, *gives[len(picked) :][first:])
        if gives != in_place:
            yield ListAxisFirst(line.run, part.place.text, gives, in_place, *(("PyTorch", "lists") if of_torch else ()))


def _minus_nothing(line: Line) -> Iterator[Claim]:
    names = line.step.names if line.before is None else line.before.names
    for part in line.step.parts:
        node = line.at(part.place) if part.entry in ("ndarray.[]", "Tensor.[]") else None
        match node:
            case ast.Subscript(holder, ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Name(name)), None)):
                bounds = f":{{}} - {name}"
            case ast.Subscript(holder, ast.Slice(ast.UnaryOp(ast.USub(), ast.Name(name)), None, None)):
                bounds = f"{{}} - {name}:"
            case ast.Subscript(holder, ast.Slice(ast.Name() as lower, ast.UnaryOp(ast.USub(), ast.Name(name)), None)):
                bounds = f"{lower.id}:{{}} - {name}"
            case _:
                continue
        seen = names.get(name)
        if seen is None or (seen.kind, seen.text) != ("int", "0") or not isinstance(holder, ast.Name):
            continue
        size, count = shape_of(part.operands[0])[0], shape_of(part.result)[0]
        if size and count in (0, size) and (count == 0) != bounds.endswith(":"):
            instead = f"{holder.id}[{bounds.format(f'len({holder.id})')}]"
            yield MinusNothing(line.run, part.place.text, name, count, instead)


def _all_axes(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("ndarray.T", "Tensor.T") or not part.place.text.endswith(".T"):
            continue
        before, after = shape_of(part.operands[0]), shape_of(part.result)
        matrices = (*before[:-2], *before[:-3:-1])
        if len(before) > 2 and after != matrices:
            yield AllAxesTurned(
                line.run, part.place.text, before, after, matrices, f"{part.place.text.removesuffix('.T')}.mT"
            )


def _variables(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.cov", "np.corrcoef") or len(part.operands) != 1 or not is_array(part.operands[0]):
            continue
        shape = shape_of(part.operands[0])
        if part.keywords or len(shape) != 2 or not shape[0] > shape[1] > 1:
            continue
        instead = with_argument(part.place.text, "rowvar=False")
        yield VariablesInRows(line.run, part.place.text, *shape, instead)


def _dot(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Attribute(ast.Name("np"), "dot") | ast.Name("dot"), [left, right], []):
                pass
            case ast.Call(ast.Attribute(left, "dot"), [right], []):
                pass
            case _:
                continue
        shapes = _shapes_of(line, call, left, right)
        if shapes is None:
            continue
        one, other = shapes
        if len(one) < 3 or len(other) < 3 or one[-1] != other[-2] or one[:-2] != other[:-2]:
            continue
        instead = " @ ".join(line.asked(each) for each in (left, right))
        gives = (*one[:-1], *other[:-2], other[-1])
        yield DotOfEvery(line.run, line.text(call), gives, (*one[:-1], other[-1]), instead)


def _shapes_of(line: Line, call: ast.Call, left: ast.expr, right: ast.expr) -> tuple[tuple[int, ...], ...] | None:
    """Return the shapes of what ``np.dot`` multiplied; None where they are not known."""
    place = Place.of(call, line.source)
    part = next((part for part in line.step.parts if part.place == place), None)
    if part is not None:
        known = part.entry in ("np.dot", "ndarray.dot") and len(part.operands) == 2 and is_array(part.result)
        return tuple(map(shape_of, part.operands)) if known and all(map(is_array, part.operands)) else None
    match line.node, left, right:  # arrays that are too large to be kept as parts
        case ast.Assign([ast.Name(made)], value), ast.Name(one), ast.Name(other) if value is call:
            if line.is_tensor(one) or line.is_tensor(other):
                return None
            shapes = line.shape_of(one), line.shape_of(other)
            seen = line.step.names.get(made)
            if seen is None or seen.shape is None or None in shapes:
                return None
            found = tuple(each for each in shapes if each is not None)
            first, second = found
            if len(first) > 1 and len(second) > 1 and seen.shape == (*first[:-1], *second[:-2], second[-1]):
                return found
    return None


def _stretched(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if last_name(part) != "all" or part.keywords or part.result is None:
            continue
        if not np.all(numbers(part.result) if is_array(part.result) else part.result):
            continue
        match line.at(part.place):
            case ast.Call(ast.Attribute(ast.Compare(left, [ast.Eq()], [right]) as compared, "all"), [], []):
                pass
            case ast.Call(
                ast.Attribute(ast.Name("np" | "torch")), [ast.Compare(left, [ast.Eq()], [right]) as compared]
            ):
                pass
            case _:
                continue
        code = line.text(compared)
        sides = [each.operands for each in line.step.parts if each.entry == "operator.==" and each.place.text == code]
        if len(sides) != 1 or not all(map(is_array, sides[0])):
            continue
        one, other = map(shape_of, sides[0])
        if one != other and one and other:
            function = "torch.equal" if hasattr(sides[0][0], "requires_grad") else "np.array_equal"
            instead = f"{function}({line.text(left)}, {line.text(right)})"
            yield EqualWhenStretched(line.run, part.place.text, one, other, instead)


_NO_SEQUENCES = ("set", "frozenset", "dict_values", "dict_keys", "dict_items", "generator", "map", "filter", "zip")


def _one_object(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in ("np.array", "np.asarray") or len(part.operands) != 1 or part.keywords:
            continue
        node, kind = line.at(part.place), type_name(part.operands[0])
        if not isinstance(node, ast.Call) or kind not in _NO_SEQUENCES or not is_array(part.result):
            continue
        given = node.args[0]
        text = line.text(given)
        inner = f"[{text[1:-1]}]" if isinstance(given, ast.GeneratorExp) and text[0] == "(" else f"list({text})"
        held = part.operands[0]
        plain = kind in ("set", "frozenset", "dict_values", "dict_keys")
        shape = (len(held),) if plain and all(type(each) in (int, float, str) for each in held) else None
        if shape_of(part.result) == ():
            yield OneObjectHeld(line.run, part.place.text, kind, f"{line.text(node.func)}({inner})", shape)


def _always(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        node = line.at(part.place) if part.entry in ("np.any", "np.all") else None
        match node:
            case ast.Call(ast.Attribute(ast.Name("np"), name), [ast.GeneratorExp() as given], []):
                text = line.text(given)
                yield AlwaysTrue(line.run, part.place.text, f"{name}{text if text.startswith('(') else f'({text})'}")


def _all_different(line: Line) -> Iterator[Claim]:
    names = {} if line.before is None else line.before.names
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("set"), [ast.Name(name)], []) if name in names and line.is_tensor(name):
                values = names[name].values
                if values is None or values.ndim != 1:
                    continue
                different = len(set(values.tolist()))
                if different < values.size:
                    instead = f"set({name}.tolist())"
                    yield AllDifferent(line.run, line.text(call), int(values.size), different, instead)


def _late_bound(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.ListComp(ast.Lambda(given, body) as made, [ast.comprehension(ast.Name(name))]):
                held = {each.arg for each in (*given.args, *given.kwonlyargs)}
                read = {each.id for each in ast.walk(body) if isinstance(each, ast.Name)}
                if name not in read - held or given.defaults or given.vararg or given.kwarg or given.kwonlyargs:
                    continue
                listed = ", ".join([*(each.arg for each in given.args), f"{name}={name}"])
                yield LateBound(line.run, line.text(made), name, f"lambda {listed}: {line.text(body)}")


def _counted_before(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)]):
            pass
        case _:
            return
    before, seen = line.shape_of(name), line.step.names.get(name)
    if not before or seen is None or not seen.shape or seen.shape[0] >= before[0]:
        return
    for loop in line.statements:
        match loop:
            case ast.For(ast.Name(), ast.Call(ast.Name("range"), [counted], []) as going):
                inside = loop.lineno < line.node.lineno <= (loop.end_lineno or 0)
                ends = any(isinstance(each, ast.Break | ast.Return) for each in ast.walk(loop))
                if (
                    not inside
                    or ends
                    or ast.unparse(counted) not in (f"len({name})", f"{name}.shape[0]", f"{name}.size")
                ):
                    continue
                first = [
                    step for step in line.trace.steps if step.line == loop.lineno and step.moment.happening == "loop"
                ]
                known = first[0].names.get(name) if first else None
                if known is not None and known.shape and len(known.shape) == 1 and len(seen.shape) == 1:
                    yield CountedBefore(line.run, line.text(going), name, known.shape[0], seen.shape[0])


_SEEDS = {"np": "np.random.seed", "torch": "torch.manual_seed"}


def _other_seed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        entry = entry_named(part.entry)
        node = line.at(part.place)
        own = part.entry.partition(".")[0]
        if entry is None or not entry.random or own not in _SEEDS or not isinstance(node, ast.Call):
            continue
        if (own == "np" and not part.entry.startswith("np.random.")) or "generator" in part.keywords:
            continue
        if not line.text(node.func).startswith(("np.random.", "torch.")):
            continue
        seeds: dict[str, list[str]] = {name: [] for name in (*_SEEDS.values(), "random.seed")}
        for statement in line.statements:
            match statement:
                case ast.Expr(ast.Call(function, [ast.Constant()], []) as call):
                    if ast.unparse(function) in seeds and statement.lineno < line.node.lineno:
                        seeds[ast.unparse(function)].append(line.text(call))
        other = [*seeds["random.seed"], *seeds[_SEEDS["torch" if own == "np" else "np"]]]
        texts = {ast.unparse(each.func) for each in line.everywhere() if isinstance(each, ast.Call)}
        if other and _SEEDS[own] not in texts and _is_first(line, node, own):
            yield SeedOfTheOther(line.run, part.place.text, other[-1], _SEEDS[own])


def _is_first(line: Line, node: ast.Call, library: str) -> bool:
    """Return whether no call before draws numbers of the same library, by a function of its own."""
    begins = "np.random." if library == "np" else "torch.rand"
    drawing = [
        each
        for each in line.everywhere()
        if isinstance(each, ast.Call) and ast.unparse(each.func).startswith(begins) and each is not node
    ]
    return all((each.lineno, each.col_offset) > (node.lineno, node.col_offset) for each in drawing)


def _printed(line: Line) -> Iterator[Claim]:
    if "set_printoptions" in line.source:
        return
    for part in line.step.parts:
        if part.entry != "operator.==" or len(part.operands) != 2 or not isinstance(part.operands[1], float):
            continue
        array, given = part.operands
        if not is_array(array) or isinstance(array, np.generic) or numbers(array).dtype.kind != "f":
            continue
        digits = _PRINTED["np" if isinstance(array, np.ndarray) else "torch"]
        cells = numbers(array).reshape(-1)
        near = np.abs(cells - given) < 0.5 * 10.0**-digits
        if not near.any() or numbers(part.result).any() or round(given, digits) != given:
            continue
        first = cells[near][0]
        if not np.isclose(float(first), given, rtol={2: 5e-3, 4: 1e-6}.get(first.itemsize, 1e-12), atol=0):
            yield PrintedShorter(line.run, part.place.text, digits, repr(float(first)), repr(given))


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _near_pi,
    _not_finite,
    _bits,
    _texts,
    _axis_moved,
    _minus_nothing,
    _all_axes,
    _variables,
    _dot,
    _stretched,
    _one_object,
    _always,
    _all_different,
    _other_seed,
    _printed,
    _counted_before,
    _late_bound,
)
