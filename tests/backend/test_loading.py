import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def run_fresh(code: str) -> str:
    """What a Python that has not loaded torch yet prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_torch_comes_once_with_one_thread_and_is_frozen() -> None:
    printed = run_fresh("""
import gc, sys, threading
from primer_core.backend.loading import load_torch, load_torch_in_background, torch_is_loaded
print("torch" in sys.modules, torch_is_loaded())
freezes = []
freeze = gc.freeze
gc.freeze = lambda: (freezes.append(gc.get_freeze_count()), freeze())
load_torch_in_background()
load_torch_in_background()
print(sum(thread.name == "load torch" for thread in threading.enumerate()) <= 1)
callers = [threading.Thread(target=load_torch) for _ in range(8)]
for caller in callers: caller.start()
load_torch()
print(torch_is_loaded())
for caller in callers: caller.join()
import torch
print(len(freezes), gc.get_freeze_count() > 50_000)
elsewhere = []
other = threading.Thread(target=lambda: elsewhere.append(torch.get_num_threads()))
other.start(); other.join()
print(torch.get_num_threads(), elsewhere)
load_torch_in_background()
print(any(thread.name == "load torch" for thread in threading.enumerate()))
""")
    assert printed.split("\n")[:-1] == ["False False", "True", "True", "1 True", "1 [1]", "False"]


def test_a_process_that_has_loaded_triton_ends_without_a_report_of_leaks() -> None:
    code = "import torch._dynamo; from primer_core.backend.loading import load_torch; load_torch()"
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "leaked" not in run.stderr
