"""Methods and attributes that only tensors have: what their memory, their dtype and autograd are about."""

from __future__ import annotations

from primer_core.language.table import numpy_rules as rules
from primer_core.language.table import torch_rules
from primer_core.language.table.costs import shaped
from primer_core.language.table.entry import Entry, always
from primer_core.language.table.rules import ASKED, ELEMENTWISE, LISTED, MOVED, WRITTEN, made

_DTYPES = ["float", "double", "half", "bfloat16", "int", "long", "short", "char", "byte", "bool"]
_IN_PLACE_ALONE = [
    "abs_",
    "neg_",
    "sqrt_",
    "rsqrt_",
    "square_",
    "exp_",
    "log_",
    "sin_",
    "cos_",
    "tanh_",
    "sigmoid_",
    "relu_",
    "floor_",
    "ceil_",
    "trunc_",
    "round_",
    "reciprocal_",
    "sign_",
    "erf_",
]
_IN_PLACE_WITH = ["add_", "sub_", "mul_", "div_", "pow_", "remainder_", "fmod_", "floor_divide_"]

ENTRIES: tuple[Entry, ...] = (
    # asked
    *(Entry(f"Tensor.{name}", "x", ASKED, f"a.{name}", attribute=True)
      for name in ("shape", "ndim", "dtype", "itemsize", "nbytes", "requires_grad", "is_leaf", "retains_grad",
                   "_version", "is_cuda", "is_sparse", "is_quantized")),
    *(Entry(f"Tensor.{name}", "x", ASKED, f"a.{name}", attribute=True) for name in ("device", "layout")),
    Entry("Tensor.grad_fn", "x", ASKED, "a.grad_fn", attribute=True),
    Entry("Tensor.size", "x, dim", ASKED, "a.size(); a.size(0)"),
    *(Entry(f"Tensor.{name}", "x", ASKED, f"a.{name}()")
      for name in ("dim", "ndimension", "nelement", "element_size", "storage_offset", "is_contiguous")),
    Entry("Tensor.stride", "x, dim", ASKED, "a.stride(); a.stride(0)"),
    Entry("Tensor.tolist", "x", LISTED, "a.tolist()"),
    Entry("Tensor.get_device", "x", ASKED, "a.get_device()"),
    # moved
    Entry("Tensor.T", "x", MOVED, "m.T", shares="always", attribute=True),
    Entry("Tensor.mT", "x", MOVED, "t.mT", shares="always", attribute=True),
    Entry("Tensor.H", "x", MOVED, "m.H", shares="always", attribute=True),
    Entry("Tensor.real", "x", ELEMENTWISE, "a.real", shares="always", attribute=True),
    Entry("Tensor.data", "x", MOVED, "a.data", shares="always", attribute=True),
    Entry("Tensor.grad", "x", ASKED, "a.grad", attribute=True),
    Entry("Tensor.view", "x, *shape, | dtype", rules.VIEW, "a.view(-1); t.view(4, 6); v.view(torch.int64)",
    shares="always"),
    Entry("Tensor.view_as", "x, other", torch_rules.AS_OTHER, "a.view_as(b)", shares="always"),
    Entry("Tensor.reshape_as", "x, other", torch_rules.AS_OTHER, "a.reshape_as(b)", shares="maybe"),
    Entry("Tensor.expand", "x, *sizes", rules.BROADCAST_TO, "v.expand(3, -1)", shares="always"),
    Entry("Tensor.expand_as", "x, other", torch_rules.EXPAND_AS, "v.expand_as(v)", shares="always"),
    Entry("Tensor.repeat", "x, *sizes", torch_rules.REPEATED, "v.repeat(2); m.repeat(2, 1)"),
    Entry("Tensor.unfold", "x, dimension, size, step", torch_rules.UNFOLDED, "v.unfold(0, 2, 1)", shares="always"),
    Entry("Tensor.contiguous", "x", MOVED, "a.contiguous(); m.t().contiguous()", shares="maybe"),
    Entry("Tensor.as_strided", "x, size, stride, storage_offset", torch_rules.STRIDED,
          "v.as_strided((2, 2), (1, 0)); t.as_strided((3,), (4,), 12)", shares="always"),
    Entry("Tensor.numpy", "x, | force", MOVED, "a.numpy()", shares="always"),
    Entry("Tensor.cpu", "x", MOVED, "a.cpu()", shares="always"),
    Entry("Tensor.item", "x", MOVED, "v[0].item()"),
    Entry("Tensor.type_as", "x, other", torch_rules.FIRST, "a.type_as(i)", shares="maybe"),
    # dtypes
    *(Entry(f"Tensor.{name}", "x", ELEMENTWISE, f"i.{name}()", shares="maybe") for name in _DTYPES),
    Entry("Tensor.to", "x, dtype, | device, copy", ELEMENTWISE, "a.to(torch.float32); a.to(torch.int64)",
          shares="maybe"),
    Entry("Tensor.type", "x, dtype", ELEMENTWISE, "a.type(torch.float32)", shares="maybe"),
    # made
    *(Entry(f"Tensor.{name}", "x, *size, | dtype, requires_grad", made(shaped("size")), f"a.{name}(2, 3)")
      for name in ("new_zeros", "new_ones")),
    Entry("Tensor.new_full", "x, size, fill_value", made(shaped("size")), "a.new_full((2, 3), 7.0)"),
    Entry("Tensor.new_tensor", "x, data", made(shaped("data")), "a.new_tensor([1, 2])"),
    Entry("Tensor.new_empty", "x, *size", made(shaped("size")), uninitialised=always),
    # written
    *(Entry(f"Tensor.{name}", "x", WRITTEN, f"a.{name}(); t[:, 1].{name}()", "always", "x")
      for name in _IN_PLACE_ALONE),
    *(Entry(f"Tensor.{name}", "x, other, | alpha, value, rounding_mode", WRITTEN, f"a.{name}(b); a.{name}(2)",
            "always", "x", texts=("rounding_mode",)) for name in _IN_PLACE_WITH),
    Entry("Tensor.lerp_", "x, end, weight", WRITTEN, "a.lerp_(b, 0.25)", "always", "x"),
    Entry("Tensor.copysign_", "x, other", WRITTEN, "a.copysign_(b)", "always", "x"),
    Entry("Tensor.zero_", "x", WRITTEN, "a.zero_(); t[0].zero_()", "always", "x"),
    Entry("Tensor.fill_", "x, value", WRITTEN, "a.fill_(7)", "always", "x"),
    Entry("Tensor.copy_", "x, src", WRITTEN, "a.copy_(b); m.copy_(vector)", "always", "x"),
    Entry("Tensor.clamp_", "x, min, max", WRITTEN, "a.clamp_(-1, 1); a.clamp_(min=0)", "always", "x"),
    Entry("Tensor.addcmul_", "x, tensor1, tensor2, | value", WRITTEN, "a.addcmul_(b, c, value=2)", "always", "x"),
    Entry("Tensor.addcdiv_", "x, tensor1, tensor2, | value", WRITTEN, "a.addcdiv_(b, c)", "always", "x"),
    Entry("Tensor.masked_fill_", "x, mask, value", WRITTEN, "a.masked_fill_(mask, 0.5)", "always", "x"),
    Entry("Tensor.index_fill_", "x, dim, index, value", WRITTEN, "a.index_fill_(0, index, 9)", "always", "x"),
    Entry("Tensor.index_add_", "x, dim, index, source, | alpha", WRITTEN,
          "t.index_add_(1, torch.tensor([0, 2]), u[:, :2])", "always", "x"),
    Entry("Tensor.index_copy_", "x, dim, index, source", WRITTEN, "t.index_copy_(1, torch.tensor([0, 2]), u[:, :2])",
          "always", "x"),
    *(Entry(f"Tensor.{name}", "x, dim, index, src, value, | reduce", WRITTEN,
            f"t.{name}(1, torch.tensor([[[0, 2, 1]], [[1, 0, 2]]]), u)", "always", "x", texts=("reduce",))
      for name in ("scatter_", "scatter_add_")),
    *(Entry(f"Tensor.{name}", "x, *sizes", WRITTEN, call, "always", "x") for name, call in (
        ("squeeze_", "a.squeeze_(); t.squeeze_(0)"), ("unsqueeze_", "a.unsqueeze_(0)"), ("t_", "m.t_()"),
        ("transpose_", "t.transpose_(0, 2)"))),
    *(Entry(f"Tensor.{name}", "x, first, second, | mean, std", WRITTEN, f"a.{name}()", "always", "x", random=True)
      for name in ("normal_", "uniform_", "random_", "bernoulli_")),
    # autograd
    Entry("Tensor.backward", "x, gradient, retain_graph, create_graph, | inputs", torch_rules.BACKWARD,
          "a.requires_grad_().sum().backward()"),
    Entry("Tensor.resize_", "x, *sizes", torch_rules.RESIZED, "v.resize_(1); t.resize_(2, 2)", writes="x"),
    Entry("Tensor.requires_grad_", "x, requires_grad", ASKED, "a.requires_grad_().requires_grad", shares="always"),
    Entry("Tensor.detach_", "x", ASKED, "a.detach_()", shares="always"),
    Entry("Tensor.retain_grad", "x", ASKED, "(a.requires_grad_() * 2).retain_grad()"),
    Entry("Tensor.requires_grad=", "x, value", WRITTEN, "a.requires_grad = True", writes="x"),
    Entry("Tensor.grad=", "x, value", WRITTEN, "a.grad = b; a.grad = None", writes="x"),
    Entry("Tensor.data=", "x, value", WRITTEN, "a.data = b", writes="x"),
)  # fmt: skip
