"""Arrays that are to become a truth value, a number or a text, and what cannot become an array."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH
from primer_core.error_messages.wording import WHOLE

_TRUTH = Plain(
    (
        "One answer is asked for, yes or no, as by ",
        Code("if"),
        ", ",
        Code("and"),
        ", ",
        Code("or"),
        ", ",
        Code("in"),
        " or a chain of comparisons, and an array with several elements has several answers.",
    ),
    (
        Mistake(
            (
                "The answer for each cell is wanted: ",
                Code("&"),
                " and ",
                Code("|"),
                ", with brackets around both sides.",
            ),
            NP.code("a = np.array([1, 2, 3])", "a[a > 1 and a < 3]"),
            NP.code("a = np.array([1, 2, 3])", "a[(a > 1) & (a < 3)]"),
        ),
        Mistake(
            ("One answer for all cells is wanted: any of them, or all.",),
            NP.code("a = np.array([1, 2, 3])", "if a > 2:", "    print('large')"),
            NP.code("a = np.array([1, 2, 3])", "if (a > 2).any():", "    print('large')"),
        ),
        Mistake(
            ("A comparison is chained.",),
            NP.code("a = np.array([1, 2, 3])", "a[1 < a < 3]"),
            NP.code("a = np.array([1, 2, 3])", "a[(1 < a) & (a < 3)]"),
        ),
        Mistake(
            ("The larger one of each pair is wanted: Python's ", Code("max"), " compares whole arrays."),
            NP.code("a, b = np.array([1, 5]), np.array([4, 2])", "max(a, b)"),
            NP.code("a, b = np.array([1, 5]), np.array([4, 2])", "np.maximum(a, b)"),
        ),
    ),
    LessonLink("indexing", {"array": "(4,)", "index": "(a > 1) & (a < 3)"}),
)
_TRUTH_TORCH = Plain(
    (
        "One answer is asked for, yes or no, as by ",
        Code("if"),
        ", ",
        Code("and"),
        ", ",
        Code("or"),
        ", ",
        Code("in"),
        " or a chain of comparisons, and a tensor with several elements has several answers.",
    ),
    (
        Mistake(
            ("One answer for all cells is wanted: any of them, or all.",),
            TORCH.code("a = torch.tensor([1, 2, 3])", "if a > 2:", "    print('large')"),
            TORCH.code("a = torch.tensor([1, 2, 3])", "if (a > 2).any():", "    print('large')"),
        ),
        Mistake(
            (
                "The answer for each cell is wanted: ",
                Code("&"),
                " and ",
                Code("|"),
                ", with brackets around both sides.",
            ),
            TORCH.code("a = torch.tensor([1, 2, 3])", "a[a > 1 and a < 3]"),
            TORCH.code("a = torch.tensor([1, 2, 3])", "a[(a > 1) & (a < 3)]"),
        ),
        Mistake(
            ("It is asked whether there is a tensor at all.",),
            TORCH.code("a = torch.ones(3)", "if a:", "    print('given')"),
            TORCH.code("a = torch.ones(3)", "if a is not None:", "    print('given')"),
        ),
        Mistake(
            ("A loss is made with its arguments in place of being called with them.",),
            TORCH.code("x, y = torch.ones(3), torch.ones(3)", "nn.MSELoss(x, y)"),
            TORCH.code("x, y = torch.ones(3), torch.ones(3)", "nn.MSELoss()(x, y)"),
        ),
    ),
    LessonLink("indexing", {"array": "(4,)", "index": "(a > 1) & (a < 3)", "library": "PyTorch"}),
)
_TRUTH_EMPTY = Plain(
    ("Yes or no is asked of an array without elements, which has no answer.",),
    (
        Mistake(
            ("It is asked whether there is any element.",),
            NP.code("a = np.array([])", "if a:", "    print('some')"),
            NP.code("a = np.array([])", "if a.size > 0:", "    print('some')"),
        ),
    ),
)
_TRUTH_EMPTY_TORCH = Plain(
    ("Yes or no is asked of a tensor without elements, which has no answer.",),
    (
        Mistake(
            ("It is asked whether there is any element.",),
            TORCH.code("a = torch.ones(0)", "if a:", "    print('some')"),
            TORCH.code("a = torch.ones(0)", "if a.numel() > 0:", "    print('some')"),
        ),
    ),
)
_NUMBER = Plain(
    (
        "One number of Python's own is asked for, and this array is not taken for one. Up to NumPy 2.3 an array with "
        "one element was, whatever its axes; since then only an array without axes is.",
    ),
    (
        Mistake(
            ("The function of ", Code("math"), " takes one number: NumPy has one for arrays of the same name."),
            NP.code("import math", "math.sqrt(np.array([1.0, 4.0]))"),
            NP.code("np.sqrt(np.array([1.0, 4.0]))"),
        ),
        Mistake(
            ("All elements are to be converted.",),
            NP.code("int(np.array([1.5, 2.5]))"),
            NP.code("np.array([1.5, 2.5]).astype(int)"),
        ),
        Mistake(
            ("The array has one element: take it out.",),
            NP.code("float(np.array([1.5]))"),
            NP.code("np.array([1.5]).item()"),
        ),
    ),
    LessonLink("arrays", {"view": "Dtypes"}),
)
_NUMBER_TORCH = Plain(
    ("One number of Python's own is asked for, and the tensor does not have one element.",),
    (
        Mistake(
            ("The function of ", Code("math"), " takes one number: PyTorch has one for tensors of the same name."),
            TORCH.code("import math", "math.sqrt(torch.tensor([1.0, 4.0]))"),
            TORCH.code("torch.sqrt(torch.tensor([1.0, 4.0]))"),
        ),
        Mistake(
            ("A list of tensors is to become one tensor: stack them.",),
            TORCH.code("rows = [torch.ones(2), torch.ones(2)]", "torch.tensor(rows)"),
            TORCH.code("rows = [torch.ones(2), torch.ones(2)]", "torch.stack(rows)"),
        ),
    ),
    LessonLink("arrays", {"view": "PyTorch"}),
)


@dataclass(frozen=True, slots=True)
class ManyElements(Cause):
    """One number is asked of a tensor with several elements, or with none.

    Parameters
    ----------
    elements
        Of the tensor; None where the message does not tell.
    """

    elements: int | None

    def sentence(self) -> Sentence:
        """Count them."""
        has = "another number of elements" if self.elements is None else f"{self.elements} elements"
        return (Code("item()"), f" gives the one number of a tensor with one element, and this one has {has}.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a loss that was not averaged, and all numbers as a list."""
        made = f"loss = torch.ones({2 if self.elements is None else self.elements})"
        return (
            Mistake(
                ("The loss was not averaged.",), TORCH.code(made, "loss.item()"), TORCH.code(made, "loss.mean().item()")
            ),
            Mistake(("All numbers are wanted.",), TORCH.code(made, "loss.item()"), TORCH.code(made, "loss.tolist()")),
        )

    def lesson(self) -> LessonLink | None:
        """Return Reductions."""
        return LessonLink("reductions", {"library": "PyTorch"})


def _elements(match: re.Match[str]) -> ManyElements | None:
    elements = int(match[1])
    return ManyElements(elements) if elements != 1 else None


_ITEM = Plain(
    (
        Code("item()"),
        " without an argument gives the one number of an array with one element, and this one has another number.",
    ),
    (
        Mistake(
            ("All numbers are wanted.",),
            NP.code("np.array([1, 2]).item()"),
            NP.code("np.array([1, 2]).tolist()"),
        ),
        Mistake(
            ("One of them is wanted.",),
            NP.code("np.array([1, 2]).item()"),
            NP.code("np.array([1, 2])[0].item()"),
        ),
    ),
)
_SEQUENCE = Plain(
    ("A cell of an array of numbers holds one number, and a list or an array is given for one.",),
    (
        Mistake(
            ("Several values are to be stored in one cell: store them in as many cells.",),
            NP.code("a = np.zeros(3)", "a[0] = [1, 2]"),
            NP.code("a = np.zeros(3)", "a[0:2] = [1, 2]"),
        ),
        Mistake(
            ("Rows are to be stored: the array needs a second axis.",),
            NP.code("a = np.zeros(3)", "a[0] = np.array([1, 2])"),
            NP.code("a = np.zeros((3, 2))", "a[0] = np.array([1, 2])"),
        ),
    ),
    LessonLink("indexing", {"array": "(3,)", "index": "0", "then": "Assign", "value": "[1, 2]"}),
)


@dataclass(frozen=True, slots=True)
class TextIsNoNumber(Cause):
    """A text is to become a number, and is none.

    Parameters
    ----------
    text
        As it stands in the message.
    kind
        "float" or "int".
    """

    text: str
    kind: str

    def sentence(self) -> Sentence:
        """Name the text."""
        what = "a number" if self.kind == "float" else "a whole number"
        return ("The text ", Code(self.text), f" does not spell {what}.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a column of words, and a decimal number that is read as a whole one."""
        if self.kind == "int":
            why = ("A decimal number in a text becomes a whole one by way of a float.",)
            before = NP.code("np.array(['1.5', '2']).astype(int)")
            return (Mistake(why, before, NP.code("np.array(['1.5', '2']).astype(float).astype(int)")),)
        words = NP.code("rows = np.array([['ann', '1.5'], ['bob', '2.5']])", "rows.astype(float)")
        comma = NP.code("float('1,5')")
        return (
            Mistake(
                ("A column holds words, or a head: leave it out.",),
                words,
                words.replace("rows.astype", "rows[:, 1].astype"),
            ),
            Mistake(
                ("The number has a comma, a unit or a blank in it: take it out.",),
                comma,
                NP.code("float('1,5'.replace(',', '.'))"),
            ),
        )


def _text(match: re.Match[str]) -> TextIsNoNumber:
    return TextIsNoNumber(next(text for text in match.groups() if text is not None), "float")


@dataclass(frozen=True, slots=True)
class UnsupportedArray(Cause):
    """An array is to become a tensor, and PyTorch has no such dtype.

    Parameters
    ----------
    dtype
        As NumPy calls it: ``object_``.
    """

    dtype: str

    def sentence(self) -> Sentence:
        """Say what tensors hold."""
        return (f"The array is of dtype {self.dtype.rstrip('_')}, and PyTorch has no dtype for that.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show objects and texts."""
        made = "a = np.array([1.5, None])" if self.dtype.startswith("object") else "a = np.array(['1.5', '2'])"
        lines = ("import numpy as np", made)
        why = ("The array holds objects or texts (a table with words, or with gaps): make numbers of them first.",)
        return (
            Mistake(why, TORCH.code(*lines, "torch.tensor(a)"), TORCH.code(*lines, "torch.tensor(a.astype(float))")),
        )

    def lesson(self) -> LessonLink | None:
        """Return Arrays."""
        return LessonLink("arrays", {"view": "PyTorch"})


@dataclass(frozen=True, slots=True)
class NotJson(Cause):
    """JSON has no form for a value.

    Parameters
    ----------
    type
        Of the value.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return ("JSON knows Python's own numbers, texts, lists and dictionaries, and no ", Code(self.type), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show how arrays and their numbers become Python's own."""
        made = {"ndarray": "x = np.array([1, 2])", "Tensor": "x = torch.tensor([1, 2])"}.get(
            self.type, "x = np.int64(3)"
        )
        method = "tolist" if self.type in ("ndarray", "Tensor") else "item"
        d = TORCH if "torch" in made else NP
        why = ("Make Python's own numbers of it first.",)
        lines = ("import json", made)
        return (Mistake(why, d.code(*lines, "json.dumps(x)"), d.code(*lines, f"json.dumps(x.{method}())")),)


_UNHASHABLE = Plain(
    ("The keys of a dictionary and the elements of a set must never change, and the cells of an array can.",),
    (
        Mistake(
            ("The distinct rows or values are wanted.",),
            NP.code("set([np.array([1, 2]), np.array([1, 2])])"),
            NP.code("np.unique([np.array([1, 2]), np.array([1, 2])], axis=0)"),
        ),
        Mistake(
            ("The numbers are to be a key: a tuple never changes.",),
            NP.code("{np.array([1, 2]): 'a'}"),
            NP.code("{tuple(np.array([1, 2])): 'a'}"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NoTensorOf(Cause):
    """A tensor is to be made of something that is no number.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return (
            "A tensor is made of numbers, truth values, and lists of them, and a value of type ",
            Code(self.type),
            " is none.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a gap, and words."""
        words = TORCH.code("labels = ['cat', 'dog', 'cat']", "torch.tensor(labels)")
        numbers = TORCH.code(
            "labels = ['cat', 'dog', 'cat']",
            "names = sorted(set(labels))",
            "torch.tensor([names.index(label) for label in labels])",
        )
        if self.type == "str":
            table = "a = torch.ones(3)"
            named = Mistake(
                ("A tensor has no names to pick by: its cells have numbers.",),
                TORCH.code(table, "a['x']"),
                TORCH.code(table, "a[0]"),
            )
            return Mistake(("Words must become numbers first.",), words, numbers), named
        lone = TORCH.code("torch.tensor(None)")
        return (Mistake(("A value is missing: write nan for it.",), lone, TORCH.code("torch.tensor(float('nan'))")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays."""
        return LessonLink("arrays", {"view": "PyTorch"})


@dataclass(frozen=True, slots=True)
class NotAnArray(Cause):
    """``from_numpy`` is given something else than an array.

    Parameters
    ----------
    given
        Its type.
    """

    given: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return (Code("from_numpy"), " takes an array of NumPy, and is given a value of type ", Code(self.given), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show ``torch.tensor``."""
        value = {"list": "[1.0, 2.0]", "Tensor": "torch.ones(2)"}.get(self.given, "[1.0, 2.0]")
        after = "x" if self.given == "Tensor" else "torch.tensor(x)"
        why = ("Lists and numbers become tensors by ", Code("torch.tensor"), ".")
        return (Mistake(why, TORCH.code(f"x = {value}", "torch.from_numpy(x)"), TORCH.code(f"x = {value}", after)),)


_LIST_INTO_TENSOR = Plain(
    ("A list is to be stored in a part of a tensor, which takes tensors and single numbers.",),
    (
        Mistake(
            ("Make a tensor of it first.",),
            TORCH.code("a = torch.zeros(2, 3)", "a[0] = [1, 2, 3]"),
            TORCH.code("a = torch.zeros(2, 3)", "a[0] = torch.tensor([1, 2, 3])"),
        ),
    ),
    LessonLink("indexing", {"array": "(2, 3)", "index": "0", "then": "Assign", "value": "(3,)", "library": "PyTorch"}),
)
_ARRAY_AND_TENSOR = Plain(
    (
        "An array of NumPy is on the left, a value of another kind, such as a tensor, on the right: neither side adds "
        "them.",
    ),
    (
        Mistake(
            ("Make both tensors.",),
            TORCH.code("import numpy as np", "np.ones(3) + torch.ones(3)"),
            TORCH.code("import numpy as np", "torch.from_numpy(np.ones(3)) + torch.ones(3)"),
        ),
        Mistake(
            ("Make both arrays.",),
            TORCH.code("import numpy as np", "np.ones(3) + torch.ones(3)"),
            TORCH.code("import numpy as np", "np.ones(3) + torch.ones(3).numpy()"),
        ),
    ),
    LessonLink("arrays", {"view": "PyTorch"}),
)


KINDS: tuple[Kind, ...] = (
    kind("truth", "NumPy", _TRUTH, r"truth value of an array with more than one element is ambiguous"),
    kind("truth_empty", "NumPy", _TRUTH_EMPTY, r"truth value of an empty array is ambiguous"),
    kind(
        "truth_torch",
        "PyTorch",
        _TRUTH_TORCH,
        r"[Bb]ool(?:ean)? value of Tensor with more than one value is ambiguous",
        r"bool value of (?:non-empty )?torch\.\w{2,20}Tensor objects? (?:with more than one value )?is ambiguous",
    ),
    kind("truth_empty_torch", "PyTorch", _TRUTH_EMPTY_TORCH, r"Boolean value of Tensor with no values is ambiguous"),
    kind(
        "number", "NumPy", _NUMBER, r"only (?:0-dimensional|size-1|length-1) arrays can be converted to Python scalars"
    ),
    kind("number_torch", "PyTorch", _NUMBER_TORCH, r"only one element tensors can be converted to Python scalars"),
    kind("item_torch", "PyTorch", _elements, rf"a Tensor with ({WHOLE}) elements cannot be converted to Scalar"),
    kind("item", "NumPy", _ITEM, r"can only convert an array of size 1 to a Python scalar"),
    kind("sequence", "NumPy", _SEQUENCE, r"setting an array element with a sequence\.?\s*$"),
    kind(
        "text_float",
        "Python",
        _text,
        r"could not convert string to float: (?:np\.str_\()?(?:'([^'\n]{0,100})'|\"([^\"\n]{0,100})\"|(\S.{0,100}))",
    ),
    kind(
        "text_int",
        "Python",
        lambda match: TextIsNoNumber(match[1], "int"),
        r"invalid literal for int\(\) with base \d+: (?:np\.str_\()?'([^'\n]{0,100})'",
    ),
    kind(
        "unsupported_array",
        "PyTorch",
        lambda match: UnsupportedArray(match[1]),
        r"can't convert np\.ndarray of type numpy\.(\w{1,40})\. The only supported types",
    ),
    kind("json", "Python", lambda match: NotJson(match[1]), r"Object of type '?(\w{1,40})'? is not JSON serializable"),
    kind("unhashable", "Python", _UNHASHABLE, r"unhashable type: 'numpy\.ndarray'"),
    kind(
        "no_tensor",
        "PyTorch",
        lambda match: NoTensorOf(match[1]),
        r"Could not infer dtype of ([\w.]{1,60})",
        r"new\(\): invalid data type '(\w{1,40})'",
        r"too many dimensions '(\w{1,40})'",
    ),
    kind("not_an_array", "PyTorch", lambda match: NotAnArray(match[1]), r"expected np\.ndarray \(got ([\w.]{1,60})\)"),
    kind("list_into_tensor", "PyTorch", _LIST_INTO_TENSOR, r"can't assign a list to a torch\.\w{2,20}Tensor"),
    kind(
        "array_and_tensor",
        "NumPy",
        _ARRAY_AND_TENSOR,
        r"Concatenation operation is not implemented for NumPy arrays, use np\.concatenate\(\) instead",
    ),
)
