"""What the app adds to Streamlit's server."""

import asyncio
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from tests.running_app import PROJECT
from ui.server import lifespan


def test_a_server_that_starts_warns_of_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", "import app"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_connections_of_a_server_that_starts_send_at_once() -> None:
    async def start() -> None:
        async with lifespan(st.App("app.py")):
            pass

    with socket.socket() as listening, socket.socket() as other:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with ThreadPoolExecutor(1) as thread:  # tests in a browser leave a loop running in this one
            thread.submit(asyncio.run, start()).result()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
