"""What a program's names can be bound to besides numbers, texts, lists and arrays."""

from __future__ import annotations

import ast
import builtins
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.language.programs.scope import OwnNames

CLASS = "_primer_class"
"""Attribute of a real class that holds what the program wrote of it, a `Class`."""

EXCEPTIONS: Mapping[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        Exception, ArithmeticError, AssertionError, AttributeError, FileNotFoundError, ImportError, IndexError,
        KeyError, LookupError, ModuleNotFoundError, NameError, NotImplementedError, OSError, OverflowError,
        RecursionError, RuntimeError, StopIteration, TypeError, UnboundLocalError, ValueError, ZeroDivisionError,
    )
}  # fmt: skip
"""Exceptions that a program can name."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that a program defines.

    Parameters
    ----------
    name
        What its ``def`` calls it; ``<lambda>`` for none.
    arguments
        Syntax tree of its parameters.
    body
        Its statements; of a lambda, its one expression.
    scope
        Where it was written.
    defaults, keyword_defaults
        Values of parameters that may be left out: the last of the positional ones, and by name.
    own
        Names that it speaks of.
    node
        The statement that defines it; None for a lambda.
    owner
        The class that it is a method of; None for none.
    real
        Python's or a library's function that it stands for; None for one of the program's own.
    modes
        Decorators, each of which switches something on while it runs.
    role
        Of a method: *static* is called without its object, *class* with its class, a *property* when it is read.
    yields
        Whether it is a generator's: a call gives what its ``yield`` gives one after the other.
    within
        The function that it was defined in, as `title` has it; empty for none.
    memo
        What it returned, by its arguments, where it is asked once for each; None where it is not kept.
    manages
        Whether a call gives what ``with`` goes through, as ``@contextmanager`` says above it.
    setter
        Of a property, what is called when it is set; None where it cannot be.
    """

    name: str
    arguments: ast.arguments
    body: list[ast.stmt] | ast.expr
    scope: MutableMapping[str, Any]
    defaults: tuple[Any, ...]
    keyword_defaults: Mapping[str, Any]
    own: OwnNames
    node: ast.stmt | None
    owner: Class | None = None
    real: Any = None
    modes: tuple[ast.expr, ...] = ()
    role: Literal["method", "static", "class", "property"] = "method"
    yields: bool = False
    within: str = ""
    memo: dict[Any, Any] | None = None
    manages: bool = False
    setter: Function | None = None

    @property
    def title(self) -> str:
        """Return what Python calls it in an error: ``Point.norm`` or ``outer.<locals>.inner``."""
        around = self.owner.name if self.owner is not None else f"{self.within}.<locals>" if self.within else ""
        return f"{around}.{self.name}" if around else self.name

    def __repr__(self) -> str:
        return f"<function {self.name}>" if self.real is None else repr(self.real)

    def __deepcopy__(self, _: object) -> Function:
        """Return itself, as Python does for a function."""
        return self


@dataclass(slots=True, eq=False)
class Class:
    """A class that a program defines.

    Parameters
    ----------
    name
        What it is called.
    base
        The class of the program that it derives from, or None.
    real
        PyTorch's class that its objects are of, which calls its methods; None where they are `Instance`.
    members
        Its methods and attributes, by name.
    fields
        Names of a dataclass's fields, those of the class that it derives from first.
    factories
        What makes the default of a field anew for each object, by the field's name.
    raises
        Python's exception that it derives from; empty where it is none.
    """

    name: str
    base: Class | None
    real: type | None
    members: dict[str, Any]
    fields: tuple[str, ...] = ()
    factories: dict[str, Any] = field(default_factory=dict)
    raises: str = ""

    def find(self, name: str) -> Any:
        """Return a method or an attribute, its own or of a class that it derives from.

        Raises
        ------
        KeyError
            If there is none.
        """
        if name in self.members:
            return self.members[name]
        if self.base is not None:
            return self.base.find(name)
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Return whether there is such a method or attribute."""
        return name in self.members or (self.base is not None and self.base.has(name))

    def derives_from(self, other: Class) -> bool:
        """Return whether it is another class, or derives from it."""
        return self is other or (self.base is not None and self.base.derives_from(other))

    def __repr__(self) -> str:
        return f"<class '__main__.{self.name}'>"

    def __deepcopy__(self, _: object) -> Class:
        """Return itself, as Python does for a class."""
        return self


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class that a program defines.

    Parameters
    ----------
    kind
        Its class.
    values
        Its own attributes.
    """

    kind: Class
    values: dict[str, Any]

    def __repr__(self) -> str:
        return f"<__main__.{self.kind.name} object>"


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A function of a class, with the object that it was asked of."""

    function: Function
    owner: Any

    def __repr__(self) -> str:
        return f"<bound method {self.function.name}>"


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """What ``functools.partial`` makes: something that can be called, with some of its arguments.

    Parameters
    ----------
    function
        What is called.
    positional, keywords
        What it is given before, and besides, what a call gives.
    """

    function: Any
    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]

    def __repr__(self) -> str:
        given = [*map(repr, self.positional), *(f"{name}={value!r}" for name, value in self.keywords.items())]
        return f"functools.partial({', '.join([repr(self.function), *given])})"


@dataclass(slots=True, eq=False)
class Manager:
    """What ``contextlib`` makes for ``with``.

    Parameters
    ----------
    held
        The generator that is gone through; what ``nullcontext`` gives; the classes that ``suppress`` catches.
    entered
        Whether the generator was begun.
    """

    held: Any
    entered: bool = False

    def __repr__(self) -> str:
        return f"<contextlib.{type(self).__name__} object>"


MANAGERS: Mapping[str, type[Manager]] = {
    name: type(name, (Manager,), {"__module__": "contextlib", "__slots__": ()})
    for name in ("_GeneratorContextManager", "nullcontext", "suppress")
}
"""By the name of their type, as Python gives it."""

MANAGED = MANAGERS["_GeneratorContextManager"]
"""What a function under ``@contextmanager`` returns."""


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """What ``torch.func`` makes of a function: another function, which PyTorch calls.

    Parameters
    ----------
    maker
        What made it: ``jacrev``.
    function
        PyTorch's own.
    argnums
        Of which arguments it differentiates.
    """

    maker: str
    function: Any
    argnums: Any = 0

    @property
    def name(self) -> str:
        """What ``__name__`` gives: the name of the function that it was made of."""
        return str(self.function.__name__)

    def __repr__(self) -> str:
        return f"<function {self.name}>"

    def __deepcopy__(self, _: object) -> Transformed:
        """Return itself, as Python does for a function."""
        return self


@dataclass(frozen=True, slots=True)
class Kind:
    """An exception's class, as a value."""

    name: str

    def __repr__(self) -> str:
        return f"<class '{self.name}'>"


@dataclass(frozen=True, slots=True)
class Caught:
    """An exception, as a value.

    Parameters
    ----------
    declined
        Its class and its words.
    """

    declined: Declined

    def __str__(self) -> str:
        return self.declined.words

    def __repr__(self) -> str:
        if self.declined.kind == "KeyError":  # its words are written so already
            return f"KeyError({self.declined.words})"
        return f"{self.declined.kind}({self.declined.words!r})" if self.declined.words else f"{self.declined.kind}()"


@dataclass(frozen=True, slots=True)
class TypeOf:
    """The type of a value, as a value that can be named, printed and compared."""

    kind: type

    @property
    def name(self) -> str:
        """What ``__name__`` gives."""
        return self.kind.__name__

    def __repr__(self) -> str:
        return repr(self.kind)


def _unmetered(_: Any) -> None:
    """Let what is known to come to an end be given without being counted."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Once:
    """What ``zip``, ``map``, generators and their like give: values that can be gone through once.

    Parameters
    ----------
    kind
        Name of its type, as Python gives it.
    source
        Gives them, one when it is asked.
    meter
        Is told of each value that was given, and raises where there were too many.
    result
        What the generator returned, once it has come to its end.
    """

    kind: str
    source: Iterable[Any]
    meter: Callable[[Any], None] = _unmetered
    result: Any = None
    _steps: Iterator[Any] = field(init=False)
    _under_way: bool = False

    def __post_init__(self) -> None:
        self._steps = iter(self.source)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self.give()

    def give(self, sent: Any = None, thrown: Exception | None = None) -> Any:
        """Return the next value.

        Parameters
        ----------
        sent
            What ``yield`` gives in a generator; None for nothing.
        thrown
            What ``yield`` raises there; None for nothing.

        Raises
        ------
        StopIteration
            If there is none.
        ValueError
            If it is just being asked for one, as Python words it.
        """
        if self._under_way:
            raise ValueError("generator already executing")
        self._under_way = True
        try:
            if thrown is not None and isinstance(self._steps, Generator):
                found = self._steps.throw(thrown)
            elif thrown is not None:
                raise thrown
            elif sent is None:
                found = next(self._steps)
            else:
                assert isinstance(self._steps, Generator), "nothing else takes what is sent"
                found = self._steps.send(sent)
        except StopIteration as end:
            self.result = end.value
            raise
        finally:
            self._under_way = False
        self.meter(found)
        return found

    def __repr__(self) -> str:
        return f"<{self.kind} object>"


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What ``keys``, ``values`` and ``items`` of a dict give, as they were when they were asked for.

    Parameters
    ----------
    kind
        Name of the type, as Python gives it.
    values
        All that they give.
    """

    kind: str
    values: list[Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def __repr__(self) -> str:
        return f"{self.kind}({self.values!r})"


class Record(tuple[Any, ...]):
    """An object of a class that ``namedtuple`` made: a tuple whose entries have names.

    Attributes
    ----------
    names
        Of its entries.
    function
        Binds the arguments of a call to those names.
    """

    __slots__ = ()
    names: tuple[str, ...] = ()
    function: Function

    def __repr__(self) -> str:
        parts = (f"{name}={value!r}" for name, value in zip(self.names, self, strict=True))
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning that ``catch_warnings(record=True)`` kept.

    Parameters
    ----------
    category
        Name of its class.
    words
        What it says.
    """

    category: str
    words: str


def made(kind: str, words: str) -> Declined:
    """Return what an exception of Python's own comes to, given the name of its class and its words."""
    known = EXCEPTIONS.get(kind, Exception)
    return Declined(kind, known.__name__, words)


def catches(name: str, declined: Declined) -> bool:
    """Return whether ``except`` with that name catches an exception."""
    if name not in EXCEPTIONS:
        return name == declined.kind
    actual: Any = vars(builtins).get(declined.builtin, Exception)
    return issubclass(actual, EXCEPTIONS[name])


def is_exception(value: Any) -> bool:
    """Return whether a value is an exception, Python's own or of a class of the program."""
    return isinstance(value, Caught) or (isinstance(value, Instance) and bool(value.kind.raises))


def type_name(value: Any) -> str:
    """Return the name of a value's type, as Python writes it in its errors."""
    match value:
        case Instance(kind):
            return kind.name
        case Once(kind) | Entries(kind):
            return kind
        case Function(real=real):
            return "function" if real is None else type_name(real)
        case Class(real=real) if real is not None:
            return type(real).__name__
        case TypeOf(kind):
            return type(kind).__name__
        case Transformed():
            return "function"
        case Manager():
            return type(value).__name__
        case Class() | Kind():
            return "type"
        case Method():
            return "method"
        case Partial():
            return "functools.partial"
        case Caught(declined):
            return declined.kind
    module = type(value).__module__
    return f"{module}.{type(value).__name__}" if module in _NAMED_WITH_TYPES else type(value).__name__


def type_in_errors(value: Any) -> str:
    """Return the name of a value's type, as Python writes it where a value is asked for what it cannot do."""
    name = type_name(value)
    return f"collections.{name}" if type(value) in (OrderedDict, defaultdict, deque) else name


_NAMED_WITH_TYPES = ("numpy", "torch.return_types")
"""Modules that stand before the name of a type in Python's errors."""


def is_plain(value: Any) -> bool:
    """Return whether a value is a number or a text of Python's or a member of an enum, or holds such and arrays alone.

    What writes itself as the program has it is not.
    """
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list | tuple | set | frozenset | deque):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend((*each.keys(), *each.values()))
        elif isinstance(each, Enum):
            if getattr(type(each), CLASS).has("__repr__"):
                return False
        elif not isinstance(each, str | int | float | complex | range | np.ndarray | np.generic | None):
            return type(each).__module__ == "torch" and type(each).__name__ == "Tensor" and each is not value
    return True


def inside(value: Any) -> Iterator[Any]:
    """Go through a value and what it holds, to any depth."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, list | tuple | Entries | set | frozenset | deque):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())


def holds(value: Any, holder: Any) -> bool:
    """Return whether a holder, which is a list, a dict or a deque, is a value or lies within it."""
    return isinstance(holder, list | dict | deque) and any(each is holder for each in inside(value))
