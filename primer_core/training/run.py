"""One training run as the server sees it: what was asked, what has come back, and how to steer it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from primer_core.training.history import EpochPoint, History, SettingChange
from primer_core.training.kept import LOGGED, LogReader, RunFolder
from primer_core.training.messages import (
    Behind,
    Change,
    Changed,
    Command,
    CutOff,
    EpochEnded,
    Failed,
    Finished,
    Followed,
    Held,
    Judged,
    Loading,
    LookAt,
    Looked,
    Measured,
    Pause,
    Report,
    Resume,
    Returning,
    SetPace,
    Started,
    StepEpoch,
    StepOnce,
    Steps,
    Stop,
    TakenUp,
    Watch,
)
from primer_core.training.spec import LIVE, Outcome, RunSpec
from primer_core.training.vitals import Vitals

if TYPE_CHECKING:
    from torch import nn

Status = Literal["starting", "loading", "returning", "training", "paused", "interrupted", "failed"] | Outcome

#: A run keeps so many looks back.
_KEPT_LOOKS = 64
#: Seconds between two looks into the log of a run that another server trains.
_READ_INTERVAL = 0.1
#: A run in one of these does nothing until it is told to train on, if it can.
ENDED: frozenset[Status] = frozenset(
    {"completed", "stopped", "reached", "levelled", "diverged", "interrupted", "failed"}
)


@dataclass(frozen=True, slots=True)
class RunState:
    """A run at one moment.

    Parameters
    ----------
    status
        Where it stands.
    reason
        Why it failed or was interrupted, in a sentence, if that is known; empty otherwise.
    step, total_steps
        Batches trained on so far, and in the whole run; the total is 0 until the data is loaded.
    epoch
        The pass it is in, counted from 1; 0 before the first batch.
    train_size
        Training samples; 0 until the data is loaded.
    spec
        What it trains, with the settings that are in use now.
    samples_per_second
        As the clock on the wall has it, so shared with the other runs of the process.
    seconds_left
        Estimated from that, or None while there is nothing to go by.
    downloaded
        Bytes had and bytes in all while a download goes on, else (0, 0).
    test_loss, test_accuracy
        Measured at the latest end: nats, and 0 to 1.
    network_step
        Batches that the network of `Run.state_dict_bytes` was trained on, to which those numbers belong; None while
        there is none.
    damaged_file
        Whether it failed because a data file is damaged, so that fetching it again is worth a try.
    can_go_on
        Whether it has ended and `Run.train_on` would train on.
    returned
        While it is trained again from its last checkpoint on: batches of it so far.
    unwritten
        Whether something of it that was told could not be written yet, as on a full disk.
    """

    status: Status
    reason: str
    step: int
    total_steps: int
    epoch: int
    train_size: int
    spec: RunSpec
    samples_per_second: float
    seconds_left: float | None
    downloaded: tuple[int, int]
    test_loss: float | None
    test_accuracy: float | None
    network_step: int | None
    damaged_file: bool
    can_go_on: bool
    returned: int = 0
    unwritten: bool = False

    @property
    def ended(self) -> bool:
        """Whether it does nothing any more, unless it is told to train on."""
        return self.status in ENDED


class Run:
    """A run that a worker process carries out, or did. Made by `TrainingService`; safe to use from any thread.

    Of a run that is kept this is only what its log says: another one can be made of that at any time.

    Parameters
    ----------
    run_id
        Unique in its service.
    spec
        What was asked.
    send
        Passes a command on to whichever worker has the run; None for a run of before, which none has.
    paused
        Whether it holds before its first batch.
    pace
        Batches a second at most; None for as fast as it goes.
    moments_folder
        Where its worker keeps moments of it, as `primer_core.training.moments` finds them; None where it keeps none.
    digit_labels
        Of a run that fine-tunes: the labels of the digits that came with its start; their images are not here.
    folder
        Where it is kept; None where it is not.
    take_up
        Function that gives a kept run that no worker has to one; None where that cannot be.
    ask_any
        Function that has any worker look at a network of a run that none has.
    """

    def __init__(
        self,
        run_id: str,
        spec: RunSpec,
        send: Callable[[Command], None] | None,
        *,
        paused: bool = False,
        pace: float | None = None,
        moments_folder: Path | None = None,
        digit_labels: tuple[int, ...] | None = None,
        folder: RunFolder | None = None,
        take_up: Callable[[Run], None] | None = None,
        ask_any: Callable[[Run, LookAt], None] | None = None,
    ) -> None:
        self.id = run_id
        self.digit_labels = digit_labels
        self.folder = folder
        self.moments_folder = folder.moments if folder is not None else moments_folder
        self.spec = spec
        self.history = History()
        self._to_worker = send
        self._take_up = take_up
        self._ask_any = ask_any
        self._reader = None if send is not None or folder is None else LogReader(folder.log)
        self._changed = threading.Condition()
        self._status: Status = "starting"
        self._reason = ""
        self._damaged_file = False
        self._hold = paused
        self._pace = pace
        self._step = self._epoch = self._total_steps = self._train_size = 0
        self._asked = self._in_use = spec
        self._returned = 0
        self._unwritten = False
        self._reads_at = 0.0
        self._samples_per_second = 0.0
        self._downloaded = (0, 0)
        self._test_loss: float | None = None
        self._test_accuracy: float | None = None
        self._state_dict: bytes | None = None
        self._network_step: int | None = None
        self._vitals: tuple[Vitals, ...] = ()
        self._judged: tuple[Judged, ...] = ()
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
        """Train on one more batch and pause; after the end, on the first of another epoch."""
        self._reopen(0, hold=True)
        self._steer(StepOnce(self.id), {"training": "paused"}, hold=True)

    def step_epoch(self) -> None:
        """Train on what is left of this pass over the samples, a whole one between two and after the end, and pause."""
        self._reopen(0, hold=False)
        self._steer(StepEpoch(self.id), {"paused": "training"}, hold=False)

    def _reopen(self, epochs: int, *, hold: bool) -> bool:
        """Take back the end, if it has ended and can go on, with at least one epoch to train; say whether it did.

        A run that was interrupted goes on as it was planned.
        """
        with self._changed:
            if not self._can_go_on():
                return False
            interrupted, detached = self._status == "interrupted", self._to_worker is None
            if not interrupted:
                if self._step >= self._total_steps:
                    epochs = max(1, epochs)
                self._asked = replace(self._asked, epochs=self._asked.epochs + epochs, target=0.0, patience=0)
            self._status, self._hold, self._reason = "paused" if hold else "training", hold, ""
            if detached:
                self._status, self._reader = "starting", None
            change = Change(self.id, self._asked)
            self._changed.notify_all()
        if detached:
            assert self._take_up is not None  # it can go on
            self._take_up(self)
        if not interrupted or self._asked != self._in_use:
            self._send(change)
        return True

    def attach(self, send: Callable[[Command], None]) -> None:
        """Be carried out by a worker from now on."""
        with self._changed:
            self._to_worker = send

    def is_with(self, send: Callable[[Command], None]) -> bool:
        """Whether this is what passes its commands on."""
        return self._to_worker == send

    @property
    def holds(self) -> bool:
        """Whether it is to hold before its next batch."""
        return self._hold

    @property
    def elsewhere(self) -> bool:
        """Whether another server's process trains it, so that it can only be looked at here."""
        return self._reader is not None and self._to_worker is None and self._status not in ENDED

    def read_log(self) -> None:
        """Take what the log says, if that is all there is to go by, and find out whether anybody still writes it."""
        with self._changed:
            if self._reader is None or self.folder is None:
                return
            in_use = self.folder.in_use()  # before the log is read: what is written until then is read as well
            told = False
            for report in self._reader.read():
                if self._status in ENDED:
                    self._status = "training"
                self._take(report)
                told = True
            if self._status not in ENDED and not in_use and self._to_worker is None:
                self._status = "interrupted"
            elif self._status == "interrupted" and in_use:
                self._status = "training"
            if told:
                if self._to_worker is None:
                    self._asked = self._in_use
                self._changed.notify_all()

    def _send(self, command: Command) -> None:
        send = self._to_worker
        if send is not None:
            send(command)

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
            if pace == self._pace:
                return
            self._pace = pace
        self._send(SetPace(self.id, pace))

    def stop(self) -> None:
        """End before the next batch; the network as it is then is kept."""
        self._steer(Stop(self.id), {}, hold=self._hold)

    def change(self, **settings: Any) -> None:
        """Use other settings from the next batch on; of a run that has ended, if it goes on.

        Parameters
        ----------
        settings
            Names of `primer_core.training.spec.LIVE` with their values.

        Raises
        ------
        SpecError
            If a value is out of its range, or does not fit the model.
        """
        with self._changed:
            asked = replace(self._asked, **settings)
            if asked == self._asked or (self._status in ENDED and not self._can_go_on()):
                return
            self._asked = asked
        self._send(Change(self.id, asked))

    def train_on(self, epochs: int = 0) -> None:
        """Go on after the end, from the network as it is, with the rules off that ended it.

        Parameters
        ----------
        epochs
            Passes to plan beyond those that are planned; none are needed after a stop.

        Raises
        ------
        SpecError
            If that were more epochs than a run can have.
        """
        if self._reopen(epochs, hold=False):
            self._send(Resume(self.id))

    @property
    def ended(self) -> bool:
        """Whether it does nothing any more, unless it is told to train on; quicker than asking for its state."""
        return self._status in ENDED

    @property
    def has_network(self) -> bool:
        """Whether an end has left a network; quicker than asking for it."""
        return self._network_step is not None

    @property
    def asked(self) -> RunSpec:
        """What it trains, with the settings that were asked for last."""
        return self._asked

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run has ended, or ended again.

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
        if self._reader is not None and time.monotonic() >= self._reads_at:
            self._reads_at = time.monotonic() + _READ_INTERVAL
            self.read_log()
        with self._changed:
            left = None
            if self._status == "training" and self._samples_per_second and self._total_steps:
                left = (self._total_steps - self._step) * self._in_use.batch_size / self._samples_per_second
            return RunState(
                status=self._status,
                reason=self._reason,
                step=self._step,
                total_steps=self._total_steps,
                epoch=self._epoch,
                train_size=self._train_size,
                spec=self._in_use,
                samples_per_second=self._samples_per_second,
                seconds_left=left,
                downloaded=self._downloaded,
                test_loss=self._test_loss,
                test_accuracy=self._test_accuracy,
                network_step=self._network_step,
                damaged_file=self._damaged_file,
                can_go_on=self._can_go_on(),
                returned=self._returned,
                unwritten=self._unwritten,
            )

    @property
    def vitals(self) -> tuple[Vitals, ...]:
        """What was measured inside the network so far, in the order of steps."""
        return self._vitals

    @property
    def judged(self) -> tuple[Judged, ...]:
        """How the network of a run that fine-tunes reads: before its first batch, then at each end so far."""
        return self._judged

    @property
    def state_dict_bytes(self) -> bytes | None:
        """The network for `primer_core.inference.load_trained`, as of the latest end of the run that left one.

        A diverged run leaves none: its parameters are not numbers. Of a run that is kept it is read from its folder.
        """
        if self._state_dict is not None or self.folder is None or self._network_step is None:
            return self._state_dict
        try:
            return self.folder.network(self._network_step).read_bytes()
        except OSError:
            return None

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
        state_dict = self.state_dict_bytes
        if state_dict is None:
            raise LookupError("this run has left no network")
        from primer_core.inference import load_trained

        return load_trained(self.spec, state_dict)

    def watch(self, first_unit: int = 0) -> Looked | None:
        """Have looks told for a few seconds; the latest one so far, of these units of the first layer if there is one.

        After the end it is the look at the network that the run has left, once that has come.
        """
        with self._changed:
            looked = self._looks.get(first_unit)
            ended, step, left = self._status in ENDED, self._step, self._network_step
        if not ended:
            self._send(Watch(self.id, first_unit))
        elif left == step and (looked is None or looked.step != step):
            network = self.state_dict_bytes
            return looked if network is None else self.look_back(lambda: network, step, first_unit)
        return looked

    def look_back(self, network: Callable[[], bytes], step: int, first_unit: int = 0) -> Looked | None:
        """The look at a network that this run had after `step` batches; None until the worker has told it.

        Parameters
        ----------
        network
            Function that gives its parameters, as `state_dict_bytes` has them; called where the look is not known yet.
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
        parameters = network()
        with self._changed:
            self._asked_back = key
        command = LookAt(self.id, self.spec, parameters, step, first_unit)
        if self._to_worker is None and self._ask_any is not None:
            self._ask_any(self, command)
        else:
            self._send(command)
        return None

    def take(self, report: Report) -> None:
        """Take a worker's report about this run."""
        with self._changed:
            if isinstance(report, Looked):
                self._keep(report)
                self._changed.notify_all()
                return
            if self._reader is not None and isinstance(report, LOGGED):  # it was written before it was told
                self.read_log()
                return
            if self._status in ENDED and not isinstance(report, Followed):
                return
            self._take(report)
            self._changed.notify_all()

    def _take(self, report: Report) -> None:
        match report:
            case Loading(done=done, total=total):
                self._status = "loading"
                self._downloaded = (done, total)
            case Returning(step=step):
                self._status, self._returned = "returning", step
            case TakenUp(step=step):
                if self.history.size < step and self.folder is not None:  # it was written, and told to nobody
                    for earlier in LogReader(self.folder.log).read():
                        if isinstance(earlier, Steps | Changed | EpochEnded | Measured):
                            self._take(earlier)
                self._status = "paused" if self._hold else "training"
                self._returned = 0
            case Followed(paused=paused, pace=pace):
                self._hold, self._pace = paused, pace
                if self._status not in ENDED or self._status == "interrupted":
                    self._status, self._reason = "paused" if paused else "training", ""
            case Started(train_size=train_size, total_steps=total_steps):
                self._status = "paused" if self._hold else "training"
                self._train_size, self._total_steps = train_size, total_steps
                self._downloaded = (0, 0)
            case Steps(steps=steps, losses=losses, epoch=epoch, samples_per_second=samples_per_second):
                had = self.history.size - steps[0] + 1
                if had >= len(steps):
                    return  # it was told before, and is trained again
                self.history.add_losses(steps[max(had, 0) :], losses[max(had, 0) :])
                self._step = steps[-1]
                self._epoch = epoch or self._epoch
                self._samples_per_second = samples_per_second
            case Changed(step=step) if step < self._step:
                pass
            case Changed(step=step, spec=spec, total_steps=total_steps):
                for name in LIVE:
                    before, value = getattr(self._in_use, name), getattr(spec, name)
                    if before != value:
                        self.history.add_change(SettingChange(step, name, value, before))
                self._in_use, self._total_steps = spec, total_steps
            case Held():
                self._status, self._hold = "paused", True
            case EpochEnded(epoch=epoch, step=step, train_loss=train, validation_loss=validation):
                last = self.history.last_epoch
                if last is not None and epoch <= last.epoch:
                    return
                self.history.add_epoch(EpochPoint(epoch, step, train, validation, report.validation_accuracy))
            case Measured(vitals=vitals) if self._vitals and vitals.step <= self._vitals[-1].step:
                pass
            case Measured(vitals=vitals):
                self._vitals = (*self._vitals, vitals)
            case Judged():
                self._judged = (*self._judged, report)
            case Finished(outcome="diverged"):
                self._status = "diverged"
            case Finished(outcome=outcome, step=step, test_loss=test_loss, test_accuracy=test_accuracy):
                self._test_loss, self._test_accuracy = test_loss, test_accuracy
                self._state_dict, self._network_step = report.network or None, step
                self._status = outcome
            case Failed(reason=reason, damaged_file=damaged_file):
                self._reason, self._damaged_file = reason, damaged_file
                self._status = "failed"
            case Behind(behind=behind):
                self._unwritten = behind
            case CutOff(reason=reason):
                self._reason, self._to_worker = reason, None
                self._status = "interrupted" if self.folder is not None else "failed"

    def leave(self, reason: str = "", *, for_good: bool = False) -> None:
        """Be without a worker from now on, where it is; what is kept of it can go on later.

        Parameters
        ----------
        reason
            Why it is interrupted, if it goes on, in a sentence.
        for_good
            Whether there will be no worker any more to go on with.
        """
        with self._changed:
            if for_good:
                self._take_up = self._ask_any = None
            if self._status not in ENDED:
                self._take(CutOff(self.id, reason))
            self._to_worker = None
            self._changed.notify_all()

    def _can_go_on(self) -> bool:
        if self._status not in ENDED or self._status in ("failed", "diverged"):
            return False
        # Own digits are kept nowhere, so that a run that learns them cannot go on without its process.
        return self._to_worker is not None or (self._take_up is not None and not self.spec.start)

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
