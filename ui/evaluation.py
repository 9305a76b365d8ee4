"""The evaluation processes of this server, in which lessons are answered, and the bench on which they measure."""

from __future__ import annotations

import atexit
import threading

from primer_core.evaluation import Pool
from primer_core.evaluation.bench import Bench

POOL = Pool("ui.lesson_jobs")
atexit.register(POOL.close)

BENCH = Bench("ui.bench_jobs")
"""Measures what starts processes of its own."""
atexit.register(BENCH.close)

_PAINTED_AFTER = 1.5  # seconds
_first = threading.Lock()


def start_once_painted() -> None:
    """Start the processes soon, unless they are started: a browser gets the page that it has opened first."""
    if _first.acquire(blocking=False):
        timer = threading.Timer(_PAINTED_AFTER, POOL.start)
        timer.daemon = True
        timer.start()
