"""What can be watched of this server: how its addresses answer, how many are here, and what it takes.

``GET /metrics`` answers in the text format of Prometheus, whom this machine asks: not who comes through a proxy, and
others only where ``PRIMER_METRICS=open`` says so. Each server has its own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.catalog import LESSONS_BY_SLUG
from ui.evaluation import POOL

ADDRESS = "/metrics"

#: Stands for a status where who asked has gone before the answer.
_LEFT = 499

_log = logging.getLogger(__name__)
_REGISTRY = CollectorRegistry()
_SECONDS = Histogram(
    "primer_answer_seconds",
    "Seconds until an address of the app has answered, by its path, the lesson, and the HTTP status.",
    ("address", "lesson", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0),
    registry=_REGISTRY,
)

Endpoint = Callable[[Request], Awaitable[Response]]


def watched(route: Route) -> Route:
    """Return a route that answers as another does, and counts its answers; what it refuses is told to the log."""
    endpoint: Endpoint = route.endpoint

    async def answer(request: Request) -> Response:
        began = time.perf_counter()
        lesson = request.path_params.get("lesson", "")
        lesson = lesson if lesson in LESSONS_BY_SLUG else ""  # else anybody could make as many as they like
        status = 500
        try:
            answered = await endpoint(request)
            status = answered.status_code
            return answered
        except asyncio.CancelledError:
            status = _LEFT
            raise
        finally:
            _SECONDS.labels(route.path, lesson, str(status)).observe(time.perf_counter() - began)
            if status >= 400:
                _tell(route.path, lesson, status)

    return Route(route.path, answer, methods=sorted(route.methods or ()))


def _tell(address: str, lesson: str, status: int) -> None:
    facts = {"address": address, "lesson": lesson, "status": status}
    where = f"{address}{f' ({lesson})' if lesson else ''}"
    if status >= 500 and status != 503:
        _log.error("%s failed.", where, extra={"event": "failed", "facts": facts}, exc_info=status == 500)
    else:  # too much was asked for at once, or what a page does not send
        level = logging.WARNING if status in (429, 503) else logging.INFO
        _log.log(level, "%s refused with %d.", where, status, extra={"event": "refused", "facts": facts})


class _State(Collector):
    """What is so at the moment."""

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the app when this is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Tell all of it."""
        from ui import cached  # it may only be imported once the server runs

        service = cached.training_desks().service
        yield GaugeMetricFamily("primer_pages_open", "Pages that browsers have open.", cached.PAGES.count)
        yield GaugeMetricFamily("primer_runs_active", "Training runs that have not ended.", service.active_runs)
        evaluating, training = POOL.pids, service.worker_pids
        yield GaugeMetricFamily("primer_evaluation_processes", "Processes that answer lessons.", len(evaluating))
        yield GaugeMetricFamily("primer_training_processes", "Processes that train.", len(training))
        ended = CounterMetricFamily(
            "primer_evaluation_ended", "Evaluation processes that ended at a job, by the reason.", labels=("why",)
        )
        for why, count in POOL.ended.items():
            ended.add_metric((why,), count)
        yield ended
        memory = GaugeMetricFamily(
            "primer_memory_bytes", "Memory of the processes of a kind; what they share is divided.", labels=("of",)
        )
        for of, pids in (("server", (os.getpid(),)), ("evaluation", evaluating), ("training", training)):
            memory.add_metric((of,), sum(map(_bytes_of, pids)))
        yield memory


def _bytes_of(pid: int) -> int:
    """Proportional set size of a process in bytes; 0 where the system does not tell, or it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


_REGISTRY.register(_State())


async def metrics(request: Request) -> Response:
    """Answer with all that is watched; 404 for who is not to read it."""
    client = request.client.host if request.client else ""
    proxied = any(name in request.headers for name in ("x-forwarded-for", "forwarded"))
    near = client in ("127.0.0.1", "::1") and not proxied
    if not near and os.environ.get("PRIMER_METRICS", "").strip().lower() != "open":
        return Response("Not found.", 404, media_type="text/plain")
    text = await run_in_threadpool(generate_latest, _REGISTRY)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


ROUTES = (Route(ADDRESS, metrics, methods=["GET"]),)
