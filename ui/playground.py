"""The address that the playground's page asks: from a network in training to the same network some steps later.

``POST /api/playground`` takes ``{"question": {...}, "state": "...", "step": 120, "steps": 50}`` and what else
`primer_core.lessons.playground.show.played` reads, and answers with what that returns. The server keeps nothing: the
browser holds weights and optimiser state, and sends them with each request. Steps are taken in the evaluation
processes, all but one of them, for a few hundredths of a second an answer, and for less where others wait for theirs:
no request holds the server, learners take turns, the picture of each moves, and lessons are answered meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from primer_core.evaluation.pool import default_count
from primer_core.lessons.answer import problem_sentences
from primer_core.lessons.playground.question import MOST_STEPS, PlaygroundQuestion, fitting
from primer_core.lessons.question import Problem
from ui.answers import content_of, done, visitor_of
from ui.evaluation import POOL
from ui.requests import RequestError, read_object

ADDRESS = "/api/playground"
SECONDS = 0.04
"""Seconds of work for the steps of one answer: one who plays alone sees some twenty pictures a second."""

_LEAST_SECONDS = 0.003
"""What is left of them where many play: about what the pictures and words of an answer take. With less, nearly all work
would go into pictures of networks that hardly move."""

_TURN = 0.2
"""Seconds of work that the steps of all who wait for each other may take, until each has `_LEAST_SECONDS` only."""

_MOST_BYTES = 150_000
_MOST_DEPTH = 2


def opened(parameters: Mapping[str, str]) -> tuple[PlaygroundQuestion, tuple[Problem, ...]]:
    """Read the question of an address; what could not be taken is left out, with a problem for each."""
    question, unread = PlaygroundQuestion.parse(parameters)
    question, unfit = fitting(question)
    return question, (*unread, *unfit)


async def play(request: Request) -> Response:
    """Answer with the network after some more steps; 4xx with the reason where the request is none."""
    try:
        expected = "question, state, step and steps"
        body = await read_object(request, limit=_MOST_BYTES, depth=_MOST_DEPTH, expected=expected)
        job = _job(body)
        visitor = visitor_of(request)
        lane = _lane(visitor)
        job["seconds"] = share(POOL.waiting(lane))
        result = await done(POOL.ask("playground", job, visitor=visitor, lane=lane, waits=True))
        return Response(content_of(result), media_type="application/json", headers={"Cache-Control": "no-store"})
    except RequestError as error:
        return error.response()


def share(waiting: int) -> float:
    """Return the seconds for the steps of an answer, `SECONDS` at most, while so many others wait for theirs."""
    return max(_LEAST_SECONDS, min(SECONDS, _TURN / (waiting + 1)))


def _lane(visitor: str) -> str:
    """One of as many lanes as there are processes but one: the last is left to those who ask something else."""
    return f"playground {crc32(visitor.encode()) % max(1, default_count() - 1)}"


def _job(body: Mapping[str, Any]) -> dict[str, Any]:
    texts = body.get("question")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise RequestError(400, "Expected question, an object of texts.")
    question, problems = opened(texts)
    if problems:
        raise RequestError(400, " ".join(problem_sentences(problems)))
    state = body.get("state", "")
    if not isinstance(state, str):
        raise RequestError(400, "Expected state, a text.")
    numbers = {name: body.get(name, 0) for name in ("step", "steps")}
    for name, number in numbers.items():
        if type(number) is not int or not 0 <= number <= MOST_STEPS:
            raise RequestError(400, f"Expected {name}, a whole number from 0 to {MOST_STEPS}.")
    wanted = {name: body.get(name) is True for name in ("told", "code")}
    return {"question": question.texts(), "state": state, **numbers, **wanted}


ROUTES = (Route(ADDRESS, play, methods=["POST"]),)
