"""A network's ``state_dict``, saved and loaded into a network that may be another: every key with its shape."""

from __future__ import annotations

import io
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Shape
from primer_core.lessons.data_loading.question import DataLoadingQuestion

if TYPE_CHECKING:
    from torch import nn

TORCH = backend("PyTorch")

SEED = 123
PREFIX = "module."
"""What ``nn.DataParallel`` puts in front of each key."""

Verdict = Literal["fits", "missing", "unexpected", "clashes", "unasked"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the file, of the network, or of both.

    Parameters
    ----------
    name
        The key.
    saved, own
        Shape in the file, and in the network that loads it; None where it is not there.
    asked
        Whether PyTorch asks for it: it fills in what files of its early versions lack.
    """

    name: str
    saved: Shape | None
    own: Shape | None
    asked: bool = True

    @property
    def verdict(self) -> Verdict:
        """Return whether it fits, or why not."""
        if self.saved is None:
            return "missing" if self.asked else "unasked"
        if self.own is None:
            return "unexpected"
        return "fits" if self.saved == self.own else "clashes"


@dataclass(frozen=True, slots=True)
class Repair:
    """A change with which the file is loaded.

    Parameters
    ----------
    code
        What the code has then.
    puts
        Text of each field that it changes, by the field's parameter.
    fits
        How many tensors of the network come from the file then.
    total
        How many it has.
    """

    code: str
    puts: tuple[tuple[str, str], ...]
    fits: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class SavedAndLoaded:
    """What became of a file.

    Parameters
    ----------
    keys
        Those of the file in its order, then those that it lacks.
    declined
        PyTorch's error; None where it loaded the file.
    saved, loaded
        (2, 2): what both networks predict for two rows, in eval mode; `loaded` is as the network is left.
    repairs
        What would work, where PyTorch declined.
    code
        Plain Python that prints all of it.
    norm_eps
        What PyTorch's BatchNorm adds to the variance that it divides by.
    """

    keys: tuple[Key, ...]
    declined: Declined | None
    saved: NDArray[np.float32]
    loaded: NDArray[np.float32]
    repairs: tuple[Repair, ...]
    code: str
    norm_eps: float

    @property
    def predicts_same(self) -> bool:
        """Return whether both networks predict the same numbers, bit by bit."""
        return bool(np.array_equal(self.saved, self.loaded))


def explain_saving(question: DataLoadingQuestion) -> SavedAndLoaded:
    """Save one network into memory and load it into another."""
    found = _tried(question)
    return replace(found, repairs=_repairs(question)) if found.declined else found


def _tried(question: DataLoadingQuestion) -> SavedAndLoaded:
    load_torch()
    import torch

    torch.default_generator.manual_seed(SEED)
    saved = _network(question.hidden, question.norm)
    file = io.BytesIO()
    state = saved.state_dict()
    if question.keys != "plain":
        state = {PREFIX + key: tensor for key, tensor in state.items()}
    torch.save(state, file)
    file.seek(0)
    state = torch.load(file, weights_only=True)
    if question.keys == "stripped":
        state = {key.removeprefix(PREFIX): tensor for key, tensor in state.items()}
    loaded = _network(question.into_hidden, question.into_norm)
    own = {key: tuple(tensor.shape) for key, tensor in loaded.state_dict().items()}
    given = TORCH.attempt(loaded.load_state_dict, state, strict=question.strict)
    x = torch.tensor([[-0.8, 2.8], [2.6, -1.6]])
    saved.eval()
    loaded.eval()
    with torch.no_grad():
        before, after = saved(x).numpy(), loaded(x).numpy()
    kept = {key: tuple(tensor.shape) for key, tensor in state.items()}
    keys = [Key(key, shape, own.get(key)) for key, shape in kept.items()]
    missing = _missing(question, state, own)
    keys += [Key(key, None, shape, key in missing) for key, shape in own.items() if key not in kept]
    declined = given if isinstance(given, Declined) else None
    norm_eps = torch.nn.BatchNorm1d(1).eps
    return SavedAndLoaded(tuple(keys), declined, before, after, (), _code(question), norm_eps)


def _missing(question: DataLoadingQuestion, state: Any, own: dict[str, Shape]) -> frozenset[str]:
    """Ask PyTorch which keys it misses, without those of another shape, at which it would stop."""
    fitting = state.copy()
    for key in [key for key, tensor in state.items() if own.get(key) not in (None, tuple(tensor.shape))]:
        del fitting[key]
    fresh = _network(question.into_hidden, question.into_norm)
    return frozenset(fresh.load_state_dict(fitting, strict=False).missing_keys)


def _network(hidden: int, norm: bool) -> nn.Sequential:
    load_torch()
    from torch import nn

    layers: dict[str, Any] = {"hidden": nn.Linear(2, hidden)}
    if norm:
        layers["norm"] = nn.BatchNorm1d(hidden)
    layers |= {"relu": nn.ReLU(), "out": nn.Linear(hidden, 2)}
    return nn.Sequential(OrderedDict(layers))


def _repairs(question: DataLoadingQuestion) -> tuple[Repair, ...]:
    """Try what would work: the prefix taken off, a network made as it was saved, and a file that need not match."""
    stripped = replace(question, keys="stripped") if question.keys == "wrapped" else question
    alike = replace(stripped, into_hidden=question.hidden, into_norm=question.norm)
    asked = [
        ('key.removeprefix("module.")', stripped),
        (f"network({question.hidden}, norm={question.norm})", alike),
        ("strict=False", replace(question, strict=False)),
    ]
    found: list[tuple[Repair, DataLoadingQuestion]] = []
    for code, changed in asked:
        if changed == question or any(changed == before for _, before in found):
            continue
        tried = _tried(changed)
        if tried.declined is None:
            own = [key for key in tried.keys if key.own is not None]
            fits = sum(key.verdict == "fits" for key in own)
            before, after = question.texts(), changed.texts()
            puts = tuple((name, text) for name, text in after.items() if text != before[name])
            found.append((Repair(code, puts, fits, len(own)), changed))
    return tuple(repair for repair, _ in found)


def _code(question: DataLoadingQuestion) -> str:
    saved = "saved.state_dict()"
    wrapped = f'{{"{PREFIX}" + key: tensor for key, tensor in {saved}.items()}}'
    stripped = f'state = {{key.removeprefix("{PREFIX}"): tensor for key, tensor in state.items()}}\n'
    return _CODE.format(
        seed=SEED,
        hidden=question.hidden,
        norm=question.norm,
        state=saved if question.keys == "plain" else wrapped,
        stripped=stripped if question.keys == "stripped" else "",
        into_hidden=question.into_hidden,
        into_norm=question.into_norm,
        strict=question.strict,
    )


_CODE = """\
import io
from collections import OrderedDict
import torch
from torch import nn

def network(hidden, norm):
    layers = OrderedDict(hidden=nn.Linear(2, hidden))
    if norm:
        layers["norm"] = nn.BatchNorm1d(hidden)
    layers["relu"] = nn.ReLU()
    layers["out"] = nn.Linear(hidden, 2)
    return nn.Sequential(layers)

torch.manual_seed({seed})
saved = network({hidden}, norm={norm})
file = io.BytesIO()  # or the name of a file
torch.save({state}, file)

file.seek(0)
state = torch.load(file, weights_only=True)
{stripped}for key, tensor in state.items():
    print(key, tuple(tensor.shape))

loaded = network({into_hidden}, norm={into_norm})
try:
    print(loaded.load_state_dict(state, strict={strict}))
except RuntimeError as error:
    print(f"RuntimeError: {{error}}")

x = torch.tensor([[-0.8, 2.8], [2.6, -1.6]])
saved.eval()
loaded.eval()
with torch.no_grad():
    print(saved(x).tolist())
    print(loaded(x).tolist())
    print(torch.equal(saved(x), loaded(x)))"""
