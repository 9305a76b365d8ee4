"""Programs with a classic trap in each."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.own_lines.question import START, OwnLinesQuestion
from primer_core.lessons.own_lines.traps import TRAPS

PRESETS = (
    Preset("Rows less their best", OwnLinesQuestion(program=START)),
    Preset(
        "A write seen twice",
        OwnLinesQuestion(
            program="""import numpy as np

week = np.arange(7)
weekend = week[5:]
copied = week[[5, 6]]
weekend[:] = 0
copied[:] = -1
print(week)"""
        ),
    ),
    Preset(
        "A pasted message",
        OwnLinesQuestion(program="RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x784 and 512x10)"),
    ),
    Preset(
        "A loop that adds up",
        OwnLinesQuestion(
            program="""import numpy as np

prices = np.array([3., 5., 2.])
total = 0
for price in prices:
    total += price
    print(price, total)
print(total == prices.sum())"""
        ),
    ),
    Preset(
        "What a function changes",
        OwnLinesQuestion(
            program="""import numpy as np

def centre(x):
    x -= x.mean()
    return x

a = np.array([1., 2., 6.])
b = centre(a)
print(a, b is a)"""
        ),
    ),
    Preset(
        "One step of training",
        OwnLinesQuestion(
            program="""import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.tensor([[1., 2.], [3., 4.]])
y = torch.tensor([[1.], [2.]])
for step in range(3):
    loss = ((net(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, loss.item())"""
        ),
    ),
    Preset(
        "A network that does not fit",
        OwnLinesQuestion(
            program="""import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 3)
        self.out = nn.Linear(2, 1)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))

net = Net()
print(net(torch.ones(5, 4)).shape)"""
        ),
    ),
    *(
        Preset(
            trap.title,
            OwnLinesQuestion(trap.group, trap.program),
            ("examples", "program", "at", "opened"),  # with the program, its question is asked anew
        )
        for trap in TRAPS
    ),
)
