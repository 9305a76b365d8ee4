"""The playground: its training against PyTorch's own DataLoader and optimisers, its pictures, its words, its script."""

import base64
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from primer_core.claims.claim import Claim, plain
from primer_core.claims.fitting import BothClassesAtOnce
from primer_core.lessons.playground.answer import SIDE, answer, said
from primer_core.lessons.playground.code import code
from primer_core.lessons.playground.network import Network
from primer_core.lessons.playground.presets import PRESETS, PRIMER
from primer_core.lessons.playground.question import (
    CURVES,
    RATES,
    SETS,
    Edit,
    PlaygroundQuestion,
    fitting,
    read_edits,
)
from primer_core.lessons.playground.sets import points_of
from primer_core.lessons.playground.training import (
    Order,
    State,
    StateError,
    advance,
    first_state,
    network_of,
    read_state,
    tensors_of,
)
from tests.claims import every_check
from tests.claims.checking import assert_holds, holds
from tests.claims.falsifying import falsified
from tests.profiles import examples, is_long, seed
from tests.snippets import run_snippet

assert every_check

BY_TITLE = {preset.title: preset.question for preset in PRESETS}
OWN = "-1_1a1_1b0.5_-2a-2.25_-1b0_0b3_-3a"


def state_after(question: PlaygroundQuestion, steps: int) -> State:
    return advance(question, first_state(question), steps)[0]


def random_question(chance: random.Random) -> PlaygroundQuestion:
    """Any question that a page may ask."""
    data = chance.choice([*SETS])
    widths = [chance.choice([1, 2, 3, 5, 8]) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    question = PlaygroundQuestion(
        data=data,
        points=OWN if data.startswith("own") else "",
        count=chance.choice([10, 30, 60]),
        noise=chance.choice([0, 0.1, 0.5]),
        share=chance.choice([50, 70, 100]),
        widths="-".join(map(str, widths)),
        activation=chance.choice(["tanh", "relu", "relu", "sigmoid", "none"]),
        outputs=chance.choice(["1", "2"]),
        optimizer=chance.choice(["sgd", "momentum", "adam"]),
        rate=chance.choice(RATES),
        batch=chance.choice(["1", "5", "10", "all"]),
        drop_last=chance.random() < 0.3,
        seed=chance.randrange(9_999),
        at=chance.choice(["", "1.5_-2", "0_0"]),
    )
    edit = Edit(chance.choice([0, 3]), 0, 0, chance.choice([None, 0]), chance.choice([-2.0, 0.25, 3.0]))
    return replace(question, edits=chance.choice(["", edit.text()]))


def test_the_primers_run_is_reproduced_to_the_printed_digit() -> None:
    state, losses = advance(PRIMER, first_state(PRIMER), PRIMER.step)
    assert [f"{loss:.2f}" for loss in losses] == ["0.75", "0.65", "0.44", "0.13", "0.03", "0.00"]
    told, _ = answer(PRIMER, state, 0, seconds=1, told=True)
    assert [f"{logit:.4f}" for logit in told["looked"]["logits"]] == ["2.8569", "-4.1618"]
    assert [f"{share:.4f}" for share in told["looked"]["probabilities"]] == ["0.9991", "0.0009"]
    assert (told["train"]["right"], told["train"]["of"]) == (5, 5)
    assert (told["test"]["right"], told["test"]["of"]) == (2, 2)
    assert told["points"][0] == [-1.2, 3.1, 0, 1]
    printed, names = run_snippet(code(PRIMER, PRIMER.step))
    assert names["losses"] == losses
    for words in ("2.8569 -4.1618", "0.9991 0.0009", "training accuracy: 5/5", "test accuracy: 2/2"):
        assert words in printed


def test_the_script_takes_the_same_steps_and_prints_what_is_shown() -> None:
    chance = random.Random(f"{seed()} scripts")
    for _ in range(60 if is_long() else 14):
        question, step = random_question(chance), chance.choice([0, 1, 25, 300])
        state, losses = advance(question, first_state(question), step)
        script = code(question, step)
        printed, names = run_snippet(script)
        assert np.array_equal(names.get("losses", []), losses, equal_nan=True), script
        row = torch.cat([parameter.detach().flatten() for parameter in names["model"].parameters()])
        assert torch.equal(row.nan_to_num(), state.numbers[0].nan_to_num()), script
        told, _ = answer(question, state, 0, seconds=1, told=False)
        if told["train"]["loss"] is not None:
            assert f"training loss: {told['train']['loss']:.4f}" in printed
        if not question.is_curve:
            assert f"training accuracy: {told['train']['right']}/{told['train']['of']}" in printed
        if told["looked"] and told["looked"]["logits"][0] is not None:
            assert f": {told['looked']['logits'][0]:.4f}" in printed


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_steps_may_be_taken_in_any_number_of_answers(optimizer: str) -> None:
    question = replace(BY_TITLE["Circles"], optimizer=optimizer, edits="3b0_0_1.5~7w1_0_2_-2")
    whole, losses = advance(question, first_state(question), 12)
    state, found = first_state(question), []
    for steps in (1, 2, 0, 4, 5):
        state, some = advance(question, read_state(question, state.step, state.text()), steps)
        found += some
    assert found == losses
    assert torch.equal(state.numbers, whole.numbers)
    assert state.step == 12


@given(st.integers(1, 40), st.integers(1, 12), st.booleans(), st.integers(0, 2**31))
@examples(40)
def test_batches_come_in_the_order_of_a_dataloader(count: int, size: int, drops_last: bool, seed: int) -> None:
    size = min(size, count)
    torch.manual_seed(seed)
    order = Order(torch.get_rng_state(), count, size, drops_last=drops_last)
    loader = DataLoader(TensorDataset(torch.arange(count)), batch_size=size, shuffle=True, drop_last=drops_last)
    wanted = [rows.tolist() for _ in range(3) for (rows,) in loader]
    assert [order.rows(step).tolist() for step in range(len(wanted))] == wanted
    assert order.rows(0).tolist() == wanted[0]


@pytest.mark.parametrize(
    ("title", "steps"),
    [
        ("Moons", 600), ("Circles", 600), ("XOR", 900), ("Spirals", 1_200), ("Blobs, one line", 300),
        ("The primer's five points", 10), ("A line, 1-1", 900), ("A curve", 1_500),
    ],
)  # fmt: skip
def test_each_set_is_learnt_to_95_percent_by_its_network(title: str, steps: int) -> None:
    """At the rate of steps that `benchmarks.playground` prints, that is well below ten seconds."""
    question = BY_TITLE[title]
    state, train = first_state(question), tensors_of(question)[0]
    while True:
        claim: Any = said(question, state)[0]
        share = 1 - claim.error / claim.spread if question.is_curve else claim.right / claim.count
        if share >= 0.95:
            break
        assert state.step < steps, f"{share:.0%} of {len(train.inputs)} points after {state.step} steps"
        state, _ = advance(question, state, 50)


def test_every_set_is_offered_with_a_network_that_learns_it() -> None:
    assert {question.data for question in BY_TITLE.values()} == set(SETS) - {"own", "own_curve"}


@pytest.mark.parametrize("title", ["Moons", "The primer's five points", "A curve"])
def test_pictures_are_what_the_network_gives(title: str) -> None:
    question = replace(BY_TITLE[title], unit="0.1", at="0.5_-1.25")
    state = state_after(question, 5)
    told, _ = answer(question, state, 0, seconds=1, told=False)
    network = network_of(question, state)
    if question.is_curve:
        heights = network.layers(torch.linspace(-4, 4, len(told["curve"])).unsqueeze(1))[-1][1]
        assert told["curve"] == heights[:, 0].tolist()
    else:
        shades = np.frombuffer(base64.b64decode(told["surface"]), dtype="<u2").reshape(SIDE, SIDE) / 65_535
        for row, column in ((0, 0), (3, 41), (49, 49)):
            place = torch.tensor([[(column + 0.5) / SIDE * 8 - 4, 4 - (row + 0.5) / SIDE * 8]])
            logits = network.layers(place)[-1][1]
            blue = logits.softmax(dim=1)[0, 1] if question.outputs == "2" else logits.sigmoid()[0, 0]
            assert abs(shades[row, column] - float(blue)) < 1e-4
    cells = np.frombuffer(base64.b64decode(told["units"]), dtype=np.uint8)
    units = sum(question.sizes[1:])
    assert len(cells) == units * np.prod(told["dims"])
    assert len(told["peaks"]) == units
    spelled = told["looked"]["sum"]
    assert spelled["total"] == pytest.approx(sum(spelled["products"]) + spelled["bias"], rel=1e-5, abs=1e-6)
    assert spelled["value"] == told["looked"]["values"][0][1]


def test_xor_by_hand_is_right_everywhere_and_every_number_is_whole() -> None:
    question = BY_TITLE["XOR by hand, 2-4-1"]
    told, _ = answer(question, first_state(question), 0, seconds=1, told=False)
    assert told["train"]["right"] == told["train"]["of"]
    assert told["looked"]["sum"]["products"] == [-1, 0, 3, 0]
    assert told["looked"]["logits"] == [2]


def test_what_is_said_holds_and_what_is_made_wrong_is_seen() -> None:
    chance = random.Random(f"{seed()} said")
    seen: dict[type[Claim], int] = {}
    questions = [random_question(chance) for _ in range(200 if is_long() else 16)]
    diverging = [
        replace(BY_TITLE["A line, 1-1"], optimizer="momentum", rate="10"),
        replace(BY_TITLE["A curve"], activation="relu", optimizer="sgd", rate="10", edits="0b1_0_9000"),
    ]
    overflowing = [
        replace(BY_TITLE["A line, 1-1"], optimizer="sgd", rate="10"),
        replace(BY_TITLE["A curve"], activation="relu", optimizer="momentum", rate="10"),
    ]
    contradicting = replace(BY_TITLE["Moons"], data="own", points="1.2_1a1.2_1b-0.5_2a1.2_1b", share=100)
    for question in (*questions, *diverging, *overflowing, contradicting, PRIMER):
        step = 60 if question in diverging else 15 if question in overflowing else chance.choice([0, 8])
        script = code(question, step)
        for claim in said(question, state_after(question, step)):
            words = plain(claim.sentence())
            assert "  " not in words
            assert words.endswith("."), words
            assert_holds(claim, script)
            seen[type(claim)] = seen.get(type(claim), 0) + 1
            if seen[type(claim)] <= 6:
                wrong = falsified(claim, chance)
                assert not holds(wrong, script), wrong
    assert {kind.__name__ for kind in seen} == {
        "NumbersToLearn", "OnTheirSide", "LeftOver", "ErrorNotFinite", "StraightBorder", "SilentUnits",
        "NoLongerFinite", "BothClassesAtOnce",
    }  # fmt: skip


def test_points_of_both_classes_at_one_place_are_told() -> None:
    question = PlaygroundQuestion(data="own", points="1_1a1_1b", share=100)
    (told,) = (claim for claim in said(question, first_state(question)) if isinstance(claim, BothClassesAtOnce))
    assert told == BothClassesAtOnce((1.0, 1.0), (1, 1))
    apart = replace(question, points="1_1a1_2b")
    assert not any(isinstance(claim, BothClassesAtOnce) for claim in said(apart, first_state(apart)))


@given(st.sampled_from(["points", "widths", "edits", "at", "unit", "rate", "data"]), st.text(max_size=30))
@examples(100)
def test_any_text_of_an_address_is_read_or_named(name: str, text: str) -> None:
    question, problems = PlaygroundQuestion.parse({name: text})
    question, unfit = fitting(question)
    again, none = PlaygroundQuestion.parse(question.texts())
    assert again == question
    assert not none
    assert all(problem.expected for problem in (*problems, *unfit))


def test_every_preset_and_question_is_its_address() -> None:
    chance = random.Random(f"{seed()} addresses")
    for question in (*BY_TITLE.values(), *(random_question(chance) for _ in range(50))):
        assert PlaygroundQuestion.parse(question.parameters()) == (question, ())
        assert fitting(question) == (question, ())


def test_edits_that_the_network_does_not_have_are_named_and_left_out() -> None:
    question = PlaygroundQuestion(widths="2", edits="0w0_1_1_3~0w0_2_0_1~5b1_0_-0.5~0b2_0_1", unit="0.7")
    held, problems = fitting(question)
    assert held.edits == "0w0_1_1_3~5b1_0_-0.5"
    assert held.unit == ""
    assert [problem.parameter for problem in problems] == ["edits", "unit"]
    assert read_edits(held.edits)[1] == Edit(5, 1, 0, None, -0.5)


def test_points_of_ones_own_lie_where_they_were_put_and_a_copy_of_a_set_is_split_alike() -> None:
    moons = BY_TITLE["Moons"]
    drawn = points_of(moons.drawn())
    text = "".join(f"{x:g}_{y:g}{'ab'[c]}" for x, y, c in zip(drawn.x, drawn.y, drawn.label, strict=True))
    copy, problems = PlaygroundQuestion.parse({**moons.texts(), "data": "own", "points": text})
    assert not problems
    assert advance(copy, first_state(copy), 5)[1] == advance(moons, first_state(moons), 5)[1]


@pytest.mark.parametrize("data", ["own", "own_curve"])
def test_without_points_nothing_is_learnt_and_the_plane_is_drawn_all_the_same(data: str) -> None:
    question = PlaygroundQuestion(data=data)
    told, state = answer(question, first_state(question), 10, seconds=1, told=True)
    assert (told["step"], told["losses"], told["train"], told["points"]) == (0, [], None, [])
    assert [type(claim).__name__ for claim in said(question, state)] == ["NumbersToLearn"]
    assert code(question, 0) == ""


@pytest.mark.parametrize("text", ["", "A", "!!!!", base64.b64encode(bytes(8)).decode()])
def test_a_state_of_another_network_is_refused(text: str) -> None:
    with pytest.raises(StateError, match="Expected"):
        read_state(PlaygroundQuestion(), 1, text)


def test_points_have_two_decimals_and_lie_in_the_plane() -> None:
    for data in SETS:
        points = points_of(PlaygroundQuestion(data=data, noise=1, points=OWN).drawn())
        for axis in (points.x, points.y):
            assert np.array_equal(axis, np.round(axis, 2))
            assert np.abs(axis).max(initial=0) <= 4
        assert sorted([*points.train, *points.test]) == [*range(len(points.x))]
        assert data in CURVES or len({*points.label.tolist()}) == 2


def test_a_network_takes_just_its_own_count_of_numbers() -> None:
    with pytest.raises(ValueError, match="expected 33 numbers"):
        Network((2, 8, 1), "tanh", torch.zeros(32))
