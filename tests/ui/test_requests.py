"""Reading JSON bodies that anybody may have sent."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.profiles import examples
from ui.requests import RequestError, parse_json, read_json

LIMIT = 100_000
DEPTH = 5

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


async def echo(request: Request) -> JSONResponse:
    try:
        return JSONResponse({"read": await read_json(request, limit=LIMIT, depth=DEPTH)})
    except RequestError as error:
        return error.response()


CLIENT = TestClient(Starlette(routes=[Route("/echo", echo, methods=["POST"])]))


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@examples(500)
@given(JSON)
def test_json_is_read_exactly_where_it_is_not_too_deep(sent: object) -> None:
    body = json.dumps(sent).encode()
    if depth_of(sent) <= DEPTH:
        assert parse_json(body, depth=DEPTH) == sent
    else:
        with pytest.raises(RequestError, match=f"at most {DEPTH} deep"):
            parse_json(body, depth=DEPTH)


@examples(500)
@given(st.binary(max_size=40) | st.text('{}[]":\\,1eE+-.NaInfity u', max_size=40).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    answer = CLIENT.post("/echo", content=body)
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or answer.json()["problem"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"no JSON", 400, "Expected JSON"),
        (b"", 400, "Expected JSON"),
        (b'{"a": 1}}', 400, "Expected JSON"),
        (b"[" * 90_000, 400, "at most 5 deep"),
        (b'{"a":' * 15_000, 400, "at most 5 deep"),
        (b"[" * 50_000 + b"]" * 50_000, 400, "at most 5 deep"),
        (b'"\xff"', 400, "UTF-8"),
        ("[1]".encode("utf-16"), 400, "UTF-8"),
        (b"[NaN]", 400, "NaN"),
        (b"-Infinity", 400, "Infinity"),
        (b"[1e999]", 400, "range of a double"),
        (b"9" * 400 + b".5", 400, "range of a double"),
        (b"9" * 299 + b"e99", 400, "range of a double"),
        (b"9" * 50_000, 400, "digits"),
        (b'"\\ud800"', 400, "surrogate"),
        (b'{"\\udfff": 1}', 400, "surrogate"),
        (b" " * (LIMIT + 1), 413, "100 000 bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(body: bytes, status: int, reason: str) -> None:
    answer = CLIENT.post("/echo", content=body)
    assert answer.status_code == status
    assert reason in answer.json()["problem"]


@pytest.mark.parametrize("body", [b"[[[[[]]]]]", b'"[[[[[[[[\\"[["', b'["\\ud83d\\ude00", 1e308, 12345678901234567]'])
def test_brackets_in_texts_pairs_of_surrogates_and_large_numbers_are_read(body: bytes) -> None:
    answer = CLIENT.post("/echo", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200
    assert answer.json()["read"] == json.loads(body)


def test_a_body_without_an_announced_length_is_limited_too() -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(11):
            yield b" " * 10_000

    assert CLIENT.post("/echo", content=parts()).status_code == 413


@pytest.mark.parametrize(
    "body", [b'"\\' * 150_000, b'\\"' * 150_000, b"[]," * 100_000, b'"' * 300_000, b'"' + b"\\" * 299_999]
)
def test_the_longest_bodies_take_no_longer_than_their_length(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(RequestError):
        parse_json(b"[" * 3 + body, depth=2)
    assert time.process_time() - began < 2, "it takes 0.03 s; a search that starts anew at every quote takes minutes"
