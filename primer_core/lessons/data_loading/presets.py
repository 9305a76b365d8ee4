"""Worked examples of the lesson on data loading, by view."""

from primer_core.lessons.data_loading.question import DataLoadingQuestion, Work
from primer_core.lessons.lesson import Preset

_BATCHES = ("data", "samples", "batch_size", "shuffle", "seed", "drop_last", "through")
_WORKERS = ("workers", "work", "step")
_NORMALISING = ("pixel", "mean", "std")
_SAVING = ("hidden", "norm", "keys", "into_hidden", "into_norm", "strict")

_LONELY = DataLoadingQuestion(data="numbered", samples=9, batch_size=4, shuffle=False, seed=0, through="training")

_LOADERS: tuple[tuple[str, DataLoadingQuestion], ...] = (
    ("Five points", DataLoadingQuestion()),
    ("The last one dropped", DataLoadingQuestion(drop_last=True)),
    ("In order", DataLoadingQuestion(data="numbered", batch_size=4, shuffle=False)),
    ("Shuffled", DataLoadingQuestion(data="numbered", batch_size=4)),
    ("A lonely last sample", _LONELY),
    ("64 images a batch", DataLoadingQuestion(data="images", batch_size=64, seed=0)),
)

_TIMED: tuple[tuple[str, int, Work, int], ...] = (
    ("Computing", 2, "compute", 5),
    ("Waiting", 4, "wait", 5),
    ("Tiny work", 2, "tiny", 1),
)
"""Title, workers, work of a sample, and milliseconds of a training step."""

_PIXELS: tuple[tuple[str, int, float, float], ...] = (
    ("0.1307 and 0.3081", 200, 0.1307, 0.3081),
    ("White", 255, 0.1307, 0.3081),
    ("From −1 to 1", 128, 0.5, 0.5),
)
"""Title, pixel, mean and standard deviation."""

_FILES: tuple[tuple[str, DataLoadingQuestion], ...] = (
    ("Saved and loaded", DataLoadingQuestion("Saving")),
    ("Another width", DataLoadingQuestion("Saving", into_hidden=4)),
    ("A layer more", DataLoadingQuestion("Saving", into_norm=True)),
    ("A layer less", DataLoadingQuestion("Saving", norm=True)),
    ("Keys with module.", DataLoadingQuestion("Saving", keys="wrapped")),
    ("strict=False", DataLoadingQuestion("Saving", keys="wrapped", strict=False)),
)

PRESETS: tuple[Preset[DataLoadingQuestion], ...] = (
    *(Preset(title, question, _BATCHES) for title, question in _LOADERS),
    *(
        Preset(title, DataLoadingQuestion("Workers", workers=workers, work=work, step=step), _WORKERS)
        for title, workers, work, step in _TIMED
    ),
    *(
        Preset(title, DataLoadingQuestion("Normalising", pixel=pixel, mean=mean, std=std), _NORMALISING)
        for title, pixel, mean, std in _PIXELS
    ),
    *(Preset(title, question, _SAVING) for title, question in _FILES),
)
