"""The kinds of messages, by theme."""
