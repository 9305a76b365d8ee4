"""Addresses on this app's own server: where they lie, and what a page does with a query that it cannot read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_Choice = TypeVar("_Choice")

#: Parameters that every page knows, whoever reads them: the desk of training runs, and the run that lies on it.
KNOWN_EVERYWHERE = ("desk", "run")
_SHOWN_CHARACTERS = 60
#: Key in the session's state: the page, and what could not be read when it was opened.
_MISREAD = "address_misread"


def on_this_server(path: str) -> str:
    """The address of a path, which starts with a slash, below the folder that the server was told to answer under."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return (f"/{base}" if base else "") + path


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a page expects of one parameter of its query.

    Parameters
    ----------
    expected
        What its text must be, after "expected": "a whole number from 1 to 200".
    read
        Function of that text, which gives the value; raises ValueError where the text is something else.
    write
        Function of the value, which gives the text that the page's widget puts into the address.
    """

    expected: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Misread:
    """A parameter of an address that the page could not use.

    Parameters
    ----------
    name, given
        The parameter and its text, as they stand in the address.
    expected
        What the text had to be, or which parameters there are where the page knows none of that name.
    used
        What the page took instead; empty where it took nothing.
    """

    name: str
    given: str
    expected: str
    used: str = ""

    def sentence(self) -> str:
        """The whole of it, in Markdown in which the address's own words are literal."""
        instead = f" The page took {literal(self.used)} instead." if self.used else " It was left out."
        return f"{literal(f'{self.name}={self.given}')} in the address: expected {self.expected}.{instead}"


def whole_number(low: int, high: int) -> Parameter:
    """Expect a whole number within a range, both ends included; ``5.0`` is one."""

    def read(text: str) -> int:
        number = float(text)
        if not low <= number <= high or number != int(number):
            raise ValueError(text)
        return int(number)

    return Parameter(f"a whole number from {low} to {high}", read, "{:.15g}".format)


def number_of(choices: Sequence[float], write: Callable[[Any], str], expected: str = "") -> Parameter:
    """Expect one of some numbers, however it is written: ``5``, ``5.0`` and ``5e0`` are the same.

    Parameters
    ----------
    choices
        The numbers.
    write
        Function of a number, which gives its text on the page and in the address.
    expected
        What the choices have in common, where they are too many to name them all.
    """

    def read(text: str) -> float:
        number = float(text)
        return next(choice for choice in choices if math.isclose(choice, number, rel_tol=1e-9, abs_tol=0))

    return Parameter(expected or f"one of {', '.join(map(write, choices))}", _with_value_error(read), write)


def choice_of(titles: Mapping[_Choice, str]) -> Parameter:
    """Expect the title of a choice or its own name, in capitals or not, with spaces or without."""

    def read(text: str) -> _Choice:
        wanted = plain(text)
        return next(choice for choice, title in titles.items() if wanted in (plain(title), plain(str(choice))))

    def plain(words: str) -> str:
        return "".join(words.split()).casefold()

    return Parameter(f"one of {', '.join(titles.values())}", _with_value_error(read), titles.__getitem__)


def switch() -> Parameter:
    """Expect ``true`` or ``false``."""
    words = {"true": True, "false": False}
    return Parameter(
        "true or false", _with_value_error(lambda text: words[text.casefold()]), lambda on: str(on).lower()
    )


def _with_value_error(read: Callable[[str], _Choice]) -> Callable[[str], _Choice]:
    def careful(text: str) -> _Choice:
        try:
            return read(text)
        except (LookupError, StopIteration):
            raise ValueError(text) from None

    return careful


def read_query(
    query: Mapping[str, str], parameters: Mapping[str, Parameter]
) -> tuple[dict[str, Any], tuple[Misread, ...]]:
    """Read a query by a page's table.

    Parameters
    ----------
    query
        Name and text of each parameter in the address.
    parameters
        What the page expects, by name; `KNOWN_EVERYWHERE` are passed over.

    Returns
    -------
    tuple
        The values by name, and what could not be read, in the order of the address.
    """
    values: dict[str, Any] = {}
    misread = []
    for name, text in query.items():
        if name in parameters:
            try:
                values[name] = parameters[name].read(text)
            except ValueError:
                misread.append(Misread(name, text, parameters[name].expected))
        elif name not in KNOWN_EVERYWHERE:
            misread.append(Misread(name, text, f"a parameter that this page knows: {', '.join(parameters)}"))
    return values, tuple(misread)


def tell_misread(misread: Iterable[Misread]) -> None:
    """Draw what could not be read of the address, if anything; a page calls it at its top."""
    sentences = [each.sentence() for each in misread]
    if sentences:
        text = sentences[0] if len(sentences) == 1 else "\n".join(f"- {sentence}" for sentence in sentences)
        st.warning(text, icon=":material/link_off:")


def take_query(page: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Read the address that a page is opened with, before its widgets are drawn and Streamlit binds them to it.

    Streamlit itself reads only the words that it writes, and drops the others without a word. What is written otherwise
    is put into the address in those words, and the page runs anew. What cannot be read is taken out of the address and
    kept until another page is opened, for `tell_misread_query`.

    Parameters
    ----------
    page
        The page's name.
    parameters
        What it expects, by the name of the parameter, which is the key of its widget if it has one.

    Returns
    -------
    dict
        The values by name, without those whose widget is drawn already: it has its own by now.
    """
    query = {name: text for name, text in st.query_params.to_dict().items() if name not in st.session_state}
    values, misread = read_query(query, parameters)
    opened, kept = st.session_state.get(_MISREAD, (page, ()))
    kept = {each.name: each for each in kept if opened == page} | {each.name: each for each in misread}
    st.session_state[_MISREAD] = (page, tuple(kept.values()))
    for each in misread:
        del st.query_params[each.name]
    written = {name: parameters[name].write(value) for name, value in values.items()}
    if any(query[name] != text for name, text in written.items()):
        st.query_params.update(written)
        st.rerun()
    return values


def tell_misread_query(used: Mapping[str, Callable[[], str]], place: DeltaGenerator) -> None:
    """Draw what `take_query` could not read, with what the page took instead; a page calls it last.

    Parameters
    ----------
    used
        By parameter, a function that gives the widget's value as the page writes it.
    place
        Container at the top of the page.
    """
    page, misread = st.session_state[_MISREAD]
    misread = tuple(
        each if each.used or each.name not in used else Misread(each.name, each.given, each.expected, used[each.name]())
        for each in misread
    )
    st.session_state[_MISREAD] = (page, misread)
    # What a widget took all the same is told beside it, with a way out.
    with place:
        tell_misread(each for each in misread if each.used != each.given)


def literal(text: str) -> str:
    """Text as Markdown shows it letter by letter, shortened where it is long."""
    line = " ".join(text.split())
    shown = line if len(line) <= _SHOWN_CHARACTERS else f"{line[: _SHOWN_CHARACTERS - 1]}…"
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{fence} {shown} {fence}"
