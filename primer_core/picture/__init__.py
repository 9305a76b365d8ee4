"""What can be drawn, as plain data: it imports nothing of the project."""
