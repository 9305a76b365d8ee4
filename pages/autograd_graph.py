"""Autograd graph: type a program, and play PyTorch's own graph of it forward and backward, node by node."""

from ui.lesson_page import lesson_page

lesson_page("autograd_graph")
