"""What a step is said to have changed."""

import pytest

from primer_core.lessons.own_lines.trace import run


@pytest.mark.parametrize("make", ["np.empty(2)", "torch.empty(2)"])
def test_a_cell_that_is_written_for_the_first_time_is_changed_whatever_lay_there(make: str) -> None:
    trace = run(f"import numpy as np\nimport torch\nx = {make}\nx[0] = 0\nx[0] = 0\nx[1] = 0")
    assert [step.changed for step in trace.steps[1:]] == [("x",), (), ("x",)]


@pytest.mark.parametrize("split", ["torch.arange(4.).split(2)", "np.split(np.arange(4.0), 2)", "torch.ones(2, 3)"])
def test_parts_of_one_memory_that_share_no_cell_are_no_views_of_each_other(split: str) -> None:
    trace = run(f"import numpy as np\nimport torch\na, b = {split}\nc = b[:1]")
    bound = {each.name: (each.relation, each.of) for step in trace.steps for each in step.bound}
    assert bound == {"a": ("own", ""), "b": ("beside", "a"), "c": ("view", "b")}
