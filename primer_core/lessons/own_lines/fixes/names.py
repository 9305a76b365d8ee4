"""What helps where a name, a method or a key is not there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from primer_core.error_messages.kinds.calling import RemovedName
from primer_core.language.programs import networks
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named, names_of
from primer_core.lessons.own_lines.failing import Entry, nodes_of, statements_of, wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, made_and_called
from primer_core.lessons.own_lines.fixes.models import of_added_numbers, of_state

_OF_NUMPY = {
    "astype": ("float", "long", "double", "int", "bool"),
    "copy": ("clone",),
}
"""Methods of arrays that tensors lack, and what tensors have instead."""

_OF_PYTORCH: Mapping[str, tuple[str, ...]] = {
    "float": ("astype(np.float32)",),
    "double": ("astype(float)",),
    "long": ("astype(int)",),
    "int": ("astype(int)",),
    "numpy": ("copy()",),
    "clone": ("copy()",),
    "permute": ("transpose",),
}
"""Methods of tensors that arrays lack."""

_OTHERWISE = {"unsqueeze": "np.expand_dims({0}, {1})", "norm": "np.linalg.norm({0})"}
"""How NumPy writes what is a method of tensors, of the array and of the arguments."""

_OF_EACH_SAMPLE = ("targets", "labels", "target", "label", "y", "data", "x", "X", "images", "imgs", "samples")
"""What a data set calls that which it has for each sample."""

_OF_ONE_ARRAY = (("a",), ("x",), ("input",))
"""What a function that is asked of one array calls it."""

_FUNCTIONS = ("append", "extend", "unique", "concatenate")
"""What lists have, or what is thought to be a method, and is a function of NumPy's that returns a new array."""


def of_name(failure: Failure) -> Iterator[Candidate]:
    """Take a name that is alike."""
    if isinstance(failure.node, ast.Name):
        for name in get_close_matches(failure.node.id, list(failure.failing.scope), 2):
            yield failure.whole(name)


def of_key(failure: Failure) -> Iterator[Candidate]:
    """Take a key that is alike."""
    node = failure.node
    if not isinstance(node, ast.Subscript) or not failure.operands:
        return
    holder = failure.operands[-1]
    keys = [key for key in holder.value if isinstance(key, str)] if isinstance(holder.value, tuple) else []
    wanted = failure.operands[0].value
    if isinstance(wanted, str):
        for key in get_close_matches(wanted, keys, 2):
            yield failure.instead(node.slice, repr(key))


def _of_attribute(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if not isinstance(node, ast.Attribute) or not failure.operands:
        return
    holder, operand = wrapped(node.value, failure.text(node.value)), failure.operands[-1]
    yield from _misnamed(failure, operand.kind, "__init__")
    yield from settings_given(failure, operand.kind)
    if operand.kind.startswith("torch.return_types."):
        yield failure.whole(f"{holder}.values.{node.attr}")
    call = _call_of(failure, node)
    tensor = operand.is_tensor
    for instead in (_OF_NUMPY if tensor else _OF_PYTORCH).get(node.attr, ()):
        if call is not None and instead.endswith(")"):
            yield failure.instead(call, f"{holder}.{instead}")
        elif call is not None and instead == "transpose":
            yield failure.whole(f"{holder}.transpose")
        elif call is not None and _means(call, instead):
            yield failure.instead(call, f"{holder}.{instead}()")
    of_arrays = isinstance(operand.value, tuple) and all(isinstance(each, Entry) for each in operand.value)
    if isinstance(operand.value, tuple) and (operand.kind == "tuple" or (operand.kind == "list" and of_arrays)):
        for place in range(min(len(operand.value), 2)):
            yield failure.whole(f"{holder}[{place}].{node.attr}")
    if node.attr == "backward" and operand.kind.endswith("Loss"):
        yield from _of_loss(failure, holder)
    if call is not None and node.attr in _FUNCTIONS and operand.shape is not None and not tensor and call.args:
        function = "concatenate" if node.attr in ("extend", "concatenate") else node.attr
        arguments = ", ".join(map(failure.text, call.args))
        made = (
            f"np.append({holder}, {arguments})"
            if function != "concatenate"
            else f"np.concatenate(({holder}, {arguments}))"
        )
        bound = isinstance(failure.failing.statement, ast.Expr)
        yield failure.instead(call, f"{holder} = {made}" if bound else made)
    if call is not None and len(call.args) == 1 and operand.shape is not None:
        equal = f"({holder} == {failure.text(call.args[0])})"
        if node.attr == "index" and not tensor:
            yield failure.instead(call, f"np.where{equal}[0]")
        if node.attr == "index" and tensor:
            yield failure.instead(call, f"{equal}.nonzero()")
        if node.attr == "count":
            yield failure.instead(call, f"{equal}.sum()")
    if node.attr == "backward" and operand.kind == "float":
        yield from _before_item(failure, node.value)
        yield from of_added_numbers(failure, node.value)
    if operand.kind == "OrderedDict":
        yield from _loaded_into(failure, node.value)
        yield from of_state(failure)
    if operand.kind == "Subset" and node.attr in _OF_EACH_SAMPLE:
        yield failure.whole(f"{holder}.dataset.{node.attr}[{holder}.indices]")
        yield failure.whole(f"[{holder}.dataset.{node.attr}[i] for i in {holder}.indices]")
    if operand.kind == "Subset" and node.attr in ("classes", "class_to_idx"):
        yield failure.whole(f"{holder}.dataset.{node.attr}")
    if call is not None and node.attr in _OTHERWISE and operand.shape is not None and not tensor:
        yield failure.instead(call, _OTHERWISE[node.attr].format(holder, ", ".join(map(failure.text, call.args))))
        return
    function = f"{'torch' if tensor else 'np'}.{node.attr}"
    entry = entry_named(function) if call is not None and node.attr not in _FUNCTIONS else None
    if call is not None and entry is not None and operand.shape is not None and entry.parameters[:1] in _OF_ONE_ARRAY:
        given = failure.place(call).text[len(failure.text(node)) + 1 : -1].strip()
        yield failure.instead(call, f"{function}({failure.text(node.value)}{', ' if given else ''}{given})")
        return  # a method of a name that is alike computes something else
    if operand.shape is not None:
        known = [name.rpartition(".")[2] for name in names_of("Tensor" if tensor else "ndarray")]
        for name in get_close_matches(node.attr, known, 2, 0.7):
            yield failure.whole(f"{holder}.{name}")


def _before_item(failure: Failure, asked: ast.expr) -> Iterator[Candidate]:
    """Leave a loss the tensor that it is, where ``item()`` made a number of it."""
    bound = failure.binding(asked.id) if isinstance(asked, ast.Name) else None
    match asked if bound is None else bound.value:
        case ast.Call(ast.Attribute(loss, "item"), [], []) as call:
            place = failure.place(call)
            kept = place.text[: place.text.rindex(".")].rstrip()
            yield Candidate(place, kept or failure.text(loss), "failing" if bound is None else "making")


def _loaded_into(failure: Failure, asked: ast.expr) -> Iterator[Candidate]:
    """Load parameters into the network that a name was bound to before, where they took its place."""
    bound = failure.binding(asked.id) if isinstance(asked, ast.Name) else None
    if bound is None or not isinstance(asked, ast.Name) or failure.binding(asked.id, bound) is None:
        return
    match bound.value:
        case ast.Call(ast.Attribute(ast.Name("torch"), "load")) as call:
            yield Candidate(failure.place(bound), f"{asked.id}.load_state_dict({failure.text(call)})", "making")


def _misnamed(failure: Failure, kind: str, wanted: str) -> Iterator[Candidate]:
    """Give a method of a class the name that PyTorch or Python asks for, where another one is nearly that."""
    for each in statements_of(failure.trace.source):
        if not isinstance(each, ast.ClassDef) or each.name != kind:
            continue
        methods = [inner for inner in each.body if isinstance(inner, ast.FunctionDef)]
        named = {inner.name: inner for inner in methods}
        if wanted not in named:
            for name in get_close_matches(wanted, named, 1, 0.8):
                place = failure.place(named[name])
                begin = failure.trace.source.split("\n")[place.line - 1].index(name, place.column)
                at = Place(place.line, begin, place.line, begin + len(name), name)
                yield Candidate(at, wanted, "making")


def _no_forward(failure: Failure) -> Iterator[Candidate]:
    """Give the method the name that is called."""
    for operand in failure.operands[-1:]:
        yield from _misnamed(failure, operand.kind, "forward")
    if isinstance(failure.node, ast.Call) and isinstance(failure.node.func, ast.Name):
        yield from _misnamed(failure, failure.failing.scope.get(failure.node.func.id, ""), "forward")


def settings_given(failure: Failure, kind: str) -> Iterator[Candidate]:
    """Make a layer first, and call it of what was given to it as its settings."""
    if kind not in networks.LAYERS:
        return
    for node in nodes_of(failure.trace.source):
        match node:
            case ast.Call(ast.Attribute(ast.Name("nn"), name), [given]) as call if name == kind:
                if not isinstance(given, ast.Constant):
                    yield Candidate(failure.place(call), made_and_called(failure, call), "making")


def loaded(failure: Failure) -> Iterator[Candidate]:
    """Load parameters without binding what that returns to the model's name."""
    match failure.node:
        case ast.Call(ast.Name(name)) if failure.failing.scope.get(name) == "_IncompatibleKeys":
            bound = failure.binding(name)
            if bound is not None:
                yield Candidate(failure.place(bound), failure.text(bound.value), "making")


def _of_modules(failure: Failure) -> Iterator[Candidate]:
    """Take layers out of a list, and the layer in place of the function or the class of its name."""
    node = failure.node
    if not isinstance(node, ast.Call):
        return
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield failure.instead(node.args[0], f"*{failure.text(node.args[0])}")
    for given in node.args:
        match given:
            case ast.Attribute(ast.Name("nn"), name) if name in networks.LAYERS:
                yield failure.instead(given, f"nn.{name}()")
            case ast.Attribute(_, name):
                for layer in networks.LAYERS:
                    if layer.lower() == name.replace("_", "") and failure.text(given) != f"nn.{layer}":
                        yield failure.instead(given, f"nn.{layer}()")


def _of_loss(failure: Failure, name: str) -> Iterator[Candidate]:
    """Call a loss function of the tensors that were given to it as settings."""
    for statement in failure.statements_before():
        match statement:
            case ast.Assign([ast.Name(bound)], ast.Call(_, [_, *_]) as call) if bound == name:
                yield Candidate(failure.place(call), made_and_called(failure, call), "making")
                return


def _of_module(failure: Failure) -> Iterator[Candidate]:
    """Take a name of the module that is alike."""
    node = failure.node
    if isinstance(node, ast.Attribute):
        owner = failure.text(node.value)
        owner = "torch.nn" if owner == "nn" else owner
        everything = (*names_of(owner), *networks.MADE, *networks.FUNCTIONS)
        known = [name.rpartition(".")[2] for name in everything if name.rpartition(".")[0] == owner]
        same = [name for name in known if name.lower() == node.attr.lower()]  # ``nn.Relu``, ``nn.linear``
        for name in dict.fromkeys((*same, *get_close_matches(node.attr, known, 2, 0.7))):
            yield failure.whole(f"{failure.text(node.value)}.{name}")


def _removed(failure: Failure) -> Iterator[Candidate]:
    """Take the name that NumPy says is the one now."""
    if isinstance(failure.cause, RemovedName) and failure.cause.instead:
        yield failure.whole(failure.cause.instead)


def _means(call: ast.Call, instead: str) -> bool:
    """Return whether a call of ``astype`` asks for what a method of tensors gives."""
    if instead == "clone":
        return True
    asked = ast.unparse(call.args[0]) if call.args else ""
    means = {
        "float": ("np.float32", "torch.float32", "torch.float", "'float32'"),
        "double": ("float", "np.float64", "torch.float64", "'float64'", "'float'"),
        "long": ("int", "np.int64", "torch.int64", "torch.long", "'int64'", "'int'"),
        "int": ("np.int32", "torch.int32", "'int32'"),
        "bool": ("bool", "np.bool_", "torch.bool"),
    }
    return asked in means[instead]


def _call_of(failure: Failure, node: ast.Attribute) -> ast.Call | None:
    """Return the call of a method."""
    for each in ast.walk(failure.failing.statement):
        if isinstance(each, ast.Call) and failure.place(each.func) == failure.place(node):
            return each
    return None


def _super(failure: Failure) -> Iterator[Candidate]:
    """Make the module before its layers; one that a later line makes would take them away again."""
    line = failure.failing.statement.lineno
    for method in statements_of(failure.trace.source):
        if isinstance(method, ast.FunctionDef) and method.lineno <= line <= (method.end_lineno or line):
            later = [ast.unparse(each) for each in method.body if each.lineno > line]
            if any(each.startswith("super(") and each.endswith("__init__()") for each in later):
                return
    yield failure.before(failure.failing.statement, "super().__init__()")


def _state(failure: Failure) -> Iterator[Candidate]:
    """Take a prefix off the keys, or the keys that fit alone."""
    node = failure.node
    if not isinstance(node, ast.Call) or not node.args:
        return
    state = failure.operands[0]
    keys = [key for key in state.value if isinstance(key, str)] if isinstance(state.value, tuple) else []
    prefixes = {key.split(".")[0] for key in keys if "." in key}
    if len(prefixes) == 1 and isinstance(node.func, ast.Attribute):
        prefix = prefixes.pop()
        renamed = f"{{key.replace('{prefix}.', ''): value for key, value in {state.asked}.items()}}"
        yield failure.instead(node.args[0], renamed)
    match node.args[0]:
        case ast.Call(ast.Attribute(whole, "state_dict"), [], []):  # the state of a part of the network
            for part in dict.fromkeys(key.split(".")[0] for key in keys if "." in key):
                picked = f"[{part}]" if part.isdigit() else f".{part}"
                yield failure.instead(node.args[0], f"{failure.text(whole)}{picked}.state_dict()")
    stopped = failure.trace.stopped
    assert stopped is not None
    _, _, unexpected = stopped.message.partition("Unexpected key(s)")
    if any(f'"{key}"' not in unexpected for key in keys):  # else nothing is loaded
        yield failure.whole(f"{failure.failing.place.text[:-1]}, strict=False)")


def _keyword(failure: Failure) -> Iterator[Candidate]:
    """Call arguments as the other library calls them; then by a name that is alike."""
    node = failure.node
    if not isinstance(node, ast.Call):
        return
    for words in ({"dim": "axis", "keepdim": "keepdims"}, {"axis": "dim", "keepdims": "keepdim"}):
        renamed = _renamed(failure, node, words)
        if renamed is not None:
            yield renamed
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "sort" | "argsort") as function, [given], [ast.keyword("reverse")]):
            yield failure.whole(f"{failure.text(function)}({failure.text(given)})[::-1]")
    match failure.failing.statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "sort"), [], [ast.keyword("reverse")])) as statement:
            if failure.failing.scope.get(name) == "numpy.ndarray":
                yield failure.instead(statement, f"{name} = np.sort({name})[::-1]")
    entry = entry_named(ast.unparse(node.func))
    if entry is not None:
        for word in node.keywords:
            for name in get_close_matches(word.arg or "", entry.parameters, 1, 0.7):
                renamed = _renamed(failure, node, {word.arg or "": name})
                if renamed is not None and name != word.arg:
                    yield renamed


def _renamed(failure: Failure, call: ast.Call, words: Mapping[str, str]) -> Candidate | None:
    """Give keywords of a call other names; None where it has none of them, or is written on several lines."""
    place = failure.place(call)
    found = [
        (failure.place(word), words[word.arg]) for word in call.keywords if word.arg is not None and word.arg in words
    ]
    if not found or place.line != place.end_line:
        return None
    text = place.text
    for word, name in sorted(found, key=lambda each: each[0].column, reverse=True):
        start = word.column - place.column
        text = f"{text[:start]}{name}{text[start + word.text.index('=') :].lstrip()}"
    return failure.instead(call, text)


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    "alias": _removed,
    "no_attribute": _of_attribute,
    "not_in_module": _of_module,
    "removed": _removed,
    "removed_in_2": _removed,
    "module_init": _super,
    "no_forward": _no_forward,
    "not_a_module": _of_modules,
    "unknown_argument": _keyword,
    "saved_names": _state,
}
"""By the kind of the message."""
