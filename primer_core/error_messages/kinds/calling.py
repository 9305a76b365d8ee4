"""Functions, methods and names that are not there, or are called in another way than they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH
from primer_core.error_messages.wording import WHOLE

_ARRAYS = {"numpy.ndarray": "np.ones(3)", "Tensor": "torch.ones(3)"}


def _code(*lines: str) -> str:
    """Return code that begins with the import that it needs."""
    return (TORCH if any("torch" in line or "nn." in line for line in lines) else NP).code(*lines)


@dataclass(frozen=True, slots=True)
class NotCallable(Cause):
    """Something is called that is no function.

    Parameters
    ----------
    type
        Of what is called.
    """

    type: str

    def sentence(self) -> Sentence:
        """Say what round brackets do."""
        return ("Round brackets behind something call it, and a value of type ", Code(self.type), " cannot be called.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an index in round brackets, an attribute that is no method, and a name that was used twice."""
        index = ("An index stands in square brackets.",)
        attribute = ("It is an attribute, and no method: leave the brackets out.",)
        name = ("A function's name was given to a value.",)
        shown = {
            "numpy.ndarray": Mistake(index, NP.code("a = np.ones(3)", "a(0)"), NP.code("a = np.ones(3)", "a[0]")),
            "Tensor": Mistake(index, TORCH.code("a = torch.ones(3)", "a(0)"), TORCH.code("a = torch.ones(3)", "a[0]")),
            "tuple": Mistake(attribute, NP.code("np.ones(3).shape()"), NP.code("np.ones(3).shape")),
            "torch.Size": Mistake(attribute, TORCH.code("torch.ones(3).shape()"), TORCH.code("torch.ones(3).shape")),
            "int": Mistake(attribute, NP.code("np.ones(3).size()"), NP.code("np.ones(3).size")),
            "torch.dtype": Mistake(attribute, TORCH.code("torch.ones(3).dtype()"), TORCH.code("torch.ones(3).dtype")),
            "torch.device": Mistake(
                attribute, TORCH.code("torch.ones(3).device()"), TORCH.code("torch.ones(3).device")
            ),
            "module": Mistake(
                ("The module was called, and not the function in it.",), NP.code("np(3)"), NP.code("np.array(3)")
            ),
        }
        other = Mistake(
            name, NP.code("sum = np.ones(3).sum()", "sum([1, 2])"), NP.code("total = np.ones(3).sum()", "sum([1, 2])")
        )
        return (shown[self.type], other) if self.type in shown else (other,)


@dataclass(frozen=True, slots=True)
class NoAttribute(Cause):
    """A value or a module has no attribute of a name.

    Parameters
    ----------
    owner
        Type of the value, or name of the module.
    name
        Of the attribute.
    """

    owner: str
    name: str

    def sentence(self) -> Sentence:
        """Name both."""
        return ("A value of type ", Code(self.owner), " has nothing that is called ", Code(self.name), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show what is called so in the other library, or in lists."""
        shown = {
            ("numpy.ndarray", "append"): ("a = np.ones(3)", "a.append(4)", "np.append(a, 4)", "That is a list's."),
            ("numpy.ndarray", "unsqueeze"): ("a = np.ones(3)", "a.unsqueeze(0)", "a[None]", "That is PyTorch's."),
            ("numpy.ndarray", "view_as"): (
                "a = np.ones(3)",
                "a.view_as(a)",
                "a.reshape(a.shape)",
                "That is PyTorch's.",
            ),
            ("numpy.ndarray", "to"): (
                "import torch\na = np.ones(3)",
                "a.to('cpu')",
                "torch.from_numpy(a).to('cpu')",
                "That is a tensor's.",
            ),
            ("numpy.ndarray", "numpy"): ("a = np.ones(3)", "a.numpy()", "a", "It is an array already."),
            ("numpy.ndarray", "backward"): (
                "import torch\na = np.ones(3)",
                "a.backward()",
                "torch.from_numpy(a).requires_grad_().sum().backward()",
                "Arrays record nothing.",
            ),
            ("Tensor", "astype"): (
                "a = torch.ones(3)",
                "a.astype('float64')",
                "a.to(torch.float64)",
                "That is NumPy's.",
            ),
            ("Tensor", "copy"): ("a = torch.ones(3)", "a.copy()", "a.clone()", "That is NumPy's."),
            ("Tensor", "append"): (
                "a = torch.ones(3)",
                "a.append(4)",
                "torch.cat([a, torch.tensor([4.0])])",
                "That is a list's.",
            ),
            ("Tensor", "reshape_as_"): (
                "a = torch.ones(3)",
                "a.reshape_as_(a)",
                "a.reshape_as(a)",
                "There is no such.",
            ),
        }
        found = shown.get((self.owner, self.name))
        if found:
            made, before, after, said = found
            return (Mistake((said,), _code(made, before), _code(made, after)),)
        if self.owner in _ARRAYS and self.name.isidentifier():
            made = f"a = {_ARRAYS[self.owner]}"
            why: Sentence = ("The name is misspelled, or it is that of a function or of the other library.",)
            return (Mistake(why, _code(made, f"a.{self.name}"), _code(made, "a.sum()")),)
        why = ("A method is called on something else than was thought: look at its type.",)
        return (Mistake(why, NP.code("a = [1, 2, 3]", "a.mean()"), NP.code("a = np.array([1, 2, 3])", "a.mean()")),)


@dataclass(frozen=True, slots=True)
class NoLength(Cause):
    """The length of something was asked for that has none.

    Parameters
    ----------
    type
        Of what was asked.
    """

    type: str

    def sentence(self) -> Sentence:
        """Say what gives a length."""
        return (
            "A length was asked for, by ",
            Code("len()"),
            " or by what needs to know how many there are, such as a shuffling ",
            Code("DataLoader"),
            ", and a value of type ",
            Code(self.type),
            " has none: its class has no ",
            Code("__len__"),
            ".",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a dataset that does not say how long it is, and a generator."""
        loader = "from torch.utils.data import DataLoader, Dataset"
        squares = ("class Squares(Dataset):", "    def __getitem__(self, i):", "        return i * i")
        long = ("    def __len__(self):", "        return 4")
        asked = "DataLoader(Squares(), shuffle=True)"
        dataset = Mistake(
            ("A dataset says with ", Code("__len__"), " how many samples it has."),
            TORCH.code(loader, *squares, asked),
            TORCH.code(loader, *squares, *long, asked),
        )
        generator = Mistake(
            ("What is made while it is gone through has no length: make a list of it.",),
            NP.code("squares = (n * n for n in range(3))", "len(squares)"),
            NP.code("squares = [n * n for n in range(3)]", "len(squares)"),
        )
        return (generator, dataset) if self.type in ("generator", "map", "filter", "zip") else (dataset, generator)


@dataclass(frozen=True, slots=True)
class NothingThere(Cause):
    """None has no attribute of a name.

    Parameters
    ----------
    name
        Of the attribute.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say where None comes from."""
        return (
            "In front of ",
            Code(f".{self.name}"),
            " stands None: what a function without a return gives, for instance, or a gradient that was not computed.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a gradient that there is not yet, and a method that works in place."""
        x = "x = torch.ones(3, requires_grad=True)"
        gradient = Mistake(
            ("There is no gradient before ", Code("backward()"), ", and none of what was computed of leaves."),
            TORCH.code(x, f"x.grad.{self.name}"),
            TORCH.code(x, "x.sum().backward()", "x.grad.zero_()"),
        )
        place = Mistake(
            ("A method that works in place returns None.",),
            NP.code("a = np.array([3, 1])", f"a.sort().{self.name}"),
            NP.code("a = np.array([3, 1])", "a.sort()", "a.shape"),
        )
        return (gradient, place) if self.name in ("zero_", "data", "detach", "norm", "clone") else (place, gradient)

    def lesson(self) -> LessonLink | None:
        """Return Autograd graph for gradients."""
        return LessonLink("autograd_graph") if self.name in ("zero_", "data", "detach", "norm", "clone") else None


@dataclass(frozen=True, slots=True)
class RemovedName(Cause):
    """NumPy had a name once, and has it no more.

    Parameters
    ----------
    name
        As it was: ``float``.
    instead
        What NumPy says to write, in code; empty where it does not tell.
    gone
        Whether the version that raised the message has the name no more; a warning is given by one that has it still.
    """

    name: str
    instead: str
    gone: bool = True

    def sentence(self) -> Sentence:
        """Name it."""
        if not self.gone:
            return (
                Code(f"np.{self.name}"),
                " is another name for ",
                Code(self.instead),
                ", and later versions have it no more.",
            )
        better = ("",) if not self.instead else (" It is written ", Code(self.instead), " now.")
        return ("The installed version of NumPy has no ", Code(f"np.{self.name}"), " any more.", *better)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the new name."""
        instead = self.instead or "float"
        why: Sentence = ("The code is older than the installed NumPy.",)
        return (Mistake(why, NP.code(f"np.{self.name}"), NP.code(instead)),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays for dtypes."""
        return LessonLink("arrays", {"view": "Dtypes"})


_ALIASES = {
    "float": "float",
    "int": "int",
    "bool": "bool",
    "object": "object",
    "complex": "complex",
    "str": "str",
    "long": "int",
    "unicode": "str",
}
_MOVED = {
    "product": "np.prod",
    "cumproduct": "np.cumprod",
    "in1d": "np.isin",
    "trapz": "np.trapezoid",
    "alltrue": "np.all",
    "sometrue": "np.any",
    "round_": "np.round",
}


def _removed(match: re.Match[str]) -> RemovedName | None:
    name = match[1]
    instead = _ALIASES.get(name) or _MOVED.get(name)
    return RemovedName(name, instead) if instead else None


@dataclass(frozen=True, slots=True)
class ArgumentType(Cause):
    """A function of PyTorch is given an argument of another type than it takes.

    Parameters
    ----------
    function, argument
        Their names.
    wanted, given
        Types, as PyTorch writes them.
    """

    function: str
    argument: str
    wanted: str
    given: str

    def sentence(self) -> Sentence:
        """Name them."""
        return (
            Code(f"{self.function}()"),
            f" takes a {self.wanted} for ",
            Code(self.argument),
            ", and is given a value of type ",
            Code(self.given),
            ".",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an array or a list in place of a tensor, and tensors that belong into a list."""
        made = {"numpy.ndarray": "np.ones((4, 3))", "list": "[1.0, 2.0, 3.0]", "float": "2.0", "int": "2"}
        if self.wanted == "tuple of Tensors":
            a = "a = torch.ones(3)"
            why: Sentence = ("The tensors to be joined belong into a list.",)
            return (Mistake(why, TORCH.code(a, "torch.cat(a, a)"), TORCH.code(a, "torch.cat([a, a])")),)
        if self.wanted == "Tensor" and self.given == "numpy.ndarray":
            lines = ("import numpy as np", "layer = nn.Linear(3, 2)", "x = np.ones((4, 3))")
            why = ("An array of NumPy must become a tensor first, of PyTorch's usual dtype.",)
            after = TORCH.code(*lines, "layer(torch.from_numpy(x).float())")
            return (Mistake(why, TORCH.code(*lines, "layer(x)"), after),)
        if self.wanted == "Tensor" and self.given in made:
            x = f"x = {made[self.given]}"
            why = ("A number or a list must become a tensor first.",)
            return (Mistake(why, TORCH.code(x, "torch.sqrt(x)"), TORCH.code(x, "torch.sqrt(torch.tensor(x))")),)
        why = ("The types must be those that the function is made for.",)
        before = TORCH.code("torch.zeros(2.0)")
        return (Mistake(why, before, TORCH.code("torch.zeros(2)")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays, where arrays become tensors."""
        return LessonLink("arrays", {"view": "PyTorch"})


@dataclass(frozen=True, slots=True)
class NoDtype(Cause):
    """Something stands where NumPy expects a dtype.

    Parameters
    ----------
    given
        As NumPy writes it.
    """

    given: str

    def sentence(self) -> Sentence:
        """Name it."""
        return (Code(self.given), " stands where NumPy expects a dtype, and it is none.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show sizes that belong into a tuple."""
        given = self.given if re.fullmatch(r"\d{1,4}", self.given) else "3"
        why: Sentence = ("NumPy takes a shape as one tuple: a second argument is the dtype.",)
        return (Mistake(why, NP.code(f"np.zeros(2, {given})"), NP.code(f"np.zeros((2, {given}))")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays with two sizes apart."""
        return LessonLink("arrays", {"make": "np.zeros(2, 3)"})


@dataclass(frozen=True, slots=True)
class UnknownDtype(Cause):
    """A name is no dtype.

    Parameters
    ----------
    given
        The name.
    """

    given: str

    def sentence(self) -> Sentence:
        """Name it."""
        return ("NumPy knows no dtype that is called ", Code(self.given), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a name that there is."""
        why: Sentence = ("The name is misspelled, or another library's.",)
        return (Mistake(why, NP.code("np.zeros(3, dtype='float23')"), NP.code("np.zeros(3, dtype='float32')")),)

    def lesson(self) -> LessonLink | None:
        """Return Arrays with all dtypes."""
        return LessonLink("arrays", {"view": "Dtypes"})


@dataclass(frozen=True, slots=True)
class ArgumentMissing(Cause):
    """A call leaves out arguments that a function needs.

    Parameters
    ----------
    function
        Its name.
    names
        What is left out, as the message lists it.
    """

    function: str
    names: str

    def sentence(self) -> Sentence:
        """Name them."""
        return (Code(f"{self.function}()"), " is called without ", Code(self.names), ", which it needs.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a layer that needs two sizes, and a class that is not made yet."""
        return (
            Mistake(("An argument was forgotten.",), TORCH.code("nn.Linear(3)"), TORCH.code("nn.Linear(3, 2)")),
            Mistake(
                ("The class itself is called, and no object of it was made.",),
                TORCH.code("nn.Linear.forward(torch.ones(3))"),
                TORCH.code("nn.Linear(3, 2).forward(torch.ones(3))"),
            ),
        )


@dataclass(frozen=True, slots=True)
class TooManyArguments(Cause):
    """A call gives more arguments than a function takes.

    Parameters
    ----------
    function
        Its name.
    takes, given
        How many it takes at most, and how many are given.
    """

    function: str
    takes: int
    given: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            Code(f"{self.function}()"),
            f" takes at most {self.takes} by their places, and is given {self.given}. For a method, self counts as "
            "one.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show arrays that belong into a list, and a method without self."""
        net = ("class Net(nn.Module):", "    def forward({}x):", "        return x", "Net()(torch.ones(3))")
        return (
            Mistake(
                ("The arrays belong into a list.",),
                NP.code("np.vstack(np.ones(3), np.ones(3))"),
                NP.code("np.vstack([np.ones(3), np.ones(3)])"),
            ),
            Mistake(
                ("A method's first parameter, self, was forgotten.",),
                TORCH.code(net[0], net[1].format(""), *net[2:]),
                TORCH.code(net[0], net[1].format("self, "), *net[2:]),
            ),
        )


def _too_many(match: re.Match[str]) -> TooManyArguments | None:
    takes, given = int(match[2]), int(match[3])
    return TooManyArguments(match[1], takes, given) if given > takes else None


@dataclass(frozen=True, slots=True)
class WrongCombination(Cause):
    """A function of PyTorch is called with arguments that it has no version for.

    Parameters
    ----------
    function
        Its name.
    given
        Types of the arguments, as PyTorch lists them.
    """

    function: str
    given: str

    def sentence(self) -> Sentence:
        """Name function and types."""
        return (
            Code(f"{self.function}()"),
            " comes in several versions, which the message lists, and none takes ",
            Code(f"({self.given})"),
            ".",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show numbers that must be tensors, and a missing argument."""
        return (
            Mistake(
                ("Tensors are expected where numbers are given.",),
                TORCH.code("torch.max(3, 4)"),
                TORCH.code("torch.max(torch.tensor(3), torch.tensor(4))"),
            ),
            Mistake(
                ("An argument is missing that NumPy has a default for.",),
                TORCH.code("torch.linspace(0, 1)"),
                TORCH.code("torch.linspace(0, 1, 50)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class NotAModule(Cause):
    """A model is to be made of something that is no module.

    Parameters
    ----------
    given
        What was given, as PyTorch writes it.
    """

    given: str

    def sentence(self) -> Sentence:
        """Name it."""
        return ("A model is made of modules, and ", Code(self.given), " is none.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a function, a class and a list in place of a module."""
        return (
            Mistake(
                ("A function of ", Code("nn.functional"), " is no module: there is one of the same name."),
                TORCH.code("nn.Sequential(nn.Linear(3, 2), nn.functional.relu)"),
                TORCH.code("nn.Sequential(nn.Linear(3, 2), nn.ReLU())"),
            ),
            Mistake(
                ("The brackets are missing: the class is given, and no module of it.",),
                TORCH.code("nn.Sequential(nn.Linear(3, 2), nn.ReLU)"),
                TORCH.code("nn.Sequential(nn.Linear(3, 2), nn.ReLU())"),
            ),
            Mistake(
                ("The modules are in a list: a star takes them out.",),
                TORCH.code("layers = [nn.Linear(3, 2), nn.ReLU()]", "nn.Sequential(layers)"),
                TORCH.code("layers = [nn.Linear(3, 2), nn.ReLU()]", "nn.Sequential(*layers)"),
            ),
        )


_NET = ("class Net(nn.Module):", "    def __init__(self):")
_INIT = Plain(
    ("The ", Code("__init__"), " of ", Code("nn.Module"), " must have run before a module is given layers."),
    (
        Mistake(
            (Code("super().__init__()"), " is missing at the beginning of ", Code("__init__"), "."),
            TORCH.code(*_NET, "        self.layer = nn.Linear(3, 2)", "Net()"),
            TORCH.code(*_NET, "        super().__init__()", "        self.layer = nn.Linear(3, 2)", "Net()"),
        ),
    ),
)
_FORWARD = Plain(
    ("The model is called, and it does not say what it computes: it has no method of the name ", Code("forward"), "."),
    (
        Mistake(
            ("The method is missing, misspelled, or indented into another one.",),
            TORCH.code("class Net(nn.Module):", "    def foward(self, x):", "        return x", "Net()(torch.ones(3))"),
            TORCH.code(
                "class Net(nn.Module):", "    def forward(self, x):", "        return x", "Net()(torch.ones(3))"
            ),
        ),
        Mistake(
            ("A list of modules is no chain of them.",),
            TORCH.code("nn.ModuleList([nn.Linear(3, 2)])(torch.ones(3))"),
            TORCH.code("nn.Sequential(nn.Linear(3, 2))(torch.ones(3))"),
        ),
    ),
)
_DRAWS = Plain(
    ("More numbers are to be drawn than there are to draw from, and each may be drawn once only.",),
    (
        Mistake(
            ("What was drawn may be drawn again.",),
            TORCH.code("torch.multinomial(torch.tensor([0.1, 0.9]), 3)"),
            TORCH.code("torch.multinomial(torch.tensor([0.1, 0.9]), 3, replacement=True)"),
        ),
    ),
)
_PROBABILITIES = Plain(
    ("Probabilities sum to 1, and those that are given as ", Code("p"), " do not."),
    (
        Mistake(
            ("Weights are given: divide them by their sum.",),
            NP.code("w = np.array([2, 1, 1])", "np.random.choice(3, p=w)"),
            NP.code("w = np.array([2, 1, 1])", "np.random.choice(3, p=w / w.sum())"),
        ),
    ),
)
_TUPLE = Plain(
    ("A tuple is to be added to something else. Some functions give several results at once, as a tuple.",),
    (
        Mistake(
            (Code("np.where"), " with one argument gives one index array for each axis: take the first."),
            NP.code("np.where(np.array([1, 6]) > 5) + 1"),
            NP.code("np.where(np.array([1, 6]) > 5)[0] + 1"),
        ),
        Mistake(
            (Code("max"), " with a dim gives values and their places."),
            TORCH.code("torch.ones(2, 3).max(dim=1) + 1"),
            TORCH.code("torch.ones(2, 3).max(dim=1).values + 1"),
        ),
        Mistake(
            ("A shape is a tuple: put another one behind it.",),
            NP.code("np.ones((2, 3)).shape + 1"),
            NP.code("np.ones((2, 3)).shape + (1,)"),
        ),
    ),
    LessonLink("indexing", {"array": "[1, 6, 8]", "expression": "np.where(a > 5)"}),
)


_WHERE = Plain(
    (
        Code("np.where"),
        " takes a condition alone, or a condition and two values: one for where it is True and one for where it is "
        "False. Here one of the two is missing.",
    ),
    (
        Mistake(
            ("The cells for which it is True are wanted: a mask picks them.",),
            NP.code("a = np.array([1, 6, 8])", "np.where(a > 5, a)"),
            NP.code("a = np.array([1, 6, 8])", "a[a > 5]"),
        ),
        Mistake(
            ("The others are to be another number.",),
            NP.code("a = np.array([1, 6, 8])", "np.where(a > 5, a)"),
            NP.code("a = np.array([1, 6, 8])", "np.where(a > 5, a, 0)"),
        ),
    ),
    LessonLink("indexing", {"array": "[1, 6, 8]", "expression": "np.where(a > 5)"}),
)


@dataclass(frozen=True, slots=True)
class Unpacked(Cause):
    """There are more or fewer values than names to bind to them.

    Parameters
    ----------
    expected
        How many names there are.
    got
        How many values there are; None where there are more than names and the message does not tell.
    """

    expected: int
    got: int | None

    def sentence(self) -> Sentence:
        """Count names and values."""
        values = "more values" if self.got is None else f"{self.got} {'value' if self.got == 1 else 'values'}"
        verb = "is" if self.got == 1 else "are"
        names = f"{self.expected} {'name' if self.expected == 1 else 'names'}"
        return (
            f"Values are bound to {names}, and there {verb} {values}. An array gives one value for each index of axis "
            "0, and its shape one for each axis.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show values along the wrong axis, and a batch that holds less than was thought."""
        names = ", ".join("abcdefghijklmnop"[: max(2, min(self.expected, 16))])
        count = names.count(",") + 1
        got = count + 1 if self.got is None else min(self.got, count - 1)
        made = f"rows = np.ones(({got}, {count}))"
        why: Sentence = ("The values lie along another axis.",)
        return (Mistake(why, NP.code(made, f"{names} = rows"), NP.code(made, f"{names} = rows.T")),)


def _unpacked(match: re.Match[str]) -> Unpacked | None:
    return Unpacked(int(match[1]), int(match[2]) if match[2] else None)


@dataclass(frozen=True, slots=True)
class NotUnpacked(Cause):
    """Names are to be bound to the entries of a value that has none.

    Parameters
    ----------
    type
        Of the value.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return (
            "Names are to be bound to the entries of a value, and a value of type ",
            Code(self.type),
            " has no entries.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a loop without enumerate, and a function that gives one value."""
        made = "x = np.arange(3)"
        return (
            Mistake(
                ("The number of the round is wanted, too: ", Code("enumerate"), " gives it."),
                NP.code(made, "for i, value in x:", "    print(i, value)"),
                NP.code(made, "for i, value in enumerate(x):", "    print(i, value)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class OperandTypes(Cause):
    """An operator has no rule for two types.

    Parameters
    ----------
    operator
        As in code: ``+``.
    left, right
        Types.
    """

    operator: str
    left: str
    right: str

    def sentence(self) -> Sentence:
        """Name them."""
        return ("There is no rule for ", Code(f"{self.left} {self.operator} {self.right}"), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a list or None in place of a tensor."""
        if "NoneType" in (self.left, self.right):
            why: Sentence = ("One side is None: a function that works in place returns nothing.",)
            return (
                Mistake(
                    why,
                    NP.code("a = np.array([3, 1])", "b = a.sort()", "b + 1"),
                    NP.code("a = np.array([3, 1])", "b = np.sort(a)", "b + 1"),
                ),
            )
        sides = {self.left, self.right}
        if "list" in sides and sides & {"int", "float"}:
            why = ("A list of Python has no arithmetic of its numbers: make it an array.",)
            return (
                Mistake(
                    why, NP.code("prices = [3, 4]", "prices - 1"), NP.code("prices = np.array([3, 4])", "prices - 1")
                ),
            )
        if "str" in sides and sides & {"int", "float"}:
            why = ("A number that was read as a text must become a number first.",)
            return (Mistake(why, NP.code("price = '3'", "price - 1"), NP.code("price = '3'", "float(price) - 1")),)
        if self.operator == "@" and sides & {"int", "float"} and "Tensor" in sides:
            why = (Code("@"), " is the product of matrices and vectors: ", Code("*"), " multiplies by a number.")
            return (Mistake(why, TORCH.code("torch.ones(2, 3) @ 2"), TORCH.code("torch.ones(2, 3) * 2")),)
        if sides == {"Tensor", "list"}:
            why = ("A list must become a tensor first.",)
            made = "a = torch.ones(3)"
            return (Mistake(why, TORCH.code(made, "a + [1, 2, 3]"), TORCH.code(made, "a + torch.tensor([1, 2, 3])")),)
        return ()


@dataclass(frozen=True, slots=True)
class SignedType(Cause):
    """A sign in front has no rule for a type.

    Parameters
    ----------
    sign
        As in code: ``-``, ``+`` or ``~``.
    type
        Of what stands behind it.
    """

    sign: str
    type: str

    def sentence(self) -> Sentence:
        """Name both."""
        return ("A ", Code(self.sign), " in front has no rule for a value of type ", Code(self.type), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a gradient that is not there yet, a list, a text, and a mask that is none."""
        weight, loss = "w = torch.ones(3, requires_grad=True)", "(w * w).sum().backward()"
        none = Mistake(
            ("No ", Code("backward()"), " has run: the gradient is None."),
            TORCH.code(weight, "step = -w.grad"),
            TORCH.code(weight, loss, "step = -w.grad"),
        )
        listed = Mistake(
            ("A list of Python has no arithmetic of its numbers: make it an array.",),
            NP.code("prices = [3, 4]", "-prices"),
            NP.code("prices = np.array([3, 4])", "-prices"),
        )
        written = Mistake(
            ("A number that was read as a text must become a number first.",),
            NP.code("price = '3'", "-price"),
            NP.code("price = '3'", "-float(price)"),
        )
        flipped = Mistake(
            (Code("~"), " turns booleans around, and a number is none: compare first."),
            NP.code("x = 1.5", "~x"),
            NP.code("x = 1.5", "not x > 1"),
        )
        first = {"NoneType": none, "list": listed, "str": written, "float": flipped}.get(self.type)
        return () if first is None else (first,)


@dataclass(frozen=True, slots=True)
class NotWhole(Cause):
    """A whole number is needed, and another type is given.

    Parameters
    ----------
    given
        The type.
    """

    given: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return (
            "A size, a number of repeats or an end of a range must be a whole number, and ",
            Code(self.given),
            " is given.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a quotient, and a tuple where numbers are expected."""
        if self.given == "tuple":
            why: Sentence = (Code("np.random.rand"), " takes sizes one by one.")
            return (Mistake(why, NP.code("np.random.rand((2, 3))"), NP.code("np.random.rand(2, 3)")),)
        if self.given == "numpy.float64":
            made = "n = np.float64(6) / 2"
            why = ("A quotient is a decimal number, even where it is whole.",)
            return (Mistake(why, NP.code(made, "range(n)"), NP.code(made, "range(int(n))")),)
        why = ("A quotient is a decimal number, even where it is whole: ", Code("//"), " gives a whole number.")
        return (Mistake(why, NP.code("n = 6", "np.zeros((n / 2, 3))"), NP.code("n = 6", "np.zeros((n // 2, 3))")),)


@dataclass(frozen=True, slots=True)
class NotSubscriptable(Cause):
    """Square brackets stand behind something that has no elements.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return ("Square brackets pick an element, and a value of type ", Code(self.type), " has none to be picked.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a method that was not called, and a loader that is gone through."""
        load = ("from torch.utils.data import DataLoader", "loader = DataLoader([1, 2, 3])")
        method = Mistake(
            ("A method was not called: its round brackets are missing.",),
            TORCH.code("torch.ones(2, 3).size[0]"),
            TORCH.code("torch.ones(2, 3).size()[0]"),
        )
        loader = Mistake(
            ("A loader gives batches one after another: ask its dataset for a sample, or it for the next batch.",),
            TORCH.code(*load, "loader[0]"),
            TORCH.code(*load, "next(iter(loader))"),
        )
        none = Mistake(
            ("A function that works in place returns None.",),
            NP.code("a = np.array([3, 1])", "a.sort()[0]"),
            NP.code("a = np.array([3, 1])", "np.sort(a)[0]"),
        )
        first = {"DataLoader": loader, "NoneType": none}.get(self.type, method)
        return (first, *(mistake for mistake in (method, loader, none) if mistake != first))


@dataclass(frozen=True, slots=True)
class NotIterable(Cause):
    """Something is gone through that has no elements.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        if self.type in ("method", "builtin_function_or_method"):
            return (
                "Elements are asked for one after another, and a method itself has none: brackets behind it call it.",
            )
        return ("Its elements are asked for one after another, and a value of type ", Code(self.type), " has none.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a method that is not called, a number in place of a range, and a model in place of its parameters."""
        if self.type in ("method", "builtin_function_or_method"):
            model = "model = nn.Linear(3, 2)"
            return (
                Mistake(
                    ("A method without brackets is the method itself, and not what it gives.",),
                    TORCH.code(model, "torch.optim.SGD(model.parameters, lr=0.1)"),
                    TORCH.code(model, "torch.optim.SGD(model.parameters(), lr=0.1)"),
                ),
            )
        return (
            Mistake(
                ("A number is no range.",),
                NP.code("a = np.ones(3)", "for i in len(a):", "    a[i]"),
                NP.code("a = np.ones(3)", "for i in range(len(a)):", "    a[i]"),
            ),
            Mistake(
                ("An optimiser takes the parameters of a model, and not the model.",),
                TORCH.code("torch.optim.SGD(nn.Linear(3, 2), lr=0.1)"),
                TORCH.code("torch.optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class NotJoined(Cause):
    """A list or a text is to be lengthened by something else.

    Parameters
    ----------
    left, right
        Types: "list" or "str", and of what stands on the right.
    """

    left: str
    right: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "With a ",
            Code(self.left),
            " on its left, ",
            Code("+"),
            " joins, and only with another one: on the right is a value of type ",
            Code(self.right),
            ".",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a list in place of a tensor, and a number in a text."""
        if self.left == "str":
            made = "loss = torch.tensor(0.5)"
            why = ("A number in a text: an f-string writes it.",)
            return (Mistake(why, TORCH.code(made, "'loss ' + loss"), TORCH.code(made, "f'loss {loss}'")),)
        made = "a = torch.ones(3)"
        why = ("The list must become a tensor first.",)
        return (Mistake(why, TORCH.code(made, "[1, 2, 3] + a"), TORCH.code(made, "torch.tensor([1, 2, 3]) + a")),)


@dataclass(frozen=True, slots=True)
class NotInModule(Cause):
    """A module has no such name.

    Parameters
    ----------
    module, name
        Of the module, and what is looked for in it.
    """

    module: str
    name: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "The module ",
            Code(self.module),
            ", as it is installed here, has nothing that is called ",
            Code(self.name),
            ".",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show names of the other library."""
        return (
            Mistake(
                ("NumPy's name: PyTorch calls it in another way.",),
                TORCH.code("torch.array([1, 2])"),
                TORCH.code("torch.tensor([1, 2])"),
            ),
            Mistake(
                ("PyTorch's name: NumPy calls it in another way.",),
                NP.code("np.cat([np.ones(2), np.ones(2)])"),
                NP.code("np.concatenate([np.ones(2), np.ones(2)])"),
            ),
        )


@dataclass(frozen=True, slots=True)
class UnknownArgument(Cause):
    """A function is given an argument by a name that it does not have.

    Parameters
    ----------
    function, name
        Of the function and of the argument.
    """

    function: str
    name: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (Code(f"{self.function}()"), " has no argument that is called ", Code(self.name), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show ``dim`` in NumPy, and an argument of another optimiser."""
        return (
            Mistake(
                ("PyTorch says dim, NumPy axis.",),
                NP.code("np.ones((2, 3)).argsort(dim=1)"),
                NP.code("np.ones((2, 3)).argsort(axis=1)"),
            ),
            Mistake(
                ("The argument belongs to another class.",),
                TORCH.code("torch.optim.Adam(nn.Linear(3, 2).parameters(), momentum=0.9)"),
                TORCH.code("torch.optim.SGD(nn.Linear(3, 2).parameters(), momentum=0.9)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class NotCompared(Cause):
    """Two values have no order.

    Parameters
    ----------
    operator
        As in code: ``<``.
    left, right
        Types.
    """

    operator: str
    left: str
    right: str

    def sentence(self) -> Sentence:
        """Name them."""
        return (
            "Values of types ",
            Code(self.left),
            " and ",
            Code(self.right),
            " have no order that ",
            Code(self.operator),
            " could tell.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a gap among numbers."""
        made = "a = np.array([1.5, None])"
        why = ("The array holds objects, with gaps or words among the numbers: make numbers of them first.",)
        return (Mistake(why, NP.code(made, "np.sort(a)"), NP.code(made, "np.sort(a.astype(float))")),)


_PARAMETER = Plain(
    ("A parameter of a model can only be replaced by another parameter, so that it stays one.",),
    (
        Mistake(
            ("Wrap the tensor.",),
            TORCH.code("net = nn.Linear(3, 2)", "net.weight = torch.ones(2, 3)"),
            TORCH.code("net = nn.Linear(3, 2)", "net.weight = nn.Parameter(torch.ones(2, 3))"),
        ),
        Mistake(
            ("Its numbers are to be set.",),
            TORCH.code("net = nn.Linear(3, 2)", "net.weight = torch.ones(2, 3)"),
            TORCH.code("net = nn.Linear(3, 2)", "with torch.no_grad():", "    net.weight.fill_(1)"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NoModule(Cause):
    """Python found no module of a name.

    Parameters
    ----------
    name
        The name.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say where it was looked for."""
        return (
            "There is no module ",
            Code(self.name),
            " where the Python that ran this looks for modules. What was installed for another Python, or in another "
            "environment, is not seen.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a name that is written otherwise."""
        return (
            Mistake(
                ("The name is written otherwise: capital letters count.",),
                "import Numpy as np",
                "import numpy as np",
            ),
        )


@dataclass(frozen=True, slots=True)
class NoSuchName(Cause):
    """A module has no name that was to be imported from it.

    Parameters
    ----------
    name, module
        The two.
    """

    name: str
    module: str

    def sentence(self) -> Sentence:
        """Name both."""
        return ("The module ", Code(self.module), " has no ", Code(self.name), ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a name that lies a module deeper."""
        return (
            Mistake(
                ("It lies in another module.",),
                "from torch import Linear",
                "from torch.nn import Linear",
            ),
        )


_BY_ZERO = Plain(
    ("Python's own numbers are never divided by zero, where arrays give inf or nan and a warning.",),
    (
        Mistake(
            ("A mean is taken of nothing: the list, or the loader behind it, was empty.",),
            "losses = []\nprint(sum(losses) / len(losses))",
            "losses = []\nprint(sum(losses) / max(len(losses), 1))",
        ),
    ),
)


def _network(answer: str) -> str:
    """Return code of a network that answers with an expression, and is called once."""
    return TORCH.code(
        "class Net(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        "        self.fc = nn.Linear(2, 1)",
        "",
        "    def forward(self, x):",
        f"        return {answer}",
        "",
        "Net()(torch.zeros(1, 2))",
    )


_TOO_DEEP = Plain(
    ("A function called itself, or two called each other, until Python stopped it.",),
    (
        Mistake(
            ("A network is called in its own ", Code("forward"), ", which calls ", Code("forward"), " again."),
            _network("self(x)"),
            _network("self.fc(x)"),
        ),
    ),
)


_DRAWN_FROM_A_TABLE = Plain(
    (
        Code("np.random.choice"),
        " draws from a row of elements or from the numbers below a whole number, and not from an array with "
        "several axes.",
    ),
    (
        Mistake(
            ("Rows were to be drawn: draw their places.",),
            NP.code("x = np.arange(6).reshape(3, 2)", "np.random.choice(x)"),
            NP.code("x = np.arange(6).reshape(3, 2)", "x[np.random.choice(len(x))]"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class CompiledForOther(Cause):
    """A package was compiled for another version of NumPy.

    Parameters
    ----------
    version
        That is installed, where the package was compiled for NumPy 1; empty where the message does not say.
    """

    version: str

    def sentence(self) -> Sentence:
        """Say which versions do not fit."""
        if self.version:
            return (
                f"A package that is imported was compiled for NumPy 1, and NumPy {self.version} is installed. A newer "
                "version of that package may be compiled for NumPy 2; else it needs a NumPy below 2.",
            )
        return (
            "A package that is imported was compiled for another version of NumPy than the one that is installed: "
            "install the package anew, or the NumPy that it was compiled for.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return none: no line of a program is at fault."""
        return ()


KINDS: tuple[Kind, ...] = (
    kind("choice_axes", "NumPy", _DRAWN_FROM_A_TABLE, r"^a must be 1-dimensional$"),
    kind(
        "compiled_for_other",
        "NumPy",
        lambda match: CompiledForOther(match[1] or ""),
        r"compiled using NumPy 1\.x cannot be run in\s+NumPy (\d+(?:\.\d+){0,3})",
        r"numpy\.(?:dtype|ndarray|ufunc) size changed, may indicate binary incompatibility()",
    ),
    kind("no_len", "Python", lambda match: NoLength(match[1]), r"object of type '([\w.]{1,60})' has no len\(\)"),
    kind("not_callable", "Python", lambda match: NotCallable(match[1]), r"'([\w.]{1,60})' object is not callable"),
    kind(
        "none_attribute",
        "Python",
        lambda match: NothingThere(match[1]),
        r"'NoneType' object has no attribute '(\w{1,60})'",
    ),
    kind("removed", "NumPy", _removed, r"module 'numpy' has no attribute '(\w{1,40})'"),
    kind(
        "removed_in_2",
        "NumPy",
        lambda match: RemovedName(match[1], match[2]),
        r"`np\.(\w{1,40})` was removed in the NumPy 2\.0 release\. Use `(np\.[\w.]{1,60})` instead",
    ),
    kind(
        "alias",
        "NumPy",
        lambda match: RemovedName(match[1], match[3], gone=match[2] == "was"),
        r"`np\.(\w{1,40})` (is|was) a deprecated alias for (?:the builtin )?`(\w{1,40})`",
    ),
    kind(
        "no_attribute",
        "Python",
        lambda match: NoAttribute(match[1], match[2]),
        r"'([\w.]{1,60})' object has no attribute '(\w{1,60})'",
    ),
    kind(
        "argument_type",
        "PyTorch",
        lambda match: ArgumentType(*match.groups()),
        r"(?<!\w)(\w{1,60})\(\): argument '(\w{1,40})'(?: \(position \d+\))? must be ([\w ]{1,60}), not ([\w.]{1,60})",
    ),
    kind(
        "argument_combination",
        "PyTorch",
        lambda match: WrongCombination(match[1], match[2]),
        r"(?<!\w)(\w{1,60})\(\) received an invalid combination of arguments - got \(([^()\n]{0,200})\)",
    ),
    kind("no_dtype", "NumPy", lambda match: NoDtype(match[1]), r"Cannot interpret '(.{1,80}?)' as a data type"),
    kind("unknown_dtype", "NumPy", lambda match: UnknownDtype(match[1]), r"data type '(.{1,80}?)' not understood"),
    kind(
        "argument_missing",
        "Python",
        lambda match: ArgumentMissing(match[1], re.sub("['\"]", "", match[2])),
        r"(?<![\w.])([\w.]{1,80})\(\) missing \d+ required positional arguments?: (.{1,200})",
    ),
    kind(
        "arguments",
        "Python",
        _too_many,
        r"(?<![\w.])([\w.]{1,80})\(\) takes (?:from \d+ to )?(\d{1,3}) positional arguments? but (\d{1,3}) "
        r"(?:was|were) given",
    ),
    kind(
        "not_a_module",
        "PyTorch",
        lambda match: NotAModule(match[1]),
        r"(?<![\w.])([\w.]{1,100}) is not a Module subclass",
    ),
    kind("module_init", "PyTorch", _INIT, r"cannot assign (?:module|parameters) before Module\.__init__\(\) call"),
    kind("no_forward", "PyTorch", _FORWARD, r"is missing the required \"forward\" function"),
    kind("too_many_draws_torch", "PyTorch", _DRAWS, r"cannot sample n_sample > prob_dist\.size\(-1\)"),
    kind("probabilities_sum", "NumPy", _PROBABILITIES, r"^[Pp]robabilities do not sum to 1"),
    kind("where_one", "NumPy", _WHERE, r"either both or neither of x and y should be given"),
    kind("tuple_added", "Python", _TUPLE, r"can only concatenate tuple \(not \"[\w.]{1,60}\"\) to tuple"),
    kind(
        "unpacked",
        "Python",
        _unpacked,
        rf"(?:too many|not enough) values to unpack \(expected ({WHOLE})(?:, got ({WHOLE}))?\)",
    ),
    kind(
        "not_unpacked",
        "Python",
        lambda match: NotUnpacked(match[1]),
        r"cannot unpack non-iterable ([\w.]{1,60}) object",
    ),
    kind(
        "operand_types",
        "Python",
        lambda match: OperandTypes(*match.groups()),
        r"unsupported operand type\(s\) for ([^:\n]{1,20}): '([\w.]{1,60})' and '([\w.]{1,60})'",
    ),
    kind(
        "signed_type",
        "Python",
        lambda match: SignedType(*match.groups()),
        r"bad operand type for unary ([-+~]): '([\w.]{1,60})'",
    ),
    kind(
        "not_whole",
        "Python",
        lambda match: NotWhole(match[1] or "float"),
        r"'([\w.]{1,60})' object cannot be interpreted as an integer",
        r"expected a sequence of integers or a single integer, got ()'-?\d[\d.e+-]{0,40}'",
    ),
    kind(
        "not_subscriptable",
        "Python",
        lambda match: NotSubscriptable(match[1]),
        r"'([\w.]{1,60})' object is not subscriptable",
    ),
    kind("not_iterable", "Python", lambda match: NotIterable(match[1]), r"'([\w.]{1,60})' object is not iterable"),
    kind(
        "not_joined",
        "Python",
        lambda match: NotJoined(match[1], match[2]),
        r"can only concatenate (list|str) \(not \"([\w.]{1,60})\"\) to",
    ),
    kind(
        "not_in_module",
        "Python",
        lambda match: NotInModule(match[1], match[2]),
        r"module '((?:numpy|torch)[\w.]{0,60})' has no attribute '(\w{1,60})'",
    ),
    kind(
        "unknown_argument",
        "Python",
        lambda match: UnknownArgument(match[1], match[2]),
        r"(?<![\w.])([\w.]{1,80})\(\) got an unexpected keyword argument '(\w{1,60})'",
    ),
    kind(
        "not_compared",
        "Python",
        lambda match: NotCompared(*match.groups()),
        r"'([<>]=?)' not supported between instances of '([\w.]{1,60})' and '([\w.]{1,60})'",
    ),
    kind(
        "parameter_type",
        "PyTorch",
        _PARAMETER,
        r"cannot assign '[\w.]{1,60}' as parameter '\w{1,60}' \(torch\.nn\.Parameter",
    ),
    kind("no_module", "Python", lambda match: NoModule(match[1]), r"No module named '?([\w.]{1,80})'?"),
    kind(
        "no_such_name",
        "Python",
        lambda match: NoSuchName(match[1], match[2]),
        r"cannot import name '(\w{1,80})' from (?:partially initialized module )?'([\w.]{1,80})'",
    ),
    kind("by_zero_python", "Python", _BY_ZERO, r"(?:division|modulo) by zero\b"),
    kind("too_deep", "Python", _TOO_DEEP, r"maximum recursion depth exceeded"),
)
