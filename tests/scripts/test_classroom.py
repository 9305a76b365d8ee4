"""What a room is shown, and that others reach the server then."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
import segno

from scripts.classroom import own_address, room_sign
from tests.running_app import PROJECT


def modules(sign: str) -> list[list[bool]]:
    """Read the dark modules back from the blocks, two rows a line."""
    halves = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    lines = [line for line in sign.split("\n") if line and set(line) <= set(halves)]
    return [[halves[block][half] for block in line] for line in lines for half in (0, 1)]


@pytest.mark.parametrize("url", ["http://192.168.1.20:8501", "http://a-rather-long-name.school.example:18501"])
def test_the_sign_holds_the_address_and_its_code(url: str) -> None:
    sign = room_sign(url)
    assert url in sign
    code = [list(map(bool, row)) for row in segno.make(url, error="m").matrix_iter(border=2)]
    assert modules(sign)[: len(code)] == code


def test_the_address_is_one_of_this_machine() -> None:
    with socket.socket() as bound:
        bound.bind((own_address(), 0))


def test_the_server_is_reached_by_the_address_that_is_shown() -> None:
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "scripts.classroom", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        shown = next(found for line in server.stdout if (found := re.search(r"http://\S+", line)))
        end = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{shown[0]}/healthz", timeout=5) as answer:  # noqa: S310 - our own
                    assert json.load(answer) == {"status": "ok"}
                    break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.2)
    finally:
        server.terminate()
        server.communicate(timeout=30)
