"""What the lesson on data loading is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, number, switch, whole

View = Literal["Batches", "Workers", "Normalising", "Saving"]
"""What is looked at: how samples become batches, who loads them, how pixels are scaled, or what a saved file holds."""

VIEWS: tuple[View, ...] = ("Batches", "Workers", "Normalising", "Saving")

Data = Literal["points", "numbered", "images"]
Through = Literal["nothing", "training", "eval"]
Work = Literal["tiny", "compute", "wait"]
Keys = Literal["plain", "wrapped", "stripped"]

IMAGES = 130
"""Samples of the set of images."""

MOST_SAMPLES = 24
"""Most numbered samples."""


def _hidden(default: int, label: str) -> int:
    field: int = whole(default, least=1, most=64, label=label, help="Units of the hidden layer.")
    return field


@dataclass(frozen=True, slots=True)
class DataLoadingQuestion(Question):
    """A data set and how it is loaded, work for workers, a pixel and how it is scaled, and two networks."""

    view: View = choice("Batches", VIEWS, label="View", segments=True)
    data: Data = choice(
        "points",
        {"points": "the five points", "numbered": "numbered samples", "images": "130 black images"},
        label="Dataset",
    )
    samples: int = whole(12, least=1, most=MOST_SAMPLES, label="Samples", help="How many samples are numbered.")
    batch_size: int = whole(2, least=1, most=64, label="batch_size")
    shuffle: bool = switch(default=True, label="shuffle")
    seed: int = whole(
        123, least=0, most=9999, label="manual_seed", help="What torch.manual_seed gets before the loader is asked."
    )
    drop_last: bool = switch(default=False, label="drop_last", help="Leave out a last batch that is not full.")
    through: Through = choice(
        "nothing",
        {"nothing": "no layer", "training": "BatchNorm, training", "eval": "BatchNorm, eval()"},
        label="Each batch goes through",
    )
    workers: int = whole(2, least=1, most=4, label="num_workers")
    work: Work = choice(
        "compute",
        {"tiny": "reads one row of a tensor", "compute": "computes for 8 ms", "wait": "waits for 20 ms"},
        label="__getitem__",
        help="What one sample takes: waiting stands for a disk or a network.",
    )
    step: int = whole(
        5, least=0, most=20, label="Training step, ms", help="How long the training loop computes with each batch."
    )
    pixel: int = whole(200, least=0, most=255, label="Pixel", slider=True)
    mean: float = number(0.1307, least=-10, most=300, step=0.01, label="mean")
    std: float = number(0.3081, least=0.001, most=300, step=0.01, label="std")
    hidden: int = _hidden(3, "Saved: hidden units")
    norm: bool = switch(default=False, label="Saved: BatchNorm")
    keys: Keys = choice(
        "plain",
        {"plain": "as they are", "wrapped": "saved with module.", "stripped": "module. taken off again"},
        label="Keys",
        help="nn.DataParallel puts module. in front of every key.",
    )
    into_hidden: int = _hidden(3, "Loaded into: hidden units")
    into_norm: bool = switch(default=False, label="Loaded into: BatchNorm")
    strict: bool = switch(default=True, label="strict", help="Whether load_state_dict wants each key on both sides.")
