"""One training run as the server sees it: what was asked, what has come back, and how to steer it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from primer_core.training.history import EpochPoint, History, RateChange
from primer_core.training.messages import (
    Command,
    EpochEnded,
    Failed,
    Finished,
    Held,
    Loading,
    LookAt,
    Looked,
    Measured,
    Pause,
    Report,
    Resume,
    SetLearningRate,
    SetPace,
    Started,
    StepEpoch,
    StepOnce,
    Steps,
    Stop,
    Watch,
)
from primer_core.training.spec import Outcome, RunSpec, check_learning_rate
from primer_core.training.vitals import Vitals

if TYPE_CHECKING:
    from torch import nn

Status = Literal["starting", "loading", "training", "paused", "failed"] | Outcome

#: A run keeps so many looks back.
_KEPT_LOOKS = 64
#: A run in one of these will not change any more.
ENDED: frozenset[Status] = frozenset({"completed", "stopped", "diverged", "failed"})


@dataclass(frozen=True, slots=True)
class RunState:
    """A run at one moment.

    Parameters
    ----------
    status
        Where it stands.
    reason
        Why it failed, in a sentence; empty otherwise.
    step, total_steps
        Batches trained on so far, and in the whole run; the total is 0 until the data is loaded.
    epoch
        The pass it is in, counted from 1; 0 before the first batch.
    train_size
        Training samples; 0 until the data is loaded.
    learning_rate
        In use now, or asked for last.
    samples_per_second
        As the clock on the wall has it, so shared with the other runs of the process.
    seconds_left
        Estimated from that, or None while there is nothing to go by.
    downloaded
        Bytes had and bytes in all while a download goes on, else (0, 0).
    test_loss, test_accuracy
        Measured at the end: nats, and 0 to 1.
    damaged_file
        Whether it failed because a data file is damaged, so that fetching it again is worth a try.
    has_network
        Whether `Run.state_dict_bytes` is there.
    """

    status: Status
    reason: str
    step: int
    total_steps: int
    epoch: int
    train_size: int
    learning_rate: float
    samples_per_second: float
    seconds_left: float | None
    downloaded: tuple[int, int]
    test_loss: float | None
    test_accuracy: float | None
    damaged_file: bool
    has_network: bool

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ENDED


class Run:
    """A run that a worker process carries out. Made by `TrainingService.start`; safe to use from any thread.

    Parameters
    ----------
    run_id
        Unique in its service.
    spec
        What was asked.
    send
        Passes a command on to whichever worker has the run.
    paused
        Whether it holds before its first batch.
    pace
        Batches a second at most; None for as fast as it goes.
    """

    def __init__(
        self,
        run_id: str,
        spec: RunSpec,
        send: Callable[[Command], None],
        *,
        paused: bool = False,
        pace: float | None = None,
    ) -> None:
        self.id = run_id
        self.spec = spec
        self.history = History()
        self._send = send
        self._changed = threading.Condition()
        self._status: Status = "starting"
        self._reason = ""
        self._damaged_file = False
        self._hold = paused
        self._pace = pace
        self._step = self._epoch = self._total_steps = self._train_size = 0
        self._learning_rate = spec.learning_rate
        self._samples_per_second = 0.0
        self._downloaded = (0, 0)
        self._test_loss: float | None = None
        self._test_accuracy: float | None = None
        self._state_dict: bytes | None = None
        self._vitals: tuple[Vitals, ...] = ()
        self._looks: dict[int, Looked] = {}
        self._looks_back: dict[tuple[int, int], Looked] = {}
        self._asked_back: tuple[int, int] | None = None

    def pause(self) -> None:
        """Hold before the next batch."""
        self._steer(Pause(self.id), {"training": "paused"}, hold=True)

    def resume(self) -> None:
        """Go on training."""
        self._steer(Resume(self.id), {"paused": "training"}, hold=False)

    def step_once(self) -> None:
        """Train on one more batch and pause."""
        self._steer(StepOnce(self.id), {"training": "paused"}, hold=True)

    def step_epoch(self) -> None:
        """Train on what is left of this pass over the samples, a whole one between two, and pause."""
        self._steer(StepEpoch(self.id), {"paused": "training"}, hold=False)

    @property
    def pace(self) -> float | None:
        """Batches a second at most; None for as fast as it goes."""
        return self._pace

    def set_pace(self, pace: float | None) -> None:
        """Train on so many batches a second at most from now on.

        Parameters
        ----------
        pace
            float above 0, or None for as fast as it goes.

        Raises
        ------
        ValueError
            If it is not above 0.
        """
        if pace is not None and not pace > 0:
            raise ValueError(f"a pace is batches a second, above 0, got {pace!r}")
        with self._changed:
            if self._status in ENDED or pace == self._pace:
                return
            self._pace = pace
        self._send(SetPace(self.id, pace))

    def stop(self) -> None:
        """End before the next batch; the network as it is then is kept."""
        self._steer(Stop(self.id), {}, hold=self._hold)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next batch on.

        Raises
        ------
        SpecError
            If `check_learning_rate` refuses it.
        """
        check_learning_rate(learning_rate)
        with self._changed:
            if self._status in ENDED or learning_rate == self._learning_rate:
                return
            self._learning_rate = learning_rate
            self.history.add_rate_change(RateChange(self._step, learning_rate))
        self._send(SetLearningRate(self.id, learning_rate))

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run has ended.

        Returns
        -------
        bool
            Whether it has.
        """
        return self.wait_for(lambda state: state.ended, timeout)

    def wait_for(self, condition: Callable[[RunState], bool], timeout: float | None = None) -> bool:
        """Wait until a condition holds, which is tried at each change of the run.

        Parameters
        ----------
        condition
            Function of the run's state, quick; it may look at the run's history too.
        timeout
            Seconds to wait at most; None for ever.

        Returns
        -------
        bool
            Whether it holds.
        """
        with self._changed:
            return self._changed.wait_for(lambda: condition(self.state()), timeout)

    def state(self) -> RunState:
        """How the run stands now."""
        with self._changed:
            left = None
            if self._status == "training" and self._samples_per_second and self._total_steps:
                left = (self._total_steps - self._step) * self.spec.batch_size / self._samples_per_second
            return RunState(
                status=self._status,
                reason=self._reason,
                step=self._step,
                total_steps=self._total_steps,
                epoch=self._epoch,
                train_size=self._train_size,
                learning_rate=self._learning_rate,
                samples_per_second=self._samples_per_second,
                seconds_left=left,
                downloaded=self._downloaded,
                test_loss=self._test_loss,
                test_accuracy=self._test_accuracy,
                damaged_file=self._damaged_file,
                has_network=self._state_dict is not None,
            )

    @property
    def vitals(self) -> tuple[Vitals, ...]:
        """What was measured inside the network so far, in the order of steps."""
        return self._vitals

    @property
    def state_dict_bytes(self) -> bytes | None:
        """The trained network for `primer_core.inference.load_trained`, once the run has ended with one."""
        return self._state_dict

    def network(self) -> nn.Module:
        """The trained network, in evaluation mode, as something that takes inputs before normalising.

        Returns
        -------
        nn.Module
            Takes pixels (n, 1, 28, 28) in [0, 1], or points (n, 2); gives logits.

        Raises
        ------
        LookupError
            If the run has left no network (yet).
        """
        if self._state_dict is None:
            raise LookupError("this run has left no network")
        from primer_core.inference import load_trained

        return load_trained(self.spec, self._state_dict)

    def watch(self, first_unit: int = 0) -> Looked | None:
        """Have looks told for a few seconds; the latest one so far, of these units of the first layer if there is one.

        After the end it is the look at the network that the run has left, once that has come.
        """
        with self._changed:
            looked = self._looks.get(first_unit)
            ended, network, step = self._status in ENDED, self._state_dict, self._step
        if not ended:
            self._send(Watch(self.id, first_unit))
        elif network is not None and (looked is None or looked.step != step):
            return self.look_back(network, step, first_unit)
        return looked

    def look_back(self, network: bytes, step: int, first_unit: int = 0) -> Looked | None:
        """The look at a network that this run had after `step` batches; None until the worker has told it.

        Parameters
        ----------
        network
            Its parameters, as `state_dict_bytes` has them.
        step
            int from 0.
        first_unit
            int from 0, the first of the units of the first layer whose weights are wanted.
        """
        with self._changed:
            key = step, first_unit
            if key in self._looks_back:
                return self._looks_back[key]
            if self._asked_back == key:
                return None
            self._asked_back = key
        self._send(LookAt(self.id, self.spec, network, step, first_unit))
        return None

    def take(self, report: Report) -> None:
        """Take a worker's report about this run."""
        with self._changed:
            if isinstance(report, Looked):
                self._keep(report)
                self._changed.notify_all()
                return
            if self._status in ENDED:
                return
            match report:
                case Loading(done=done, total=total):
                    self._status = "loading"
                    self._downloaded = (done, total)
                case Started(train_size=train_size, total_steps=total_steps):
                    self._status = "paused" if self._hold else "training"
                    self._train_size, self._total_steps = train_size, total_steps
                    self._downloaded = (0, 0)
                case Steps(steps=steps, losses=losses, epoch=epoch, samples_per_second=samples_per_second):
                    self.history.add_losses(steps, losses)
                    self._step = steps[-1]
                    self._epoch = epoch or self._epoch
                    self._samples_per_second = samples_per_second
                case Held():
                    self._status, self._hold = "paused", True
                case EpochEnded(epoch=epoch, step=step, train_loss=train, validation_loss=validation):
                    self.history.add_epoch(EpochPoint(epoch, step, train, validation, report.validation_accuracy))
                case Measured(vitals=vitals):
                    self._vitals = (*self._vitals, vitals)
                case Finished(outcome=outcome, test_loss=test_loss, test_accuracy=test_accuracy, network=network):
                    self._test_loss, self._test_accuracy = test_loss, test_accuracy
                    self._state_dict = network
                    self._status = outcome
                case Failed(reason=reason, damaged_file=damaged_file):
                    self._reason, self._damaged_file = reason, damaged_file
                    self._status = "failed"
            self._changed.notify_all()

    def fail(self, reason: str) -> None:
        """End the run, if it has not ended, because its process is gone."""
        self.take(Failed(self.id, reason, damaged_file=False))

    def _keep(self, looked: Looked) -> None:
        """Keep a look; those back in the run are kept for a while, since who scrubs comes back to them."""
        key = looked.step, looked.first_unit
        if self._asked_back == key:
            self._asked_back = None
            self._looks_back = dict([*self._looks_back.items()][1 - _KEPT_LOOKS :])
            self._looks_back[key] = looked
        else:
            self._looks[looked.first_unit] = looked

    def _steer(self, command: Command, becomes: dict[Status, Status], *, hold: bool) -> None:
        with self._changed:
            if self._status in ENDED:
                return
            self._hold = hold
            self._status = becomes.get(self._status, self._status)
            self._changed.notify_all()
        self._send(command)
