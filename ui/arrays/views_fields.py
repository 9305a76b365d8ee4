"""Fields of the lesson on views: what a learner writes or chooses, and what an edited cell writes for them."""

from dataclasses import dataclass

import streamlit as st

from primer_core.backend import Library, loading
from primer_core.lessons.views.explain import Views, explain_view
from primer_core.lessons.views.presets import DEFAULT, VIEWS, View, choices, opening
from ui.arrays.messages import literally
from ui.arrays.parts.views import LIBRARIES, edit
from ui.components.linked_grids import CellEvent

_HELP = (
    "What is done to a name: a[1:, ::2], a[..., None], a[[0, 2]], a[a > 5], a.reshape(4, 3), a.T.ravel(), "
    "as_strided(a, (4, 3), (8, 8)), torch.from_numpy(a)."
)
_TO = "(12,)"
_HELP_THEN = "Statements, with ; between them: b[0, 1] = 99; a += 1; a = a + 1; a[:] = 0; a[[1, 2]][0] = 100."


@dataclass(frozen=True, slots=True)
class Typed:
    """What all fields say."""

    view: View
    library: Library
    a: str
    b: str
    c: str = ""
    then: str = ""
    to: str = ""

    @property
    def said(self) -> dict[str, str]:
        """What they say, by their keys."""
        said = {"view": self.view, "lib": self.library, "a": self.a, "b": self.b}
        return said | {"c": self.c, "then": self.then}


def choose_view() -> View:
    """Draw the choice between the parts of the page."""
    came = "view" not in st.session_state
    view: View = st.segmented_control(
        "View", list(VIEWS), key="view", default=VIEWS[0], bind="query-params", required=True,
        label_visibility="collapsed", on_change=_open,
    )  # fmt: skip
    if came and not {"lib", "a", "b", "c", "then", "to"} & set(st.query_params):
        _open()
    return view


def _open() -> None:
    """Have a part of the page show something as soon as it is opened; what a learner typed stays."""
    said = {"lib": "NumPy", "a": DEFAULT.a, "b": DEFAULT.b, "to": _TO}
    said |= {key: st.session_state[key] for key in (*said, "c", "then") if key in st.session_state}
    example = opening(st.session_state["view"], said)
    if example is not None:
        st.session_state.update({key: text for key, text in example.values.items() if key != "view"})


def fields(view: View) -> Typed:
    """Draw the fields of a part of the page."""
    for hidden in ("c", "then", "to"):  # the other parts' fields are not drawn, and Streamlit would forget them
        if hidden in st.session_state:
            st.session_state[hidden] = st.session_state[hidden]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        library = st.segmented_control(
            "Base made by", LIBRARIES, key="lib", default="NumPy", bind="query-params", required=True
        )
        st.selectbox(
            "Choose an operation", _choices(), None, key="pick", on_change=_picked, placeholder="for b", width=230
        )
    wide = st.columns([1.25, 1.25, 1] if view == "Refused views" else [1.2, 1.2, 1, 1.2])
    a = wide[0].text_input("Base a", DEFAULT.a, key="a", bind="query-params", help="A shape, (3, 4), or an array.")
    b = wide[1].text_input("b =", DEFAULT.b, key="b", bind="query-params", help=_HELP)
    if view == "Refused views":
        to = wide[2].text_input("Shape that b should be viewed in", _TO, key="to", bind="query-params")
        return Typed(view, library, a, b, to=to)
    c = wide[2].text_input("c =", key="c", bind="query-params", help=_HELP, placeholder="nothing")
    then = wide[3].text_input("Then", key="then", bind="query-params", help=_HELP_THEN, placeholder="nothing")
    return Typed(view, library, a, b, c, then)


def load_torch(typed: Typed) -> None:
    """Load torch if what is typed needs it."""
    if typed.library == "PyTorch" or any("torch" in text for text in (typed.b, typed.c, typed.then)):
        with st.spinner("Loading PyTorch, which takes a second or two, once."):
            loading.load_torch()


def write_cell(found: Views, event: CellEvent) -> None:
    """Append the statement that an edited cell stands for to the field of statements, or say why it has none."""
    made = edit(found, st.session_state["then"], event)
    if made is None:
        return
    st.session_state["then"] = made.then
    if made.refusal is not None:
        st.toast(literally(made.refusal), icon=":material/info:")


def _choices() -> list[str]:
    """Operations for the base that stands, or for the first example where none does."""
    state = st.session_state
    found = explain_view(state.get("a", DEFAULT.a))
    shape = found.before.called("a").values.shape if found.before else (3, 4)
    return list(choices(shape, state.get("lib", "NumPy")))


def _picked() -> None:
    if st.session_state["pick"]:
        st.session_state["b"] = st.session_state["pick"]
        st.session_state["pick"] = None
