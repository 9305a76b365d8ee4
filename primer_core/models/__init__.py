"""Architectures by name, and what each is made of."""

from primer_core.models.describe import LayerSummary, describe
from primer_core.models.registry import MODELS, SAMPLE_SHAPES, ModelEntry, build_model, build_with_random_state

__all__ = [
    "MODELS",
    "SAMPLE_SHAPES",
    "LayerSummary",
    "ModelEntry",
    "build_model",
    "build_with_random_state",
    "describe",
]
