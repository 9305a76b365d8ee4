"""The shipped network behind streamlit-drawable-canvas, for comparison."""

import streamlit as st
import torch
from streamlit_drawable_canvas import st_canvas  # type: ignore[import-untyped]  # it comes without types

from primer_core.inference import predict_digit

torch.set_num_threads(1)
st.title("Canvas")
drawn = st_canvas(
    stroke_width=20,
    stroke_color="#fff",
    background_color="#000",
    width=320,
    height=320,
    return_image_data=True,
    key="canvas",
)
if drawn.image_data is not None:
    prediction = predict_digit(drawn.image_data[:, :, 0])
    if prediction.label is not None:
        st.text(f"Reads {prediction.label}: {prediction.probabilities[prediction.label]:.7f}")
