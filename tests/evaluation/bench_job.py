"""What a bench runs in its tests: it answers, sleeps, fails, or starts a child that outlives it."""

import json
import subprocess
import sys
import time

from primer_core.evaluation.bench import READY

if __name__ == "__main__":
    job = json.load(sys.stdin)
    if job.get("fails"):
        sys.exit(1)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    if job.get("child"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
    time.sleep(job.get("sleeps", 0))
    print(json.dumps(job))
