"""Why a program fails at networks: a result as a parameter, a method of another name, a weight that is not turned."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.failing import Failing, Operand, nodes_of, statements_of, wrapped
from primer_core.lessons.own_lines.near_names import near_names, renamed
from primer_core.lessons.own_lines.trace import Trace


@dataclass(frozen=True, slots=True)
class ParameterOfResult(CauseHere):
    """A parameter of a model is to be replaced by what was computed of other parameters.

    Parameters
    ----------
    code
        What it was computed by.
    """

    code: str

    def sentence(self) -> Sentence:
        """Say what does not follow, and what would."""
        return (
            "A parameter of a model can only be replaced by another parameter, so that it stays one. ",
            Code(self.code),
            " is a result. As a parameter of its own it would keep its gradient to itself; computed anew in each "
            "call, in ",
            Code("forward"),
            ", it hands the gradient on to what it was computed of.",
        )


@dataclass(frozen=True, slots=True)
class ForwardWithin(CauseHere):
    """A class has no method ``forward``: one is defined within another method.

    Parameters
    ----------
    line
        int, where it is defined.
    method
        Name of the method around it.
    """

    line: int
    method: str

    def sentence(self) -> Sentence:
        """Say where it stands, and where it belongs."""
        return (
            "The ",
            Code("forward"),
            f" of line {self.line} is indented too far: it stands within ",
            Code(self.method),
            ", so that it is a name of that method's own, and the class has none. It belongs as far left as ",
            Code(f"def {self.method}"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class NearlyItsName(CauseHere):
    """A method of a class has nearly the name that is called, and with that name the line does not fail.

    Parameters
    ----------
    owner, method, meant
        The class, its method, and the name that is called.
    line
        int, where it is defined.
    """

    owner: str
    method: str
    meant: str
    line: int

    def sentence(self) -> Sentence:
        """Say which name is called, and when."""
        return (
            f"{'PyTorch' if self.meant == 'forward' else 'Python'} calls ",
            Code(self.meant),
            f" {_WHEN.get(self.meant, 'by itself')}. The method of ",
            Code(self.owner),
            f" in line {self.line} is called ",
            Code(self.method),
            ", a name like any other, and nothing calls it.",
        )


_WHEN = {
    "__init__": "where an object is made",
    "__len__": "for len()",
    "__getitem__": "for what stands in square brackets behind an object",
    "__call__": "where an object itself is called",
    "__iter__": "where one goes through an object",
    "__next__": "for the next value",
    "forward": "where a module is called",
}


@dataclass(frozen=True, slots=True)
class WeightOfALayer(CauseHere):
    """Rows were multiplied by the weight of a linear layer as it lies.

    Parameters
    ----------
    given, layer, code
        What was multiplied, the layer, and what stands for its weight, as code.
    rows, weight
        Shapes of the rows and of the weight.
    """

    given: str
    layer: str
    code: str
    rows: tuple[int, ...]
    weight: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say how the weight lies, and what the layer itself computes."""
        outputs, inputs = self.weight
        of: Sentence = () if self.code == f"{self.layer}.weight" else (", which ", Code(self.code), " comes from")
        return (
            f"nn.Linear keeps its weight as (outputs, inputs), one row for each output: {self.weight} for ",
            Code(self.layer),
            *of,
            f". The layer multiplies rows of {inputs} numbers by its transpose, ",
            Code(f"{self.given} @ {self.code}.T"),
            f": {self.rows} by ({inputs}, {outputs}).",
        )


@dataclass(frozen=True, slots=True)
class TurnedForLinear(CauseHere):
    """The function of a linear layer was given a matrix that is turned already.

    Parameters
    ----------
    code
        What it was given.
    matrix
        Its shape.
    rows
        Shape of what is to be multiplied.
    """

    code: str
    matrix: tuple[int, ...]
    rows: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say what the function computes, and which shape it takes."""
        inputs, outputs = self.matrix
        return (
            Code("F.linear(x, W, b)"),
            " computes ",
            Code("x @ W.T + b"),
            ": W is (outputs, inputs), one row for each output, as nn.Linear keeps it. For rows of "
            f"{inputs} numbers and {outputs} outputs that is ({outputs}, {inputs}), and ",
            Code(self.code),
            f" is {self.matrix}.",
        )


@dataclass(frozen=True, slots=True)
class StateAlone(CauseHere):
    """A state dict was asked for what a network has.

    Parameters
    ----------
    name
        What it is bound to.
    loaded
        Whether it was loaded.
    asked
        The attribute; empty where the state itself was called.
    """

    name: str
    loaded: bool
    asked: str

    def sentence(self) -> Sentence:
        """Say what a state holds, and what it has to be put into."""
        held = " is what was saved, a state dict" if self.loaded else " is a state dict"
        lacks: Sentence = ("and it cannot be called",) if not self.asked else ("and no ", Code(self.asked))
        return (
            Code(self.name),
            f"{held}: the numbers of a network by their names, and no network. It has no layers and no ",
            Code("forward"),
            ", ",
            *lacks,
            ". Make a network of the same layers first, then put the numbers into it with ",
            Code("load_state_dict"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class PartOfData(CauseHere):
    """A part of a data set was asked for what only the whole has.

    Parameters
    ----------
    name
        The part, as code.
    asked
        The attribute.
    """

    name: str
    asked: str

    def sentence(self) -> Sentence:
        """Say what a part consists of."""
        return (
            Code(self.name),
            " is a Subset. It copies nothing: it holds the whole data set, ",
            Code(f"{self.name}.dataset"),
            ", and a list of places in that, ",
            Code(f"{self.name}.indices"),
            ". It gives its length and the samples at those places; attributes of the whole, such as labels, are not "
            "handed on, and it has no ",
            Code(self.asked),
            " of its own.",
        )


def of_networks(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message as the networks of the program tell it; None where they tell no more."""
    failing = trace.failing
    assert failing is not None
    nearly = nearly_its_name(trace)
    if nearly is not None:
        return nearly
    match known.kind:
        case "parameter_type":
            return _of_result(failing)
        case "no_forward":
            return _forward_within(trace)
        case "no_attribute":
            return _part_of_data(trace) or state_alone(trace)
        case "not_callable":
            return state_alone(trace)
        case kind if kind in _OF_PRODUCTS:
            return weight_of_a_layer(trace)
    return None


_OF_PRODUCTS = (
    "matmul_torch", "matmul_sizes_torch", "matmul_batch_torch", "matrix_vector_torch", "matmul", "dot",
)  # fmt: skip


def _part_of_data(trace: Trace) -> PartOfData | None:
    failing = trace.failing
    assert failing is not None
    match failing.node, failing.operands:
        case ast.Attribute(_, name), (Operand(kind="Subset") as part,) if "class Subset" not in trace.source:
            return PartOfData(part.asked, name)
    return None


def state_alone(trace: Trace) -> StateAlone | None:
    """Return which state of a network was asked for what a network has, or called; None of all else."""
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.Attribute(ast.Name(name), asked):
            pass
        case ast.Call(ast.Name(name)):
            asked = ""
        case _:
            return None
    if failing.scope.get(name) != "OrderedDict" or (asked and asked not in _OF_NETWORKS):
        return None
    made: ast.expr | None = None
    for statement in statements_of(trace.source):
        match statement:
            case ast.Assign([ast.Name(bound)], value) if bound == name and statement.lineno < failing.statement.lineno:
                made = value
    match made:
        case ast.Call(ast.Attribute(_, "state_dict"), [], []):
            return StateAlone(name, loaded=False, asked=asked)
        case ast.Call(ast.Attribute(ast.Name("torch"), "load")):
            saved = [ast.unparse(call.args[0]) for call in _saves(trace)]
            if saved and all(each.endswith(".state_dict()") for each in saved):
                return StateAlone(name, loaded=True, asked=asked)
    return None


_OF_NETWORKS = (
    "eval", "train", "parameters", "named_parameters", "forward", "to", "cuda", "cpu", "float", "zero_grad",
    "state_dict", "load_state_dict", "modules", "children", "requires_grad_",
)  # fmt: skip


def _saves(trace: Trace) -> list[ast.Call]:
    """Return the calls that save something."""
    calls = [node for node in nodes_of(trace.source) if isinstance(node, ast.Call) and node.args]
    return [call for call in calls if ast.unparse(call.func) == "torch.save"]


def weight_of_a_layer(trace: Trace) -> WeightOfALayer | None:
    failing = trace.failing
    assert failing is not None
    sides = _sides(failing.node)
    shapes = {each.place: each.shape for each in failing.operands}
    for given, weight in (sides, sides[::-1]) if len(sides) == 2 else ():
        rows, matrix = (shapes.get(Place.of(each, trace.source)) for each in (given, weight))
        on_the_left = weight is sides[0]
        if not rows or matrix is None or len(matrix) != 2 or rows[-1] != matrix[1] or (on_the_left and len(rows) < 2):
            continue
        holder = _whose_weight(weight, trace)
        if holder is not None and _is_linear(holder, failing, trace):
            text, layer, code = (Place.of(each, trace.source).text for each in (given, holder, weight))
            return WeightOfALayer(wrapped(given, text), layer, wrapped(weight, code), rows, matrix)
    return None


def _sides(node: ast.AST) -> tuple[ast.expr, ...]:
    """Return both sides of a product of matrices; none of anything else."""
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            return left, right
        case ast.Call(ast.Attribute(ast.Name("torch" | "np"), "matmul" | "mm" | "dot"), [left, right], []):
            return left, right
        case ast.Call(ast.Attribute(ast.Name("torch"), "addmm"), [_, left, right], []):
            return left, right
        case ast.Call(ast.Attribute(left, "matmul" | "mm" | "dot"), [right], []):
            return left, right
    return ()


def _whose_weight(node: ast.expr, trace: Trace, *, by_name: bool = True) -> ast.expr | None:
    """Return the layer whose weight something is, itself or with other numbers in its place; None of all else."""
    match node:
        case ast.Attribute(holder, "weight"):
            return holder
        case ast.Attribute(inner, "data"):
            return _whose_weight(inner, trace, by_name=by_name)
        case ast.Call(ast.Attribute(inner, "detach" | "clone" | "numpy" | "cpu" | "float" | "double"), [], []):
            return _whose_weight(inner, trace, by_name=by_name)
        case ast.Name(name) if by_name:
            value = _bound_to(name, trace)
            layer = None if value is None else _whose_weight(value, trace, by_name=False)
            lasts = not isinstance(layer, ast.Name) or _bound_to(layer.id, trace) is not None
            return layer if lasts else None
    return None


def _bound_to(name: str, trace: Trace) -> ast.expr | None:
    """Return what a name is bound to, where one statement alone binds it, and to that alone."""
    nodes = nodes_of(trace.source)
    stores = [
        node for node in nodes if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    found: list[ast.expr] = []
    for statement in statements_of(trace.source) if len(stores) == 1 else ():
        match statement:
            case ast.Assign([ast.Name(bound)], value) if bound == name:
                found.append(value)
            case ast.Assign([ast.Tuple(bounds)], ast.Tuple(values)) if len(bounds) == len(values):
                found += [value for to, value in zip(bounds, values, strict=True) if to is stores[0]]
            case ast.Assign(
                [ast.Tuple([ast.Name(bound), ast.Name()])], ast.Call(ast.Attribute(of, "parameters"), [], [])
            ):
                if bound == name:
                    found.append(ast.Attribute(of, "weight", ast.Load()))
    return found[0] if len(found) == 1 else None


def _is_linear(holder: ast.expr, failing: Failing, trace: Trace) -> bool:
    """Return whether an expression is the name of a linear layer, one of a Sequential, or an attribute set to one."""
    if "class Linear" in trace.source:
        return False
    match holder:
        case ast.Name(name):
            return failing.scope.get(name) == "Linear"
        case ast.Subscript(ast.Name(name), ast.Constant(int(place))):
            match _bound_to(name, trace):
                case ast.Call(function, layers, []) if ast.unparse(function) in (
                    "nn.Sequential",
                    "torch.nn.Sequential",
                ):
                    starred = any(isinstance(each, ast.Starred) for each in layers)
                    return not starred and place in range(len(layers)) and _makes_linear(layers[place])
            return False
        case ast.Attribute(_, attribute):
            made = [
                statement.value
                for statement in statements_of(trace.source)
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Attribute) and target.attr == attribute
            ]
            return len(made) == 1 and _makes_linear(made[0])
    return False


def _makes_linear(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("nn.Linear", "torch.nn.Linear")


def of_functions(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a product that a function refuses which adds to it; its message has no shape as it stands."""
    failing = trace.failing
    assert failing is not None
    if known.kind != "matmul_torch":
        return None
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("torch"), "addmm")):
            return weight_of_a_layer(trace)
    return turned_for_linear(trace)


def turned_for_linear(trace: Trace) -> TurnedForLinear | None:
    """Return what the function of a linear layer was given in place of a weight, where its transpose would fit."""
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.Call(function, [given, matrix, *_]) if ast.unparse(function) in _LINEAR:
            shapes = {each.place: each.shape for each in failing.operands}
            rows, turned = (shapes.get(Place.of(each, trace.source)) for each in (given, matrix))
            if rows and turned is not None and len(turned) == 2 and rows[-1] == turned[0] != turned[1]:
                return TurnedForLinear(Place.of(matrix, trace.source).text, turned, rows)
    return None


_LINEAR = tuple(f"{of}linear" for of in ("F.", "functional.", "nn.functional.", "torch.nn.functional."))


def nearly_its_name(trace: Trace) -> NearlyItsName | None:
    """Return the one method whose name is nearly one that is called, if the program gets further with that name."""
    if "class " not in trace.source:
        return None
    found = list(near_names(trace.source))
    if len(found) != 1 or trace.stopped is None:
        return None
    (near,) = found
    again = Interpreter()
    again.names.update(trace.given())
    stopped = again.run_program(read_program(renamed(trace.source, near)))
    if stopped is not None and stopped.place.line <= trace.stopped.place.line:
        return None
    return NearlyItsName(near.owner, near.method, near.meant, near.line)


def _forward_within(trace: Trace) -> ForwardWithin | None:
    for statement in statements_of(trace.source):
        match statement:
            case ast.FunctionDef(method, body=body) if method != "forward":
                for inner in body:
                    if isinstance(inner, ast.FunctionDef) and inner.name == "forward":
                        return ForwardWithin(inner.lineno, method)
    return None


def _of_result(failing: Failing) -> ParameterOfResult | None:
    match failing.statement:
        case ast.Assign([ast.Attribute()]):
            results = [each for each in failing.operands if each.shape is not None and not each.leaf]
            return ParameterOfResult(results[-1].text) if results else None
    return None
