"""Matrix products: the row and the column that meet."""
