"""The ground around the network of the run on the desk, on the page: a surface to turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from primer_core.training.landscape import SIZE
from primer_core.training.spec import TOY
from ui import cached, session
from ui.controls import whole_number_field

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from primer_core.training.landscape import Landscape

#: Key in the session's state: the run whose ground is shown, and the batch that it had come to then.
_SEEN = "landscape_seen"
#: The seeds of the two directions go from 0 to this.
MOST_SEED = 999

_ABOUT = (
    "A network stands at one point of a space with an axis for each weight. Two random directions through that point "
    "span a plane, and above it lies the loss: what a step that way would cost. A step of 1 is as long as the weights "
    "themselves. It is one plane of very many; another seed shows another."
)


@st.fragment
def draw() -> None:
    """Draw the ground around the network of the run on this session's desk."""
    with st.expander(
        "The ground around the network", icon=":material/landscape:", key="landscape", on_change="rerun"
    ) as shown:
        if not shown.open:
            return
        desk = session.desk()
        run = desk.current if desk else None
        if run is None:
            st.html('<p class="primer-note">Start a run: the loss around its weights is shown here.</p>')
            return
        st.html(f'<p class="primer-note">{_ABOUT}</p>')
        seed_column, again_column = st.columns([1, 2], vertical_alignment="bottom")
        with seed_column:
            seed = whole_number_field("Seed of the two directions", "landscape_seed", 0, bound=False)
        again = again_column.button("Look again where the run is now", key="landscape_again", icon=":material/refresh:")
        if not isinstance(seed, int) or not 0 <= seed <= MOST_SEED:
            st.warning(f"The seed is a whole number from 0 to {MOST_SEED}, not {seed!r}.", icon=":material/block:")
            return
        # A run that goes on has the page run again and again: the ground is computed anew only when that is asked for.
        seen, step = st.session_state.get(_SEEN, ("", 0))
        if again or seen != run.id:
            step = run.state().step
            st.session_state[_SEEN] = (run.id, step)
        try:
            with st.spinner(f"Computing {SIZE**2} losses"):
                found, at = cached.landscape_of(run.id, step, seed, _run=run)
        except LookupError as error:
            st.info(f"There is nothing to see yet: {error}.", icon=":material/hourglass_empty:")
            return
        whole = (
            "the two validation points"
            if run.spec.data == TOY
            else f"{cached.SAMPLES_OF_A_LANDSCAPE} validation images"
        )
        lowest, along_u, along_v = found.lowest
        st.html(
            f'<p class="primer-note">After {at} batches, on {whole}: the loss here is {found.here:.4g}. The lowest of '
            f"these {len(found.steps) ** 2} points has {lowest:.4g}, at {_signed(along_u)} along u and "
            f"{_signed(along_v)} along v.</p>"
        )
        # No bar of buttons: one of them would upload the picture to a third party.
        st.plotly_chart(surface(found), config={"displayModeBar": False}, key="landscape_surface")


def surface(found: Landscape) -> Figure:
    """Draw a landscape as a surface, with the network as a point on it."""
    from plotly.graph_objects import Figure, Scatter3d, Surface

    axes: dict[str, Any] = {
        "xaxis": {"title": {"text": "along v"}},
        "yaxis": {"title": {"text": "along u"}},
        "zaxis": {"title": {"text": "loss in nats"}, "rangemode": "tozero"},
    }
    figure = Figure(
        [
            Surface(
                x=found.steps,
                y=found.steps,
                z=found.losses,
                colorscale="Viridis",
                showscale=False,
                opacity=0.92,
                contours={"z": {"show": True, "usecolormap": True, "project": {"z": True}}},
                hovertemplate="%{y:+.2f} along u, %{x:+.2f} along v: %{z:.4g} nats<extra></extra>",
            ),
            Scatter3d(
                x=[0.0],
                y=[0.0],
                z=[found.here],
                mode="markers+text",
                text=["the network"],
                marker={"size": 6, "color": "#d9480f"},
                hovertemplate="the network: %{z:.4g} nats<extra></extra>",
            ),
        ]
    )
    figure.update_layout(
        scene={**axes, "aspectmode": "cube"}, height=520, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False
    )
    return figure


def _signed(step: float) -> str:
    return f"{step:+.1f}".replace("-", "−") if step else "0"
