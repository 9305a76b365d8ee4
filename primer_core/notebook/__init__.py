"""Explanations that show themselves in a notebook, with their pictures, and in a terminal as text."""

from primer_core.notebook.explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
