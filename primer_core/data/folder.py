"""Where the downloaded data sets live."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder(root: str | os.PathLike[str] | None = None) -> Path:
    """Give the folder that holds the data sets; it need not exist yet.

    Parameters
    ----------
    root
        The folder to use. None means the one in the environment variable ``PRIMER_DATA``, else ``primer`` in
        the platform's cache folder: ``XDG_CACHE_HOME`` or ``~/.cache`` on Linux, ``~/Library/Caches`` on
        macOS, ``LOCALAPPDATA`` on Windows.
    """
    chosen = root if root is not None else os.environ.get("PRIMER_DATA")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        cache = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "primer"
