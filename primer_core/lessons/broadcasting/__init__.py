"""Broadcasting: how arrays of different shapes meet."""
