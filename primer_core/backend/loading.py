"""The one door by which torch comes into the server: once, with one thread, and out of the garbage collector's way.

Importing torch takes 1.5 to 2 seconds and leaves some hundred thousand objects that live as long as the process. They
are frozen, so that later collections, which hold the interpreter, pass over them. torch computes with one thread,
because threads that wait for each other beside a busy server make it slower by orders of magnitude.

Code that needs torch calls `load_torch` and then imports it, so that the type checker still knows the module:

>>> load_torch()
>>> import torch
>>> torch.get_num_threads()
1

The training workers are processes of their own and don't come through here.
"""

import atexit
import gc
import threading

_loading = threading.Lock()
_loaded = threading.Event()
_starting = threading.Lock()
_loader: threading.Thread | None = None


def load_torch() -> None:
    """Load torch unless it is loaded; return once it is.

    Any number of threads may call this: one of them loads, the others wait for it.

    Raises
    ------
    ImportError
        If torch is not installed. The next call tries again.
    """
    if _loaded.is_set():
        return
    with _loading:
        if _loaded.is_set():
            return
        import torch

        torch.set_num_threads(1)
        gc.collect()
        gc.freeze()
        # At exit they are given back: what the last collection cannot free, triton (which torch's optimisers load)
        # reports as leaked, in a hundred lines that hide what a server or pytest said last.
        atexit.register(gc.unfreeze)
        _loaded.set()


def torch_is_loaded() -> bool:
    """Whether `load_torch` has returned before, so that the next call takes no time."""
    return _loaded.is_set()


def load_torch_in_background() -> None:
    """Start to load torch, unless that has been started, and return at once.

    A page whose next answer may need torch calls this when it is opened; the answer itself calls `load_torch`, which
    waits for the rest.
    """
    global _loader
    with _starting:
        if torch_is_loaded() or (_loader is not None and _loader.is_alive()):
            return
        _loader = threading.Thread(target=load_torch, name="load torch", daemon=True)
        _loader.start()
