"""How long a class waits for its pages, and whether the server bears it.

Learners have real Streamlit sessions and ask the lessons' addresses as their pages do: presets, choices, typed texts,
sliders and dragged sizes of all lessons in equal parts, each with a pause of its own. Their processes share the cores
with the server; the share that they take is printed.

- 100 learners with 2 s between actions: p95 at most 100 ms; 30 learners with 1 s: p95 at most 50 ms.
- 20 000 actions of 10 visitors without an answer of 4xx or 5xx; after 5 000 actions the server's memory stays within
  5 % over the next 15 000.
- Beside a visitor who asks again and again for the most that may be computed, another's answers stay at a p95 of at
  most 10 ms above quiet.

With ``--replicas 3`` they sit before so many servers behind nginx instead, as `scripts/replicas.py` starts them:

- no session, and no answer of its page, is served by another server than the one that has the session;
- kill -9 of one costs its learners a reload, and the others nothing.

Run as ``python -m benchmarks.classroom``, or with ``--short`` for a tenth of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2 as httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from scripts.replicas import replicas
from tests.running_app import free_port, processes_below, running_app
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
    homes
        The server that each learner began with; empty for a server alone.
    reloads
        The servers that were gone, for each time that a learner loaded the page again.
    """

    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cpu: float = 0.0
    homes: list[str] = field(default_factory=list)
    reloads: list[str] = field(default_factory=list)


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


class Page:
    """A page that a learner has open: its session, and what it asks, all of the server that has the session.

    Parameters
    ----------
    client
        The learner's browser, with its cookies.
    slug
        The lesson that it is opened with.
    tally
        Where what goes wrong is noted.
    """

    def __init__(self, client: httpx.AsyncClient, slug: str, tally: Tally) -> None:
        self.home = ""
        self.is_gone = False
        self._client, self._slug, self._tally = client, slug, tally
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Load the page and open its session, once more if need be, as a browser does."""
        self.is_gone = False
        page = await self._client.get(f"/{self._slug}")
        self.home = page.headers.get("x-replica", "")
        cookies = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        session = await websockets.connect(
            f"ws://{urlsplit(str(self._client.base_url)).netloc}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Cookie": cookies},
            max_size=None,
        )
        served = session.response.headers.get("x-replica", "") if session.response else ""
        if served != self.home:
            self._tally.faults.append(f"the page came from {self.home}, its session is at {served}")
        hello = BackMsg()
        hello.rerun_script.page_name = self._slug
        await session.send(hello.SerializeToString())
        self._reader = asyncio.create_task(self._drain(session))

    async def _drain(self, session: Any) -> None:
        """Take what the server sends, as a browser does, until it is gone."""
        with suppress(websockets.ConnectionClosed):
            async for _ in session:
                pass
        self.is_gone = True

    async def ask(
        self, slug: str, question: dict[str, str], events: list[Any], *, counts: bool = True
    ) -> dict[str, Any]:
        """Ask a lesson's address; the wait is noted where it counts."""
        if self.is_gone:
            self._tally.reloads.append(self.home)
            await self.open()
        began = time.perf_counter()
        body = {"question": question, "events": events, "n": 1, "wait": True}
        response = await self._client.post(f"/api/lessons/{slug}", json=body)
        wait = (time.perf_counter() - began) * 1e3
        served = response.headers.get("x-replica", "")
        if response.status_code != 200 or served != self.home:
            await asyncio.sleep(0.5)  # until a session whose server is gone has heard of it
            if self.is_gone:
                return await self.ask(slug, question, events, counts=False)
            told = f"{slug}: {response.status_code} from {served} instead of {self.home}, {response.text[:200]}"
            self._tally.faults.append(f"{told} for {events}")
            return {}
        if counts:
            self._tally.waits.append(wait)
        found: dict[str, Any] = response.json()
        return found

    def close(self) -> None:
        """Close the page."""
        if self._reader is not None:
            self._reader.cancel()


async def learner(url: str, seed: int, actions: int, pause: float, tally: Tally) -> None:
    """Open a session and act so often."""
    chance = random.Random(seed)
    slugs = list(LESSONS_BY_SLUG)
    typed = {slug: texts_of(slug) for slug in slugs}
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        page = Page(client, slugs[seed % len(slugs)], tally)
        await page.open()
        tally.homes.append(page.home)
        await asyncio.sleep(chance.uniform(0, max(pause, 0.1)))
        place, left, answer = seed, 0, {}
        for _ in range(actions):
            if not left:  # each learner goes from lesson to lesson
                place, left = place + 1, chance.randint(5, 15)
                answer = await page.ask(slugs[place % len(slugs)], {}, [], counts=False)
            slug = slugs[place % len(slugs)]
            left -= 1
            await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)
            event = some_event(answer, typed[slug], chance)
            answer = await page.ask(slug, answer["question"], [event]) or answer
        page.close()


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
    together = Tally(cpu=sum(tally.cpu for tally in tallies))
    for tally in tallies:
        together.waits += tally.waits
        together.faults += tally.faults
        together.homes += tally.homes
        together.reloads += tally.reloads
    return together, seconds


def computing_of(process_id: int) -> tuple[float, float]:
    """Return the seconds that a process has computed so far, and those that it has started, with those that ended."""
    ticks = os.sysconf("SC_CLK_TCK")

    def seconds(found: int, *, with_ended: bool) -> float:
        try:
            fields = Path(f"/proc/{found}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        return (own * (not with_ended) + ended * with_ended) / ticks

    below = processes_below(process_id)
    others = sum(seconds(each, with_ended=ended) for each in below for ended in (False, True))
    return seconds(process_id, with_ended=False), others + seconds(process_id, with_ended=True)


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


def behind_a_proxy(count: int, share: int) -> None:
    """Print what a class waits before several servers, who was served by whom, and what the death of one costs."""
    with replicas(count, f"127.0.0.1:{free_port()}") as room:
        act(room.url, 6 * count, 30, 0.0, first=900)  # torch is loaded everywhere, and every lesson was asked
        tally, seconds = act(room.url, 100, 30 // share + 5, 2.0)
        cuts = quantiles(tally.waits, n=20)
        shared = ", ".join(f"{home} {learners}" for home, learners in sorted(Counter(tally.homes).items()))
        print(
            f"100 learners before {count} servers ({shared}), 2 s between actions: p50 {cuts[9]:.0f} ms, "
            f"p95 {cuts[18]:.0f} ms, {len(tally.waits)} actions, {len(tally.faults) + len(tally.reloads)} of them "
            f"served by the wrong one or not at all; the learners took {tally.cpu / seconds / 2:.0%} of two cores"
        )
        print(*tally.faults[:3], sep="\n")
        killed = room.servers[0]
        timer = threading.Timer(10.0, killed.process.kill)
        timer.start()
        tally, _ = act(room.url, 30, 30, 1.0, first=500)
        timer.cancel()
        theirs = tally.homes.count(killed.name)
        reloads = Counter(tally.reloads)
        print(
            f"kill -9 of {killed.name} beside 30 learners: its {theirs} learners loaded the page again "
            f"{reloads.pop(killed.name, 0)} times (limit {theirs}), the others {reloads.total()} times (limit 0); "
            f"{len(tally.waits)} actions, {len(tally.faults)} faults"
        )
        print(*tally.faults[:3], sep="\n")


def main() -> None:
    """Print the waits of two classes, what many actions do to the server, and what a bomb does to others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="a tenth of it")
    parser.add_argument("--replicas", type=int, default=0, help="servers behind nginx instead of one")
    asked = parser.parse_args()
    share = 10 if asked.short else 1
    if asked.replicas:
        behind_a_proxy(asked.replicas, share)
        return
    with running_app() as server:
        act(server.url, 2, 30, 0.0, first=900)  # torch is loaded, and every lesson was asked
        for learners, pause, limit in ((100, 2.0, 100), (30, 1.0, 50)):
            before = computing_of(server.process.pid)
            tally, seconds = act(server.url, learners, 30 // share + 5, pause)
            own, others = (a - b for a, b in zip(computing_of(server.process.pid), before, strict=True))
            cuts = quantiles(tally.waits, n=20)
            print(
                f"{learners} learners, {pause:g} s between actions: p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms (limit "
                f"{limit}), {len(tally.waits)} actions, {len(tally.faults)} faults; the learners took "
                f"{tally.cpu / seconds / 2:.0%} of two cores; an action took {1000 * own / len(tally.waits):.1f} ms of "
                f"the server and {1000 * others / len(tally.waits):.1f} ms of its processes"
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
