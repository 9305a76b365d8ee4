"""What one thread may ask of a training loop that another runs: pause, resume, one step, another rate, stop."""

import threading

from primer_core.training.spec import check_learning_rate


class Controls:
    """Requests to a running `train`, safe to make from any thread.

    The loop looks at them before every step. While it is paused, each advance of the generator waits a moment for a
    change and then yields an event of kind ``"paused"``.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._single_steps = 0
        self._learning_rate: float | None = None

    def pause(self) -> None:
        """Hold before the next step, single steps that were asked for included."""
        with self._changed:
            self._paused = True
            self._single_steps = 0
            self._changed.notify_all()

    def resume(self) -> None:
        """Go on."""
        with self._changed:
            self._paused = False
            self._single_steps = 0
            self._changed.notify_all()

    def step(self, count: int = 1) -> None:
        """Pause, and take so many steps more, on a batch each; what was asked before is taken, too."""
        with self._changed:
            self._paused = True
            self._single_steps += count
            self._changed.notify_all()

    def stop(self) -> None:
        """Stop before the next step; the loop then measures what it has and ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next step on.

        Raises
        ------
        SpecError
            If `check_learning_rate` refuses it.
        """
        check_learning_rate(learning_rate)
        with self._changed:
            self._learning_rate = float(learning_rate)
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """Whether the next advance would take no step."""
        with self._changed:
            return self._paused and not self._single_steps and not self._stopped

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stopped

    @property
    def learning_rate(self) -> float | None:
        """The rate last asked for, if any was."""
        return self._learning_rate

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
            if self._paused and not self._single_steps and not self._stopped:
                self._changed.wait(wait)
            if self._stopped:
                return False
            if not self._paused:
                return True
            if self._single_steps:
                self._single_steps -= 1
                return True
            return False
