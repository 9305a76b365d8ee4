"""The colours of pictures that are drawn without a browser: the app's light and dark theme, and a page's own.

Colour says where a value came from. The values are those of ``.streamlit/config.toml``; a test compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours, each as CSS writes it.

    Parameters
    ----------
    ground, ink, soft, line, accent
        The page, its text, its lesser text, its borders, and what is emphasised.
    roles
        By `primer_core.picture.grid.Role`: fill and text of a cell.
    tones
        By `primer_core.picture.grid.Tone` except ``plain``: fill and text of a badge.
    own
        By `primer_core.picture.grid.Role`: what is filled without a text on it, such as a bar.
    paints_ground
        Whether a drawing paints the ground, which one in a page leaves to the page.
    """

    ground: str
    ink: str
    soft: str
    line: str
    accent: str
    roles: Mapping[str, tuple[str, str]]
    tones: Mapping[str, tuple[str, str]]
    own: Mapping[str, str]
    paints_ground: bool = True

    def letter(self, hue: int) -> str:
        """Return the colour of the letters that name an axis, of one of `LETTERS`."""
        return self.mix(LETTERS[hue], self.ink, 62)

    def mix(self, first: str, second: str, percent: int) -> str:
        """Mix so many percent of one colour of this palette with another, in sRGB."""
        if not first.startswith("#") or not second.startswith("#"):
            return f"color-mix(in srgb, {first} {percent}%, {second})"
        pairs = zip(_channels(first), _channels(second), strict=True)
        return "#" + "".join(f"{round((a * percent + b * (100 - percent)) / 100):02x}" for a, b in pairs)


LETTERS = ("#b4236b", "#0b6d80", "#5b3fc4", "#8a4b08", "#3d6b1f", "#a3290f")
"""What tells axes apart that are named by letters, before it is mixed with the ink; ``theme.css`` has the same."""


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


_LIGHT = {
    "ground": "#ffffff",
    "ink": "#1c2330",
    "soft": "#667085",
    "line": "#e3e6ea",
    "accent": "#3a5bd9",
    "own-a": "#5f9fd4",
    "own-b": "#d39a2d",
    "own-c": "#a884d8",
    "a-fill": "#e2edf9",
    "a-text": "#0a4a7f",
    "b-fill": "#fdeed3",
    "b-text": "#7a4a00",
    "c-fill": "#efe6f8",
    "c-text": "#5a2f8f",
    "result-fill": "#dcf2ea",
    "result-text": "#05593f",
    "plain-fill": "#f7f8fa",
    "plain-text": "#1c2330",
    "bad-fill": "#fde8e2",
    "bad-text": "#a3290f",
}
_DARK = {
    "ground": "#11151c",
    "ink": "#e7eaf0",
    "soft": "#98a2b3",
    "line": "#2a313d",
    "accent": "#8ea6ff",
    "own-a": "#5f9fd4",
    "own-b": "#d39a2d",
    "own-c": "#a884d8",
    "a-fill": "#12324e",
    "a-text": "#a9d4ff",
    "b-fill": "#43300c",
    "b-text": "#ffd48a",
    "c-fill": "#33224d",
    "c-text": "#d3b8f5",
    "result-fill": "#0f3a2e",
    "result-text": "#93e6c9",
    "plain-fill": "#181d26",
    "plain-text": "#e7eaf0",
    "bad-fill": "#43170e",
    "bad-text": "#ffb4a3",
}
VARIABLES: Mapping[str, str] = {f"--primer-{name}": colour for name, colour in _LIGHT.items()}
"""The CSS variables that a page may set for pictures drawn in its own colours, with what stands in for each."""


def _palette(colours: Mapping[str, str], *, paints_ground: bool = True) -> Palette:
    def pair(name: str) -> tuple[str, str]:
        return colours[f"{name}-fill"], colours[f"{name}-text"]

    return Palette(
        ground=colours["ground"],
        ink=colours["ink"],
        soft=colours["soft"],
        line=colours["line"],
        accent=colours["accent"],
        roles={role: pair(role) for role in ("a", "b", "c", "result", "plain")},
        tones={"good": pair("result"), "warn": pair("b"), "bad": pair("bad"), "info": pair("a")},
        own={
            **{role: colours[f"own-{role}"] for role in ("a", "b", "c")},
            "result": colours["result-text"],
            "plain": colours["soft"],
        },
        paints_ground=paints_ground,
    )


PALETTES: Mapping[str, Palette] = {
    "light": _palette(_LIGHT),
    "dark": _palette(_DARK),
    "page": _palette({name: f"var(--primer-{name}, {colour})" for name, colour in _LIGHT.items()}, paints_ground=False),
}


def page_variables() -> str:
    """Return CSS declarations of all `VARIABLES`, each light or dark as the page's colour scheme is."""
    return "; ".join(f"--primer-{name}: light-dark({light}, {_DARK[name]})" for name, light in _LIGHT.items())
