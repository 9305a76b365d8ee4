import ast
import re
import tracemalloc
from collections.abc import Callable
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from primer_core.backend import Declined, Library
from primer_core.claims.claim import plain
from primer_core.claims.joining import SizesAdd, UnequalToJoin
from primer_core.claims.layout import AxesApart, CopiedNeedlessly, NoStrides, VerySame
from primer_core.claims.sizes import (
    CutIntoPieces,
    CutIntoRows,
    FirstAxisGone,
    FirstAxisJoined,
    NoSizeFits,
    NothingSqueezed,
    Refilled,
    SizesAlone,
    SizeSolved,
)
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes.batch_axis import offer_to_network
from primer_core.lessons.shapes.explain import explain
from primer_core.lessons.shapes.offers import OFFERS
from primer_core.lessons.shapes.pipeline import Bound, Done, Failed, NotTaken, Pipeline, Waiting, take_steps
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.steps import MAX_STEPS, join_steps, read_step, split_steps
from tests.language.hostile_texts import TEXTS
from tests.lessons.shapes.taking import done, failing, taking
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

small_shapes = st.sampled_from([shape for rank in range(4) for shape in product(range(1, 5), repeat=rank)])


def sizes(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


@st.composite
def torch_steps(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[str, Callable[[Any], Any]]:
    """A step as text, and the same done to a tensor by hand; possible most of the time."""
    n = len(shape)
    axis = draw(st.integers(-n - 1, n))
    match draw(st.integers(0, 11)):
        case 0:
            return f"unsqueeze({axis})", lambda x: x.unsqueeze(axis)
        case 1:
            return f"squeeze({axis})", lambda x: x.squeeze(axis)
        case 2 | 3 as which:
            cut = tuple(draw(st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=3)))
            name = ("view", "reshape")[which - 2]
            return f"{name}({sizes(cut)})", lambda x: getattr(x, name)(*cut)
        case 4:
            name = draw(st.sampled_from(["squeeze", "flatten", "ravel", "contiguous", "clone"]))
            return f"{name}()", lambda x: getattr(x, name)()
        case 5:
            order = draw(st.permutations(range(n)))
            return f"permute({sizes(tuple(order))})", lambda x: x.permute(*order)
        case 6:
            return f"transpose({axis}, 0)", lambda x: x.transpose(axis, 0)
        case 7:
            grown = [draw(st.sampled_from([(), (2,)])), *(((3,) if size == 1 else (-1,)) for size in shape)]
            wanted = tuple(size for part in grown for size in part)
            return f"expand({sizes(wanted)})", lambda x: x.expand(*wanted)
        case 8:
            times = tuple(draw(st.lists(st.integers(1, 2), min_size=n, max_size=n)))
            return f"repeat({sizes(times)})", lambda x: x.repeat(*times)
        case 9:
            name = draw(st.sampled_from(["cat", "stack"]))
            return f"{name}(x, {axis})", lambda x: getattr(torch, name)([x, x], axis)
        case 10:
            name = draw(st.sampled_from(["cat", "stack"]))
            other = draw(st.sampled_from([shape, (*shape[:-1], 2), (1, *shape[1:])]))
            b = (torch.arange(prod(other)) * 10 + 10).reshape(other)
            return f"{name}({other}, dim={axis})", lambda x: getattr(torch, name)([x, b], dim=axis)
        case _:
            name, count, pick = draw(st.sampled_from(["split", "chunk"])), draw(st.integers(1, 3)), -1
            return f"{name}({count}, {axis})[{pick}]", lambda x: getattr(x, name)(count, axis)[pick]


@st.composite
def torch_pipelines(draw: st.DrawFn) -> tuple[tuple[int, ...], list[str], list[Any]]:
    """A shape, steps, and the tensors that they give by hand; the last may be an exception."""
    shape = draw(small_shapes)
    states: list[Any] = [torch.arange(1, prod(shape) + 1).reshape(shape)]
    texts = []
    for _ in range(draw(st.integers(1, 5))):
        text, act = draw(torch_steps(tuple(states[-1].shape)))
        if states[-1].ndim == 4 or states[-1].numel() > 200:
            break
        texts.append(text)
        try:
            states.append(act(states[-1]))
        except Exception as error:
            states.append(error)
            break
    return shape, texts, states


def expected_numpy(shape: tuple[int, ...], axis: int) -> list[tuple[str, Callable[[Any], Any]]]:
    return [
        (f"expand_dims({axis})", lambda x: np.expand_dims(x, axis)),
        (f"squeeze({axis})", lambda x: x.squeeze(axis)),
        ("reshape(-1, 2)", lambda x: x.reshape(-1, 2)),
        ("reshape(2, -1)", lambda x: x.reshape(2, -1)),
        ("ravel()", lambda x: x.ravel()),
        ("flatten()", lambda x: x.flatten()),
        ("T", lambda x: x.T),
        ("transpose()", lambda x: x.transpose()),
        (f"swapaxes({axis}, 0)", lambda x: x.swapaxes(axis, 0)),
        (f"broadcast_to((2, {sizes(shape)}))", lambda x: np.broadcast_to(x, (2, *shape))),
        ("tile(2)", lambda x: np.tile(x, 2)),
        (f"concatenate(x, axis={axis})", lambda x: np.concatenate([x, x], axis=axis)),
        (f"stack(x, {axis})", lambda x: np.stack([x, x], axis)),
        (f"split(2, axis={axis})[1]", lambda x: np.split(x, 2, axis=axis)[1]),
        (f"array_split(2, {axis})[-1]", lambda x: np.array_split(x, 2, axis)[-1]),
        ("ascontiguousarray()", lambda x: np.ascontiguousarray(x)),
        ("copy()", lambda x: x.copy()),
    ]


@st.composite
def numpy_pipelines(draw: st.DrawFn) -> tuple[tuple[int, ...], list[str], list[Any]]:
    shape = draw(small_shapes)
    states: list[Any] = [np.arange(1, prod(shape) + 1).reshape(shape)]
    texts = []
    for _ in range(draw(st.integers(1, 5))):
        now = states[-1]
        text, act = draw(st.sampled_from(expected_numpy(now.shape, draw(st.integers(-now.ndim, now.ndim)))))
        if now.ndim == 4 or now.size > 200:
            break
        texts.append(text)
        try:
            states.append(act(now))
        except Exception as error:
            states.append(error)
            break
    return shape, texts, states


def shown(explained: Pipeline) -> str:
    """What the page shows of it: shape, strides and verdict of each state, the error, and the last tensor."""
    states = explained.states
    lines = [f"x {states[0].shape} {states[0].strides}"]
    words = {"copy": "copy" if all(step.exact for step in explained.done) else "new memory"}
    lines += [
        f"{step.name} {step.after.shape} {step.after.strides} {words.get(step.verdict, step.verdict)}"
        for step in explained.done
    ]
    if explained.failed is not None and isinstance(explained.failed.reason, Declined):
        lines.append(explained.failed.reason.text)
    last = states[-1].values
    lines.append(str(torch.from_numpy(last) if explained.library == "PyTorch" else last))
    return "\n".join(lines) + "\n"


def check_states(explained: Pipeline, states: list[Any]) -> None:
    """Shapes, strides, values, verdicts and errors are those of the tensors made by hand."""
    for before, after, step in zip(states, states[1:], explained.steps, strict=False):
        if isinstance(after, Exception):
            assert isinstance(step, Failed)
            assert isinstance(step.reason, Declined)
            assert step.reason.text == f"{type(after).__name__}: {after}"
            return
        assert isinstance(step, Done), step
        assert step.after.shape == tuple(after.shape)
        if isinstance(after, np.ndarray):
            strides, shared = after.strides, np.shares_memory(before, after)
        else:
            strides = after.stride()
            shared = after.untyped_storage().data_ptr() == before.untyped_storage().data_ptr()
        assert step.after.strides == strides
        size = prod(after.shape)
        assert step.verdict == ("empty" if not size else "view" if shared else "copy")
        assert step.copied == (0 if shared else size * 8)
        np.testing.assert_array_equal(step.after.values, np.asarray(after))


def check_links_and_addresses(explained: Pipeline) -> None:
    """Every cell is found again where its links say, and in memory where its address says."""
    memories = {0: explained.start.values.ravel()}
    for step, place in zip(explained.done, range(1, 99), strict=False):
        known = dict(zip(explained.names[:place], explained.states[:place], strict=True))
        after = step.after.values.ravel()
        for flat, value in enumerate(after):
            came = [
                (read.other or known[read.name]).values.ravel()[cell]
                for read in step.reads
                for cell in read.sources[flat]
                if cell >= 0
            ]
            assert came == [value]
        if step.pieces is not None:
            before = step.before.values.ravel()
            for piece, sources in zip(step.pieces.snapshots, step.pieces.sources, strict=True):
                np.testing.assert_array_equal(before[sources[:, 0]], piece.values.ravel())
        addresses = step.after.layout.addresses.ravel()
        if step.verdict == "copy":
            # A copy may keep its cells in another order than C: its memory is written down by its addresses.
            memories[step.after.memory] = np.zeros(addresses.max() + 1, after.dtype)
            memories[step.after.memory][addresses] = after
        np.testing.assert_array_equal(memories[step.after.memory][addresses], after)


def check_everything(case: tuple[tuple[int, ...], list[str], list[Any]], library: Library) -> None:
    shape, texts, states = case
    explained = taking(shape, texts, library)
    check_states(explained, states)
    check_links_and_addresses(explained)
    assert printed_by(explained.code) == shown(explained)


def test_a_view_of_what_was_repeated_without_a_copy_has_one_source_a_cell() -> None:
    """All three cells of the repeated axis lie at one address."""
    explained = taking((), ["unsqueeze(0)", "expand(3)", "view(-1)"], "PyTorch")
    check_links_and_addresses(explained)
    np.testing.assert_array_equal(explained.done[-1].sources, [[0], [1], [2]])


@examples(500)
@given(torch_pipelines())
def test_states_errors_links_addresses_and_snippets_are_pytorchs(case: Any) -> None:
    check_everything(case, "PyTorch")


@examples(500)
@given(numpy_pipelines())
def test_states_errors_links_addresses_and_snippets_are_numpys(case: Any) -> None:
    check_everything(case, "NumPy")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippet_of_every_preset_prints_what_the_page_shows(preset: Preset[ShapesQuestion]) -> None:
    explained = explain(preset.question)
    assert isinstance(explained, Pipeline)
    assert printed_by(explained.code) == shown(explained)


_ARGUMENTS = [
    *("", "0", "1", "-1", "-3", "2", "7", "0, 1", "1, 0", "0, 0", "-1, 2", "5, -1", "3, 3", "2, 0, 1", "0, 2, 1"),
    *("-1, -1", "2, 2, 2, 2", "2, -1, 3", "-2, 4", "6, 1, 1", "0, -1", "(2, 3)", "(3, 1), 0", "(-1, 2)", "0, 5"),
    *("[1, 2]", "[2, 1], 1", "[1, 1, 1], -1", "dim=0", "axis=1", "2, dim=1", "2, axis=-1", "1.5", "None", "True"),
    *("x, 4", "(0, 1, 2), 1"),
]


@st.composite
def wrong_steps(draw: st.DrawFn) -> tuple[tuple[int, ...], str, Library]:
    """A step of any name with arguments drawn blindly, which most shapes refuse."""
    library: Library = draw(st.sampled_from(["PyTorch", "NumPy"]))
    name = draw(st.sampled_from(sorted({*OFFERS["PyTorch"], *OFFERS["NumPy"], "t", "tile", "flip", "roll", "movedim"})))
    text = f"{name}({draw(st.sampled_from(_ARGUMENTS))})"
    if name in ("cat", "stack", "concatenate"):
        text = f"{name}({draw(small_shapes)}, {draw(st.integers(-3, 3))})"
    return draw(small_shapes), text + draw(st.sampled_from(["", "", "[1]"])), library


@examples(500)
@given(wrong_steps())
@example(((1,), "cat((1,), 0)[1]", "NumPy"))
def test_every_fix_works_and_gives_the_shape_it_promises(case: tuple[tuple[int, ...], str, Library]) -> None:
    shape, text, library = case
    (step,) = taking(shape, [text], library).steps
    for fix in step.fixes if isinstance(step, Failed) else ():
        mended = taking(shape, fix.texts, library)
        assert mended.result is not None
        assert mended.result.shape == fix.shape


def test_most_of_what_goes_wrong_has_a_fix() -> None:
    for shape, text, change in [
        ((3, 4), "view(5, -1)", "view(4, -1)"),
        ((3, 4), "view(5, 3)", "view(-1, 3)"),
        ((3, 4), "permute(0)", "permute(0, 1)"),
        ((3, 4), "unsqueeze(4)", "unsqueeze(-1)"),
        ((3, 4), "expand(3, 8)", "repeat(1, 2)"),
        ((3,), "expand(3, 4)", "unsqueeze(1)"),
        ((2, 3), "repeat(2)", "repeat(1, 2)"),
        ((2, 2), "cat([[5, 6]], dim=1)", "cat([[5, 6]], dim=0)"),
        ((2, 2), "stack((2, 3))", "cat((2, 3), dim=1)"),
        ((), "cat(x)", "unsqueeze(0)"),
        ((3,), "torch.cat([x, x], dim=1)", "stack(x, dim=1)"),
        ((5,), "split([2, 2])", "split([2, 3], dim=0)[0]"),
        ((5,), "split(2)[7]", "split(2, dim=0)[-1]"),
        ((5,), "chunk(2, 3)", "chunk(2, dim=0)[0]"),
        ((2, 3), "expand_dims(0)", "torch.unsqueeze(x, 0)"),
        ((2, 3), "unsqueze(0)", "unsqueeze(0)"),
        ((2, 3), "T()", "T"),
        ((2, 3, 4), "t()", "mT"),
        ((2, 3), "view", "view(2, -1)"),
    ]:
        steps = [fix.texts[0] for fix in failing(shape, text).fixes]
        assert change in steps, (text, steps)
    steps = [fix.texts[0] for fix in failing((7,), "split(2)", "NumPy").fixes]
    assert steps == ["array_split(2, axis=0)[0]", "split(7, axis=0)[0]"]


def test_minus_one_is_what_pytorch_solves_it_to() -> None:
    for shape in product(range(1, 5), repeat=3):
        for others in ([], [2], [3], [4], [5], [0], [2, 3], [4, 2], [3, 5]):
            asked = [*others[:1], -1, *others[1:]]
            (step,) = taking(shape, [f"view({sizes(tuple(asked))})"]).steps
            assert isinstance(step, Done | Failed)
            place, elements = asked.index(-1), prod(shape)
            if isinstance(step, Done):
                size = step.after.shape[place]
                assert step.remarks[:1] == (SizeSolved("x1", "x", elements, tuple(others), place, size),)
            else:
                assert step.causes == (NoSizeFits("x", elements, tuple(others), place),)


def verdicts(explained: Pipeline) -> list[Any]:
    return [(step.after.shape, step.after.strides, step.verdict) for step in explained.done]


def of(title: str) -> Pipeline:
    (preset,) = [preset for preset in PRESETS if preset.title == title]
    explained = explain(preset.question)
    assert isinstance(explained, Pipeline)
    return explained


def test_one_image_becomes_a_batch_and_only_then_the_network_takes_it() -> None:
    explained = explain(ShapesQuestion())
    assert isinstance(explained, Pipeline)
    assert verdicts(explained) == [
        ((1, 28, 28), (784, 28, 1), "view"),
        ((1, 1, 28, 28), (784, 784, 28, 1), "view"),
    ]
    offered = explained.offered
    assert [tensor.answer for tensor in offered] == [None, None, (1, 10)]
    assert offered[0].error is not None
    assert "Expected 3D (unbatched) or 4D (batched) input to conv2d" in offered[0].error
    assert offer_to_network(("x",), taking((3, 4)).states) == ()
    numpy = explain(ShapesQuestion(steps="", library="NumPy"))
    assert isinstance(numpy, Pipeline)
    assert numpy.offered == ()


def test_minus_one_is_solved_and_shown() -> None:
    explained = of("−1 is solved")
    assert [step.after.shape for step in explained.done] == [(2, 6), (3, 4)]
    assert [step.remarks for step in explained.done] == [
        (SizeSolved("x1", "x", 12, (2,), 1, 6),),
        (SizeSolved("x2", "x1", 12, (3,), 1, 4), CutIntoRows("x2", "x1", (2, 6), (3, 4))),
    ]


def test_unsqueeze_and_squeeze_share_one_storage() -> None:
    assert verdicts(of("There and back")) == [((1, 5), (5, 1), "view"), ((5,), (1,), "view")]
    assert verdicts(of("A scalar")) == [((1,), (1,), "view"), ((), (), "view")]
    assert verdicts(of("To a column")) == [((5, 1), (1, 1), "view")] * 2
    assert {state.memory for state in of("There and back").states} == {0}


def test_in_numpy_ravel_is_a_view_flatten_a_copy_and_t_a_view() -> None:
    assert verdicts(of("ravel, flatten, .T")) == [
        ((3, 4), (32, 8), "view"),
        ((12,), (8,), "view"),
        ((12,), (8,), "copy"),
        ((3, 4), (32, 8), "view"),
        ((4, 3), (8, 32), "view"),
    ]
    assert [verdict for _, _, verdict in verdicts(of("ravel must copy"))] == ["view", "view", "copy"]


def test_concatenate_adds_sizes_along_its_axis_and_wants_the_others_equal() -> None:
    below, beside, clash = of("Join along axis 0"), of("Join along axis 1"), of("A join that clashes").failed
    assert below.states[-1].values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert below.done[0].remarks == (SizesAdd("x1", (2, 2), (1, 2), 0),)
    assert beside.states[-1].values.tolist() == [[1, 2, 1, 2], [3, 4, 3, 4]]
    assert clash is not None
    assert clash.causes == (UnequalToJoin("x", (2, 2), (1, 2), 1),)
    assert isinstance(clash.reason, Declined)
    assert clash.reason.kind == "ValueError"
    assert "concatenate([[5, 6]], axis=0)" in [fix.texts[0] for fix in clash.fixes]


def test_a_refused_view_says_which_axes_cannot_become_one_and_later_steps_wait() -> None:
    explained = of("View refused")
    assert [type(step) for step in explained.steps] == [Done, Failed, Waiting]
    assert explained.failed is not None
    assert explained.failed.causes == (AxesApart("x1", (0, 1), 1, 3, 4),)
    assert [fix.texts for fix in explained.failed.fixes] == [("reshape(12)",), ("contiguous()", "view(12)")]
    assert explained.result is None


def test_expanded_cells_have_no_memory_of_their_own_and_repeated_ones_have() -> None:
    _, expanded, repeated = [step.after for step in of("expand or repeat").done]
    assert expanded.strides[0] == 0
    assert expanded.ghost.sum() == 9
    assert not repeated.ghost.any()


def test_pieces_are_all_there_and_one_goes_on() -> None:
    split, chunk = [step.pieces for step in of("split and chunk").done]
    assert split is not None
    assert chunk is not None
    assert [piece.shape for piece in split.snapshots] == [(2, 4), (2, 4), (1, 4)]
    assert split.chosen == 1
    assert [piece.layout.offset for piece in chunk.snapshots] == [8, 10]


def test_remarks_are_made_where_nothing_happens_or_names_mislead() -> None:
    assert done((2, 3), "squeeze(0)").remarks == (NothingSqueezed("x1", "x", ((0, 2),)),)
    assert done((2, 3), "view(3, 2)").remarks == (
        SizesAlone("x1", "x", (2, 3), (3, 2), "x.permute(1, 0)"),
        CutIntoRows("x1", "x", (2, 3), (3, 2)),
    )
    assert done((2, 1), "view(1, 2)").remarks == ()
    assert done((4, 2, 3), "flatten()").remarks == (FirstAxisJoined("x1", "x", (4, 2, 3), (4, 6)),)
    assert done((4, 2, 3), "flatten(1)").remarks == ()
    assert done((2, 3), "contiguous()").remarks == (VerySame("x1", "x", in_order=True),)
    assert done((2, 3), "np.asarray(x)", "NumPy").remarks == (VerySame("x1", "x", in_order=False),)
    assert done((2, 3), "np.resize(x, (2, 2))", "NumPy").remarks == (Refilled("x1", "x", (2, 2), 6),)
    assert done((2, 3), "torch.nn.functional.pad(x, (1, 0))").remarks == ()
    assert done((5,), "split(2)").remarks == (CutIntoPieces("p1", "x", 0, 2, (2, 2, 1), by_size=True),)
    assert done((4,), "split(2)", "NumPy").remarks == (CutIntoPieces("p1", "x", 0, 2, (2, 2), by_size=False),)
    assert done((4,), "split([1, 3])").remarks == ()
    assert done((4,), "flatten()", "NumPy").remarks == (
        CopiedNeedlessly("x1", "x", "flatten", "x.reshape(4, copy=False)"),
    )
    assert done((1, 5, 1), "squeeze()").remarks == (FirstAxisGone("x1", "x", (1, 5, 1), (2, 5)),)
    assert done((5, 1), "squeeze()").remarks == ()
    assert done((2, 3), "x.T.contiguous()", "PyTorch").remarks == ()


def test_what_the_first_row_holds_is_said_where_cells_are_cut_anew() -> None:
    (said,) = done((2, 2, 3), "reshape(2, 6)", "NumPy").remarks
    assert said == CutIntoRows("x1", "x", (2, 2, 3), (2, 6))
    assert plain(said.sentence()) == (
        "The cells of x are read with the last axis fastest and filed in this order, 6 to a row: x1[0] holds "
        "x[0, 0, 0] to x[0, 1, 2], and the next row begins with x[1, 0, 0]."
    )
    assert plain(CutIntoRows("y", "x", (2, 3), (1, 2, 3)).sentence()).endswith("the next row begins with x[1, 0].")
    assert [type(claim) for claim in done((2, 3), "x.T.reshape(2, 3)").remarks] == []
    assert CutIntoRows("x2", "x1", (3, 2), (2, 3)) in taking((2, 3), "T; reshape(2, 3)").done[-1].remarks
    for step in ("reshape(6)", "reshape(2, 1, 3)", "reshape(1, 2, 3, 1)", "reshape(2, 3)"):
        assert not any(isinstance(claim, CutIntoRows) for claim in done((2, 3), step).remarks)
    of_order = done((2, 6), "reshape((3, 4), order='F')", "NumPy").remarks
    assert not any(isinstance(claim, CutIntoRows) for claim in of_order)
    assert not any(isinstance(claim, CutIntoRows) for claim in done((6,), "reshape(2, 3)").remarks)


def test_an_array_that_a_step_makes_has_no_name_that_was_given() -> None:
    taken = taking((2,), "b1 = stack([5, 6], dim=0), b3 = x.clone(), c = b3[0], stack([7, 8], dim=0)")
    assert taken.failed is None
    bound = re.findall(r"^(\w+) = ", taken.code, flags=re.MULTILINE)
    assert len(bound) == len(set(bound))


def test_new_numbers_are_told_from_copies() -> None:
    added, copied, largest = done((2, 3), "x + 1"), done((2, 3), "clone()"), done((2, 3), "x.amax(0)")
    assert (added.verdict, added.exact, added.computes) == ("copy", False, True)
    assert (copied.verdict, copied.exact, copied.computes) == ("copy", True, False)
    assert (largest.verdict, largest.exact, largest.computes) == ("copy", False, False)


def test_only_axes_that_a_view_has_to_merge_keep_it_from_being_one() -> None:
    x = torch.arange(24).reshape(2, 3, 4).transpose(0, 1)  # axes 0 and 1 are apart, 1 and 2 are, too
    assert x.view(3, 2, 2, 2).shape == (3, 2, 2, 2)
    failed = failing((2, 3, 4), "x.transpose(0, 1).view(6, 4)")
    assert failed.causes == ()  # the step is more than one call
    steps = taking((2, 3, 4), "transpose(0, 1), unsqueeze(1), view(6, 4)")
    assert steps.failed is not None
    assert steps.failed.causes == (AxesApart("x2", (0, 2), 4, 2, 12),)  # an axis of size 1 between them is none
    with pytest.raises(RuntimeError):
        x[:, None].view(6, 4)


def test_a_fix_keeps_the_arrays_and_the_names_that_were_typed() -> None:
    clash = failing("[[1, 2], [3, 4]]", "b = concatenate([[5, 6]], axis=1)", "NumPy")
    assert clash.fixes
    assert all(text.startswith("b = ") and re.search("5.*6", text) for fix in clash.fixes for text in fix.texts)
    assert failing("[[1, 2]]", "np.concatenate([[[5, 6]], x], axis=2)", "NumPy").fixes == ()
    named = taking((2, 3), "b = x.T, c = b.view(6)").failed
    assert named is not None
    assert [fix.texts for fix in named.fixes] == [("c = b.reshape(6)",), ("c = b.contiguous().view(6)",)]


def test_a_reshape_that_copied_names_what_would_have_refused_in_its_own_library() -> None:
    turned = np.arange(6).reshape(2, 3).T
    with pytest.raises(ValueError, match="copy"):
        turned.reshape(6, copy=False)
    with pytest.raises(RuntimeError):
        torch.from_numpy(turned).view(6)
    in_numpy, in_torch = taking((2, 3), "T, reshape(6)", "NumPy").done[-1], taking((2, 3), "T, reshape(6)").done[-1]
    assert in_numpy.remarks == (NoStrides("x2", "x1", "x1.reshape(6, copy=False)"),)
    assert in_torch.remarks == (NoStrides("x2", "x1", "x1.view(6)"),)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("unsqueeze(0), permute(0, 2, 1)", ("unsqueeze(0)", "permute(0, 2, 1)")),
        ("x.unsqueeze(0).T.view(2, -1)", ("unsqueeze(0)", "T", "view(2, -1)")),
        (".split(2)[0].T", ("split(2)[0]", "T")),
        ("T;\nview(1.5)", ("T", "view(1.5)")),
        ("cat([[5, 6]], 0),", ("cat([[5, 6]], 0)",)),
        ("view(2, (3", ("view(2, (3",)),
        ("", ()),
        ("view(2, ((; T", ("view(2, ((", "T")),
        ("np.concatenate([x, [4, 5]], axis=0), T", ("np.concatenate([x, [4, 5]], axis=0)", "T")),
        ("torch.flip(x, (0,)).T", ("torch.flip(x, (0,))", "T")),
    ],
)
def test_steps_are_cut_at_commas_and_dots_between_calls(text: str, pieces: tuple[str, ...]) -> None:
    assert split_steps(text) == pieces


@pytest.mark.parametrize(
    ("text", "library", "expected"),
    [
        ("T", "NumPy", "x.T"),
        ("reshape(2, -1)", "PyTorch", "x.reshape(2, -1)"),
        ("expand_dims(0)", "NumPy", "np.expand_dims(x, 0)"),
        ("split(2)[1]", "NumPy", "np.split(x, 2)[1]"),
        ("split(2)[1]", "PyTorch", "x.split(2)[1]"),
        ("cat(x, 0)", "PyTorch", "torch.cat([x, x], 0)"),
        ("cat([x, (1, 3)], 0)", "PyTorch", "torch.cat([x, torch.arange(10, 40, 10).reshape(1, 3)], 0)"),
        ("concatenate([[5, 6]], axis=0)", "NumPy", "np.concatenate([x, np.array([[5, 6]])], axis=0)"),
        ("[:, None]", "NumPy", "x[:, None]"),
        ("numpy.transpose(x, (1, 0))", "NumPy", "np.transpose(x, (1, 0))"),
        ("abs(x)", "NumPy", "abs(x)"),
        ("sum()", "NumPy", "x.sum()"),
        ("flip(x, 0)", "PyTorch", "torch.flip(x, 0)"),
    ],
)
def test_a_short_form_stands_for_the_whole_expression(text: str, library: Library, expected: str) -> None:
    assert ast.unparse(read_step(text, library, ()).node) == expected


def test_a_name_in_front_is_that_of_the_result() -> None:
    assert read_step("y = x.T", "NumPy", ()).name == "y"
    assert read_step("x = x.T", "NumPy", ()).name == ""


@examples(500)
@given(
    st.lists(
        st.one_of(st.sampled_from(["T", "view(2, -1)", "view(2, ((", "cat(x, 0)", "a[", "]"]), st.text(max_size=9))
    )
)
def test_steps_that_are_joined_are_cut_into_the_same_steps(texts: list[str]) -> None:
    pieces = [piece for text in texts for piece in split_steps(text)]
    if pieces[:1] not in (["x"], ["self"]):  # a name in front of other steps is that of the tensor
        assert list(split_steps(join_steps(texts))) == pieces


def test_a_join_takes_a_shape_an_array_a_name_or_x_itself() -> None:
    assert taking((2, 2), "cat([[7, 8]], 0)").states[-1].values.tolist()[-1] == [7, 8]
    assert taking((2, 2), "cat((1, 2), 0)").states[-1].values.tolist()[-1] == [10, 20]
    assert taking((2, 2), "cat(x, 1)").states[-1].values.tolist() == [[1, 2, 1, 2], [3, 4, 3, 4]]
    named = taking((2, 2), "b = np.array([[7, 8]]); np.concatenate([b, x])", "NumPy")
    assert isinstance(named.steps[0], Bound)
    assert named.states[-1].values.tolist() == [[7, 8], [1, 2], [3, 4]]
    check_links_and_addresses(named)


def test_names_mean_what_they_mean_in_python() -> None:
    """A step with a name leaves x alone; one without takes its place."""
    taken = taking("np.arange(6)", "a = x.reshape(2, 3), b = x[::-1], x[:2], c = a.T, x.sum()", "NumPy")
    assert taken.names == ("x", "a", "b", "x3", "c", "x5")
    assert [step.origin for step in taken.done] == ["x", "x", "x", "a", "x3"]
    assert [state.values.tolist() for state in taken.states[2:]] == [
        [5, 4, 3, 2, 1, 0], [0, 1], [[0, 3], [1, 4], [2, 5]], 1
    ]  # fmt: skip
    assert printed_by(taken.code) == shown(taken)


def test_pieces_may_have_a_name_and_be_chosen_later() -> None:
    taken = taking((2, 4), "p = x.split(1, dim=1); a = p[2]; b = p[0]")
    assert [step.pieces.chosen for step in taken.done if step.pieces] == [2, 0]
    assert [step.after.values.tolist() for step in taken.done] == [[[3], [7]], [[1], [5]]]
    assert [step.verdict for step in taken.done] == ["view", "view"]
    assert printed_by(taken.code) == shown(taken)


def test_what_is_too_large_is_refused_and_never_allocated() -> None:
    tracemalloc.start()
    large: list[tuple[str, str, Library]] = [
        ("(10**9, 10**9)", "T", "PyTorch"),
        ("np.ones((99, 99))", "T", "PyTorch"),
        ("(64, 64)", "repeat(100000, 100000)", "PyTorch"),
        ("(64, 64)", "tile((100000, 100000))", "NumPy"),
        ("(64, 64)", "expand(1000000, 64, 64)", "PyTorch"),
        ("(64, 64)", "broadcast_to((1000000, 64, 64))", "NumPy"),
        ("(64, 64)", "cat((64, 64))", "PyTorch"),
        ("(0,)", "array_split(1000000000)", "NumPy"),
        ("(0,)", "chunk(1000000000)", "PyTorch"),
        ("(100,)", "split(1)", "PyTorch"),
        ("(2, 2, 2, 2)", "unsqueeze(0)", "PyTorch"),
        ("(2,)", "cat((1000000, 1000000))", "PyTorch"),
        ("(64, 64)", "repeat(100000)", "NumPy"),
        ("(2, 2)", "repeat([100000, 1], axis=0)", "NumPy"),
        ("(64, 64)", "repeat_interleave(100000, dim=0)", "PyTorch"),
        ("(64, 64)", "tile(100000)", "PyTorch"),
    ]
    for shape, text, library in large:
        explained = take_steps(shape, split_steps(text), library)
        if isinstance(explained, Pipeline):
            assert explained.failed is not None, text
            assert isinstance(explained.failed.reason, NotTaken), text
            message = explained.failed.reason.message
        else:
            message = explained.message
        assert any(word in message for word in ("at most", "room for", "axis is longer")), (text, message)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    long = taking((2,), ["clone()"] * (MAX_STEPS + 2))
    assert [type(step) for step in long.steps][-3:] == [Done, Failed, Waiting]
    assert MAX_ELEMENTS == 4096


def test_a_size_below_zero_that_pytorch_lets_pass_is_refused() -> None:
    reason = failing((), "expand(0, -1)").reason
    assert isinstance(reason, NotTaken)
    assert "below zero" in reason.message


def test_tensors_without_cells_go_through() -> None:
    for explained in (
        taking((0, 3), "clone(), flatten(), unsqueeze(0)"),
        taking((0, 3), "copy(), flatten(), T", "NumPy"),
    ):
        assert [step.verdict for step in explained.done] == ["empty"] * 3
        assert printed_by(explained.code) == shown(explained)


@pytest.mark.parametrize("name", ["zero_", "tofile", "__class__", "data_ptr", "__reduce__", "apply_", "setflags"])
@pytest.mark.parametrize("library", ["PyTorch", "NumPy"])
def test_what_is_not_in_the_language_is_never_called(name: str, library: Library) -> None:
    for text in (name, f"{name}()", f"x.{name}(0)"):
        reason = failing((2, 2), text, library).reason
        assert isinstance(reason, NotTaken)
        assert reason.kind in ("unknown", "refused")


@pytest.mark.parametrize("text", ["x += 1", "x.t_()", "t_()", "x.sort()", "np.random.shuffle(x)", "x[0].fill_(3)"])
@pytest.mark.parametrize("library", ["PyTorch", "NumPy"])
def test_a_step_writes_into_nothing(text: str, library: Library) -> None:
    (failed,) = taking((2, 2), [text], library).steps
    assert isinstance(failed, Failed)
    assert isinstance(failed.reason, NotTaken)
    assert "writes into" in failed.reason.message


@pytest.mark.parametrize("text", ["x.shape", "x.tolist()", "len(x)", "np.ones(3)", "np.zeros_like(x)", "(x, x)"])
def test_a_step_gives_a_tensor_made_of_x(text: str) -> None:
    reason = failing((2, 2), text, "NumPy").reason
    assert isinstance(reason, NotTaken)
    assert reason.kind == "refused"


_SIGNS = "()[],.:=x0123456789-* \n;"
_WORDS = st.sampled_from(
    [*OFFERS["PyTorch"], *OFFERS["NumPy"], "dim=", "axis=", "(", ")", ",", "-1", "[0]", "x", "np.", "torch.", "a = "]
)
garbage = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=_SIGNS, max_size=40),
    st.lists(_WORDS, max_size=8).map("".join),
)


@examples(1000)
@given(garbage, st.sampled_from(["PyTorch", "NumPy"]))
@example("concatenate", "PyTorch")
def test_garbage_in_the_steps_or_on_a_card_is_explained_and_kept(text: str, library: Library) -> None:
    (card,) = taking((2, 3), [text], library).steps
    assert card.text == text
    explained = taking((2, 3), text, library)
    for step in explained.steps:
        if isinstance(step, Failed):
            assert step.reason.words if isinstance(step.reason, Declined) else step.reason.message
    kept = "".join("".join(step.text.split()) for step in explained.steps)
    rest = iter("".join(text.split()))
    assert all(sign in rest for sign in kept)


@examples(1000)
@given(garbage)
def test_garbage_for_the_tensor_is_explained(text: str) -> None:
    explained = take_steps(text, ["unsqueeze(0)"], "NumPy")
    if isinstance(explained, Unread):
        assert explained.field == "x"
        assert explained.message
    else:
        assert len(explained.steps) == 1


def test_a_split_into_no_pieces_is_refused_where_pytorch_takes_it() -> None:
    assert torch.split(torch.empty(0), []) == ()
    assert isinstance(failing("(0,)", "split([])").reason, NotTaken)


@pytest.mark.parametrize(
    ("shape", "text", "library", "expected"),
    [
        ((2, 3), "t()", "PyTorch", lambda x: torch.from_numpy(x).t()),
        ((2, 3, 4), "mT", "PyTorch", lambda x: torch.from_numpy(x).mT),
        ((2, 3, 4), "mT", "NumPy", lambda x: x.mT),
        ((3,), "swapaxes(0, 0)", "PyTorch", lambda x: torch.from_numpy(x).swapaxes(0, 0)),
        ((2, 3), "movedim(0, 1)", "PyTorch", lambda x: torch.from_numpy(x).movedim(0, 1)),
        ((2, 3), "moveaxis(0, 1)", "NumPy", lambda x: np.moveaxis(x, 0, 1)),
        ((3,), "tile(2)", "PyTorch", lambda x: torch.from_numpy(x).tile(2)),
        ((3,), "repeat_interleave(2)", "PyTorch", lambda x: torch.from_numpy(x).repeat_interleave(2)),
        ((2, 3), "repeat(2, axis=1)", "NumPy", lambda x: x.repeat(2, axis=1)),
        ((3,), "repeat([1, 0, 2])", "NumPy", lambda x: x.repeat([1, 0, 2])),
        ((2, 3), "flip(0)", "PyTorch", lambda x: torch.from_numpy(x).flip(0)),
        ((2, 3), "np.flip(x, (0, 1))", "NumPy", lambda x: np.flip(x, (0, 1))),
        ((2, 3), "roll(1, 1)", "NumPy", lambda x: np.roll(x, 1, 1)),
        ((2, 3), "roll(1, 1)", "PyTorch", lambda x: torch.from_numpy(x).roll(1, 1)),
        ((5, 2), "tensor_split(3)[2]", "PyTorch", lambda x: torch.from_numpy(x).tensor_split(3)[2]),
    ],
)
def test_what_the_library_has_is_taken_as_the_library_takes_it(
    shape: tuple[int, ...], text: str, library: Library, expected: Callable[[Any], Any]
) -> None:
    x = np.arange(1, prod(shape) + 1).reshape(shape)
    explained = taking(shape, [text], library)
    after = expected(x)
    assert explained.result is not None
    np.testing.assert_array_equal(explained.result.values, np.asarray(after))
    shared = np.shares_memory(np.asarray(after), x)
    assert explained.done[0].verdict == ("view" if shared else "copy")
    check_links_and_addresses(explained)
    assert printed_by(explained.code) == shown(explained)


def test_what_the_table_lacks_is_not_said_to_be_the_librarys_error() -> None:
    for text, library in (("nix(0)", "NumPy"), ("x.put_(0)", "PyTorch"), ("np.nix(x)", "NumPy")):
        reason = failing((3,), text, "NumPy" if library == "NumPy" else "PyTorch").reason
        assert isinstance(reason, NotTaken)
        assert reason.kind == "unknown"


@pytest.mark.parametrize(
    ("text", "library", "words"),
    [
        ("unsqueeze(0)", "NumPy", "np.expand_dims(x, axis=0)"),
        ("torch.stack([x, x])", "NumPy", "np.stack([x, x])"),
        ("np.flip(x, axis=0)", "PyTorch", "torch.flip(x, (0,))"),
        ("expand_dims(0)", "PyTorch", "torch.unsqueeze(x, 0)"),
    ],
)
def test_a_step_in_the_other_librarys_words_is_offered_in_this_ones(text: str, library: Library, words: str) -> None:
    assert words in [fix.texts[0] for fix in failing((3,), text, library).fixes]


@pytest.mark.parametrize(("text", "library"), [('reshape(3, 2, order="F")', "PyTorch"), ("x.unfold(1, 2, 1)", "NumPy")])
def test_what_has_no_equivalent_in_the_other_library_is_said_to_have_none(text: str, library: Library) -> None:
    reason = failing((2, 3), text, library).reason
    assert isinstance(reason, NotTaken)
    assert "No equivalent" in reason.message


def test_no_fix_does_nothing() -> None:
    assert "squeeze()" not in [fix.texts[0] for fix in failing((2, 3), "squeeze(1)", "NumPy").fixes]


@pytest.mark.parametrize("text", ["view(", "for", "lambda: x", "x.T if x else x"])
@pytest.mark.parametrize("library", ["PyTorch", "NumPy"])
def test_a_step_that_cannot_be_read_says_so(text: str, library: Library) -> None:
    (step,) = taking((3,), [text], library).steps
    assert isinstance(step, Failed)
    assert isinstance(step.reason, NotTaken)
    assert step.reason.kind == "unreadable"


def test_a_rejection_names_the_part_at_fault() -> None:
    place = failing((2, 3), "torch.cat([x, torch.zeros(2, nix)])").place
    assert place is not None
    assert (place.text, place.line, place.column) == ("nix", 1, 29)


@pytest.mark.parametrize("library", ["PyTorch", "NumPy"])
@pytest.mark.parametrize(
    ("x", "shape"),
    [
        ("np.ones((2, 3))", (2, 3)),
        ("x = torch.zeros(4, 5)", (4, 5)),
        ("np.arange(6).reshape(2, 3)", (2, 3)),
        ("import numpy as np\nx = np.array([[1, 2], [3, 4]])", (2, 2)),
        ("torch.tensor([[1., 2.]])", (1, 2)),
        ("tensor([[1, 2]])", (1, 2)),
        ("[[1 2]\n [3 4]]", (2, 2)),
        ("zeros(2, 3)", (2, 3)),
        ("arange(12)", (12,)),
        ("4x3", (4, 3)),
        ("np.full((2, 2), 7, dtype=np.int32)", (2, 2)),
        ("[True, False]", (2,)),
        ("(2, 3).T", (3, 2)),
        ("np.array([1.5, 2.5], dtype=np.float32)", (2,)),
    ],
)
def test_x_is_any_operand_in_either_librarys_words(x: str, shape: tuple[int, ...], library: Library) -> None:
    taken = taking(x, "reshape(-1)", library)
    assert taken.start.shape == shape
    assert taken.start.library == library
    assert printed_by(taken.code) == shown(taken)
    again = taking(taken.source.code, "reshape(-1)", library)
    np.testing.assert_array_equal(again.start.values, taken.start.values)
    assert again.start.strides == taken.start.strides


@pytest.mark.parametrize("x", ["np.empty((2, 3))", "torch.empty(2, 3)"])
@pytest.mark.parametrize("library", ["PyTorch", "NumPy"])
def test_cells_that_were_never_written_are_known_through_views_and_not_copied(x: str, library: Library) -> None:
    taken = taking(x, "a = x.T, reshape(3, 2)", library)
    for state in taken.states:
        assert state.unwritten is not None
        assert state.unwritten.all()
    reason = failing(x, "clone()" if library == "PyTorch" else "copy()", library).reason
    assert isinstance(reason, NotTaken)
    assert "never written" in reason.message


def test_a_step_may_lead_from_one_library_to_the_other() -> None:
    taken = taking("np.arange(6)", "torch.from_numpy(x), view(2, 3), x.numpy()", "NumPy")
    assert [state.library for state in taken.states] == ["NumPy", "PyTorch", "PyTorch", "NumPy"]
    assert [step.verdict for step in taken.done] == ["view"] * 3
    run_snippet(taken.code)


def test_what_is_computed_says_what_it_came_from() -> None:
    summed = done((2, 3), "x.sum(0)", "NumPy")
    assert not summed.exact
    assert summed.sources.tolist() == [[0, 3], [1, 4], [2, 5]]
    bytes_of = done("[1, 256]", "x.view(torch.uint8)")
    assert bytes_of.sources[:, 0].tolist() == [0] * 8 + [1] * 8
    assert bytes_of.after.values.tolist() == [1, *[0] * 7, 0, 1, *[0] * 6]
    masked = done((2, 3), "x[x > 2]", "NumPy")
    assert masked.exact
    assert masked.sources.tolist() == [[2], [3], [4], [5]]
    padded = done("[1, 2]", "np.pad(x, 1)", "NumPy")
    assert padded.sources.tolist() == [[-1], [0], [1], [-1]]


@examples(200)
@given(small_shapes, st.data())
def test_order_f_walks_both_sides_with_the_first_axis_fastest(shape: tuple[int, ...], data: st.DataObject) -> None:
    x = np.arange(1, prod(shape) + 1).reshape(shape)
    other = data.draw(st.permutations(shape))
    text, expected = data.draw(
        st.sampled_from(
            [
                (f'reshape({tuple(other)}, order="F")', x.reshape(other, order="F")),
                ('ravel(order="F")', x.ravel(order="F")),
                ('x.flatten("F")', x.flatten("F")),
                (f'np.reshape(x, {tuple(other)}, order="F")', x.reshape(other, order="F")),
            ]
        )
    )
    step = done(shape, text, "NumPy")
    np.testing.assert_array_equal(step.after.values, expected)
    assert step.walk is not None
    np.testing.assert_array_equal(step.before.values.ravel()[step.walk.reads], step.walk.numbers)
    np.testing.assert_array_equal(step.after.values.ravel()[step.walk.writes], step.walk.numbers)
    np.testing.assert_array_equal(step.walk.numbers, x.T.ravel())


@pytest.mark.usefixtures("heard")
def test_a_warning_of_the_library_is_told_in_its_words() -> None:
    taken = taking((2, 3, 4), "T")
    scalar = taking("torch.tensor(2.0)", "mT")
    assert "dimension other than 2" in taken.done[0].warnings[0]
    told = scalar.done[0].warnings if scalar.done else scalar.failed
    assert told


@examples(1000)
@given(st.sampled_from(TEXTS), st.sampled_from(["PyTorch", "NumPy"]), st.booleans())
def test_an_attack_comes_to_a_message_or_to_a_small_tensor(text: str, library: Library, in_x: bool) -> None:
    text = re.sub(r"\ba\b|\bv\b|\bm\b", "x", text)
    taken = take_steps(text, ["T"], library) if in_x else take_steps("(2, 3)", split_steps(text), library)
    if isinstance(taken, Pipeline):
        assert all(state.values.size <= MAX_ELEMENTS for state in taken.states)
    else:
        assert taken.message


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_code_of_a_preset_can_be_typed_back(preset: Preset[ShapesQuestion]) -> None:
    """Its first line into the field of x, the others into the field of steps."""
    question = preset.question
    first = explain(question)
    assert isinstance(first, Pipeline)
    lines = [line.strip() for line in first.code.split("\n")]
    typed = [line for line in lines if re.match(r"\w+ = ", line) and not line.startswith(("shared", "strides"))]
    again = explain(ShapesQuestion(x=typed[0], steps="; ".join(typed[1:]), library=question.library))
    assert isinstance(again, Pipeline)
    assert again.names == first.names
    assert verdicts(again) == verdicts(first)
    for one, other in zip(again.states, first.states, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    assert (again.failed and again.failed.reason) == (first.failed and first.failed.reason)
    assert again.code == first.code
