"""A learner's program as code that runs in plain Python to its end."""

from __future__ import annotations

from textwrap import indent

from primer_core.language.programs.reading import read_program
from primer_core.lessons.own_lines.trace import Trace


def program_code(trace: Trace) -> str:
    """Return a program up to the statement that stops it, which is caught if it fails and left out if it is not run."""
    lines = trace.source.split("\n")
    stopped = trace.stopped
    if stopped is None:
        return _with_imports(trace.source)
    nodes = read_program(trace.source).nodes
    line = stopped.place.line
    last = next((node for node in nodes if node.lineno <= line <= (node.end_lineno or line)), None)
    if last is None or stopped.declined is None:
        kept = lines[: last.lineno - 1 if last is not None else line - 1]
        return _with_imports("\n".join([*kept, f"# line {line} is not run here"]))
    before, failing = lines[: last.lineno - 1], lines[last.lineno - 1 : last.end_lineno]
    caught = ["try:", indent("\n".join(failing), "    "), "except Exception as error:", "    print(repr(error))"]
    return _with_imports("\n".join([*before, *caught]))


def _with_imports(code: str) -> str:
    """Put in front what the page has without an import, as far as the code speaks of it."""
    wanted = (
        ("np.", "import numpy as np", "numpy as np"),
        ("F.", "import torch.nn.functional as F", " as F"),
        ("nn.", "from torch import nn", "import nn"),
        ("torch.", "import torch", "import torch\n"),
    )
    missing = [line for use, line, there in wanted if use in code and there not in f"{code}\n"]
    if "nn.functional as F" in code or "import torch, " in code or ", torch" in code:
        missing = [line for line in missing if line != "import torch"]
    return "\n".join([*missing, code])
