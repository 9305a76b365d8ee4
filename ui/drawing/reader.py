"""Read drawings as they are drawn: straight from the browser to the network, without a rerun of the page.

A rerun draws every element of the page again, which takes the browser longer than the network takes to read. The pad
therefore asks the server's own address `ADDRESS`, mid-stroke and when the pen is lifted; no drawing is kept here.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.routing import Route

from primer_core.inference import Prediction, judge, parse_strokes, predict_digit, render_strokes
from primer_core.inference.parting import partings
from primer_core.inference.walkthrough import listing, walk
from primer_core.picture.code import marks
from ui.address import on_this_server
from ui.drawing.reading import is_small_for_its_pen, unread, written
from ui.requests import Answering, RequestError, json_route

if TYPE_CHECKING:
    from torch import nn

    from ui.drawing.networks import Network

ADDRESS = "/api/read_digit"
MOST_NETWORKS = 256  # that pads may ask at once; the one not asked for longest makes room
MOST_BYTES = 300_000  # of a request: `primer_core.inference.strokes.MAX_POINTS` points take less
MOST_DEPTH = 8  # of a request: the points of a stroke in it lie five deep

INVITATION = "It is read while you draw."


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A network with what is to be known of it.

    Parameters
    ----------
    model
        Takes what `predict_digit` says.
    classes
        The names of its outputs.
    setup
        Python that defines ``model``.
    calibrated
        Whether its probabilities were fitted to how often it is right.
    """

    model: nn.Module
    classes: Sequence[str]
    setup: str
    calibrated: bool

    def read(self, strokes: object, *, down: bool = False) -> dict[str, Any]:
        """Read strokes: what the pad's page shows of them.

        The strokes are drawn once, and all is made from that. A reading that is ``unsettled`` lacks what takes longer;
        it is there when the pen is up.

        Parameters
        ----------
        strokes
            As a pad sends them; anything else gives a reading that says what is wrong.
        down
            Whether the pen is down, so that the drawing may go on at once.
        """
        try:
            parsed = parse_strokes(strokes)
            canvas = render_strokes(parsed)
            prediction = predict_digit(canvas, self.model)
            if prediction.is_blank:
                return unread("blank", INVITATION, classes=self.classes)
            verdict = judge(prediction, canvas, self.model, parsed)
        except ValueError as problem:
            return unread("trouble", str(problem), classes=self.classes)
        tie = verdict.near_tie
        reading = written(
            prediction,
            verdict,
            classes=self.classes,
            calibrated=self.calibrated,
            partings=None if tie is None or down else partings(canvas, tie, self.model),
            is_small=is_small_for_its_pen(parsed),
        )
        steps = [asdict(step) | {"shape": str(step.shape)} for step in walk(canvas, prediction)]
        code = _code(*listing(prediction, self.setup))
        return reading | {"unsettled": reading["kind"] == "tie" and down, "steps": steps, "code": code}


@lru_cache(maxsize=16)
def _code(before: str, after: str) -> dict[str, Any]:
    """Code with the place of what the browser puts in, for `digit_steps`: marks are those of the code without that."""
    return {"before": before, "after": after, "marks": marks(before + after)}


class Readers:
    """Readers, each under a token that only its learner's page was told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_token: OrderedDict[str, Reader] = OrderedDict()

    def admit(self, token: str, reader: Reader) -> None:
        """Keep a reader under a token until `MOST_NETWORKS` others were asked for after it."""
        with self._lock:
            self._by_token[token] = reader
            self._by_token.move_to_end(token)
            while len(self._by_token) > MOST_NETWORKS:
                self._by_token.popitem(last=False)

    def get(self, token: object) -> Reader | None:
        """The reader under that token, if it is kept."""
        with self._lock:
            if not isinstance(token, str) or token not in self._by_token:
                return None
            self._by_token.move_to_end(token)
            return self._by_token[token]


READERS = Readers()


def open_reader(network: Network) -> tuple[Reader, dict[str, str]]:
    """Load a network to read with; give it and where this session's pad may ask it.

    Raises
    ------
    LookupError
        If the network is gone.
    """
    model = network.load()
    # A temperature is kept with a network whose probabilities were fitted to how often it is right.
    reader = Reader(model, network.classes, network.setup, calibrated=hasattr(model, "temperature"))
    tokens = st.session_state.setdefault("reader_tokens", {})
    token = tokens.setdefault(network.id, secrets.token_urlsafe(9))
    READERS.admit(token, reader)
    return reader, {"address": on_this_server(ADDRESS), "network": token}


def reader_of(token: object) -> Reader:
    """Give the reader that a request names.

    Raises
    ------
    RequestError
        With 404 where it is not kept (any more): the pad then has its page bring it back.
    """
    reader = READERS.get(token)
    if reader is None:
        raise RequestError(404, "That network is not kept here. Load the page again.")
    return reader


def prediction_of(asked: Mapping[str, Any], reader: Reader, purpose: str) -> Prediction:
    """Read the ``strokes`` of a request that is about what is drawn.

    Parameters
    ----------
    asked
        What was sent.
    reader
        That reads them.
    purpose
        What it is for, as the problem says it: ``"explain"``.

    Raises
    ------
    RequestError
        With 400 where they are no strokes, or leave nothing to read.
    """
    try:
        prediction = predict_digit(render_strokes(asked.get("strokes")), reader.model)
    except ValueError as problem:
        raise RequestError(400, f"{str(problem)[0].upper()}{str(problem)[1:]}.") from None
    if prediction.is_blank:
        raise RequestError(400, f"Nothing is drawn, so there is nothing to {purpose}.")
    return prediction


def pad_route(address: str, answer: Answering, expected: str, **options: Any) -> Route:
    """Make an address that is asked about a drawing: `ui.requests.json_route` for what a pad may send."""
    return json_route(address, answer, limit=MOST_BYTES, depth=MOST_DEPTH, expected=expected, **options)


def read_digit(drawing: dict[str, Any]) -> dict[str, Any]:
    """Answer a pad: ``network``, ``strokes`` and ``down`` in, what to show out."""
    return reader_of(drawing.get("network")).read(drawing.get("strokes"), down=drawing.get("down") is True)


ROUTES = (pad_route(ADDRESS, read_digit, "network, strokes and down"),)
