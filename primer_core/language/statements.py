"""Runs the few lines that the lesson on views takes: definitions, ``b = a.T``, and statements, ``b += 1``.

Nothing typed is evaluated as Python: it is parsed, and what the walker knows is done by calling NumPy or PyTorch on
real arrays, so that what is shared afterwards is shared in fact.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, NUMPY, Backend, Declined, Library, backend, backend_of, pytorch
from primer_core.language.index import read_index
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size
from primer_core.language.parsing import code_expression, syntax_tree
from primer_core.language.text import literal_number, quoted

NAMES = ("a", "b", "c")
"""The names that a program may bind."""

MAX_TEXT = 1000
"""Characters read of one field."""

MAX_STATEMENTS = 24

_ATTRIBUTES = frozenset({"T", "mT"})

_METHODS: Mapping[Library, frozenset[str]] = {
    "NumPy": frozenset(
        {"astype", "copy", "diagonal", "flatten", "ravel", "reshape", "squeeze", "swapaxes", "transpose", "view"}
    ),
    "PyTorch": frozenset(
        {"as_strided", "broadcast_to", "clone", "contiguous", "detach", "diagonal", "double", "expand", "flatten"}
        | {"flip", "float", "int", "long", "movedim", "narrow", "numpy", "permute", "ravel", "reshape", "select"}
        | {"squeeze", "swapaxes", "t", "to", "transpose", "unfold", "unsqueeze", "view"}
    ),
}

_FUNCTIONS: Mapping[str, frozenset[str]] = {
    "np": frozenset(
        {"array", "asarray", "ascontiguousarray", "asfortranarray", "broadcast_to", "copy", "expand_dims", "flip"}
        | {"moveaxis", "ravel", "reshape", "squeeze", "swapaxes", "transpose"}
    ),
    "torch": frozenset({"as_strided", "from_numpy", "tensor"}),
}

_BY_PREFIX: Mapping[str, Backend] = {backend(library).prefix: backend(library) for library in LIBRARIES}
"""The libraries by the names that their functions are called by."""

_FROM_NUMPY = frozenset({"from_numpy", "tensor"})
"""Functions of PyTorch that take an array of NumPy's."""

_IN_PLACE: Mapping[Library, frozenset[str]] = {
    "NumPy": frozenset({"fill", "sort"}),
    "PyTorch": frozenset({"add_", "fill_", "mul_", "sub_", "zero_"}),
}
"""Methods that write to the array that they are called on."""

_CASTS = frozenset({"astype", "double", "float", "int", "long", "numpy", "to", "from_numpy", "tensor"})
"""What changes the type of cells, and never where they stand."""

_DTYPES = frozenset(
    {"bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"} | {"int", "float"}
)

_KEYWORDS = frozenset(
    {"axis", "copy", "dim", "dtype", "end_dim", "length", "offset", "order", "shape", "size", "start", "start_dim"}
    | {"storage_offset", "stride", "strides"}
)

_BINARY: Mapping[type[ast.operator], tuple[str, Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add, operator.iadd),
    ast.Sub: ("-", operator.sub, operator.isub),
    ast.Mult: ("*", operator.mul, operator.imul),
    ast.Div: ("/", operator.truediv, operator.itruediv),
    ast.FloorDiv: ("//", operator.floordiv, operator.ifloordiv),
    ast.Mod: ("%", operator.mod, operator.imod),
}

_SIGNS: Mapping[str, "Problem"] = {
    "view size is not compatible": "view",
    "Unable to avoid creating a copy": "view",
    "Cannot cast ufunc": "dtype",
    "can't be cast to the desired output type": "dtype",
    "read-only": "read-only",
    "more than one element of the written-to tensor": "overlap",
    "step must be greater than zero": "step",
}
"""What the words of an error tell of its kind."""

HOW = "Start from a name and say what is done to it: a[1:, ::2], a.T, a.reshape(4, 3), np.broadcast_to(a, (2, 3, 4))."

HOW_STATEMENT = "Write statements such as b[0, 1] = 99, a += 1, a = a + 1, a[:] = 0, with ; between them."

Problem = Literal["view", "dtype", "read-only", "overlap", "step", "other"]


class DeclinedError(Exception):
    """The library refused a step.

    Parameters
    ----------
    words
        The library's own, after the name of the exception.
    step
        The code that it refused.
    problem
        What kind of refusal it is, as far as there is more to say about it.
    """

    def __init__(self, words: str, step: str, problem: Problem) -> None:
        super().__init__(words)
        self.words = words
        self.step = step
        self.problem = problem


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What an expression came to.

    Parameters
    ----------
    it
        A NumPy array, a NumPy scalar, a tensor or a plain number.
    code
        The expression, ready to run.
    where
        Of the shape of `it`: a number for the cell that each was read from, which `Workspace.origins` takes apart;
        None where that is not followed.
    """

    it: Any
    code: str
    where: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """An object that a name was bound to.

    Parameters
    ----------
    it
        The array, tensor or NumPy scalar itself.
    first
        The name that it was first bound to.
    code
        The expression that made it.
    where
        Which cells of earlier things its own were read from; see `Workspace.origins`.
    """

    it: Any
    first: str
    code: str
    where: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, eq=False)
class Unnamed:
    """A copy that a statement made, wrote into, and let go of, as in ``a[[1, 2]][0] = 100``.

    Parameters
    ----------
    statement
        All of it.
    code
        The part that made the copy: ``a[[1, 2]]``.
    values
        What was written into it.
    """

    statement: str
    code: str
    values: NDArray[Any]


@dataclass(slots=True, eq=False)
class Workspace:
    """Names bound to real arrays, and everything that was ever bound.

    Parameters
    ----------
    names
        What each name is bound to.
    things
        All objects that were bound to a name, in the order in which they were made.
    unnamed
        Copies that were written into and lost.
    """

    names: dict[str, Any] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    unnamed: list[Unnamed] = field(default_factory=list)

    def bind(self, name: str, value: Value) -> None:
        """Bind a name, as an assignment does.

        Raises
        ------
        Refused
            If the value is a plain number, or too large.
        """
        if not is_array(value.it):
            raise Refused(f"{value.code} is a number, and {name} has to stay an array here.")
        check_size(tuple(value.it.shape), value.code)
        if not any(thing.it is value.it for thing in self.things):
            self.things.append(Thing(value.it, name, value.code, value.where))
        self.names[name] = value.it

    def define(self, name: str, text: str) -> str:
        """Run ``name = text`` and return it as code.

        Raises
        ------
        Refused
            If the text is no expression known here.
        DeclinedError
            If the library refuses a step of it.
        """
        text = text.strip()  # places in the tree are counted in what is parsed
        value = self.expression(syntax_tree(text, HOW, longest=MAX_TEXT), text)
        self.bind(name, value)
        return f"{name} = {value.code}"

    def statements(self, text: str) -> Iterator[str]:
        """Run statements one by one, and give each as code once it has run.

        Raises
        ------
        Refused, DeclinedError
            As `define` does. The statements before it have run by then.
        """
        text = text.strip()
        body = syntax_tree(text, HOW_STATEMENT, longest=MAX_TEXT, mode="exec").body if text else []
        if len(body) > MAX_STATEMENTS:
            raise Refused(f"These are {len(body)} statements; at most {MAX_STATEMENTS} are run.")
        for node in body:
            yield self.statement(node, text)

    def origins(self, where: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take numbers of `Thing.where` apart, to ``(size, 2)``: the place of a thing, the flat index of its cell."""
        return np.stack(np.divmod(where.ravel(), MAX_ELEMENTS + 1), axis=1)

    def statement(self, node: ast.stmt, text: str) -> str:
        """Run one statement and return it as code."""
        match node:
            case ast.Assign([ast.Name(name)], expression):
                if name not in NAMES:
                    raise Refused(f"The names here are a, b and c; {quoted(name)} is none of them.")
                return self.define(name, ast.get_source_segment(text, expression) or ast.unparse(expression))
            case ast.Assign([ast.Subscript() as target], expression):
                value = self.expression(expression, text)
                holder, key, code = self.place(target, text)
                code = f"{code} = {value.code}"
                alike = _alike(value, holder)
                _ask(holder, code, operator.setitem, holder.it, key, alike.it)
                self.remember(holder, code)
                return code
            case ast.AugAssign(target, sign, expression) if type(sign) in _BINARY:
                return self.in_place(target, sign, self.expression(expression, text), text)
            case ast.Expr(ast.Call(ast.Attribute(base, method), arguments, [])):
                holder = self.array(base, text)
                if method not in _IN_PLACE[library_of(holder.it)]:
                    raise Refused(f"{quoted(ast.unparse(node))} changes nothing here. {HOW_STATEMENT}")
                code = f"{holder.code}.{method}({', '.join(map(ast.unparse, arguments))})"
                given = list(map(_argument, arguments))
                _ask(holder, code, operator.methodcaller(method, *given), holder.it)
                self.remember(holder, code)
                return code
            case _:
                raise Refused(f"{quoted(ast.unparse(node))} is not understood here. {HOW_STATEMENT}")

    def in_place(self, target: ast.expr, sign: ast.operator, value: Value, text: str) -> str:
        """Run ``target += value``: ask the object to change itself, then bind what it answers."""
        symbol, _, act = _BINARY[type(sign)]
        if isinstance(target, ast.Name):
            own = self.expression(target, text)
            code = f"{own.code} {symbol}= {value.code}"
            alike = _alike(value, own)
            it = _ask(own, code, act, own.it, alike.it)
            # A NumPy scalar cannot change: what it answers is new, and of the other side's shape if that has axes.
            self.bind(own.code, Value(it, f"{own.code} {symbol} {_grouped(value)}", _fitting(own.where, it)))
            return code
        if not isinstance(target, ast.Subscript):
            raise Refused(f"{quoted(ast.unparse(target))} cannot be written to here. {HOW_STATEMENT}")
        holder, key, place = self.place(target, text)
        code = f"{place} {symbol}= {value.code}"
        alike = _alike(value, holder)
        read = _ask(holder, code, operator.getitem, holder.it, key)
        _ask(holder, code, operator.setitem, holder.it, key, _ask(holder, code, act, read, alike.it))
        self.remember(holder, code)
        return code

    def remember(self, holder: Value, code: str) -> None:
        """Keep what a statement wrote into, if that was a copy which no name reaches."""
        mine = backend_of(holder.it).allocation(holder.it)
        reached = any(overlap(mine, backend_of(thing.it).allocation(thing.it)) for thing in self.things)
        if not reached and 0 not in holder.it.shape:
            self.unnamed.append(Unnamed(code, holder.code, backend_of(holder.it).to_numpy(holder.it)))

    def place(self, target: ast.Subscript, text: str) -> tuple[Value, Any, str]:
        """Return what ``holder[key]`` writes to, its key, and its code."""
        holder = self.expression(target.value, text)
        if not is_array(holder.it):
            raise Refused(f"{holder.code} is a number and has no cells.")
        key, code = self.index(target, holder, text)
        return holder, key, f"{holder.code}[{code}]"

    def index(self, node: ast.Subscript, holder: Value, text: str) -> tuple[Any, str]:
        """Read what stands between brackets, for the array before them."""
        source = ast.get_source_segment(text, node.slice) or ast.unparse(node.slice)
        name = holder.code if holder.code.isidentifier() else "x"
        engine = backend_of(holder.it)
        read = read_index(f"{name}[{source}]", engine.on_its_memory(holder.it), name, unpack=engine.lone_list_is_tuple)
        return engine.index_key(read.items, lone=read.lone, lists=(False,) * len(read.items)), read.code

    def expression(self, node: ast.expr, text: str) -> Value:
        """Walk an expression and do what it says."""
        match node:
            case ast.Name(name) if name in self.names:
                return self.named(name)
            case ast.Name(name) if name in NAMES:
                raise Refused(f"There is no {name} yet at this point.")
            case ast.Constant(value) | ast.UnaryOp(ast.USub(), ast.Constant(value)):
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise Refused(f"{quoted(ast.unparse(node))} is neither an array nor a number. {HOW}")
                return Value(_argument(node), ast.unparse(node))
            case ast.Attribute(base, name) if name in _ATTRIBUTES:
                return self.attribute(self.array(base, text), name)
            case ast.Subscript():
                holder = self.array(node.value, text)
                key, code = self.index(node, holder, text)
                return self.applied(holder, f"{holder.code}[{code}]", operator.itemgetter(key))
            case ast.BinOp(left, sign, right) if type(sign) in _BINARY:
                return self.between(self.expression(left, text), sign, self.expression(right, text))
            case ast.Call(function, arguments, keywords):
                return self.call(function, arguments, keywords, text)
            case _:
                raise Refused(f"{quoted(ast.unparse(node))} is not understood here. {HOW}")

    def named(self, name: str) -> Value:
        """What a name stands for, its cells numbered as their own origin."""
        it = self.names[name]
        place = next(i for i, thing in enumerate(self.things) if thing.it is it)
        shape = tuple(it.shape)
        first = place * (MAX_ELEMENTS + 1)
        return Value(it, name, np.arange(first, first + prod(shape)).reshape(shape))

    def array(self, node: ast.expr, text: str) -> Value:
        """Walk an expression that has to come to an array."""
        value = self.expression(node, text)
        if not is_array(value.it):
            raise Refused(f"{value.code} is a number; only arrays have axes and cells. {HOW}")
        check_size(tuple(value.it.shape), value.code)
        if isinstance(node, ast.BinOp):
            return Value(value.it, f"({value.code})", value.where)
        return value

    def attribute(self, base: Value, name: str) -> Value:
        """``.T`` and ``.mT``."""
        rank = base.it.ndim
        if not backend_of(base.it).transposes_any_rank and (rank == 0 or (name == "T" and rank != 2)):
            axes = "1 axis" if rank == 1 else f"{rank} axes"
            instead = f"Write .permute({', '.join(map(str, reversed(range(rank))))})" if rank else "Leave it out"
            raise Refused(
                f"PyTorch's .{name} is deprecated for what is no matrix, and {base.code} has {axes}. {instead}."
            )
        return self.applied(base, f"{base.code}.{name}", operator.attrgetter(name))

    def between(self, left: Value, sign: ast.operator, right: Value) -> Value:
        """Arithmetic, which always makes a new array."""
        symbol, act, _ = _BINARY[type(sign)]
        code = f"{_grouped(left)} {symbol} {_grouped(right)}"
        arrays = [side for side in (left, right) if is_array(side.it)]
        if len(arrays) == 2:
            _alike(right, left)
        shape = NUMPY.attempt(np.broadcast_shapes, *(tuple(side.it.shape) for side in arrays))
        if not isinstance(shape, Declined):  # else the library itself says what does not go together
            check_size(shape, code)
        it = _ask(arrays[0] if arrays else left, code, act, left.it, right.it)
        return Value(it, code, _fitting(arrays[0].where, it) if arrays else None)

    def call(self, function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword], text: str) -> Value:
        """A method of an array, or a function of NumPy or PyTorch on one."""
        named = {str(word.arg): _argument(word.value) for word in keywords}
        if unknown := set(named) - _KEYWORDS:
            raise Refused(f"{quoted(sorted(unknown)[0])} is no option known here.")
        match function:
            case ast.Name("as_strided") | ast.Attribute(
                ast.Attribute(ast.Attribute(ast.Name("np"), "lib"), "stride_tricks"), "as_strided"
            ):
                given = [_argument(argument) for argument in arguments[1:]]
                return self.strided(self.first(arguments, text), given, named, _spelled(arguments[1:], keywords))
            case ast.Attribute(ast.Name("np" | "torch" as module), name) if name in _FUNCTIONS[module]:
                base = self.first(arguments, text)
                takes = NUMPY if name in _FROM_NUMPY else _BY_PREFIX[module]
                if backend_of(base.it) is not takes:
                    raise Refused(f"{module}.{name} is not for {base.code}, which is made by {library_of(base.it)}.")
                given = [_argument(argument) for argument in arguments[1:]]
                code = f"{module}.{name}({', '.join([base.code, *_spelled(arguments[1:], keywords)])})"
                return self.called(base, f"{module}.{name}", code, given, named)
            case ast.Attribute(holder, name):
                base = self.array(holder, text)
                library = library_of(base.it)
                if name not in _METHODS[library]:
                    raise Refused(_unknown_method(base.code, name, library))
                given = [_argument(argument) for argument in arguments]
                code = f"{base.code}.{name}({', '.join(_spelled(arguments, keywords))})"
                return self.called(base, name, code, given, named)
            case _:
                raise Refused(f"{quoted(ast.unparse(function))} is no function known here. {HOW}")

    def first(self, arguments: list[ast.expr], text: str) -> Value:
        """The array that a function is called with."""
        if not arguments:
            raise Refused(f"Which array? The first argument is missing. {HOW}")
        return self.array(arguments[0], text)

    def called(self, base: Value, name: str, code: str, given: list[Any], named: dict[str, Any]) -> Value:
        """Call a method, or a function if the name has a dot, on an array and on the origin of its cells."""
        short = name.rsplit(".")[-1]
        if not backend_of(base.it).view_takes_shape and short == "view" and (given or named):
            raise Refused(
                "NumPy's .view() takes no shape: it reads the same bytes as another dtype. Say .reshape(...)."
            )
        if short not in ("astype", "to") and any(_is_dtype(one) for one in (*given, *named.values())):
            raise Refused(f".{short}() takes no dtype here. Use .astype in NumPy, .to in PyTorch.")
        if short == "from_numpy" and not base.it.flags.writeable:
            raise Refused(f"{base.code} is read-only, and PyTorch has no read-only tensors. Copy it first: .copy().")
        if short == "as_strided":
            _check_wish(given[0] if given else named.get("size"))

        if "." in name:
            module = _BY_PREFIX[name.partition(".")[0]].module
            call, further, options = getattr(module, short), given, named
        else:
            call, further, options = operator.methodcaller(short, *given, **named), [], {}

        def reshape(it: Any) -> Any:
            """Where the cells come from is a copy that may be reshaped in any case; a view without a shape keeps it."""
            shape = given or [value for word, value in named.items() if word in ("shape", "size")]
            if not shape:
                return it
            return it.reshape(*shape, **{word: value for word, value in named.items() if word == "order"})

        if short in _CASTS:
            return Value(self.applied(base, code, call, *further, follow=None, **options).it, code, base.where)
        follow: Callable[[Any], Any] | Literal["same"] | None = "same"
        if short in ("as_strided", "view", "reshape"):
            follow = None if short == "as_strided" else reshape
        return self.applied(base, code, call, *further, follow=follow, **options)

    def strided(self, base: Value, given: list[Any], named: dict[str, Any], spelled: list[str]) -> Value:
        """NumPy's ``as_strided``, which checks nothing itself: whatever leaves the allocation is refused before."""
        code = f"as_strided({', '.join([base.code, *spelled])})"
        if backend_of(base.it).strides_by_method:
            raise Refused(f"{base.code} is a tensor: write {base.code}.as_strided(size, stride).")
        options = dict(zip(("shape", "strides"), given, strict=False)) | named
        if set(options) != {"shape", "strides"} or len(given) > 2:
            raise Refused(
                "Write as_strided(a, shape, strides), with the strides in bytes: as_strided(a, (4, 3), (8, 8))."
            )
        shape, strides = _check_wish(options["shape"]), options["strides"]
        if not isinstance(strides, tuple) or len(strides) != len(shape):
            raise Refused(f"The shape {shape} needs as many strides, in bytes; {strides} was given.")
        size = base.it.itemsize
        if any(not isinstance(stride, int) or stride % size for stride in strides):
            raise Refused(f"Strides count bytes, and an element has {size}: {strides} would read across elements.")
        low = high = backend_of(base.it).data_pointer(base.it)
        if prod(shape):
            low += sum(min(0, (n - 1) * stride) for n, stride in zip(shape, strides, strict=True))
            high += sum(max(0, (n - 1) * stride) for n, stride in zip(shape, strides, strict=True)) + size
        start, stop = backend_of(base.it).allocation(base.it)
        if not start <= low <= high <= stop:
            raise Refused(
                f"This would read bytes {low - start} to {high - start - 1} of a memory of {stop - start} bytes. "
                "NumPy's as_strided would do it, and read what belongs to others: make shape or strides smaller."
            )
        return self.applied(base, code, as_strided, shape, strides, follow=None)

    def applied(
        self,
        base: Value,
        code: str,
        call: Callable[..., Any],
        *further: Any,
        follow: Callable[[Any], Any] | Literal["same"] | None = "same",
        **named: Any,
    ) -> Value:
        """Call something of the library's with an array and further arguments, and do so to its cells' origins."""
        it = _ask(base, code, call, base.it, *further, **named)
        check_size(tuple(it.shape), code)
        if follow is None or base.where is None:
            return Value(it, code)
        engine = backend_of(base.it)
        numbers = engine.make(base.where)
        found = call(numbers, *further, **named) if follow == "same" else follow(numbers)
        return Value(it, code, engine.to_numpy(found))


def library_of(it: Any) -> Library:
    """Which library made an array."""
    return backend_of(it).library


def is_array(it: Any) -> bool:
    """Whether this is an array, a NumPy scalar or a tensor, not a plain number."""
    return not isinstance(it, int | float) or isinstance(it, np.generic)


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches of memory, each from its first byte to the one behind its last, have a byte in common."""
    return max(one[0], other[0]) < min(one[1], other[1])


def _ask(asked: Value, step: str, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Make one call of the library that an array is of; what it refuses leaves as its own words."""
    with np.errstate(all="ignore"):
        found = backend_of(asked.it).attempt(call, *args, **named)
    if isinstance(found, Declined):
        words = found.words.strip()
        problem: Problem = next((problem for sign, problem in _SIGNS.items() if sign in words), "other")
        raise DeclinedError(f"{found.kind}: {words}", step, problem)
    return found


def _spelled(arguments: list[ast.expr], keywords: list[ast.keyword]) -> list[str]:
    return [*map(ast.unparse, arguments), *(f"{word.arg}={ast.unparse(word.value)}" for word in keywords)]


def _argument(node: ast.expr) -> Any:
    """A number, a tuple of numbers, a dtype, or the name of an order: all that a method is given here."""
    number = literal_number(node)
    if number is not None:
        return number
    match node:
        case ast.Constant(bool() | None as value):
            return value
        case ast.Constant(str(value)) if value in _DTYPES or value in ("C", "F"):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float())):
            return -_argument(node.operand)
        case ast.Tuple(elts) | ast.List(elts):
            return tuple(_argument(inner) for inner in elts)
        case ast.Attribute(ast.Name("np"), name) if name in _DTYPES and hasattr(np, name):
            return np.dtype(name)
        case ast.Attribute(ast.Name("torch"), name) if name in _DTYPES and name[-1].isdigit():
            return getattr(pytorch().module, name)
        case ast.Name("int" | "float" | "bool" as name):
            return {"int": int, "float": float, "bool": bool}[name]
        case _:
            raise Refused(
                f"{quoted(ast.unparse(node))} is not taken as an argument here: numbers, tuples of numbers, dtypes "
                "and the orders 'C' and 'F' are."
            )


def _is_dtype(it: Any) -> bool:
    return isinstance(it, np.dtype | type) or it in _DTYPES or type(it).__name__ == "dtype"


def _check_wish(shape: Any) -> tuple[int, ...]:
    """Read the shape that as_strided is asked for, and refuse a large one before it is made."""
    sizes = shape if isinstance(shape, tuple) else (shape,)
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise Refused(f"as_strided needs a shape of whole numbers from 0 up; {shape} was given.")
    check_size(sizes, "What as_strided is asked for")
    return sizes


def _unknown_method(code: str, name: str, library: Library) -> str:
    other = next(other for other in LIBRARIES if other != library)
    if name in _METHODS[other]:
        return f".{name}() is a method of {other}, and {code} is made by {library}: choose {other}, or another method."
    return f".{name}() is not known here. Methods of {library} known here: {', '.join(sorted(_METHODS[library]))}."


def _alike(value: Value, holder: Value) -> Value:
    """Let a value through to an array of the same library; a number goes with both."""
    if is_array(value.it) and library_of(value.it) != library_of(holder.it):
        raise Refused(
            f"{value.code} is made by {library_of(value.it)} and {holder.code} by {library_of(holder.it)}. "
            "Bring one to the other with torch.from_numpy(...) or .numpy()."
        )
    return value


def _grouped(value: Value) -> str:
    """Its code as one side of a sign: in parentheses if it has a sign of its own."""
    return f"({value.code})" if isinstance(code_expression(value.code), ast.BinOp) else value.code


def _fitting(where: NDArray[np.int64] | None, it: Any) -> NDArray[np.int64] | None:
    """The origins of cells if a result has as many; None where it was stretched to another shape."""
    return where if where is not None and where.shape == tuple(np.shape(it)) else None
