"""Make the small pictures of the home page, and those of the README, and keep them in ``static/pictures``.

Each lesson's is its default question as its page draws it; the drawing is one of the pad's examples; the loss is that
of the default run, and the playground's plane what its default network makes of it, trained here and now.

    python -m scripts.small_pictures [SLUG ...]

makes all of them, or only those of the pages with these slugs.
"""

import sys

from primer_core.backend.loading import load_torch
from primer_core.lessons.playground.question import EDGE, PlaygroundQuestion
from primer_core.lessons.playground.sets import points_of
from primer_core.lessons.playground.training import advance, first_state, network_of
from primer_core.training.loop import train
from primer_core.training.spec import RunSpec
from ui.catalog import LESSONS_BY_SLUG
from ui.components.digit_pad.examples import EXAMPLES
from ui.small_pictures import FOLDER, README_FOLDER, for_readme, of_lesson, of_losses, of_plane, of_strokes

IN_README = ("broadcasting", "views", "matmul")
"""Lessons that the README shows."""


def make(slug: str) -> str:
    """Return the small picture of a page."""
    if slug in LESSONS_BY_SLUG:
        return of_lesson(LESSONS_BY_SLUG[slug])
    if slug == "draw_a_digit":
        return drawing()
    if slug == "live_training":
        return of_losses(*losses(), "The loss of a network falls while it trains")
    if slug == "playground":
        return of_plane(*plane(), "A border that a network has bent around the points of two moons")
    raise SystemExit(f"Expected slugs of pages, such as {', '.join(LESSONS_BY_SLUG)}, not {slug}.")


def drawing() -> str:
    """Return the small picture of the drawing pad."""
    return of_strokes(EXAMPLES["A 7 with a bar"], "A seven with a bar, drawn with a pen")


def plane() -> tuple[list[list[bool]], list[tuple[float, float, int]]]:
    """Train the playground's default network; return the side of each place of the plane, and the points trained on."""
    load_torch()
    import torch

    question = PlaygroundQuestion()
    state, _ = advance(question, first_state(question), 400)
    points = points_of(question.drawn())
    side = 200
    middles = torch.linspace(-EDGE, EDGE, side)
    places = torch.stack([middles.repeat(side), middles.flip(0).repeat_interleave(side)], dim=1)
    blue = network_of(question, state).layers(places)[-1][1][:, 0] > 0
    rows = zip(points.x[points.train], points.y[points.train], points.label[points.train], strict=True)
    return blue.view(side, side).tolist(), [(float(x), float(y), int(label)) for x, y, label in rows]


def losses() -> tuple[list[float], list[float]]:
    """Train the default run; return the loss of each batch, and the validation loss after each epoch."""
    events = list(train(RunSpec()))
    steps = [event.train_loss for event in events if event.kind == "step" and event.train_loss is not None]
    epochs = [event.validation_loss for event in events if event.validation_loss is not None]
    return steps, epochs


if __name__ == "__main__":
    load_torch()
    README_FOLDER.mkdir(parents=True, exist_ok=True)
    for slug in sys.argv[1:] or [*LESSONS_BY_SLUG, "draw_a_digit", "live_training", "playground"]:
        picture = make(slug)
        (FOLDER / f"{slug}.svg").write_text(picture, encoding="utf-8")
        print(f"{slug}: {len(picture)} characters")
        if slug in IN_README:
            (README_FOLDER / f"{slug}.svg").write_text(for_readme(LESSONS_BY_SLUG[slug]), encoding="utf-8")
