"""Whether places, ties, pairs and medians are what is said of them, found out with Python's lists."""

from __future__ import annotations

from math import isnan

import numpy as np
import torch

from primer_core.claims.choosing import (
    CountedThroughAll,
    CountsAsTrue,
    FirstWins,
    GivesPlace,
    NanIsChosen,
    OneInTheMiddle,
    PairIsNoNumber,
    TwoAnswers,
    TwoInTheMiddle,
    ValuesAlone,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.reduced import a_of, at, axis_of, calls, error_of, group, named, own_a, reduced_of, s_of, values_of

BEST = {"argmax": max, "argmin": min}


@check(GivesPlace)
def _(claim: GivesPlace, program: Program) -> None:
    assert calls(program, claim.operation)
    assert at(s_of(program), claim.result) == claim.place
    assert at(a_of(program), claim.cell) == claim.value
    assert group(program, claim.result)[claim.place] == claim.cell
    assert BEST[claim.operation](values_of(program, claim.result)) == claim.value


@check(CountedThroughAll)
def _(claim: CountedThroughAll, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert axis_of(program) is None
    assert a.ndim > 1
    assert s.item() == claim.place
    assert list(np.ndindex(*a.shape))[claim.place] == claim.cell
    made = named(program.run(until=program.place("s")).names, claim.call)
    assert isinstance(made, tuple)
    assert tuple(int(np.asarray(place).item()) for place in made) == claim.cell


@check(FirstWins)
def _(claim: FirstWins, program: Program) -> None:
    own = values_of(program, claim.result)
    assert not any(isinstance(value, float) and isnan(value) for value in own)
    best = BEST[claim.operation](own)
    assert calls(program, claim.operation)
    assert own.count(best) == claim.ties > 1
    assert own.index(best) == claim.place == at(s_of(program), claim.result)


@check(CountsAsTrue)
def _(claim: CountsAsTrue, program: Program) -> None:
    a = a_of(program)
    assert a.size == claim.cells
    truth = [bool(value) for value in a.ravel().tolist()]
    assert sum(truth) == claim.true
    np.testing.assert_array_equal(reduced_of(program, np.array(truth).reshape(a.shape))["s"], s_of(program))
    assert calls(program, "any") or calls(program, "all")


@check(TwoAnswers)
def _(claim: TwoAnswers, program: Program) -> None:
    m = program.run(until=program.place("s"))["m"]
    assert at(np.asarray(m.values), claim.result) == claim.value
    assert at(np.asarray(m.indices), claim.result) == claim.place
    assert values_of(program, claim.result)[claim.place] == claim.value


@check(PairIsNoNumber)
def _(claim: PairIsNoNumber, program: Program) -> None:
    names = program.run(until=program.place("s")).names
    m = names["m"]
    refused = error_of(lambda: m + 1)
    assert isinstance(refused, TypeError)
    assert f"TypeError: {refused}" == claim.refusal
    alone = named(names, claim.alone)
    assert not isinstance(alone, tuple)
    np.testing.assert_array_equal(np.asarray(alone + 1), np.asarray(m.values + 1))
    np.testing.assert_array_equal(np.asarray(alone), np.asarray(m.values))


@check(ValuesAlone)
def _(claim: ValuesAlone, program: Program) -> None:
    names = program.run(until=program.place("s")).names
    both, alone = named(names, claim.both), named(names, claim.alone)
    assert len(both) == 2
    assert both.values.shape == both.indices.shape
    assert not isinstance(alone, tuple)
    np.testing.assert_array_equal(np.asarray(alone), s_of(program))
    np.testing.assert_array_equal(np.asarray(both.values), s_of(program))


@check(OneInTheMiddle)
def _(claim: OneInTheMiddle, program: Program) -> None:
    own = sorted(values_of(program, claim.result))
    assert len(own) == claim.count
    assert claim.count % 2
    assert own[claim.count // 2] == claim.value
    np.testing.assert_allclose(float(at(s_of(program), claim.result)), float(claim.value))
    assert calls(program, "median")


@check(TwoInTheMiddle)
def _(claim: TwoInTheMiddle, program: Program) -> None:
    own = sorted(values_of(program, claim.result))
    assert len(own) == claim.count
    assert claim.count % 2 == 0
    assert own[claim.count // 2 - 1 : claim.count // 2 + 1] == [claim.lower, claim.upper]
    array = np.array(own, float)
    np.testing.assert_allclose(np.median(array), (float(claim.lower) + float(claim.upper)) / 2)
    assert torch.tensor(array).median().item() == float(claim.lower)
    taken = {float(claim.lower), float(np.median(array))}
    assert any(np.isclose(float(at(s_of(program), claim.result)), one, rtol=1e-2, atol=1e-3) for one in taken)


@check(NanIsChosen)
def _(claim: NanIsChosen, program: Program) -> None:
    assert calls(program, claim.operation)
    assert at(s_of(program), claim.result) == claim.place
    own = values_of(program, claim.result)
    assert [value != value for value in own].index(True) == claim.place
    if claim.instead:
        found = np.asarray(eval(claim.instead, {"a": own_a(program), "np": np}))
        assert found.shape == s_of(program).shape
        best = BEST[claim.operation]([value for value in own if value == value])
        assert own[int(found[claim.result])] == best
