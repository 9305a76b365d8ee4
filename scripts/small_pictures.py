"""Make the small pictures of the home page and keep them in ``static/pictures``.

Each lesson's is its default question as its page draws it; the drawing is one of the pad's examples; the loss is that
of the default run, trained here and now. Run as ``python -m scripts.small_pictures``.
"""

from primer_core.backend.loading import load_torch
from primer_core.training.loop import train
from primer_core.training.spec import RunSpec
from ui.catalog import LESSONS_BY_SLUG
from ui.components.digit_pad.examples import EXAMPLES
from ui.small_pictures import FOLDER, of_lesson, of_losses, of_strokes


def make() -> dict[str, str]:
    """Return the pictures by the slugs of their pages."""
    load_torch()
    pictures = {slug: of_lesson(lesson) for slug, lesson in LESSONS_BY_SLUG.items()}
    pictures["draw_a_digit"] = of_strokes(EXAMPLES["A 7 with a bar"], "A seven with a bar, drawn with a pen")
    pictures["live_training"] = of_losses(*losses(), "The loss of a network falls while it trains")
    return pictures


def losses() -> tuple[list[float], list[float]]:
    """Train the default run; return the loss of each batch, and the validation loss after each epoch."""
    events = list(train(RunSpec()))
    steps = [event.train_loss for event in events if event.kind == "step" and event.train_loss is not None]
    epochs = [event.validation_loss for event in events if event.validation_loss is not None]
    return steps, epochs


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for slug, picture in make().items():
        (FOLDER / f"{slug}.svg").write_text(picture, encoding="utf-8")
        print(f"{slug}: {len(picture)} characters")
