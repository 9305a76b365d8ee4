"""What ``torch.func`` refuses: of ``vmap`` what depends on one example, of ``grad`` what is no single number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, listed
from primer_core.error_messages.cause import Cause, Kind, Mistake, Plain, kind
from primer_core.error_messages.dialect import TORCH

_ROWS = "x = torch.tensor([1.0, -2.0])"

_BRANCHES = Plain(
    (
        "In ",
        Code("vmap"),
        " the function runs once for all examples together: the tensor stands for all of them, and so there is no one "
        "answer to whether it is true. A condition of ",
        Code("if"),
        ", ",
        Code("while"),
        " or ",
        Code("and"),
        " asks for one.",
    ),
    (
        Mistake(
            ("Each example is to have its own answer: choose cell by cell.",),
            TORCH.code("def f(x):", "    return x if x > 0 else -x", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return torch.where(x > 0, x, -x)", _ROWS, "torch.vmap(f)(x)"),
        ),
        Mistake(
            ("The function cannot do without it: call it for one example after the other.",),
            TORCH.code("def f(x):", "    return x if x > 0 else -x", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return x if x > 0 else -x", _ROWS, "torch.stack([f(each) for each in x])"),
        ),
    ),
)
_ITEM = Plain(
    (
        "In ",
        Code("vmap"),
        " the tensor stands for all examples together, so that there is no one number in it: ",
        Code(".item()"),
        ", ",
        Code("float()"),
        ", ",
        Code("int()"),
        " and their like ask for one.",
    ),
    (
        Mistake(
            ("Compute with the tensor itself.",),
            TORCH.code("def f(x):", "    return x * x.item()", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return x * x", _ROWS, "torch.vmap(f)(x)"),
        ),
        Mistake(
            ("A number is wanted: call the function for one example after the other.",),
            TORCH.code("def f(x):", "    return x * float(x)", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return x * float(x)", _ROWS, "torch.stack([f(each) for each in x])"),
        ),
    ),
)
_RANDOM = Plain(
    (
        "In ",
        Code("vmap"),
        " the function runs once for all examples together, and nothing says whether they share what is drawn at "
        "random: ",
        Code("randomness="),
        " does.",
    ),
    (
        Mistake(
            ("Each example is to have its own numbers.",),
            TORCH.code("def f(x):", "    return x + torch.rand(1)", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return x + torch.rand(1)", _ROWS, "torch.vmap(f, randomness='different')(x)"),
        ),
        Mistake(
            ("All examples are to have the same.",),
            TORCH.code("def f(x):", "    return x + torch.rand(1)", _ROWS, "torch.vmap(f)(x)"),
            TORCH.code("def f(x):", "    return x + torch.rand(1)", _ROWS, "torch.vmap(f, randomness='same')(x)"),
        ),
    ),
)
_ESCAPED = Plain(
    (
        "The tensor stood for all examples together while ",
        Code("vmap"),
        " called the function, and that is over: what the function kept of it elsewhere is of no use any more. What it "
        "returns is.",
    ),
    (
        Mistake(
            ("Return what is wanted besides the result, too.",),
            TORCH.code(
                "kept = []",
                "def f(x):",
                "    kept.append(x * 2)",
                "    return x * 3",
                "y = torch.vmap(f)(torch.ones(2))",
                "kept[0] + 1",
            ),
            TORCH.code("def f(x):", "    return x * 3, x * 2", "y, kept = torch.vmap(f)(torch.ones(2))", "kept + 1"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class MappedSizes(Cause):
    """Arguments of ``vmap`` have different numbers of examples.

    Parameters
    ----------
    sizes
        The numbers.
    """

    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        return (
            Code("vmap"),
            f" takes one example of each argument at a time, so that all must have as many along the axis that it goes "
            f"through; here they have {listed([str(size) for size in self.sizes])}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an argument that is the same for all examples, and one that has them along another axis."""
        first, second = self.sizes[:2]
        x = f"x = torch.zeros({first}, {second})"
        before = TORCH.code(x, f"w = torch.zeros({second})", "torch.vmap(torch.dot)(x, w)")
        along = TORCH.code(x, f"y = torch.zeros({second}, {first})", "torch.vmap(torch.dot)(x, y)")
        return (
            Mistake(
                (
                    "One argument is the same for all: it has ",
                    Code("None"),
                    " in ",
                    Code("in_dims"),
                    ".",
                ),
                before,
                before.replace("(torch.dot)", "(torch.dot, in_dims=(0, None))"),
            ),
            Mistake(
                ("One argument has its examples along another axis.",),
                along,
                along.replace("(torch.dot)", "(torch.dot, in_dims=(0, 1))"),
            ),
        )


def _mapped(match: re.Match[str]) -> MappedSizes | None:
    found = tuple(dict.fromkeys(map(int, re.findall(r"\d+", match[1]))))
    return MappedSizes(found) if len(found) > 1 and min(found) > 0 else None


@dataclass(frozen=True, slots=True)
class NotOneNumber(Cause):
    """The function that ``grad`` is given returns a tensor with axes.

    Parameters
    ----------
    axes
        int, how many.
    """

    axes: int

    def sentence(self) -> Sentence:
        """Say what ``grad`` wants."""
        return (
            "The function returns a tensor with ",
            f"{self.axes} {'axis' if self.axes == 1 else 'axes'}, and ",
            Code("grad"),
            " differentiates one number, which has none: the gradient of several numbers is no single gradient.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a sum, and the matrix of all slopes."""
        before = TORCH.code("def f(x):", "    return x ** 2", "x = torch.ones(3)", "torch.func.grad(f)(x)")
        return (
            Mistake(("Return one number: the mean or the sum.",), before, before.replace("x ** 2", "(x ** 2).sum()")),
            Mistake(
                ("The slope of each number by each is wanted.",), before, before.replace("func.grad(", "func.jacrev(")
            ),
        )


def _axes(match: re.Match[str]) -> NotOneNumber | None:
    return NotOneNumber(int(match[1])) if int(match[1]) else None


KINDS: tuple[Kind, ...] = (
    kind(
        "vmap_branch",
        "PyTorch",
        _BRANCHES,
        r"vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow",
    ),
    kind(
        "vmap_item",
        "PyTorch",
        _ITEM,
        r"vmap: It looks like you're (?:either \(1\) )?calling \.item\(\) on a Tensor",
    ),
    kind("vmap_random", "PyTorch", _RANDOM, r"vmap: called random operation while in randomness error mode"),
    kind("vmap_escaped", "PyTorch", _ESCAPED, r"your tensor may have escaped from inside a function being vmapped"),
    kind(
        "vmap_sizes",
        "PyTorch",
        _mapped,
        r"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes \[([\d, ]{3,80})\]",
    ),
    kind(
        "grad_of_several",
        "PyTorch",
        _axes,
        r"Expected f\(\*args\) to return a scalar [Tt]ensor, got tensor with (\d{1,3}) dims",
    ),
)
