"""The snippet of the softmax lesson: it runs as copied and prints what the page shows."""

from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.rules import GRADIENT, NAIVE, STABLE, Rule


def snippet(question: SoftmaxQuestion) -> str:
    """Write the calculation and its comparison with PyTorch as plain Python."""
    return f"""import torch
from torch.nn.functional import cross_entropy, log_softmax, nll_loss, one_hot

z = torch.tensor({list(question.logits)}, dtype=torch.{question.dtype}) + {float(question.shift)}
T, target = {question.T}, torch.tensor({question.right})

{_lines(STABLE)}

{_lines(NAIVE)}

{_lines(GRADIENT)}
leaf = z.clone().requires_grad_()
loss = cross_entropy(leaf / T, target)
(autograd,) = torch.autograd.grad(loss, leaf)


def show(name, *values):
    print(f"{{name}}: {{' '.join(f'{{float(value):.4f}}' for value in values)}}")


show("p", *p)
show("log-sum-exp", log_sum_exp)
show("naive p", *naive_p)
show("naive log-sum-exp", naive_e.sum().log())
show("cross-entropy", nll_loss(log_softmax(scaled, dim=0), target), loss.detach())
show("softmax twice", cross_entropy(p, target))
show("gradient", *gradient)
show("autograd", *autograd)
print("argmax:", z.argmax().item(), p.argmax().item())
"""


def _lines(rules: tuple[Rule, ...]) -> str:
    return "\n".join(rule.line for rule in rules)
