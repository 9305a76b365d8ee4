"""Every line of the table, by its examples on random operands, against the libraries themselves."""

from __future__ import annotations

import ast
import copy
import re
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - as learners call it

from primer_core.backend.interface import Declined
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.provenance import all_sources, operands, sources
from primer_core.language.reader import read_expression, read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.table import TABLE
from primer_core.language.table.costs import size_of
from primer_core.language.table.entry import Entry
from primer_core.language.table.sources import done_with
from tests.language.comparison import copied, equal, floating, library_of, plain
from tests.language.drawn_operands import drawn
from tests.profiles import is_long

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

LIBRARIES = {
    "np": "np",
    "ndarray": "np",
    "flags": "np",
    "Generator": "np",
    "RandomState": "np",
    "torch": "torch",
    "F": "torch",
    "Tensor": "torch",
}
EXACT = ("moved", "elementwise", "reduction", "product", "scan", "window")
WITH_EXAMPLES = [entry for entry in TABLE.values() if entry.examples and not entry.writes]
WRITING = [entry for entry in TABLE.values() if entry.writes]
UNTRIED = {
    "np.empty": "its cells are memory as it was found", "np.empty_like": "its cells are memory as it was found",
    "torch.empty": "its cells are memory as it was found", "torch.empty_like": "its cells are memory as it was found",
    "Tensor.new_empty": "its cells are memory as it was found",
    "ndarray.flat": "is an iterator, of which nothing is asked",
    **{name: "its cells are memory as it was found, but for some" for name in TABLE if name.endswith("(where=)")},
}  # fmt: skip
"""Entries without an example, and why."""


def each_example(entry: Entry) -> list[tuple[str, str]]:
    """List each example with each library whose arrays it can be tried on."""
    library = LIBRARIES.get(entry.library)
    return [(call, name) for call in entry.examples for name in ([library] if library else ["np", "torch"])]


def seeded(entry: Entry, trial: int) -> np.random.Generator:
    start = int(np.random.default_rng().integers(2**31)) if is_long() else zlib.crc32(entry.name.encode())
    return np.random.default_rng([start, trial])


def plainly(text: str, names: dict[str, Any]) -> Any:
    """Run an example as plain Python."""
    torch.manual_seed(7)
    np.random.seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return eval(text, {"np": np, "torch": torch, "F": F, **names})
        except Exception as error:
            return Declined.of(error)


def evaluated(text: str, names: dict[str, Any]) -> Evaluator | Declined | str:
    """Evaluate an example by the language; the library's no, or ours, if it is one."""
    evaluator = Evaluator(dict(names), seed=7)
    try:
        evaluator.evaluate(read_expression(text))
    except Rejection as rejection:
        return rejection.declined or rejection.message
    return evaluator


@pytest.mark.parametrize("entry", WITH_EXAMPLES, ids=lambda entry: entry.name)
def test_an_entry_does_what_the_library_does(entry: Entry) -> None:
    done = 0
    for trial in range(50 if is_long() else 4):
        rng = seeded(entry, trial)
        for text, library in each_example(entry):
            names = drawn(text, rng, library)
            expected, found = plainly(text, copied(names)), evaluated(text, names)
            if isinstance(expected, Declined):
                assert found == expected, text
                continue
            assert isinstance(found, Evaluator), f"{text}: {found}"
            assert equal(found.calls[-1].result, expected), (
                f"{text} of {names}: {found.calls[-1].result}, not {expected}"
            )
            assert entry.name in [call.entry.name for call in found.calls], f"{text} does not use it"
            done += 1
    assert done, "no example ever works"


def test_every_entry_is_tried_or_says_why_not() -> None:
    assert {name for name, entry in TABLE.items() if not entry.examples} == set(UNTRIED)


def with_a_view(text: str, rng: np.random.Generator, library: str) -> dict[str, Any]:
    """Draw the operands of a statement, with a view of the one that it changes, which is to change as well."""
    names = drawn(text, rng, library)
    target = next(iter(re.findall(r"[a-z]+", text)))
    if is_array(names.get(target)):
        names["view"] = names[target][...]
    return names


@pytest.mark.parametrize("entry", WRITING, ids=lambda entry: entry.name)
def test_an_entry_that_writes_changes_what_the_library_changes(entry: Entry) -> None:
    done = 0
    for trial in range(50 if is_long() else 4):
        for text, library in each_example(entry):
            rng = seeded(entry, trial)
            expected, found = (with_a_view(text, copy.deepcopy(rng), library) for _ in range(2))
            evaluator, error = Evaluator(found, seed=7), None
            torch.manual_seed(7)
            np.random.seed(7)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    exec(text, {"np": np, "torch": torch, "F": F}, expected)
                except Exception as raised:
                    error = Declined.of(raised)
                found_error = None
                try:
                    evaluator.run(read_statements(text))
                except Rejection as rejection:
                    found_error = rejection.declined or rejection.message
            assert found_error == error, text
            if error is not None:
                continue
            for name, value in expected.items():
                assert equal(found[name], value), f"{text}: {name} is {found[name]}, not {value}"
            assert entry.name in [call.entry.name for call in evaluator.calls], f"{text} does not use it"
            done += 1
    assert done, "no example ever works"


@pytest.mark.parametrize(
    "entry", [e for e in WITH_EXAMPLES if e.rule.kind not in ("asked", "made")], ids=lambda entry: entry.name
)
def test_what_may_share_memory_is_what_does(entry: Entry) -> None:
    """*never* and *always* hold in each example; of *maybe*, one shares and another does not, or it says so falsely."""
    for trial in range(20 if is_long() else 2):
        rng = seeded(entry, trial)
        for text, library in each_example(entry):
            evaluator = evaluated(text, drawn(text, rng, library))
            if not isinstance(evaluator, Evaluator):
                continue
            call = next(call for call in reversed(evaluator.calls) if call.entry.name == entry.name)
            for result in call.result if isinstance(call.result, tuple | list) else [call.result]:
                if not is_array(result) or not any(map(size_of, [result])) or isinstance(result, np.generic):
                    continue
                arrays = [array for array in operands(call) if size_of(array) and not isinstance(array, np.generic)]
                shares = any(share_memory(result, array) for array in arrays)
                if arrays:
                    assert entry.shares == "maybe" or shares == (entry.shares == "always"), f"{text}: {shares}"


def share_memory(one: Any, other: Any) -> bool:
    """Return whether two arrays share memory, as NumPy says it of its own and storages say it of tensors."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.shares_memory(one, other)
    tensors = [torch.from_numpy(each) if isinstance(each, np.ndarray) else each for each in (one, other)]
    return tensors[0].untyped_storage().data_ptr() == tensors[1].untyped_storage().data_ptr()


@pytest.mark.parametrize(
    "entry", [e for e in WITH_EXAMPLES if e.rule.kind != "asked" and not e.writes], ids=lambda entry: entry.name
)
def test_what_a_moved_source_changes_lies_inside_the_provenance(entry: Entry) -> None:
    for trial in range(20 if is_long() else 2):
        rng = seeded(entry, trial)
        for text, library in each_example(entry):
            evaluator = evaluated(text, drawn(text, rng, library))
            if not isinstance(evaluator, Evaluator):
                continue
            call = next(call for call in reversed(evaluator.calls) if call.entry.name == entry.name)
            results = list(call.result) if isinstance(call.result, tuple | list) else [call.result]
            for part, result in enumerate(results):
                if is_array(result) and 0 < int(np.prod(tuple(result.shape))) <= 64:
                    check_cells(call, part, text)


@pytest.mark.parametrize(
    "entry", [e for e in WITH_EXAMPLES if e.rule.kind != "asked" and not e.writes], ids=lambda entry: entry.name
)
def test_a_source_of_many_inputs_changes_what_names_it(entry: Entry) -> None:
    """A thousand inputs of each entry under ``long``: of each, one source is moved."""
    examples = each_example(entry)
    for trial in range(1_000 if is_long() else 20):
        rng = seeded(entry, trial)
        text, library = examples[trial % len(examples)]
        evaluator = evaluated(text, drawn(text, rng, library))
        if not isinstance(evaluator, Evaluator):
            continue
        call = next(call for call in reversed(evaluator.calls) if call.entry.name == entry.name)
        results = list(call.result) if isinstance(call.result, tuple | list) else [call.result]
        arrays = operands(call)
        moving = [place for place, operand in enumerate(arrays) if floating(operand) and size_of(operand)]
        part = int(rng.integers(len(results)))
        if moving and is_array(results[part]) and 0 < size_of(results[part]) <= 64:
            place = int(rng.choice(moving))
            check_source(call, part, place, int(rng.integers(size_of(arrays[place]))), text)


@pytest.mark.parametrize(
    "text",
    ["np.sum([a, b], axis=0)", "np.mean([a, b, a], axis=0)", "np.max((v, w), axis=0)", "np.cumsum([a, b], axis=1)",
     "np.add([v, w], 1)", "[v, w] + v", "np.maximum([v, w], [w, v])", "np.where([v > 0, w > 0], v, [w, w])",
     "np.dot([v, w], v)", "np.std([a, b], 0)", "np.sort([v, w], axis=0)", "np.median([v, w, w], axis=0)",
     "np.diff([v, w], axis=0)", "np.sum([[v, w], [w, v]], axis=(0, 2))", "np.mean([v[0], 2.0, w[0]])"],
)  # fmt: skip
def test_a_list_of_arrays_is_one_array_whose_cells_are_told_apart(text: str) -> None:
    for trial in range(20 if is_long() else 3):
        evaluator = evaluated(text, drawn(text, np.random.default_rng(trial), "np"))
        assert isinstance(evaluator, Evaluator), evaluator
        call = evaluator.calls[-1]
        check_cells(call, 0, text)
        for place, array in enumerate(operands(call)):
            for source in range(size_of(array)):
                check_source(call, 0, place, source, text)


def check_source(call: Any, part: int, place: int, source: int, text: str) -> None:
    """Move one cell of one operand, a little and a lot, and compare what changes with the cells that name it."""
    named = set(map(int, np.flatnonzero((all_sources(call, part)[place] == source).any(axis=1))))
    before = plain(call.result[part] if isinstance(call.result, tuple | list) else call.result)
    changed: set[int] = set()
    for step, value in ((1e-3, None), (97.3, None), (-97.3, None), (0, 0.1234)):
        after = again(call, place, source, step, value, part)
        if after is not None and after.size == before.size:
            changed |= set(map(int, np.flatnonzero(differs(before, after, call.entry.rule.kind))))
    assert changed <= named, f"{text}: cells {changed - named} change with {source} of operand {place}"
    if call.entry.rule.kind in EXACT:
        without = {cell for cell in named - changed if before.reshape(-1)[cell] == before.reshape(-1)[cell]}
        assert not without, f"{text}: cells {without} do not depend on {source} of operand {place}"


def check_cells(call: Any, part: int, text: str) -> None:
    """Move each cell of each operand, a little and a lot, and compare what changes with the provenance."""
    size = int(np.prod(tuple((call.result[part] if isinstance(call.result, tuple | list) else call.result).shape)))
    found = [sources(call, cell, part) for cell in range(size)]
    values = plain(call.result[part] if isinstance(call.result, tuple | list) else call.result).reshape(-1)
    for place, at_once in enumerate(all_sources(call, part)):
        assert [[cell for cell in row if cell >= 0] for row in at_once.tolist()] == [
            cells[place].tolist() for cells in found
        ], f"{text}: asked at once"
    for place, operand in enumerate(operands(call)):
        if not floating(operand):
            continue
        changes: list[set[int]] = [set() for _ in range(size)]
        for source in range(int(np.prod(tuple(operand.shape)))):
            for step, value in ((1e-3, None), (97.3, None), (-97.3, None), (0, 0.1234)):
                after = again(call, place, source, step, value, part)
                if after is None or after.size != size:
                    continue
                before = plain(call.result[part] if isinstance(call.result, tuple | list) else call.result)
                for cell in map(int, np.flatnonzero(differs(before, after, call.entry.rule.kind))):
                    changes[cell].add(source)
        for cell in range(size):
            named = set(map(int, found[cell][place]))
            assert changes[cell] <= named, (
                f"{text}: cell {cell} changes with {changes[cell] - named} of operand {place}"
            )
            if call.entry.rule.kind in EXACT and values[cell] == values[cell]:
                assert named == changes[cell], f"{text}: cell {cell} does not depend on {named - changes[cell]}"


def again(call: Any, place: int, source: int, step: float, value: float | None, part: int) -> Any:
    """Do it again with one cell of one operand moved, or set to a value; None if the library then declines."""
    arrays = operands(call)
    before = arrays[place]
    moved = np.array(before, order="C") if library_of(before) == "np" else before.clone().contiguous()
    flat = moved.reshape(-1)
    flat[source] = flat[source] + step if value is None else value
    arrays[place] = moved[()] if isinstance(before, np.generic) else moved
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return plain(done_with(call, arrays, part))
    except (ValueError, TypeError, RuntimeError, IndexError, ArithmeticError):
        return None


def differs(before: Any, after: Any, kind: str) -> Any:
    """Which cells differ; of sums by more than the last bits, which depend on where in memory the operands lie."""
    before, after = before.reshape(-1), after.reshape(-1)
    apart = (before != after) & ~((before != before) & (after != after))
    if kind not in ("product", "reduction") or before.dtype.kind not in "fc" or after.dtype.kind not in "fc":
        return apart
    finite = np.abs(np.concatenate([before, after]))
    largest = np.max(finite, where=np.isfinite(finite), initial=0)
    with np.errstate(invalid="ignore"):
        return apart & ~(np.abs(before - after) <= 8 * np.finfo(before.dtype).eps * largest)


@pytest.mark.parametrize("loss", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    ("shape", "labels"), [("(3, 4)", "[0, 3, 1]"), ("(4,)", "2"), ("(2, 3, 2)", "[[0, 2], [1, 1]]")]
)
@pytest.mark.parametrize("more", ["", ", ignore_index=1", ", weight=w"])
def test_of_a_row_a_loss_of_labels_reads_what_its_label_says(
    loss: str, reduction: str, shape: str, labels: str, more: str
) -> None:
    sizes = ast.literal_eval(shape)
    classes = sizes[1] if len(sizes) > 1 else sizes[0]
    names = {
        "x": -torch.arange(1.0, np.prod(sizes) + 1).reshape(sizes) / 7,
        "w": torch.arange(1.0, classes + 1),
        "y": torch.tensor(ast.literal_eval(labels)),
    }
    evaluator = evaluated(f"F.{loss}(x, y, reduction='{reduction}'{more})", names)
    assert isinstance(evaluator, Evaluator)
    call = evaluator.calls[-1]
    given = operands(call)[0]
    for cell in range(max(1, size_of(call.result))):
        named = set(map(int, sources(call, cell, 0)[0]))
        changing = {
            place
            for place in range(given.numel())
            if again(call, 0, place, 1.5, None, 0).reshape(-1)[cell] != plain(call.result).reshape(-1)[cell]
        }
        assert named == changing
