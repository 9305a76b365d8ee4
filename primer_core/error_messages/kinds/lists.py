"""Python's own lists and tuples where the cells of an array are meant."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, kind
from primer_core.error_messages.dialect import NP

_ROWS = "rows = [[1, 2], [3, 4]]"


@dataclass(frozen=True, slots=True)
class ListIndex(Cause):
    """A list or a tuple is picked from by something else than one whole number or a slice.

    Parameters
    ----------
    holder
        What is picked from: "list", "tuple" or "range".
    given
        Type of the index.
    """

    holder: str
    given: str

    def sentence(self) -> Sentence:
        """Say what a list takes, and what it was given."""
        one = ("A ", Code(self.holder), " of Python takes one whole number or one slice between its square brackets")
        match self.given:
            case "tuple":
                return (*one, ", and is given a tuple, as a comma makes one. An array takes an index for each axis.")
            case "list":
                return (*one, ", and is given a list. An array gives an element for each place of a list.")
        return (*one, ", and is given a value of type ", Code(self.given), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show what an array can be asked, and how a list of lists is."""
        if self.given == "tuple" and self.holder == "list":
            return (
                Mistake(
                    ("Make it an array, which has rows and columns.",),
                    NP.code(_ROWS, "rows[:, 1]"),
                    NP.code("rows = np.array([[1, 2], [3, 4]])", "rows[:, 1]"),
                ),
                Mistake(
                    ("Pick from the list that was picked: one pair of brackets for each list.",),
                    NP.code(_ROWS, "rows[0, 1]"),
                    NP.code(_ROWS, "rows[0][1]"),
                ),
            )
        if self.given == "list" and self.holder == "list":
            return (
                Mistake(
                    ("Make it an array, which takes a list of places.",),
                    NP.code("a = [5, 6, 7]", "a[[0, 2]]"),
                    NP.code("a = np.array([5, 6, 7])", "a[[0, 2]]"),
                ),
            )
        if self.given == "tuple":
            why: Sentence = ("Several entries are wanted: pick each by itself.",)
            made = "shape = (2, 3)"
            return (Mistake(why, NP.code(made, "shape[0, 1]"), NP.code(made, "shape[0], shape[1]")),)
        if self.given == "numpy.float64":
            why = ("A number that was rounded is a decimal number still: ", Code("int"), " makes it a whole one.")
            made = "a = [5, 6, 7]"
            return (Mistake(why, NP.code(made, "a[np.floor(1.5)]"), NP.code(made, "a[int(np.floor(1.5))]")),)
        if self.given == "float" and self.holder == "list":
            return (
                Mistake(
                    ("A quotient is a decimal number, even where it is whole: ", Code("//"), " gives a whole number."),
                    NP.code("a = [5, 6, 7]", "a[len(a) / 3]"),
                    NP.code("a = [5, 6, 7]", "a[len(a) // 3]"),
                ),
            )
        if self.given == "str" and self.holder == "list":
            return (
                Mistake(
                    ("The list holds what has this name: pick one of it first.",),
                    NP.code("rows = [{'price': 3}]", "rows['price']"),
                    NP.code("rows = [{'price': 3}]", "rows[0]['price']"),
                ),
            )
        return ()

    def lesson(self) -> LessonLink | None:
        """Return Indexing."""
        return LessonLink("indexing", {"array": "[[1, 2], [3, 4]]", "index": ":, 1"} if self.given == "tuple" else {})


@dataclass(frozen=True, slots=True)
class TimesFloat(Cause):
    """A list, a tuple or a text is multiplied by what is no whole number.

    Parameters
    ----------
    given
        Type of the number.
    """

    given: str

    def sentence(self) -> Sentence:
        """Say what the product with a whole number would be."""
        return (
            "A list, a tuple or a text of Python times a whole number is repeated so often, and a value of type ",
            Code(self.given),
            " says no number of times. An array is multiplied cell by cell.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an array in place of a list."""
        if self.given != "float":
            return ()
        return (
            Mistake(
                ("Each number is to be multiplied: make the list an array.",),
                NP.code("prices = [1.5, 2.5]", "prices * 0.5"),
                NP.code("prices = np.array([1.5, 2.5])", "prices * 0.5"),
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting."""
        return LessonLink("broadcasting", {"a": "[1.5, 2.5]", "op": "multiply", "b": "0.5"})


KINDS: tuple[Kind, ...] = (
    kind(
        "list_indices",
        "Python",
        lambda match: ListIndex(match[1], match[2]),
        r"(list|tuple|range) indices must be integers or slices, not ([\w.]{1,60})",
    ),
    kind(
        "times_float",
        "Python",
        lambda match: TimesFloat(match[1]),
        r"can't multiply sequence by non-int of type '([\w.]{1,60})'",
    ),
)
