"""What a learner does to the steps, and what becomes of them where another library is asked."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.lessons.event import Act, EventError, Put
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.react import react
from primer_core.lessons.shapes.steps import MAX_STEPS
from tests.lessons.shapes.taking import taking
from tests.profiles import examples

QUESTION = ShapesQuestion(x="(2, 3)", steps="T, clone(), view(2, ((")


def after(act: Act, question: ShapesQuestion = QUESTION) -> tuple[str, ...]:
    return react(question, act).texts_of_steps


def test_steps_are_added_removed_moved_and_changed() -> None:
    assert after(Act("add", {"place": 3, "text": "ravel()"})) == ("T", "clone()", "view(2, ((", "ravel()")
    assert after(Act("add", {"place": 0, "text": "ravel()"})) == ("ravel()", "T", "clone()", "view(2, ((")
    assert after(Act("remove", {"place": 1})) == ("T", "view(2, ((")
    assert after(Act("move", {"from": 2, "to": 0})) == ("view(2, ((", "T", "clone()")
    assert after(Act("move", {"from": 0, "to": 2})) == ("clone()", "view(2, ((", "T")
    assert after(Act("change", {"place": 2, "text": "contiguous(), view(6)"})) == (
        "T",
        "clone()",
        "contiguous()",
        "view(6)",
    )


@pytest.mark.parametrize(
    "act",
    [
        Act("remove", {"place": 3}),
        Act("remove", {"place": -1}),
        Act("move", {"from": 0, "to": 3}),
        Act("change", {"place": "0", "text": "T"}),
        Act("add", {"place": 0}),
        Act("add", {"place": 0, "text": "T" * 10_001}),
        Act("sort", {}),
    ],
)
def test_an_act_that_cannot_be_followed_says_what_was_expected(act: Act) -> None:
    with pytest.raises(EventError, match=r"Expected|at most"):
        react(QUESTION, act)


def test_there_is_room_for_so_many_steps_and_no_more() -> None:
    full = ShapesQuestion(steps=", ".join(["T"] * MAX_STEPS))
    with pytest.raises(EventError, match=str(MAX_STEPS)):
        react(full, Act("add", {"place": 0, "text": "T"}))


@examples(300)
@given(st.data())
def test_acts_do_to_the_steps_what_they_do_to_a_list(data: st.DataObject) -> None:
    question, texts = ShapesQuestion(steps=""), list[str]()
    step = st.sampled_from(["T", "view(2, -1)", "cat((1, 3), 0)", "view(2, ((", "][", "split(2)[0]", "<b>"])
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, max(len(texts) - 1, 0)))
        match data.draw(st.sampled_from(["add", "remove", "move", "change"] if texts else ["add"])):
            case "add":
                text = data.draw(step)
                act = Act("add", {"place": place, "text": text})
                texts.insert(place, text)
            case "remove":
                act = Act("remove", {"place": place})
                del texts[place]
            case "move":
                to = data.draw(st.integers(0, len(texts) - 1))
                act = Act("move", {"from": place, "to": to})
                texts.insert(to, texts.pop(place))
            case _:
                texts[place] = data.draw(step)
                act = Act("change", {"place": place, "text": texts[place]})
        question = react(question, act)
        assert list(question.texts_of_steps) == texts


def switched(x: str, steps: str, source: Library, target: Library) -> str:
    return react(ShapesQuestion(x=x, steps=steps, library=source), Put({"library": target})).steps


@pytest.mark.parametrize(
    ("x", "steps", "source", "expected"),
    [
        ("(2, 3)", "unsqueeze(0)", "PyTorch", "np.expand_dims(x, axis=0)"),
        ("(2, 3)", "cat((1, 3), dim=0)", "PyTorch", "concatenate((1, 3), axis=0)"),
        ("(2, 3)", "torch.cat([x, x], dim=0)", "PyTorch", "np.concatenate([x, x], axis=0)"),
        ("(3,)", "expand(4, 3)", "PyTorch", "np.broadcast_to(x, (4, 3))"),
        ("(2, 3)", "swapaxes(0, 1)", "NumPy", "transpose(0, 1)"),
        ("(2, 3)", "concatenate(x, axis=0)", "NumPy", "torch.cat([x, x], dim=0)"),
        ("(2, 3)", "T", "PyTorch", "T"),
        ("(4, 3)", "np.split(x, 2, axis=0)[1]", "NumPy", "torch.tensor_split(x, 2, dim=0)[1]"),
        ("(5, 4)", "chunk(4, dim=0)[1]", "PyTorch", "np.split(x, [2, 4], axis=0)[1]"),
        ("(5, 4)", "split(2, dim=0)[1]", "PyTorch", "np.split(x, [2, 4], axis=0)[1]"),
        ("(5, 4)", "array_split(3, axis=0)[1]", "NumPy", "torch.tensor_split(x, 3, dim=0)[1]"),
        ("(2, 3)", "tile(2)", "NumPy", "torch.tile(x, (2,))"),
        ("(2, 3)", "repeat(1, 2)", "PyTorch", "np.tile(x, (1, 2))"),
        ("(2, 3)", "repeat(2, axis=1)", "NumPy", "repeat_interleave(2, dim=1)"),
        ("(3, 1)", "expand(-1, 4)", "PyTorch", "np.broadcast_to(x, (3, 4))"),
        ("(2, 3, 4)", "flatten(1)", "PyTorch", "reshape(2, 12)"),
        ("(2, 3, 4)", "T", "NumPy", "permute((2, 1, 0))"),
        ("(2, 3, 4)", "transpose()", "NumPy", "permute((2, 1, 0))"),
        ("(2, 3)", "t()", "PyTorch", "T"),
        ("(2, 3)", "x[:, None]", "PyTorch", "x[:, None]"),
        ("(2, 3)", "y = x.unsqueeze(0), y.squeeze(0)", "PyTorch", "y = np.expand_dims(x, axis=0), y.squeeze(axis=0)"),
        ("(2, 3)", "nix()", "NumPy", "nix()"),
        ("(2, 3)", 'reshape(3, 2, order="F")', "NumPy", 'reshape(3, 2, order="F")'),
        ("nix", "unsqueeze(0)", "PyTorch", "np.expand_dims(x, axis=0)"),
        ("torch.ones(2, 3)", "unsqueeze(0)", "PyTorch", "np.expand_dims(x, axis=0)"),
    ],
)
def test_another_library_is_asked_in_its_own_words(x: str, steps: str, source: Library, expected: str) -> None:
    assert switched(x, steps, source, "NumPy" if source == "PyTorch" else "PyTorch") == expected


NAMES: dict[Library, str] = {
    "PyTorch": "unsqueeze squeeze view reshape ravel T flatten permute transpose expand repeat cat stack split chunk "
    "contiguous clone t mT swapaxes movedim tile repeat_interleave flip roll tensor_split",
    "NumPy": "expand_dims squeeze reshape ravel T flatten transpose swapaxes broadcast_to tile repeat concatenate "
    "stack split array_split ascontiguousarray copy mT moveaxis flip roll",
}
ARGUMENTS = [
    "",
    "0",
    "1",
    "0, 1",
    "1, 0",
    "2, -1",
    "-1, 2",
    "(1, 0)",
    "2, 1, 3",
    "-1, 3, 2",
    "2",
    "3",
    "[1, 2]",
    "x, 0",
]


@pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")
@examples(500)
@given(
    st.sampled_from(["(2, 3)", "(4,)", "(2, 1, 3)", "(5, 2)", "()"]),
    st.sampled_from([(library, name) for library in NAMES for name in NAMES[library].split()]),
    st.sampled_from(ARGUMENTS),
    st.sampled_from(["", "[0]", "[-1]"]),
)
def test_a_step_that_was_taken_gives_the_same_cells_in_the_other_library_or_stays_as_it_is(
    x: str, named: tuple[Library, str], arguments: str, piece: str
) -> None:
    source, name = named
    target: Library = "NumPy" if source == "PyTorch" else "PyTorch"
    text = name if name in ("T", "mT") else f"{name}({arguments}){piece}"
    before = taking(x, [text], source)
    found = switched(x, text, source, target)
    if before.result is None or found == text:
        return
    there = taking(x, found, target)
    assert there.result is not None
    np.testing.assert_array_equal(there.result.values, before.result.values)


def test_steps_that_are_put_with_the_library_are_not_written_anew() -> None:
    puts: dict[str, Any] = {"library": "NumPy", "steps": "unsqueeze(0)"}
    assert react(QUESTION, Put(puts)).steps == "unsqueeze(0)"
    assert react(QUESTION, Put({"library": "PyTorch"})) == QUESTION
