"""Softmax and cross-entropy: from logits to a loss and its gradient."""
