"""Every cached resource: what is made once for the server, and what is made once for a session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from primer_core.backend.loading import load_torch
from primer_core.claims.claim import thousands
from ui.browsers import LEARNER_COOKIE, OpenPages, read_secret

if TYPE_CHECKING:
    from torch import nn

    from primer_core.training.desk import Desks
    from primer_core.training.landscape import Landscape
    from primer_core.training.run import Run


@st.cache_resource(show_spinner=False)
def training_desks() -> Desks:
    """The training service of this server, with the desks of its learners."""
    from primer_core.training.desk import Desks
    from primer_core.training.service import TrainingService, cluster_address

    return Desks(TrainingService(cluster=cluster_address()))


#: Validation samples whose loss is taken at each point of a landscape: the first so many.
SAMPLES_OF_A_LANDSCAPE = 200


def _learner() -> str:
    """The secret that this browser was given by `ui.browsers`, or a new one where it keeps none."""
    return read_secret(st.context.cookies.get(LEARNER_COOKIE)) or secrets.token_urlsafe(18)


#: The pages that are open on this server.
PAGES = OpenPages()


@dataclass(eq=False)
class Seat:
    """A browser session's place at a desk; given up when the session ends.

    Parameters
    ----------
    visitor
        Names the session.
    learner
        Names whose session it is: the same in all tabs of a browser, and after a reload.
    desk_id
        The desk, if it sits at one.
    """

    visitor: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    learner: str = field(default_factory=_learner)
    desk_id: str | None = None

    def __post_init__(self) -> None:
        """Count the page among those of its browser."""
        PAGES.enter(self.learner, self.visitor)

    def stand_up(self) -> None:
        """Leave the desk; the page is still open."""
        if self.desk_id is not None:
            training_desks().leave(self.desk_id, self.visitor)

    def give_up(self) -> None:
        """Tell all that this session is gone. Does not block: sessions end on the server's own thread."""
        PAGES.leave(self.learner, self.visitor)
        self.stand_up()


@st.cache_resource(scope="session", on_release=Seat.give_up, show_spinner=False)
def seat() -> Seat:
    """This session's seat."""
    return Seat()


@st.cache_resource(max_entries=64, show_spinner=False)
def trained_network(desk_id: str, run_id: str, step: int | None) -> nn.Module:  # noqa: ARG001 - part of the key
    """The network that a run left after so many batches, ready to read images of (n, 1, 28, 28) in [0, 1].

    Raises
    ------
    LookupError
        If the run is not kept any more.
    """
    desk = training_desks().get(desk_id)
    run = next((run for run in desk.finished if run.id == run_id), None) if desk else None
    if run is None:
        raise LookupError("That run is not kept any more.")
    load_torch()
    return run.network()


@st.cache_data(max_entries=64, show_spinner=False)
def landscape_of(run_id: str, step: int, seed: int, _run: Run) -> tuple[Landscape, int]:  # noqa: ARG001 - part of the key
    """The ground around a run's network as it was at the kept moment nearest to a batch, and which batch that is.

    Raises
    ------
    LookupError
        If no moment of the run is kept.
    """
    from primer_core.training.moments import moment_near

    moment = moment_near(_run, step)
    if moment is None:
        raise LookupError("no moment of this run is kept")
    load_torch()
    from primer_core.data import images_to_floats, toy_points
    from primer_core.data.overview import images_of
    from primer_core.inference import load_trained
    from primer_core.training.landscape import landscape
    from primer_core.training.spec import TOY

    if _run.spec.data == TOY:
        points = toy_points()
        inputs, labels = points.test_points, points.test_labels
    else:
        validation = images_of(_run.spec.data).validation
        inputs = images_to_floats(validation.images[:SAMPLES_OF_A_LANDSCAPE], 0.0, 1.0, normalise=False)
        labels = validation.labels[:SAMPLES_OF_A_LANDSCAPE]
    return landscape(load_trained(_run.spec, moment.state_dict_bytes()), inputs, labels, seed), moment.step


@st.cache_data(max_entries=16, show_spinner=False)
def layers(model: str) -> list[dict[str, str]]:
    """The layers of an architecture as rows of a table, with their sum as the last."""
    load_torch()
    from primer_core.models import MODELS, SAMPLE_SHAPES, build_model, describe

    summaries = describe(build_model(model, seed=0), SAMPLE_SHAPES[MODELS[model].takes])

    def row(layer: str, shape: str, parameters: int, flops: int) -> dict[str, str]:
        return {
            "layer": layer,
            "output shape": shape,
            "parameters": thousands(parameters),
            "FLOPs per sample": thousands(flops),
        }

    return [
        *(
            row(layer.kind, f"(batch, {', '.join(map(str, layer.output_shape))})", layer.parameters, layer.flops)
            for layer in summaries
        ),
        row("**all**", "", sum(layer.parameters for layer in summaries), sum(layer.flops for layer in summaries)),
    ]
