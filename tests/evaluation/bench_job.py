"""What a bench runs in its tests: it answers, sleeps, fails, or starts a child that outlives it."""

import json
import subprocess
import sys
import time

from primer_core.evaluation.bench import ready, reply

if __name__ == "__main__":
    job = json.load(sys.stdin)
    if job.get("fails"):
        sys.exit(1)
    ready()
    if job.get("child"):
        job["child"] = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid
    time.sleep(job.get("sleeps", 0))
    reply(json.dumps(job).encode())
