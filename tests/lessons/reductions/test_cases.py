"""Questions of learners, as this lesson is asked them: what it shows is what NumPy and PyTorch do."""

import ast
import warnings
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from primer_core.backend.interface import LIBRARIES, Library
from primer_core.claims.choosing import PairIsNoNumber, TwoAnswers, TwoInTheMiddle
from primer_core.claims.claim import Claim
from primer_core.claims.reducing import AxesDisappear, FitsWithSizeOne, MadeOf, WrongCellsMeet
from primer_core.claims.totals import NotKept, TotalWrapped, TwoDivisors, Widened
from primer_core.language.execution import hear
from primer_core.lessons.event import Put
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions.claims import claims_of
from primer_core.lessons.reductions.explain import Asked, BackMet, Middles, NotReduced, Reduced, Spread, explain, react
from primer_core.lessons.reductions.presets import PRESETS
from primer_core.lessons.reductions.question import ReductionsQuestion
from primer_core.lessons.reductions.show import reduced, show
from primer_core.picture.parts import CodePanel, Controls
from primer_core.picture.text import plain
from tests.formulas import sentence
from tests.lessons.parts import parts
from tests.snippets import printed_by

C = TypeVar("C", bound=Claim)

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def pasted(line: str, **fields: str) -> ReductionsQuestion:
    """Type a line into its field."""
    return react(react(ReductionsQuestion(), Put(fields)) if fields else ReductionsQuestion(), Put({"line": line}))


def taken(question: ReductionsQuestion) -> Reduced:
    found = explain(question)
    assert isinstance(found, Reduced), found
    return found


def said(question: ReductionsQuestion, kind: type[C]) -> list[C]:
    """What the page says of one kind."""
    return [claim for claim in claims_of(question, explain(question)) if isinstance(claim, kind)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("np.array([[1, 2, 3], [10, 20, 30]]).sum(axis=0)", [11, 22, 33]),
        ("np.array([[1, 2, 3], [10, 20, 30]]).sum(axis=1)", [6, 60]),
        ("np.array([[1, 2, 3], [10, 20, 30]]).sum()", 66),
        ("np.array([1, 2, 3]).sum(axis=0)", 6),
    ],
)
def test_the_axis_that_is_named_is_the_one_that_goes(line: str, expected: Any) -> None:
    assert taken(pasted(line)).result.tolist() == expected


def test_a_sum_over_axis_0_is_made_of_the_cells_of_a_column() -> None:
    question = pasted("np.array([[1, 2, 3], [10, 20, 30]]).sum(axis=0)")
    assert said(question, MadeOf) == [MadeOf(2, (0,), ((0, 0), (1, 0)))]
    assert said(question, AxesDisappear) == [AxesDisappear(((0, 2),), (2, 3), (3,))]


def test_a_square_table_by_its_row_sums_meets_the_wrong_cells_without_keepdims() -> None:
    (preset,) = [preset for preset in PRESETS if preset.title == "Shares of a square"]
    assert said(preset.question, WrongCellsMeet) == [WrongCellsMeet((2,), (2, 2), (0, 1), (0,), (1,))]
    assert said(preset.question, FitsWithSizeOne) == [FitsWithSizeOne("keepdims", (2, 1), (2, 2))]
    found = taken(preset.question)
    assert isinstance(found.back, BackMet)
    assert found.back.result.tolist() == [[0.25, 0.375], [0.5, 0.75]]
    kept = react(preset.question, Put({"keepdims": "true"}))
    assert not said(kept, WrongCellsMeet)
    table = np.array(found.operand.values)
    back = taken(kept).back
    assert isinstance(back, BackMet)
    np.testing.assert_array_equal(back.result, table / table.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(("axis", "shape"), [("1", (2, 4)), ("(0, 2)", (3,))])
def test_what_is_crossed_out_of_the_shape_leaves_that_of_the_answer(axis: str, shape: tuple[int, ...]) -> None:
    question = ReductionsQuestion("(2, 3, 4)", "sum", axis)
    assert taken(question).result.shape == shape
    assert [claim.result for claim in said(question, AxesDisappear)] == [shape]
    assert taken(pasted(f"np.zeros((2, 3, 4)).sum(axis={axis}).shape")).result.shape == shape


def test_two_definitions_of_the_standard_deviation_are_swapped_by_ddof_and_correction() -> None:
    data = "[1., 3., 5., 7.]"
    asked = {
        f"np.std({data})": 2.23606797749979,
        f"torch.tensor({data}).std()": 2.581988897471611,
        f"np.std({data}, ddof=1)": 2.581988897471611,
        f"torch.tensor({data}).std(correction=0)": 2.23606797749979,
    }
    for line, expected in asked.items():
        found = taken(pasted(line))
        assert found.result == pytest.approx(expected, abs=1e-6)
        assert isinstance(found.detail, Spread)
        (divided,) = said(pasted(line), TwoDivisors)
        assert divided.n == 4
        assert divided.here == pytest.approx(expected, abs=1e-6)
        assert (divided.off == 1) == (expected > 2.5)
        assert {round(float(found.result), 3), round(float(found.detail.other), 3)} == {2.236, 2.582}
        captions = " ".join(str(grid.caption) for grid in reduced(found).grids)
        assert "NumPy's default" in captions
        assert "PyTorch's default" in captions


def test_of_one_number_there_is_no_spread_by_n_minus_one() -> None:
    assert taken(pasted("np.std([3.])")).result == 0
    assert taken(pasted("torch.tensor([3.]).std(correction=0)")).result == 0
    with warnings.catch_warnings(record=True, action="always") as caught:
        hear(lambda: caught)
        try:
            question = pasted("torch.tensor([3.]).std()")
            found = taken(question)
        finally:
            hear()
    assert np.isnan(found.result)
    assert "degrees of freedom is <= 0" in " ".join(found.warnings)


def test_max_of_a_dim_says_how_large_and_where() -> None:
    question = pasted("torch.tensor([[3, 8], [9, 2]]).max(dim=1)")
    found = taken(question)
    assert found.pair is not None
    assert found.result.tolist() == [8, 9]
    assert found.pair.places.tolist() == [1, 0]
    with pytest.raises(TypeError) as refused:
        _ = torch.tensor([[3, 8], [9, 2]]).max(dim=1) + 1  # type: ignore[operator] # which is what is tried
    assert said(question, PairIsNoNumber) == [PairIsNoNumber(f"TypeError: {refused.value}", "a.amax(dim=1)")]
    assert said(question, TwoAnswers) == [TwoAnswers((0,), 8, 1)]
    alone = taken(pasted("torch.tensor([[3, 8], [9, 2]]).max(dim=1).values"))
    amax = taken(pasted("torch.tensor([[3, 8], [9, 2]]).amax(dim=1)"))
    numpys = taken(pasted("np.max([[3, 8], [9, 2]], axis=1)"))
    assert alone.result.tolist() == amax.result.tolist() == numpys.result.tolist() == [8, 9]
    assert alone.pair is amax.pair is numpys.pair is None
    assert taken(pasted("torch.tensor([[3, 8], [9, 2]]).max()")).result == 9


def test_whole_numbers_wrap_around_in_a_dtype_that_is_too_small_and_are_widened_else() -> None:
    array = "np.array([100000, 100000], dtype=np.int32)"
    wide, forced = pasted(f"{array}.prod()"), pasted(f"{array}.prod(dtype=np.int32)")
    assert taken(wide).result == 10_000_000_000
    assert said(wide, Widened) == [Widened("product", "int32", "int64")]
    assert taken(forced).result == 1_410_065_408
    assert said(forced, TotalWrapped) == [TotalWrapped("product", "int32", (), 1_410_065_408, 10_000_000_000)]
    assert taken(pasted(f"{array}.prod(dtype=float)")).result == 1e10
    each = taken(pasted(f"({array} * {array}).max(axis=0)"))
    assert each.operand.values.dtype == np.int32
    assert each.operand.values.tolist() == [1_410_065_408, 1_410_065_408]
    small = "np.array([200, 100], np.uint8)"
    assert taken(pasted(f"np.cumsum({small})")).result.tolist() == [200, 300]
    forced = pasted(f"np.cumsum({small}, dtype=np.uint8)")
    assert taken(forced).result.tolist() == [200, 44]
    assert said(forced, TotalWrapped) == [TotalWrapped("sum", "uint8", (1,), 44, 300)]


def test_a_sum_of_few_bits_stops_growing_and_says_so() -> None:
    question = pasted("np.cumsum(np.ones(3000, dtype=np.float16))")
    found = taken(question)
    assert found.result[-1] == 2048
    assert sentence(reduced(found), "s", 2999).startswith("<2999> = 2048.0 + 1.0 = ")
    assert said(question, NotKept) == [NotKept("float16", (2056,), 2048.0, 2057.0, 11, 65504.0)]
    assert taken(pasted("np.cumsum(np.ones(3000))")).rounded is None


def test_a_dtype_converts_the_cells_before_they_are_added_up() -> None:
    found = taken(pasted("np.array([1.5, 2.5]).sum(dtype=np.int32)"))
    assert found.result == 3
    assert found.cast is not None
    assert found.cast.tolist() == [1, 2]
    assert sentence(reduced(found), "s", 0) == "<0> = 1 + 2 = 3"


@pytest.mark.parametrize("library", LIBRARIES)
def test_of_two_in_the_middle_the_libraries_choose_otherwise(library: Library) -> None:
    found = taken(ReductionsQuestion("[1.0, 3.0, 5.0, 7.0]", "median", "None", library))
    assert isinstance(found.detail, Middles)
    assert found.detail.other is not None
    both = {"NumPy": np.median([1.0, 3.0, 5.0, 7.0]), "PyTorch": torch.tensor([1.0, 3.0, 5.0, 7.0]).median().item()}
    other = next(value for name, value in both.items() if name != library)
    assert (found.result, found.detail.other) == (both[library], other)
    question = ReductionsQuestion("[1.0, 3.0, 5.0, 7.0]", "median", "None", library)
    assert said(question, TwoInTheMiddle) == [TwoInTheMiddle(4, (), 3.0, 5.0)]
    assert taken(ReductionsQuestion("[1.0, 3.0, 5.0]", "median", "None", library)).result == 3


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a.sum(axis=0)", {"operation": "sum", "axis": "0", "library": "NumPy"}),
        ("torch.std(x, dim=1)", {"operation": "std", "axis": "1", "library": "PyTorch", "divisor": "n − 1"}),
        ("torch.std(x, 1, unbiased=False)", {"operation": "std", "axis": "1", "divisor": "n"}),
        ("torch.max(x, dim=1)", {"operation": "max", "places": "true", "library": "PyTorch"}),
        ("x.max(dim=1)[1]", {"operation": "argmax", "places": "false", "library": "PyTorch"}),
        ("np.prod(a, dtype=np.int32)", {"operation": "prod", "axis": "None", "dtype": "int32"}),
        ("import numpy as np\ny = np.median(x, axis=-1, keepdims=True)", {"operation": "median", "keepdims": "true"}),
        ("F.softmax(logits, dim=-1)", {"operation": "softmax", "axis": "-1", "library": "PyTorch"}),
        ("print(x.sum(axis=(0, 1)))", {"operation": "sum", "axis": "(0, 1)"}),
        ("x - x.mean(axis=1, keepdims=True)", {"operation": "mean", "keepdims": "true", "view": "Bring it back"}),
        ("x = torch.arange(6.)\nx.mean()", {"array": "torch.arange(6.0)", "operation": "mean", "library": "PyTorch"}),
    ],
)
def test_the_controls_follow_a_line(line: str, fields: dict[str, str]) -> None:
    question = pasted(line)
    assert question.line == ""
    assert fields.items() <= question.texts().items()
    linked = ReductionsQuestion(line=line)
    found, again = explain(linked), explain(question)
    assert isinstance(found, Asked)
    assert isinstance(again, Asked)
    assert found.question == again.question


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.sum(", "was never closed"),
        ("a.smu()", "“a.smu” is no reduction"),
        ("a", "“a” is no reduction"),
        ("np.std(a, ddof=2)", "write 0 or 1"),
        ("np.max(a, dtype=int)", "not known here with dtype="),
        ("np.sum(a, initial=3)", "initial= is not shown here"),
        ("for x in a: print(x)", "A loop is not read here"),
        ("a.sum(axis='rows')", "“'rows'” is no axis"),
    ],
)
def test_a_line_that_is_not_shown_is_kept_and_says_why(line: str, words: str) -> None:
    question = pasted(line)
    assert question.line == line
    found = explain(question)
    assert isinstance(found, Unread)
    assert found.field == "line"
    assert words in found.message
    (typed,) = [c for row in parts(show(question, found), Controls) for c in row.controls if c.field == "line"]
    assert typed.value == line
    assert plain(typed.problem) == found.message
    assert react(question, Put({"axis": "1"})).line == "", "another control takes over"


def test_a_tensor_that_is_typed_brings_its_library() -> None:
    question = react(ReductionsQuestion(), Put({"array": "torch.arange(6).reshape(2, 3)"}))
    assert question.library == "PyTorch"
    found = taken(question)
    assert found.result.tolist() == [3, 5, 7]
    assert "a = torch.arange(6).reshape(2, 3)" in found.code
    numpys = taken(react(question, Put({"library": "NumPy"})))
    assert numpys.result.tolist() == [3, 5, 7]
    assert "torch" not in numpys.code
    assert taken(ReductionsQuestion("torch.tensor([1.5, 2.5])", "sum")).operand.values.dtype == np.float32


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_into_the_fields(
    preset: Preset[ReductionsQuestion], library: Library
) -> None:
    question = react(preset.question, Put({"library": library}))
    first = explain(question)
    assert isinstance(first, Reduced | NotReduced)
    (panel,) = parts(show(question, first), CodePanel)
    printed_by(panel.code)
    statements = {
        ast.unparse(statement.targets[0]): statement
        for statement in ast.walk(ast.parse(panel.code))
        if isinstance(statement, ast.Assign)
    }
    array = ast.unparse(statements.pop("a").value)
    line = "\n".join(ast.unparse(statements[name]) for name in ("m", "e", "s", "d") if name in statements)
    again = react(react(ReductionsQuestion(), Put({"array": array})), Put({"line": line, "library": library}))
    assert not again.line
    typed = explain(again)
    assert type(typed) is type(first)
    assert isinstance(typed, Reduced | NotReduced)
    np.testing.assert_array_equal(typed.operand.values, first.operand.values)
    assert typed.operand.values.dtype == first.operand.values.dtype
    assert typed.statements == first.statements
    if isinstance(first, Reduced) and first.question.brings_back:
        assert typed.question.view == first.question.view
