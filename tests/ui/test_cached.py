import subprocess
import sys

from tests.running_app import PROJECT


def test_a_process_that_has_loaded_torch_and_triton_ends_without_a_word() -> None:
    code = "import torch._dynamo; from ui import cached; cached.torch_loaded()"
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "leaked" not in run.stderr
