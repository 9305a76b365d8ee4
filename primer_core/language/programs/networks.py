"""What a program has of PyTorch besides tensors: layers, losses, optimisers, data sets and loaders, all of them real.

A class that a program derives from ``nn.Module`` or ``Dataset`` is one of PyTorch's, too: its methods are walked by the
interpreter when PyTorch calls them. What can be asked of such objects is written down here, name by name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import prod
from typing import Any

import numpy as np

from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_SIZE, Refused, thousands
from primer_core.language.programs import images, lazy, resampling, walks
from primer_core.language.programs.values import CLASS

LAYERS = (
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d", "AlphaDropout", "AvgPool1d", "AvgPool2d", "AvgPool3d", "BatchNorm1d", "BatchNorm2d",
    "BatchNorm3d", "Bilinear", "CELU", "ChannelShuffle", "CircularPad1d", "CircularPad2d", "ConstantPad1d",
    "ConstantPad2d", "ConstantPad3d", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d",
    "ConvTranspose3d", "CosineSimilarity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "ELU", "Embedding",
    "EmbeddingBag", "Flatten", "Fold", "GELU", "GLU", "GroupNorm", "GRU", "GRUCell", "Hardshrink", "Hardsigmoid",
    "Hardswish", "Hardtanh", "Identity", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LayerNorm",
    "LeakyReLU", "Linear", "LocalResponseNorm", "LogSigmoid", "LogSoftmax", "LSTM", "LSTMCell", "MaxPool1d",
    "MaxPool2d", "MaxPool3d", "MaxUnpool2d", "Mish", "ModuleDict", "ModuleList", "MultiheadAttention",
    "PairwiseDistance", "Parameter", "ParameterList", "PixelShuffle", "PixelUnshuffle", "PReLU", "ReflectionPad1d",
    "ReflectionPad2d", "ReLU", "ReLU6", "ReplicationPad1d", "ReplicationPad2d", "RMSNorm", "RNN", "RNNCell", "RReLU",
    "SELU", "Sequential", "Sigmoid", "SiLU", "Softmax", "Softmax2d", "Softmin", "Softplus", "Softshrink", "Softsign",
    "Tanh", "Tanhshrink", "Threshold", "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer",
    "Unflatten", "Unfold", "Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d", "ZeroPad1d", "ZeroPad2d",
    "ZeroPad3d",
)  # fmt: skip
LOSSES = (
    "BCELoss", "BCEWithLogitsLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "CTCLoss", "GaussianNLLLoss",
    "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MarginRankingLoss", "MSELoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss",
    "TripletMarginLoss",
)  # fmt: skip
OPTIMISERS = (
    "Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD",
)  # fmt: skip
SCHEDULES = (
    "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR", "LambdaLR",
    "LinearLR", "MultiplicativeLR", "MultiStepLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR",
    "StepLR",
)  # fmt: skip
DATA = (
    "BatchSampler", "ConcatDataset", "DataLoader", "Dataset", "RandomSampler", "SequentialSampler", "Subset",
    "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler",
)  # fmt: skip

MADE: Mapping[str, str] = {
    **{f"torch.nn.{name}": name for name in (*LAYERS, *LOSSES, *lazy.LAZY)},
    **{f"torch.optim.{name}": name for name in OPTIMISERS},
    **{f"torch.optim.lr_scheduler.{name}": name for name in SCHEDULES},
    **{f"torch.utils.data.{name}": name for name in DATA},
    **{f"torchvision.transforms.{name}": name for name in images.TRANSFORMS},
}
"""What can be made, by the name that code calls it by."""

STARTS = (
    "constant_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_", "orthogonal_", "trunc_normal_", "uniform_",
    "xavier_normal_", "xavier_uniform_", "zeros_",
)  # fmt: skip
"""What writes the first numbers of weights."""

TRANSFORMS = ("grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp", "vmap")
"""What ``torch.func`` makes of a function, or asks of one."""

FUNCTIONS: Mapping[str, Callable[[], Callable[..., Any]]] = {
    **{f"torch.nn.init.{name}": partial(lambda name: getattr(_torch().nn.init, name), name) for name in STARTS},
    "np.apply_along_axis": lambda: np.apply_along_axis,
    "np.fromfunction": lambda: np.fromfunction,
    "np.fromiter": lambda: np.fromiter,
    "np.vectorize": lambda: np.vectorize,
    **{f"np.{name}": partial(getattr, walks, name) for name in ("ndenumerate", "ndindex", "nditer")},
    **{
        f"F.{name}": partial(getattr, resampling, name)
        for name in ("affine_grid", "grid_sample", "interpolate", "scaled_dot_product_attention")
    },
    "torch.autograd.Variable": lambda: _torch().autograd.Variable,
    **{
        f"torch.nn.utils.rnn.{name}": partial(lambda name: getattr(_torch().nn.utils.rnn, name), name)
        for name in ("pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence")
    },
    "torch.autograd.functional.jacobian": lambda: _torch().autograd.functional.jacobian,
    "torch.autograd.functional.hessian": lambda: _torch().autograd.functional.hessian,
    **{f"torch.func.{name}": partial(lambda name: getattr(_torch().func, name), name) for name in TRANSFORMS},
    "torch.vmap": lambda: _torch().vmap,
    "torch.func.functional_call": lambda: _torch().func.functional_call,
    "torch.func.stack_module_state": lambda: _torch().func.stack_module_state,
    "torch.nn.utils.clip_grad_norm_": lambda: _torch().nn.utils.clip_grad_norm_,
    "torch.nn.utils.clip_grad_value_": lambda: _torch().nn.utils.clip_grad_value_,
    "torch.utils.data.random_split": lambda: _torch().utils.data.random_split,
    "torchvision.transforms.functional.to_tensor": lambda: images.to_tensor,
    "torchvision.transforms.functional.normalize": lambda: images.normalize,
    "copy.copy": lambda: copy.copy,
    "copy.deepcopy": lambda: copy.deepcopy,
}
"""What takes functions, networks and other objects of the program, by the name that code calls it by."""

_OF_PACKED = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")

BASES: Mapping[str, str] = {
    "torch.nn.Module": "Module", "torch.utils.data.Dataset": "Dataset", "torch.autograd.Function": "Function",
}  # fmt: skip
"""What a class of a program can derive from, by the name that code calls it by."""

_OF_MODULES = (
    "parameters", "named_parameters", "children", "named_children", "modules", "named_modules", "state_dict",
    "load_state_dict", "train", "eval", "zero_grad", "requires_grad_", "double", "float", "append", "apply",
    "register_forward_hook", "register_full_backward_hook", "register_buffer", "buffers", "named_buffers", "add_module",
)  # fmt: skip
_SET_HERE = "_set_by_the_program"
"""Where an object keeps which of its attributes a program has set."""

_OF_CONTEXTS = ("save_for_backward", "mark_non_differentiable", "set_materialize_grads")
_OF_SCHEDULES = (
    "_last_lr", "base_lrs", "best", "cooldown", "cooldown_counter", "factor", "gamma", "last_epoch", "milestones",
    "mode", "num_bad_epochs", "patience", "step_size", "threshold", "threshold_mode", "T_max",
)  # fmt: skip
_OF_OPTIMISERS = ("step", "zero_grad", "state_dict")
_SETTINGS = (
    "in_features", "out_features", "in_channels", "out_channels", "kernel_size", "stride", "padding", "training", "p",
    "num_features", "hidden_size", "embedding_dim", "num_embeddings", "normalized_shape", "momentum", "eps",
)  # fmt: skip


def make(name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
    """Make a layer, a loss, an optimiser, a data set or a loader.

    Raises
    ------
    Refused
        If it would have more numbers than are computed here, or would start processes.
    Exception
        Whatever PyTorch raises at arguments that do not fit.
    """
    values = (*positional, *keywords.values())
    whole = [each for value in values for each in _numbers(value)]
    if prod(each for each in whole if each > 1) > 4 * MAX_SIZE or any(each > MAX_SIZE for each in whole):
        raise Refused(f"This would have more than {thousands(MAX_SIZE)} weights. Smaller layers show the same.")
    if keywords.get("num_workers"):
        raise Refused("num_workers is 0 here: a program starts no processes.")
    if str(keywords.get("device")) not in ("None", "cpu"):
        raise Refused("Everything is computed on the device cpu here.")
    return _class_of(name)(*positional, **keywords)


def knows(full: str) -> bool:
    """Return whether something can be made or called here by the name that code calls it by."""
    return full in MADE or full in FUNCTIONS


def is_made(kind: type) -> bool:
    """Return whether a class is one whose objects `make` makes."""
    return kind.__name__ in MADE.values() and _class_of(kind.__name__) is kind


def base(name: str) -> type:
    """Return a class of PyTorch's by its own name."""
    found: type = _class_of(name)
    return found


def derived(real: type, written: Any, run: Callable[[Any, str, Any, tuple[Any, ...], Mapping[str, Any]], Any]) -> type:
    """Return a class that derives from one of PyTorch's and has the methods that a program wrote.

    Parameters
    ----------
    real
        The class that it derives from.
    written
        What the program wrote, in which methods are found by name.
    run
        Runs a method: given what was written, the method's name, the object, and the arguments in order and by name.
    """

    def method_named(name: str) -> Callable[..., Any]:
        def called(self: Any, *values: Any, **more: Any) -> Any:
            return run(written, name, self, values, more)

        return called

    names = [name for name in ("forward", "backward", "__len__", "__getitem__") if written.has(name)]
    methods: dict[str, Any] = {name: method_named(name) for name in names}
    if is_operation(real):
        methods = {name: staticmethod(method) for name, method in methods.items()}
    return type(written.name, (real,), {CLASS: written, **methods})


def is_operation(kind: type | None) -> bool:
    """Return whether a class is an operation with a gradient of its own: derives from ```torch.autograd.Function```."""
    return kind is not None and issubclass(kind, _torch().autograd.Function)


def applying(kind: Any) -> Callable[..., Any]:
    """Return what applies an operation to tensors."""
    found: Callable[..., Any] = kind.apply
    return found


def unmade(kind: type) -> Any:
    """Return an object of a derived class before its ``__init__`` has run."""
    return object.__new__(kind)


def begin(made: Any) -> None:
    """Do what ``super().__init__()`` does for an object of a derived class."""
    torch = _torch()
    if isinstance(made, torch.nn.Module):
        torch.nn.Module.__init__(made)


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """Set an attribute of a network object.

    Raises
    ------
    Refused
        If PyTorch uses the name for itself, or the object takes none.
    Exception
        Whatever PyTorch raises, such as before ``super().__init__()``.
    """
    torch = _torch()
    if lazy.is_waiting(owner) and name == "requires_grad":
        owner.requires_grad = value
        return
    if _is_context(owner):
        if name.startswith("_") or hasattr(type(owner), name):
            raise Refused(f"{name} is a name that PyTorch uses itself. Take another one.")
        setattr(owner, name, value)
        return
    if _is_of_data(owner) and not hasattr(type(owner), CLASS):
        taken = vars(owner).setdefault(_SET_HERE, set())
        if name.startswith("_") or (hasattr(owner, name) and name not in taken):
            raise Refused(f"{name} is a name that PyTorch uses itself. Take another one.")
        setattr(owner, name, value)
        taken.add(name)
        return
    if isinstance(owner, torch.optim.Optimizer) or not hasattr(type(owner), CLASS):
        held = vars(owner).get("_parameters", {}) if isinstance(owner, torch.nn.Module) else {}
        # A layer takes any new name; that of a setting of its own would change what it computes.
        if name not in held and (not isinstance(owner, torch.nn.Module) or hasattr(owner, name)):
            if isinstance(owner, torch.optim.Optimizer) and name in owner.defaults:
                raise Refused(
                    f"An optimiser does not read {name} as an attribute of its own, but of each of its groups: "
                    f"write param_groups[0]['{name}'] behind its name."
                )
            raise Refused(f"{name} of this object cannot be set here.")
    if name != "training" and (hasattr(torch.nn.Module, name) or name in vars(torch.nn.Module())):
        raise Refused(f"{name} is a name that PyTorch uses itself. Take another one.")
    if isinstance(owner, torch.nn.Module):
        torch.nn.Module.__setattr__(owner, name, value)
    else:
        object.__setattr__(owner, name, value)


def set_item(holder: Any, place: Any, layer: Any) -> None:
    """Put another layer in the place of one that a network holds by number or by name.

    Raises
    ------
    Refused
        If the object takes none.
    Exception
        Whatever PyTorch raises, such as at a place that is not there.
    """
    torch = _torch()
    if not isinstance(holder, torch.nn.Sequential | torch.nn.ModuleList | torch.nn.ModuleDict):
        raise Refused("No part of this object can be replaced here.")
    holder[place] = layer


def is_network_object(value: Any) -> bool:
    """Return whether a value is one of those that this module makes, or derives from one."""
    if type(value) in images.TRANSFORMS.values() or type(value) is np.vectorize:
        return True
    if _is_way_back(value):
        return True
    kinds = type(value).__mro__[:-1]
    return any(kind.__module__.partition(".")[0] == "torch" for kind in kinds) and owner_of(value) is None


def attribute(value: Any, name: str) -> Any:
    """Return an attribute of a network object that is data: a parameter, a layer, a setting.

    Raises
    ------
    KeyError
        If it has none by that name that can be asked for here.
    """
    torch = _torch()
    if isinstance(value, torch.nn.Module):
        own = vars(value)
        for shelf in ("_parameters", "_modules", "_buffers"):
            if name in own.get(shelf, {}):
                return own[shelf][name]
        plain = isinstance(own.get(name), bool | int | float | str) and not name.startswith("_")
        known = plain or name in _SETTINGS or hasattr(type(value), CLASS)
        if name in own and known and name not in vars(torch.nn.Module()):
            return own[name]
        if name == "training":
            return value.training
    elif hasattr(type(value), CLASS) and name in vars(value):
        return vars(value)[name]
    if _is_context(value) and (name in ("saved_tensors", "needs_input_grad") or name in vars(value)):
        return getattr(value, name)
    if name in getattr(value, _SET_HERE, ()):
        return vars(value)[name]
    if isinstance(value, torch.optim.Optimizer) and name == "param_groups":
        return value.param_groups
    if isinstance(value, torch.utils.data.DataLoader) and name in ("dataset", "batch_size"):
        return vars(value)[name]
    if isinstance(value, torch.utils.data.TensorDataset) and name == "tensors":
        return value.tensors
    if isinstance(value, torch.utils.data.Subset) and name in ("dataset", "indices"):
        return vars(value)[name]
    if isinstance(value, torch.optim.lr_scheduler.LRScheduler) and name in _OF_SCHEDULES and name in vars(value):
        return vars(value)[name]
    if isinstance(value, torch.nn.utils.rnn.PackedSequence) and name in _OF_PACKED:
        return getattr(value, name)
    if _is_way_back(value) and name in _OF_WAYS_BACK:
        try:
            return getattr(value, name)
        except AttributeError as none:
            raise KeyError(name) from none
    raise KeyError(name)


def method(value: Any, name: str) -> Callable[..., Any]:
    """Return a method of a network object.

    Raises
    ------
    KeyError
        If it has none by that name that can be called here.
    """
    torch = _torch()
    known: tuple[str, ...] = ()
    if isinstance(value, torch.nn.Module):
        known = _OF_MODULES
    elif isinstance(value, torch.optim.Optimizer):
        known = _OF_OPTIMISERS
    elif isinstance(value, torch.optim.lr_scheduler.LRScheduler):
        known = ("step", "get_last_lr", "get_lr")
    elif _is_context(value):
        known = _OF_CONTEXTS
    elif isinstance(value, torch.utils.hooks.RemovableHandle):
        known = ("remove",)
    elif _is_way_back(value):
        known = ("name",)
    if name not in known or not hasattr(type(value), name):
        raise KeyError(name)
    found: Callable[..., Any] = getattr(value, name)
    return found


def has_method(value: Any, name: str) -> bool:
    """Return whether a value is a network object with a method by that name that can be called here."""
    if not is_network_object(value) or not hasattr(type(value), name):
        return False
    if name in ("to", "cpu") and isinstance(value, _torch().nn.Module):
        return True
    try:
        return callable(method(value, name))
    except KeyError:
        return False


def _is_of_data(value: Any) -> bool:
    """Return whether a value is a data set or a loader of PyTorch's own."""
    data = _torch().utils.data
    return isinstance(value, data.Dataset | data.DataLoader)


def _is_way_back(value: Any) -> bool:
    """Return whether a value is a step of a graph, as ``grad_fn`` gives it."""
    return callable(getattr(type(value), "name", None)) and hasattr(type(value), "next_functions")


_OF_WAYS_BACK = ("next_functions", "variable")


def _is_context(value: Any) -> bool:
    """Return whether a value is what an operation's forward leaves for its backward."""
    return isinstance(value, _torch().autograd.function.BackwardCFunction)


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        yield abs(value)
    elif isinstance(value, tuple | list):
        for each in value[:16]:
            yield from _numbers(each)


def _class_of(name: str) -> Any:
    torch = _torch()
    if name in OPTIMISERS:
        return getattr(torch.optim, name)
    if name in SCHEDULES:
        return getattr(torch.optim.lr_scheduler, name)
    if name in DATA:
        return getattr(torch.utils.data, name)
    if name in images.TRANSFORMS:
        return images.TRANSFORMS[name]
    if name in lazy.LAZY:
        return lazy.bounded(name)
    return torch.autograd.Function if name == "Function" else getattr(torch.nn, name)


def _torch() -> Any:
    from primer_core.backend.loading import load_torch

    load_torch()
    import torch
    import torch.func
    import torch.nn.utils.rnn
    import torch.optim.lr_scheduler
    import torch.utils.data
    import torch.utils.hooks

    return torch
