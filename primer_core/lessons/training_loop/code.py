"""The code of a loop, which prints the numbers of the page: what is drawn, the lines, what is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from primer_core.lessons.training_loop.lines import BATCH, LINES, Loop, is_classified
from primer_core.lessons.training_loop.question import Net, Task

EPOCHS = 8
"""Rounds through all examples."""

CORRECT_MARK = "# the correct loop"
"""The first line of the correct loop's code."""

_DATA: Mapping[Task, str] = {
    "classes": """centres = torch.tensor([[-3.0, -1.0], [3.0, -1.0], [0.0, 4.0]])
y, yv = torch.randint(3, ({examples},)), torch.randint(3, (60,))
X, Xv = centres[y] + 1.5 * torch.randn({examples}, 2), centres[yv] + 1.5 * torch.randn(60, 2)""",
    "regression": """X, Xv = 4 * torch.rand({examples}, 1) - 2, 4 * torch.rand(60, 1) - 2
y, yv = 2 * X[:, 0] + 1 + 0.3 * torch.randn({examples}), 2 * Xv[:, 0] + 1 + 0.3 * torch.randn(60)""",
    "coin tosses": """X, Xv, Xt, Xf = (torch.randn(n, 10) for n in ({examples}, 20, 20, 2000))
y, yv, yt, yf = (torch.randint(2, (n,)) for n in ({examples}, 20, 20, 2000))  # t: test, f: fresh""",
    "one weight": """X = torch.tensor([[10.0], [-10.0], [5.0]])
Xv = torch.tensor([[1.0], [2.0], [3.0]])
y, yv = 2 * X[:, 0], 2 * Xv[:, 0]""",
    "three points": """X = torch.tensor([[1.0], [4.0], [7.0]])
Xv = torch.tensor([[2.0], [6.0]])
y, yv = X[:, 0], Xv[:, 0]""",
}

GIVEN: Mapping[Task, int] = {"one weight": 3, "three points": 3}
"""How many examples a task has that are written out, whatever number is asked for."""

SIZES: Mapping[Task, tuple[int, int]] = {"classes": (2, 3), "regression": (1, 1), "coin tosses": (10, 2)}
"""Inputs and outputs of the network of one hidden layer."""

_INNER: Mapping[Net, str] = {
    "plain": "nn.ReLU()",
    "Dropout": "nn.ReLU(), nn.Dropout(0.5)",
    "BatchNorm": "nn.BatchNorm1d(16), nn.ReLU()",
}

_BATCHES = f"""def batches(X, y, drop_last=False):
    for start in range(0, len(X), {BATCH}):
        xb, yb = X[start : start + {BATCH}], y[start : start + {BATCH}]
        if len(xb) == {BATCH} or not drop_last:
            yield xb, yb"""

_ACCURACY = """def accuracy(X, y):
    with torch.no_grad():
        return (model(X).argmax(1) == y).float().mean().item()"""

_KEPT = """class Kept:  # a tensor that a graph has saved for backward
    bytes = most = 0

    def __init__(self, tensor):
        self.tensor = tensor
        Kept.bytes += tensor.nbytes
        Kept.most = max(Kept.most, Kept.bytes)

    def __del__(self):
        Kept.bytes -= self.tensor.nbytes"""

_COUNTING = "with torch.autograd.graph.saved_tensors_hooks(Kept, lambda kept: kept.tensor):"

_LOOK = """def look():  # what the table shows of a step
    now = globals().get("loss")
    grads = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
    norm = torch.cat(grads).norm().item() if grads else None
    steps.append((now if now is None else now.item(), norm{held}))"""

_RESET = "    Kept.most = Kept.bytes"


def head(task: Task, net: Net, examples: int, rate: float, seed: int, loop: Loop) -> str:
    """Return the code before the lines: data, network, loss, and what the lines write to."""
    pieces = [
        f"torch.manual_seed({seed})",
        _DATA[task].format(examples=examples),
        *_network(task, net, loop),
        f"loss_fn = nn.{'CrossEntropyLoss' if is_classified(task) else 'MSELoss'}()",
        f"rate = {rate:g}" if float(f"{rate:g}") == rate else f"rate = {rate!r}",
        "losses, means, checks = [], [], []",
    ]
    if task == "coin tosses":
        pieces.append("chosen = 0, 0.0, 0.0")
    pieces += ["", _BATCHES]
    if is_classified(task):
        pieces += ["", _ACCURACY]
    return "\n".join(pieces)


def _network(task: Task, net: Net, loop: Loop) -> tuple[str, ...]:
    match task:
        case "one weight":
            return ("model = nn.Linear(1, 1, bias=False)", "nn.init.zeros_(model.weight)")
        case "three points":
            return ("model = nn.Linear(1, 1)", "nn.init.ones_(model.weight)", "nn.init.zeros_(model.bias)")
    into, out = SIZES[task]
    made = f"nn.Sequential(nn.Linear({into}, 16), {_INNER[net]}, nn.Linear(16, {out}))"
    other = any("other." in LINES[name].code for group in loop.groups for name in group)
    return (f"model = {made}", *((f"other = {made}",) if other else ()))


def batches_call(loop: Loop) -> str:
    """Return the expression over which the batches' line goes."""
    return LINES[loop.begins].code.removeprefix("for xb, yb in ").removesuffix(":")


def snippet(head_code: str, task: Task, loop: Loop, *, stops: bool, correct: bool) -> str:
    """Return the whole program.

    Parameters
    ----------
    head_code
        As `head` returns it.
    task, loop
        What is learned, and by which lines.
    stops
        Whether an exception ends it: it is printed then, and saved tensors are not counted, as PyTorch does not compare
        versions of tensors that a hook has saved.
    correct
        Whether it is the correct loop beside another.
    """
    before, epoch, batch, after = loop.groups
    held = "" if stops else ", Kept.most, Kept.bytes"
    body = [
        *(LINES[name].code for name in before),
        f"for epoch in range({EPOCHS}):",
        *(f"    {LINES[name].code}" for name in epoch),
        f"    {LINES[loop.begins].code}",
        *(f"        {LINES[name].code}" for name in batch),
        "        look()",
        *(f"    {LINES[name].code}" for name in after),
    ]
    body = ["try:" if stops else _COUNTING, *(f"    {line}" for line in body)]
    if stops:
        body += ["except Exception as error:", '    print(f"{type(error).__name__}: {error}")']
    lines = [
        *((CORRECT_MARK,) if correct else ()),
        "import torch",
        "from torch import nn",
        "from torch.optim import SGD",
        "",
        head_code,
        "",
        *(() if stops else (_KEPT, "")),
        "steps = []",
        "",
        _LOOK.format(held=held),
        *(() if stops else (_RESET,)),
        "",
        *body,
        "",
        *_printing(task, stops=stops),
    ]
    return "\n".join(lines)


def _printing(task: Task, *, stops: bool) -> tuple[str, ...]:
    flat = "" if is_classified(task) else ".squeeze(1)"
    held = "" if stops else ', f"{row[2]} bytes saved, {row[3]} left", sep=", "'
    return (
        "for number, row in enumerate(steps, 1):",
        f'    print(f"step {{number}}: loss {{row[0]}}, norm of .grad {{row[1]}}"{held})',
        'print("means", *map(float, means))',
        'print("checks", *map(float, checks))',
        *(('print("chosen", *chosen)',) if task == "coin tosses" else ()),
        "model.eval()",
        "with torch.no_grad():",
        f'    print("measured", loss_fn(model(Xv){flat}, yv).item())',
        *(('print("accuracy", accuracy(Xv, yv))',) if is_classified(task) else ()),
    )
