"""Start the app for a room: other machines reach it, and its address stands on the screen, with a QR code.

    python -m scripts.classroom [--port 8501] [--address ADDRESS]

The address is the one by which this machine would reach the network that it is in. Where that is not the one that the
room knows it by, give it: a name or an address of this machine.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

import segno

APP = Path(__file__).parents[1] / "app.py"


def own_address() -> str:
    """Return the address by which this machine reaches others; 127.0.0.1 where it reaches none.

    Nothing is sent: a socket for datagrams that is connected only chooses its own end.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is kept for documentation
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def room_sign(url: str) -> str:
    """Return what is to be shown to the room: the address, and a QR code of it in the characters of a terminal."""
    code = segno.make(url, error="m")
    rows = [list(map(bool, row)) for row in code.matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    # Two rows of modules to a line of text. Light modules are drawn, so that it is read on a dark ground, too.
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    lines = [
        "".join(blocks[pair] for pair in zip(*pairs, strict=True)) for pairs in zip(rows[::2], rows[1::2], strict=True)
    ]
    return "\n".join(["", *lines, "", f"    {url}", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description="Start the app for a room.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="", help="name or address by which the room knows this machine")
    asked = parser.parse_args()
    print(room_sign(f"http://{asked.address or own_address()}:{asked.port}"), flush=True)
    options = ["--server.address", "0.0.0.0", "--server.port", str(asked.port)]  # noqa: S104 - the room is to reach it
    os.chdir(APP.parent)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(APP), *options])  # noqa: S606 - the app itself


if __name__ == "__main__":
    main()
