"""Gradients, watched: PyTorch's graph of a program, back-propagation by hand, softmax with cross-entropy."""

from primer_core.autograd.backprop import hand_backprop
from primer_core.autograd.softmax import explain_softmax
from primer_core.autograd.tracing import trace

__all__ = ["explain_softmax", "hand_backprop", "trace"]
