"""Arrays that cannot be joined, stacked, split, or made of lists of different lengths."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect, posed
from primer_core.error_messages.wording import ROUND, SQUARE, WHOLE, shape_of


@dataclass(frozen=True, slots=True)
class JoinSizesDiffer(Cause):
    """Arrays that are joined along one axis differ along another one.

    Parameters
    ----------
    dialect
        The library.
    axis
        From 0: where they differ in NumPy's message, along which they are joined in PyTorch's.
    joined
        Whether `axis` is the one that they are joined along.
    first, second
        Sizes that differ.
    place
        Of the array that has the second size in the list, from 0; None where the message does not tell. Such a message
        counted the axes from 0 or from 1, depending on the version.
    """

    dialect: Dialect
    axis: int
    joined: bool
    first: int
    second: int
    place: int | None

    def sentence(self) -> Sentence:
        """Name the axis and both sizes."""
        rule = "Arrays are joined along one axis, and along all others their sizes must be equal"
        if self.place is None:
            return (
                f"{rule}. Along what is called dimension {self.axis} here, one has {self.first} and another "
                f"{self.second}.",
            )
        if self.joined:
            return (
                f"{rule}. They are joined along axis {self.axis}: along another one, a tensor before has {self.first} "
                f"and tensor {self.place} (counted from 0) has {self.second}.",
            )
        found = (
            f"{rule}. Along axis {self.axis}, an array before has {self.first} and array {self.place} (counted from "
            f"0) has {self.second}."
        )
        if self.first or self.axis != 1:
            return (found,)
        begins = Code(f"np.empty((0, {self.second}))")
        return (f"{found} A size of 0 is a size, too: what rows are to be put below begins as ", begins, ".")

    def _shapes(self) -> tuple[Shape, Shape, int]:
        """Return two shapes that differ in this way, and the axis that they are joined along."""
        if self.joined:
            rank = max(self.axis + 1, 2)
            apart = 1 if self.axis == 0 else 0
            along = self.axis
        else:
            rank, apart = max(self.axis + 1, 2), self.axis
            along = 1 if self.axis == 0 else 0
        a, b = ([2] * rank for _ in range(2))
        a[apart], b[apart] = self.first, self.second
        return tuple(a), tuple(b), along

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the other axis, and sizes that agree."""
        a, b, along = self._shapes()
        d = self.dialect
        made = (f"a = {d.zeros(a)}", f"b = {d.zeros(b)}")
        before = d.code(*made, f"{d.prefix}.{d.join}([a, b], {d.axis}={along})")
        apart = next(axis for axis, sizes in enumerate(zip(a, b, strict=True)) if sizes[0] != sizes[1])
        other = d.code(*made, f"{d.prefix}.{d.join}([a, b], {d.axis}={apart})")
        fitted = d.code(made[0], f"b = {d.zeros(a)}", f"{d.prefix}.{d.join}([a, b], {d.axis}={along})")
        return (
            Mistake(("They were to be joined along the axis in which they differ.",), before, other),
            Mistake(("One of them was cut or made in a wrong size.",), before, fitted),
        )

    def lesson(self) -> LessonLink | None:
        """Return Shapes with such a join."""
        a, b, along = self._shapes()
        d = self.dialect
        steps = f"b = {d.zeros(b)}; {d.prefix}.{d.join}([x, b], {d.axis}={along})"
        return posed("shapes", {"x": str(a), "steps": steps, "library": d.library}, a, b)


def _sizes(match: re.Match[str]) -> JoinSizesDiffer | None:
    axis, first, place, second = map(int, match.groups())
    return JoinSizesDiffer(NP, axis, False, first, second, place) if first != second and axis < 64 else None


def _sizes_torch(match: re.Match[str]) -> JoinSizesDiffer | None:
    axis, first, second, place = map(int, match.groups())
    return JoinSizesDiffer(TORCH, axis, True, first, second, place) if first != second and axis < 64 else None


def _sizes_old(match: re.Match[str]) -> JoinSizesDiffer | None:
    _, first, second, axis = map(int, match.groups())
    return JoinSizesDiffer(TORCH, axis, False, first, second, None) if first != second and axis < 64 else None


@dataclass(frozen=True, slots=True)
class JoinAxesDiffer(Cause):
    """Arrays that are joined have different numbers of axes.

    Parameters
    ----------
    dialect
        The library.
    first, second
        Numbers of axes.
    """

    dialect: Dialect
    first: int
    second: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            f"Arrays that are joined must have the same number of axes: one has {self.first}, and another has "
            f"{self.second}. Joining adds no axis.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a row that is added to a table."""
        d = self.dialect
        small, large = sorted((self.first, self.second))
        one, other = (2, *(1,) * (large - small - 1), *(2,) * small), (2,) * small
        made = (f"a = {d.zeros(one)}", f"b = {d.zeros(other)}")
        call = f"{d.prefix}.{d.join}"
        new = "None, " * (large - small)
        indexed = f"b[{new}...]"
        why = ("A row is to be added to a table: it needs a new axis in front.",)
        return (Mistake(why, d.code(*made, f"{call}([a, b])"), d.code(*made, f"{call}([a, {indexed}])")),)

    def lesson(self) -> LessonLink | None:
        """Return Shapes with such a join."""
        d = self.dialect
        small, large = sorted((self.first, self.second))
        if large > 4:
            return LessonLink("shapes")
        steps = f"b = {d.zeros((2,) * small)}; {d.prefix}.{d.join}([x, b])"
        return LessonLink("shapes", {"x": str((2,) * large), "steps": steps, "library": d.library})


def _axes(dialect: Dialect, match: re.Match[str]) -> JoinAxesDiffer | None:
    first, second = map(int, match.groups())
    return JoinAxesDiffer(dialect, first, second) if first != second and max(first, second) < 64 else None


@dataclass(frozen=True, slots=True)
class StackShapesDiffer(Cause):
    """Tensors that are stacked have different shapes.

    Parameters
    ----------
    first, second
        Shapes.
    place
        Of the second one in the list, from 0.
    """

    first: Shape
    second: Shape
    place: int

    def sentence(self) -> Sentence:
        """Name both shapes."""
        return (
            f"Tensors are stacked along a new axis, so that all must have the same shape: the first has {self.first}, "
            f"and number {self.place} (counted from 0) has {self.second}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show samples of different length in a batch, and tensors to be joined."""
        made = (f"a = {TORCH.zeros(self.first)}", f"b = {TORCH.zeros(self.second)}")
        before = TORCH.code(*made, "torch.stack([a, b])")
        found = []
        if len(self.first) == len(self.second) >= 1 and self.first[1:] == self.second[1:]:
            data = ("from torch.utils.data import DataLoader", *made)
            collate = "lambda samples: nn.utils.rnn.pad_sequence(samples, batch_first=True)"
            found.append(
                Mistake(
                    ("Samples of different lengths come into one batch: pad them.",),
                    TORCH.code(*data, "next(iter(DataLoader([a, b], batch_size=2)))"),
                    TORCH.code(*data, f"next(iter(DataLoader([a, b], batch_size=2, collate_fn={collate})))"),
                )
            )
            why = ("They were to be joined along an axis that they have.",)
            found.append(Mistake(why, before, TORCH.code(*made, "torch.cat([a, b])")))
        fitted = TORCH.code(made[0], f"b = {TORCH.zeros(self.first)}", "torch.stack([a, b])")
        return (
            *found,
            Mistake(("All must be brought to one shape before, such as images to one size.",), before, fitted),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return both."""
        same = len(self.first) == len(self.second)
        axes = tuple(i for i, (a, b) in enumerate(zip(self.first, self.second, strict=False)) if a != b) if same else ()
        return Operand("a", self.first, axes), Operand("b", self.second, axes)

    def lesson(self) -> LessonLink | None:
        """Return Shapes with such a stack."""
        parameters = {"x": str(self.first), "steps": f"b = {TORCH.zeros(self.second)}; torch.stack([x, b])"}
        return posed("shapes", parameters, self.first, self.second)


def _stack(match: re.Match[str]) -> StackShapesDiffer | None:
    first, second = shape_of(match[1]), shape_of(match[3])
    if first is None or second is None or first == second or match[2] != "0":
        return None
    return StackShapesDiffer(first, second, int(match[4]))


@dataclass(frozen=True, slots=True)
class Ragged(Cause):
    """Lists of different lengths are to become an array.

    Parameters
    ----------
    shape
        As far as the lists agree.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say how far the lists agree."""
        return (
            f"An array has as many cells in each row. These lists agree as far as {self.shape}, and after that they "
            "have different lengths, or some hold numbers where others hold lists.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a list that is too short, and an array of lists."""
        before = NP.code("np.array([[1, 2, 3], [4, 5]])")
        return (
            Mistake(("A list is too short or too long.",), before, NP.code("np.array([[1, 2, 3], [4, 5, 6]])")),
            Mistake(
                ("Different lengths are meant: keep a list, or an array of objects.",),
                before,
                NP.code("np.array([[1, 2, 3], [4, 5]], dtype=object)"),
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Arrays with such lists."""
        return LessonLink("arrays", {"view": "Anatomy", "make": "np.array([[1, 2, 3], [4, 5]])"})


def _ragged(match: re.Match[str]) -> Ragged | None:
    shape = shape_of(match[1])
    return None if shape is None else Ragged(shape)


@dataclass(frozen=True, slots=True)
class RaggedTorch(Cause):
    """Lists of different lengths are to become a tensor.

    Parameters
    ----------
    wanted, given
        Length of the first list, and of another one.
    axis
        Along which they differ, from 0.
    """

    wanted: int
    given: int
    axis: int

    def sentence(self) -> Sentence:
        """Name both lengths."""
        return (
            f"A tensor has as many cells in each row. Along axis {self.axis} the first list has {self.wanted}, and "
            f"another one has {self.given}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show padding."""
        a, b = [1] * min(self.wanted, 8), [1] * min(self.given, 8)
        if len(a) == len(b):
            a, b = [1] * 2, [1]
        before = TORCH.code(f"rows = [{a}, {b}]", "torch.tensor(rows)")
        padded = "nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)"
        return (
            Mistake(
                ("Sentences or series of different lengths: pad them.",),
                before,
                TORCH.code(f"rows = [{a}, {b}]", padded),
            ),
            Mistake(
                ("A list is too short or too long.",), before, TORCH.code(f"rows = [{a}, {a}]", "torch.tensor(rows)")
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Arrays with such lists."""
        return LessonLink("arrays", {"view": "Anatomy", "make": "torch.tensor([[1, 2, 3], [4, 5]])"})


def _ragged_torch(match: re.Match[str]) -> RaggedTorch | None:
    wanted, axis, given = map(int, match.groups())
    return RaggedTorch(wanted, given, axis) if wanted != given else None


_SIZES_UNKNOWN = Plain(
    ("Arrays are joined along one axis, and along all others their sizes must be equal. Here they are not.",),
    (
        Mistake(
            ("They were to be joined along another axis.",),
            NP.code("a, b = np.ones((2, 3)), np.ones((2, 4))", "np.concatenate([a, b])"),
            NP.code("a, b = np.ones((2, 3)), np.ones((2, 4))", "np.concatenate([a, b], axis=1)"),
        ),
    ),
    LessonLink("shapes", {"x": "[[1, 2], [3, 4]]", "steps": "concatenate([[5, 6]], axis=1)", "library": "NumPy"}),
)
_AXES_UNKNOWN = Plain(
    ("Arrays that are joined must have the same number of axes, and these have not. Joining adds no axis.",),
    (
        Mistake(
            ("A row is to be added to a table: it needs a new axis in front.",),
            NP.code("a, b = np.ones((2, 3)), np.ones(3)", "np.concatenate([a, b])"),
            NP.code("a, b = np.ones((2, 3)), np.ones(3)", "np.concatenate([a, b[None]])"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "np.concatenate([x, np.zeros(3)])", "library": "NumPy"}),
)
_STACK = Plain(
    ("Arrays are stacked along a new axis, so that all must have the same shape. These have not.",),
    (
        Mistake(
            ("They were to be joined along an axis that they have.",),
            NP.code("a, b = np.ones((2, 3)), np.ones((4, 3))", "np.stack([a, b])"),
            NP.code("a, b = np.ones((2, 3)), np.ones((4, 3))", "np.concatenate([a, b])"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "np.stack([x, np.zeros((4, 3))])", "library": "NumPy"}),
)
_NOTHING = Plain(
    ("There is nothing to join: the list is empty.",),
    (
        Mistake(
            ("A loop or a filter collected nothing.",),
            NP.code("found = [row for row in np.ones((2, 3)) if row[0] > 5]", "np.concatenate(found)"),
            NP.code("found = [row for row in np.ones((2, 3)) if row[0] > 5]", "np.concatenate(found or [np.empty(0)])"),
        ),
    ),
    LessonLink("shapes"),
)
_NOTHING_TORCH = Plain(
    _NOTHING.said,
    (
        Mistake(
            ("A loop or a filter collected nothing.",),
            TORCH.code("found = [row for row in torch.ones(2, 3) if row[0] > 5]", "torch.cat(found)"),
            TORCH.code(
                "found = [row for row in torch.ones(2, 3) if row[0] > 5]", "torch.cat(found or [torch.empty(0)])"
            ),
        ),
        Mistake(
            ("A loop or a filter collected nothing to be stacked.",),
            TORCH.code("found = [row for row in torch.ones(2, 3) if row[0] > 5]", "torch.stack(found)"),
            TORCH.code(
                "found = [row for row in torch.ones(2, 3) if row[0] > 5]", "torch.stack(found or [torch.empty(3)])"
            ),
        ),
    ),
    LessonLink("shapes"),
)
_NUMBERS = Plain(
    ("Single numbers have no axis that they could be joined along.",),
    (
        Mistake(
            ("One array was given in place of a list of arrays.",),
            NP.code("a = np.ones(3)", "np.concatenate(a)"),
            NP.code("a = np.ones(3)", "np.concatenate([a, a])"),
        ),
        Mistake(
            ("Numbers make an array by stacking.",),
            NP.code("np.concatenate([np.float64(1), np.float64(2)])"),
            NP.code("np.stack([np.float64(1), np.float64(2)])"),
        ),
    ),
    LessonLink("shapes"),
)
_NUMBERS_TORCH = Plain(
    _NUMBERS.said,
    (
        Mistake(
            ("Numbers, such as losses, make a tensor by stacking.",),
            TORCH.code("losses = [torch.tensor(0.5), torch.tensor(0.25)]", "torch.cat(losses)"),
            TORCH.code("losses = [torch.tensor(0.5), torch.tensor(0.25)]", "torch.stack(losses)"),
        ),
    ),
    LessonLink("shapes", {"x": "2", "steps": "cat([x, x])"}),
)
_SPLIT = Plain(
    ("The axis cannot be cut into so many parts of one size.",),
    (
        Mistake(
            ("Parts may have different sizes.",),
            NP.code("a = np.arange(5)", "np.split(a, 2)"),
            NP.code("a = np.arange(5)", "np.array_split(a, 2)"),
        ),
    ),
    LessonLink("shapes", {"x": "(5,)", "steps": "np.split(x, 2)[0]", "library": "NumPy"}),
)
_COLLATE = Plain(
    ("A batch is made of tensors, arrays, numbers, texts, dictionaries and lists, and a sample holds something else.",),
    (
        Mistake(
            (Code("__getitem__"), " returns None, for instance because its return is missing."),
            TORCH.code(
                "from torch.utils.data import DataLoader, Dataset",
                "class Squares(Dataset):",
                "    def __len__(self):",
                "        return 4",
                "    def __getitem__(self, i):",
                "        torch.tensor(i ** 2)",
                "next(iter(DataLoader(Squares(), batch_size=2)))",
            ),
            TORCH.code(
                "from torch.utils.data import DataLoader, Dataset",
                "class Squares(Dataset):",
                "    def __len__(self):",
                "        return 4",
                "    def __getitem__(self, i):",
                "        return torch.tensor(i ** 2)",
                "next(iter(DataLoader(Squares(), batch_size=2)))",
            ),
        ),
    ),
)
_BATCH_LISTS = Plain(
    ("Samples that are lists are joined place by place, so that all must be as long. These are not.",),
    (
        Mistake(
            ("The samples have different lengths: collect them as they are, or pad them.",),
            TORCH.code(
                "from torch.utils.data import DataLoader", "next(iter(DataLoader([[1, 2], [1]], batch_size=2)))"
            ),
            TORCH.code(
                "from torch.utils.data import DataLoader",
                "next(iter(DataLoader([[1, 2], [1]], batch_size=2, collate_fn=list)))",
            ),
        ),
    ),
)
_DATASET_SIZES = Plain(
    ("The tensors of a dataset are paired along their first axis, so that all must have the same first size.",),
    (
        Mistake(
            ("One was cut and the other was not.",),
            TORCH.code(
                "from torch.utils.data import TensorDataset",
                "x, y = torch.ones(10, 3), torch.ones(10)",
                "TensorDataset(x[:8], y)",
            ),
            TORCH.code(
                "from torch.utils.data import TensorDataset",
                "x, y = torch.ones(10, 3), torch.ones(10)",
                "TensorDataset(x[:8], y[:8])",
            ),
        ),
    ),
)
_EMPTY_DATA = Plain(
    ("The data set that is to be shuffled has no sample.",),
    (
        Mistake(
            ("The files were not found, or a filter left none: look at its length first.",),
            TORCH.code("from torch.utils.data import DataLoader", "data = []", "DataLoader(data, shuffle=True)"),
            TORCH.code("from torch.utils.data import DataLoader", "data = [1, 2]", "DataLoader(data, shuffle=True)"),
        ),
    ),
)


_LENGTHS = Plain(
    ("The lengths of the parts must add up to the length of the data set.",),
    (
        Mistake(
            ("A rounded share: let the last part have the rest.",),
            TORCH.code(
                "from torch.utils.data import random_split",
                "data = list(range(11))",
                "random_split(data, [int(0.8 * 11), int(0.2 * 11)])",
            ),
            TORCH.code(
                "from torch.utils.data import random_split",
                "data = list(range(11))",
                "random_split(data, [int(0.8 * 11), 11 - int(0.8 * 11)])",
            ),
        ),
    ),
)


_NO_TENSORS = Plain(
    ("A function that joins tensors was given a list with something else in it.",),
    (
        Mistake(
            ("The numbers themselves are to become a tensor.",),
            TORCH.code("torch.stack([1, 2, 3])"),
            TORCH.code("torch.tensor([1, 2, 3])"),
        ),
        Mistake(
            ("What is collected are numbers of Python's: ", Code(".item()"), " or ", Code("len"), " gave them."),
            TORCH.code("losses = [torch.tensor(1.5).item(), torch.tensor(0.5).item()]", "torch.stack(losses).mean()"),
            TORCH.code("losses = [torch.tensor(1.5), torch.tensor(0.5)]", "torch.stack(losses).mean()"),
        ),
    ),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "join",
        "NumPy",
        _sizes,
        rf"all the input array dimensions (?:except )?for the concatenation axis must match exactly, but along "
        rf"dimension "
        rf"({WHOLE}), the array at index \d+ has size ({WHOLE}) and the array at index ({WHOLE}) has size ({WHOLE})",
    ),
    kind(
        "join_sizes",
        "NumPy",
        _SIZES_UNKNOWN,
        r"all the input array dimensions except for the concatenation axis must match exactly",
    ),
    kind(
        "join_torch",
        "PyTorch",
        _sizes_torch,
        rf"Sizes of tensors must match except in dimension ({WHOLE})\. Expected size ({WHOLE}) but got size "
        rf"({WHOLE}) for "
        rf"tensor number ({WHOLE}) in the list",
    ),
    kind(
        "join_old_torch",
        "PyTorch",
        _sizes_old,
        rf"Sizes of tensors must match except in dimension ({WHOLE})\. Got ({WHOLE}) and ({WHOLE}) in dimension "
        rf"({WHOLE})",
    ),
    kind(
        "join_axes",
        "NumPy",
        lambda match: _axes(NP, match),
        rf"must have same number of dimensions, but the array at index \d+ has ({WHOLE}) dimension\(s\) and the "
        rf"array at index "
        rf"\d+ has ({WHOLE}) dimension",
    ),
    kind("join_axes_number", "NumPy", _AXES_UNKNOWN, r"all the input arrays must have same number of dimensions"),
    kind(
        "join_axes_torch",
        "PyTorch",
        lambda match: _axes(TORCH, match),
        rf"Tensors must have same number of dimensions: got ({WHOLE}) and ({WHOLE})",
    ),
    kind("stack", "NumPy", _STACK, r"all input arrays must have the same shape"),
    kind(
        "stack_torch",
        "PyTorch",
        _stack,
        rf"stack expects each tensor to be equal size, but got ({SQUARE}) at entry (\d{{1,9}}) and ({SQUARE}) at entry "
        rf"(\d{{1,9}})",
    ),
    kind("ragged", "NumPy", _ragged, rf"The detected shape was ({ROUND}) \+ inhomogeneous part"),
    kind(
        "ragged_torch",
        "PyTorch",
        _ragged_torch,
        rf"expected sequence of length ({WHOLE}) at dim ({WHOLE}) \(got ({WHOLE})\)",
    ),
    kind("join_nothing", "NumPy", _NOTHING, r"need at least one array to (?:concatenate|stack)"),
    kind(
        "join_nothing_torch",
        "PyTorch",
        _NOTHING_TORCH,
        r"expected a non-empty list of Tensors|"
        r"stack expects a non-empty TensorList",
    ),
    kind("join_numbers", "NumPy", _NUMBERS, r"zero-dimensional arrays cannot be concatenated"),
    kind(
        "join_numbers_torch", "PyTorch", _NUMBERS_TORCH, r"zero-dimensional tensor \(at position \d+\) cannot be concat"
    ),
    kind("split", "NumPy", _SPLIT, r"array split does not result in an equal division"),
    kind("collate", "PyTorch", _COLLATE, r"batch must contain tensors, numpy arrays, numbers, dicts or lists; found"),
    kind("collate_lists", "PyTorch", _BATCH_LISTS, r"each element in list of batch should be of equal size"),
    kind("dataset_sizes", "PyTorch", _DATASET_SIZES, r"^Size mismatch between tensors"),
    kind(
        "no_samples", "PyTorch", _EMPTY_DATA, r"num_samples should be a positive integer value, but got num_samples=0"
    ),
    kind("split_lengths", "PyTorch", _LENGTHS, r"Sum of input lengths does not equal the length of the input dataset"),
    kind(
        "no_tensors",
        "PyTorch",
        _NO_TENSORS,
        r"expected Tensor as element \d{1,6} in argument \d{1,3}, but got \w{1,40}",
    ),
)
