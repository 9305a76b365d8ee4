"""Every array function that the libraries' first pages teach is known, or there is a written reason."""

from __future__ import annotations

import pytest

from primer_core.language.evaluator import Evaluator
from primer_core.language.reader import read_expression
from primer_core.language.table import CONSTANTS, TABLE
from primer_core.language.table.dtypes import read_dtype

NUMPY_PAGES = {
    # https://numpy.org/doc/stable/user/absolute_beginners.html
    "absolute beginners": """
        np.array np.zeros np.ones np.empty np.arange np.linspace np.sort np.argsort np.lexsort np.searchsorted
        np.partition
        np.concatenate np.reshape np.newaxis np.expand_dims np.nonzero np.vstack np.hstack np.hsplit np.sum
        np.max np.min
        np.mean np.prod np.std np.unique np.flip np.square np.int64 np.float64 np.random.default_rng np.save np.savez
        np.savetxt np.load np.loadtxt
        ndarray.ndim ndarray.shape ndarray.size ndarray.dtype ndarray.reshape ndarray.view ndarray.copy ndarray.sum
        ndarray.max ndarray.min ndarray.mean ndarray.prod ndarray.std ndarray.transpose ndarray.T ndarray.flatten
        ndarray.ravel Generator.random Generator.integers
    """,
    # https://numpy.org/doc/stable/user/quickstart.html, with its overview of functions and methods
    "quickstart": """
        np.arange np.array np.copy np.empty np.empty_like np.eye np.fromfile np.fromfunction np.identity np.linspace
        np.logspace np.mgrid np.ogrid np.ones np.ones_like np.r_ np.c_ np.zeros np.zeros_like np.atleast_1d
        np.atleast_2d
        np.atleast_3d np.array_split np.column_stack np.concatenate np.diagonal np.dsplit np.dstack np.hsplit np.hstack
        np.newaxis np.ravel np.repeat np.reshape np.resize np.squeeze np.swapaxes np.take np.transpose np.vsplit
        np.vstack
        np.all np.any np.nonzero np.where np.argmax np.argmin np.argsort np.max np.min np.ptp np.searchsorted np.sort
        np.choose np.compress np.cumprod np.cumsum np.inner np.imag np.prod np.put np.putmask np.real np.sum
        np.cov np.mean
        np.std np.var np.cross np.dot np.outer np.linalg.svd np.vdot np.pi np.sin np.cos np.exp np.sqrt np.add np.floor
        np.ix_ np.histogram np.full np.apply_along_axis np.average np.bincount np.ceil np.clip np.conj
        np.corrcoef np.diff
        np.invert np.maximum np.minimum np.median np.round np.trace np.vectorize np.lexsort np.random.default_rng
        np.set_printoptions np.int16 np.int32 np.float64 np.complex128 np.bool np.ndarray np.set_printoptions
        ndarray.ndim ndarray.shape ndarray.size ndarray.dtype ndarray.itemsize ndarray.data ndarray.astype ndarray.item
        ndarray.fill ndarray.T ndarray.flat ndarray.reshape ndarray.resize ndarray.ravel ndarray.view ndarray.copy
        ndarray.base ndarray.flags flags.owndata ndarray.sum ndarray.min ndarray.max ndarray.cumsum ndarray.argmax
        ndarray.all ndarray.dot ndarray.shape= Generator.random Generator.normal Generator.integers
    """,
    # https://numpy.org/doc/stable/user/basics.indexing.html
    "indexing": """
        np.arange np.array np.newaxis np.ix_ np.nonzero np.sum np.isnan np.nan np.take np.put np.zeros np.ones np.where
        np.bool np.intp np.broadcast np.expand_dims np.ndindex
        ndarray.shape ndarray.reshape ndarray.ndim ndarray.nonzero ndarray.sum ndarray.flat ndarray.take ndarray.put
        ndarray.[] ndarray.[]= ndarray.choose ndarray.T
    """,
    # https://numpy.org/doc/stable/user/basics.broadcasting.html
    "broadcasting": """
        np.array np.arange np.newaxis np.ones np.zeros np.sqrt np.sum np.argmin np.argmax np.broadcast np.broadcast_to
        np.broadcast_arrays np.broadcast_shapes ndarray.reshape ndarray.shape
    """,
    # https://numpy.org/doc/stable/user/basics.copies.html
    "copies and views": """
        np.arange np.array np.shares_memory np.may_share_memory ndarray.base ndarray.view ndarray.copy ndarray.reshape
        ndarray.ravel ndarray.flatten ndarray.T ndarray.shape= ndarray.[] ndarray.strides ndarray.flags
    """,
}

PYTORCH_PAGES = {
    # https://docs.pytorch.org/tutorials/beginner/basics/tensorqs_tutorial.html and beginner/blitz/tensor_tutorial.html
    "Tensors": """
        torch.tensor torch.from_numpy torch.ones_like torch.zeros_like torch.rand_like torch.rand torch.ones torch.zeros
        torch.cat torch.stack torch.matmul torch.mul torch.float torch.accelerator.is_available torch.cuda.is_available
        torch.arange torch.empty torch.randn torch.add
        Tensor.shape Tensor.dtype Tensor.device Tensor.to Tensor.T Tensor.matmul Tensor.mul Tensor.sum Tensor.item
        Tensor.add_ Tensor.t_ Tensor.copy_ Tensor.numpy Tensor.add Tensor.size Tensor.view Tensor.[] Tensor.[]=
        np.add np.ones
    """,
    # https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html and blitz/autograd_tutorial.html
    "Autograd": """
        torch.ones torch.zeros torch.randn torch.rand torch.matmul torch.eye torch.tensor torch.linspace
        torch.sin torch.pow
        torch.no_grad torch.autograd.Function torch.autograd.grad torch.optim.SGD F.binary_cross_entropy_with_logits
        Tensor.requires_grad Tensor.requires_grad_ Tensor.grad Tensor.grad_fn Tensor.backward Tensor.detach Tensor.pow
        Tensor.t Tensor.zero_ Tensor.sum Tensor.mean Tensor.is_leaf Tensor.retain_grad Tensor.data Tensor.clone
        Tensor.requires_grad=
    """,
}

REASONS = {
    "reads or writes files": "np.save np.savez np.savetxt np.load np.loadtxt np.fromfile",
    "takes a function of the learner's own": "np.fromfunction np.apply_along_axis np.vectorize torch.autograd.Function",
    "changes how all programs print or record": "np.set_printoptions torch.no_grad",
    "hands out or changes an array's own memory": "ndarray.data ndarray.resize np.ndarray",
    "is an iterator, and no array": "np.broadcast np.ndindex",
    "is about devices, and there is one": "torch.accelerator.is_available torch.cuda.is_available",
    "is an optimizer, with a state of its own": "torch.optim.SGD",
}
"""Why a name of these pages is not known."""

UNKNOWN = {name: reason for reason, names in REASONS.items() for name in names.split()}
TAUGHT = [
    (page, name) for pages in (NUMPY_PAGES, PYTORCH_PAGES) for page, names in pages.items() for name in names.split()
]


@pytest.mark.parametrize(("page", "name"), sorted(set(TAUGHT)))
def test_what_the_first_pages_teach_is_known_or_has_a_reason(page: str, name: str) -> None:
    known = name in TABLE or name in CONSTANTS or read_dtype(name) is not None
    assert known != (name in UNKNOWN), f"{name} of {page}"


def test_each_reason_is_one_for_a_name_of_the_pages() -> None:
    assert set(UNKNOWN) <= {name for _, name in TAUGHT}


@pytest.mark.parametrize(
    ("library", "least"), [("np", 130), ("ndarray", 60), ("torch", 120), ("Tensor", 150), ("F", 40)]
)
def test_the_table_is_as_long_as_it_is_said_to_be(library: str, least: int) -> None:
    assert len([entry for entry in TABLE.values() if entry.library == library]) >= least


def test_a_dtype_is_a_function_and_a_value() -> None:
    number, dtype = (Evaluator().evaluate(read_expression(text)) for text in ("np.float32(3)", "np.float32"))
    assert number.dtype == dtype
