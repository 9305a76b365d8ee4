from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.claims.course import EndsAs, Raised, StepGives
from primer_core.claims.layout import InNewMemory, ReadWithStrides
from primer_core.claims.sizes import NoSizeFits, SizeSolved
from primer_core.lessons.lesson import Preset
from primer_core.lessons.shapes import LESSON, claims
from primer_core.lessons.shapes.notes import NOTES
from primer_core.lessons.shapes.pipeline import Pipeline, Waiting
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import CASES, compare
from primer_core.lessons.shapes.show import MAX_CELLS, legend, pipeline, story
from primer_core.lessons.shapes.show_scramble import in_a_row
from primer_core.picture.grid import Op, PerCell, Picture, Ref, Strong, Val, visible_cells
from primer_core.picture.images import Images
from primer_core.picture.parts import Chip, Note, Page, Table
from primer_core.picture.steps import Steps
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.lessons.shapes.taking import taking
from tests.profiles import examples

_STEPS = [
    "unsqueeze(0)", "squeeze()", "view(-1)", "flatten()", "T", "transpose(0, -1)", "expand(2, -1, -1)", "repeat(2, 1)",
    "cat((1, 3), 0)", "cat(x, -1)", "stack(x, 0)", "split(1, 0)[-1]", "chunk(2, -1)[0]", "contiguous()",
]  # fmt: skip


def spelled(picture: Picture, target: str, flat: int) -> tuple[str, list[Any]]:
    """Fill a formula in: its text, and every number that it says is the same."""
    links = {link.source: link.cells for link in picture.links if link.target == target}
    grids = {grid.id: grid for grid in picture.grids}
    (formula,) = [formula for formula in picture.formulas if formula.target == target]
    text, numbers = "", []
    for piece in formula.pieces:
        for inner in piece.pieces if isinstance(piece, Strong) else (piece,):
            if isinstance(inner, (Ref, Val)):
                cells = [flat] if inner.grid == target else [cell for cell in links[inner.grid][flat] if cell >= 0]
                numbers += [grids[inner.grid].values.ravel()[cell] for cell in cells]
            else:
                text += inner.text(flat) if isinstance(inner, PerCell) else str(inner)
    return text, numbers


@examples(500)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple),
    st.lists(st.sampled_from(_STEPS), max_size=4),
    st.randoms(),
)
def test_every_formula_names_equal_numbers_and_an_address_sum_that_holds(
    shape: tuple[int, ...], steps: list[str], chance: Any
) -> None:
    explained = taking(shape, steps)
    picture = pipeline(explained)
    picture.payload()
    grids = {grid.id: grid for grid in picture.grids}
    assert len(picture.formulas) == len(explained.states)
    for formula, state in zip(picture.formulas, explained.states, strict=True):
        flat = int(chance.choice(visible_cells(grids[formula.target])))
        text, numbers = spelled(picture, formula.target, flat)
        assert len(set(map(int, numbers))) == 1
        address = text.partition("element ")[2].partition(" of its memory")[0].replace("·", "*").replace("−", "-")
        sides = [eval(side) for side in address.split("=")]
        assert set(sides) == {int(state.layout.addresses.ravel()[flat])}


def shown(question: ShapesQuestion) -> Page:
    return LESSON.show(question, LESSON.explain(question))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_is_drawn_with_all_that_came_of_it_and_says_what_to_see(preset: Preset[ShapesQuestion]) -> None:
    explained = LESSON.explain(preset.question)
    assert isinstance(explained, Pipeline)
    picture = pipeline(explained)
    drawn = [item for row in picture.rows for item in row.items if isinstance(item, str)]
    more = sum(len(step.pieces.snapshots) - 1 for step in explained.done if step.pieces is not None)
    more += len({read.name for step in explained.done for read in step.reads if read.other is not None})
    assert len(drawn) == len(set(drawn)) == len(explained.states) + more
    assert len(story(explained)) == sum(not isinstance(step, Waiting) for step in explained.steps)
    assert "There is no room" not in plain(legend(explained, picture))
    page = shown(preset.question)
    assert NOTES[preset.title] in [note.text for note in parts(page, Note)]
    assert [card.text for card in part(page, Steps).cards] == list(preset.question.texts_of_steps)


def test_one_colour_is_one_memory() -> None:
    explained = taking((2, 3), "T, contiguous(), T, clone(), cat((1, 3))")
    roles = {grid.id: grid.role for grid in pipeline(explained).grids}
    assert roles == {"x": "a", "x1": "a", "x2": "result", "x3": "result", "x4": "c", "b5": "b", "x5": "a"}


def test_views_light_both_ways_and_copies_from_their_source_only() -> None:
    explained = taking((2, 3), "T, clone()")
    assert [link.same for link in pipeline(explained).links] == [True, False]


def test_expanded_cells_are_dashed_and_their_axis_says_stride_0() -> None:
    explained = taking((3,), "expand(4, 3)")
    picture = pipeline(explained)
    grid = picture.grids[-1]
    assert grid.axes == ("axis 0, stride 0", "axis 1")
    assert grid.ghost is not None
    assert grid.ghost.sum() == 9
    assert "Dashed" in plain(legend(explained, picture))


def test_what_is_too_much_for_one_picture_loses_its_middle() -> None:
    explained = taking((18, 18), ["T"] * 6)
    picture = pipeline(explained)
    drawn = [item for item in picture.rows[0].items if isinstance(item, str)]
    assert drawn[0] == "x"
    assert drawn[-1] == "x6"
    assert len(drawn) * 18 * 18 <= MAX_CELLS
    assert Op("…") in picture.rows[0].items
    assert "There is no room for x1, x2, x3, x4." in plain(legend(explained, picture))


def test_a_split_shows_all_pieces_and_says_which_goes_on() -> None:
    picture = pipeline(taking((5,), "split(2)[1], unsqueeze(0)"))
    assert picture.rows[0].items == ("x", Op("→"), "p1[0]", "x1", "p1[2]", Op("x1 →"), "x2")
    chosen = {grid.id: grid for grid in picture.grids}["x1"]
    assert [badge.text for badge in chosen.badges] == ["VIEW", "piece 1"]


def test_the_story_says_what_each_step_did() -> None:
    told = claims.course(taking("arange(12)", "view(2, -1), T, reshape(12), view(5, -1), clone()"))
    assert told[0] == (
        StepGives("x1 = x.view(2, -1)", (12,), (2, 6)),
        ReadWithStrides("x1", "x", (6, 1), "elements"),
        SizeSolved("x1", "x", 12, (2,), 1, 6),
    )
    assert InNewMemory("x3", "x2", 96, "copy") in told[2]
    assert told[3] == (Raised("x4 = x3.view(5, -1)", "PyTorch", "RuntimeError"), NoSizeFits("x3", 12, (5,), 1))
    assert len(told) == 4
    assert claims.end(taking((2, 3), "T, clone()")) == EndsAs((2, 3), (3, 2), 48)
    assert claims.end(taking((2, 3), "T")) == EndsAs((2, 3), (3, 2), 0)


def test_cards_say_what_became_of_each_step_and_offer_what_works() -> None:
    page = shown(ShapesQuestion(x="(2, 3)", steps="T, view(6), clone()"))
    done, failed, waiting = part(page, Steps).cards
    assert done.facts == ("(3, 2)", "strides (1, 3)")
    assert (done.word, failed.word, waiting.word) == ("VIEW", "ERROR", "waiting")
    assert [remedy.text for remedy in failed.remedies] == ["reshape(6)", "contiguous(), view(6)"]
    assert waiting.facts == ()
    assert part(page, Chip).text == "step 2 raises RuntimeError"


@pytest.mark.parametrize(
    ("steps", "words"), [("nix(3)", "not known here"), ("T((", "cannot be read"), ("x += 1", "not taken")]
)
def test_the_chip_tells_apart_what_is_not_taken(steps: str, words: str) -> None:
    page = shown(ShapesQuestion(x="(2, 3)", steps=steps, library="NumPy"))
    assert part(page, Chip).text == f"step 1 {'is ' if words.startswith('not') else ''}{words}"


def test_steps_stand_and_wait_while_x_cannot_be_read() -> None:
    page = shown(ShapesQuestion(x="nix", steps="T, clone()"))
    assert page.body is None
    assert [(card.text, card.outcome) for card in part(page, Steps).cards] == [("T", "waiting"), ("clone()", "waiting")]


def test_without_steps_x_stands_alone() -> None:
    page = shown(ShapesQuestion(steps=""))
    assert part(page, Steps).cards == ()
    assert part(page, Chip).text == "(28, 28) → (28, 28), no byte copied"


def test_what_a_network_says_is_a_row_a_tensor() -> None:
    rows = part(shown(ShapesQuestion()), Table).rows
    assert [cells[1].tone for cells in rows] == ["bad", "bad", "good"]
    assert not parts(shown(ShapesQuestion(x="(3, 4)")), Table)


@pytest.mark.parametrize("title", CASES)
def test_the_images_show_the_picture_and_what_each_way_makes_of_it(title: str) -> None:
    images = part(shown(ShapesQuestion(view="Permute or reshape", picture=title)), Images)
    compared = compare(title)
    colours_last = [np.moveaxis(way.values, 0, -1) if way.values.ndim == 3 else way.values
                    for way in (compared.right, compared.wrong)]  # fmt: skip
    for figure, values in zip(images.figures, (in_a_row(compared.before), *colours_last), strict=True):
        grey = values.ndim == 2
        np.testing.assert_array_equal(images.pixels(figure.image), values[..., None].repeat(3, -1) if grey else values)
        assert len(figure.channels) == (0 if figure.image is images.figures[0].image or grey else 3)


def test_views_of_a_photograph_are_drawn_from_its_own_pixels() -> None:
    images = part(shown(ShapesQuestion(view="Permute or reshape")), Images)
    assert len(images.sources) == 1
    assert plain(images.figures[2].facts).startswith("(3, 107, 160)")


def test_tensors_without_cells_and_scalars_can_be_drawn() -> None:
    assert pipeline(taking((0, 3), "flatten()")).payload()["focus"] is None
    assert pipeline(taking("2", "unsqueeze(0)")).payload()["focus"] == ["x1", 0]
    assert np.array_equal(pipeline(taking("2")).grids[0].values, np.array(2))
