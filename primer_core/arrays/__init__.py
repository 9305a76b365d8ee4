"""Arrays explained: one concept a file, each turning a question into a frozen explanation made by NumPy."""
