"""The one reader of request bodies, for every address of this server.

A route calls `read_json` and answers what it refuses::

    async def answer(request: Request) -> JSONResponse:
        try:
            body = await read_json(request, limit=MOST_BYTES, depth=MOST_DEPTH)
        except RequestError as error:
            return error.response()

What it returns can be sent back by a `JSONResponse`: it holds no NaN, no Infinity and no lone surrogate.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable
from itertools import accumulate
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from primer_core.claims.claim import thousands

Answering = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the answer of a JSON object that was sent, in plain JSON; raises `RequestError` where it cannot."""

#: Bytes up to which a body is parsed where it arrives, in less time than a change of threads is worth.
_PARSED_AT_ONCE = 32_000

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
#: What every number that overflows a double has: an exponent, or very many digits.
_MAY_OVERFLOW = re.compile(r"[0-9][eE]|[0-9]{300}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class RequestError(Exception):
    """A request that cannot be answered.

    Parameters
    ----------
    status
        HTTP status, 400 to 499.
    problem
        Sentence that names what was expected and what was given.
    page
        Address of the page on which it can be done; empty where there is none.
    """

    def __init__(self, status: int, problem: str, *, page: str = "") -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.page = page

    def response(self) -> JSONResponse:
        """The answer that tells the client: the status, with ``{"problem": ...}``, and ``page`` if there is one."""
        return JSONResponse({"problem": self.problem} | ({"page": self.page} if self.page else {}), self.status)


async def read_json(request: Request, *, limit: int, depth: int) -> object:
    """Read the body of a request as JSON; its content type is not looked at.

    Parameters
    ----------
    request
        Request whose body was not read yet.
    limit
        Bytes that the body may have; reading stops at the first part that exceeds them.
    depth
        Arrays and objects that may be nested in each other: ``[[1]]`` has depth 2, a bare number has depth 0.

    Returns
    -------
    object
        dict, list, str, int, float, bool or None.

    Raises
    ------
    RequestError
        With 413 where the body has more bytes than `limit`. With 400 where it is nested deeper than `depth`, is not
        UTF-8, is not JSON (RFC 8259), or holds a number that is no finite double or a text that is no Unicode.
    """
    body = await read_bytes(request, limit=limit)
    if len(body) <= _PARSED_AT_ONCE:
        return parse_json(body, depth=depth)
    return await run_in_threadpool(parse_json, body, depth=depth)


async def read_object(request: Request, *, limit: int, depth: int, expected: str) -> dict[str, Any]:
    """Read the body of a request as a JSON object.

    Parameters
    ----------
    request, limit, depth
        As for `read_json`.
    expected
        What is to be in it, as the problem says it: ``"network and strokes"``.

    Raises
    ------
    RequestError
        As of `read_json`, and with 400 where it is no object.
    """
    asked = await read_json(request, limit=limit, depth=depth)
    if not isinstance(asked, dict):
        raise RequestError(400, f"Expected a JSON object with {expected}.")
    return asked


def json_route(
    address: str,
    answer: Answering,
    *,
    limit: int,
    depth: int,
    expected: str,
    run: Callable[[Answering, dict[str, Any]], Awaitable[dict[str, Any]]] = run_in_threadpool,
) -> Route:
    """Make an address that takes a JSON object and answers with one.

    It answers 4xx with the problem where `read_object` or `answer` raises a `RequestError`.

    Parameters
    ----------
    address
        Path of the address.
    answer
        Makes the answer of what was sent.
    limit, depth, expected
        As for `read_object`.
    run
        Calls `answer` in a thread.
    """

    async def answered(request: Request) -> JSONResponse:
        try:
            asked = await read_object(request, limit=limit, depth=depth, expected=expected)
            return JSONResponse(await run(answer, asked))
        except RequestError as error:
            return error.response()

    return Route(address, answered, methods=["POST"])


async def read_bytes(request: Request, *, limit: int) -> bytes:
    """Read the body of a request as it is.

    Parameters
    ----------
    request
        Request whose body was not read yet.
    limit
        Bytes that the body may have; reading stops at the first part that exceeds them.

    Raises
    ------
    RequestError
        With 413 where the body has more bytes than `limit`. With 400 where the connection ends before it has arrived.
    """
    too_large = RequestError(413, f"The body of this request may have at most {thousands(limit)} bytes.")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise too_large
            parts.append(part)
    except ClientDisconnect:
        raise RequestError(400, "The connection was closed before the whole body had arrived.") from None
    return b"".join(parts)


def parse_json(body: bytes, *, depth: int) -> object:
    """Parse JSON that anybody may have sent; the parameters, the result and the errors are those of `read_json`."""
    # Before the parser sees it: the parser calls itself at every bracket, and a RecursionError is no ValueError.
    if body.count(b"[") + body.count(b"{") > depth:
        brackets = b"".join(_BRACKET.findall(_STRING.sub(b"", body)))
        if any(level > depth for level in accumulate(map(_STEPS.__getitem__, brackets))):
            raise RequestError(400, f"Expected arrays and objects at most {depth} deep in each other.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(400, f"Expected JSON in UTF-8; byte {error.start} of the body is not UTF-8.") from None
    try:
        parse_float = _finite if _MAY_OVERFLOW.search(text) else None
        value = json.loads(text, parse_float=parse_float, parse_constant=_no_number)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise RequestError(400, f"Expected JSON; the body is not: {error}.") from None
    except UnicodeEncodeError:
        raise RequestError(400, "Expected Unicode text; half of a surrogate pair stands alone in it.") from None
    except ValueError:  # a whole number of more digits than Python reads, sys.get_int_max_str_digits()
        raise RequestError(400, "A whole number in the body has too many digits.") from None
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise RequestError(400, f"Expected numbers in the range of a double; {digits[:40]} is beyond it.")
    return value


def _no_number(word: str) -> NoReturn:
    raise RequestError(400, f"Expected finite numbers; JSON has no {word}.")
