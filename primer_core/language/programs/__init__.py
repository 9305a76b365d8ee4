"""Whole programs: what Python has beyond expressions and simple statements, read and run over the one language."""
