"""Classes that a program defines, and their objects, which are PyTorch's own where a class derives from one of its."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_NESTING, MAX_TEXT
from primer_core.language.parsing import parse
from primer_core.language.programs import networks
from primer_core.language.programs.functions import ROLES
from primer_core.language.programs.python_functions import PythonFunctions
from primer_core.language.programs.python_names import ARITHMETIC, COMPARISONS, DUNDER, ONE_SIDED
from primer_core.language.programs.scope import OwnNames, Scope
from primer_core.language.programs.values import EXCEPTIONS, Class, Function, Instance, Record, type_name
from primer_core.language.text import quoted

_TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_METHODS: Mapping[str, str] = {**ARITHMETIC, **COMPARISONS, **ONE_SIDED}


@dataclass(eq=False)
class Classes(PythonFunctions):
    """Defines classes and makes their objects."""

    def _class(self, node: ast.ClassDef) -> None:
        """Define a class, whose objects are PyTorch's where it derives from one of PyTorch's."""
        records = [each for each in node.decorator_list if self._full_name(each) == "dataclasses.dataclass"]
        if len(records) < len(node.decorator_list) or node.keywords or len(node.bases) > 1:
            message = "A class has one base here, no metaclass, and no decorator but @dataclass alone."
            raise self._rejection("unread", message, node)
        self._check_name(node.name, node)
        if node.bases and self._full_name(node.bases[0]) == "typing.NamedTuple":
            self.names[node.name] = self._named_tuple(node)
            return
        raises = self._raises(node.bases[0]) if node.bases else ""
        base, real = self._base(node.bases[0]) if node.bases and not raises else (None, None)
        made_class = Class(node.name, base, None, {}, raises=raises or (base.raises if base is not None else ""))
        for each in node.body:
            match each:
                case ast.FunctionDef(name, arguments, body):
                    if name.startswith("__") and name not in DUNDER:
                        near = get_close_matches(name, DUNDER, 1)
                        meant = f"Is {quoted(near[0])} meant? " if near else ""
                        message = f"{quoted(name)} cannot be defined here. {meant}What can be: {', '.join(DUNDER)}."
                        raise self._rejection("unknown", message, each)
                    marks = {ast.unparse(mark) for mark in each.decorator_list}
                    role = next((role for mark, role in ROLES.items() if mark in marks), ROLES[""])
                    with self._names_of_body(made_class):
                        decorators = self._decorators(each)
                    method: Any = replace(self._function(name, arguments, body, each), owner=made_class, role=role)
                    for decorate in decorators:
                        method = decorate(method)
                    made_class.members[name] = method
                case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                    if name not in DUNDER:
                        self._check_name(name, each)
                    maker = self._maker_of(value) if records and isinstance(each, ast.AnnAssign) else None
                    if maker is not None:
                        made_class.factories[name] = self._factory(self._in_body(maker, made_class), maker)
                    else:
                        made_class.members[name] = self._in_body(value, made_class)
                case ast.Pass() | ast.Expr(ast.Constant()) | ast.AnnAssign(ast.Name(), value=None):
                    pass
                case _:
                    message = "In the body of a class stand methods and “name = value” here."
                    raise self._rejection("unread", message, each)
        if records:
            self._make_record(made_class, node)
        if real is not None:
            made_class.real = networks.derived(real, made_class, self._from_outside)
        self.names[node.name] = made_class

    def _raises(self, node: ast.expr) -> str:
        """Return the exception of Python's own that an expression names; empty for none."""
        return node.id if isinstance(node, ast.Name) and node.id in EXCEPTIONS and node.id not in self.names else ""

    def _named_tuple(self, node: ast.ClassDef) -> type[Record]:
        """Make the class that ``class Point(NamedTuple)`` makes."""
        fields, defaults = [], []
        for each in node.body:
            match each:
                case ast.AnnAssign(ast.Name(name), _, value):
                    fields.append(name)
                    if value is not None:
                        defaults.append(self._value(value))
                    elif defaults:
                        words = f"Non-default namedtuple field {name} cannot follow default field"
                        last = fields[-2] if len(defaults) == 1 else ", ".join(fields[-1 - len(defaults) : -1])
                        raise self._error("TypeError", f"{words}{'s' * (len(defaults) > 1)} {last}", node)
                case ast.Pass() | ast.Expr(ast.Constant()):
                    pass
                case _:
                    message = "In the body of a NamedTuple stand fields here, “name: type” or “name: type = value”."
                    raise self._rejection("unread", message, each)
        return self._record((node.name, fields), {"defaults": tuple(defaults)}, node)

    def _maker_of(self, value: ast.expr) -> ast.expr | None:
        """Return what makes the default of a field anew for each object; None where it is a value."""
        if not isinstance(value, ast.Call) or self._full_name(value.func) != "dataclasses.field":
            return None
        match value:
            case ast.Call(_, [], [ast.keyword("default_factory", factory)]):
                return factory
        raise self._rejection("unread", "field(default_factory=…) is read here, and no other field(…).", value)

    def _make_record(self, made_class: Class, node: ast.ClassDef) -> None:
        """Give a class the methods that ``@dataclass`` writes: how it is made, written and compared."""
        above = made_class.base
        own = [ast.unparse(each.target) for each in node.body if isinstance(each, ast.AnnAssign)]
        fields = made_class.fields = tuple(dict.fromkeys((*(above.fields if above else ()), *own)))
        made_class.factories = {**(above.factories if above else {}), **made_class.factories}
        defaults: list[Any] = []
        for name in fields:
            if name in made_class.factories or made_class.has(name):
                defaults.append(None if name in made_class.factories else made_class.find(name))
                if isinstance(defaults[-1], list | dict | set):
                    kind = f"<class '{type_name(defaults[-1])}'>"
                    words = f"mutable default {kind} for field {name} is not allowed: use default_factory"
                    raise self._error("ValueError", words, node)
            elif defaults:
                raise self._error("TypeError", f"non-default argument '{name}' follows default argument", node)
        kept = ", ".join(f"setattr(self, {name!r}, {name})" for name in fields)
        after = "self.__post_init__()" if made_class.has("__post_init__") else "None"
        written = ", ".join(f"{name}={{self.{name}!r}}" for name in fields)
        mine, others = ("".join(f"{whose}.{name}, " for name in fields) for whose in ("self", "other"))
        methods = {
            "__init__": f"lambda self, {', '.join(fields)}: ({kept}, {after})",
            "__repr__": f"lambda self: f'{{type(self).__name__}}({written})'",
            "__eq__": f"lambda self, other: type(self) == type(other) and ({mine}) == ({others})",
        }
        for name, text in methods.items():
            if name in made_class.members:
                continue
            made = parse(text, "eval", MAX_TEXT, MAX_NESTING).body
            assert isinstance(made, ast.Lambda)
            for part in ast.walk(made):
                ast.copy_location(part, node)
            function = self._function(name, made.args, made.body)
            given = tuple(defaults) if name == "__init__" else ()
            made_class.members[name] = replace(function, owner=made_class, defaults=given)

    def _in_body(self, node: ast.expr, made_class: Class) -> Any:
        """Return the value of an expression in the body of a class, which sees what stands before it there."""
        with self._names_of_body(made_class):
            return self._value(node)

    @contextmanager
    def _names_of_body(self, made_class: Class) -> Iterator[None]:
        around = self.names
        scope = Scope(OwnNames(frozenset()), around)
        scope.values_here.update(made_class.members)
        self.names = scope
        try:
            yield
        finally:
            self.names = around

    def _base(self, node: ast.expr) -> tuple[Class | None, type | None]:
        if isinstance(node, ast.Name) and node.id == "object" and "object" not in self.names:
            return None, None
        full = self._full_name(node)
        if full in networks.BASES:
            return None, networks.base(networks.BASES[full])
        value = self._value(node)
        if not isinstance(value, Class):
            message = (
                "A class derives from nn.Module, Dataset, autograd.Function, NamedTuple, an exception, or a class of "
                "the program here."
            )
            raise self._rejection("unread", message, node)
        return value, value.real

    def _from_outside(self, made_class: Class, name: str, owner: Any, values: Sequence[Any], more: Any) -> Any:
        """Run a method that PyTorch calls."""
        return self.call(made_class.find(name), (owner, *values), more, self._node)

    def _new(self, kind: Class, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Make an object of a class of the program."""
        if networks.is_operation(kind.real):
            message = f"{kind.name} is an operation: write {kind.name}.apply(x)."
            raise self._rejection("refused", message, node)
        made_object: Any = (
            Instance(kind, {"args": tuple(positional)} if kind.raises else {})
            if kind.real is None
            else networks.unmade(kind.real)
        )
        if kind.has("__init__"):
            left_out = kind.fields[len(positional) :]
            fresh = {name: make for name, make in kind.factories.items() if name in left_out and name not in keywords}
            made = {name: make() for name, make in fresh.items()}
            keywords = {**keywords, **made}
            self.call(kind.find("__init__"), (made_object, *positional), keywords, node)
        elif kind.real is not None:
            networks.begin(made_object)
        elif (positional and not kind.raises) or keywords:
            raise self._error("TypeError", f"{kind.name}() takes no arguments", node)
        return made_object

    def _in_python(self, symbol: str, compute: Callable[..., Any], node: ast.AST, *values: Any) -> Any:
        """Ask an object of the program first what a sign means between it and another."""
        if not any(isinstance(value, Instance) for value in values):
            return super()._in_python(symbol, compute, node, *values)
        first, *rest = values
        asked = [(first, f"__{_METHODS[symbol]}__", rest)]
        if symbol in ARITHMETIC:
            asked.append((rest[0], f"__r{ARITHMETIC[symbol]}__", [first]))
        elif symbol in _TURNED:
            asked.append((rest[0], f"__{COMPARISONS[_TURNED[symbol]]}__", [first]))
        for owner, name, others in asked:
            if isinstance(owner, Instance) and owner.kind.has(name):
                return self.call(owner.kind.find(name), (owner, *others), {}, node)
        if symbol == "!=":
            return not self._in_python("==", operator.eq, node, *values)
        if symbol == "==":
            return first is rest[0]
        names = [f"'{type_name(value)}'" for value in values]
        if symbol in ONE_SIDED:
            raise self._error("TypeError", f"bad operand type for unary {symbol[0]}: {names[0]}", node)
        if symbol in COMPARISONS:
            words = f"'{symbol}' not supported between instances of {' and '.join(names)}"
            raise self._error("TypeError", words, node)
        sign = f"{symbol}=" if isinstance(node, ast.AugAssign) else symbol.replace("**", "** or pow()")
        raise self._error("TypeError", f"unsupported operand type(s) for {sign}: {' and '.join(names)}", node)

    def _super(self, name: str, node: ast.Call) -> Any:
        """Call a method of the class above, as ``super().__init__()`` does."""
        first = next(iter(self.names.values_here), None) if isinstance(self.names, Scope) else None
        function = self._running[-1] if self._running else None
        if function is None or function.owner is None or first is None:
            raise self._error("RuntimeError", "super(): no arguments", node)
        owner = self.names[first]
        positional, keywords = self._arguments(node)
        above = function.owner.base
        if above is not None and above.has(name):
            return self.call(above.find(name), (owner, *positional), keywords, node)
        if name == "__init__":
            if not isinstance(owner, Instance):
                networks.begin(owner)
            elif owner.kind.raises:
                owner.values["args"] = positional
            return None
        raise self._error("AttributeError", f"'super' object has no attribute '{name}'", node)

    def _set(self, holder: Any, name: str, value: Any, target: ast.expr) -> None:
        if isinstance(holder, Record):
            words = "can't set attribute"
            if name not in holder.names:
                words = f"'{type_name(holder)}' object has no attribute '{name}'"
            raise self._error("AttributeError", words, target)
        if owner_of(holder) is not None:
            super()._set(holder, name, value, target)
        elif name.startswith("__"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be set here.", target)
        elif isinstance(holder, Instance):
            found = holder.kind.find(name) if holder.kind.has(name) else None
            if not isinstance(found, Function) or found.role != "property":
                holder.values[name] = value
            elif found.setter is not None:
                self.call(found.setter, (holder, value), {}, target)
            else:
                words = f"property '{name}' of '{holder.kind.name}' object has no setter"
                raise self._error("AttributeError", words, target)
        elif isinstance(holder, Class):
            holder.members[name] = value
        else:
            self._outside(networks.set_attribute, (holder, name, value), {}, target)
