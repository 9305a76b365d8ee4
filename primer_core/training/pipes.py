"""How a process of the server's takes commands on its standard input, and reports on its standard output."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from primer_core.training.messages import UNREADABLE_COMMAND, Command, MessageError, decode_command


def own_output() -> Callable[[bytes], None]:
    """Keep standard output for reports, and send what else prints in this process to standard error.

    Returns
    -------
    function
        Writes a line at once, from any thread; nothing where nobody reads any more.
    """
    output, writing = os.fdopen(os.dup(1), "wb"), threading.Lock()
    os.dup2(2, 1)

    def send(line: bytes) -> None:
        with writing, suppress(BrokenPipeError):
            output.write(line)
            output.flush()

    return send


def listen(accept: Callable[[Command], None], what: str) -> None:
    """Take commands in a thread, until the server closes its end; this process ends at once then.

    Parameters
    ----------
    accept
        Function that carries a command out, called in that thread.
    what
        What this process is, for the log, where it is sent what is no command: ``"A training process"``.
    """
    threading.Thread(target=_listen, args=(accept, what), daemon=True).start()


def _listen(accept: Callable[[Command], None], what: str) -> None:
    for line in sys.stdin.buffer:
        try:
            command = decode_command(line)
        except MessageError as error:
            if line.endswith(b"\n"):  # else the server was killed while it wrote
                sys.stderr.write(f"{what} ends: {error}\n")
                sys.stderr.flush()
                os._exit(UNREADABLE_COMMAND)
            break
        accept(command)
    # The server is gone. Nothing here is worth an orderly end, and what is computed must not delay it.
    os._exit(0)
