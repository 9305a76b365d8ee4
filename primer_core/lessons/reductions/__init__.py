"""Reductions: which cells each result is made of."""
