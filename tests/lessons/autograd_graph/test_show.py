import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.answer import fold, page
from primer_core.lessons.autograd_graph import LESSON
from primer_core.lessons.autograd_graph.graph import Switches, TensorValue
from primer_core.lessons.autograd_graph.playback import LINE, box_lines, graph, inline, layout, table
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from primer_core.lessons.autograd_graph.program import read_program
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.event import Edit, Put
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Chip, Controls, Fixes, Table
from primer_core.picture.payload import payload
from primer_core.picture.sliders import Sliders
from primer_core.picture.text import plain
from tests.lessons.autograd_graph.traced import trace
from tests.lessons.parts import part, parts
from tests.profiles import examples


def vector(*numbers: float) -> TensorValue:
    return TensorValue((len(numbers),), numbers)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_plain_json_whose_steps_name_its_nodes(name: str) -> None:
    question = EXAMPLES[name].question
    traced = trace(question.program, question.switches)
    drawn = graph(traced)
    json.dumps(payload(drawn), allow_nan=False)
    ids = {node.id for node in drawn.nodes}
    for step in drawn.steps:
        assert step.node in ids | {""}
        assert {change.node for change in step.changes} <= ids
    events = [step.event for step in drawn.steps]
    assert events.count("forward") == len(traced.forward)
    assert events.count("backward") == len(traced.backward_steps)
    assert events.count("error") == sum(call.refusal is not None for call in traced.calls)


def test_every_edge_that_flows_back_is_one_of_the_graph() -> None:
    drawn = graph(trace(EXAMPLES["two_layers"].question.program))
    edges = {(edge.source, edge.target, edge.slot) for edge in drawn.edges if edge.carries_gradient}
    flows = {(flow.source, step.node, flow.slot) for step in drawn.steps for flow in step.flows}
    assert flows == edges


def test_values_that_are_not_finite_can_be_sent() -> None:
    drawn = graph(trace("x = param(0)\ny = log(x)"))
    json.dumps(payload(drawn), allow_nan=False)
    assert {node.title: node.value for node in drawn.nodes} == {"x": ("0.0",), "y = log": ("−inf",)}


def test_the_steps_between_two_calls_say_what_was_zeroed() -> None:
    switches = Switches(backward_calls=2, retain_graph=True, zero_grad=True)
    steps = graph(trace("x = param(3)\ny = x ** 2", switches)).steps
    assert [step.event for step in steps] == ["start", "forward", *["backward"] * 2, "zero", *["backward"] * 2]
    assert [(change.node, change.grad) for change in steps[4].changes] == [("leaf:x", ("None",))]


def test_a_row_of_twelve_is_written_in_full_and_a_longer_one_from_both_ends() -> None:
    twelve = vector(*map(float, range(12)))
    written = "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]"
    assert inline(twelve) == written
    assert table(twelve, "a", "value").rows == (tuple(f"{number}.0" for number in range(12)),)
    assert re.sub(r"\s+", " ", " ".join(box_lines(twelve))) == written
    longer = vector(*map(float, range(14)))
    assert inline(longer) == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, …, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0]"
    assert "…" in " ".join(box_lines(longer))


def test_a_large_matrix_is_elided_in_both_directions() -> None:
    rows = table(TensorValue((16, 16), tuple(map(float, range(256)))), "a", "value").rows
    assert len(rows) == len(rows[0]) == 13
    assert rows[0][5:8] == ("5.0", "…", "10.0")
    assert set(rows[6]) == {"⋮"}


@examples(200)
@given(st.data())
def test_the_lines_of_a_box_fit_and_are_as_many_as_its_place_has_room_for(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 14), min_size=1, max_size=2).map(tuple))
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    number = st.floats(width=32) | st.sampled_from([0.0, -0.00012345, 1e6, -123456.7])
    values = data.draw(st.lists(number, min_size=count, max_size=count))
    literal = [[0] * shape[-1] for _ in range(shape[0] if len(shape) == 2 else 1)]
    drawn = layout(trace(f"x = {literal if len(shape) == 2 else literal[0]}\ny = x")) if count <= 64 else None
    lines = box_lines(TensorValue(shape, tuple(values)))
    assert all(len(line) <= LINE for line in lines)
    if drawn is not None:
        assert 49 + 15 * (1 + len(lines)) <= drawn.boxes[0].height


def test_moving_a_leaf_writes_the_number_into_the_program_where_it_stands() -> None:
    question = GraphQuestion("# two leaves\nx = param(2)  # a number\nw = [[1, 0.123456789], [3, 4]]\ny = sum(x * w)")
    slider, picture = part(page(LESSON, question), Sliders).sliders[0], part(page(LESSON, question), Picture)
    moved, refusal = fold(LESSON, question, [Edit(slider.grid, (), 0.15), Edit(picture.grids[0].id, (1, 0), -7.5)])
    assert refusal == ""
    assert isinstance(moved, GraphQuestion)
    assert moved.program == (
        "# two leaves\nx = param(0.15)  # a number\nw = [[1, 0.123456789], [-7.5, 4]]\ny = sum(x * w)"
    )


@pytest.mark.parametrize(
    ("program", "edit", "words"),
    [
        ("x = param(2)\ny = x", Edit("leaf z", (), 1.0), "leaf"),
        ("x = param(2)\ny = x", Edit("leaf x", (0,), 1.0), "leaf"),
        ("x = param([1, 2])\ny = sum(x)", Edit("leaf x", (-1,), 1.0), "leaf"),
        ("x = param([1, 2])\ny = sum(x)", Edit("leaf x", (), 1.0), "leaf"),
        ("x = param(2\ny = x", Edit("leaf x", (), 1.0), "cannot be read"),
        ("x = param(2)\ny = x", Edit("x", (), 1.0), "nothing that answers"),
    ],
)
def test_a_number_that_is_none_of_a_leaf_is_refused(program: str, edit: Edit, words: str) -> None:
    question = GraphQuestion(program)
    after, refusal = fold(LESSON, question, [edit])
    assert after == question
    assert words in refusal


@examples(60)
@given(st.floats(-1e6, 1e6).map(lambda value: round(value, 6)))
def test_a_slider_reaches_the_number_it_stands_on_and_sends_it_back_unchanged(value: float) -> None:
    question = GraphQuestion(f"x = param({value!r})\ny = x")
    (slider,) = part(page(LESSON, question), Sliders).sliders
    assert float(slider.least) <= float(slider.value) <= float(slider.most)
    after, _ = fold(LESSON, question, [Edit(slider.grid, (), float(slider.value))])
    (leaf,) = read_program(after.texts()["program"]).leaves
    assert leaf.numbers == value


def test_a_choice_that_the_program_has_no_more_is_kept_and_told() -> None:
    question = GraphQuestion("x = param(2)\ny = x * x", detach="a")
    detach = next(c for row in parts(page(LESSON, question), Controls) for c in row.controls if c.field == "detach")
    assert detach.value == "a"
    assert [value for value, _ in detach.options] == ["", "x", "y", "a"]
    assert parts(page(LESSON, question), Chip)[0].verdict == "ok"


@pytest.mark.parametrize("name", ["second_backward", "no_grad", "in_place"])
def test_the_fix_of_an_example_that_is_refused_mends_it(name: str) -> None:
    question = EXAMPLES[name].question
    (fix,) = part(page(LESSON, question), Fixes).fixes
    mended, refusal = fold(LESSON, question, [Put(fix.puts)])
    assert refusal == ""
    assert parts(page(LESSON, mended), Chip)[0].verdict == "ok"
    assert not parts(page(LESSON, mended), Fixes)


def test_a_gradient_that_is_not_finite_is_marked() -> None:
    shown = page(LESSON, GraphQuestion("z = param([0, 250])\nl = log(softmax(z))\ny = sum([1, 0] * l)"))
    assert parts(shown, Chip)[0].verdict == "error"
    names, checks = parts(shown, Table)
    assert [(plain(row[0].text), row[2].tone) for row in names.rows if row[2].tone] == [("z", "bad")]
    assert [row[-1].tone for row in checks.rows] == ["bad"]


def test_an_unreadable_program_keeps_the_picture_and_points_at_the_mistake() -> None:
    shown = page(LESSON, GraphQuestion("x = param(2)\ny = x ** ** 2"))
    assert shown.body is None
    problem = next(plain(c.problem) for row in parts(shown, Controls) for c in row.controls if c.field == "program")
    assert "Line 2" in problem


def test_only_one_graph_is_on_a_page_and_every_leaf_can_be_moved() -> None:
    for example in EXAMPLES.values():
        shown = page(LESSON, example.question)
        assert len(parts(shown, Graph)) == 1
        program = read_program(example.question.program)
        arrays = {leaf.name for leaf in program.leaves if isinstance(leaf.numbers, list)}
        grids = {grid.name for picture in parts(shown, Picture) for grid in picture.grids}
        sliders = {slider.label for row in parts(shown, Sliders) for slider in row.sliders}
        assert (grids, grids | sliders) == (arrays, {leaf.name for leaf in program.leaves})
