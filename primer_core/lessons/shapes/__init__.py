"""Shapes: a pipeline of shape changes."""
