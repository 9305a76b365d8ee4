"""Whether statements make of an array what is said."""

from __future__ import annotations

import ast
from typing import Any

from primer_core.claims.course import EndsAs, Raised, StandsFor, StepGives, Untouched
from tests.claims.checking import check
from tests.claims.memory import addresses, content, failing, flip, is_tensor, itemsize, shown
from tests.claims.program import Program


def results(program: Program) -> list[str]:
    """The names of all results, in order."""
    return [
        str(statement.value.args[0].value)
        for statement in program.statements
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "show"
        and isinstance(statement.value.args[0], ast.Constant)
    ]


def lines(code: str) -> list[str]:
    return [ast.unparse(statement) for statement in ast.parse(code).body]


@check(StepGives)
def _(claim: StepGives, program: Program) -> None:
    wanted = lines(claim.statements)
    written = [ast.unparse(statement) for statement in program.statements]
    place = written.index(wanted[-1])
    assert written[place - len(wanted) + 1 : place + 1] == wanted
    match program.statements[place]:
        case ast.Assign([ast.Name(name)]):
            names, origin = shown(program, name)
        case _:
            raise AssertionError("no name is bound")
    assert tuple(names[name].shape) == claim.after
    assert tuple(names[origin].shape) == claim.before


@check(StandsFor)
def _(claim: StandsFor, program: Program) -> None:
    (wanted,) = lines(claim.statement)
    place = [ast.unparse(statement) for statement in program.statements].index(wanted) + 1
    assert wanted.startswith(f"{claim.name} = ")
    value = program.run(until=place)[claim.name]
    if isinstance(value, tuple | list) and value and all(hasattr(piece, "dtype") for piece in value):
        assert claim.value == f"{len(value)} pieces"
    elif hasattr(value, "shape"):
        assert claim.value == f"an array of shape {tuple(value.shape)}"
    else:
        assert claim.value == str(value)[:40]


@check(Untouched)
def _(claim: Untouched, program: Program) -> None:
    assert not results(program)
    assert claim.name == "x"
    assert tuple(program.run()[claim.name].shape) == claim.shape


@check(EndsAs)
def _(claim: EndsAs, program: Program) -> None:
    ran = program.run()
    assert ran.error is None
    names = results(program)
    assert tuple(shown(program, names[0])[0]["x"].shape if names else ran["x"].shape) == claim.before
    assert tuple(ran[names[-1] if names else "x"].shape) == claim.after
    taken = 0
    for name in names:
        at, origin = shown(program, name)
        before = content(at[name])
        flip(at[origin])
        if before and content(at[name]) == before:
            taken += len(addresses(at[name])) * itemsize(at[name])
    assert taken == claim.bytes


@check(Raised)
def _(claim: Raised, program: Program) -> None:
    error: Any = program.run().error
    assert type(error).__name__ == claim.kind
    (wanted,) = lines(claim.statement)
    place = failing(program)
    assert ast.unparse(program.statements[place - 1]) == wanted
    x = program.run(until=program.first("x"))["x"]
    assert claim.library == ("PyTorch" if is_tensor(x) else "NumPy")
