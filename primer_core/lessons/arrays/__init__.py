"""Arrays: what an array is made of, and how it lies in memory."""
