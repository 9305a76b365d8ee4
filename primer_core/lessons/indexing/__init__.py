"""Indexing: which cells an index picks."""
