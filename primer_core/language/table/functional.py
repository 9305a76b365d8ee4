"""Functions of ``torch.nn.functional``, which learners call ``F``: activations, losses, layers without a memory."""

from __future__ import annotations

from primer_core.language.table import torch_rules
from primer_core.language.table.entry import Entry
from primer_core.language.table.numpy_rules import PAD
from primer_core.language.table.rules import ELEMENTWISE, MOVED, in_lines

_ACTIVATIONS = [
    "relu",
    "relu6",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "mish",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "tanhshrink",
    "logsigmoid",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
]
_LOSSES = ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"]

ENTRIES: tuple[Entry, ...] = (
    *(Entry(f"F.{name}", "input, negative_slope, beta, | alpha, inplace, approximate", ELEMENTWISE, f"F.{name}(a)",
            texts=("approximate",)) for name in _ACTIVATIONS),
    *(Entry(f"F.{name}", "input, lambd", ELEMENTWISE, f"F.{name}(a)") for name in ("softshrink", "hardshrink")),
    Entry("F.threshold", "input, threshold, value", ELEMENTWISE, "F.threshold(a, 0.1, 0.0)"),
    Entry("F.prelu", "input, weight", torch_rules.PRELU, "F.prelu(a, torch.tensor([0.25], dtype=torch.float64))"),
    Entry("F.glu", "input, dim", torch_rules.GLU, "F.glu(t)"),
    *(Entry(f"F.{name}", "input, dim, | dtype", in_lines("dim"), f"F.{name}(t, 1)")
      for name in ("softmax", "log_softmax", "softmin")),
    Entry("F.normalize", "input, p, dim, eps", in_lines("dim", default=1), "F.normalize(t, dim=1)"),
    Entry("F.layer_norm", "input, normalized_shape, weight, bias, eps", torch_rules.LAYER_NORM,
          "F.layer_norm(t, (4,))"),
    *(Entry(f"F.{name}", "input, target, | reduction, beta, delta", torch_rules.LOSS, f"F.{name}(a, b)",
            texts=("reduction",)) for name in _LOSSES),
    Entry("F.cross_entropy", "input, target, weight, | ignore_index, reduction, label_smoothing", torch_rules.LOSS,
          "F.cross_entropy(t[0], torch.tensor([0, 1, 3]))", texts=("reduction",)),
    Entry("F.nll_loss", "input, target, weight, | ignore_index, reduction", torch_rules.LOSS,
          "F.nll_loss(t[0], torch.tensor([0, 1, 3]))", texts=("reduction",)),
    Entry("F.binary_cross_entropy", "input, target, weight, | reduction", torch_rules.LOSS,
          "F.binary_cross_entropy(torch.sigmoid(v), torch.ones_like(v))", texts=("reduction",)),
    Entry("F.binary_cross_entropy_with_logits", "input, target, weight, | reduction, pos_weight", torch_rules.LOSS,
          "F.binary_cross_entropy_with_logits(v, torch.ones_like(v))", texts=("reduction",)),
    Entry("F.kl_div", "input, target, | reduction, log_target", torch_rules.LOSS,
          "F.kl_div(a, b.abs(), reduction='sum')",
          texts=("reduction",)),
    Entry("F.poisson_nll_loss", "input, target, log_input, full, | reduction", torch_rules.LOSS,
          "F.poisson_nll_loss(v, w.abs())", texts=("reduction",)),
    Entry("F.hinge_embedding_loss", "input, target, margin, | reduction", torch_rules.LOSS,
          "F.hinge_embedding_loss(v, torch.ones_like(v))", texts=("reduction",)),
    Entry("F.soft_margin_loss", "input, target, | reduction", torch_rules.LOSS,
          "F.soft_margin_loss(v, torch.ones_like(v))", texts=("reduction",)),
    Entry("F.gaussian_nll_loss", "input, target, var, full, eps, reduction", torch_rules.LOSS,
          "F.gaussian_nll_loss(v, w, torch.ones_like(v))", texts=("reduction",)),
    Entry("F.cosine_similarity", "x1, x2, dim, eps", torch_rules.ALONG_BOTH, "F.cosine_similarity(t, u, dim=1)"),
    Entry("F.pairwise_distance", "x1, x2, p, eps", torch_rules.LAST_OF_BOTH, "F.pairwise_distance(t[0], u[0])"),
    Entry("F.linear", "input, weight, bias", torch_rules.LINEAR, "F.linear(m, n.t()); F.linear(t, u[0])"),
    Entry("F.bilinear", "input1, input2, weight, bias", torch_rules.BILINEAR,
          "F.bilinear(v[None], w[None], torch.ones(1, len(v), len(v)).double())"),
    Entry("F.embedding", "input, weight", torch_rules.EMBEDDING, "F.embedding(torch.tensor([1, 0]), t[0])"),
    Entry("F.one_hot", "tensor, num_classes", torch_rules.ONE_HOT, "F.one_hot(torch.tensor([0, 2]), 3)"),
    Entry("F.dropout", "input, p, training, inplace", torch_rules.DROPOUT, "F.dropout(a, 0.5, training=False)",
          random=True),
    Entry("F.pad", "input, pad, mode, value", PAD, "F.pad(v, (1, 2)); F.pad(m, (0, 1, 1, 0), value=3.0)",
          texts=("mode",)),
    Entry("F.conv1d", "input, weight, bias, stride, padding, dilation, groups", torch_rules.CONVOLUTION,
          "F.conv1d(batch, kernel); F.conv1d(batch, kernel, stride=2, padding=1)", texts=("padding",)),
    Entry("F.conv2d", "input, weight, bias, stride, padding, dilation, groups", torch_rules.CONVOLUTION,
          "F.conv2d(t[None, :, :, :], u[None, :, :2, :2])", texts=("padding",)),
    *(Entry(f"F.{name}", "input, kernel_size, stride, padding, dilation, ceil_mode", torch_rules.POOL,
            f"F.{name}(batch, 2)")
      for name in ("max_pool1d",)),
    *(Entry(f"F.{name}", "input, kernel_size, stride, padding, dilation, ceil_mode", torch_rules.POOL,
            f"F.{name}(t[None], 2)") for name in ("max_pool2d",)),
    Entry("F.avg_pool1d", "input, kernel_size, stride, padding", torch_rules.MEAN_POOL, "F.avg_pool1d(batch, 2)"),
    Entry("F.avg_pool2d", "input, kernel_size, stride, padding", torch_rules.MEAN_POOL, "F.avg_pool2d(t[None], 2)"),
    Entry("F.pixel_shuffle", "input, upscale_factor", MOVED,
          "F.pixel_shuffle(torch.arange(16.0).reshape(1, 4, 2, 2), 2)"),
)  # fmt: skip
