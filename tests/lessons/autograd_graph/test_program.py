"""What a learner may type as a program: both forms of it, what is written out in PyTorch, and what is refused."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import MAX_TEXT
from primer_core.language.rejection import Rejection
from primer_core.language.table import TABLE
from primer_core.lessons.autograd_graph.explain import Failed
from primer_core.lessons.autograd_graph.explain import trace as outcome_of
from primer_core.lessons.autograd_graph.graph import Finished, GraphTrace, Refused
from primer_core.lessons.autograd_graph.playback import graph
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from primer_core.lessons.autograd_graph.program import read_program
from primer_core.lessons.outcome import Unread
from tests.language.hostile_texts import TEXTS
from tests.language.test_hostile import PIECES
from tests.lessons.autograd_graph.traced import gradient, refusal, trace
from tests.profiles import examples, is_long
from tests.snippets import printed_by

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def seen(traced: GraphTrace) -> object:
    """What a trace holds of PyTorch's own, whatever the program is written like."""
    steps = [
        (traced.node(step.node).engine_name, str(step.upstream), str(step.grad_after)) for step in traced.backward_steps
    ]
    nodes = Counter((node.engine_name, str(node.value)) for node in traced.nodes)
    names = [(one.name, str(one.value), str(one.grad), one.grad_fn, one.version) for one in traced.names]
    return steps, nodes, names, refusal(traced).library if isinstance(traced, Refused) else ""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_code_of_an_example_is_a_program_that_gives_the_same(name: str) -> None:
    question = EXAMPLES[name].question
    traced = trace(question.program, question.switches)
    again = trace(traced.code)
    assert seen(again) == seen(traced)
    order = " → ".join(traced.node(step.node).engine_name for step in traced.backward_steps)
    assert again.said == tuple(line for line in traced.printed if line != order)
    assert seen(trace(again.code)) == seen(again)


@pytest.mark.parametrize(
    ("short", "plain"),
    [
        ("w = param(2)\ny = w ** 2", "w = torch.tensor(2., requires_grad=True)\ny = w ** 2"),
        (
            "x = [[1, 2], [3, 4]]\nw = param([1, -1])\nloss = mean(relu(x @ w))",
            "x = torch.tensor([[1., 2.], [3., 4.]])\nw = torch.tensor([1., -1.], requires_grad=True)\n"
            "loss = (x @ w).relu().mean()",
        ),
        (
            "z = param([[1, 2, 0], [0, 0, 3]])\ny = [1, 2]\nloss = cross_entropy(z, y)",
            "z = torch.tensor([[1., 2., 0.], [0., 0., 3.]], requires_grad=True)\ny = torch.tensor([1., 2.])\n"
            "loss = F.cross_entropy(z, y.long())",
        ),
        (
            "z = param([3, 1])\nn = 2\nloss = sum(log_softmax(z, 0) * torch.ones(n))",
            "z = torch.tensor([3., 1.], requires_grad=True)\nn = 2\n"
            "loss = torch.sum(torch.log_softmax(z, 0) * torch.ones(2))",
        ),
        (
            "a = param([3, 1])\ny = sum(where(a > 2, a, abs(-a)) + clamp(a, 0, 2) + max(a) + [1, 2] * 3)",
            "a = torch.tensor([3., 1.], requires_grad=True)\n"
            "y = (torch.where(a > 2, a, (-a).abs()) + a.clamp(0, 2) + a.max() + torch.tensor([1., 2.]) * 3).sum()",
        ),
        (
            "h = param([1/4, -2 ** 2])\ny = sum(h)",
            "h = torch.tensor([0.25, -4.], requires_grad=True)\ny = torch.sum(h)",
        ),
    ],
)
def test_the_short_form_is_what_it_stands_for(short: str, plain: str) -> None:
    one, other = trace(short), trace(plain)
    assert isinstance(one, Finished)
    assert [(named.name, named.value, named.grad) for named in one.names] == [
        (named.name, named.value, named.grad) for named in other.names
    ]


def test_numbers_of_a_pytorch_program_stay_numbers() -> None:
    traced = trace(
        "n = 3\nk = 0.5\nx = torch.ones(n, dtype=torch.float64, requires_grad=True)\ny = (x * k).sum()\ny.backward()"
    )
    assert {named.name for named in traced.names} == {"x", "y"}
    assert gradient(traced, "x").values == (0.5, 0.5, 0.5)
    assert next(node for node in traced.nodes if "y" in node.names).dtype == "float64"


def test_the_same_numbers_as_python_has_them_whatever_is_typed_in_pytorch() -> None:
    program = (
        "import torch\nimport torch.nn.functional as F\n"
        "x = torch.arange(6.).reshape(2, 3); x.requires_grad_()\nw = torch.ones(3, 2, requires_grad=True)\n"
        "h = (x @ w) * 2\nh -= 1\nh[0] = h[0] * 2\na, b = h.unbind(1)\n"
        "loss = F.cross_entropy(h, torch.tensor([1, -100]), ignore_index=-100, reduction='sum') + (a * b).sum()\n"
        "loss.backward(retain_graph=True)\nw.grad.zero_()\nloss.backward()\nprint(x.grad, w.grad)"
    )
    traced = trace(program)
    assert isinstance(traced, Finished), refusal(traced)
    assert "\n".join(traced.said) == printed_by(program).rstrip("\n")
    assert len(traced.calls) == 2
    assert traced.calls[0].retain_graph


def test_a_node_with_several_outputs_is_drawn_once_and_gets_the_gradient_of_each() -> None:
    traced = trace("x = torch.tensor([1., 2.], requires_grad=True)\na, b = x.unbind()\ny = a * 3 + b * 5\ny.backward()")
    (step,) = (step for step in traced.backward_steps if traced.node(step.node).engine_name == "UnbindBackward0")
    assert traced.node(step.node).names == ("a", "b")
    assert (step.upstream.values, [(output, value.values) for output, value in step.more]) == ((3.0,), [(1, (5.0,))])
    assert gradient(traced, "x").values == (3.0, 5.0)


def test_what_is_drawn_are_the_engines_own_nodes() -> None:
    traced = trace("x = torch.ones(2, requires_grad=True)\ny = (x.exp() * x).sum()\ny.backward()")
    x = torch.ones(2, requires_grad=True)
    todo, names = [(x.exp() * x).sum().grad_fn], set()
    while todo:
        node = todo.pop()
        if node is not None:
            names.add(node.name().rpartition("::")[2])
            todo += [parent for parent, _ in node.next_functions]
    assert {node.engine_name for node in traced.nodes} == names


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("x = torch.tensor(2., requires_grad=True)\ny = x.exp()\nfor i in x: y", "loop"),
        ("with open('x'):\n    y = 1", "torch.no_grad()"),
        ("x = param(2)\ny = frobnicate(x)", "frobnicate"),
        ("x = param(2)\ny = x.frobnicate()", "frobnicate"),
        ("x = param(torch.ones(2))", "param("),
        ("x = 3\nprint(x.real)", "tensor"),
        ("", "torch.tensor"),
        ("try:\n    x = param(2)\nexcept ValueError as e:\n    x = 3", "print(error)"),
    ],
)
def test_what_is_not_read_or_not_known_says_what_would_be(program: str, words: str) -> None:
    outcome = outcome_of(program)
    assert isinstance(outcome, Unread)
    assert words in outcome.message


@pytest.mark.parametrize(
    ("program", "library"),
    [
        ("w = torch.tensor(1., requires_grad=True)\nw -= 0.1", "a leaf Variable that requires grad"),
        ("x = torch.tensor([1, 2], requires_grad=True)", "floating point"),
        ("x = torch.ones(2, requires_grad=True)\nx.sum().backward()\nx.numpy()", "Can't call numpy() on Tensor"),
        ("x = param([1, 2])\ny = torch.ones(1)\ntorch.autograd.grad(x.sum(), y)", "does not require grad"),
        ("a = param([1, 2])\nb = param([1, 2])\ntorch.autograd.grad(a.sum(), b)",
         "appears to not have been used in the graph"),
        ("x = torch.ones(2, requires_grad=True)\ny = x.sum()\ny.backward(torch.ones(3))", "Mismatch in shape"),
        ("x = torch.ones(2, 3)\ny = x @ x", "shapes cannot be multiplied"),
    ],
)  # fmt: skip
def test_errors_are_the_librarys_own_words(program: str, library: str) -> None:
    stopped = refusal(trace(program))
    assert library in stopped.library
    assert stopped.place is not None
    assert stopped.place.line == program.count("\n") + 1
    assert printed_by(trace(program).code).rstrip("\n").split("\n")[-1] == stopped.library.split("\n")[
        -1
    ] or stopped.stage == ("backward")


def test_memory_that_was_never_written_has_no_place_in_a_graph() -> None:
    stopped = refusal(trace("x = torch.empty(3)\ny = torch.ones(3, requires_grad=True)"))
    assert (stopped.library, stopped.place.line if stopped.place else 0) == ("", 1)
    assert "torch.zeros" in stopped.message


def test_random_numbers_without_a_seed_get_one_that_the_code_has_too() -> None:
    program = "x = torch.randn(3, requires_grad=True)\ny = F.dropout(x * torch.rand(3), 0.5).sum()\ny.backward()"
    traced = trace(program)
    assert traced.seeded
    assert "torch.manual_seed(0)" in traced.code
    assert printed_by(traced.code).rstrip("\n").split("\n") == list(traced.printed)
    assert [check.verdict for check in traced.checks] == ["agrees"]
    assert seen(trace(traced.code)) == seen(traced)
    assert not trace(f"torch.manual_seed(7)\n{program}").seeded


@pytest.mark.parametrize(
    "program",
    [
        "x = torch.ones(3, requires_grad=True)\nwith torch.no_grad():\n    v = x.view(3)\nv.add_(1)",
        "e = torch.zeros(2, 0, requires_grad=True)\ny = (e * 2).sum()\ny.backward()",
        "x = torch.ones(3, requires_grad=True)\nh = x.clone()\nh[1:] *= 2\nh[x > 1] = 0\nh.sum().backward()",
        "x = torch.ones(3, requires_grad=True)\nh = x * 2\nh.detach_()\ny = h.sum()",
        "x = torch.ones(3, requires_grad=True)\nx.sum().backward()\nx.data -= 0.1 * x.grad\nx.grad += 1",
        "x = torch.ones(3, requires_grad=True)\na, b = torch.autograd.grad(x.sum(), [x, x])",
        "x = torch.ones(3, requires_grad=True)\ntorch.autograd.grad(3, x)",
        "c = torch.complex(torch.ones(2), torch.ones(2))",
    ],
)
def test_what_is_odd_is_drawn_or_told(program: str) -> None:
    outcome = outcome_of(program)
    assert isinstance(outcome, GraphTrace)
    assert graph(outcome).steps


def test_what_python_declines_is_not_said_of_pytorch() -> None:
    assert refusal(trace("x = torch.ones(2, requires_grad=True)\nn = 'a' + 1")).by == "Python"
    assert refusal(trace("x = torch.ones(2, requires_grad=True)\nn = np.ones((2, 3)) @ np.ones(2)")).by == "NumPy"


def test_a_program_that_catches_an_error_goes_on() -> None:
    traced = trace(
        "a = torch.tensor([0.5, 1.5], requires_grad=True)\nb = a.exp()\nb.mul_(2)\ntry:\n    b.sum().backward()\n"
        "except RuntimeError as e:\n    print(e)\nc = (a * 4) ** 2\nc.sum().backward()\nprint(a.grad)"
    )
    assert refusal(traced).caught
    assert "modified by an inplace operation" in traced.said[0]
    assert traced.said[-1] == "tensor([16., 48.])"


def test_a_step_under_no_grad_leaves_the_leaf_a_leaf() -> None:
    question = EXAMPLES["step"].question
    traced = trace(question.program, question.switches)
    assert gradient(traced, "w").values == pytest.approx((-3.2,))
    (edit,) = traced.edits
    assert (edit.version_before, edit.version_after) == (0, 1)
    assert next(named for named in traced.names if named.name == "w").is_leaf


@pytest.mark.parametrize("repair_of", ["straight", "vector", "second_backward"])
def test_what_would_mend_a_program_that_goes_back_itself_does(repair_of: str) -> None:
    programs = {
        "straight": "x = torch.tensor(2., requires_grad=True)\ng, = torch.autograd.grad(x ** 3, x)\n"
        "h, = torch.autograd.grad(g, x)",
        "vector": "x = torch.tensor([1., 2.], requires_grad=True)\ny = x * x\ny.backward()",
        "second_backward": "x = torch.tensor(2., requires_grad=True)\ny = x * x\ny.backward()\ny.sum().backward()",
    }
    stopped = refusal(trace(programs[repair_of]))
    ((field, text),) = stopped.mends[0].repair
    assert field == "program"
    assert isinstance(trace(str(text)), Finished)


ENTRIES = [
    call
    for entry in TABLE.values()
    if entry.library in ("torch", "F", "Tensor", "operator")
    and entry.rule.kind in ("elementwise", "reduction", "product", "moved", "chosen")
    for call in entry.examples
]  # fmt: skip


@examples(400)
@given(st.sampled_from(ENTRIES), st.booleans())
def test_every_operation_of_the_table_is_drawn_with_pytorchs_own_gradient(call: str, tracked: bool) -> None:
    """Whatever is computed, values and gradients are those of PyTorch, and a formula that is shown leads to them."""
    program = (
        f"a = torch.tensor([[0.3, -1.2], [2.1, 0.7]], requires_grad={tracked})\n"
        "b = torch.tensor([[1.3, 0.2], [-0.4, 1.7]])\nm = a * 1\nn = b * 1\nv = a[0] * 1\nw = b[0] * 1\ns = a @ b\n"
        "t = a.reshape(1, 2, 2) * 1\nu = b.reshape(1, 2, 2) * 1\naxis = 0\n"
        f"r = {call}"
    )
    outcome = outcome_of(program)
    assert not isinstance(outcome, Failed), call
    if not isinstance(outcome, Finished):
        return
    assert outcome.code
    for step in outcome.backward_steps:
        for flow in step.flows:
            full = torch.tensor(flow.full.values, dtype=torch.float64).reshape(flow.full.shape)
            summed = full.sum(flow.summed_axes) if flow.summed_axes else full
            handed = torch.tensor(flow.value.values, dtype=torch.float64).reshape(flow.value.shape)
            torch.testing.assert_close(summed.reshape(flow.value.shape), handed, rtol=1e-3, atol=1e-4, equal_nan=True)


def test_an_attack_comes_to_a_message() -> None:
    for text in TEXTS[:: 1 if is_long() else 5]:
        for program in (
            text,
            f"a = param([1, 2])\nx = {text}\nsum(a)",
            f"a = torch.ones(3, requires_grad=True)\n{text}",
        ):
            outcome = outcome_of(program)
            assert not isinstance(outcome, Failed), program
            if isinstance(outcome, Unread):
                assert outcome.message


@examples(1000)
@given(
    st.lists(
        st.one_of(PIECES, st.sampled_from([*(e.question.program for e in EXAMPLES.values()), *ENTRIES])), max_size=8
    )
)
def test_garbage_comes_to_a_message(pieces: list[str]) -> None:
    assert not isinstance(outcome_of("".join(pieces)), Failed)


@examples(1000)
@given(
    st.sampled_from([example.question.program for example in EXAMPLES.values()]),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), PIECES), min_size=1, max_size=3),
)
def test_a_program_with_something_changed_comes_to_a_message(text: str, places: list[tuple[int, int, str]]) -> None:
    for at, removed, piece in places:
        at = min(at, len(text))
        text = text[:at] + piece + text[at + removed :]
    assert not isinstance(outcome_of(text), Failed), text


def test_a_long_text_is_refused_by_us() -> None:
    with pytest.raises(Rejection, match="at most"):
        read_program("x = 1\n" * MAX_TEXT)


def test_a_leaf_that_is_changed_before_it_is_tracked_is_not_checked_at_others() -> None:
    traced = trace("x = torch.ones(3)\nx.mul_(2)\nx.requires_grad_()\ny = (x ** 2).sum()\ny.backward()")
    assert gradient(traced, "x").values == (4.0, 4.0, 4.0)
    assert [(check.gradient.values, check.verdict) for check in traced.checks] == [((4.0, 4.0, 4.0), "unchecked")]
