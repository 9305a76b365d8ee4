"""What is evaluated means what Python means: random programs and written ones, against Python itself."""

from __future__ import annotations

import ast
import io
import warnings
from contextlib import redirect_stdout
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812 - as learners call it

from primer_core.backend.interface import Declined
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.reader import read_expression, read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.table import TABLE
from tests.language.comparison import copied, equal
from tests.profiles import examples

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def start(rng: np.random.Generator) -> dict[str, Any]:
    """Return what a program begins with; ``b`` and ``u`` share memory with ``a`` and ``t``."""
    a = rng.integers(-9, 10, (3, 4))
    t = torch.from_numpy(rng.integers(-9, 10, (2, 3)).astype(np.float32))
    return {"a": a, "b": a[1:], "v": rng.integers(0, 4, 3) / 2, "t": t, "u": t[:, 1:], "n": 3, "x": 0.5, "l": [1, 2, 3],
            "m": rng.random(3) < 0.5, "p": (4, 5)}  # fmt: skip


class Grammar:
    """Makes random programs out of a small grammar; about one statement in ten fails, in Python and here."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def one_of(self, *choices: str) -> str:
        return str(self.rng.choice(choices))

    def number(self) -> str:
        return self.one_of("0", "1", "2", "-1", "3", "0.5", "n", "x", "True", "len(l)", "l[0]", "p[1]", "a[0, 1]")

    def index(self) -> str:
        return self.one_of(
            "0", "-1", "1:", ":2", "::2", "[0, 1]", "[1, 1, 0]", "...", "None", "a[:, 0] > 0", "m", "n - 2"
        )

    def array(self, depth: int) -> str:
        if depth == 0 or self.rng.random() < 0.3:
            return self.one_of(
                "a", "b", "v", "t", "u", "m", "l", "a", "t", "np.arange(3)", "np.array(l)", "torch.ones(3)"
            )
        inner = self.array(depth - 1)
        return self.one_of(
            f"{inner}[{self.index()}]", f"({inner} {self.sign()} {self.array(depth - 1)})",
            f"({inner} {self.sign()} {self.number()})",
            f"-{inner}", f"{inner}.T", f"{inner}.reshape(-1)", f"{inner}.sum(0)", f"np.sort({inner})", f"({inner} * 2)",
            f"({inner} {self.comparison()} {self.number()})", f"np.concatenate([{inner}, {inner}])", f"{inner}.shape",
            f"~({inner} > 1)",
        )  # fmt: skip

    def sign(self) -> str:
        return self.one_of("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "+", "*")

    def comparison(self) -> str:
        return self.one_of("<", "<=", ">", ">=", "==", "!=")

    def scalar(self) -> str:
        one, two, three = self.number(), self.number(), self.number()
        c, d = self.comparison(), self.comparison()
        return self.one_of(
            one, f"{one} {c} {two} {d} {three}", f"{one} and {two}", f"{one} or {two}", f"not {one}",
            f"({one} {self.sign()} {two})",
            f"a[0] {c} {one} {d} 3", f"{self.array(1)} and {one}", f"not {self.array(1)}", f"l {c} [1, 2]",
            f"p + ({one},)",
            f"v.any() or {one}", "l is l", "l * 2",
        )  # fmt: skip

    def statement(self) -> str:
        target = self.one_of("a", "b", "v", "t", "u", "l", "n", "x", "c")
        place = f"{self.one_of('a', 'b', 'v', 't', 'u', 'l')}[{self.index()}]"
        augmented = self.one_of("+=", "-=", "*=", "/=", "//=", "**=", "&=", "|=", "%=", "@=", "+=", "*=")
        value = self.array(2) if self.rng.random() < 0.6 else self.scalar()
        return self.one_of(
            f"{target} = {value}", f"{target} = {value}", f"{target} = c = {value}", f"{target} {augmented} {value}",
            f"{target} {augmented} 2",
            f"{place} = {value}", f"{place} = {self.number()}", f"{place} {augmented} {self.number()}",
            f"{place} {augmented} {value}",
            f"{target}, c = {value}", "c, d = 1, n", "[c, (d, e)] = n, p", f"c, d, e = {self.array(1)}",
            f"del {target}", f"del c, {target}",
            f"print({value}, {self.number()})", f"print({value})", f"{value}", "n, x = x, n",
            f"{target} = {self.array(1)}; b[0] = 7", "pass",
            "n += 1; x *= n", "c = range(3)",
        )  # fmt: skip

    def program(self) -> list[str]:
        return [self.statement() for _ in range(int(self.rng.integers(2, 9)))]


def in_python(line: str, names: dict[str, Any]) -> tuple[str, Declined | None]:
    """Run a line as plain Python; what it prints, and what it raises."""
    printed = io.StringIO()
    with redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(line, names)
        except Exception as error:
            return printed.getvalue(), Declined.of(error)
    return printed.getvalue(), None


def rejection_of(evaluator: Evaluator, line: str) -> Rejection | None:
    try:
        evaluator.run(read_statements(line))
    except Rejection as rejection:
        return rejection
    return None


@examples(1500)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_random_program_does_what_python_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = Grammar(rng).program()
    names = start(rng)
    evaluator = Evaluator(copied_together(names))
    plain: dict[str, Any] = {"np": np, "torch": torch, "F": F, **names}
    for number, line in enumerate(lines):
        done = "\n".join(lines[: number + 1])
        expected, error = in_python(line, plain)
        evaluator.printed.clear()
        rejection = rejection_of(evaluator, line)
        if rejection is None:
            assert error is None, f"{done}: {error}"
            assert "".join(f"{text}\n" for text in evaluator.printed) == expected, done
        elif rejection.declined is None:
            # a number beyond bounds; a name that Python does not know either; a list's slice
            unknown = rejection.verdict == "unknown" and error is not None
            assert rejection.verdict == "refused" or unknown or "slice of a list" in rejection.message, (
                f"{done}: {rejection}"
            )
            return
        else:
            assert error is not None, f"{done}: {rejection}"
            assert rejection.declined.kind == error.kind, f"{done}: {rejection.message}, not {error.text}"
            words = error.words.replace("**=", "** or pow()").replace(
                "=: ", ": "
            )  # of a number and an array, ``n &= a``
            assert rejection.declined.words in (error.words, words), done  # is told as ``n & a``
        check_names(dict(evaluator.names), {name: value for name, value in plain.items() if name in NAMES}, done)


NAMES = set("abcdeltmnpuvx")


def check_names(found: dict[str, Any], expected: dict[str, Any], done: str) -> None:
    assert set(found) == set(expected), done
    for name, value in expected.items():
        assert type(found[name]) is type(value), f"{done}: {name} is {found[name]!r}, not {value!r}"
        assert equal(found[name], value), f"{done}: {name} is {found[name]!r}, not {value!r}"
    for one, two in combinations(sorted(expected), 2):
        assert (found[one] is found[two]) >= (expected[one] is expected[two] and is_array(expected[one])), done
        if isinstance(expected[one], np.ndarray) and isinstance(expected[two], np.ndarray):
            shared = np.shares_memory(expected[one], expected[two])
            assert np.shares_memory(found[one], found[two]) == shared, f"{done}: {one} and {two}"


def copied_together(names: dict[str, Any]) -> dict[str, Any]:
    """Copy what a program begins with; what shared memory shares it again."""
    own = copied(names)
    own["b"], own["u"], own["l"] = own["a"][1:], own["t"][:, 1:], list(names["l"])
    return own


PROGRAMS = [
    "a = np.arange(6); b = a[1:4]; b += 10; a[[0, 0]] += 1; a[a > 11] = 0; c = a.reshape(2, 3).T",
    "l = [1, 2]; k = l; k += [3]; k *= 2; l[0] = 9; l[-1] += 5; n, *_ = 1, 2" .replace(", *_", "") .replace("n = 1, 2",
    "n = (1, 2)"),
    "x = y = np.zeros(3); x += 1; x = x + 1; del y",
    "t = torch.arange(6.0).reshape(2, 3); u = t[0]; u.mul_(2); t[:, 1] -= 5; w = t.clone(); w.zero_()",
    "p, q = np.arange(6).reshape(2, 3); p[0] = 100; (r, s), z = [1, 2], 3; a, b, c = 'xyz'; d, e = range(2)",
    "m = np.array([True, False, True]); k = not m[0]; j = m[1] or 5; i = 1 < 2 < 3 != 4; h = 3 > 2 > 2 == 2",
    "a = np.arange(3.0); a **= 2; a /= 4; a //= 0.3; a %= 1; b = -a; c = +b; d = ~np.arange(3); e = abs(b)",
    "a = np.arange(12).reshape(3, 4); b = a[::-1, [0, 2]]; c = a[..., None]; a[:, -1] = [7, 8, 9]; e = a[1, 2]",
    "a = np.array([1, 2]); b = a; a += a; a = a * a; c = a is b; d = a is not b",
    "v = torch.tensor([1.0, 2.0], requires_grad=True); y = (v ** 2).sum(); y.backward(); g = v.grad",
    "a = torch.max(torch.tensor([[3, 1], [4, 2]]), 1); b = a.values; c = a.indices; d, e = a; f = a[0]",
    "a = np.unique([3, 1, 3], return_counts=True); b, c = a; d = np.linalg.eigh([[2.0, 0.0], [0.0, 3.0]]).eigenvalues",
    "s = np.int32(7) + 1; t = np.float32(0.1) + 0.2; u = np.bool(1); w = np.uint8(250) // np.uint8(7); x = np.True_",
    "a = torch.float32; b = torch.float32.itemsize; c = np.pi.is_integer(); d = torch.ones(2).dtype == torch.float32",
    "a = (1, 2) + (3,); b = [0] * 3; c = 'ab' + 'c'; d = a[1:]; e = b[0]; f = 7 // 2 ** 2 % 5 - -3; g = 1 << 4 | 3",
    "a = np.ones((2, 2)); a.shape = 4; b = a.base is None; c = len(a); d = sum([1, 2]); f = round(2.567, 1)",
    "y = F.relu(torch.tensor([-1.0, 1.0])); numpy = 3; x = numpy + 1; F = 2; z = F * 2; del F",
]  # fmt: skip


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_written_program_does_what_python_does(text: str) -> None:
    names: dict[str, Any] = {"np": np, "torch": torch, "F": F}
    evaluator = Evaluator()
    exec(text, names)
    evaluator.run(read_statements(text))
    expected = {name: value for name, value in names.items() if name not in ("np", "torch", "F", "__builtins__")}
    check_names(dict(evaluator.names), expected, text)


@pytest.mark.parametrize(
    "text",
    [
        "a and a",
        "a or 1",
        "not a",
        "0 < a < 3",
        "t and 1",
        "not t",
        "0 < t < 9",
        "(a > 0) and (a < 3)",
        "1 if a else 2",
    ],
)
def test_the_truth_of_an_array_is_ambiguous_in_the_librarys_own_words(text: str) -> None:
    names = {"a": np.arange(3), "t": torch.arange(3)}
    with pytest.raises((ValueError, RuntimeError)) as plain:
        eval(text, dict(names))
    with pytest.raises(Rejection) as caught:
        Evaluator(dict(names)).evaluate(read_expression(text))
    if "if" in text:
        assert caught.value.verdict == "unread"
    else:
        assert caught.value.declined == Declined.of(plain.value)
        assert "ambiguous" in caught.value.message


def test_a_statement_that_fails_leaves_what_was_done_before() -> None:
    evaluator = Evaluator({"a": np.arange(3)})
    with pytest.raises(Rejection):
        evaluator.run(read_statements("a += 1\nb = a * 2\na[5] = 1\nc = 3"))
    assert evaluator.names["a"].tolist() == [1, 2, 3]
    assert set(evaluator.names) == {"a", "b"}


def test_calls_are_kept_in_order_with_operands_as_they_were() -> None:
    evaluator = Evaluator()
    evaluator.run(read_statements("a = np.arange(3); a += 5; b = np.sort(a); b[0] = 9"))
    assert [call.entry.name for call in evaluator.calls] == ["np.arange", "operator.+=", "np.sort", "ndarray.[]="]
    assert evaluator.calls[1].bound.positional[0].tolist() == [0, 1, 2]
    assert evaluator.calls[2].bound.positional[0].tolist() == [5, 6, 7]
    assert evaluator.calls[3].bound.positional[0].tolist() == [5, 6, 7]
    assert evaluator.calls[1].place.text == "a += 5"


# Objects and dtypes

OBJECTS = "o = np.array([1, None, 'x'], dtype=object)"


@pytest.mark.parametrize("text", ["o[0]", "o[1:]", "o[[0, 2]]", "o.shape", "o.dtype", "o.reshape(3, 1)", "o.copy()",
"len(o)",
                                  "np.concatenate([o, o])", "o.tolist()", "o[::-1].T",
                                  "np.array([[1], [2, 3]], dtype=object)"])  # fmt: skip
def test_arrays_of_objects_are_made_indexed_and_shown(text: str) -> None:
    evaluator = Evaluator()
    evaluator.run(read_statements(f"{OBJECTS}; o[0] = 5; print(o)"))
    evaluator.run(read_statements(f"r = {text}"))
    names: dict[str, Any] = {"np": np}
    exec(f"{OBJECTS}; o[0] = 5; r = {text}", names)
    assert str(evaluator.names["r"]) == str(names["r"])
    assert evaluator.printed == [str(names["o"])]


@pytest.mark.parametrize("text", ["o + 1", "o == 3", "o += 1", "o **= 10**7", "-o", "o @ o", "np.sort(o)", "o.sort()",
"np.sum(o)", "o.sum()",
                                  "np.where(o, 1, 2)", "np.unique(o)", "o.any()", "np.add(o, o)", "np.maximum(o, 1)",
                                  "[o] @ o", "o < o",
                                  "o[0:1] *= 3", "np.isin(o, o)", "np.argmax(o)", "o.round()", "np.prod(o)",
                                  "np.isnan(o)"])  # fmt: skip
def test_arrays_of_objects_are_not_computed_with(text: str) -> None:
    evaluator = Evaluator()
    evaluator.run(read_statements(OBJECTS))
    with pytest.raises(Rejection) as caught:
        evaluator.run(read_statements(text))
    assert caught.value.verdict == "refused", caught.value.message


@pytest.mark.parametrize(
    "text", ["o[0] = [o]", "o[0] = o", "l[0] = l", "l[0] = [1]", "l += [l]", "o[0] = l", "l += (o,)"]
)
def test_nothing_comes_to_hold_itself(text: str) -> None:
    evaluator = Evaluator()
    evaluator.run(read_statements(f"{OBJECTS}; l = [1, 2]"))
    with pytest.raises(Rejection):
        evaluator.run(read_statements(text))


@pytest.mark.parametrize(
    "line", ["x = [x, x]", "x = (x, x)", "x = x + x", "x += x", "x *= 2", "x = [x]", "x = x * 9", "x = [x] * 99"]
)
def test_lists_do_not_grow_beyond_bounds(line: str) -> None:
    evaluator = Evaluator({"x": [1]})
    with pytest.raises(Rejection) as caught:
        evaluator.run(read_statements("\n".join([line] * 200)))
    assert caught.value.verdict == "refused"


@pytest.mark.parametrize(
    ("dtype", "named"),
    [
        ("'U5'", "text"), ("'S5'", "text"), ("str", ""), ("'V8'", "structured"), ("'M8'", "date"),
        ("'m8'", "time difference"), ("'g'", "longdouble"),
        ("'longdouble'", "longdouble"), ("'clongdouble'", "longdouble"), ("'i4,f4'", "plain name"),
        ("[('x', int)]", ""), ("'(3,)i4'", "plain name"),
        ("('i4', 3)", ""), ("{'names': ['x']}", ""), ("np.longdouble", "longdouble"), ("np.str_", "str_"),
        ("'<U9'", "text"), ("'float128'", "longdouble"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "call", ["np.zeros(3, dtype={})", "np.arange(3).astype({})", "np.array([1], {})", "np.dtype({})"]
)
def test_dtypes_of_no_numbers_are_refused_by_name(call: str, dtype: str, named: str) -> None:
    with pytest.raises(Rejection) as caught:
        Evaluator().evaluate(read_expression(call.format(dtype)))
    assert caught.value.verdict in ("refused", "unknown", "unread"), caught.value.message
    assert named in caught.value.message


@pytest.mark.parametrize("text", ["np.array(['a', 'b'])", "np.array([1, 'a'])", "np.asarray('x')", "np.full(2, 'x')"])
def test_an_array_of_text_is_refused(text: str) -> None:
    with pytest.raises(Rejection) as caught:
        Evaluator().evaluate(read_expression(text))
    assert caught.value.verdict == "refused"


# Random numbers, and what stands for all programs

UNSEEDED = ["np.random.rand(3)", "np.random.default_rng().random(3)", "torch.rand(3)", "torch.randn(2, 2)",
"np.random.normal(0, 1, 3)",
            "torch.ones(3).normal_()", "torch.randperm(9)", "F.dropout(torch.ones(9))", "np.random.permutation(9)",
            "torch.ones(4).uniform_()",
            "np.random.choice(9, 3)", "torch.randint(0, 9, (4,))", "np.random.default_rng(None).random(3)",
            "torch.bernoulli(torch.ones(9) / 2)"]  # fmt: skip


@pytest.mark.parametrize("text", UNSEEDED)
def test_random_numbers_without_a_seed_are_the_same_each_time_and_say_so(text: str) -> None:
    values = []
    for seed in (0, 0, 1):
        evaluator = Evaluator(seed=seed)
        values.append(evaluator.evaluate(read_expression(text)))
        assert evaluator.seeded
    assert equal(values[0], values[1])
    assert not equal(values[0], values[2])


@pytest.mark.parametrize(
    "text",
    ["np.random.default_rng(3).random(3)", "np.arange(3)", "np.random.default_rng(seed=3).random(3)", "torch.ones(3)"],
)
def test_what_needs_no_seed_is_given_none(text: str) -> None:
    evaluator = Evaluator()
    expected = eval(text, {"np": np, "torch": torch})
    assert equal(evaluator.evaluate(read_expression(text)), expected)
    assert not evaluator.seeded


@pytest.mark.parametrize(
    ("sow", "draw"), [("np.random.seed(5)", "np.random.rand(3)"), ("torch.manual_seed(5)", "torch.rand(3)")]
)
def test_a_programs_own_seed_counts(sow: str, draw: str) -> None:
    evaluator = Evaluator(seed=1)
    evaluator.run(read_statements(f"{sow}; r = {draw}"))
    names: dict[str, Any] = {"np": np, "torch": torch}
    exec(f"{sow}; r = {draw}", names)
    assert equal(evaluator.names["r"], names["r"])
    assert not evaluator.seeded


def test_no_line_of_the_table_changes_how_the_libraries_compute() -> None:
    def state() -> tuple[Any, ...]:
        return (torch.get_default_dtype(), np.get_printoptions(), np.geterr(), torch.is_grad_enabled(),
        torch.is_anomaly_enabled(),
                torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(),
                str(torch.get_default_device()))  # fmt: skip

    before = state()
    for entry in TABLE.values():
        for text in entry.examples:
            names = {"a": np.arange(4.0), "v": np.arange(3.0), "m": np.ones((2, 2)), "t": np.ones((2, 3, 4))}
            try:
                Evaluator(names).run(read_statements(text))
            except Rejection:
                continue
    assert state() == before


@pytest.mark.parametrize("text", ["torch.set_default_dtype(torch.float64)", "np.set_printoptions(2)",
"np.seterr(all='raise')",
                                  "torch.set_grad_enabled(False)", "torch.no_grad()", "np.random.set_state(1)",
                                  "torch.set_num_threads(9)",
                                  "a.setflags(write=True)", "a.flags.writeable = False", "t.set_(t)",
                                  "np.errstate(all='raise')"])  # fmt: skip
def test_what_would_change_them_is_not_known(text: str) -> None:
    with pytest.raises(Rejection) as caught:
        Evaluator({"a": np.arange(3), "t": torch.ones(2)}).run(read_statements(text))
    assert caught.value.verdict == "unknown"


def test_print_takes_values_alone_and_writes_what_python_writes() -> None:
    evaluator = Evaluator()
    text = "a = np.arange(3); print(a, 'text', [a], 1.5, (1,), None); print(); print(torch.ones(2))"
    evaluator.run(read_statements(text))
    assert evaluator.printed == ["[0 1 2] text [array([0, 1, 2])] 1.5 (1,) None", "", "tensor([1., 1.])"]
    with pytest.raises(Rejection):
        evaluator.run(read_statements("print(1, end='')"))


def test_every_node_that_is_read_is_evaluated() -> None:
    """The reader lets no node through that the evaluator does not know."""
    for text in ("a @ a", "a[0:1, None]", "a.T", "-a", "not 1", "1 < 2", "[1]", "(1,)", "1 and 2", "np.sum(a, axis=0)"):
        node = read_expression(text).node
        assert isinstance(node, ast.expr)
        Evaluator({"a": np.arange(2)}).value_of(node, text)


def test_an_attribute_is_changed_in_place_as_python_does_it() -> None:
    evaluator = Evaluator()
    evaluator.run(
        read_statements("w = torch.ones(2, requires_grad=True)\nw.data -= 0.25\nd = w.data\nw.grad = d\nw.grad *= 2")
    )
    assert evaluator.names["d"].tolist() == [0.75 * 2] * 2  # .grad is that very tensor
    with pytest.raises(Rejection, match="cannot be set here") as caught:
        evaluator.run(read_statements("w.ndim += 1"))
    assert caught.value.verdict == "unknown"
    with pytest.raises(Rejection, match=r"Did you mean \.requires_grad\?"):
        evaluator.run(read_statements("w.require_grad = False"))


@pytest.mark.parametrize(
    "text",
    [
        "torch.repeat_interleave(t, torch.tensor([nan, 1.0, 2.0]), 0)",
        "a.take(a, a)",
        "np.repeat(a, [inf, 1, 1])",
        "np.split(a, a, a)",
    ],
)
def test_what_fits_no_rule_of_costs_is_refused_by_the_library_in_its_own_words(text: str) -> None:
    names = {"a": np.arange(3), "t": torch.arange(3), "nan": np.nan, "inf": np.inf}
    with pytest.raises((TypeError, ValueError, RuntimeError, OverflowError)) as plain:
        eval(text, {"np": np, "torch": torch, **names})
    with pytest.raises(Rejection) as caught:
        Evaluator(dict(names)).evaluate(read_expression(text))
    assert caught.value.declined == Declined.of(plain.value)
