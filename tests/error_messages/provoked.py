"""Code that raises: for each kind of message at least one line, with the facts that must be read out of it."""

from dataclasses import dataclass, field
from typing import Any

from primer_core.error_messages.kinds.state_dict import SavedSize

HEADER = """
import io, json, math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
"""


@dataclass(frozen=True, slots=True)
class Provoked:
    """A message that is really raised.

    Parameters
    ----------
    kind
        As which it must be recognised.
    code
        That raises it, behind `HEADER`.
    facts
        Fields of the cause.
    """

    kind: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


PROVOKED: tuple[Provoked, ...] = (
    Provoked("broadcast", "np.ones((4, 3)) + np.ones(4)", {"shapes": ((4, 3), (4,))}),
    Provoked("broadcast", "np.ones((4, 3)) + np.ones(4) * np.ones((2, 2))", {"shapes": ((4,), (2, 2))}),
    Provoked("broadcast", "np.broadcast_shapes((4, 3), (4,))", {"shapes": ((4, 3), (4,))}),
    Provoked("broadcast_torch", "torch.ones(4, 3) + torch.ones(4)", {"size_a": 3, "size_b": 4, "axis": 1}),
    Provoked("broadcast_torch", "torch.ones(3).add_(torch.ones(2))", {"size_a": 3, "size_b": 2, "axis": 0}),
    Provoked("broadcast_torch", "torch.broadcast_shapes((4, 3), (4,))", {"shapes": ((4, 3), (4,))}),
    Provoked("output", "a = np.ones(3)\na += np.ones((2, 3))", {"output": (3,), "result": (2, 3)}),
    Provoked("output_torch", "torch.ones(4, 3).add_(torch.ones(2, 4, 3))", {"output": (4, 3), "result": (2, 4, 3)}),
    Provoked("output_torch", "torch.ones(3).add_(torch.ones(2, 3))", {"output": (3,), "result": (2, 3)}),
    Provoked("stretch", "np.broadcast_to(np.ones(3), (2, 4))", {"shape": (3,), "target": (2, 4)}),
    Provoked("stretch_axes", "np.broadcast_to(np.ones((2, 3)), (3,))"),
    Provoked("stretch_axes", "np.broadcast_to(np.ones((2, 3)), ())"),
    Provoked("stretch_torch", "torch.ones(3).expand(2, 4)", {"shape": (3,), "target": (2, 4)}),
    Provoked("stretch_torch", "torch.zeros(2, 3)[0] = torch.ones(2)", {"shape": (2,), "target": (3,)}),
    Provoked("stretch_torch", "a = torch.zeros(2, 3)\na[:] = torch.ones(4, 3)", {"shape": (4, 3), "target": (2, 3)}),
    Provoked("stretch_axes_torch", "torch.ones(2, 3).expand(3)", {"shape": (2, 3), "target": (3,)}),
    Provoked("stretch_axes_torch", "a = torch.zeros(3)\na[0] = torch.ones(2)", {"shape": (2,), "target": ()}),
    Provoked("value", "a = np.zeros((2, 3))\na[:] = np.ones((4, 3))", {"value": (4, 3), "place": (2, 3)}),
    Provoked("value", "a = np.zeros((2, 3))\na[0] = [1, 2]", {"value": (2,), "place": (3,)}),
    Provoked("value_by_list", "a = np.zeros((2, 3))\na[[0, 1]] = np.ones((3, 3))", {"value": (3, 3), "place": (2, 3)}),
    Provoked(
        "value_by_list_torch", "a = torch.zeros(2, 3)\na[[0, 1]] = torch.ones(3, 3)", {"value": (3, 3), "place": (2, 3)}
    ),
    Provoked("value_by_list_torch", "a = torch.zeros(3)\na[a > -1] = torch.ones(2)", {"value": (2,), "place": (3,)}),
    Provoked("mask_values", "a = np.zeros(3)\na[a > -1] = [1, 2]", {"values": 2, "cells": 3}),
    Provoked("target_shape", "nn.BCELoss()(torch.ones(4, 1), torch.ones(4))", {"prediction": (4, 1), "target": (4,)}),
    Provoked(
        "target_shape",
        "nn.BCEWithLogitsLoss()(torch.ones(4, 1), torch.ones(4))",
        {"prediction": (4, 1), "target": (4,)},
    ),
    Provoked("matmul", "np.ones((2, 3)) @ np.ones((2, 3))", {"left": 3, "right": 2}),
    Provoked("matmul_batch", "np.ones((2, 2, 3)) @ np.ones((3, 3, 2))", {"a": (2, 2, 3), "b": (3, 3, 2)}),
    Provoked("dot", "np.dot(np.ones((3, 2)), np.ones((3, 2)))", {"a": (3, 2), "b": (3, 2), "layer": False}),
    Provoked("dot", "np.dot(np.ones(3), np.ones(4))", {"a": (3,), "b": (4,), "layer": False}),
    Provoked("dot", "np.inner(np.ones((2, 3)), np.ones((2, 4)))", {"a": (2, 3), "b": (4, 2), "layer": False}),
    Provoked(
        "matmul_torch", "torch.ones(64, 784) @ torch.ones(512, 10)", {"a": (64, 784), "b": (512, 10), "layer": False}
    ),
    Provoked("matmul_torch", "torch.ones(3) @ torch.ones(2, 4)", {"a": (1, 3), "b": (2, 4), "layer": False}),
    Provoked(
        "matmul_torch", "nn.Linear(784, 10)(torch.ones(64, 28, 28))", {"a": (1792, 28), "b": (784, 10), "layer": True}
    ),
    Provoked("matrix_vector_torch", "torch.ones(2, 3) @ torch.ones(2)", {"a": (2, 3), "b": (2,), "layer": False}),
    Provoked("dot_torch", "torch.dot(torch.ones(3), torch.ones(4))", {"a": (3,), "b": (4,), "layer": False}),
    Provoked("bmm_torch", "torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 3, 4))", {"wanted": (2, 4), "given": (2, 3)}),
    Provoked("matrix_torch", "torch.mm(torch.ones(2, 3), torch.ones(3))", {"function": "mm", "wanted": 2, "given": 1}),
    Provoked("matrix_torch", "torch.mm(torch.ones(3), torch.ones(2, 3))", {"function": "mm", "wanted": 2, "given": 1}),
    Provoked(
        "bmm_axes_torch",
        "torch.bmm(torch.ones(3, 4), torch.ones(4, 3))",
        {"function": "bmm", "wanted": 3, "given": None},
    ),
    Provoked(
        "dot_axes_torch",
        "torch.dot(torch.ones(2, 2), torch.ones(2, 2))",
        {"function": "dot", "wanted": 1, "given": None},
    ),
    Provoked("matmul_number", "np.ones((2, 3)) @ 2"),
    Provoked("matmul_number_torch", "torch.ones(2, 3) @ torch.tensor(2.0)"),
    Provoked(
        "einsum_torch",
        "torch.einsum('ij,jk->ik', torch.ones(2, 3), torch.ones(2, 3))",
        {"letter": "j", "size": 2, "seen": 3, "operand": 1},
    ),
    Provoked("einsum_output", "np.einsum('ij,jk->iz', np.ones((2, 3)), np.ones((3, 3)))", {"letter": "z"}),
    Provoked("einsum_output_torch", "torch.einsum('ij,jk->iz', torch.ones(2, 3), torch.ones(3, 3))", {"letter": "z"}),
    Provoked("not_square", "np.linalg.inv(np.ones((2, 3)))"),
    Provoked("not_square_torch", "torch.linalg.inv(torch.ones(2, 3))", {"rows": 2, "columns": 3}),
    Provoked("singular", "np.linalg.inv(np.ones((2, 2)))"),
    Provoked("singular_torch", "torch.linalg.inv(torch.ones(2, 2))"),
    Provoked("index", "np.ones(3)[3]", {"index": 3, "axis": 0, "size": 3}),
    Provoked("index", "np.ones((2, 3))[2]", {"index": 2, "axis": 0, "size": 2}),
    Provoked("index", "np.ones((2, 3))[0, 5]", {"index": 5, "axis": 1, "size": 3}),
    Provoked("index_torch", "torch.ones(3)[3]", {"index": 3, "axis": 0, "size": 3}),
    Provoked("index_torch", "torch.ones(2, 3)[2]", {"index": 2, "axis": 0, "size": 2}),
    Provoked("index_torch", "torch.ones(2, 3)[0, 5]", {"index": 5, "axis": 1, "size": 3}),
    Provoked("too_many_indices", "np.ones((2, 3))[0, 0, 0]", {"axes": 2, "parts": 3}),
    Provoked("too_many_indices", "np.array(5)[0]", {"axes": 0, "parts": 1}),
    Provoked("too_many_indices", "np.ones(2)[:, :]", {"axes": 1, "parts": 2}),
    Provoked("too_many_indices_torch", "torch.ones(2, 3)[0, 0, 0]", {"axes": 2, "parts": None}),
    Provoked("too_many_indices_torch", "torch.ones(3)[:, 0]", {"axes": 1, "parts": None}),
    Provoked("index_kind", "np.ones(3)[1.0]"),
    Provoked("index_kind_torch", "torch.ones(3)[1.0]"),
    Provoked("index_dtype", "np.ones(3)[np.array([0.0, 1.0])]"),
    Provoked("index_dtype_torch", "torch.ones(3)[torch.tensor([1.0])]"),
    Provoked("mask", "np.ones((3, 2))[np.ones((3, 1), bool)]", {"axis": 1, "size": 2, "mask_size": 1}),
    Provoked("mask", "np.ones((3, 2))[np.ones(4, bool)]", {"axis": 0, "size": 3, "mask_size": 4}),
    Provoked(
        "mask_torch",
        "torch.ones(3, 2)[torch.ones(3, 1, dtype=torch.bool)]",
        {"mask": (3, 1), "shape": (3, 2), "mask_axis": 1, "axis": 1},
    ),
    Provoked(
        "mask_torch",
        "torch.ones(3, 2)[torch.ones(4, dtype=torch.bool)]",
        {"mask": (4,), "shape": (3, 2), "mask_axis": 0, "axis": 0},
    ),
    Provoked("index_lists", "np.ones((2, 3))[[0, 1], [0, 1, 2]]", {"shapes": ((2,), (3,))}),
    Provoked("index_lists_torch", "torch.ones(2, 3)[[0, 1], [0, 1, 2]]", {"shapes": ((2,), (3,))}),
    Provoked("list_index", "[1, 2, 3][np.array([1, 2])]"),
    Provoked("list_index_torch", "range(torch.tensor(1.0))"),
    Provoked("number_index", "np.float64(3)[0]"),
    Provoked("number_index_torch", "torch.tensor(5)[0]"),
    Provoked("no_length", "len(np.array(3))"),
    Provoked("no_length", "for x in np.array(3):\n    pass"),
    Provoked("no_length_torch", "len(torch.tensor(1))"),
    Provoked("no_length_torch", "for x in torch.tensor(1):\n    pass"),
    Provoked("axis", "np.add.reduce(np.ones((2, 3)), axis=5)", {"axis": 5, "axes": 2}),
    Provoked("axis", "np.ones((2, 3)).sum(axis=2)", {"axis": 2, "axes": 2}),
    Provoked("axis", "np.swapaxes(np.ones((2, 3)), 0, 2)", {"axis": 2, "axes": 2}),
    Provoked("axis_torch", "torch.ones(3).sum(dim=1)", {"axis": 1, "axes": 1}),
    Provoked("axis_torch", "torch.ones(2, 3).sum(dim=2)", {"axis": 2, "axes": 2}),
    Provoked("axis_torch", "torch.ones(2, 3).unsqueeze(4)", {"axis": 4, "axes": 3}),
    Provoked("gather_axes_torch", "torch.gather(torch.ones(2, 3), 1, torch.tensor([0, 1]))"),
    Provoked("gather_axes_torch", "torch.zeros(2, 3).scatter_(1, torch.tensor([0]), 1.0)"),
    Provoked("class", "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.tensor([0, 1, 2, 3]))", {"target": 3}),
    Provoked("row_torch", "nn.Embedding(10, 3)(torch.tensor([10]))", {"index": None, "rows": None}),
    Provoked("one_hot_torch", "F.one_hot(torch.tensor([3]), 3)"),
    Provoked("slice_step_torch", "torch.ones(3)[::-1]"),
    Provoked("empty_reduction", "np.max(np.array([]))"),
    Provoked("empty_reduction", "np.array([]).min()"),
    Provoked("empty_place", "np.argmax([])"),
    Provoked(
        "dtypes_differ", "torch.ones(3, dtype=torch.float64) @ torch.ones(3)", {"one": "float64", "other": "float32"}
    ),
    Provoked(
        "dtypes_differ",
        "torch.ones(2, 3, dtype=torch.float64) @ torch.ones(3, 2)",
        {"one": "float64", "other": "float32"},
    ),
    Provoked(
        "dtypes_differ", "torch.ones(2, 3, dtype=torch.int64) @ torch.ones(3, 2)", {"one": "int64", "other": "float32"}
    ),
    Provoked("mixed_dtype_torch", "nn.BatchNorm1d(3)(torch.ones(4, 3, dtype=torch.float64))"),
    Provoked(
        "class_dtype_torch",
        "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.tensor([0.0, 1, 2, 0]))",
        {"found": "float32"},
    ),
    Provoked(
        "class_dtype_torch",
        "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.tensor([0, 1, 2, 0], dtype=torch.int32))",
        {"found": "int32"},
    ),
    Provoked(
        "probabilities_dtype_torch",
        "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.zeros(4, 3, dtype=torch.int64))",
        {"found": "int64"},
    ),
    Provoked(
        "stored_dtype", "a = np.ones(3, int)\na += 0.5", {"operation": "add", "result": "float64", "output": "int64"}
    ),
    Provoked(
        "stored_dtype", "a = np.ones(3, int)\na /= 2", {"operation": "divide", "result": "float64", "output": "int64"}
    ),
    Provoked(
        "stored_dtype_torch",
        "nn.BCEWithLogitsLoss()(torch.ones(4), torch.ones(4, dtype=torch.int64))",
        {"operation": "", "result": "float32", "output": "int64"},
    ),
    Provoked("mean_dtype_torch", "torch.ones(3, dtype=torch.int64).mean()", {"function": "mean", "found": "int64"}),
    Provoked("spread_dtype_torch", "torch.arange(3).std()", {"function": "std", "found": ""}),
    Provoked("norm_dtype_torch", "torch.arange(3).norm()", {"function": "norm", "found": "int64"}),
    Provoked(
        "not_implemented_torch",
        "nn.CrossEntropyLoss()(torch.ones(4, 3, dtype=torch.int64), torch.zeros(4, dtype=torch.int64))",
        {"routine": "log_softmax_lastdim_kernel_impl", "dtype": "int64"},
    ),
    Provoked(
        "not_implemented_torch",
        "torch.arange(3).softmax(0)",
        {"routine": "softmax_lastdim_kernel_impl", "dtype": "int64"},
    ),
    Provoked(
        "not_implemented_torch", "torch.arange(3).uniform_()", {"routine": "check_uniform_bounds", "dtype": "int64"}
    ),
    Provoked(
        "loss_dtype_torch",
        "nn.BCELoss()(torch.ones(4), torch.ones(4, dtype=torch.int64))",
        {"expected": "float32", "found": "int64"},
    ),
    Provoked("indices_dtype_torch", "nn.Embedding(10, 3)(torch.tensor([1.0]))", {"found": "float32"}),
    Provoked("number_too_large", "np.uint8(300)", {"number": "300", "dtype": "uint8"}),
    Provoked("number_too_large", "a = np.zeros(2, np.uint8) - 1\na + -1", {"number": "-1", "dtype": "uint8"}),
    Provoked("number_too_large_torch", "torch.tensor([300], dtype=torch.uint8)", {"number": "", "dtype": "uint8"}),
    Provoked("number_too_large_torch", "torch.tensor([1e309], dtype=torch.int64)", {"number": "", "dtype": "int64"}),
    Provoked("bool_minus", "np.array([True]) - np.array([True])"),
    Provoked("bool_negative", "-np.array([True])"),
    Provoked("bool_negative", "-torch.tensor([True])"),
    Provoked("bool_minus_torch", "torch.tensor([True]) - torch.tensor([True])"),
    Provoked("negative_power", "np.array([1, 2]) ** (-1)"),
    Provoked("negative_power", "torch.tensor([1, 2]) ** (-1)"),
    Provoked("ufunc_loop", "np.array(['a']) + 1", {"function": "add", "dtypes": ("<U1", "int64")}),
    Provoked("ufunc_loop", "np.array([1, 2]) > 'a'", {"function": "greater", "dtypes": ("Int64DType", "StrDType")}),
    Provoked("ufunc_types", "~np.array([1.0])", {"function": "invert"}),
    Provoked("ufunc_types", "np.array([1.0]) & np.array([2.0])", {"function": "bitwise_and"}),
    Provoked("ufunc_types", "np.array([1.0]) % 'a'", {"function": "remainder"}),
    Provoked("nan_to_int", "int(np.nan)"),
    Provoked(
        "index_put_dtype_torch",
        "a = torch.zeros(3)\na[[0]] = torch.ones(1, dtype=torch.float64)",
        {"place": "float32", "value": "float64"},
    ),
    Provoked("grad_dtype_torch", "torch.arange(3).requires_grad_()"),
    Provoked("grad_dtype_torch", "torch.tensor([1, 2], requires_grad=True)"),
    Provoked("devices", "torch.ones(2, device='meta') + torch.ones(2)", {"one": "cpu", "other": "meta"}),
    Provoked("devices", "nn.Linear(3, 2, device='meta')(torch.ones(2, 3))", {"one": "meta", "other": "cpu"}),
    Provoked("numpy_device", "torch.ones(2, device='meta').numpy()", {"device": "meta"}),
    Provoked("no_gpu", "torch.ones(2).to('cuda')"),
    Provoked("device_name", "torch.ones(2).to('foo')", {"name": "foo"}),
    Provoked("memory", "np.zeros(10 ** 13)", {"size": "72.8 TiB", "shape": (10000000000000,), "dtype": "float64"}),
    Provoked("memory_torch", "torch.zeros(10 ** 13)", {"bytes": 40000000000000}),
    Provoked("backward_shape", "torch.ones(3, requires_grad=True).backward()"),
    Provoked("no_grad_fn", "torch.ones(3).requires_grad_().sum().backward()\ntorch.ones(3).backward()"),
    Provoked("backward_twice", "x = torch.ones(3, requires_grad=True)\ny = (x ** 2).sum()\ny.backward()\ny.backward()"),
    Provoked(
        "changed_in_place",
        "x = torch.ones(3, requires_grad=True)\ny = x.exp()\ny += 1\ny.sum().backward()",
        {"shape": (3,), "dtype": "float32", "operation": "Exp"},
    ),
    Provoked("leaf_view_in_place", "x = torch.ones(3, requires_grad=True)\nx[0] = 1"),
    Provoked("leaf_in_place", "x = torch.ones(3, requires_grad=True)\nx += 1"),
    Provoked("numpy_grad", "torch.ones(2, requires_grad=True).numpy()"),
    Provoked(
        "requires_grad_result",
        "x = torch.ones(3, requires_grad=True)\nx.requires_grad = False\ny = x * 2\ny.requires_grad = True\nz = "
        "torch.ones(2, requires_grad=True) * 2\nz.requires_grad = False",
    ),
    Provoked(
        "unused",
        "x = torch.ones(3, requires_grad=True)\ntorch.autograd.grad(x.sum(), torch.ones(2, requires_grad=True))",
    ),
    Provoked("no_parameters", "torch.optim.SGD(nn.ReLU().parameters(), lr=0.1)"),
    Provoked("optimizer_leaf", "torch.optim.SGD([torch.ones(2) * torch.ones(2, requires_grad=True)], lr=0.1)"),
    Provoked("optimizer_list", "torch.optim.SGD(torch.ones(2), lr=0.1)"),
    Provoked(
        "gradient_shape",
        "x = torch.ones(3, requires_grad=True)\n(x * 2).backward(torch.ones(2))",
        {"gradient": (2,), "result": (3,)},
    ),
    Provoked(
        "saved_sizes",
        "nn.Linear(3, 2).load_state_dict(nn.Linear(4, 2).state_dict())",
        {"sizes": (SavedSize("weight", (2, 4), (2, 3)),)},
    ),
    Provoked(
        "saved_names",
        "nn.Sequential(nn.Linear(3, 2)).load_state_dict({'module.0.weight': torch.ones(2, 3), 'module.0.bias': "
        "torch.ones(2)})",
        {"missing": ("0.weight", "0.bias"), "unexpected": ("module.0.weight", "module.0.bias")},
    ),
    Provoked(
        "saved_names",
        "nn.Linear(3, 2).load_state_dict({'weight': torch.ones(2, 3)})",
        {"missing": ("bias",), "unexpected": ()},
    ),
    Provoked(
        "saved_names",
        "nn.Linear(3, 2).load_state_dict({'weight': torch.ones(2, 3), 'bias': torch.ones(2), 'foo': 1})",
        {"missing": (), "unexpected": ("foo",)},
    ),
    Provoked("state_dict_type", "nn.Linear(3, 2).load_state_dict(nn.Linear(3, 2))"),
    Provoked("state_dict_type", "nn.Linear(3, 2).load_state_dict('x.pt')"),
    Provoked("weights_only", "b = io.BytesIO()\ntorch.save(nn.Linear(2, 2), b)\nb.seek(0)\ntorch.load(b)"),
    Provoked("view", "torch.ones(2, 3).t().view(6)"),
    Provoked("shared_element", "torch.ones(3).expand(2, 3).add_(1)"),
    Provoked("shifted_memory", "a = torch.ones(4)\na[1:] += a[:-1]"),
    Provoked("negative_stride", "torch.from_numpy(np.ones(3)[::-1])"),
    Provoked("read_only", "a = np.ones(3)\na.flags.writeable = False\na[0] = 1"),
    Provoked("resize", "a = np.ones(3)\nb = a[:]\na.resize(5)"),
    Provoked("reshape", "np.vdot(np.ones(3), np.ones(4))", {"size": 4, "shape": (3,)}),
    Provoked("reshape", "np.ones((2, 3)).reshape(4, 2)", {"size": 6, "shape": (4, 2)}),
    Provoked("reshape", "np.ones((2, 3)).reshape(-1, 4)", {"size": 6, "shape": (4,)}),
    Provoked("reshape_torch", "torch.ones(2, 3).view(4, 2)", {"size": 6, "shape": (4, 2)}),
    Provoked("reshape_torch", "torch.ones(2, 3).view(-1, 4)", {"size": 6, "shape": (-1, 4)}),
    Provoked("two_unknown", "np.ones((2, 3)).reshape(-1, -1)"),
    Provoked("two_unknown_torch", "torch.ones(2, 3).view(-1, -1)"),
    Provoked("transpose", "np.ones((2, 3)).transpose(0, 1, 2)"),
    Provoked("permute", "torch.ones(2, 3).permute(0, 1, 2)", {"axes": 2, "given": 3}),
    Provoked("transpose_t", "torch.ones(2, 3, 4).t()", {"axes": 3}),
    Provoked("squeeze", "np.squeeze(np.ones((2, 3)), 0)"),
    Provoked("negative_size", "np.zeros(-1)"),
    Provoked(
        "join", "np.corrcoef([1, 2], [1, 2, 3])", {"axis": 1, "joined": False, "first": 2, "second": 3, "place": 1}
    ),
    Provoked(
        "join_torch",
        "torch.cat([torch.ones(2, 3), torch.ones(2, 4)])",
        {"axis": 0, "joined": True, "first": 3, "second": 4, "place": 1},
    ),
    Provoked("join_axes", "np.concatenate([np.ones((2, 3)), np.ones(3)])", {"first": 2, "second": 1}),
    Provoked("join_axes_torch", "torch.cat([torch.ones(2, 3), torch.ones(3)])", {"first": 2, "second": 1}),
    Provoked("stack", "np.stack([np.ones(2), np.ones(3)])"),
    Provoked("stack_torch", "torch.stack([torch.ones(2), torch.ones(3)])", {"first": (2,), "second": (3,), "place": 1}),
    Provoked("ragged", "np.array([[1, 2], [3]])", {"shape": (2,)}),
    Provoked("ragged_torch", "torch.tensor([[1, 2], [3]])", {"wanted": 2, "given": 1, "axis": 1}),
    Provoked("ragged_torch", "torch.tensor([np.ones(2), np.ones(3)])", {"wanted": 2, "given": 3, "axis": 1}),
    Provoked("join_nothing", "np.concatenate([])"),
    Provoked("join_nothing", "np.stack([])"),
    Provoked("join_nothing_torch", "torch.cat([])"),
    Provoked("join_nothing_torch", "torch.stack([])"),
    Provoked("join_numbers", "np.concatenate([1, 2])"),
    Provoked("join_numbers_torch", "torch.cat([torch.tensor(1), torch.tensor(2)])"),
    Provoked("split", "np.split(np.ones(5), 2)"),
    Provoked("collate", "next(iter(DataLoader([None], batch_size=2)))"),
    Provoked("collate_lists", "next(iter(DataLoader([[1, 2], [1]], batch_size=2)))"),
    Provoked("dataset_sizes", "TensorDataset(torch.ones(2), torch.ones(3))"),
    Provoked("no_samples", "DataLoader([], batch_size=2, shuffle=True)"),
    Provoked(
        "channels",
        "nn.Conv2d(3, 8, 3)(torch.ones(1, 1, 28, 28))",
        {"weight": (8, 3, 3, 3), "input": (1, 1, 28, 28), "wanted": 3, "given": 1},
    ),
    Provoked(
        "channels",
        "nn.Conv1d(3, 8, 3)(torch.ones(1, 5, 10))",
        {"weight": (8, 3, 3), "input": (1, 5, 10), "wanted": 3, "given": 5},
    ),
    Provoked(
        "channels",
        "F.conv2d(torch.ones(1, 3, 5, 5), torch.ones(2, 1, 3, 3))",
        {"weight": (2, 1, 3, 3), "input": (1, 3, 5, 5), "wanted": 1, "given": 3},
    ),
    Provoked(
        "input_axes",
        "nn.Conv2d(3, 8, 3)(torch.ones(28, 28))",
        {"wanted": "3 axes, or 4 with a batch", "input": (28, 28)},
    ),
    Provoked("kernel", "nn.Conv2d(1, 8, 5)(torch.ones(1, 1, 3, 3))", {"picture": (3, 3), "kernel": (5, 5)}),
    Provoked("pool", "nn.MaxPool2d(2)(torch.ones(1, 1, 1, 1))", {"input": (1, 1, 1), "output": (1, 0, 0)}),
    Provoked("one_value", "nn.BatchNorm1d(3)(torch.ones(1, 3))", {"input": (1, 3)}),
    Provoked("norm_features", "nn.BatchNorm2d(3)(torch.ones(2, 4, 5, 5))", {"given": 4, "wanted": 3}),
    Provoked("norm_shape", "nn.LayerNorm(5)(torch.ones(2, 4))", {"normalized": (5,), "input": (2, 4)}),
    Provoked("step_size", "nn.LSTM(10, 20)(torch.ones(5, 3, 8))", {"wanted": 10, "given": 8}),
    Provoked(
        "hidden",
        "nn.LSTM(10, 20)(torch.ones(5, 3, 10), (torch.ones(1, 2, 20), torch.ones(1, 2, 20)))",
        {"wanted": (1, 3, 20), "given": (1, 2, 20)},
    ),
    Provoked(
        "hidden",
        "nn.RNN(10, 20)(torch.ones(5, 3, 10), torch.ones(1, 2, 20))",
        {"wanted": (1, 3, 20), "given": (1, 2, 20)},
    ),
    Provoked(
        "batches", "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.tensor([0, 1, 2]))", {"predictions": 4, "targets": 3}
    ),
    Provoked("class_axes", "nn.CrossEntropyLoss()(torch.ones(4, 3), torch.tensor([[0], [1], [2], [0]]))"),
    Provoked("probabilities_range", "nn.BCELoss()(torch.ones(4) * 2, torch.ones(4))"),
    Provoked("truth", "if np.array([1, 2]) > 1:\n    pass"),
    Provoked("truth_empty", "if np.array([]):\n    pass"),
    Provoked("truth_torch", "nn.MSELoss(torch.ones(4), torch.ones(4))"),
    Provoked("truth_empty_torch", "bool(torch.ones(0))"),
    Provoked("number", "int(np.array([1, 2]))"),
    Provoked("number_torch", "torch.tensor([torch.ones(2), torch.ones(2)])"),
    Provoked("item_torch", "torch.ones(2).item()", {"elements": 2}),
    Provoked("item", "np.array([1, 2]).item()"),
    Provoked("sequence", "a = np.zeros(3)\na[0] = [1, 2]"),
    Provoked("text_float", "a = np.ones(3)\na[0] = 'x'", {"text": "x", "kind": "float"}),
    Provoked("text_float", "np.array(['1', 'x']).astype(float)", {"text": "x", "kind": "float"}),
    Provoked("text_int", "np.tile(np.ones(3), 'a')", {"text": "a", "kind": "int"}),
    Provoked("text_int", "a = np.ones(3, int)\na[0] = 'x'", {"text": "x", "kind": "int"}),
    Provoked("text_int", "np.array(['1.5', '2']).astype(int)", {"text": "1.5", "kind": "int"}),
    Provoked("unsupported_array", "torch.tensor(np.array(['a']))", {"dtype": "str_"}),
    Provoked("unsupported_array", "torch.tensor(np.array([None]))", {"dtype": "object_"}),
    Provoked("unsupported_array", "torch.from_numpy(np.ones(3).view('S8'))", {"dtype": "bytes_"}),
    Provoked("json", "json.dumps(np.array([1]))", {"type": "ndarray"}),
    Provoked("json", "json.dumps(np.int64(1))", {"type": "int64"}),
    Provoked("json", "json.dumps(np.float32(1))", {"type": "float32"}),
    Provoked("unhashable", "{np.array([1]): 1}"),
    Provoked("no_tensor", "torch.ones(3)['a']", {"type": "str"}),
    Provoked("no_tensor", "torch.tensor(['a', 'b'])", {"type": "str"}),
    Provoked("no_tensor", "torch.tensor([None])", {"type": "NoneType"}),
    Provoked("not_an_array", "torch.from_numpy([1, 2])", {"given": "list"}),
    Provoked("not_an_array", "torch.from_numpy(np.float64(1))", {"given": "numpy.float64"}),
    Provoked("not_callable", "np.array([1]).size()", {"type": "int"}),
    Provoked("not_callable", "np.array([1]).shape()", {"type": "tuple"}),
    Provoked("not_callable", "np.array([1])(0)", {"type": "numpy.ndarray"}),
    Provoked("none_attribute", "torch.ones(2).grad.zero_()", {"name": "zero_"}),
    Provoked("removed", "np.float", {"name": "float", "instead": "float", "gone": True}),
    Provoked("removed", "np.int", {"name": "int", "instead": "int", "gone": True}),
    Provoked("removed", "np.object", {"name": "object", "instead": "object", "gone": True}),
    Provoked("removed_in_2", "np.float_", {"name": "float_", "instead": "np.float64", "gone": True}),
    Provoked("removed_in_2", "np.Inf", {"name": "Inf", "instead": "np.inf", "gone": True}),
    Provoked("removed_in_2", "np.NaN", {"name": "NaN", "instead": "np.nan", "gone": True}),
    Provoked("no_attribute", "np.array([1]).foo", {"owner": "numpy.ndarray", "name": "foo"}),
    Provoked("no_attribute", "np.array([1]).append(2)", {"owner": "numpy.ndarray", "name": "append"}),
    Provoked("no_attribute", "torch.ones(2).astype('float32')", {"owner": "Tensor", "name": "astype"}),
    Provoked(
        "argument_type",
        "torch.cat(torch.ones(3), torch.ones(3))",
        {"function": "cat", "argument": "tensors", "wanted": "tuple of Tensors", "given": "Tensor"},
    ),
    Provoked(
        "argument_type",
        "torch.stack(torch.ones(2), torch.ones(3))",
        {"function": "stack", "argument": "tensors", "wanted": "tuple of Tensors", "given": "Tensor"},
    ),
    Provoked(
        "argument_type",
        "nn.Linear(3, 2)(np.ones((4, 3)))",
        {"function": "linear", "argument": "input", "wanted": "Tensor", "given": "numpy.ndarray"},
    ),
    Provoked("argument_combination", "torch.max(3, 4)", {"function": "max", "given": "int, int"}),
    Provoked("argument_combination", "torch.where([True], 1, 0)", {"function": "where", "given": "list, int, int"}),
    Provoked(
        "argument_combination", "torch.ones(3).set_(torch.ones(3), 0)", {"function": "set_", "given": "Tensor, int"}
    ),
    Provoked("no_dtype", "np.zeros(2, 3)", {"given": "3"}),
    Provoked("no_dtype", "np.array(1, 2)", {"given": "2"}),
    Provoked("unknown_dtype", "np.dtype('foo')", {"given": "foo"}),
    Provoked("argument_missing", "np.outer(np.ones(3))", {"function": "outer", "names": "b"}),
    Provoked("argument_missing", "torch.ones(3).repeat()", {"function": "repeat", "names": "repeats"}),
    Provoked("argument_missing", "nn.Linear(3, 2)()", {"function": "Linear.forward", "names": "input"}),
    Provoked("arguments", "np.vstack(np.ones(3), np.ones(3))", {"function": "vstack", "takes": 1, "given": 2}),
    Provoked("arguments", "np.array(1, 2, 3)", {"function": "array", "takes": 2, "given": 3}),
    Provoked("arguments", "nn.Linear(3, 2)(1, 2)", {"function": "Linear.forward", "takes": 2, "given": 3}),
    Provoked("not_a_module", "nn.Sequential(nn.Linear(2, 2), F.relu)", {"given": "torch.nn.functional.relu"}),
    Provoked("not_a_module", "nn.Sequential([nn.Linear(2, 2)])", {"given": "list"}),
    Provoked(
        "not_a_module",
        "nn.Sequential(nn.ReLU(torch.ones(2)), nn.Softmax)(torch.ones(2))",
        {"given": "torch.nn.modules.activation.Softmax"},
    ),
    Provoked("module_init", "class N(nn.Module):\n\n    def __init__(self):\n        self.l = nn.Linear(2, 2)\nN()"),
    Provoked("no_forward", "class N(nn.Module):\n    pass\nN()(torch.ones(2))"),
    Provoked("no_forward", "m = nn.ModuleList([nn.Linear(2, 2)])\nm(torch.ones(2))"),
    Provoked("tuple_added", "np.where([1, 6, 8]) + 1"),
    Provoked("unpacked", "x, y = next(iter(DataLoader([1, 2])))", {"expected": 2, "got": 1}),
    Provoked("unpacked", "x, y = torch.ones(3)", {"expected": 2, "got": None}),
    Provoked("unpacked", "x, y, z = torch.ones(2, 3)", {"expected": 3, "got": 2}),
    Provoked("operand_types", "np.array([None, 1]) + 1", {"operator": "+", "left": "NoneType", "right": "int"}),
    Provoked("operand_types", "np.array([1]) + None", {"operator": "+", "left": "int", "right": "NoneType"}),
    Provoked("operand_types", "torch.ones(2, 3) @ 2", {"operator": "@", "left": "Tensor", "right": "int"}),
    Provoked("not_whole", "list(range(np.ones(1)[0]))", {"given": "numpy.float64"}),
    Provoked("not_whole", "np.zeros((2, 3.0))", {"given": "float"}),
    Provoked("not_whole", "np.random.rand((2, 3))", {"given": "tuple"}),
)
