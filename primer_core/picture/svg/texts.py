"""Texts of an SVG: what XML allows, how wide they are at most, and where they are broken into lines."""

import re
import unicodedata

_ALLOWED = {"\t", "\n", "\r"}


def escape(text: str) -> str:
    """A text as XML content or attribute value, whatever is in it."""
    clean = "".join(char if _is_allowed(char) else "\ufffd" for char in text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(char, entity)
    for char in _ALLOWED:
        clean = clean.replace(char, f"&#{ord(char)};")
    return clean


def _is_allowed(char: str) -> bool:
    """Whether XML 1.0 has the character: no control characters but three, no surrogates, no U+FFFE and U+FFFF."""
    code = ord(char)
    return char in _ALLOWED or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def mono_width(text: str, size: float) -> float:
    """At most how wide a text is in a font whose letters are all as wide."""
    return sum(1.05 if _is_wide(char) else 0.0 if _is_mark(char) else 0.605 for char in text) * size


def sans_width(text: str, size: float) -> float:
    """At most how wide a text is, by the widths of DejaVu Sans, the widest of the usual fonts."""
    return sum(1.05 if _is_wide(char) else 0.0 if _is_mark(char) else _sans_share(char) for char in text) * size


_SHARES = {char: share for chars, share in ((" .,", 0.33), ("ijlI'|", 0.33), ("ft()[]:;!/-r", 0.42), ("mMW@%—⋯…", 1.0),
           ("w", 0.83), ("+=<>−→×÷↓~^", 0.84)) for char in chars}  # fmt: skip


def _sans_share(char: str) -> float:
    return _SHARES.get(char) or (0.75 if char.isupper() else 0.64)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) != 0 or unicodedata.category(char) == "Cf"


def words(text: str) -> list[str]:
    """A text in words, each with the space behind it."""
    return re.split("(?<= )", text)


def broken(text: str, size: float, room: float, *, mono: bool = False) -> list[str]:
    """A text in lines of at most `room` pixels, broken after spaces, or anywhere in a word that is longer."""
    measure = mono_width if mono else sans_width
    if measure(text, size) <= room:
        return [text]
    lines = [""]
    for word in words(text):
        pieces = [word] if measure(word, size) <= room else list(word)
        for piece in pieces:
            if lines[-1] and measure(lines[-1] + piece.rstrip(" "), size) > room:
                lines.append("")
            lines[-1] += piece
    return lines
