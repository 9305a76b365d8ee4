"""What comes of a question of the lesson on arrays, by its view."""

from dataclasses import dataclass

from primer_core.language.limits import Refused
from primer_core.lessons.arrays.anatomy import Anatomy, ChangesRefused, NotMade, explain_array
from primer_core.lessons.arrays.dtypes import DtypeTable, Encoding, explain_dtypes, explain_encoding
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.twins import Libraries, explain_libraries
from primer_core.lessons.outcome import Unread


@dataclass(frozen=True, slots=True, eq=False)
class Casts:
    """Numbers in every dtype, and the bits of one number.

    Parameters
    ----------
    table
        What every dtype makes of the values.
    encoding
        The number as it lies in memory.
    """

    table: DtypeTable
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Races:
    """Two races that nobody has run yet: what they give is measured, not explained."""


Outcome = Unread | NotMade | Anatomy | Casts | Races | Libraries
"""What comes of a question."""


def explain(question: ArraysQuestion) -> Outcome:
    """Explain what the question's view looks at; nothing that is typed makes it raise. PyTorch's view loads torch."""
    match question.view:
        case "Anatomy":
            try:
                return explain_array(question.make, question.to, question.then)
            except ChangesRefused as refused:
                return Unread("then", str(refused))
            except Refused as refused:
                return Unread("make", str(refused))
        case "Dtypes":
            return _casts(question)
        case "Races":
            return Races()
        case "PyTorch":
            try:
                return explain_libraries(question.make)
            except Refused as refused:
                return Unread("make", str(refused))


def _casts(question: ArraysQuestion) -> Casts | Unread:
    try:
        table = explain_dtypes(question.values)
    except Refused as refused:
        return Unread("values", str(refused))
    try:
        return Casts(table, explain_encoding(question.number, question.dtype))
    except Refused as refused:
        return Unread("bits", str(refused))
