"""What to write instead of what a library has and is not run here: told where a learner's program asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instead:
    """What to write instead.

    Parameters
    ----------
    words
        Plain text: why it is not run, or what to do.
    code
        What is run here, as an example; empty where nothing is to be written.
    """

    words: str
    code: str = ""

    @property
    def sentence(self) -> str:
        """The words, and the example behind them."""
        return f"{self.words}: {self.code}." if self.code else f"{self.words}."


_READS = Instead("A program reads no files here. Write a few of the numbers", "np.array([[1.0, 2.0], [3.0, 4.0]])")
_WRITES = Instead("A program writes no files here. Leave this line out")
_LEAVE_OUT = Instead("Leave this line out: what is computed here is the same without it")
_ITSELF = Instead("Use the network itself: what it computes is the same")
_NO_GPU = Instead("There is no GPU here. Leave this line out")

INSTEAD: Mapping[str, Instead] = {
    **dict.fromkeys(("np.load", "np.loadtxt", "np.genfromtxt", "np.fromfile", "np.memmap"), _READS),
    **dict.fromkeys(("np.save", "np.savez", "np.savez_compressed", "np.savetxt"), _WRITES),
    "open": Instead("A program reads and writes no files here. Write what stands in it into the program"),
    "np.matrix": Instead(
        "NumPy itself advises against it. Write an array, and @ for the product", "np.array([[1, 2]])"
    ),
    "np.datetime64": Instead("Dates are not drawn here. Write days as numbers", "np.array([0, 2])"),
    "np.timedelta64": Instead("Dates are not drawn here. Write days as numbers", "np.array([0, 2])"),
    "np.ma": Instead("Write the mask as an array of its own", "x[~mask].mean()"),
    "np.rec": Instead("Write an array for each field", "np.array([1, 2])"),
    "np.char": Instead("Go through the words", "np.array([word.upper() for word in words])"),
    "np.polynomial": Instead("Write the highest power first", "np.polyval([2, 1], x)"),
    "np.piecewise": Instead("Write a choice for each cell", "np.where(x < 2, 0, x * 10)"),
    "np.testing": Instead("Write", "assert np.allclose(a, b)"),
    "torch.testing": Instead("Write", "assert torch.allclose(a, b)"),
    "torch.compile": _ITSELF,
    "torch.jit": _ITSELF,
    "torch.nn.DataParallel": _ITSELF,
    "torch.nn.parallel": _ITSELF,
    "torch.distributed": Instead("One process runs it here. Leave this line out"),
    "torch.cuda": _NO_GPU,
    "torch.amp": _NO_GPU,
    "torch.mps": _NO_GPU,
    "torch.backends": _LEAVE_OUT,
    "torch.set_num_threads": _LEAVE_OUT,
    "torch.set_default_device": Instead("Everything is computed on the CPU here. Leave this line out"),
    "torch.use_deterministic_algorithms": _LEAVE_OUT,
    "torch.nn.Transformer": Instead("One layer of it is run", "nn.TransformerEncoderLayer(4, 2)"),
    "torch.nn.utils.prune": Instead("Write zeros into a weight under torch.no_grad()"),
    "torch.sparse_coo_tensor": Instead("Write the zeros, too", "torch.tensor([[0.0, 1.0], [0.0, 0.0]])"),
    "torch.hub": Instead("Nothing is downloaded here. Write a small network", "nn.Sequential(nn.Linear(4, 2))"),
    "torch.distributions": Instead("Of a normal distribution, for one, write", "torch.normal(0.0, 1.0, (3,))"),
    "torch.onnx": Instead("A program writes no files here. Leave this line out"),
    "torch.utils.tensorboard": Instead("A program writes no files here. Every number can be looked at on this page"),
    "torchvision.datasets": Instead(
        "Nothing is downloaded here. Make labels, torch.tensor([3, 1]), and images", "torch.rand(2, 1, 28, 28)"
    ),
    "torchvision.models": Instead(
        "Its networks are too large to be drawn. Write a small one", "nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())"
    ),
}
"""By names as the table of functions would know them; a module's stands for all in it."""

_NO_PLOT = Instead("The page draws the arrays itself: leave out the lines that plot")
_NO_FILES = Instead("A program reads and writes no files here: leave this line out")
_NO_PICTURES = Instead("A program reads no pictures here. Make one", "np.zeros((4, 4, 3))")
_LEAVE = Instead("Leave this line out")
_NO_OTHER = Instead("PyTorch and NumPy are run here")
_DRAWN = Instead("The page draws the network itself: leave this line out")
_THE_LOOP = Instead("Write the loop itself: forward, loss, backward, step")
_SMALL = Instead("Write a small network with torch.nn", "nn.Sequential(nn.Linear(4, 2))")

PACKAGES: Mapping[str, Instead] = {
    **dict.fromkeys(("matplotlib", "pylab", "seaborn", "plotly"), _NO_PLOT),
    "pandas": Instead("Write the numbers of the table as an array", "np.array([[1, 2], [3, 4]])"),
    "sklearn": Instead("Write a few rows of its data as an array", "np.array([[1.0, 2.0], [3.0, 4.0]])"),
    "scipy": Instead("What NumPy has of it, np.linalg and np.fft, is run"),
    **dict.fromkeys(("os", "pathlib", "shutil"), _NO_FILES),
    "io": Instead("What is saved is kept in this program's own memory, under a name", 'torch.save(x, "x.pt")'),
    **dict.fromkeys(("PIL", "cv2", "skimage", "imageio"), _NO_PICTURES),
    **dict.fromkeys(("sys", "gc", "argparse", "logging", "pprint", "pdb"), _LEAVE),
    **dict.fromkeys(("tensorflow", "keras", "jax", "cupy", "mxnet"), _NO_OTHER),
    "numba": Instead("Leave this line out: the function gives the same without it"),
    "einops": Instead("Write it with reshape and permute, or with einsum", "torch.einsum('ab->ba', x)"),
    **dict.fromkeys(("torchsummary", "torchinfo", "torchviz"), _DRAWN),
    "torchmetrics": Instead("Write what it counts", "(guesses == labels).float().mean()"),
    **dict.fromkeys(("pytorch_lightning", "lightning", "fastai", "accelerate", "wandb"), _THE_LOOP),
    **dict.fromkeys(("transformers", "timm", "datasets", "torch_geometric"), _SMALL),
}
"""What to write instead of what is often imported, by the first part of its name: the import is read over, since many
programs never use what they import, or only in their last lines; what uses it is not run. So it is with Python's own
modules, too."""

PARTS = (
    "torch.amp.", "torch.backends.", "torch.cuda.", "torch.distributed.", "torch.distributions.", "torch.fft.",
    "torch.func.", "torch.jit.", "torch.nn.parallel.", "torch.onnx.", "torch.profiler.", "torch.sparse.",
    "torch.special.", "torch.testing.", "torch.utils.", "torchvision.datasets.", "torchvision.io.",
    "torchvision.models.", "torchvision.ops.", "torchvision.utils.", "numpy.char.", "numpy.ma.", "numpy.polynomial.",
    "numpy.testing.",
)  # fmt: skip
"""Parts of the libraries of which nothing, or only what is asked for by its whole name, is run: so it is with them."""


def instead_of(name: str) -> str:
    """Return what to write instead of a name; empty where nothing is known.

    Parameters
    ----------
    name
        As the table of functions would know it: ``np.loadtxt``, ``torchvision.datasets.MNIST``.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        found = INSTEAD.get(".".join(parts[:length]))
        if found is not None:
            return found.sentence
    return ""
