"""Python's own lists, tuples, texts, dictionaries and numbers, asked for what they do not have or cannot do."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages.cause import Cause, Kind, Mistake, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH

_THREE = "a = [5, 6, 7]"


@dataclass(frozen=True, slots=True)
class PlaceBeyond(Cause):
    """A list, a tuple or a text is asked for a place that it does not have.

    Parameters
    ----------
    holder
        "list", "tuple" or "string".
    written
        Whether something was to be written there.
    """

    holder: str
    written: bool

    def sentence(self) -> Sentence:
        """Say which places there are."""
        count = "letters" if self.holder == "string" else "elements"
        return (
            f"A {self.holder} of n {count} has the places 0 to n − 1, or −n to −1 counted from the end, "
            "and the index is none of them.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show how a list grows, and where it ends."""
        if self.written:
            return (
                Mistake(
                    ("A list grows by ", Code("append"), ", and not by writing behind its end."),
                    NP.code("a = []", "a[0] = 5"),
                    NP.code("a = []", "a.append(5)"),
                ),
            )
        if self.holder == "list":
            return (
                Mistake(
                    ("The last place is one less than the length.",),
                    NP.code(_THREE, "a[len(a)]"),
                    NP.code(_THREE, "a[len(a) - 1]"),
                ),
                Mistake(
                    ("The neighbour of the last element is asked for: the loop ends one earlier.",),
                    NP.code(_THREE, "[a[i + 1] - a[i] for i in range(len(a))]"),
                    NP.code(_THREE, "[a[i + 1] - a[i] for i in range(len(a) - 1)]"),
                ),
            )
        if self.holder == "tuple":
            return (
                Mistake(
                    ("A shape has one entry for each axis, and there are fewer axes.",),
                    NP.code("x = np.ones((4, 3))", "x.shape[2]"),
                    NP.code("x = np.ones((4, 3))", "x.shape[1]"),
                ),
            )
        word = "word = 'cat'"
        why: Sentence = ("The last place is one less than the length.",)
        return (Mistake(why, NP.code(word, "word[len(word)]"), NP.code(word, "word[len(word) - 1]")),)


@dataclass(frozen=True, slots=True)
class NoContext(Cause):
    """A ``with`` statement is given something that can be neither entered nor left.

    Parameters
    ----------
    type
        Of it; "type" of a class.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type, and what a class lacks."""
        if self.type == "type":
            return (
                Code("with"),
                " enters an object and leaves it again. Here stands a class, which is no such object: brackets behind "
                "it make one.",
            )
        return (
            Code("with"),
            " enters an object and leaves it again, and a value of type ",
            Code(self.type),
            " can be neither entered nor left.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a class without brackets, and an array that needs no end."""
        if self.type != "type":
            return (
                Mistake(
                    ("What is not left again is bound by an equals sign.",),
                    NP.code("with np.ones(3) as a:", "    a.sum()"),
                    NP.code("a = np.ones(3)", "a.sum()"),
                ),
            )
        return (
            Mistake(
                (Code("torch.no_grad"), " is a class: with brackets it makes what is entered."),
                TORCH.code("x = torch.ones(3, requires_grad=True)", "with torch.no_grad:", "    y = x * 2"),
                TORCH.code("x = torch.ones(3, requires_grad=True)", "with torch.no_grad():", "    y = x * 2"),
            ),
        )


_POP = Plain(
    ("The last element was to be taken out of a list that has none.",),
    (
        Mistake(
            ("Ask whether there is something left.",),
            NP.code("waiting = []", "waiting.pop()"),
            NP.code("waiting = []", "if waiting:", "    waiting.pop()"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NotWritten(Cause):
    """A cell of something is to be written that cannot be written by an index.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return ("Nothing is written into a value of type ", Code(self.type), " by square brackets and an equals sign.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show what can be written."""
        if self.type == "tuple":
            return (
                Mistake(
                    ("A tuple never changes: make it a list.",),
                    NP.code("shape = (2, 3)", "shape[0] = 4"),
                    NP.code("shape = list((2, 3))", "shape[0] = 4"),
                ),
            )
        if self.type == "str":
            return (
                Mistake(
                    ("A text never changes: make a new one.",),
                    NP.code("word = 'cat'", "word[0] = 'b'"),
                    NP.code("word = 'cat'", "word = 'b' + word[1:]"),
                ),
            )
        if self.type in ("int", "float"):
            why: Sentence = ("A name was bound to one number where an array is meant.",)
            return (Mistake(why, NP.code("x = 0", "x[0] = 1"), NP.code("x = np.zeros(3)", "x[0] = 1")),)
        if self.type == "NoneType":
            why = ("A function that works in place returns None.",)
            made = "a = np.array([3, 1])"
            return (
                Mistake(why, NP.code(made, "b = a.sort()", "b[0] = 5"), NP.code(made, "b = np.sort(a)", "b[0] = 5")),
            )
        why = ("A list can be written, and is made of anything that can be gone through.",)
        return (Mistake(why, NP.code("a = range(3)", "a[0] = 5"), NP.code("a = list(range(3))", "a[0] = 5")),)


@dataclass(frozen=True, slots=True)
class NoHash(Cause):
    """Something that can change is to be a key.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Say what keys must be."""
        return (
            "The keys of a dictionary and the elements of a set must never change, and a value of type ",
            Code(self.type),
            " can.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a tuple in place of a list."""
        why: Sentence = ("The numbers are to be a key: a tuple never changes.",)
        return (Mistake(why, NP.code("{[1, 2]: 'a'}"), NP.code("{(1, 2): 'a'}")),)


_ARRAYS = {
    "numpy.ndarray": (NP, "x = np.array([0.123, 0.456])", "np.round(x, 2)"),
    "Tensor": (TORCH, "x = torch.tensor([0.123, 0.456])", "x.round(decimals=2)"),
}


@dataclass(frozen=True, slots=True)
class FormatOfOne(Cause):
    """A format for one number, such as ``:f``, is given something else.

    Parameters
    ----------
    type
        Of what it is given: "Tensor", "numpy.ndarray", "list", "NoneType", ...
    """

    type: str

    def sentence(self) -> Sentence:
        """Say what a format is for."""
        what: Sentence = ("a value of type ", Code(self.type))
        if self.type in ("Tensor", "numpy.ndarray"):
            what = ("an array with an axis",) if self.type == "numpy.ndarray" else ("a tensor with an axis",)
        return ("A format such as ", Code(":f"), " writes one number, and is given ", *what, ".")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show one number, and all of them rounded."""
        if self.type in ("Tensor", "numpy.ndarray"):
            code, made, rounded = _ARRAYS[self.type]
            wrong = code.code(made, "f'{x:.2f}'")
            one: Sentence = ("One number of it is meant, such as the mean.",)
            each: Sentence = ("All of them are meant: round them.",)
            return (
                Mistake(one, wrong, code.code(made, "f'{x.mean():.2f}'")),
                Mistake(each, wrong, code.code(made, f"f'{{{rounded}}}'")),
            )
        if self.type == "list":
            made = "losses = [0.123, 0.456]"
            why: Sentence = ("One number of the list is meant.",)
            return (Mistake(why, NP.code(made, "f'{losses:.2f}'"), NP.code(made, "f'{losses[-1]:.2f}'")),)
        return ()


@dataclass(frozen=True, slots=True)
class NothingToCompare(Cause):
    """The largest or smallest of nothing is asked for.

    Parameters
    ----------
    name
        "max" or "min".
    """

    name: str

    def sentence(self) -> Sentence:
        """Say that there is nothing."""
        word = "largest" if self.name == "max" else "smallest"
        return (f"The {word} element is asked for, and there is none.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show what stands for nothing."""
        why: Sentence = ("Say what it is where there is nothing.",)
        return (Mistake(why, NP.code(f"{self.name}([])"), NP.code(f"{self.name}([], default=0)")),)


@dataclass(frozen=True, slots=True)
class NotAnIterator(Cause):
    """``next`` is asked of something that does not know where one is.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Say what an iterator is."""
        return (
            Code("next"),
            " goes on from where an iterator stands, and a value of type ",
            Code(self.type),
            " stands nowhere: ",
            Code("iter"),
            " makes an iterator of what can be gone through.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an iterator of a loader, and of a list."""
        load = ("from torch.utils.data import DataLoader", "loader = DataLoader([1, 2, 3])")
        loader = Mistake(
            ("The first batch of a loader is meant.",),
            TORCH.code(*load, "next(loader)"),
            TORCH.code(*load, "next(iter(loader))"),
        )
        listed = Mistake(
            ("The first element of a list is meant.",), NP.code(_THREE, "next(a)"), NP.code(_THREE, "next(iter(a))")
        )
        first = {"DataLoader": loader, "list": listed}.get(self.type)
        return () if first is None else (first,)


@dataclass(frozen=True, slots=True)
class OneNumberOf(Cause):
    """``int`` or ``float`` is given what is neither a number nor a text.

    Parameters
    ----------
    name
        "int" or "float".
    given
        Type of what it is given.
    """

    name: str
    given: str

    def sentence(self) -> Sentence:
        """Say what it takes."""
        given = (" makes a number of one number or one text, and is given a value of type ", Code(self.given), ".")
        return (Code(self.name), *given)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a list whose elements are made numbers one by one, and what works in place."""
        if self.given == "NoneType":
            made = "a = [3, 1]"
            why: Sentence = ("A function that works in place returns None.",)
            return (Mistake(why, NP.code(made, f"{self.name}(a.sort())"), NP.code(made, f"{self.name}(sorted(a)[0])")),)
        texts = "prices = ['3', '4']"
        return (
            Mistake(
                ("Each element is meant.",),
                NP.code(texts, f"{self.name}(prices)"),
                NP.code(texts, f"[{self.name}(price) for price in prices]"),
            ),
        )


_UNBOUND = Plain(
    (
        "A name that is bound anywhere in a function belongs to the function, unless it is said to be global. Here it "
        "is read before it is bound, or after it was deleted.",
    ),
    (
        Mistake(
            ("A variable of the program is counted up in a function: hand it in, and return it.",),
            NP.code("count = 0", "def step():", "    count += 1", "step()"),
            NP.code("count = 0", "def step(count):", "    return count + 1", "count = step(count)"),
        ),
    ),
)
_NO_SUCH_ELEMENT = Plain(
    ("The list has no element that equals what was looked for.",),
    (
        Mistake(
            ("Ask first whether it is there.",),
            NP.code("labels = ['cat', 'dog']", "labels.index('cow')"),
            NP.code("labels = ['cat', 'dog']", "labels.index('cow') if 'cow' in labels else -1"),
        ),
    ),
)


def _managed(*lines: str) -> str:
    return "\n".join(("from contextlib import contextmanager", "@contextmanager", *lines))


_NEVER_YIELDS = Plain(
    (
        "What stands under ",
        Code("@contextmanager"),
        " must come to a ",
        Code("yield"),
        ", where the block of the ",
        Code("with"),
        " runs. Here the function came to its end without one.",
    ),
    (
        Mistake(
            ("One way through the function leaves the ", Code("yield"), " out."),
            _managed("def seen(on):", "    if on:", "        yield", "with seen(False):", "    pass"),
            _managed(
                "def seen(on):",
                "    if on:",
                "        print('on')",
                "    yield",
                "with seen(False):",
                "    pass",
            ),
        ),
    ),
)
_YIELDS_AGAIN = Plain(
    (
        "The block of a ",
        Code("with"),
        " runs once, at the one ",
        Code("yield"),
        " of the function under ",
        Code("@contextmanager"),
        ". Here the function came to another one after it.",
    ),
    (
        Mistake(
            ("Several values are wanted, one after the other: that is a generator, which a loop goes through.",),
            _managed("def steps():", "    yield 1", "    yield 2", "with steps() as x:", "    pass"),
            "def steps():\n    yield 1\n    yield 2\nfor x in steps():\n    pass",
        ),
        Mistake(
            ("What tidies up behind the block stands behind the ", Code("yield"), ", without another one."),
            _managed("def told():", "    yield 'in'", "    yield 'out'", "with told():", "    pass"),
            _managed("def told():", "    yield 'in'", "    print('out')", "with told():", "    pass"),
        ),
    ),
)
_MANAGED_ONCE = Plain(
    (
        "What a function under ",
        Code("@contextmanager"),
        " returns is for one ",
        Code("with"),
        ": the function goes on where it stopped, and does not begin anew.",
    ),
    (
        Mistake(
            ("Call the function behind each ", Code("with"), "."),
            _managed(
                "def seen():",
                "    yield",
                "block = seen()",
                "with block:",
                "    pass",
                "with block:",
                "    pass",
            ),
            _managed(
                "def seen():",
                "    yield",
                "with seen():",
                "    pass",
                "with seen():",
                "    pass",
            ),
        ),
    ),
)

_USED_UP = Plain(
    (
        Code("next"),
        " was asked for one element more than there are: what gives elements one by one had given its last. ",
        Code("iter"),
        " begins anew, and a ",
        Code("for"),
        " loop ends there by itself.",
    ),
    (
        Mistake(
            ("A loop has more rounds than there are elements: go through the elements themselves.",),
            NP.code("batches = iter([1, 2])", "for step in range(3):", "    batch = next(batches)"),
            NP.code("for step, batch in enumerate([1, 2]):", "    print(step, batch)"),
        ),
    ),
)


KINDS: tuple[Kind, ...] = (
    kind("used_up", "Python", _USED_UP, r"^StopIteration$"),
    kind(
        "place_beyond",
        "Python",
        lambda match: PlaceBeyond(match[1], match[2] is not None),
        r"(list|tuple|string) (assignment )?index out of range",
    ),
    kind("pop_empty", "Python", _POP, r"pop from empty list"),
    kind(
        "not_written",
        "Python",
        lambda match: NotWritten(match[1]),
        r"'([\w.]{1,60})' object does not support item assignment",
    ),
    kind(
        "no_context",
        "Python",
        lambda match: NoContext(match[1]),
        r"'([\w.]{1,60})' object does not support the context manager protocol(?! \(missed)",
    ),
    kind("manager_never_yields", "Python", _NEVER_YIELDS, r"generator didn't yield"),
    kind("manager_yields_again", "Python", _YIELDS_AGAIN, r"generator didn't stop"),
    kind(
        "manager_once",
        "Python",
        _MANAGED_ONCE,
        r"'_GeneratorContextManager' object has no attribute '(?:args|func|kwds)'",
    ),
    kind(
        "no_hash",
        "Python",
        lambda match: None if match[1] == "numpy.ndarray" else NoHash(match[1]),
        r"unhashable type: '([\w.]{1,60})'",
    ),
    kind(
        "format_of_one",
        "Python",
        lambda match: FormatOfOne(match[1]),
        r"unsupported format string passed to ([\w.]{1,60}?)\.__format__",
    ),
    kind(
        "nothing_to_compare",
        "Python",
        lambda match: NothingToCompare(match[1]),
        r"(max|min)\(\) (?:arg is an empty sequence|iterable argument is empty)",
    ),
    kind(
        "not_an_iterator", "Python", lambda match: NotAnIterator(match[1]), r"'([\w.]{1,60})' object is not an iterator"
    ),
    kind(
        "one_number_of",
        "Python",
        lambda match: OneNumberOf(match[1], match[2]),
        r"(int|float)\(\) argument must be a string(?:, a bytes-like object)? or a real number, not '([\w.]{1,60})'",
    ),
    kind(
        "unbound",
        "Python",
        _UNBOUND,
        r"cannot access local variable '\w{1,80}' where it is not associated with a value",
        r"local variable '\w{1,80}' referenced before assignment",
    ),
    kind(
        "no_such_element",
        "Python",
        _NO_SUCH_ELEMENT,
        r"list\.(?:remove|index)\(x\): x not in list",
        r"^[^\n]{1,200} is not in list$",
    ),
)
