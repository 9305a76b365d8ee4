import json

import pytest

from primer_core.lessons.autograd_graph.explain import trace
from primer_core.lessons.autograd_graph.graph import Switches, TensorValue
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from primer_core.lessons.autograd_graph.show import layout
from ui.components.autograd_graph.payload import grid, inline, number, payload


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_plain_json_whose_steps_name_its_nodes(name: str) -> None:
    traced = trace(EXAMPLES[name].program, EXAMPLES[name].switches)
    sent = payload(traced)
    assert json.loads(json.dumps(sent, allow_nan=False))["width"] == layout(traced).width
    ids = {node["id"] for node in sent["nodes"]}
    for step in sent["steps"]:
        assert step["node"] in ids | {""}
        assert set(step["set"]) <= ids
    kinds = [step["kind"] for step in sent["steps"]]
    assert kinds.count("forward") == len(traced.forward)
    assert kinds.count("backward") == len(traced.backward_steps)
    assert kinds.count("error") == (traced.error is not None)


def test_every_edge_that_flows_back_is_one_of_the_graph() -> None:
    sent = payload(trace(EXAMPLES["two_layers"].program))
    edges = {(edge["source"], edge["target"], edge["slot"]) for edge in sent["edges"] if edge["gradient"]}
    flows = {(flow["target"], step["node"], flow["slot"]) for step in sent["steps"] for flow in step["flows"]}
    assert flows == edges


def test_values_that_are_not_finite_can_be_sent() -> None:
    sent = payload(trace("x = param(0)\ny = log(x)"))
    json.dumps(sent, allow_nan=False)
    assert {node["title"]: node["value"] for node in sent["nodes"]} == {"x": "0", "y = log": "−∞"}


def test_the_steps_between_two_calls_say_what_was_zeroed() -> None:
    switches = Switches(backward_calls=2, retain_graph=True, zero_grad=True)
    steps = payload(trace("x = param(3)\ny = x ** 2", switches))["steps"]
    assert [step["kind"] for step in steps] == ["start", "forward", *["backward"] * 2, "zero", *["backward"] * 2]
    assert steps[4]["set"] == {"leaf:x": {"grad": None, "upstream": None}}


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (-0.08983, "−0.08983"), (1 / 3, "0.3333"), (1e-7, "1e−07"), (float("inf"), "∞")]
)
def test_numbers_are_written_in_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_tensors_are_written_in_one_line_and_elided_in_the_middle() -> None:
    assert inline(TensorValue((), (2.0,))) == "2"
    assert inline(TensorValue((2, 1), (1.0, 2.0))) == "[[1], [2]]"
    assert inline(TensorValue((8,), tuple(map(float, range(8))))) == "[0, 1, 2, …, 5, 6, 7]"


def test_a_large_matrix_is_elided_in_both_directions() -> None:
    cells = grid(TensorValue((8, 8), tuple(map(float, range(64)))), "a", "value")["cells"]
    assert cells[0] == ["0", "1", "2", "…", "5", "6", "7"]
    assert [row[0] for row in cells] == ["0", "8", "16", "⋮", "40", "48", "56"]
