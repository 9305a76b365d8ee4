"""Train the small second network that drawings can be compared with, and write it with its model card.

    python -m scripts.train_plain_mlp

It is made as a first tutorial makes one: the 4 000 training images of ``mnist-sample`` as they are, no drawings and no
warping. That takes a few seconds of one core.
"""

from __future__ import annotations

import time

import torch
from torch.nn import functional

from primer_core.data import images_to_floats, load_images
from primer_core.inference.plain_mlp import CHECKPOINT, load_plain_mlp
from primer_core.models import build_model
from scripts.train_checkpoint import accuracy, floats

MODEL = "mlp-128-64"
SEED = 7
EPOCHS = 10
BATCH = 64
LEARNING_RATE = 1e-3

CARD = """\
# Model card: plain_mlp.pt

A network of three affine layers, trained on {images:,} MNIST images as they are: no drawing made with a mouse, no
warping.

- **Architecture**: `{model}` of `primer_core.models`, {parameters:,} parameters; pixels in 0..1 in, ten logits out.
- **File**: weights stored as float16, computed with as float32; loads with `weights_only=True`.
- **Made by**: `python -m scripts.train_plain_mlp`, seed {seed}, in {seconds:.0f} seconds of one CPU core:
  {epochs} epochs of Adam, learning rate {rate:g}, batches of {batch}, on the training part of `mnist-sample`.

## Held-out accuracy

| what | accuracy |
|---|---|
| the {held_out} test images of `mnist-sample` | {accuracy:.1%} |

## Limits

It is here to be compared with. It has one weight for each place of a pixel, so that a digit drawn a little elsewhere,
or with another pen, is another input to it.
"""


def main() -> None:
    """Train, store, and write the card."""
    torch.set_num_threads(1)
    split = load_images("mnist-sample")
    model = build_model(MODEL, SEED)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    images = images_to_floats(split.train_images, split.mean, split.std)
    order = torch.Generator().manual_seed(SEED)
    start = time.process_time()
    for _ in range(EPOCHS):
        for batch in torch.split(torch.randperm(len(images), generator=order), BATCH):
            loss = functional.cross_entropy(model(images[batch]), split.train_labels[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
    seconds = time.process_time() - start
    stored = {name: weights.half() for name, weights in model.state_dict().items()}
    torch.save({"model": MODEL, "mean": split.mean, "std": split.std, "state_dict": stored}, CHECKPOINT)
    share = accuracy(load_plain_mlp(), floats(split.test_images), split.test_labels)  # of what is stored
    card = CARD.format(
        images=len(images), model=MODEL, parameters=sum(weights.numel() for weights in model.parameters()),
        seed=SEED, seconds=seconds, epochs=EPOCHS, rate=LEARNING_RATE, batch=BATCH,
        held_out=len(split.test_labels), accuracy=share,
    )  # fmt: skip
    CHECKPOINT.with_suffix(".md").write_text(card, encoding="utf-8")
    print(f"{share:.1%} of the test images, {CHECKPOINT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
