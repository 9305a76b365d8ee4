"""Matrix products: type two operands and see which row meets which column, and what it costs."""

import streamlit as st

from primer_core.language.spelling import shape_text
from primer_core.lessons.matmul import show as pictures
from primer_core.lessons.matmul.explain import NAMES, Product
from primer_core.lessons.matmul.presets import DEFAULT, PRESETS
from ui import shell
from ui.arrays.messages import failed, offer_operands, told
from ui.arrays.parts.matmul import asks, explain, parts
from ui.arrays.rule_table import rule_table
from ui.arrays.speed_bars import speed_panel
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict, what_happened

HELP = (
    "A shape (2, 3), which is filled by counting, an array [[1, 2], [3, 4]], or one of these changed: "
    "(2, 3).T, (3,)[:, None]; b may also say a.T."
)
ANSWERS = {
    "(8, 5, 7)": "Right. 5 rows remain, 3 is summed over, 7 columns remain, and the 8 matrices each meet the same b.",
    "(8, 5, 3, 7)": "The inner sizes are not kept: the 3 of a and the 3 of b are paired off and summed.",
    "(5, 7)": "Batch axes are not summed over. Each of the 8 matrices has its own product.",
    "error": "b has no batch axis, which counts as size 1 and is stretched, as in broadcasting.",
}


def operands() -> dict[str, str]:
    """Draw the operands; return what they say."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="operands"):
        a = st.text_input("Operand a", DEFAULT.a, key="a", bind="query-params", help=HELP)
        st.markdown("**@**", width=20, text_alignment="center")
        b = st.text_input("Operand b", DEFAULT.b, key="b", bind="query-params", help=HELP)
    return {"a": a, "b": b}


def judge(explained: Product) -> None:
    """Say in one chip how it ends."""
    if explained.refused is not None:
        verdict("error", f"operand {NAMES[explained.refused]} cannot be read")
    elif explained.shape is None:
        verdict("error", "these have no product")
    else:
        verdict("ok", f"gives shape {shape_text(explained.shape)}")


def clash(explained: Product) -> None:
    """Show NumPy's error, and each fix as a button that types it in."""
    failed(f"ValueError: {explained.error}")
    offer_operands(explained.fixes)


def code(explained: Product) -> None:
    """Show the snippet, in NumPy or in PyTorch where there is a product."""
    snippet = explained.code
    if explained.torch_code:
        library = st.segmented_control(
            "Code in", ["NumPy", "PyTorch"], key="library", default="NumPy", bind="query-params", required=True
        )
        snippet = explained.torch_code if library == "PyTorch" else snippet
    code_panel(snippet)


@st.fragment  # a change runs this alone, not the frame and the sidebar, which spares a quarter of the work
def lesson() -> None:
    """Draw everything under the claim."""
    above = st.container()  # the presets stand first, but which of them is on shows only after the widgets ran
    typed = operands()
    explained = explain(typed)
    with above:
        preset_pills([Preset(one.title, {"a": one.a, "b": one.b}) for one in PRESETS], question=asks(typed))
    judge(explained)
    with st.container(border=True):
        if explained.operands:
            shown = parts(typed, explained)
            rule_table(shown["rule"])
            linked_grids("grids", shown["grids"])
        if counted := pictures.flops_line(explained):
            st.html(f'<p class="primer-note">{counted}</p>')
        if explained.refusal is not None:
            told(explained.refusal)
        if explained.error is not None:
            clash(explained)
        if explained.overflowed:
            st.warning(pictures.OVERFLOW, icon=":material/warning:")
    left, right = st.columns([1.3, 1])
    if explained.operands:
        with left.container(border=True):
            what_happened(pictures.story(explained))
            if explained.code:
                code(explained)
    with right.container(border=True):
        predict_first("What is the shape of `(8, 5, 3) @ (3, 7)`?", ANSWERS, "(8, 5, 7)", key="guess")


@st.fragment
def speed() -> None:
    """Draw what is measured on demand."""
    with st.container(border=True):
        speed_panel()


spec = shell.begin("matmul")
lesson()
speed()
shell.finish(spec)
