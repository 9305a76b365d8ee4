"""Training: what to run, the loop that runs it, and the processes that run many at once.

Importing this package does not load torch; `primer_core.training.loop` does.
"""

from primer_core.training.controls import Controls
from primer_core.training.run import Run, RunState
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec, SpecError

__all__ = ["Controls", "Run", "RunSpec", "RunState", "SpecError", "TrainingService"]
