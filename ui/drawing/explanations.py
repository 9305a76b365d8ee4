"""Why a network reads what it reads: the addresses that the page's section asks, without a rerun of the page.

A drawing is explained when the pen is lifted, by requests of the component's own and only while the section is in
sight. They are computed by threads of their own, a few at a time, so that pads, which ask while the pen moves, never
wait for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.data import IMAGE_SETS, DataError, is_available
from primer_core.data.overview import PARTS
from primer_core.inference.asking import at_rest, probabilities_of
from primer_core.inference.attribution import input_gradient, integrated_gradients, occlusion
from primer_core.inference.changes import blend, smallest_change
from primer_core.inference.neighbours import Gallery, gallery, nearest, nearest_of_class
from ui.drawing import why_words
from ui.drawing.reader import pad_route, prediction_of, reader_of
from ui.requests import Answering, RequestError

if TYPE_CHECKING:
    from torch import nn

PIXELS = "/api/why/pixels"
NEAREST = "/api/why/nearest"
CHANGES = "/api/why/changes"

METHODS = ("integrated", "gradient", "occlusion")
#: Stands for no class in a request: the logit of the first class is explained alone.
NO_CLASS = "none"
#: Nearest images that are shown.
NEIGHBOURS = 5

#: Explanations that are computed at a time.
_EXPLAINERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="explain")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A drawing that somebody asks about, as the network sees it.

    Parameters
    ----------
    model
        The network, in evaluation mode.
    classes
        Names of its outputs.
    image
        (28, 28) in 0..1.
    logits
        (classes,): what it gives for the image.
    """

    model: nn.Module
    classes: Sequence[str]
    image: NDArray[np.floating]
    logits: NDArray[np.floating]

    @property
    def label(self) -> int:
        """What is read."""
        return int(self.logits.argmax())

    @property
    def second(self) -> int:
        """The class that comes next."""
        return int(np.argsort(self.logits, kind="stable")[-2])

    def gallery(self) -> Gallery:
        """The images among which neighbours are sought, whose classes are those of the network.

        Raises
        ------
        RequestError
            If they are not here.
        """
        name = next((one.name for one in IMAGE_SETS.values() if tuple(one.classes) == tuple(self.classes)), None)
        try:
            if name is None or not is_available(name):
                raise RequestError(404, "The images that this network was trained on are not on this server.")
            return gallery(name)
        except DataError as error:
            raise RequestError(404, str(error)) from None


def _asked(sent: Mapping[str, Any]) -> Asked:
    """Read a drawing, and ask the network of it.

    Raises
    ------
    RequestError
        With 404 where the network is not kept, and 400 where the strokes are none or leave nothing to read.
    """
    reader = reader_of(sent.get("network"))
    prediction = prediction_of(sent, reader, "explain")
    return Asked(at_rest(reader.model), reader.classes, prediction.image, prediction.logits)


def _class(sent: Mapping[str, Any], name: str, asked: Asked) -> int:
    value = sent.get(name)
    if type(value) is not int or not 0 <= value < len(asked.classes):
        raise RequestError(400, f"Expected {name}, a whole number from 0 to {len(asked.classes) - 1}.")
    return value


def pixels(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Which pixels speak for one class and against another.

    Parameters
    ----------
    sent
        ``network``, ``strokes``; ``method``, one of `METHODS`; ``first`` and ``other``, indices of classes: without
        them the two that are most probable. ``other`` may be `NO_CLASS`.

    Raises
    ------
    RequestError
        If something else was sent.
    """
    asked, method = _asked(sent), sent.get("method")
    if method not in METHODS:
        raise RequestError(400, f"Expected a method, one of {', '.join(METHODS)}.")
    first = asked.label if sent.get("first") is None else _class(sent, "first", asked)
    other: int | None
    if sent.get("other") is None:
        other = asked.second if first == asked.label else asked.label
    else:
        other = None if sent["other"] == NO_CLASS else _class(sent, "other", asked)
    if first == other:
        raise RequestError(400, "Expected two classes that differ: a class has no lead over itself.")
    names = why_words.Names(asked.classes, first, other)
    if method == "gradient":
        slopes = input_gradient(asked.model, asked.image, first, other)
        values = slopes.values
        said = why_words.of_gradient(names, slopes, why_words.tried(asked.model, asked.image, slopes, first, other))
    elif method == "integrated":
        shares = integrated_gradients(asked.model, asked.image, first, other)
        values = shares.values
        said = why_words.of_integrated(names, shares, asked.image)
    else:
        covered = occlusion(asked.model, asked.image, first, other)
        values = covered.values
        said = why_words.of_occlusion(names, covered, asked.label)
    return {
        "label": asked.label,
        "first": first,
        "other": other,
        "method": method,
        "image": _levels(asked.image),
        "values": [float(f"{value:.3g}") for value in values.ravel().tolist()],
        "said": said,
    }


def nearest_images(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The images that the network finds most alike.

    Parameters
    ----------
    sent
        ``network`` and ``strokes``.

    Raises
    ------
    RequestError
        If something else was sent, or there are no images.
    """
    asked = _asked(sent)
    shown = asked.gallery()
    found = nearest(asked.model, asked.image, shown, NEIGHBOURS)
    return {
        "neighbours": [
            {
                "label": asked.classes[shown.labels[place]],
                "as_read": bool(shown.labels[place] == asked.label),
                "distance": why_words.rounded(distance),
                "from": _told(shown, place),
                "image": shown.images[place].ravel().tolist(),
            }
            for place, distance in zip(found.places, found.distances, strict=True)
        ],
        "said": why_words.of_nearest(asked.classes, asked.label, found, shown),
    }


def changes(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What would make it another class: the smallest change found, and a blend towards the nearest image of it.

    Parameters
    ----------
    sent
        ``network``, ``strokes`` and ``target``, the index of a class that is not read.

    Raises
    ------
    RequestError
        If something else was sent, or there are no images.
    """
    asked = _asked(sent)
    target = _class(sent, "target", asked)
    if target == asked.label:
        raise RequestError(400, f"It reads {asked.classes[target]} already.")
    shown = asked.gallery()
    small = smallest_change(asked.model, asked.image, target)
    place = nearest_of_class(asked.model, asked.image, shown, target)
    way = None if place is None else blend(asked.model, asked.image, shown.floats()[place])
    answer: dict[str, Any] = {
        "target": target,
        "image": _levels(asked.image),
        "smallest": {
            "said": why_words.of_smallest(asked.classes, target, small, asked.image),
            **({} if small is None else {"image": _levels(small.image), "change": _change(small.image - asked.image)}),
        },
        "blend": {"said": why_words.of_blend(asked.classes, target, way, small)},
    }
    if way is not None and place is not None:
        labels = way.logits.argmax(axis=1)
        shares = probabilities_of(way.logits)
        turn = next((one for one in way.turns if one.label_after == target), None)
        answer["blend"] |= {
            "image": _levels(way.end),
            "from": _told(shown, place),
            "labels": labels.tolist(),
            "probabilities": [round(float(row[label]), 4) for row, label in zip(shares, labels, strict=True)],
            "turn": None if turn is None else round(turn.after, 5),
        }
    return answer


def _told(shown: Gallery, place: int) -> str:
    return f"{PARTS[shown.parts[place]]} image {shown.rows[place]}"


def _levels(image: NDArray[np.floating]) -> list[int]:
    levels: list[int] = np.rint(image * 255).astype(int).ravel().tolist()
    return levels


def _change(difference: NDArray[np.floating]) -> list[float]:
    return [round(value, 4) for value in difference.ravel().tolist()]


async def _explained(answer: Answering, sent: dict[str, Any]) -> dict[str, Any]:
    return await asyncio.get_running_loop().run_in_executor(_EXPLAINERS, answer, sent)


ROUTES = tuple(
    pad_route(path, answer, "network and strokes", run=_explained)
    for path, answer in ((PIXELS, pixels), (NEAREST, nearest_images), (CHANGES, changes))
)
