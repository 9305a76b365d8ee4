"""How the array lessons look: each explanation laid out as grids, links and formulas."""
