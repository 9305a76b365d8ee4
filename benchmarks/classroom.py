"""How long a class waits for its pages, and whether the server bears it.

Learners have real Streamlit sessions and ask the lessons' addresses as their pages do: presets, choices, typed texts,
sliders and dragged sizes of all lessons in equal parts, each with a pause of its own. Their processes share the cores
with the server; the share that they take is printed.

- 100 learners with 2 s between actions: p95 at most 100 ms; 30 learners with 1 s: p95 at most 50 ms.
- 20 000 actions of 10 visitors without an answer of 4xx or 5xx; after 5 000 actions the server's memory stays within
  5 % over the next 15 000.
- Beside a visitor who asks again and again for the most that may be computed, another's answers stay at a p95 of at
  most 10 ms above quiet.

Run as ``python -m benchmarks.classroom``, or with ``--short`` for a tenth of it.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import resource
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2 as httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.running_app import running_app
from ui.catalog import LESSONS_BY_SLUG

PROCESSES = 2
BOMB = "({} + " + " @ ".join(["np.ones((290, 290), int)"] * 5) + ").sum()"
"""As much as one field may compute, in products of whole numbers, for which NumPy has no fast code."""

ADDRESSES = json.loads((Path(__file__).parent.parent / "tests/lessons/addresses.json").read_text(encoding="utf-8"))
"""Addresses that presets once had, by lesson: what learners type is taken from these, and from today's presets."""


@dataclass
class Tally:
    """What one process of learners saw.

    Parameters
    ----------
    waits
        Milliseconds of each answer.
    faults
        What was not answered with 200, in words.
    cpu
        Seconds that the process took itself.
    """

    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cpu: float = 0.0


def texts_of(slug: str) -> dict[str, list[str]]:
    """Return what was ever typed into each field of a lesson."""
    found: dict[str, list[str]] = {}
    addresses = [entry["address"] for entry in ADDRESSES.get(slug, [])]
    addresses += [urlencode(preset.question.texts()) for preset in LESSONS_BY_SLUG[slug].presets]
    for address in addresses:
        for name, text in parse_qsl(address, keep_blank_values=True):
            found.setdefault(name, []).append(text)
    return found


def some_event(answer: dict[str, Any], typed: dict[str, list[str]], chance: random.Random) -> dict[str, Any]:
    """Return something that a learner could do to what is shown."""
    ways: list[dict[str, Any]] = []
    for part in every_part([*answer["panel"], *(answer["body"] or [])]):
        match part["kind"]:
            case "presets":
                ways += [{"kind": "put", "texts": texts} for _, texts in chance.sample(part["presets"], 1)]
            case "fixes":
                ways += [{"kind": "put", "texts": fix["puts"]} for fix in part["fixes"][:1]]
            case "control" if part["look"] in ("segments", "select"):
                value, _ = chance.choice(part["options"])
                ways.append({"kind": "put", "texts": {part["field"]: value}})
            case "control" if part["look"] in ("text", "lines") and typed.get(part["field"]):
                ways.append({"kind": "put", "texts": {part["field"]: chance.choice(typed[part["field"]])}})
            case "control" if part["look"] == "switch":
                ways.append({"kind": "put", "texts": {part["field"]: chance.choice(["true", "false"])}})
            case "control" if part["look"] in ("slider", "box"):
                least, most = float(part["least"]), float(part["most"])
                ways.append({"kind": "put", "texts": {part["field"]: str(round(chance.uniform(least, most)))}})
            case "sizes":
                for row in part["rows"]:
                    if row.get("field") and row["shape"]:
                        shape = [chance.randint(1, 8) if chance.random() < 0.5 else size for size in row["shape"]]
                        ways.append({"kind": "resize", "field": row["field"], "start": row["text"], "shape": shape})
    return chance.choice(ways)


def every_part(parts: list[Any]) -> list[dict[str, Any]]:
    """Return all parts, those within others included."""
    found = []
    for part in parts:
        found.append(part)
        for inner in ("parts", "controls"):
            found += every_part(part.get(inner, []))
        for column in part.get("columns", []) if part["kind"] == "columns" else []:
            found += every_part(column)
    return found


async def learner(url: str, seed: int, actions: int, pause: float, tally: Tally) -> None:
    """Open a session and act so often."""
    chance = random.Random(seed)
    host = urlsplit(url).netloc
    slugs = list(LESSONS_BY_SLUG)
    typed = {slug: texts_of(slug) for slug in slugs}
    async with (
        websockets.connect(f"ws://{host}/_stcore/stream", subprotocols=[websockets.Subprotocol("streamlit")],
                           max_size=None) as session,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):  # fmt: skip
        hello = BackMsg()
        hello.rerun_script.page_name = slugs[seed % len(slugs)]
        await session.send(hello.SerializeToString())
        reader = asyncio.create_task(drain(session))
        await asyncio.sleep(chance.uniform(0, max(pause, 0.1)))
        place, left, answer = seed, 0, {}
        for _ in range(actions):
            if not left:  # each learner goes from lesson to lesson
                place, left = place + 1, chance.randint(5, 15)
                answer = await ask(client, slugs[place % len(slugs)], {}, [], None)
            slug = slugs[place % len(slugs)]
            left -= 1
            await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)
            answer = (
                await ask(client, slug, answer["question"], [some_event(answer, typed[slug], chance)], tally) or answer
            )
        reader.cancel()


async def drain(session: Any) -> None:
    """Take what the server sends, as a browser does."""
    async for _ in session:
        pass


async def ask(
    client: httpx.AsyncClient, slug: str, question: dict[str, str], events: list[Any], tally: Tally | None
) -> dict[str, Any]:
    """Ask a lesson's address; the wait is noted in the tally."""
    began = time.perf_counter()
    body = {"question": question, "events": events, "n": 1, "wait": True}
    response = await client.post(f"/api/lessons/{slug}", json=body)
    wait = (time.perf_counter() - began) * 1e3
    if response.status_code != 200:
        if tally is not None:
            tally.faults.append(f"{slug}: {response.status_code} {response.text[:200]} for {events}")
        return {}
    if tally is not None:
        tally.waits.append(wait)
    found: dict[str, Any] = response.json()
    return found


def class_of(url: str, seeds: list[int], actions: int, pause: float, results: Any) -> None:
    """Be several learners in one process."""
    tally = Tally()

    async def together() -> None:
        await asyncio.gather(*(learner(url, seed, actions, pause, tally) for seed in seeds))

    asyncio.run(together())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    tally.cpu = usage.ru_utime + usage.ru_stime
    results.put(tally)


def act(url: str, learners: int, actions: int, pause: float, first: int = 0) -> tuple[Tally, float]:
    """Let so many learners act so often each; return what they saw, and the seconds that it took."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    seeds = [list(range(first + start, first + learners, PROCESSES)) for start in range(PROCESSES)]
    began = time.perf_counter()
    workers = [context.Process(target=class_of, args=(url, own, actions, pause, results)) for own in seeds]
    for worker in workers:
        worker.start()
    tallies = [results.get(timeout=3600) for _ in workers]
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    return Tally([w for t in tallies for w in t.waits], [f for t in tallies for f in t.faults],
                 sum(t.cpu for t in tallies)), seconds  # fmt: skip


def memory_of(process_id: int) -> float:
    """Return the resident memory of a process in MB."""
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {process_id} tells nothing of its memory")


def bombard(url: str, stop: threading.Event, waits: list[float]) -> None:
    """Ask for the most that may be computed, never twice for the same, until told to stop; note the seconds of each."""
    with httpx.Client(base_url=url, timeout=60, headers={"X-Visitor": "bomb"}) as client:
        while not stop.is_set():
            body = {"question": {"a": BOMB.format(len(waits))}, "events": [], "n": 1, "wait": True}
            began = time.perf_counter()
            client.post("/api/lessons/broadcasting", json=body).raise_for_status()
            waits.append(time.perf_counter() - began)


def beside_a_bomb(url: str, actions: int) -> None:
    """Print what one learner waits alone, and beside a visitor who computes all the time."""
    quiet, _ = act(url, 1, actions, 0.1, first=2000)
    stop, waits = threading.Event(), list[float]()
    thread = threading.Thread(target=bombard, args=(url, stop, waits))
    thread.start()
    beside, _ = act(url, 1, actions, 0.1, first=3000)
    stop.set()
    thread.join()
    before, after = (quantiles(tally.waits, n=20)[18] for tally in (quiet, beside))
    print(
        f"one learner: p95 {before:.0f} ms quiet, {after:.0f} ms beside {len(waits)} answers of {median(waits):.2f} s "
        f"(limit +10 ms), {len(quiet.faults) + len(beside.faults)} faults"
    )


def main() -> None:
    """Print the waits of two classes, what many actions do to the server, and what a bomb does to others."""
    share = 10 if "--short" in sys.argv else 1
    with running_app() as server:
        act(server.url, 2, 30, 0.0, first=900)  # torch is loaded, and every lesson was asked
        for learners, pause, limit in ((100, 2.0, 100), (30, 1.0, 50)):
            tally, seconds = act(server.url, learners, 30 // share + 5, pause)
            cuts = quantiles(tally.waits, n=20)
            print(
                f"{learners} learners, {pause:g} s between actions: p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms (limit "
                f"{limit}), {len(tally.waits)} actions, {len(tally.faults)} faults; the learners took "
                f"{tally.cpu / seconds / 2:.0%} of two cores"
            )
            print(*tally.faults[:3], sep="\n")
        beside_a_bomb(server.url, 600 // share)
        total, kept = 20_000 // share, 0.0
        for part, actions in (("first quarter", total // 4), ("rest", total - total // 4)):
            tally, seconds = act(server.url, 10, actions // 10, 0.0, first=1000)
            used = memory_of(server.process.pid)
            growth = f", {used / kept - 1:+.1%} (limit +5 %)" if kept else ""
            print(
                f"{len(tally.waits)} actions of 10 visitors ({part}): {len(tally.faults)} faults, "
                f"{len(tally.waits) / seconds:.0f} a second, server {used:.0f} MB{growth}"
            )
            print(*tally.faults[:3], sep="\n")
            kept = used


if __name__ == "__main__":
    main()
