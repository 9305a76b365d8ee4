"""What a run that learned own digits has come to, in numbers and sentences. Nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from primer_core.claims.claim import percent
from primer_core.training.spec import REPLAY_RANGE, data_title
from primer_core.training.teaching import HELD_OUT_EVERY, LEAST_HELD_OUT, held_out

if TYPE_CHECKING:
    from primer_core.training.messages import Judged
    from primer_core.training.run import Run

#: Test images in a hundred that are read wrong after a run and were read right before it, from which on a network has
#: forgotten.
FORGETS = 2.0
#: Classes that are named as the ones that were forgotten most.
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some images are read right.

    Parameters
    ----------
    right, size
        Whole numbers.
    """

    right: int
    size: int

    def text(self) -> str:
        """Both numbers, and in a hundred: ``"14 of 16, 87.5 %"``."""
        return f"{self.right} of {self.size}, {percent(self.right / self.size)}" if self.size else "none"


def learned_and_held_out(labels: Sequence[int], judged: Judged) -> tuple[Share, Share]:
    """How a network reads the digits that a run learns, and those that are held out from it."""
    triples = list(zip(labels, judged.digits, held_out(labels), strict=True))
    learned, held = ([label == read for label, read, is_held in triples if is_held == which] for which in (False, True))
    return Share(sum(learned), len(learned)), Share(sum(held), len(held))


def share_of_test(judged: Judged) -> Share:
    """How a network reads the test images."""
    return Share(sum(judged.test_right), sum(judged.test_size))


def result_of(run: Run, start: str) -> dict[str, Any] | None:
    """What `ui.components.own_digits` shows of a run that learns digits; None while nothing is judged.

    Parameters
    ----------
    run
        That goes on or has ended.
    start
        What the network that it began with is called.
    """
    if not run.judged or run.digit_labels is None:
        return None
    before, state = run.judged[0], run.state()
    after = run.judged[-1] if len(run.judged) > 1 and state.ended else None
    labels, test = run.digit_labels, f"Test images of {data_title(run.spec.data)}"
    names = ("My digits that it learns", "My digits held out", test)
    shares = [
        (name, first, last)
        for name, first, last in zip(
            names,
            (*learned_and_held_out(labels, before), share_of_test(before)),
            (*learned_and_held_out(labels, after), share_of_test(after)) if after else (None,) * len(names),
            strict=True,
        )
        if first.size
    ]
    return {
        "run": run.id,
        "ended": state.ended,
        "caption": f"A copy of “{start}”, replay share {percent(run.spec.replay, 0)}: read right",
        "rows": [
            {
                "name": name,
                "before": first.text(),
                "after": last.text() if last else "…" if not state.ended else "–",
                "worse": last is not None and last.right < first.right,
            }
            for name, first, last in shares
        ],
        "told": [*_held_out_told(labels), *(_told(before, after, run.spec.replay) if after else ())],
        "read": list(after.digits) if after else None,
    }


def _held_out_told(labels: Sequence[int]) -> list[str]:
    if any(held_out(labels)):
        return [
            f"Every {HELD_OUT_EVERY}th drawing of each digit is held out: the run never trains on it, nor on any "
            "validation or test image."
        ]
    return [
        "It learns all of your digits: there are too few to hold some out. These numbers say how well it knows them, "
        f"not how it would read new ones. Every {HELD_OUT_EVERY}th drawing of each digit is held out as soon as that "
        f"makes {LEAST_HELD_OUT}: {HELD_OUT_EVERY * LEAST_HELD_OUT} drawings of one digit are enough."
    ]


def _told(before: Judged, after: Judged, replay: float) -> list[str]:
    """What became of the test images, and what to do about it."""
    first, last = share_of_test(before), share_of_test(after)
    lost = 100 * (first.right - last.right) / first.size
    if lost < FORGETS:
        kept = "so it has forgotten little." if lost > 0 else "so nothing shows that it has forgotten."
        return [f"It reads {last.right} of {last.size} test images right, {first.right} before, {kept}"]
    classes = sorted(range(len(after.test_right)), key=lambda label: after.test_right[label] - before.test_right[label])
    worst = [label for label in classes[:_MOST_NAMED] if after.test_right[label] < before.test_right[label]]
    named = ", ".join(
        f"{label} ({after.test_right[label]} of {after.test_size[label]} right, {before.test_right[label]} before)"
        for label in worst
    )
    if replay == 0:
        way_out = (
            "Your digits alone decided each step. With a replay share, MNIST images stand in each batch beside them: "
            "set 50 % and teach it again."
        )
    else:
        way_out = "Try a larger replay share." if replay < REPLAY_RANGE[1] else "Try fewer passes."
    return [f"It has forgotten, most of all: {named}.", way_out]
