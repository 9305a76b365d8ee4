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
from primer_core.lessons.own_lines.failing import Failing, statements_of, wrapped
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
    given, layer
        What was multiplied, and the layer, as code.
    rows, weight
        Their shapes.
    """

    given: str
    layer: str
    rows: tuple[int, ...]
    weight: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say how the weight lies, and what the layer itself computes."""
        outputs, inputs = self.weight
        return (
            f"The weight of a linear layer is (outputs, inputs): {self.weight} for ",
            Code(self.layer),
            f". The layer multiplies rows of {inputs} numbers by its transpose, ",
            Code(f"{self.given} @ {self.layer}.weight.T"),
            f": {self.rows} by ({inputs}, {outputs}).",
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
        case kind if kind in _OF_PRODUCTS:
            return _weight_of_a_layer(trace)
    return None


_OF_PRODUCTS = ("matmul_torch", "matmul_sizes_torch", "matmul_batch_torch", "matrix_vector_torch")


def _weight_of_a_layer(trace: Trace) -> WeightOfALayer | None:
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.BinOp(left, ast.MatMult(), ast.Attribute(holder, "weight")):
            pass
        case ast.Call(ast.Attribute(ast.Name("torch"), "matmul" | "mm"), [left, ast.Attribute(holder, "weight")], []):
            pass
        case ast.Call(ast.Attribute(left, "matmul" | "mm"), [ast.Attribute(holder, "weight")], []):
            pass
        case _:
            return None
    shapes = [each.shape for each in failing.operands if each.shape is not None]
    if len(shapes) != 2 or not shapes[0] or len(shapes[1]) != 2 or shapes[0][-1] != shapes[1][1]:
        return None
    if not _is_linear(holder, failing, trace):
        return None
    given, layer = (Place.of(each, trace.source).text for each in (left, holder))
    return WeightOfALayer(wrapped(left, given), layer, shapes[0], shapes[1])


def _is_linear(holder: ast.expr, failing: Failing, trace: Trace) -> bool:
    """Return whether an expression is the name of a linear layer, or an attribute that is set to one alone."""
    if isinstance(holder, ast.Name):
        return failing.scope.get(holder.id) == "Linear" and "class Linear" not in trace.source
    if not isinstance(holder, ast.Attribute):
        return False
    made = [
        statement.value
        for statement in statements_of(trace.source)
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Attribute) and target.attr == holder.attr
    ]
    return [ast.unparse(each.func) for each in made if isinstance(each, ast.Call)] in (
        ["nn.Linear"],
        ["torch.nn.Linear"],
    )


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
