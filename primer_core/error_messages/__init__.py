"""Error messages of NumPy, PyTorch and Python, read from pasted text: what was raised where, why, and what helps.

`read` takes a text apart, and `recognise` finds the kind of its message and reads the facts out of it. Nothing here
runs code, and nothing imports NumPy or PyTorch: only text is read.
"""

from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand
from primer_core.error_messages.pasted import Frame, Pasted, Raised, read
from primer_core.error_messages.table import KINDS, Recognised, Unknown, is_error, recognise

__all__ = [
    "KINDS",
    "Cause",
    "Frame",
    "Kind",
    "LessonLink",
    "Mistake",
    "Operand",
    "Pasted",
    "Raised",
    "Recognised",
    "Unknown",
    "is_error",
    "read",
    "recognise",
]
