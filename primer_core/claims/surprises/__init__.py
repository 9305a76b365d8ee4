"""What may surprise in a line of a program that ran without an error, by theme."""
