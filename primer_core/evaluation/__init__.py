"""Processes in which jobs are computed, so that one that never ends, or takes all memory, is ended and others go on.

A job is a name and a JSON-ready payload; its answer is bytes. What a job means is known to the module that the
processes run, which ends with::

    if __name__ == "__main__":
        run(handle)

where ``handle(name, payload)`` returns the answer. The server has a `Pool` of that module.
"""

from primer_core.evaluation.pool import Pool
from primer_core.evaluation.results import Answer, Busy, Crashed, Exceeded, Limits, NotReady, Result

__all__ = ["Answer", "Busy", "Crashed", "Exceeded", "Limits", "NotReady", "Pool", "Result"]
