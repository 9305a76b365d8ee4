"""What a learner types, read as Python's syntax and never evaluated as such: one module a kind of text."""
