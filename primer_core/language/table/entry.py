"""What is known of one function, method, attribute or operator that a learner may write: a line of the table.

Nothing that is not in the table is ever called. A line names the library's own function, the parameters that it may be
given here, and its *rule*: what kind of thing it does, which says where each cell of the result came from
(`primer_core.language.provenance`), and what it costs, which is asked before it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from primer_core.language.limits import MAX_BYTES, MAX_STEPS, Refused, thousands

Kind = Literal[
    "made", "moved", "chosen", "elementwise", "reduction", "product", "scan", "window", "whole", "written", "asked"
]
"""Where a cell of a result comes from:

- *made*: from no array (``zeros``, ``arange``, random numbers);
- *moved*: one cell of an operand, which place alone decides (``reshape``, ``concatenate``, ``a[1:]``);
- *chosen*: cells that values decide (``sort``, ``where``, masks, ``unique``);
- *elementwise*: the cell at the same place of each operand, as broadcasting lines them up;
- *reduction*: all cells along the axes that are gone;
- *product*: the cells that meet along contracted axes (``@``, ``einsum``, ``dot``);
- *scan*: all cells up to this one, along an axis (``cumsum``);
- *window*: neighbouring cells (``diff``, ``convolve``, ``max_pool2d``);
- *whole*: all cells of the operands (``inv``, ``solve``, ``fft``);
- *written*: the operand itself, changed in place;
- *asked*: no array at all, but something that is said of one (``shape``, ``dtype``).
"""

Sharing = Literal["never", "maybe", "always"]
"""Whether a result may share memory with an operand."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call takes at most.

    Parameters
    ----------
    size
        int, elements of all results together.
    steps
        int, elementary steps: additions, comparisons, cells copied.
    itemsize
        int, bytes of an element of the largest dtype that may come of it.
    """

    size: int
    steps: int
    itemsize: int = 16

    def check(self, what: str) -> None:
        """Refuse what is beyond the bounds, before anything is allocated.

        Raises
        ------
        Refused
            If it takes more than `MAX_BYTES` or `MAX_STEPS`.
        """
        if self.size * self.itemsize > MAX_BYTES:
            raise Refused(
                f"{what} would make {thousands(self.size)} elements; at most {thousands(MAX_BYTES // self.itemsize)} "
                "are computed here. Smaller arrays show the same."
            )
        if self.steps > MAX_STEPS:
            raise Refused(
                f"{what} would take {thousands(self.steps)} steps; at most {thousands(MAX_STEPS)} are taken "
                "here. Smaller arrays show the same."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """The arguments of a call, by the names of the parameters.

    Parameters
    ----------
    positional, keywords
        As they were written, the array itself first where a method is called.
    values
        By the name of the parameter; what ``*sizes`` takes is a tuple under ``sizes``.
    """

    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]
    values: Mapping[str, Any]

    def get(self, *names: str, default: Any = None) -> Any:
        """Return the first of these parameters that was given."""
        return next((self.values[name] for name in names if name in self.values), default)


@dataclass(frozen=True, slots=True)
class Rule:
    """What an entry does, as far as its kind, its cost and its sources go.

    Parameters
    ----------
    kind
        Where a cell of the result comes from.
    cost
        Pure function from the arguments to what the call takes at most.
    sources
        Finds the sources of a cell; None where the kind has none.
    """

    kind: Kind
    cost: Callable[[Bound], Cost]
    sources: Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table.

    Parameters
    ----------
    name
        As code writes it: ``np.sum``, ``torch.cat``, ``F.relu``, ``ndarray.sum`` and ``Tensor.sum`` for methods and
        attributes, ``operator.+`` for what has a sign.
    takes
        str, the parameters in order, which may all be given by name too: ``"a, axis, keepdims"``; ``"a, *sizes"``
        where any number may follow; ``"|"`` stands before those that are given by name alone.
    rule
        What it does.
    calls
        str, calls that can be typed, parted by ``;``, each in a way that means something else. The names in them say
        what kind of operand stands there (`tests.language.operands` draws them at random): ``a, b`` arrays of floats of
        one shape, ``i, j`` of whole numbers, ``mask`` of booleans, all of that shape too; ``v, w`` vectors; ``m, n``
        matrices that can be multiplied; ``s`` a square one; ``axis`` an axis of theirs; ``index`` places along axis 0.
    shares
        Whether its result may share memory with an operand.
    writes
        str, the parameter that it changes in place; empty for none.
    texts
        Names of parameters whose text is no name of a dtype.
    attribute
        Whether it is read without a call.
    uninitialised
        Says of its arguments whether it hands out memory as it finds it; None for what never does.
    random
        Whether it draws from its library's own random numbers, those without a generator.
    """

    name: str
    takes: str
    rule: Rule
    calls: str = ""
    shares: Sharing = "never"
    writes: str = ""
    texts: tuple[str, ...] = ()
    attribute: bool = False
    uninitialised: Callable[[Bound], bool] | None = None
    random: bool = False
    _parameters: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_parameters", tuple(self.takes.replace("|", "|,").replace(",", " ").split()))

    @property
    def places(self) -> int:
        """Return how many arguments may stand without a name, where no number of them may."""
        return [*self._parameters, "|"].index("|")

    @property
    def examples(self) -> tuple[str, ...]:
        """Return the calls one by one."""
        return tuple(call.strip() for call in self.calls.split(";") if call.strip())

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of its parameters, in order."""
        return tuple(name.lstrip("*") for name in self._parameters if name != "|")

    @property
    def library(self) -> str:
        """Return what its name begins with: ``np``, ``torch``, ``F``, ``ndarray``, ``Tensor``, ``operator``."""
        return self.name.split(".")[0]

    def bind(self, positional: tuple[Any, ...], keywords: Mapping[str, Any]) -> Bound:
        """Say which argument is which.

        Raises
        ------
        Refused
            If a keyword is not known here. How many arguments there are is the library's own affair.
        """
        values: dict[str, Any] = {}
        rest = iter(positional)
        by_name = False
        for name in self._parameters:
            if name == "|":
                by_name = True
            elif name.startswith("*"):
                values[name[1:]] = tuple(rest)
            elif not by_name:
                for value in _next(rest):
                    values[name] = value
        known = set(self.parameters)
        words = _NUMPYS_WORDS if self.library in ("torch", "Tensor") else {}
        for given, value in keywords.items():
            name = given if given in known else words.get(given, given)
            if name not in known:
                accepted = ", ".join(f"{word}=" for word in sorted(known)) or "none"
                raise Refused(f"{self.name} is not known here with {given}=. Known by name: {accepted}.")
            values[name] = value
        return Bound(positional, keywords, values)


_NUMPYS_WORDS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
"""What PyTorch's compiled functions understand by NumPy's name as well (``numpy_compatibility_arg_names`` in
https://github.com/pytorch/pytorch/blob/main/torch/csrc/utils/python_arg_parser.cpp)."""


def always(bound: Bound) -> bool:
    """Return that an entry hands out memory as it finds it, whatever its arguments are."""
    del bound
    return True


def _next(rest: Iterator[Any]) -> tuple[Any, ...]:
    for value in rest:
        return (value,)
    return ()
