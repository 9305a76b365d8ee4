"""What is asked of a library, NumPy or PyTorch. Importing this loads no PyTorch."""

from typing import Any

import numpy as np

from primer_core.backend.interface import LIBRARIES, Backend, Declined, Library
from primer_core.backend.numpy_backend import NUMPY
from primer_core.backend.torch_backend import pytorch

__all__ = ["LIBRARIES", "NUMPY", "Backend", "Declined", "Library", "backend", "backend_of", "pytorch", "takes_loading"]


def backend(library: Library) -> Backend:
    """Return what stands behind the name of a library; PyTorch is loaded when it is asked for more than code."""
    return NUMPY if library == NUMPY.library else pytorch()


def takes_loading(library: Library) -> bool:
    """Return whether a library has to be loaded before it is asked: PyTorch takes seconds, NumPy is always there."""
    return library != NUMPY.library


def backend_of(array: Any) -> Backend:
    """Return the backend of an array's own library: NumPy for arrays and NumPy scalars, else PyTorch."""
    return NUMPY if isinstance(array, np.ndarray | np.generic) else pytorch()
