"""Saved parameters that do not fit a model, and files that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from primer_core.claims.claim import Code, Sentence, Shape, counted
from primer_core.error_messages.cause import Cause, Kind, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import TORCH
from primer_core.error_messages.wording import SQUARE, shape_of

_MOST_KEYS = 1000


def _keys(text: str, title: str) -> tuple[str, ...]:
    """Return the keys that are listed behind a title, up to the end of its line."""
    start = text.find(title)
    if start < 0:
        return ()
    line = text[start : (text.find("\n", start) + 1 or len(text) + 1) - 1]
    return tuple(match[1] for match in islice(re.finditer(r'"([^"\n]{1,200})"', line), _MOST_KEYS))


@dataclass(frozen=True, slots=True)
class KeysDiffer(Cause):
    """The names of saved parameters are not those of the model.

    Parameters
    ----------
    missing
        Names that the model has and the file lacks.
    unexpected
        Names that the file has and the model lacks.
    """

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """Return what stands in front of every name on one side and of none on the other; empty for nothing."""
        for prefix in ("module.", "_orig_mod.", "model."):
            for one, other in ((self.missing, self.unexpected), (self.unexpected, self.missing)):
                if (
                    other
                    and all(name.startswith(prefix) for name in other)
                    and (not any(name.startswith(prefix) for name in one))
                ):
                    return prefix
        return ""

    def sentence(self) -> Sentence:
        """Count names on both sides."""
        parts = []
        if self.missing:
            parts.append(f"the model has {counted(len(self.missing), 'name')} that the saved parameters lack")
        if self.unexpected:
            parts.append(f"the saved parameters have {counted(len(self.unexpected), 'name')} that the model lacks")
        said = f"Parameters are loaded by their names, and {' and '.join(parts)}"
        return (
            (f"{said}. On one side these begin with ", Code(self.prefix), " throughout.")
            if self.prefix
            else (f"{said}.",)
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the prefix of a wrapped model, a checkpoint of several things, and another model."""
        net = "net = nn.Sequential(nn.Linear(3, 2))"
        wrapped = "saved = {'module.0.weight': torch.ones(2, 3), 'module.0.bias': torch.ones(2)}"
        plain = "net.load_state_dict(saved)"
        bare = "saved = {name.removeprefix('module.'): value for name, value in saved.items()}"
        inside = "saved = {'epoch': 3, 'model': net.state_dict()}"
        other = "saved = nn.Linear(3, 2).state_dict()"
        return (
            Mistake(
                ("The model was wrapped when it was saved (by ", Code("DataParallel"), "): take the prefix off."),
                TORCH.code(net, wrapped, plain),
                TORCH.code(net, wrapped, bare, plain),
            ),
            Mistake(
                ("The file holds more than the parameters: they are in an entry of it.",),
                TORCH.code(net, inside, plain),
                TORCH.code(net, inside, "net.load_state_dict(saved['model'])"),
            ),
            Mistake(
                ("The model is built in another way than the one that was saved.",),
                TORCH.code(net, other, plain),
                TORCH.code("net = nn.Linear(3, 2)", other, plain),
            ),
        )


def _differ(match: re.Match[str]) -> KeysDiffer | None:
    text = match.string
    missing, unexpected = _keys(text, "Missing key(s) in state_dict"), _keys(text, "Unexpected key(s) in state_dict")
    return KeysDiffer(missing, unexpected) if missing or unexpected else None


@dataclass(frozen=True, slots=True)
class SavedSize:
    """A parameter whose saved shape is not that of the model.

    Parameters
    ----------
    name
        Of the parameter.
    saved, model
        Shapes.
    """

    name: str
    saved: Shape
    model: Shape


@dataclass(frozen=True, slots=True)
class SavedSizesDiffer(Cause):
    """Saved parameters have other shapes than those of the model.

    Parameters
    ----------
    sizes
        At least one parameter.
    """

    sizes: tuple[SavedSize, ...]

    def sentence(self) -> Sentence:
        """Name the first."""
        first = self.sizes[0]
        more = len(self.sizes) - 1
        others = f" So {'is' if more == 1 else 'are'} {more} more." if more else ""
        return (
            "The model is built with other sizes than the one that was saved: ",
            Code(first.name),
            f" is {first.saved} as it was saved and {first.model} in the model.{others}",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a model of the same sizes, and a last layer that is left out."""
        saved = "saved = nn.Linear(4, 2).state_dict()"
        load = "net.load_state_dict(saved)"
        net = "net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 5))"
        large = "saved = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 1000)).state_dict()"
        body = "saved = {name: value for name, value in saved.items() if not name.startswith('1.')}"
        return (
            Mistake(
                ("Build the model with the sizes that it had.",),
                TORCH.code(saved, "net = nn.Linear(3, 2)", load),
                TORCH.code(saved, "net = nn.Linear(4, 2)", load),
            ),
            Mistake(
                ("A trained model gets a last layer of its own: leave that one out.",),
                TORCH.code(large, net, load),
                TORCH.code(large, net, body, "net.load_state_dict(saved, strict=False)"),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the first parameter, saved and in the model."""
        first = self.sizes[0]
        axes = tuple(axis for axis, (a, b) in enumerate(zip(first.saved, first.model, strict=False)) if a != b)
        return Operand("saved", first.saved, axes), Operand("model", first.model, axes)


_SIZE = re.compile(
    rf"size mismatch for ([\w.]{{1,200}}): copying a param(?:eter)? (?:with shape|of) ({SQUARE}) from checkpoint, "
    rf"(?:the shape "
    rf"in|where the shape is) (?:current model is )?({SQUARE})"
)


def _found(text: str) -> Iterator[SavedSize]:
    for match in islice(_SIZE.finditer(text), _MOST_KEYS):
        saved, model = shape_of(match[2]), shape_of(match[3])
        if saved is not None and model is not None and saved != model:
            yield SavedSize(match[1], saved, model)


def _sizes(match: re.Match[str]) -> SavedSizesDiffer | None:
    sizes = tuple(_found(match.string))
    return SavedSizesDiffer(sizes) if sizes else None


_NOT_A_DICT = Plain(
    ("Parameters are loaded from a dictionary of tensors by name, and something else is given.",),
    (
        Mistake(
            ("The model itself was given: ask it for its parameters.",),
            TORCH.code("net, old = nn.Linear(3, 2), nn.Linear(3, 2)", "net.load_state_dict(old)"),
            TORCH.code("net, old = nn.Linear(3, 2), nn.Linear(3, 2)", "net.load_state_dict(old.state_dict())"),
        ),
        Mistake(
            ("The file's name was given: load it first.",),
            TORCH.code(
                "import io",
                "net, file = nn.Linear(3, 2), io.BytesIO()",
                "torch.save(net.state_dict(), file)",
                "net.load_state_dict(file)",
            ),
            TORCH.code(
                "import io",
                "net, file = nn.Linear(3, 2), io.BytesIO()",
                "torch.save(net.state_dict(), file)",
                "file.seek(0)",
                "net.load_state_dict(torch.load(file))",
            ),
        ),
    ),
)
_WEIGHTS_ONLY = Plain(
    (
        "Since version 2.6, ",
        Code("torch.load"),
        " reads only tensors and plain values unless it is told otherwise, because anything else in a file can run "
        "code. This file holds something else.",
    ),
    (
        Mistake(
            ("A whole model was saved: save its parameters, and load them into a model that you build.",),
            TORCH.code(
                "import io",
                "net, file = nn.Linear(3, 2), io.BytesIO()",
                "torch.save(net, file)",
                "file.seek(0)",
                "torch.load(file)",
            ),
            TORCH.code(
                "import io",
                "net, file = nn.Linear(3, 2), io.BytesIO()",
                "torch.save(net.state_dict(), file)",
                "file.seek(0)",
                "net.load_state_dict(torch.load(file))",
            ),
        ),
    ),
)

KINDS: tuple[Kind, ...] = (
    kind("saved_sizes", "PyTorch", _sizes, r"size mismatch for [\w.]{1,200}: copying a param"),
    kind("saved_names", "PyTorch", _differ, r"(?:Missing|Unexpected) key\(s\) in state_dict"),
    kind(
        "saved_names_old",
        "PyTorch",
        lambda match: KeysDiffer((), (match[2],)) if match[1] == "unexpected" else KeysDiffer((match[2],), ()),
        r"(unexpected|missing) keys? (?:in source state_dict: )?\"([^\"\n]{1,200})\" in state_dict",
    ),
    kind("state_dict_type", "PyTorch", _NOT_A_DICT, r"Expected state_dict to be dict-like"),
    kind("weights_only", "PyTorch", _WEIGHTS_ONLY, r"Weights only load failed"),
)
