"""The playground: plane, network, losses and settings; the browser's part is ``static/primer/playground.js``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from primer_core.lessons.playground.presets import PRESETS
from primer_core.lessons.playground.question import PlaygroundQuestion
from primer_core.lessons.question import ChoiceField, NumberField, SwitchField, WholeField
from ui.address import on_this_server
from ui.components.folder import ModuleComponent
from ui.playground import ADDRESS

_component = ModuleComponent.of_folder(Path(__file__).parent)

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Points": ("data", "count", "noise", "share", "seed"),
    "Network": ("activation", "outputs"),
    "Training": ("optimizer", "rate", "batch", "drop_last"),
}


def playground(key: str, question: PlaygroundQuestion, *, opened: str, problems: Sequence[str], code: str) -> None:
    """Draw the playground.

    Parameters
    ----------
    key
        Of the element.
    question
        That the page is opened with.
    opened
        The query of its address, as it was read.
    problems
        What could not be taken of it, a sentence each.
    code
        Key of the `ui.components.code_view` that shows the script.
    """
    data = {
        "address": on_this_server(ADDRESS),
        "opened": opened,
        "question": question.texts(),
        "usual": PlaygroundQuestion().texts(),
        "problems": list(problems),
        "presets": [{"title": preset.title, "question": preset.question.texts()} for preset in PRESETS],
        "fields": [_field(name, group) for group, names in _GROUPS.items() for name in names],
        "code": code,
    }
    _component.mount(key, data)


def _field(name: str, group: str) -> dict[str, Any]:
    field = PlaygroundQuestion.fields()[name]
    told: dict[str, Any] = {"name": name, "label": field.label, "group": group}
    match field:
        case ChoiceField(options=options):
            told["options"] = [*map(list, options.items())]
        case SwitchField():
            told["check"] = True
        case NumberField() | WholeField():
            told |= {"least": field.least, "most": field.most, "step": field.step}
    return told
