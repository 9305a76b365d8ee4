"""Claims as the text of a page: the spans of their sentences, with the names of operands in their colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from primer_core.claims import claim as claims
from primer_core.claims.claim import Claim
from primer_core.picture.text import Code, Hue, Name, Role, Span, Strong, Text, text

_NO_ROLES: Mapping[str, Role] = {}
_NO_HUES: Mapping[str, Hue] = {}


def spoken(claim: Claim, roles: Mapping[str, Role] = _NO_ROLES, hues: Mapping[str, Hue] = _NO_HUES) -> Text:
    """Write a claim as a text.

    Parameters
    ----------
    claim
        What is said.
    roles
        Whose colour a name wears; the plain one where it is not listed.
    hues
        Which colour the letter of an axis wears; the plain one where it is not listed.
    """
    return text(*(_span(span, roles, hues) for span in claim.sentence()))


def written(sentence: claims.Sentence) -> Text:
    """Write a sentence as a text, in which no name has a colour."""
    return text(*(_span(span, _NO_ROLES, _NO_HUES) for span in sentence))


def paragraphs(
    said: Sequence[Claim], roles: Mapping[str, Role] = _NO_ROLES, hues: Mapping[str, Hue] = _NO_HUES
) -> tuple[Text, ...]:
    """Write claims as a paragraph each."""
    return tuple(spoken(claim, roles, hues) for claim in said)


def together(said: Sequence[Claim], roles: Mapping[str, Role] = _NO_ROLES) -> Text:
    """Write claims as one paragraph, one after another."""
    return text(*(span for place, claim in enumerate(said) for span in (" " * (place > 0), *spoken(claim, roles))))


def _span(span: claims.Span, roles: Mapping[str, Role], hues: Mapping[str, Hue]) -> Span:
    match span:
        case str():
            return span
        case claims.Code(words):
            return Code(words)
        case claims.Strong(words):
            return Strong(words)
        case claims.Name(name):
            return Name(name, roles.get(name, "plain"))
        case claims.Letter(letter):
            return Name(letter, hues.get(letter, "plain"))
        case _:
            assert_never(span)
