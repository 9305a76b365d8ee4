"""A run that fine-tunes as a plain PyTorch script, which learns the digits that were saved as files."""

from __future__ import annotations

from primer_core.training.script import model_of
from primer_core.training.spec import SHIPPED, RunSpec
from primer_core.training.teaching import HELD_OUT_EVERY, LEAST_HELD_OUT

IMAGES_FILE = "my-digits-images-idx3-ubyte"
LABELS_FILE = "my-digits-labels-idx1-ubyte"
WEIGHTS_FILE = "network.pt"


def teaching_script(spec: RunSpec) -> str:
    """Write the run of a spec that names a start.

    It reads the digits from `IMAGES_FILE` and `LABELS_FILE`, and, unless it begins with the shipped network, that
    network from `WEIGHTS_FILE`. It keeps the loss of every batch in the list ``losses``, and prints how many digits and
    test images are read right before and after. On the same machine these are the numbers of
    `primer_core.training.loop.train` with the spec as it stands, to the last digit.
    """
    line, architecture = model_of(spec)
    nn, models = (line, "") if line.startswith("from torch") else ("", line)
    rate, size, epochs = spec.learning_rate, spec.batch_size, spec.epochs
    begin = (
        "load_checkpoint()"
        if spec.start == SHIPPED
        else f'load_trained(RunSpec(model="{spec.model}"), Path("{WEIGHTS_FILE}").read_bytes())'
    )
    names = "load_checkpoint" if spec.start == SHIPPED else "load_trained"
    more = "" if spec.start == SHIPPED else "from primer_core.training import RunSpec\n"
    return f"""\
from pathlib import Path

import torch
{nn}from torch.nn import functional

from primer_core.data import load_images
from primer_core.data.idx import read_images, read_labels
from primer_core.inference import {names}
{models}{more}
torch.set_num_threads(1)
start = {begin}  # as it reads drawings
split = load_images("{spec.data}")
digits = read_images((Path("{IMAGES_FILE}"),))
labels = read_labels((Path("{LABELS_FILE}"),), len(digits))


def inputs_of(images):
    return (images.unsqueeze(1).float() / 255 - start.mean) / start.std


# every {HELD_OUT_EVERY}th drawing of each digit is held out, if there are {LEAST_HELD_OUT}
places = [int((labels[:place + 1] == labels[place]).sum()) for place in range(len(labels))]
held_out = torch.tensor([place % {HELD_OUT_EVERY} == 0 for place in places])
if held_out.sum() < {LEAST_HELD_OUT}:
    held_out[:] = False
own, own_labels = inputs_of(digits)[~held_out], labels[~held_out]
mnist, mnist_labels = inputs_of(split.train_images), split.train_labels
replayed = round(len(own) * {spec.replay} / (1 - {spec.replay}))  # a replay share of {spec.replay:.0%}

torch.manual_seed({spec.seed})
model = {architecture}
model.load_state_dict(dict(zip(model.state_dict(), start.model.state_dict().values())))
optimizer = torch.optim.Adam(model.parameters(), lr={rate!r}, fused=True)


def permutation(size):  # as a DataLoader draws it
    torch.empty((), dtype=torch.int64).random_()
    seed = int(torch.empty((), dtype=torch.int64).random_())
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))


def a_pass():  # own digits, with MNIST images evenly among them
    mine = permutation(len(own))
    if not replayed:
        return own[mine], own_labels[mine]
    rounds = -(-replayed // len(mnist))
    others = torch.cat([permutation(len(mnist)) for _ in range(rounds)])[:replayed]
    total = len(own) + replayed
    other = (torch.arange(total + 1) * replayed // total).diff() == 1
    x, y = torch.empty(total, 1, 28, 28), torch.empty(total, dtype=torch.int64)
    x[other], x[~other] = mnist[others], own[mine]
    y[other], y[~other] = mnist_labels[others], own_labels[mine]
    return x, y


def right(images, y):
    model.eval()
    with torch.inference_mode():
        read = torch.cat([model(part).argmax(dim=1) for part in inputs_of(images).split(1000)])
    return f"{{int((read == y).sum())}} of {{len(y)}} right"


def tell(when):
    print(f"{{when}}: my digits {{right(digits, labels)}}, test images {{right(split.test_images, split.test_labels)}}")


tell("before")
losses = []  # of every batch
for epoch in range({epochs}):
    model.train()
    x, y = a_pass()
    for part_x, part_y in zip(x.split({size}), y.split({size})):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(part_x), part_y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
tell("after")
"""
