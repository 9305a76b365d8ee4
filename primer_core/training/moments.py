"""Moments of a run to look back at: what its network was at some of its batches, each in a file.

The process that trains keeps them with a `MomentKeeper`; the server finds them with `moment_near` and `kept_steps`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import nn

    from primer_core.training.run import Run

#: A run keeps at most so many moments, and so many bytes of them.
MOST_MOMENTS = 48
MOST_BYTES = 25_000_000
#: After a moment the run trains for at least so many times as long as it took to keep it: before the next one within a
#: pass, and, after the end of a pass, before the next end of a pass that is kept.
_REST, _REST_OF_PASSES = 30.0, 4.0
_SUFFIX = ".pt"

#: What a moment is: where there are too many, those of batches within passes go first, then those of ends of passes.
Worth = Literal["start", "batch", "pass", "end"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A network as it was.

    Parameters
    ----------
    step
        Batches that it was trained on by then; 0 for the start.
    path
        File that holds its parameters.
    """

    step: int
    path: Path

    def state_dict_bytes(self) -> bytes:
        """Read the parameters, as `primer_core.inference.load_trained` takes them.

        Raises
        ------
        LookupError
            If it is not kept any more: a run that goes on thins its moments out.
        """
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise LookupError(f"the moment after {self.step} batches is not kept any more") from None


def kept_steps(run: Run) -> tuple[int, ...]:
    """Return the numbers of batches after which moments of a run are kept, in order; none where none are kept."""
    folder = run.moments_folder
    if folder is None or not folder.is_dir():
        return ()
    return tuple(sorted(int(path.stem) for path in folder.iterdir() if path.suffix == _SUFFIX))


def moment_near(run: Run, step: int) -> Moment | None:
    """Find the moment of a run that is nearest to a batch.

    Parameters
    ----------
    run
        That goes on or has ended.
    step
        int from 0, batches trained on.

    Returns
    -------
    Moment or None
        The earlier one of two that are as near; None where none is kept.
    """
    steps = kept_steps(run)
    folder = run.moments_folder
    if not steps or folder is None:
        return None
    nearest = min(steps, key=lambda kept: (abs(kept - step), kept))
    return Moment(nearest, folder / _name(nearest))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A moment that is kept.

    Parameters
    ----------
    place
        Its number: of the pass that ended then, counted from 1, or of the batch.
    ends_pass
        Which of the two.
    size
        Bytes of its file.
    """

    place: int
    ends_pass: bool
    size: int


class MomentKeeper:
    """Keeps a run's moments in a folder: the start, the ends of passes, and batches between them, evenly thinned.

    It never holds the run up for long: where moments come too fast, some are left out. Where they cannot be written,
    the run goes on without them.

    Parameters
    ----------
    folder
        Of this run alone; it is made if it is not there.
    mean, std
        What is taken off the inputs of the network before it sees them, and what they are divided by; kept with the
        parameters, so that the network of a moment can be used by itself.
    most
        int from 3, moments at most.
    most_bytes
        int above 0, bytes at most; the latest moment is kept whatever its size.
    clock
        Seconds.
    remembered
        What the `memory` of a keeper of before was, if the run goes on that it kept moments of.
    """

    def __init__(
        self,
        folder: Path,
        mean: float = 0.0,
        std: float = 1.0,
        *,
        most: int = MOST_MOMENTS,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.perf_counter,
        remembered: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder = folder
        self._scaling = (mean, std)
        self._most, self._most_bytes = most, most_bytes
        self._clock = clock
        self._kept: dict[int, _Kept] = {}
        self._end = 0
        self._passes = 0
        self._batch_stride = self._pass_stride = 1
        self._next_batch = self._next_pass = float("-inf")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._broken = False
            self._take_up(remembered or {})
        except OSError:
            self._broken = True

    @property
    def memory(self) -> dict[str, Any]:
        """Which moments are which, in plain JSON: another keeper in the same folder goes on with it."""
        ends = {str(kept.place): step for step, kept in self._kept.items() if kept.ends_pass}
        return {"passes": self._passes, "ends": ends, "strides": [self._batch_stride, self._pass_stride]}

    def _take_up(self, memory: Mapping[str, Any]) -> None:
        """Take over the moments that are there; those that came after the memory are batches within passes to it."""
        if memory:
            self._passes = memory["passes"]
            self._batch_stride, self._pass_stride = memory["strides"]
        passes = {step: int(place) for place, step in memory.get("ends", {}).items()}
        for path in self._folder.iterdir():
            if path.suffix == _SUFFIX and path.stem.isdecimal():
                step = int(path.stem)
                ends = step in passes
                self._kept[step] = _Kept(passes[step] if ends else step, ends_pass=ends, size=path.stat().st_size)

    def offer(self, step: int, model: nn.Module, worth: Worth = "batch") -> None:
        """Keep the network as it is now, if that is worth a moment.

        Parameters
        ----------
        step
            int from 0, batches trained on.
        model
            On any device. It is not changed.
        worth
            What this moment is: the start, which is step 0, the end of a pass or of the run, or a batch in between.
        """
        if worth == "batch":
            if step % self._batch_stride or self._clock() < self._next_batch:
                return
        elif worth == "pass":
            self._passes += 1
            if self._passes % self._pass_stride or self._clock() < self._next_pass:
                return
        elif worth == "end":
            self._end = step
        if self._broken:
            return
        kept = self._kept.get(step)
        if kept is None:
            began = self._clock()
            try:
                size = self._write(step, model)
            except (OSError, RuntimeError):  # torch wraps the first in the second
                self._broken = True
                return
            now = self._clock()
            self._next_batch = now + _REST * (now - began)
            if worth == "pass":
                self._next_pass = now + _REST_OF_PASSES * (now - began)
        else:
            size = kept.size
        if worth == "pass":
            self._kept[step] = _Kept(self._passes, ends_pass=True, size=size)
        elif kept is None:
            self._kept[step] = _Kept(step, ends_pass=False, size=size)
        self._thin(latest=step)

    def _write(self, step: int, model: nn.Module) -> int:
        import torch

        mean, std = (torch.tensor(float(value)) for value in self._scaling)
        state = {f"model.{name}": tensor.detach().cpu() for name, tensor in model.state_dict().items()}
        partial = self._folder / f"{step}.partial"
        try:
            with partial.open("wb") as file:
                torch.save(state | {"mean": mean, "std": std}, file)
                size = file.tell()
            partial.replace(self._folder / _name(step))
        except (OSError, RuntimeError):
            partial.unlink(missing_ok=True)  # half of one takes room that others may need
            raise
        return size

    def _thin(self, latest: int) -> None:
        """Leave every other one out, first of those within passes, then of the ends of passes, until there is room."""
        while len(self._kept) > self._most or sum(kept.size for kept in self._kept.values()) > self._most_bytes:
            others = {step: kept for step, kept in self._kept.items() if step != latest}
            free = {step: kept for step, kept in others.items() if step not in (0, self._end)}
            if not others:
                return
            if any(not kept.ends_pass for kept in free.values()):
                self._batch_stride *= 2
                surplus = [s for s, kept in free.items() if not kept.ends_pass and kept.place % self._batch_stride]
            elif free:
                self._pass_stride *= 2
                surplus = [s for s, kept in free.items() if kept.place % self._pass_stride]
            else:
                surplus = list(others)
            for step in surplus:
                del self._kept[step]
                (self._folder / _name(step)).unlink(missing_ok=True)


def _name(step: int) -> str:
    return f"{step:09d}{_SUFFIX}"
