"""What a measuring process does: it reads one job, measures it, and writes what the page gets."""

from __future__ import annotations

import json
import sys

from primer_core.backend.loading import load_torch
from primer_core.evaluation.bench import READY
from ui.lesson_jobs import handle

if __name__ == "__main__":
    job = json.load(sys.stdin)
    load_torch()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    sys.stdout.buffer.write(handle("measure", job))
