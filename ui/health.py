"""The address that says that the server lives, for whatever watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def health(_: Request) -> JSONResponse:
    """Answer at once, and ask nothing of the rest of the app: a server that answers this serves."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


ROUTES = [Route("/healthz", health, methods=["GET"])]
