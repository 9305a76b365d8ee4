"""The networks that can read a drawing: those that the app comes with, and those that this session trained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from primer_core.claims.claim import percent
from primer_core.data.registry import IMAGE_SETS
from primer_core.inference import load_checkpoint, plain_mlp, predict
from primer_core.models.registry import MODELS
from ui import cached, session
from ui.address import Parameter
from ui.training.words import in_words

if TYPE_CHECKING:
    from torch import nn

    from primer_core.training import Run
    from primer_core.training.run import RunState

KEY = "network"
_LISTS = "lists of networks"
WEIGHTS_FILE = "network.pt"
_PEN_ROW = re.compile(r"the same, drawn on the pad with a pen of width (\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network to choose.

    Parameters
    ----------
    id
        Of the choice.
    title
        What the list of choices calls it.
    classes
        Names of its ten outputs.
    about
        Where it comes from and how well it reads images that it did not learn from, in Markdown.
    setup
        Python that defines ``model``, for the code panel.
    load
        Gives it; raises LookupError, with a sentence, where it is gone.
    weights
        Content of `WEIGHTS_FILE`, where `setup` reads that.
    """

    id: str
    title: str
    classes: tuple[str, ...]
    about: str
    setup: str
    load: Callable[[], nn.Module]
    weights: bytes | None = None


def parameter() -> Parameter:
    """What the address may name by `KEY`: the id of a network of `choices`."""
    ids = [network.id for network in choices()]

    def read(text: str) -> str:
        if text not in ids:
            raise ValueError(text)
        return text

    return Parameter("shipped, plain, or the id of a network that was trained here and is still kept", read)


def choose(place: DeltaGenerator, named: str | None) -> Network:
    """Draw the list of choices and give the chosen one.

    The address names it by its id, the list by its title; binding the widget would put the title in the address.

    Parameters
    ----------
    place
        Column to draw the list in.
    named
        Id of the network that the address names, which `parameter` has read; None where it names none.
    """
    known = {network.id: network for network in choices()}
    ids = list(known)

    def name_in_address() -> None:
        st.query_params[KEY] = st.session_state[_list_key()]

    return known[
        place.selectbox(
            "Network",
            ids,
            index=ids.index(named) if named else 0,
            format_func=lambda one: known[one].title,
            key=_list_key(),
            on_change=name_in_address,
        )
    ]


def use(network: str) -> None:
    """Have `choose` draw a new list that chooses a network of `choices`, by its id, when the page runs again.

    A value that is set while a fragment runs, which does not draw the list, never reaches the list in the browser.
    """
    st.session_state[_LISTS] = st.session_state.get(_LISTS, 0) + 1
    st.query_params[KEY] = network


def chosen() -> str | None:
    """Give the id of the network that the list shows; None before it is drawn."""
    return st.session_state.get(_list_key())


def _list_key() -> str:
    return f"list of networks {st.session_state.get(_LISTS, 0)}"


def choices() -> tuple[Network, ...]:
    """The two networks that the app comes with, then this session's finished runs on images, the latest first."""
    desk = session.desk()
    if desk is None:
        return (_shipped(), _plain())
    runs = [run for run in desk.finished if run.spec.data in IMAGE_SETS]
    trained = [_trained(desk.id, run, number) for number, run in zip(range(len(runs), 0, -1), runs, strict=True)]
    return (_shipped(), _plain(), *trained)


@st.cache_data(show_spinner=False, max_entries=2)
def _model_card(checkpoint: Path) -> str:
    """What a network that the app comes with is, and how well it reads, out of its model card."""
    file = checkpoint.with_suffix(".md")
    opening, *sections = file.read_text(encoding="utf-8").split("\n## ")
    (accuracy,) = (section for section in sections if section.startswith("Held-out accuracy"))
    about, table = opening.split("\n\n")[1], accuracy.split("\n\n")[1]
    return f"{about}\n\n{_widths_in_a_row(table)}\n\nMore in its model card, `{'/'.join(file.parts[-4:])}`."


def _widths_in_a_row(table: str) -> str:
    """The model card's table of accuracies, with one column for each width of the pen and its words said once."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]
    by_width = [(found[1], share) for what, share in rows if (found := _PEN_ROW.fullmatch(what))]
    (what, share), *_ = rows
    cells = ["Pen width", *(width for width, _ in by_width)], ["Read correctly", *(share for _, share in by_width)]
    head, values = (f"| {' | '.join(line)} |" for line in cells)
    rule = "|---" * len(cells[0]) + "|"
    return f"{share} of {what} are read correctly. The same, drawn on the pad:\n\n{head}\n{rule}\n{values}"


def _shipped() -> Network:
    return Network(
        id="shipped",
        title="Shipped network",
        classes=IMAGE_SETS["mnist"].classes,
        about=_model_card(predict.CHECKPOINT),
        setup="from primer_core.inference import load_checkpoint\n\nmodel = load_checkpoint()",
        load=load_checkpoint,
    )


def _plain() -> Network:
    return Network(
        id="plain",
        title="Plain MLP",
        classes=IMAGE_SETS["mnist"].classes,
        about=_model_card(plain_mlp.CHECKPOINT),
        setup="from primer_core.inference.plain_mlp import load_plain_mlp\n\nmodel = load_plain_mlp()",
        load=plain_mlp.load_plain_mlp,
    )


def _made_with(run: Run, state: RunState) -> str:
    """What a run's network was made with, so that no two of them look the same."""
    parts = [in_words(state.spec)]
    if state.network_step != state.total_steps:
        parts.append(f"as of batch {state.network_step}")
    if any(change.setting not in ("epochs", "target", "patience") for change in run.history.changes):
        parts.append("changed on the way")
    return " · ".join(parts)


def _trained(desk_id: str, run: Run, number: int) -> Network:
    spec, state = run.spec, run.state()
    accuracy, step = state.test_accuracy, state.network_step
    images = IMAGE_SETS[spec.data]
    measured = "" if accuracy is None else f", {percent(accuracy)} of its test images read correctly"
    reads = "" if accuracy is None else f", {percent(accuracy)} right"
    return Network(
        id=run.id,
        title=f"My network {number}{reads}: {_made_with(run, state)}",
        classes=images.classes,
        about=(
            f"{MODELS[spec.model].title}: a copy of another network that learned digits of your own{measured}."
            if spec.start
            else f"{MODELS[spec.model].title}, trained in this session on {images.title}{measured}. It saw whole "
            "images from files, never a drawing made with a mouse."
        ),
        setup="\n".join(
            (
                "from pathlib import Path",
                "from primer_core.inference import load_trained",
                "from primer_core.training import RunSpec",
                "",
                f"# {WEIGHTS_FILE} is what “Download its weights” on the page gives.",
                f"spec = RunSpec.from_json({spec.to_json()!r})",
                f"model = load_trained(spec, Path({WEIGHTS_FILE!r}).read_bytes())",
            )
        ),
        load=lambda: cached.trained_network(desk_id, run.id, step),
        weights=run.state_dict_bytes,
    )
