"""Classes of ``enum``, which are Python's own: a program writes their members and their methods."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum, EnumType
from typing import Any, NoReturn

from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_WHOLE
from primer_core.language.programs.calls import Calls
from primer_core.language.programs.functions import ROLES
from primer_core.language.programs.python_names import METHODS
from primer_core.language.programs.scope import Scope
from primer_core.language.programs.values import CLASS, Class, Function, Method
from primer_core.language.text import quoted

BASES: Mapping[str, type] = {
    f"enum.{kind.__name__}": kind for kind in (Enum, enum.Flag, enum.IntEnum, enum.IntFlag, enum.StrEnum)
}
"""What a class of members can derive from, by the name that code calls it by."""

_MIXED: Mapping[str, type] = {"int": int, "str": str, "float": float}
"""What may stand before ``Enum``, so that its members are such values, too."""

_MOST = 200
"""Members of a class."""

_DUNDER = ("__init__", "__str__", "__repr__", "__call__")
_VALUES = (bool, int, float, complex, str, type(None), enum.auto)


class Enums(Calls):
    """Makes classes of members, and asks them what they have."""

    def _class(self, node: ast.ClassDef) -> None:
        bases = self._enum_bases(node)
        if bases:
            self._enum(node, bases)
        else:
            super()._class(node)

    def _enum_bases(self, node: ast.ClassDef) -> tuple[type, ...]:
        """Return what a class of members derives from; empty for any other class."""
        found: list[type] = []
        for each in node.bases:
            own = self.names.get(each.id) if isinstance(each, ast.Name) else None
            if isinstance(own, EnumType):
                found.append(own)
            elif self._full_name(each) in BASES:
                found.append(BASES[self._full_name(each)])
            elif own is None and isinstance(each, ast.Name) and each.id in _MIXED:
                found.append(_MIXED[each.id])
        is_enum = bool(found) and isinstance(found[-1], EnumType) and len(found) == len(node.bases) <= 2
        return tuple(found) if is_enum else ()

    def _enum(self, node: ast.ClassDef, bases: tuple[type, ...]) -> None:
        """Define a class of members."""
        self._check_name(node.name, node)
        marks = [self._full_name(each) for each in node.decorator_list]
        if node.keywords or set(marks) - {"enum.unique"}:
            message = "A class of enum has no decorator but @unique here, and nothing by name behind its bases."
            raise self._rejection("unread", message, node)
        members: Any = self._python(EnumType.__prepare__, (node.name, bases), node)
        above = getattr(bases[-1], CLASS, None)
        written = Class(node.name, above, None, {})
        for each in node.body:
            match each:
                case ast.FunctionDef(name, arguments, body):
                    if name.startswith("_") and name not in _DUNDER:
                        message = f"{quoted(name)} cannot be defined in a class of enum here."
                        raise self._rejection("unknown", message, each)
                    names = {ast.unparse(mark) for mark in each.decorator_list}
                    role = next((role for mark, role in ROLES.items() if mark in names), ROLES[""])
                    method: Any = self._function(name, arguments, body, each)
                    for decorate in self._decorators(each):
                        method = decorate(method)
                    written.members[name] = replace(method, owner=written, role=role)
                case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                    count = sum(not isinstance(known, Function) for known in written.members.values())
                    self._check_member(name, count, each)
                    given = self._in_body(value, written)
                    if isinstance(given, Function):  # which is a method, whatever wrote it
                        written.members[name] = replace(given, owner=written)
                        continue
                    self._python(members.__setitem__, (name, self._plain(given, value)), each)
                    written.members[name] = members[name]
                case ast.Pass() | ast.Expr(ast.Constant()):
                    pass
                case _:
                    message = "In the body of a class of enum stand methods and “name = value” here."
                    raise self._rejection("unread", message, each)
        made = self._python(type(bases[-1]), (node.name, bases, members), node)
        written.members = {name: each for name, each in written.members.items() if isinstance(each, Function)}
        self._finished(made, written)
        self.names[node.name] = made
        if written.has("__init__"):
            for each in made:
                values = each.value if isinstance(each.value, tuple) else (each.value,)
                self.call(written.find("__init__"), (each, *values), {}, node)
        if marks:
            self._python(enum.unique, (made,), node)

    @staticmethod
    def _finished(made: Any, written: Class) -> None:
        made.__module__ = "__main__"
        setattr(made, CLASS, written)

    def _check_member(self, name: str, count: int, node: ast.AST) -> None:
        if name.startswith("_"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be a member of an enum here.", node)
        if count >= _MOST:
            raise self._rejection("refused", f"An enum has at most {_MOST} members here.", node)

    def _plain(self, value: Any, node: ast.AST) -> Any:
        """Return the value of a member, which is a number, a text, or a tuple of such."""
        if isinstance(value, tuple) and len(value) <= _MOST:
            return tuple(self._plain(each, node) for each in value)
        if not isinstance(value, _VALUES) or (isinstance(value, int) and abs(value) >= MAX_WHOLE):
            message = "The values of an enum are numbers, texts, tuples of them and auto() here."
            raise self._rejection("refused", message, node)
        return value

    def _of_module(self, full: str, node: ast.Call) -> Any:
        if full == "enum.auto" and not node.args and not node.keywords:
            return enum.auto()
        return self._listed(full, node) if full in BASES else super()._of_module(full, node)

    def _listed(self, full: str, node: ast.Call) -> Any:
        """Make a class of members as ``Enum("Color", "RED BLUE")`` does."""
        positional, keywords = self._arguments(node)
        if len(positional) != 2 or set(keywords) - {"start"} or not isinstance(positional[0], str):
            message = "Enum takes a name and the names of the members here: Enum('Color', 'RED BLUE')."
            raise self._rejection("refused", message, node)
        title, given = positional
        if isinstance(given, str):
            given = given.replace(",", " ").split()
        pairs = list(given.items()) if isinstance(given, dict) else self._collected(given, node)
        for place, pair in enumerate(pairs):
            name = pair[0] if isinstance(pair, tuple | list) and pair else pair
            if not isinstance(name, str) or not name.isidentifier():
                raise self._rejection("refused", "A member of an enum is named by a word here.", node)
            self._check_member(name, place, node)
            if name is not pair:
                self._plain(pair[1], node)
        made = self._python(BASES[full], (title, pairs), node, {"module": "__main__", **keywords})
        self._finished(made, Class(title, None, None, {}))
        return made

    # What they have

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if isinstance(holder, EnumType) and node.attr != "__class__":
            return self._of_class_of_members(holder, node)
        if isinstance(holder, Enum) and owner_of(holder) is not None and self._is_of_member(holder, node.attr):
            return self._of_member(holder, node)
        if isinstance(holder, Enum) and node.attr.startswith("_") and node.attr != "__class__":
            self._not_known(type(holder).__name__, node)
        return super()._read(holder, node)

    def _attribute_of(self, holder: Any, node: ast.Attribute) -> Any:
        if isinstance(holder, Enum) and self._is_of_member(holder, node.attr):
            return self._of_member(holder, node)
        return super()._attribute_of(holder, node)

    def _is_of_member(self, member: Enum, name: str) -> bool:
        if name in ("name", "value") or (name in vars(member) and not name.startswith("_")):
            return True
        written = self._class_of(member)
        return written is not None and written.has(name)

    def _of_member(self, member: Enum, node: ast.Attribute) -> Any:
        if node.attr in ("name", "value") or node.attr in vars(member):
            return getattr(member, node.attr)
        written = self._class_of(member)
        assert written is not None
        found = written.find(node.attr)
        match found.role:
            case "static":
                return found
            case "class":
                return Method(found, type(member))
            case "property":
                return self.call(found, (member,), {}, node)
        return Method(found, member)

    def _of_class_of_members(self, kind: EnumType, node: ast.Attribute) -> Any:
        written = getattr(kind, CLASS)
        if node.attr in kind.__members__:
            return kind[node.attr]
        if node.attr == "__name__":
            return kind.__name__
        if written.has(node.attr):
            found = written.find(node.attr)
            return Method(found, kind) if found.role == "class" else found
        if node.attr.startswith("_") or hasattr(kind, node.attr):
            self._not_known(kind.__name__, node)
        return self._python(getattr, (kind, node.attr), node)

    def _not_known(self, owner: str, node: ast.Attribute) -> NoReturn:
        raise self._rejection("unknown", f"{quoted('.' + node.attr)} of {owner} is not known here.", node)

    def _ask_of(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        if isinstance(holder, EnumType):
            return self._call_value(self._read(holder, function), node)
        if isinstance(holder, Enum):
            if self._is_of_member(holder, function.attr):
                return self._call_value(self._of_member(holder, function), node)
            if isinstance(holder, str) and function.attr in METHODS[str]:
                return self._method(str(holder.value), function, node)
        return super()._ask_of(holder, function, node)

    def _item(self, holder: Any, key: Any, node: ast.expr) -> Any:
        if isinstance(holder, EnumType):
            return self._python(type(holder).__getitem__, (holder, key), node)
        return super()._item(holder, key, node)

    def _set(self, holder: Any, name: str, value: Any, target: ast.expr) -> None:
        if not isinstance(holder, Enum | EnumType):
            super()._set(holder, name, value, target)
        elif name in (holder.__members__ if isinstance(holder, EnumType) else ("name", "value")):
            self._python(setattr, (holder, name, value), target)  # which Python refuses
        elif isinstance(holder, EnumType) or name.startswith("_"):
            raise self._rejection("unknown", f"{quoted('.' + name)} cannot be set here.", target)
        else:
            vars(holder)[name] = value

    def _each(self, value: Any, node: ast.AST) -> Iterator[Any]:
        return iter(list(value)) if isinstance(value, EnumType) else super()._each(value, node)

    def _callable(self, value: Any, node: ast.AST) -> Callable[..., Any] | None:
        written = self._class_of(value) if isinstance(value, Enum) else None
        if written is not None and written.has("__call__"):
            return lambda *values, **more: self._applied(value, values, more, node)
        return super()._callable(value, node)

    def _applied(self, value: Any, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if isinstance(value, Enum):
            written = self._class_of(value)
            assert written is not None
            return self.call(written.find("__call__"), (value, *positional), keywords, node)
        if not isinstance(value, EnumType):
            return super()._applied(value, positional, keywords, node)
        if len(positional) != 1 or keywords:
            raise self._rejection("refused", f"{value.__name__} takes the value of a member here.", node)
        return self._python(value, positional, node)

    def _of_python(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        match name, positional:
            case "type", (Enum() as member,):
                return type(member)
            case "len" | "list" | "tuple" | "max" | "min" | "sorted", (EnumType() as kind,):
                positional = (list(kind),)
        return super()._of_python(name, positional, keywords, node)

    def _is_of(self, value: Any, kinds: ast.expr) -> bool:
        base = BASES.get(self._full_name(kinds))
        return super()._is_of(value, kinds) if base is None else isinstance(value, base)

    def _text_of(self, value: Any, node: ast.AST) -> str:
        written = self._class_of(value) if isinstance(value, Enum) else None
        if written is not None and not written.has("__str__"):  # Python's own, which writes no other
            return str(value)
        return super()._text_of(value, node)

    def _super(self, name: str, node: ast.Call) -> Any:
        own = self.names.values_here if isinstance(self.names, Scope) else {}
        if isinstance(next(iter(own.values()), None), Enum | EnumType):
            raise self._rejection("refused", "super() is not run in a class of enum here.", node)
        return super()._super(name, node)
