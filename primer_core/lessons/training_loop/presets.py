"""The correct loop, and mistakes that people make in it."""

from typing import Any

from primer_core.lessons.lesson import Preset
from primer_core.lessons.training_loop.question import Theme, TrainingLoopQuestion

_OK = "sgd / train reset / zero forward loss backward step total / mean eval check"
_FITTED = "sgd / train reset / zero forward loss_flat backward step total / mean eval check_flat"

_UNTRAINED = "sgd / train reset / forward_no_grad loss total / mean eval check"


def _of(theme: Theme, **fields: Any) -> TrainingLoopQuestion:
    return TrainingLoopQuestion(theme=theme, **fields)


def _with(old: str, new: str, loop: str = _OK) -> str:
    return " ".join(f" {loop} ".replace(f" {old} ", f" {new} " if new else " ", 1).split())


PRESETS: tuple[Preset[TrainingLoopQuestion], ...] = (
    Preset("The correct loop", TrainingLoopQuestion()),
    # On classes that are easily told apart, piled up gradients are a momentum without an end, which may even help.
    Preset("No zero_grad", TrainingLoopQuestion(lines=_with("zero", ""))),
    Preset(
        "No zero_grad, a regression",
        TrainingLoopQuestion(task="regression", rate=0.05, lines=_with("zero", "", _FITTED)),
    ),
    Preset(
        "zero_grad too late",
        TrainingLoopQuestion(lines=_with("zero forward loss backward", "forward loss backward zero")),
    ),
    Preset("step before backward", TrainingLoopQuestion(lines=_with("backward step", "step backward"))),
    Preset(
        "step before backward, no zero_grad",
        TrainingLoopQuestion(lines=_with("zero forward loss backward step", "forward loss step backward")),
    ),
    Preset("backward twice", TrainingLoopQuestion(lines=_with("backward", "backward backward"))),
    Preset("step twice", TrainingLoopQuestion(lines=_with("step", "step step"))),
    Preset("Another model's optimiser", _of("gradients", lines=_with("sgd", "sgd_other"))),
    Preset("All weights 0", _of("gradients", lines=_with("sgd", "zeros sgd"))),
    Preset("no_grad around forward", _of("gradients", lines=_with("forward", "forward_no_grad"))),
    Preset("Softmax twice", _of("losses", lines=_with("loss", "loss_softmax"))),
    Preset(
        "(N, 1) against (N,)", _of("losses", task="regression", rate=0.05, lines=_with("loss_flat", "loss", _FITTED))
    ),
    Preset(
        "All right, and loss 12",
        _of("losses", task="three points", rate=0.03, lines=_with("loss_flat", "loss", _FITTED)),
    ),
    Preset("Mean of batch means", _of("losses", lines=_with("total", "total_means"))),
    Preset("No eval, Dropout", _of("modes", net="Dropout", lines=_with("eval", ""))),
    Preset("No eval, BatchNorm", _of("modes", net="BatchNorm", lines=_with("eval", ""))),
    Preset("train only once", _of("modes", net="BatchNorm", lines=_with("/ train reset", "train / reset"))),
    Preset("Nothing learned, yet changed", _of("modes", net="BatchNorm", lines=_UNTRAINED)),
    Preset("A last batch of one", _of("modes", net="BatchNorm", examples=33, lines=_OK)),
    Preset("Rate 1", _of("rates", task="regression", rate=1.0)),
    Preset("y = 2x, rate 0.005", _of("rates", task="one weight", rate=0.005)),
    Preset("y = 2x, rate 0.012", _of("rates", task="one weight", rate=0.012)),
    Preset("y = 2x, rate 0.02", _of("rates", task="one weight", rate=0.02)),
    Preset("Labels shifted", _of("data", lines=_with("loss", "loss_next"))),
    Preset("Inputs shuffled alone", _of("data", lines=_with("sgd", "sgd mix_X"))),
    Preset("Chosen by the test set", _of("data", task="coin tosses", rate=0.5, lines=f"{_OK} pick_test")),
    Preset("Chosen by validation", _of("data", task="coin tosses", rate=0.5)),
    Preset("Losses kept with graphs", _of("memory", lines=_with("total", "total keep_graph"))),
    Preset("A running total with its graph", _of("memory", lines=_with("total", "total_graph"))),
    Preset("Validation kept with graphs", _of("memory", lines=_with("check", "check_graph"))),
)
