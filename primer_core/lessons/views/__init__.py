"""Views and copies: what shares memory with what."""
