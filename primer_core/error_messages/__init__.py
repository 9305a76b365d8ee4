"""Error messages of NumPy, PyTorch and Python, read from pasted text: what was raised, and where."""

from primer_core.error_messages.pasted import Frame, Pasted, Raised, read

__all__ = ["Frame", "Pasted", "Raised", "read"]
