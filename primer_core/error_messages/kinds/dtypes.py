"""Dtypes that do not meet, that cannot be stored, or that a function does not take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect
from primer_core.error_messages.wording import WHOLE, dtype_of

_FLOATS = ("float16", "float32", "float64", "bfloat16")
_NAME = r"[\w:. ]{2,40}?"
_TYPE = r"dtype\('[^'\n]{1,60}'\)|<class '[^'\n]{1,60}'>"
_MIXED_PARAMETERS = {"view": "Anatomy", "make": "torch.from_numpy(np.array([[1.0, 2.0]])) @ torch.ones(2, 3)"}


@dataclass(frozen=True, slots=True)
class DtypesDiffer(Cause):
    """Two tensors have different dtypes where they must have the same.

    Parameters
    ----------
    one, other
        Dtypes, as ``float64``.
    """

    one: str
    other: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"PyTorch does not convert here: both sides must have the same dtype, and one is {self.one} and the other "
            f"{self.other}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an array from NumPy, and whole numbers."""
        found = []
        if {"float64", "float32"} == {self.one, self.other}:
            made = ("import numpy as np", "layer = nn.Linear(3, 2)", "x = torch.from_numpy(np.ones((4, 3)))")
            why: Sentence = (
                "NumPy's floats are float64, PyTorch's float32, and ",
                Code("from_numpy"),
                " keeps what it is given.",
            )
            found.append(Mistake(why, TORCH.code(*made, "layer(x)"), TORCH.code(*made, "layer(x.float())")))
        a = f"a = torch.ones(2, 3, dtype=torch.{self.one})"
        b = f"b = torch.ones(3, 2, dtype=torch.{self.other})"
        target = self.other if self.other in _FLOATS or self.one not in _FLOATS else self.one
        why = ("One of the two must be converted, and PyTorch leaves it to you which.",)
        after = TORCH.code(a, b, f"a.to(torch.{target}) @ b.to(torch.{target})")
        return (*found, Mistake(why, TORCH.code(a, b, "a @ b"), after))

    def lesson(self) -> LessonLink | None:
        """Return Arrays with a product of both."""
        return LessonLink("arrays", _MIXED_PARAMETERS)


def _differ(match: re.Match[str]) -> DtypesDiffer | None:
    if ("cuda" in match[1]) != ("cuda" in match[2]):
        return None  # they lie on different devices
    one, other = dtype_of(match[1]), dtype_of(match[2])
    return DtypesDiffer(one, other) if one != other else None


@dataclass(frozen=True, slots=True)
class OtherDtypeExpected(Cause):
    """A function expects one dtype and is given another; older versions wrote it so for many functions.

    Parameters
    ----------
    expected, found
        Dtypes, as ``float32``.
    """

    expected: str
    found: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (f"The function expects {self.expected} in this place, and found {self.found}: it does not convert.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        a = f"a = torch.ones(2, 3, dtype=torch.{self.found})"
        b = f"b = torch.ones(3, 2, dtype=torch.{self.expected})"
        why: Sentence = (f"What is given must be converted to {self.expected}.",)
        return (Mistake(why, TORCH.code(a, b, "a @ b"), TORCH.code(a, b, f"a.to(torch.{self.expected}) @ b")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays with a product of two dtypes."""
        return LessonLink("arrays", _MIXED_PARAMETERS)


def _expected(match: re.Match[str]) -> OtherDtypeExpected | None:
    expected, found = dtype_of(match[1]), dtype_of(match[2])
    return OtherDtypeExpected(expected, found) if expected != found else None


@dataclass(frozen=True, slots=True)
class ClassNumbersExpected(Cause):
    """A loss for classes is given targets of a dtype that is none for class numbers.

    Parameters
    ----------
    found
        Dtype of the targets.
    """

    found: str

    def sentence(self) -> Sentence:
        """Say what the targets must be."""
        return (f"Targets of this shape are class numbers, which must be int64 (or uint8). They are {self.found}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        dtype = self.found if self.found != "int64" else "float32"
        made = ("logits = torch.zeros(2, 3)", f"target = torch.tensor([0, 2], dtype=torch.{dtype})")
        loss = "nn.CrossEntropyLoss()"
        why: Sentence = ("Class numbers that were loaded or computed have another dtype: convert them.",)
        before = TORCH.code(*made, f"{loss}(logits, target)")
        return (Mistake(why, before, TORCH.code(*made, f"{loss}(logits, target.long())")),)

    def lesson(self) -> LessonLink | None:
        """Return Softmax with such a target."""
        target = f"torch.tensor([0, 2], dtype=torch.{self.found})"
        return LessonLink("softmax", {"logits": "torch.zeros(2, 3)", "target": target})


@dataclass(frozen=True, slots=True)
class ProbabilitiesExpected(Cause):
    """Targets in the shape of the predictions are taken for probabilities, and are whole numbers.

    Parameters
    ----------
    found
        Dtype of the targets.
    """

    found: str

    def sentence(self) -> Sentence:
        """Say what such targets are taken for."""
        return (
            "Targets that have the predictions' own shape are taken for probabilities of the classes, which must be "
            f"floats. They are {self.found}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show one-hot rows, as floats or as class numbers."""
        made = ("logits = torch.zeros(2, 3)", "target = nn.functional.one_hot(torch.tensor([0, 2]), 3)")
        before = TORCH.code(*made, "nn.CrossEntropyLoss()(logits, target)")
        return (
            Mistake(
                ("One-hot rows are whole numbers: class numbers alone say as much.",),
                before,
                TORCH.code(*made, "nn.CrossEntropyLoss()(logits, target.argmax(dim=1))"),
            ),
            Mistake(
                ("Or convert them to floats.",), before, before.replace("(logits, target)", "(logits, target.float())")
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Softmax with one-hot targets."""
        return LessonLink("softmax", {"logits": "torch.zeros(2, 3)", "target": "[[1, 0, 0], [0, 0, 1]]"})


@dataclass(frozen=True, slots=True)
class OutputKeepsDtype(Cause):
    """A result cannot be stored in an array of whole numbers, or of another kind below its own.

    Parameters
    ----------
    dialect
        The library.
    operation
        Name of the operation; empty where the message does not tell.
    result, output
        Dtypes of the result, and of the array that it is to be stored in.
    """

    dialect: Dialect
    operation: str
    result: str
    output: str

    def sentence(self) -> Sentence:
        """Name both dtypes."""
        return (
            f"The result is {self.result}, and it is to be stored in an array that is there already, whose cells are "
            f"{self.output} and stay so. {self.dialect.library} does not store {self.result} there unasked, since "
            "that can lose a part of a number.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a new array, an array of the right dtype, and whole division."""
        d = self.dialect
        made, b = (
            f"{name} = {d.prefix}.ones(3, dtype={d.prefix}.{dtype})"
            for name, dtype in (("a", self.output), ("b", self.result))
        )
        before, new = d.code(made, b, "a += b"), d.code(made, b, "a = a + b")
        right = d.code(f"a = {d.prefix}.ones(3, dtype={d.prefix}.{self.result})", b, "a += b")
        found = (
            Mistake((Code("+="), " stores in the old array. A new array may have another dtype."), before, new),
            Mistake(("The array was made of whole numbers and is meant for others: make it so.",), before, right),
        )
        if self.operation:
            return found
        pair = ("logits = torch.zeros(2)", "target = torch.tensor([0, 1])")
        why: Sentence = ("A loss that computes with floats is given whole numbers as targets.",)
        loss = "nn.BCEWithLogitsLoss()(logits, target{})"
        return (*found, Mistake(why, d.code(*pair, loss.format("")), d.code(*pair, loss.format(".float()"))))

    def lesson(self) -> LessonLink | None:
        """Return Views and copies, where a name is bound to an array of whole numbers."""
        return LessonLink(
            "views", {"view": "Names", "lib": self.dialect.library, "a": "(4,)", "b": "a", "then": "a += 0.5"}
        )


def _stored(match: re.Match[str]) -> OutputKeepsDtype | None:
    result, output = dtype_of(match[2]), dtype_of(match[3])
    return OutputKeepsDtype(NP, match[1], result, output) if result != output else None


def _stored_torch(match: re.Match[str]) -> OutputKeepsDtype | None:
    result, output = dtype_of(match[1]), dtype_of(match[2])
    return OutputKeepsDtype(TORCH, "", result, output) if result != output else None


@dataclass(frozen=True, slots=True)
class FloatsExpected(Cause):
    """A mean, a spread or the like is asked for of whole numbers.

    Parameters
    ----------
    function
        Its name, as in code: ``mean``, ``std``.
    found
        Dtype that was found; empty where the message does not tell.
    """

    function: str
    found: str

    def sentence(self) -> Sentence:
        """Say that the result would be a decimal number."""
        has = f" This tensor is {self.found}." if self.found else ""
        return (
            Code(self.function),
            f" gives decimal numbers, and PyTorch computes it of floats (or complex numbers) only.{has} NumPy "
            "converts, PyTorch leaves that to you.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        dtype = self.found or "int64"
        made = f"a = torch.ones(3, dtype=torch.{dtype})"
        why: Sentence = ("Numbers written without a point are whole numbers: write 1.0, or convert them.",)
        return (
            Mistake(why, TORCH.code(made, f"a.{self.function}()"), TORCH.code(made, f"a.float().{self.function}()")),
        )

    def lesson(self) -> LessonLink | None:
        """Return Reductions with such an operation."""
        name = self.function if self.function in ("mean", "std", "var", "norm") else "mean"
        return LessonLink("reductions", {"array": "torch.arange(3)", "operation": name, "library": "PyTorch"})


@dataclass(frozen=True, slots=True)
class NotImplementedFor(Cause):
    """A function has no version for a dtype.

    Parameters
    ----------
    routine
        PyTorch's own name of what it runs: ``softmax_lastdim_kernel_impl``.
    dtype
        That of the tensor.
    """

    routine: str
    dtype: str

    def sentence(self) -> Sentence:
        """Name the dtype."""
        return (
            f"PyTorch has not written this function for {self.dtype} on this device: what it runs, ",
            Code(self.routine),
            ", is there for other dtypes.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show whole numbers where floats are needed, and floats where whole numbers are."""
        if self.dtype.startswith(("float", "bfloat", "complex")):
            made = (f"a = torch.ones(3, dtype=torch.{self.dtype})",)
            why: Sentence = (Code("&"), " joins whole numbers bit by bit: compare first, and join what is true.")
            return (Mistake(why, TORCH.code(*made, "a & a"), TORCH.code(*made, "(a > 0) & (a > 0)")),)
        made = (f"a = torch.ones(3, dtype=torch.{self.dtype})",)
        why = ("The function gives decimal numbers, and needs floats.",)
        return (Mistake(why, TORCH.code(*made, "a.softmax(dim=0)"), TORCH.code(*made, "a.float().softmax(dim=0)")),)

    def lesson(self) -> LessonLink | None:
        """Return Softmax where it is a softmax that is asked for."""
        if "softmax" in self.routine:
            return LessonLink("softmax", {"logits": f"torch.ones(3, dtype=torch.{self.dtype})"})
        return LessonLink("arrays", {"view": "Dtypes"})


@dataclass(frozen=True, slots=True)
class NumberTooLarge(Cause):
    """A whole number does not fit into a dtype.

    Parameters
    ----------
    number
        As it was given; empty where the message does not tell.
    dtype
        Whose limits it is beyond.
    """

    number: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say which numbers fit."""
        number = f"{self.number.replace('-', '−')} is" if self.number else "The number is"
        match = re.fullmatch(r"(u?)int(8|16|32|64)", self.dtype)
        if not match:
            return (f"{number} outside what {self.dtype} can hold.",)
        bits = int(match[2])
        least, most = (0, 2**bits - 1) if match[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        holds = f"{self.dtype} holds whole numbers from {least} to {most}".replace("-", "−")
        return (f"{holds}. {number} outside.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a dtype that is wide enough."""
        number = self.number or "300"
        wide = "np.int64" if -(2**63) <= int(number) < 2**63 else "object"
        before = NP.code(f"np.array([{number}], dtype=np.{self.dtype})")
        why: Sentence = ("A dtype with more bits is needed.",)
        return (Mistake(why, before, NP.code(f"np.array([{number}], dtype={wide})")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays with the number in all dtypes."""
        if self.dtype not in ("int8", "uint8", "int16", "uint16", "int32", "int64") or len(self.number) > 18:
            return LessonLink("arrays", {"view": "Dtypes"})
        number = self.number or "300"
        return LessonLink("arrays", {"view": "Dtypes", "values": number, "bits": number, "as": self.dtype})


def _too_large(match: re.Match[str]) -> NumberTooLarge:
    return NumberTooLarge(match[1], match[2])


@dataclass(frozen=True, slots=True)
class NumberTooLargeTorch(NumberTooLarge):
    """A number does not fit into a dtype of PyTorch, as in `NumberTooLarge`."""

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a dtype that is wide enough."""
        number = "300" if self.dtype in ("uint8", "int8") else "1e30"
        wide = "int64" if number == "300" else "float64"
        before = TORCH.code(f"torch.tensor([{number}], dtype=torch.{self.dtype})")
        return (Mistake(("A dtype with more room is needed.",), before, before.replace(self.dtype, wide)),)


def _too_large_torch(match: re.Match[str]) -> NumberTooLargeTorch:
    return NumberTooLargeTorch("", match[1])


@dataclass(frozen=True, slots=True)
class NoLoop(Cause):
    """A function of NumPy has no version for two dtypes.

    Parameters
    ----------
    function
        Its name: ``add``.
    dtypes
        Of its operands, as NumPy writes them.
    """

    function: str
    dtypes: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name function and dtypes."""
        return (
            Code(self.function),
            f" is not made for operands of {' and '.join(self.dtypes)}: there is no rule.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show numbers that were read as text."""
        made = ("a = np.array(['1', '2'])",)
        why: Sentence = ("Numbers were read as texts (", Code("<U"), " is text): convert them.")
        return (Mistake(why, NP.code(*made, "a + 1"), NP.code(*made, "a.astype(int) + 1")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays."""
        return LessonLink("arrays", {"view": "Dtypes"})


def _loop(match: re.Match[str]) -> NoLoop:
    found = [
        name[len("dtype('") : -2] if name.startswith("dtype") else name.split("'")[1].split(".")[-1]
        for name in re.findall(_TYPE, match[2])
    ]
    return NoLoop(match[1], tuple(found))


@dataclass(frozen=True, slots=True)
class UnsupportedTypes(Cause):
    """A function of NumPy is not made for what it is given, and cannot convert it safely.

    Parameters
    ----------
    function
        Its name: ``isnan``, ``bitwise_and``.
    """

    function: str

    def sentence(self) -> Sentence:
        """Name the function."""
        return (
            Code(self.function),
            " is not made for the dtype of what it is given, and NumPy converts nothing by itself that could lose "
            "something.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show texts and objects, and floats that are joined bit by bit."""
        if self.function.startswith(("bitwise", "invert", "left_shift", "right_shift")):
            made = ("a = np.array([1.0, 2.0])",)
            why: Sentence = (
                Code("&"),
                ", ",
                Code("|"),
                " and ",
                Code("~"),
                " work on bits and truth values: compare first.",
            )
            return (Mistake(why, NP.code(*made, "a & a"), NP.code(*made, "(a > 0) & (a < 3)")),)
        made = ("a = np.array([1.0, None])",)
        why = ("The array holds objects or texts (see its dtype): convert it to numbers.",)
        return (Mistake(why, NP.code(*made, "np.isnan(a)"), NP.code(*made, "np.isnan(a.astype(float))")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays."""
        return LessonLink("arrays", {"view": "Dtypes"})


@dataclass(frozen=True, slots=True)
class StoredDtypeDiffers(Cause):
    """Values are stored by a list of indices in a tensor of another dtype.

    Parameters
    ----------
    place, value
        Dtypes.
    """

    place: str
    value: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "Where places are picked by a list or a mask, PyTorch stores only values of the tensor's own dtype: that "
            f"is {self.place}, and the values are {self.value}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        made = (f"a = torch.zeros(3, dtype=torch.{self.place})", f"v = torch.ones(2, dtype=torch.{self.value})")
        why: Sentence = ("Convert the values first.",)
        return (Mistake(why, TORCH.code(*made, "a[[0, 2]] = v"), TORCH.code(*made, "a[[0, 2]] = v.to(a.dtype)")),)

    def lesson(self) -> LessonLink | None:
        """Return Indexing."""
        return LessonLink("indexing", {"array": "(3,)", "index": "[0, 2]", "then": "Assign", "library": "PyTorch"})


_SHARED = Plain(
    ("The layer and its input have different dtypes, and this layer computes in one alone.",),
    (
        Mistake(
            ("NumPy's floats are float64, those of layers float32.",),
            TORCH.code("layer = nn.LayerNorm(3)", "layer(torch.ones(4, 3, dtype=torch.float64))"),
            TORCH.code("layer = nn.LayerNorm(3)", "layer(torch.ones(4, 3, dtype=torch.float64).float())"),
        ),
    ),
    LessonLink("arrays", _MIXED_PARAMETERS),
)


@dataclass(frozen=True, slots=True)
class LossDtype(Cause):
    """A loss is given targets of another dtype than its predictions.

    Parameters
    ----------
    expected, found
        Dtypes.
    """

    expected: str
    found: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (f"The loss, or its gradient, is computed in {self.expected}, and one of the tensors is {self.found}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion of the targets."""
        prediction = f"prediction = torch.tensor([0.2, 0.9], dtype=torch.{self.expected})"
        target = f"target = torch.tensor([0, 1], dtype=torch.{self.found})"
        why: Sentence = ("The targets were made of another dtype than the predictions: convert them.",)
        before = TORCH.code(prediction, target, "nn.BCELoss()(prediction, target)")
        return (
            Mistake(
                why, before, before.replace("prediction, target)", f"prediction, target.to(torch.{self.expected}))")
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Softmax for yes and no."""
        return LessonLink("softmax", {"loss": "binary"})


_MINUS = Plain(
    ("True and False are no numbers to NumPy: it does not subtract them.",),
    (
        Mistake(
            ("Where two masks differ is asked with ", Code("^"), "."),
            NP.code("a = np.array([True, False])", "a - a"),
            NP.code("a = np.array([True, False])", "a ^ a"),
        ),
        Mistake(
            ("They are meant as 1 and 0.",),
            NP.code("a = np.array([True, False])", "a - a"),
            NP.code("a = np.array([True, False])", "a.astype(int) - a.astype(int)"),
        ),
    ),
)
_NEGATIVE = Plain(
    ("True and False have no negative: neither NumPy nor PyTorch takes a minus in front of them.",),
    (
        Mistake(
            ("A mask is turned round by ", Code("~"), "."),
            NP.code("a = np.array([True, False])", "-a"),
            NP.code("a = np.array([True, False])", "~a"),
        ),
    ),
)
_MINUS_TORCH = Plain(
    ("True and False are no numbers to PyTorch: it does not subtract with them.",),
    (
        Mistake(
            ("1 less a mask is the mask turned round: ", Code("~"), "."),
            TORCH.code("a = torch.tensor([True, False])", "1 - a"),
            TORCH.code("a = torch.tensor([True, False])", "~a"),
        ),
        Mistake(
            ("Where two masks differ is asked with ", Code("^"), "."),
            TORCH.code("a = torch.tensor([True, False])", "a - a"),
            TORCH.code("a = torch.tensor([True, False])", "a ^ a"),
        ),
    ),
)
_POWER = Plain(
    ("A whole number to a negative power is a fraction, and an array of whole numbers gives whole numbers.",),
    (
        Mistake(
            ("Write the base as floats.",),
            NP.code("a = np.array([1, 2])", "a ** -1"),
            NP.code("a = np.array([1.0, 2.0])", "a ** -1"),
        ),
    ),
    LessonLink("arrays", {"view": "Dtypes"}),
)
_NAN = Plain(
    (
        "nan stands for a number that there is not, and only floats (and complex numbers) have it: whole numbers have "
        "none.",
    ),
    (
        Mistake(
            ("The array holds whole numbers: make it of floats.",),
            NP.code("a = np.array([1, 2])", "a[0] = np.nan"),
            NP.code("a = np.array([1.0, 2.0])", "a[0] = np.nan"),
        ),
        Mistake(
            ("A mean of nothing is nan.",),
            NP.code("score = float('nan')", "int(score)"),
            NP.code("score = float('nan')", "0 if np.isnan(score) else int(score)"),
        ),
    ),
    LessonLink("arrays", {"view": "Dtypes", "values": "nan, inf", "bits": "nan", "as": "float32"}),
)
_GRAD = Plain(
    ("A gradient tells of small steps, and whole numbers have none: only floats and complex numbers can require one.",),
    (
        Mistake(
            ("The numbers are written without a point.",),
            TORCH.code("torch.tensor([1, 2], requires_grad=True)"),
            TORCH.code("torch.tensor([1.0, 2.0], requires_grad=True)"),
        ),
    ),
    LessonLink("autograd_graph"),
)


@dataclass(frozen=True, slots=True)
class IndicesDtype(Cause):
    """An embedding is given numbers of rows that are no whole numbers.

    Parameters
    ----------
    found
        Their dtype.
    """

    found: str

    def sentence(self) -> Sentence:
        """Name the dtype."""
        return (f"The numbers of rows must be int64 or int32, and they are {self.found}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        made = ("table = nn.Embedding(10, 3)", f"x = torch.ones(2, dtype=torch.{self.found})")
        why: Sentence = ("Convert them to whole numbers.",)
        return (Mistake(why, TORCH.code(*made, "table(x)"), TORCH.code(*made, "table(x.long())")),)

    def lesson(self) -> LessonLink | None:
        """Return Indexing."""
        return LessonLink("indexing", {"library": "PyTorch"})


@dataclass(frozen=True, slots=True)
class ObjectElements(Cause):
    """A function of NumPy is applied to an array of objects, which have no such method.

    Parameters
    ----------
    type, method
        Type of an element, and the method that NumPy looks for in it.
    """

    type: str
    method: str

    def sentence(self) -> Sentence:
        """Name type and method."""
        return (
            "The array holds Python's objects (its dtype is object), and NumPy asks each for its own ",
            Code(self.method),
            f", which a value of type {self.type} does not have.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a conversion."""
        made = "a = np.array([1, 2], dtype=object)"
        why = ("Numbers were collected in an array of objects, as from a table with mixed columns: convert them.",)
        return (Mistake(why, NP.code(made, "np.exp(a)"), NP.code(made, "np.exp(a.astype(float))")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays with an array of objects."""
        return LessonLink("arrays", {"make": "np.array([1, 2], dtype=object)"})


@dataclass(frozen=True, slots=True)
class ConditionDtype(Cause):
    """A condition is made of numbers, and not of True and False.

    Parameters
    ----------
    found
        Its dtype.
    """

    found: str

    def sentence(self) -> Sentence:
        """Name the dtype."""
        return (Code("where"), f" picks by True and False, and the condition is {self.found}.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a comparison."""
        made = f"a = torch.ones(3, dtype=torch.{self.found})"
        why = ("Say what is to be true: a comparison gives True and False.",)
        return (Mistake(why, TORCH.code(made, "torch.where(a, 1, 0)"), TORCH.code(made, "torch.where(a > 0, 1, 0)")),)

    def lesson(self) -> LessonLink | None:
        """Return Indexing with ``where``."""
        return LessonLink("indexing", {"array": "[1, 6, 8]", "expression": "np.where(a > 5, a, 0)"})


@dataclass(frozen=True, slots=True)
class UnsafeCast(Cause):
    """A function takes one dtype, and would have to cut digits off another one.

    Parameters
    ----------
    found, wanted
        What it was given, and what it takes.
    """

    found: str
    wanted: str

    def sentence(self) -> Sentence:
        """Name both, and say who has to cast."""
        return (
            f"The function computes with {self.wanted}, and makes no {self.wanted} of {self.found} by itself, as that "
            "may lose a part of the numbers.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show floats that are counted."""
        made = "ages = np.array([1.0, 2.0, 2.0])"
        why: Sentence = ("The numbers are whole ones that are stored as floats: make whole numbers of them.",)
        return (Mistake(why, NP.code(made, "np.bincount(ages)"), NP.code(made, "np.bincount(ages.astype(int))")),)


_SELECT = Plain(
    (
        "Where no condition holds, ",
        Code("np.select"),
        " gives its default. That is the number 0 where none is given, and no dtype holds it beside what is chosen "
        "elsewhere.",
    ),
    (
        Mistake(
            ("Texts are chosen: give a text for the rest, too.",),
            NP.code("x = np.array([1, 9])", "np.select([x < 5], ['small'])"),
            NP.code("x = np.array([1, 9])", "np.select([x < 5], ['small'], default='large')"),
        ),
    ),
    LessonLink("indexing", {"array": "[1, 6, 8]", "expression": "np.where(a > 5, a, 0)"}),
)


_INFINITE = Plain(
    (
        "inf stands for a number beyond all others, and only floats (and complex numbers) have it: whole numbers have "
        "none.",
    ),
    (
        Mistake(
            ("A division by 0, or a number that grew too large, gave inf.",),
            NP.code("score = float('inf')", "int(score)"),
            NP.code("score = float('inf')", "0 if np.isinf(score) else int(score)"),
        ),
    ),
    LessonLink("arrays", {"view": "Dtypes", "values": "nan, inf", "bits": "inf", "as": "float32"}),
)


_COMPARED = ("a = torch.ones(3)", "b = torch.ones(3, dtype=torch.float64)")
_CLOSE = Plain(
    ("Two tensors are compared up to small differences. They must have the same dtype: PyTorch converts none here.",),
    (
        Mistake(
            ("One was made of numbers of NumPy's or Python's, which are float64: convert one of the two.",),
            TORCH.code(*_COMPARED, "torch.allclose(a, b)"),
            TORCH.code(*_COMPARED, "torch.allclose(a, b.float())"),
        ),
    ),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "dtypes_differ",
        "PyTorch",
        _differ,
        rf"expected m1 and m2 to have the same dtype, but got: ({_NAME}) != ({_NAME})$",
        rf"mat1 and mat2 must have the same dtype, but got ({_NAME}) and ({_NAME})$",
        rf"expected both vectors to have same dtype, but found ({_NAME}) and ({_NAME})$",
        r"Input type \(([\w. :]{2,40})\) and (?:weight|bias) type \(([\w. :]{2,40})\) should be the same",
        r"RNN input dtype \(([\w. :]{2,40})\) does not match weight dtype \(([\w. :]{2,40})\)",
    ),
    kind("close_dtype_torch", "PyTorch", _CLOSE, rf"^({_NAME}) did not match ({_NAME})$"),
    kind("mixed_dtype_torch", "PyTorch", _SHARED, r"mixed dtype \(CPU\): all inputs must share same datatype"),
    kind(
        "class_dtype_torch",
        "PyTorch",
        lambda match: ClassNumbersExpected(dtype_of(match[1])),
        rf"expected target dtype to be Long or Byte, but got ({_NAME})$",
        r"expected scalar type Long but found (Float|Int|Double|Half|Short|Char|Byte|Bool)\b",
        r"Expected object of scalar type Long but got scalar type (\w{2,20}) for argument #2 'target'",
    ),
    kind(
        "other_dtype_torch",
        "PyTorch",
        _expected,
        r"[Ee]xpected (?:object of )?scalar type (\w{2,20}) but (?:got scalar type|found) (\w{2,20})",
        r"Expected object of type (torch\.(?:cuda\.)?\w{2,20}Tensor) but found type (torch\.(?:cuda\.)?\w{2,20}Tensor)",
    ),
    kind(
        "probabilities_dtype_torch",
        "PyTorch",
        lambda match: ProbabilitiesExpected(dtype_of(match[1])),
        rf"Expected floating point type for target with class probabilities, got ({_NAME})$",
    ),
    kind(
        "stored_dtype",
        "NumPy",
        _stored,
        rf"Cannot cast ufunc '?(\w{{1,40}})'? output from ({_TYPE}) to ({_TYPE}) with casting rule",
    ),
    kind(
        "stored_dtype_torch",
        "PyTorch",
        _stored_torch,
        r"result type (\w{2,20}) can't be cast to the desired output type (\w{2,20})",
    ),
    kind(
        "mean_dtype_torch",
        "PyTorch",
        lambda match: FloatsExpected("mean", dtype_of(match[1])),
        r"mean\(\): could not infer output dtype\. Input dtype must be either a floating point or complex dtype\. "
        r"Got: "
        r"(\w{2,20})",
        r"mean\(\): input dtype should be either floating point or complex dtypes\. Got (\w{2,20}) instead",
        r"Can only calculate the mean of floating types\. Got (\w{2,20}) instead",
    ),
    kind(
        "spread_dtype_torch",
        "PyTorch",
        lambda _: FloatsExpected("std", ""),
        r"std and var only support floating point and complex dtypes",
    ),
    kind(
        "norm_dtype_torch",
        "PyTorch",
        lambda match: FloatsExpected("norm", dtype_of(match[1])),
        r"vector_norm: Expected a floating point or complex tensor as input\. Got (\w{2,20})",
    ),
    kind(
        "not_implemented_torch",
        "PyTorch",
        lambda match: NotImplementedFor(match[1], dtype_of(match[2])),
        r"\"(\w{2,80})\" not implemented for '(\w{2,20})'",
    ),
    kind(
        "loss_dtype_torch",
        "PyTorch",
        lambda match: LossDtype(dtype_of(match[2]), dtype_of(match[1])),
        r"Found dtype (\w{2,20}) but expected (\w{2,20})",
    ),
    kind(
        "indices_dtype_torch",
        "PyTorch",
        lambda match: IndicesDtype(dtype_of(match[1])),
        r"argument #1 'indices' to have one of the following scalar types: Long, Int; but got (torch\.[\w.]{2,40}) "
        r"instead",
    ),
    kind("number_too_large", "NumPy", _too_large, rf"Python integer ({WHOLE}) out of bounds for (u?int\d{{1,2}})"),
    kind(
        "number_too_large_torch",
        "PyTorch",
        _too_large_torch,
        r"value cannot be converted to type (u?int\d{1,2})(?:_t)? without overflow",
    ),
    kind("bool_minus", "NumPy", _MINUS, r"numpy boolean subtract, the `-` operator, is (?:not supported|deprecated)"),
    kind(
        "bool_negative",
        "NumPy",
        _NEGATIVE,
        r"numpy boolean negative, the `-` operator, is not supported",
        r"Negation, the `-` operator, on a bool tensor is not supported",
    ),
    kind(
        "bool_minus_torch",
        "PyTorch",
        _MINUS_TORCH,
        r"Subtraction, the `-` operator, with (?:a bool tensor|two bool tensors) is not supported",
    ),
    kind("negative_power", "NumPy", _POWER, r"Integers to negative integer powers are not allowed"),
    kind(
        "ufunc_loop",
        "NumPy",
        _loop,
        r"ufunc '(\w{1,40})' did not contain a loop with signature matching types:? \(?(.{1,400})",
    ),
    kind(
        "ufunc_types",
        "NumPy",
        lambda match: UnsupportedTypes(match[1]),
        r"ufunc '(\w{1,40})' not supported for the input types, and the inputs could not be safely coerced",
    ),
    kind("nan_to_int", "Python", _NAN, r"cannot convert float NaN to integer"),
    kind(
        "index_put_dtype_torch",
        "PyTorch",
        lambda match: StoredDtypeDiffers(dtype_of(match[1]), dtype_of(match[2])),
        r"Index put requires the source and destination dtypes match, got (\w{2,20}) for the destination and "
        r"(\w{2,20}) for",
    ),
    kind(
        "grad_dtype_torch",
        "PyTorch",
        _GRAD,
        r"[Oo]nly Tensors of floating point (?:and complex )?dtype can require gradients",
    ),
    kind(
        "object_elements",
        "NumPy",
        lambda match: ObjectElements(match[1], match[2]),
        r"loop of ufunc does not support argument \d+ of type ([\w.]{1,60}) which has no callable (\w{1,40}) method",
    ),
    kind(
        "condition_dtype",
        "PyTorch",
        lambda match: ConditionDtype(dtype_of(match[1])),
        r"expected condition to be a boolean tensor, but got a tensor with dtype (\w{2,20})",
    ),
    kind(
        "unsafe_cast",
        "NumPy",
        lambda match: UnsafeCast(*match.groups()),
        r"Cannot cast array data from dtype\('(\w{2,20})'\) to dtype\('(\w{2,20})'\) according to the rule",
    ),
    kind("select_default", "NumPy", _SELECT, r"Choicelist and default value do not have a common dtype"),
    kind("infinity_to_int", "Python", _INFINITE, r"cannot convert float infinity to integer"),
)
