"""The live training page's two halves: its settings, and the panel that follows a run."""
