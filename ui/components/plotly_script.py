"""Plotly's own script, taken from its Python package and served as a static file."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import tempfile
from functools import cache
from pathlib import Path

from ui.address import on_this_server

_VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


@cache
def plotly_script_url() -> str:
    """The address of ``plotly.min.js`` on this server, which is copied to ``static/vendor`` the first time.

    Raises
    ------
    OSError
        If it is not there yet and cannot be written.
    """
    name = f"plotly-{importlib.metadata.version('plotly')}.min.js"
    target = _VENDOR / name
    if not target.exists():
        package = importlib.util.find_spec("plotly")
        if package is None or package.origin is None:
            raise OSError("the package plotly is not installed")
        _VENDOR.mkdir(parents=True, exist_ok=True)
        # Servers may start side by side: each writes a file of its own and the last to finish puts it in place.
        source = Path(package.origin).parent / "package_data" / "plotly.min.js"
        with tempfile.NamedTemporaryFile(dir=_VENDOR, delete=False) as partial:
            partial.write(source.read_bytes())
        Path(partial.name).chmod(0o644)
        Path(partial.name).replace(target)
    return on_this_server(f"/app/static/vendor/{name}")
