"""What learners asked about shapes, each posed as the lesson asks: the numbers that are true are on the page."""

from __future__ import annotations

import pytest

from primer_core.backend import Declined, Library
from primer_core.claims.claim import Claim
from primer_core.claims.joining import NewAxis, NoAxisToJoin, RanksDiffer, SizesAdd, VectorTakenFor
from primer_core.claims.layout import AxesApart, NoStrides, ReadWithStrides
from primer_core.claims.sizes import (
    AllReversed,
    FirstAxisFastest,
    FirstAxisGone,
    FlattenedFirst,
    NothingMoved,
    NothingSqueezed,
    NotOfSizeOne,
    OtherCount,
    Refilled,
)
from primer_core.lessons.shapes import LESSON
from primer_core.lessons.shapes.pipeline import Done, Pipeline
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.picture.grid import Picture
from primer_core.picture.steps import StepCard, Steps
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.lessons.shapes.taking import taking


def by_name(taken: Pipeline) -> dict[str, Done]:
    return {step.name: step for step in taken.done}


def values(taken: Pipeline) -> dict[str, list[object]]:
    return {name: state.values.tolist() for name, state in zip(taken.names, taken.states, strict=True)}


def shapes(x: str, steps: str, library: Library = "PyTorch") -> list[tuple[int, ...]]:
    return [state.shape for state in taking(x, steps, library).states]


def declined(taken: Pipeline) -> Declined:
    assert taken.failed is not None
    assert isinstance(taken.failed.reason, Declined)
    return taken.failed.reason


def preset(title: str) -> ShapesQuestion:
    return next(preset.question for preset in PRESETS if preset.title == title)


def of(title: str) -> Pipeline:
    question = preset(title)
    return taking(question.x, question.steps, question.library)


def of_page(question: ShapesQuestion) -> set[Claim]:
    return set(LESSON.claims(question, LESSON.explain(question)))


def said_of(title: str) -> set[Claim]:
    return of_page(preset(title))


def cards(question: ShapesQuestion) -> tuple[StepCard, ...]:
    return part(LESSON.show(question, LESSON.explain(question)), Steps).cards


def said(card: StepCard) -> str:
    return " ".join(map(plain, card.messages))


def test_a_view_is_refused_after_a_transpose_and_reshape_copies() -> None:
    question = ShapesQuestion(
        x="torch.arange(6).view(2, 3)", steps="t = x.t(), r = t.reshape(6), p = t[:1].view(2), t.view(6)"
    )
    taken = taking(question.x, question.steps)
    steps = by_name(taken)
    assert (steps["t"].after.shape, steps["t"].after.strides) == ((3, 2), (1, 3))
    assert not steps["t"].after.layout.c_contiguous
    assert (values(taken)["r"], steps["r"].verdict, steps["r"].remarks) == (
        [0, 3, 1, 4, 2, 5],
        "copy",
        (NoStrides("r", "t", "t.view(6)"),),
    )
    assert (steps["p"].after.shape, steps["p"].verdict) == ((2,), "view")
    assert "view size is not compatible with input tensor's size and stride" in declined(taken).words
    assert "Use .reshape(...) instead" in declined(taken).words
    failed = cards(question)[-1]
    assert "stride 1 ≠ 2 · 3 = 6" in said(failed)
    assert AxesApart("t", (0, 1), 1, 2, 3) in of_page(question)
    assert [remedy.text for remedy in failed.remedies] == ["t.reshape(6)", "t.contiguous().view(6)"]


def test_a_bare_squeeze_drops_the_batch_of_one() -> None:
    assert shapes("torch.zeros(4, 5, 1, 1)", "a = x.squeeze(), b = x.squeeze(3), b.squeeze(2)")[1::2] == [(4, 5)] * 2
    assert shapes("torch.zeros(1, 5, 1, 1)", "a = x.squeeze(), b = x.squeeze(3), b.squeeze(2)")[1::2] == [(5,), (1, 5)]
    assert FirstAxisGone("a", "x", (1, 5, 1, 1), (2, 5)) in said_of("The last batch has one")
    nothing = taking("torch.zeros(2, 3)", "squeeze(1)").done[0]
    assert (nothing.after.shape, nothing.remarks) == ((2, 3), (NothingSqueezed("x1", "x", ((1, 3),)),))
    refused = taking("np.zeros((2, 3))", "squeeze(axis=1)", "NumPy")
    assert refused.failed is not None
    assert refused.failed.causes == (NotOfSizeOne("x", ((1, 3),)),)
    error = declined(refused)
    assert error.text == "ValueError: cannot select an axis to squeeze out which has size not equal to one"


def test_cat_makes_an_axis_longer_and_stack_makes_one() -> None:
    taken = of("cat or stack two vectors")
    assert {name: step.after.shape for name, step in by_name(taken).items()} == {"a": (6,), "s": (3, 2)}
    assert values(taken)["s"] == [[1, 4], [2, 5], [3, 6]]
    assert declined(taken).text == "AxisError: axis 1 is out of bounds for array of dimension 1"
    assert shapes("torch.zeros(2, 5)", "a = torch.cat([x, x], 0), b = torch.stack([x, x], 0)")[1:] == [
        (4, 5),
        (2, 2, 5),
    ]
    assert taken.failed is not None
    said = said_of("cat or stack two vectors")
    assert {SizesAdd("a", (3,), (3,), 0), NewAxis("s", (3,), 1, 2), NoAxisToJoin("x", (3,), 1)} <= said
    assert "stack" in " ".join(fix.texts[0] for fix in taken.failed.fixes)


def test_t_reverses_all_axes_and_mt_the_last_two() -> None:
    taken = of("A batch: .mT or .T")
    assert {name: step.after.shape for name, step in by_name(taken).items()} == {"a": (2, 4, 3), "b": (4, 3, 2)}
    assert {
        ReadWithStrides("a", "x", (12, 1, 4), "elements"),
        ReadWithStrides("b", "x", (1, 4, 12), "elements"),
    } <= said_of("A batch: .mT or .T")
    assert shapes("(2, 3, 4)", "transpose(1, 2)")[-1] == (2, 4, 3)
    assert shapes("np.zeros((2, 3, 4))", "T", "NumPy")[-1] == (4, 3, 2)
    assert declined(taken).text == "RuntimeError: t() expects a tensor with <= 2 dimensions, but self is 3D"
    assert "mT" in [remedy.text for remedy in cards(preset("A batch: .mT or .T"))[-1].remedies]


def test_resize_refills_and_does_not_crop() -> None:
    taken = of("np.resize is no crop")
    assert values(taken) == {
        "x": [[1, 2, 3], [4, 5, 6]],
        "a": [[1, 2], [3, 4]],
        "b": [[1, 2], [4, 5]],
        "c": [[1, 2, 3], [4, 5, 6], [1, 2, 3]],
    }
    said = said_of("np.resize is no crop")
    assert {Refilled("a", "x", (2, 2), 6), Refilled("c", "x", (3, 3), 6), OtherCount("x", 6, (2, 2))} <= said
    assert declined(taken).text == "ValueError: cannot reshape array of size 6 into shape (2,2)"
    assert by_name(taken)["c"].sources[6:, 0].tolist() == [0, 1, 2]


def test_order_f_is_an_order_of_reading_and_no_transpose() -> None:
    taken = of('order="F"')
    assert values(taken) == {
        "x": [[0, 1], [2, 3], [4, 5]],
        "a": [[0, 1, 2], [3, 4, 5]],
        "b": [[0, 4, 3], [2, 1, 5]],
        "c": [[0, 2, 4], [1, 3, 5]],
    }
    question = preset('order="F"')
    walked = parts(LESSON.show(question, LESSON.explain(question)), Picture)[1]
    read, line, written = walked.grids
    assert line.values.tolist() == [0, 2, 4, 1, 3, 5]
    assert read.labels == ("0", "3", "1", "4", "2", "5")
    assert written.labels == ("0", "2", "4", "1", "3", "5")
    same = of('order="F", same shape')
    assert same.states[1].values.tolist() == same.start.values.tolist()
    question = preset('order="F", same shape')
    assert NothingMoved("x1", "x", (3, 2)) in of_page(question)
    assert FirstAxisFastest("b = x.reshape(2, 3, order='F')", "b", "x", (0, 2, 4, 1)) in said_of('order="F"')


@pytest.mark.parametrize(
    ("x", "step", "library", "told"),
    [
        ("(2, 2)", "np.append(x, [[7, 8]])", "NumPy", FlattenedFirst("x1", "x", "append", (2, 2), "axis", (3, 2))),
        ("(2, 2)", "np.append(x, [7, 8])", "NumPy", FlattenedFirst("x1", "x", "append", (2, 2), "axis", None)),
        ("(2, 3)", "np.repeat(x, 2)", "NumPy", FlattenedFirst("x1", "x", "repeat", (2, 3), "axis", (4, 3))),
        ("(2, 3)", "np.delete(x, 0)", "NumPy", FlattenedFirst("x1", "x", "delete", (2, 3), "axis", (1, 3))),
        (
            "(2, 3)",
            "repeat_interleave(2)",
            "PyTorch",
            FlattenedFirst("x1", "x", "repeat_interleave", (2, 3), "dim", (4, 3)),
        ),
        ("(2, 2)", "np.append(x, [[7, 8]], axis=0)", "NumPy", None),
        ("(4,)", "np.append(x, [7, 8])", "NumPy", None),
        ("(4,)", "np.delete(x, 0)", "NumPy", None),
    ],
)
def test_what_is_given_no_axis_makes_one_of_all_cells(
    x: str, step: str, library: Library, told: FlattenedFirst | None
) -> None:
    claims = of_page(ShapesQuestion(x=x, steps=step, library=library))
    assert {claim for claim in claims if isinstance(claim, FlattenedFirst)} == ({told} if told else set())


@pytest.mark.parametrize(
    ("step", "library", "told"),
    [
        ("x.T", "NumPy", True),
        ("transpose()", "NumPy", True),
        ("x.T", "PyTorch", True),
        ("x.mT", "NumPy", False),
        ("transpose(2, 1, 0)", "NumPy", False),
        ("transpose(0, 2)", "PyTorch", False),
    ],
)
def test_all_axes_of_a_batch_are_reversed_by_t_alone(step: str, library: Library, told: bool) -> None:
    claims = of_page(ShapesQuestion(x="(2, 3, 4)", steps=step, library=library))
    assert {claim for claim in claims if isinstance(claim, AllReversed)} == (
        {AllReversed("x1", "x", (2, 4, 3))} if told else set()
    )
    assert not any(isinstance(claim, AllReversed) for claim in of_page(ShapesQuestion(x="(2, 3)", steps=step[:3])))


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("vstack", VectorTakenFor("x1", "x", "vstack", (1, 3), 0)),
        ("column_stack", VectorTakenFor("x1", "x", "column_stack", (3, 1), 1)),
        ("dstack", VectorTakenFor("x1", "x", "dstack", (1, 3, 1), 2)),
        ("hstack", None),
    ],
)
def test_a_vector_is_taken_for_a_row_or_a_column_where_it_is_stacked(
    function: str, told: VectorTakenFor | None
) -> None:
    claims = of_page(ShapesQuestion(x="[1, 2, 3]", steps=f"np.{function}([x, x])", library="NumPy"))
    assert {claim for claim in claims if isinstance(claim, VectorTakenFor)} == ({told} if told else set())
    of_table = of_page(ShapesQuestion(x="(2, 3)", steps=f"np.{function}([x, x])", library="NumPy"))
    assert not any(isinstance(claim, VectorTakenFor) for claim in of_table)


@pytest.mark.parametrize(
    ("x", "step", "library", "told"),
    [
        ("(3, 1)", "np.hstack([x, np.arange(3)])", "NumPy", RanksDiffer("hstack", (2, 1))),
        ("(2, 3)", "torch.cat([x, x[0]])", "PyTorch", RanksDiffer("cat", (2, 1))),
        ("(3,)", "np.concatenate([x, np.ones((2, 3, 4))])", "NumPy", RanksDiffer("concatenate", (1, 3))),
        ("(3,)", "np.vstack([x, np.ones((2, 3, 4))])", "NumPy", None),
        ("(2, 3)", "np.hstack([x, np.ones((3, 3))])", "NumPy", None),
    ],
)
def test_arrays_of_other_numbers_of_axes_are_not_joined(
    x: str, step: str, library: Library, told: RanksDiffer | None
) -> None:
    claims = of_page(ShapesQuestion(x=x, steps=step, library=library))
    assert {claim for claim in claims if isinstance(claim, RanksDiffer)} == ({told} if told else set())
