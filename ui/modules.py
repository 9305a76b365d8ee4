"""The browser's modules and their style sheet, under an address that changes with them.

The address carries a hash of the whole folder. Modules import each other by relative paths, so that those imports carry
it as well: a browser may keep what it got for ever, and never keeps what is old.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.address import on_this_server

FOLDER = Path(__file__).resolve().parent.parent / "static" / "primer"
_ADDRESS = "/modules"
_TYPES = {".js": "text/javascript", ".css": "text/css"}


@cache
def modules() -> dict[str, Path]:
    """Return the modules and style sheets by their paths, such as ``lesson.js`` and ``vendor/codemirror.js``."""
    return {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.suffix in _TYPES}


@cache
def fingerprint() -> str:
    """Return a hash of all modules, 16 hexadecimal digits."""
    found = hashlib.sha256()
    for name, path in modules().items():
        found.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def address(name: str) -> str:
    """Return the path on this server of a module."""
    return on_this_server(f"{_ADDRESS}/{fingerprint()}/{name}")


@cache
def style() -> str:
    """Return the style sheet of all parts."""
    return (FOLDER / "theme.css").read_text(encoding="utf-8")


async def module(request: Request) -> Response:
    """Answer with a module; with what is there now, too, where a page that is still open asks for an older one."""
    path = modules().get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("There is no module of that name.", 404)
    current = request.path_params["fingerprint"] == fingerprint()
    kept = "public, max-age=31536000, immutable" if current else "no-store"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": kept})


ROUTES = (Route(f"{_ADDRESS}/{{fingerprint}}/{{name:path}}", module, methods=["GET"]),)
