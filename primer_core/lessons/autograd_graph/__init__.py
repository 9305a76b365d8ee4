"""Autograd graph: a program's graph as PyTorch records it, forward and backward."""
