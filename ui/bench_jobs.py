"""What a measuring process does: it reads one job, measures it, and writes what the page gets."""

from __future__ import annotations

import json
import signal
import sys

from primer_core.backend.loading import load_torch
from primer_core.evaluation.bench import LONGEST, LONGEST_LOADING, ready, reply
from ui.lesson_jobs import handle

if __name__ == "__main__":
    if hasattr(signal, "setitimer"):
        # Also where the server is gone that would end it; workers end with their parent.
        signal.setitimer(signal.ITIMER_REAL, LONGEST_LOADING + LONGEST)
    job = json.load(sys.stdin)
    load_torch()
    ready()
    reply(handle("measure", job))
