"""The script that gives what the page shows: plain NumPy and PyTorch, with a DataLoader and an optimiser."""

from __future__ import annotations

from itertools import pairwise

from primer_core.lessons.playground.question import (
    EDGE,
    OWN,
    Edit,
    PlaygroundQuestion,
    read_edits,
    read_place,
    read_points,
)
from primer_core.lessons.playground.sets import FIVE, FIVE_TEST, source, trained_on
from primer_core.lessons.playground.training import batch_size

_MODULES = {"tanh": "nn.Tanh()", "relu": "nn.ReLU()", "sigmoid": "nn.Sigmoid()"}
SHOWN = 10
"""Losses of the last batches that the script prints."""


def code(question: PlaygroundQuestion, step: int) -> str:
    """Write the script of a question after so many steps.

    It prints the losses of the last `SHOWN` batches; loss and, of a classification, accuracy on all training and all
    test points; and what comes out at the place that is looked at. An empty text where there are no points.
    """
    count = _count(question)
    if not count:
        return ""
    edits = [edit for edit in read_edits(question.edits) if edit.step <= step]
    parts = [_imports(step), _points(question), _model(question, step), _training(question, step, edits, count)]
    return "\n\n".join(part for part in (*parts, _printing(question, step, count)) if part) + "\n"


def _count(question: PlaygroundQuestion) -> int:
    """How many points there are to train on."""
    if question.data == "five":
        return len(FIVE)
    return trained_on(len(read_points(question.points)) if question.data in OWN else question.count, question.share)


def _imports(step: int) -> str:
    loading = "\nfrom torch.utils.data import DataLoader, TensorDataset" if step else ""
    return f"import numpy as np\nimport torch\nfrom torch import nn{loading}"


def _points(question: PlaygroundQuestion) -> str:
    lines = []
    if question.data == "five":
        lines += _listed((*FIVE, *FIVE_TEST))
        lines.append("train, test = np.arange(5), np.arange(5, 7)")
    else:
        if question.data in OWN:
            own = read_points(question.points)
            lines += _listed(own)
            count = len(own)
        else:
            count, noise = question.count, question.noise
            lines += ["", source(question.data), "", ""]
            lines.append(f"rng = np.random.default_rng({question.seed})")
            lines.append(f"x, y, label = {question.data}({count}, rng)")
            edges = f"-{EDGE:g}, {EDGE:g}"
            moved = f"np.clip(np.round(a + {noise:g} * rng.standard_normal({count}), 2), {edges})"
            lines.append(f"x, y = ({moved} for a in (x, y))")
        trained = trained_on(count, question.share)
        lines.append(f"rows = np.random.default_rng([{question.seed}, 1]).permutation({count})")
        lines.append(f"train, test = rows[:{trained}], rows[{trained}:]")
    lines.append("")
    if question.is_curve:
        lines.append("inputs, targets = (torch.tensor(a).float().unsqueeze(1) for a in (x, y))")
    else:
        lines.append("inputs = torch.tensor(np.stack([x, y], axis=1)).float()")
        wide = "torch.tensor(label)" if question.outputs == "2" else "torch.tensor(label).float().unsqueeze(1)"
        lines.append(f"targets = {wide}")
    lines.append("train_x, train_y = inputs[train], targets[train]")
    lines.append("test_x, test_y = inputs[test], targets[test]")
    return "\n".join(lines)


def _listed(points: tuple[tuple[float, float, int], ...]) -> list[str]:
    rows = [f"({x:g}, {y:g}, {label})" for x, y, label in points]
    lines = [", ".join(rows[start : start + 6]) for start in range(0, len(rows), 6)]
    return [
        "x, y, label = np.array([",
        *(f"    {line}," for line in lines),
        "]).T",
        "label = label.astype(int)",
    ]


def _model(question: PlaygroundQuestion, step: int) -> str:
    layers = []
    for fan_in, fan_out in pairwise(question.sizes):
        layers.append(f"nn.Linear({fan_in}, {fan_out})")
        if question.activation != "none":
            layers.append(_MODULES[question.activation])
    if question.activation != "none":
        layers.pop()
    lines = [f"torch.manual_seed({question.seed})", "model = nn.Sequential("]
    lines += [f"    {layer}," for layer in layers]
    lines.append(")")
    if question.is_curve:
        lines.append("loss_function = nn.MSELoss()")
    else:
        lines.append(f"loss_function = nn.{'CrossEntropyLoss' if question.outputs == '2' else 'BCEWithLogitsLoss'}()")
    if step:
        optimizer = "Adam" if question.optimizer == "adam" else "SGD"
        momentum = ", momentum=0.9" if question.optimizer == "momentum" else ""
        lines.append(f"optimizer = torch.optim.{optimizer}(model.parameters(), lr={question.rate}{momentum})")
    return "\n".join(lines)


def _training(question: PlaygroundQuestion, step: int, edits: list[Edit], count: int) -> str:
    drops = ", drop_last=True" if question.drop_last else ""
    size = batch_size(question, count)
    lines = []
    if step:
        lines += [f"loader = DataLoader(TensorDataset(train_x, train_y), batch_size={size}, shuffle=True{drops})", ""]
    if edits:
        layers = 1 if question.activation == "none" else 2
        lines += ["# numbers that were set by hand: before which step, layer, which of its numbers, value", "edits = ["]
        for edit in edits:
            name = "bias" if edit.column is None else "weight"
            place = f"{edit.row}" if edit.column is None else f"({edit.row}, {edit.column})"
            lines.append(f'    ({edit.step}, {layers * edit.layer}, "{name}", {place}, {edit.value!r}),')
        lines += ["]", "", "", "def set_by_hand(step):", "    with torch.no_grad():"]
        lines.append("        for before, layer, name, place, value in edits:")
        lines.append("            if before == step:")
        lines.append("                getattr(model[layer], name)[place] = value")
        lines += ["", ""]
    lines += ["losses = []"] * bool(step)
    lines += ["set_by_hand(0)"] * bool(edits)
    if not step:
        return "\n".join(lines)
    lines += [
        f"while len(losses) < {step}:",
        "    for batch_x, batch_y in loader:",
        "        loss = loss_function(model(batch_x), batch_y)",
        "        optimizer.zero_grad()",
        "        loss.backward()",
        "        optimizer.step()",
        "        losses.append(loss.item())",
    ]
    lines += ["        set_by_hand(len(losses))"] * bool(edits)
    lines += [f"        if len(losses) == {step}:", "            break"]
    return "\n".join(lines)


def _printing(question: PlaygroundQuestion, step: int, count: int) -> str:
    lines = [f'print("last losses:", *(f"{{loss:.4f}}" for loss in losses[-{SHOWN}:]))'] * bool(step)
    tested = question.data == "five" or count < (
        len(read_points(question.points)) if question.data in OWN else question.count
    )
    sets = ['("training", train_x, train_y)'] + ['("test", test_x, test_y)'] * tested
    lines += ["with torch.no_grad():", f"    for name, x, y in [{', '.join(sets)}]:", "        logits = model(x)"]
    lines.append('        print(name, "loss:", f"{loss_function(logits, y):.4f}")')
    if not question.is_curve:
        found = "logits.argmax(dim=1) == y" if question.outputs == "2" else "(logits > 0) == (y == 1)"
        lines.append(f'        print(name, "accuracy:", f"{{({found}).sum()}}/{{len(y)}}")')
    place = read_place(question.at)
    if place is not None:
        given = [[place[0]]] if question.is_curve else [[*place]]
        lines.append(f"    logits = model(torch.tensor({given}))")
        what = "height" if question.is_curve else "logits" if question.outputs == "2" else "logit"
        lines.append(f'    print("{what} at {_place_text(question, place)}:", *(f"{{z:.4f}}" for z in logits[0]))')
        if not question.is_curve:
            softmax = "logits.softmax(dim=1)" if question.outputs == "2" else "logits.sigmoid()"
            what = "probabilities" if question.outputs == "2" else "probability of blue"
            lines.append(f'    print("{what}:", *(f"{{p:.4f}}" for p in {softmax}[0]))')
    return "\n".join(lines)


def _place_text(question: PlaygroundQuestion, place: tuple[float, float]) -> str:
    return f"x = {place[0]:g}" if question.is_curve else f"({place[0]:g}, {place[1]:g})"
