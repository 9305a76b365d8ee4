"""The classic traps: a few lines each, and a question about the last of them that is answered before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.own_lines.trace import Trace

Group = Literal["Broadcasting", "Views", "Indexing", "Reductions", "Autograd", "Training", "Data types"]
"""What a trap is about."""

PRINTS = "What does the last line print?"
COMES = "What comes of the last line?"


@dataclass(frozen=True, slots=True)
class Trap:
    """A program whose last statement does not do what is often expected of it.

    Parameters
    ----------
    group, title
        Plain text: where it stands, and its pill.
    program
        str, its lines. What the last statement prints, or the class of the error that it ends in, is the answer to the
        question; it is nowhere written down.
    others
        What is often expected instead: what would be printed, or the class of an error, and why it does not come so.
    lesson
        What there is to learn.
    asks
        The question.
    """

    group: Group
    title: str
    program: str
    others: tuple[tuple[str, str], ...]
    lesson: str
    asks: str = PRINTS


def answer_of(trace: Trace) -> str:
    """Return the answer to the question of a trap that has run: what was printed last, or the class of the error."""
    if trace.stopped is not None and trace.stopped.declined is not None:
        return trace.stopped.declined.kind
    return "\n".join(trace.steps[-1].printed) if trace.steps else ""


TRAPS = (
    Trap(
        "Broadcasting",
        "Shares of a row",
        """import numpy as np

table = np.array([[1., 3.], [2., 6.]])
shares = table / table.sum(axis=1)
print(shares.sum(axis=1))""",
        (
            ("[1. 1.]", "Each row would add up to 1 if it were divided by its own sum. It is divided by both sums."),
            ("ValueError", "Shapes (2, 2) and (2,) broadcast. A table of another width would have been refused."),
        ),
        "The two sums have lost the axis that they were taken along, so they line up with the columns. keepdims=True "
        "leaves an axis of size 1 in its place, and the sums stand beside their rows.",
    ),
    Trap(
        "Broadcasting",
        "A loss of perfect guesses",
        """import torch

predicted = torch.tensor([[1.], [4.], [7.]])
target = torch.tensor([1., 4., 7.])
print(((predicted - target) ** 2).mean())""",
        (
            ("tensor(0.)", "The numbers are the same, and the shapes are not: (3, 1) less (3,) is a table (3, 3)."),
            ("RuntimeError", "A column and a row broadcast, so nothing is refused."),
        ),
        "A column less a row is a table of all pairs. Compare the shapes of prediction and target before their loss: "
        "predicted.squeeze(1) makes them agree.",
    ),
    Trap(
        "Broadcasting",
        "A row that should grow",
        """import numpy as np

row = np.array([1., 2., 3.])
column = np.array([[10.], [20.], [30.]])
print((row + column).shape)
row += column""",
        (
            ("row has shape (3, 3)", "An array cannot grow in place: its memory has room for three numbers."),
            ("row has shape (3,)", "The result has nine numbers, and none of them is dropped in silence."),
        ),
        "In a sum both sides are stretched. What stands left of += is written to as it is, so the right side alone "
        "may be stretched.",
        COMES,
    ),
    Trap(
        "Broadcasting",
        "Star is no matrix product",
        """import numpy as np

scale = np.array([[1, 2], [3, 4]])
print((scale * np.eye(2)).sum())""",
        (
            ("10.0", "That is the sum of the matrix product, scale @ np.eye(2), which leaves scale as it is."),
            ("ValueError", "Two arrays of shape (2, 2) can be multiplied cell by cell."),
        ),
        "The star multiplies cells that meet: off the diagonal that is a zero each time. A row meets a column only in "
        "a matrix product, which is @.",
    ),
    Trap(
        "Views",
        "Two brackets in a row",
        """import numpy as np

a = np.array([1, 2, 3, 4])
a[[1, 2]][0] = 50
print(a)""",
        (
            ("[ 1 50  3  4]", "The first bracket reads, and reading with a list makes a copy. The copy is changed."),
            ("[50  2  3  4]", "a[[1, 2]] begins with the second cell; but it is a copy, so that a stays as it is."),
            ("TypeError", "A copy can be written to like any array; it is only that nothing keeps it."),
        ),
        "Only the last bracket before = writes. What stands before it is read, and a list of places or a mask is read "
        "as a copy. One bracket, a[[1, 2]] = 50, would have written to a.",
    ),
    Trap(
        "Views",
        "Plus-equals, and equals plus",
        """import numpy as np
import torch

a = np.array([1., 2.])
t = torch.from_numpy(a)
a += 10
a = a + 10
print(t.tolist())""",
        (
            ("[1.0, 2.0]", "from_numpy shares the memory of a, and += writes there."),
            ("[21.0, 22.0]", "The second sum makes a new array and moves the name a to it. The tensor stays behind."),
        ),
        "a += 10 changes memory, and all that share it see it. a = a + 10 makes another array and moves the name.",
    ),
    Trap(
        "Views",
        "A view of what was turned",
        """import torch

t = torch.arange(6).view(2, 3).t()
print(t.view(6))""",
        (
            ("tensor([0, 3, 1, 4, 2, 5])", "That is the order in which t is read. view copies nothing to write it so."),
            ("tensor([0, 1, 2, 3, 4, 5])", "That is the order in memory, and not the order of the cells of t."),
        ),
        "view gives memory another shape and moves nothing. After t() no single step leads from each cell to the "
        "next, so it refuses; reshape copies then.",
    ),
    Trap(
        "Views",
        "An array read backwards",
        """import numpy as np
import torch

a = np.array([1, 2, 3])[::-1]
print(torch.from_numpy(a))""",
        (
            ("tensor([3, 2, 1])", "That takes a copy first: torch.from_numpy(a.copy())."),
            ("tensor([1, 2, 3])", "a reads its memory from the end to the start. That is not ignored."),
        ),
        "Reversing moves no number: NumPy walks through the memory with a negative step. Tensors have no negative "
        "steps. copy() writes the numbers down in the new order.",
    ),
    Trap(
        "Indexing",
        "Two lists of places",
        """import numpy as np

x = np.arange(12).reshape(3, 4)
print(x[[0, 2], [1, 3]])""",
        (
            (
                "[[ 1  3]\n [ 9 11]]",
                "Rows 0 and 2 crossed with columns 1 and 3 are that: x[np.ix_([0, 2], [1, 3])].",
            ),
            ("IndexError", "Both lists have two entries, so they meet one by one."),
        ),
        "Two lists of places broadcast against each other, as two arrays do: equal lengths make pairs. A column of "
        "rows and a row of columns make a table.",
    ),
    Trap(
        "Indexing",
        "Where, with one argument",
        """import numpy as np

a = np.array([1, 6, 8])
w = np.where(a > 5)
print(w + 1)""",
        (
            ("[2 3]", "Those are the places plus one, and w is no array: it is a tuple with an array in it."),
            ("[7 9]", "Those are the values plus one. With a condition alone, where gives places."),
        ),
        "where with a condition alone answers at which places, with an array for each axis, in a tuple. With three "
        "arguments it answers with values.",
        COMES,
    ),
    Trap(
        "Indexing",
        "A column, taken twice",
        """import numpy as np

a = np.arange(6).reshape(3, 2)
print(a[:, 0].shape, a[:, [0]].shape)""",
        (
            ("(3, 1) (3, 1)", "A whole number takes its axis away."),
            ("(3,) (3,)", "A list keeps its axis, also where it has one entry."),
        ),
        "A whole number in a bracket removes its axis. A list or a slice keeps it, with as many places as it names.",
    ),
    Trap(
        "Indexing",
        "A mask that is too thin",
        """import numpy as np

x = np.array([[1, 2], [3, 4], [5, 6]])
sums = x.sum(axis=1, keepdims=True)
print(x[sums > 5])""",
        (
            ("[[3 4]\n [5 6]]", "Those are the rows with a sum above 5. A mask of shape (3,) takes them."),
            ("[3 4 5 6]", "A mask of shape (3, 2) would give those. This one has shape (3, 1)."),
        ),
        "Masks do not broadcast. A mask has the sizes of the first axes of what it indexes: (3,) takes rows, (3, 2) "
        "takes cells.",
        COMES,
    ),
    Trap(
        "Indexing",
        "Insert at the end",
        """import numpy as np

print(np.insert([1, 2, 3], -1, 9))""",
        (
            ("[1 2 3 9]", "insert puts the new number before the place, and −1 is the place of the last number."),
            ("[9 1 2 3]", "−1 counts from the end."),
        ),
        "A place for insert is a gap: the one before the number that stands there. Behind the last number is the "
        "place len(a), and np.append.",
    ),
    Trap(
        "Reductions",
        "The axis that is named",
        """import numpy as np

x = np.array([[1, 2, 3], [10, 20, 30]])
print(x.sum(axis=0))""",
        (
            ("[ 6 60]", "Those are the sums of the rows: axis 1 is added up."),
            ("66", "That is the sum of all cells, which no axis names."),
        ),
        "The axis that is named is the one that goes. Of shape (2, 3) the 2 is crossed out, and 3 sums are left, one "
        "a column.",
    ),
    Trap(
        "Reductions",
        "Two standard deviations",
        """import numpy as np
import torch

d = [1., 3., 5., 7.]
print(f"{np.std(d):.3f} {torch.tensor(d).std():.3f}")""",
        (
            ("2.236 2.236", "PyTorch divides by one less than the count, unless it is told otherwise."),
            ("2.582 2.582", "NumPy divides by the count, unless it is told otherwise."),
        ),
        "NumPy divides by n and PyTorch by n − 1. np.std(d, ddof=1) and tensor.std(correction=0) give the other one.",
    ),
    Trap(
        "Reductions",
        "A largest number, and one more",
        """import torch

x = torch.tensor([[3, 8], [9, 2]])
best = x.max(dim=1)
print(best + 1)""",
        (
            ("tensor([9, 10])", "best.values + 1 gives that. With a dim, max gives values and places together."),
            ("tensor([2, 1])", "best.indices + 1 gives that. With a dim, max gives values and places together."),
        ),
        "With a dim PyTorch answers how large and where, as a pair. amax answers how large alone.",
        COMES,
    ),
    Trap(
        "Reductions",
        "A product that is too large",
        """import numpy as np

a = np.array([100000, 100000], dtype=np.int32)
print((a * a)[0], a.prod())""",
        (
            ("10000000000 10000000000", "Cell by cell the dtype stays int32, which ends near two thousand million."),
            ("1410065408 1410065408", "A product of all cells is computed in int64."),
            ("OverflowError", "Whole numbers of a fixed width go round, and nothing is raised."),
        ),
        "Cell by cell the dtype stays, and numbers go round in silence. A sum or a product of all cells is computed "
        "in the widest whole numbers.",
    ),
    Trap(
        "Autograd",
        "Backward, twice",
        """import torch

x = torch.tensor(2., requires_grad=True)
for step in range(2):
    (x ** 2).backward()
print(x.grad)""",
        (
            ("tensor(4.)", "One backward gives 2x, which is 4. The second one is added to it."),
            ("RuntimeError", "Each round makes a graph of its own, so each can be gone through once."),
        ),
        "backward adds to .grad and replaces nothing. A loop that trains empties it each time: optimizer.zero_grad().",
    ),
    Trap(
        "Autograd",
        "Behind autograd's back",
        """import torch

a = torch.tensor([0., 1.], requires_grad=True)
s = torch.tanh(a)
s.data.fill_(0.5)
s.sum().backward()
print(a.grad)""",
        (
            ("tensor([1.0000, 0.4200])", "That is the slope of tanh. It is computed from s, which was overwritten."),
            ("RuntimeError", "s.detach().fill_(0.5) is noticed and refused. A write through .data is not."),
        ),
        "tanh keeps its result, and computes its slope from it. What .data writes, autograd does not see: the gradient "
        "is wrong, and nobody is told.",
    ),
    Trap(
        "Autograd",
        "The branch that is not taken",
        """import torch

x = torch.tensor([0., 4.], requires_grad=True)
y = torch.where(x > 0, torch.sqrt(x), 2 * x)
y.sum().backward()
print(x.grad)""",
        (
            ("tensor([2.0000, 0.2500])", "where chooses one value for each cell; but both branches were computed."),
            (
                "tensor([   inf, 0.2500])",
                "The root is infinitely steep at 0, and what arrives is 0 times that.",
            ),
        ),
        "Both branches are computed, and both get a gradient: the one that was not taken gets 0. Zero times infinity "
        "is no number. Make the input safe before the root.",
    ),
    Trap(
        "Autograd",
        "Rounded on the way",
        """import torch

s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)
(s * 10).round().sum().backward()
print(s.grad)""",
        (
            ("tensor([10., 10., 10.])", "So it would be without round()."),
            ("RuntimeError", "round has a gradient, so that there is a graph to go back through."),
        ),
        "A staircase is flat: its slope is zero on every step, and zero is what goes back. Nothing can be learned "
        "through it.",
    ),
    Trap(
        "Training",
        "No gradient, and still changed",
        """import torch
from torch import nn

norm = nn.BatchNorm1d(1)
x = torch.tensor([[1.], [3.]])
before = norm.eval()(x)
norm.train()
with torch.no_grad():
    norm(x)
print(torch.equal(before, norm.eval()(x)))""",
        (("True", "No weight has changed; but a pass in train mode has moved the running mean and variance."),),
        "train() and eval() say what a layer does, and no_grad() says whether it is recorded. In train mode a batch "
        "norm keeps a running mean of each batch, recorded or not.",
    ),
    Trap(
        "Training",
        "Labels that begin with 1",
        """import torch
import torch.nn.functional as F

scores = torch.zeros(4, 3)
labels = torch.tensor([1, 2, 3, 3])
print(F.cross_entropy(scores, labels))""",
        (
            ("tensor(1.0986)", "So it is with labels from 0 to 2. Three scores have no place 3."),
            ("RuntimeError", "It is refused, and the error says that a place is out of bounds."),
        ),
        "A label is a place in the row of scores: with three scores there are 0, 1 and 2. Take 1 away from labels that "
        "begin with 1.",
        COMES,
    ),
    Trap(
        "Training",
        "A loss below zero",
        """import torch
import torch.nn.functional as F

z = torch.tensor([[2., -1.], [0., 3.]])
y = torch.tensor([0, 1])
print((F.nll_loss(torch.softmax(z, 1), y) < 0).item())""",
        (
            ("False", "nll_loss takes no logarithm: it gives minus the number at the label. A probability is above 0."),
            ("RuntimeError", "Probabilities are floats of the right shape. That they are no logarithms is not seen."),
        ),
        "nll_loss wants logarithms of probabilities, from log_softmax; it only picks and negates. cross_entropy takes "
        "the scores themselves.",
    ),
    Trap(
        "Training",
        "The last batch",
        """import torch
from torch import nn
from torch.utils.data import DataLoader

norm = nn.BatchNorm1d(3)
data = torch.arange(15.).reshape(5, 3)
for batch in DataLoader(data, batch_size=2):
    norm(batch)""",
        (
            ("three batches go through", "Two do. The third holds the one row that is left."),
            ("two batches go through", "The loader does not drop the rest unless drop_last=True says so."),
        ),
        "Five rows in batches of two leave one, and one row has no variance. drop_last=True leaves it out of training; "
        "in eval mode a single row is fine.",
        COMES,
    ),
    Trap(
        "Training",
        "Squeezed to the last",
        """import torch

batch = torch.zeros(1, 5, 1, 1)
print(tuple(batch.squeeze().shape))""",
        (
            ("(1, 5)", "squeeze drops every axis of size 1. The axis of the batch has size 1 here, too."),
            ("(1, 5, 1)", "Without a dim, all axes of size 1 go at once."),
        ),
        "A bare squeeze() depends on the data: a batch of one loses its batch axis. Name the axes that shall go: "
        "squeeze((2, 3)).",
    ),
    Trap(
        "Data types",
        "A decimal in a whole array",
        """import numpy as np

a = np.array([6, 9, 12])
a[0] = 2.9
print(a)""",
        (
            ("[ 2.9  9.  12. ]", "An array keeps its dtype, whatever is put into it."),
            ("[ 3  9 12]", "The number is cut off, and not rounded."),
            ("TypeError", "The number is cast without a word."),
        ),
        "Whole numbers made an array of whole numbers, and it stays one: what is put in is cast, towards zero. Write "
        "6. or dtype=float where it is made.",
    ),
    Trap(
        "Data types",
        "Two kinds of floats",
        """import numpy as np
import torch

x = torch.from_numpy(np.array([[1.0, 2.0]]))
w = torch.ones(2, 3)
print((x @ w).dtype)""",
        (
            ("torch.float64", "x + w and x * w would become float64. A matrix product of tensors does not convert."),
            ("torch.float32", "x comes from NumPy, whose floats are float64."),
        ),
        "Floats of NumPy are float64, those of PyTorch float32, and from_numpy keeps the dtype. Convert once, where "
        "data come in: .float().",
        COMES,
    ),
    Trap(
        "Data types",
        "Tensor with a capital T",
        """import torch

print(tuple(torch.Tensor(3).shape), tuple(torch.tensor(3).shape))""",
        (
            ("() ()", "The capital T takes sizes, and makes three numbers of whatever was in memory."),
            ("(3,) (3,)", "torch.tensor takes data: one number, without an axis."),
        ),
        "torch.tensor takes data. torch.Tensor takes sizes, and is seldom what is meant.",
    ),
    Trap(
        "Data types",
        "Counting in tenths",
        """import numpy as np

print(np.arange(1, 1.6, 0.1).size)""",
        (
            ("6", "1.0 to 1.5 are six; but a tenth is not exact in binary, and the end is just not reached in time."),
            ("5", "The start is counted, too."),
        ),
        "arange divides the way by the step and rounds up, and a tenth is not exact. Count points instead: "
        "np.linspace(1, 1.5, 6).",
    ),
    Trap(
        "Data types",
        "Brighter than white",
        """import numpy as np

image = np.array([[250, 100]], dtype=np.uint8)
print(image + 10)""",
        (
            ("[[260 110]]", "The sum stays uint8, whose largest number is 255."),
            (
                "[[255 110]]",
                "Numbers go round at the end and do not stop there, as they do in np.clip.",
            ),
            ("OverflowError", "10 fits into uint8. That a sum does not fit is not looked at."),
        ),
        "An array of uint8 plus a small whole number stays uint8, and 260 is 4 again. Convert before you compute.",
    ),
)
"""All traps, by group."""

BY_PROGRAM = {trap.program: trap for trap in TRAPS}
