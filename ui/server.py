"""What the app adds to Streamlit's server when it starts."""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from primer_core.training.kept import own_replica
from ui import logs

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Let answers leave at once, as long as the server runs, and write the log."""
    logs.start()
    send_at_once()
    facts = {"replica": own_replica()}
    _log.info("The server has started.", extra={"event": "started", "facts": facts})
    yield
    _log.info("The server ends.", extra={"event": "ended", "facts": facts})


def send_at_once() -> None:
    """Set TCP_NODELAY on every socket of this process that listens: the connections that it accepts inherit it.

    Streamlit opens its socket without naming TCP, and asyncio then leaves Nagle's algorithm on (`_set_nodelay` in
    https://github.com/python/cpython/blob/main/Lib/asyncio/base_events.py). An answer is written as its head and its
    body: the body would wait until the browser has acknowledged the head, which Linux puts off for 40 ms.
    """
    for found in gc.get_objects():
        if type(found) is socket.socket and found.fileno() >= 0 and _listens(found):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listens(found: socket.socket) -> bool:
    internet = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
    return internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
