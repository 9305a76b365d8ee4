"""What one thread may ask of a training loop that another runs: pause, go on, some steps, other settings, stop."""

import threading

from primer_core.training.spec import RunSpec


class Controls:
    """Requests to a running `train`, safe to make from any thread.

    The loop looks at them before every step. While it is paused, each advance of the generator waits a moment for a
    change and then yields an event of kind ``"paused"``.

    Parameters
    ----------
    spec
        What is trained, with the settings to begin with.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._changed = threading.Condition()
        self._spec = spec
        self._paused = False
        self._stopped = False
        self._single_steps = 0
        self._through = False

    def pause(self) -> None:
        """Hold before the next step, steps that were asked for included."""
        self._ask(paused=True)

    def resume(self) -> None:
        """Go on, after a stop too."""
        self._ask(paused=False)

    def step(self, count: int = 1) -> None:
        """Pause, and take so many steps more, on a batch each; single steps that were asked for before are taken, too.

        After a stop they are the first of a run that goes on.
        """
        with self._changed:
            self._ask(paused=True, single_steps=self._single_steps + count)

    def step_through(self) -> None:
        """Pause at the end of the pass, after its measurement: of the next one, between two."""
        self._ask(paused=True, through=True)

    def stop(self) -> None:
        """Stop before the next step; the loop then measures what it has and ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def change(self, spec: RunSpec) -> None:
        """Use the settings of `LIVE` of this spec from the next step on.

        Raises
        ------
        SpecError
            If they do not fit the model that is trained.
        """
        with self._changed:
            self._spec = self._spec.with_live(spec)
            self._changed.notify_all()

    def pass_ended(self) -> None:
        """Note that a pass is through, which fulfils `step_through`; the loop calls it."""
        if self._through:
            with self._changed:
                self._through = False

    @property
    def paused(self) -> bool:
        """Whether the next advance would take no step."""
        with self._changed:
            return self._paused and not self._single_steps and not self._through and not self._stopped

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stopped

    @property
    def spec(self) -> RunSpec:
        """What is trained, with the settings that were asked for last; the same object until others are."""
        return self._spec

    def may_step(self, wait: float) -> bool:
        """Whether to take a step now, using up one single step if it is due to one.

        Parameters
        ----------
        wait
            How long to wait for a change while paused, in seconds.
        """
        if not self._paused and not self._stopped:
            return True  # nearly always, and without the lock, which costs more than it looks among large steps
        with self._changed:
            if self._paused and not self._single_steps and not self._through and not self._stopped:
                self._changed.wait(wait)
            if self._stopped:
                return False
            if not self._paused or self._through:
                return True
            if self._single_steps:
                self._single_steps -= 1
                return True
            return False

    def _ask(self, *, paused: bool, single_steps: int = 0, through: bool = False) -> None:
        with self._changed:
            self._paused, self._single_steps, self._through = paused, single_steps, through
            self._stopped = False
            self._changed.notify_all()
