"""Why a way back fails: its graph was used up, what it had saved was changed, or NumPy was asked for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Code, Sentence, listed
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.failing import Entry, Failing, statements_of
from primer_core.lessons.own_lines.reruns.saved import changed_since, freed_before
from primer_core.lessons.own_lines.trace import Trace, run


@dataclass(frozen=True, slots=True)
class GraphOfRoundBefore(CauseHere):
    """A loss was computed of what the round before computed, whose graph was gone back through.

    Parameters
    ----------
    code
        What is gone back from.
    names
        What is carried from round to round.
    """

    code: str
    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say that the way goes on into the round before, and what ends it there."""
        return (
            Code(self.code),
            " was computed of ",
            Code(listed(self.names)),
            ", which the round before computed: the way back goes on into the graph of that round. What it saved was "
            "freed when ",
            Code("backward()"),
            " used it. ",
            Code(f"{self.names[0]}.detach()"),
            " hands on the numbers without that graph.",
        )


@dataclass(frozen=True, slots=True)
class ListForNumPy(CauseHere):
    """A function of NumPy's was given a list of tensors that require a gradient.

    Parameters
    ----------
    function
        The function: ``np.sum``.
    numbers
        The list of their numbers, as code.
    twin
        What computes the same with the tensors, as code; empty where that is not known.
    """

    function: str
    numbers: str
    twin: str

    def sentence(self) -> Sentence:
        """Say who asks for the array, what keeps the graph, and what leaves it."""
        leaves: Sentence = (Code(self.numbers), " takes plain numbers out of the graph.")
        keeps: Sentence = (Code(self.twin), " computes with the tensors and keeps the graph; ") if self.twin else ()
        return (
            Code(self.function),
            " makes an array of the list first, and for that asks each tensor for ",
            Code(".numpy()"),
            ": NumPy records nothing, so that is refused of a tensor which requires a gradient. ",
            *keeps,
            *leaves,
        )


@dataclass(frozen=True, slots=True)
class ChangedSince(CauseHere):
    """A line changed a tensor in place that an earlier one had saved for its way back.

    Parameters
    ----------
    used
        What saved it.
    line
        int, where that stands.
    name
        What code calls the tensor; empty where it has no name.
    shape
        Its shape.
    by
        What changed it.
    at
        int, where that stands.
    shared
        What code calls what was changed, where that is another tensor in the same memory; else empty.
    way
        How to keep what was saved: "before" of numbers that learn, "copy" of what lies in another's memory, else "new".
    instead
        What hands on the numbers alone, what has its own memory, or what makes a new tensor; empty where that is not
        known.
    """

    used: str
    line: int
    name: str
    shape: tuple[int, ...]
    by: str
    at: int
    shared: str
    way: Literal["before", "copy", "new"]
    instead: str

    def sentence(self) -> Sentence:
        """Name both lines, and what keeps the numbers."""
        needed = Code(self.name) if self.name else f"a tensor of shape {self.shape}"
        shares: Sentence = (", as ", Code(self.shared), " lies in the same memory") if self.shared else ()
        told: Sentence = (
            "The way back through ",
            Code(self.used),
            f" of line {self.line} needs ",
            needed,
            " as it was then. ",
            Code(self.by),
            f" of line {self.at} has changed it in place since",
            *shares,
            ".",
        )
        match self.way:
            case "before":
                told = (*told, " What was computed with the numbers before that line goes back before it, too.")
                if not self.instead:
                    return told
                return (*told, " Where no gradient is to come through it, ", Code(self.instead), " ends the way back.")
            case "copy" if self.instead:
                return (*told, " ", Code(self.instead), " has memory of its own, and may be changed.")
            case "new" if self.instead:
                return (*told, " ", Code(self.instead), " makes a new tensor, and leaves the old one as it is.")
        return (*told, " A clone() of it may be changed.")


@dataclass(frozen=True, slots=True)
class BuiltBefore(CauseHere):
    """A part of a graph was gone back through before, and belongs to what is gone back from now, too.

    Parameters
    ----------
    code
        What is gone back from.
    names
        Of the tensors whose graph that is.
    lines
        int each, where these were computed.
    before
        What went back before.
    at
        int, where that stands.
    looped
        Whether they were computed before a loop in whose rounds it is gone back.
    parted
        The optimiser that stepped between both, the network that it holds, and the one that computed these tensors;
        empty where there is no such thing.
    """

    code: str
    names: tuple[str, ...]
    lines: tuple[int, ...]
    before: str
    at: int
    looped: bool
    parted: tuple[str, ...] = ()

    def sentence(self) -> Sentence:
        """Say what both have in common, and what parts them."""
        several = len(self.names) > 1
        which = Code(listed(self.names))
        verb = "were" if several else "was"
        where = f"line {self.lines[0]}" if len(set(self.lines)) == 1 else f"lines {listed(list(map(str, self.lines)))}"
        if self.looped:
            return (
                which,
                f" {verb} computed in {where}, before the loop, of what requires a gradient, and ",
                Code(self.code),
                " is computed of that in each round: the way back goes on through the same piece of graph each time, "
                "and what it saved was freed when backward() came through it first. ",
                Code(f"{self.names[0]}.detach()"),
                " in the loop hands on the numbers alone; computed in the loop, it has a new graph in each round.",
            )
        ends: Sentence = (
            " was computed of that, too. One backward() of the sum of both goes back once; retain_graph=True in the "
            "first keeps the graph for the second.",
        )
        if self.parted:
            optimiser, held, first = map(Code, self.parted)
            ends = (
                " was computed of that, too. ",
                optimiser,
                " changes ",
                held,
                " alone, but a way back does not know of optimisers: it fills the gradients of ",
                first,
                " as well. ",
                Code(f"{held.text}({self.names[0]}.detach())"),
                " ends it at ",
                which,
                ", and leaves the graph of ",
                first,
                " for the second.",
            )
        return (
            Code(self.before),
            f" of line {self.at} went back through the graph of ",
            which,
            f", which {verb} computed in {where}, and freed what it had saved. ",
            Code(self.code),
            *ends,
        )


@dataclass(frozen=True, slots=True)
class MadeBeside(CauseHere):
    """A gradient is asked for by a tensor that was made of the one that the result was computed of.

    Parameters
    ----------
    result
        What was computed, as code.
    name
        Of the tensor that was made; empty where it stands in the call.
    made
        What made it, as code.
    of
        Name of the tensor that it was made of.
    instead
        What takes the same part of the gradient by that one; empty where there is no such.
    """

    result: str
    name: str
    made: str
    of: str
    instead: str

    def sentence(self) -> Sentence:
        """Say that both come from one tensor by two ways, and what gives the gradient."""
        called = self.name or self.made
        makes: Sentence = (Code(self.name), " = ") if self.name else ()
        told: Sentence = (
            *makes,
            Code(self.made),
            " makes a new tensor of ",
            Code(self.of),
            ", and ",
            Code(self.result),
            " was computed of ",
            Code(self.of),
            " by another way: no way leads from ",
            Code(self.result),
            " to ",
            Code(called),
            ". What is computed of that new tensor itself has a gradient by it.",
        )
        if not self.instead:
            return told
        return (*told, " ", Code(self.instead), " is that part of the gradient by ", Code(self.of), ".")


def of_gradients(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message as the graphs of the program tell it; None where they tell no more."""
    failing = trace.failing
    assert failing is not None
    match known.kind:
        case "backward_twice":
            return _of_round_before(trace) or _built_before(trace)
        case "numpy_grad":
            return _list_for_numpy(failing)
        case "changed_in_place":
            return _changed_since(trace)
        case "unused":
            return made_beside(trace)
    return None


@dataclass(frozen=True, slots=True)
class Parted:
    """Two networks, of which the second was called of a result of the first, and an optimiser that holds the second.

    Parameters
    ----------
    given
        The one place where the second reads that result before the first way back.
    name, first, second, optimiser
        The result, both networks, and the optimiser that stepped between both ways back.
    """

    given: ast.Name
    name: str
    first: str
    second: str
    optimiser: str


def of_another_network(trace: Trace) -> Parted | None:
    """Return where a result of one network was read to train another alone, before it was gone back through again."""
    failing, freed = trace.failing, freed_before(trace)
    assert failing is not None
    if freed is None or len(freed.names) != 1 or freed.made[0].gives != freed.names[0]:
        return None
    (name,), made = freed.names, freed.made[0].statement
    match made:
        case ast.Assign([ast.Name()], ast.Call(ast.Name(first), [ast.Name(), *_])):
            pass
        case _:
            return None
    learn = {each.called for step in trace.steps for each in step.forwards if each.trainable}
    if first not in learn or "add_param_group" in trace.source or "requires_grad" in trace.source:
        return None
    every, back = statements_of(trace.source), freed.before.statement
    simple = [each for each in every if not hasattr(each, "body")]
    until = [each for each in simple if made.lineno < each.lineno <= back.lineno]
    reads = [node for each in until for node in ast.walk(each) if isinstance(node, ast.Name)]
    given = [node for node in reads if node.id == name]
    if len(given) != 1 or first in {node.id for node in reads} or not isinstance(given[0].ctx, ast.Load):
        return None
    calls = [node for each in until for node in ast.walk(each) if isinstance(node, ast.Call) and node.args == given]
    seconds = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    between = {ast.unparse(each) for each in simple if back.lineno < each.lineno < failing.statement.lineno}
    for each in every:
        match each:
            case ast.Assign(
                [ast.Name(optimiser)], ast.Call(_, [ast.Call(ast.Attribute(ast.Name(held), "parameters"), [], []), *_])
            ) if [held] == seconds and held != first and f"{optimiser}.step()" in between:
                return Parted(given[0], name, first, held, optimiser)
    return None


def made_beside(trace: Trace) -> MadeBeside | None:
    """Return what a gradient was asked for by, where one by what that was made of is there."""
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.Call(ast.Attribute(attr="grad") | ast.Name("grad") as function, [result, asked, *_] as given, words):
            pass
        case _:
            return None
    name, made = "", asked
    if isinstance(asked, ast.List | ast.Tuple):
        return None
    if isinstance(asked, ast.Name):
        bound = [
            each
            for each in statements_of(trace.source)
            if any(isinstance(node, ast.Name) and node.id == asked.id for node in _targets_of(each))
        ]
        match bound:
            case [ast.Assign([ast.Name()], value)] if bound[0].lineno < failing.statement.lineno:
                name, made = asked.id, value
            case _:
                return None
    names = {each.id for each in ast.walk(made) if isinstance(each, ast.Name)}
    tensors = [each for each in names if failing.scope.get(each) == "Tensor"]
    known = trace.steps[-1].names if trace.steps else {}
    if len(tensors) != 1 or tensors[0] == name or tensors[0] not in known or not known[tensors[0]].requires:
        return None
    (of,) = tensors
    place = Place.of(asked, trace.source)
    lines = trace.source.split("\n")
    if place.line != place.end_line or _is_bound_after(trace, of, made):
        return None
    lines[place.line - 1] = f"{lines[place.line - 1][: place.column]}{of}{lines[place.line - 1][place.end_column :]}"
    stopped = run("\n".join(lines)).stopped
    if stopped is not None and (stopped.declined is None or "not have been used" in stopped.declined.text):
        return None
    code, takes = Place.of(made, trace.source).text, Place.of(result, trace.source).text
    more = [Place.of(each, trace.source).text for each in (*given[2:], *words)]
    by = f"{Place.of(function, trace.source).text}({', '.join([takes, of, *more])})[0]"
    return MadeBeside(takes, name, code, of, f"{by}{code[len(of) :]}" if _is_part(made, of) else "")


def _targets_of(statement: ast.stmt) -> Iterator[ast.AST]:
    """Go through what a statement may bind."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    yield from (node for each in targets if each is not None for node in ast.walk(each))


def _is_bound_after(trace: Trace, name: str, made: ast.expr) -> bool:
    """Return whether a name is bound to something else after an expression read it."""
    return any(
        isinstance(node, ast.Name) and node.id == name
        for each in statements_of(trace.source)
        if each.lineno >= made.lineno
        for node in _targets_of(each)
    )


def _is_part(made: ast.expr, of: str) -> bool:
    """Return whether an expression picks cells of a tensor, or gives them another shape, and no more."""
    match made:
        case ast.Subscript(ast.Name(name)):
            return name == of
        case ast.Call(ast.Attribute(ast.Name(name), "view" | "reshape" | "flatten" | "unsqueeze" | "squeeze")):
            return name == of
    return False


def carried(trace: Trace) -> Iterator[tuple[ast.Assign, tuple[str, ...]]]:
    """Go through the statements of a loop that compute tensors of what these were one round before, and their names."""
    failing = trace.failing
    assert failing is not None
    for loop in statements_of(trace.source):
        if not isinstance(loop, ast.For | ast.While) or not loop.lineno < failing.place.line:
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign([target], ast.Call() as call):
                    bound = [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]
                    read = [each.id for each in ast.walk(call) if isinstance(each, ast.Name)]
                    names = tuple(each for each in dict.fromkeys(bound) if each in read)
                    if names and all(failing.scope.get(each) == "Tensor" for each in names):
                        yield statement, names


def _of_round_before(trace: Trace) -> GraphOfRoundBefore | None:
    failing = trace.failing
    assert failing is not None
    place = failing.statement.lineno, failing.statement.col_offset
    again = any((step.moment.node.lineno, step.moment.node.col_offset) == place for step in trace.steps)
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name(loss), "backward")) if again:
            for statement, names in carried(trace):
                loop = next(each for each in statements_of(trace.source) if statement in getattr(each, "body", ()))
                beside = [each for each in getattr(loop, "body", ()) if isinstance(each, ast.Assign)]
                anew = any(_begins_anew(each, names, statement) for each in beside)
                if not anew and _reads(loss, beside) >= set(names):
                    return GraphOfRoundBefore(loss, names)
    return None


def loop_between(trace: Trace, made: ast.stmt, statement: ast.stmt) -> ast.For | ast.While | None:
    """Return the outermost loop that holds one statement and comes after another, both outside of all functions."""
    last = made.end_lineno or made.lineno
    for each in statements_of(trace.source):
        inside = each.lineno <= statement.lineno <= (each.end_lineno or each.lineno)
        if isinstance(each, ast.FunctionDef) and (inside or each.lineno <= made.lineno <= (each.end_lineno or 0)):
            return None
        if isinstance(each, ast.For | ast.While) and inside and last < each.lineno:
            return each
    return None


def _built_before(trace: Trace) -> BuiltBefore | None:
    failing = trace.failing
    assert failing is not None
    freed = freed_before(trace)
    match failing.node:
        case ast.Call(ast.Attribute(holder, "backward")) if freed is not None:
            loops = [loop_between(trace, each.statement, failing.statement) is not None for each in freed.made]
            once = freed.before.line != failing.statement.lineno and _of_nothing(failing.node, freed.before.node)
            if all(loops) or (once and not any(loops)):
                lines = tuple(each.line for each in freed.made)
                code = Place.of(holder, trace.source).text
                looped, found = all(loops), of_another_network(trace)
                parted = () if looped or found is None else (found.optimiser, found.second, found.first)
                return BuiltBefore(code, freed.names, lines, freed.before.code, freed.before.line, looped, parted)
    return None


def _of_nothing(*nodes: ast.AST) -> bool:
    """Return whether each node is a call without arguments, other than whether the graph is to be kept."""
    return all(isinstance(node, ast.Call) and not node.args and not node.keywords for node in nodes)


def _changed_since(trace: Trace) -> ChangedSince | None:
    failing, found = trace.failing, changed_since(trace)
    assert failing is not None
    if found is None:
        return None
    used, by = found.used, found.by
    way: Literal["before", "copy", "new"] = "copy" if found.shared else "new"
    instead = f"{found.shared}.clone()" if found.shared else ""
    if by.steps or (found.learns and not found.shared):
        way, given = "before", found.gives
        instead = f"{given}.detach()" if given and given != _asked(failing) else ""
    elif not found.shared:
        match by.node:
            case ast.AugAssign(ast.Name(name) as target, sign, value):
                made = ast.BinOp(ast.Name(name), sign, value)
                instead = ast.unparse(ast.Assign([target], made, lineno=1))
            case ast.Call(ast.Attribute(ast.Name(name), method), arguments, words) if method.endswith("_"):
                made_by = ast.Attribute(ast.Name(name), method.removesuffix("_"))
                if method not in _FILLS:
                    instead = f"{name} = {ast.unparse(ast.Call(made_by, arguments, words))}"
    return ChangedSince(used.code, used.line, found.name, found.shape, by.code, by.line, found.shared, way, instead)


def list_for_numpy(failing: Failing) -> tuple[str, str, str] | None:
    """Return a function of NumPy's given a list of single tensors, the list of their numbers, and the tensors' own."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy") as library, name), [given, *more], words):
            lists = [each for each in failing.operands if each.kind == "list" and isinstance(each.value, tuple)]
            if len(lists) != 1 or not lists[0].value:
                return None
            cells = [each for each in lists[0].value if isinstance(each, Entry)]
            if len(cells) != len(lists[0].value) or any(each.kind != "Tensor" or each.shape != () for each in cells):
                return None
            code = lists[0].text
            ending = _TWINS.get(name)
            twin = "" if ending is None or more or words else f"torch.stack({code}){ending}"
            return f"{library.id}.{name}", ast.unparse(_numbers_of(given)), twin
    return None


def _numbers_of(given: ast.expr) -> ast.expr:
    """Return the list of the numbers of tensors, as code."""

    def item(each: ast.expr) -> ast.expr:
        return ast.Call(ast.Attribute(each, "item"), [], [])

    match given:
        case ast.ListComp(element, generators):
            return ast.ListComp(item(element), generators)
        case ast.List(elements) if not any(isinstance(each, ast.Starred) for each in elements):
            return ast.List(list(map(item, elements)))
    each = ast.comprehension(ast.Name("each", ast.Store()), given, [], 0)
    return ast.ListComp(item(ast.Name("each", ast.Load())), [each])


_TWINS = {
    "sum": ".sum()", "mean": ".mean()", "average": ".mean()", "prod": ".prod()", "max": ".max()", "min": ".min()",
    "array": "", "asarray": "", "sqrt": ".sqrt()", "exp": ".exp()", "log": ".log()", "abs": ".abs()",
}  # fmt: skip
"""What tensors that are stacked are asked for in place of a function of NumPy's."""


def _list_for_numpy(failing: Failing) -> ListForNumPy | None:
    found = list_for_numpy(failing)
    return None if found is None else ListForNumPy(*found)


def _asked(failing: Failing) -> str:
    """Return the name of what is gone back from; empty where it has none."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name(name), "backward")):
            return name
    return ""


_FILLS = ("zero_", "fill_", "copy_", "uniform_", "normal_", "random_", "bernoulli_", "exponential_")
"""Methods in place that have no twin which makes a new tensor of the old one."""


def _bound_by(statement: ast.Assign) -> set[str]:
    return {each.id for target in statement.targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _begins_anew(other: ast.Assign, names: tuple[str, ...], carrying: ast.Assign) -> bool:
    """Return whether a statement of a loop binds one of some names to what no graph of the round before reaches."""
    cuts = any(isinstance(each, ast.Attribute) and each.attr in ("detach", "data") for each in ast.walk(other.value))
    return bool(_bound_by(other) & {*names}) and (cuts or other.lineno < carrying.lineno)


def _reads(name: str, statements: list[ast.Assign]) -> set[str]:
    """Return the names that a name is computed of in statements of a loop."""
    found = {name}
    for statement in reversed(statements):
        if _bound_by(statement) & found:
            found |= {each.id for each in ast.walk(statement.value) if isinstance(each, ast.Name)}
    return found
