"""What the primer knows: arrays, autograd, data, models, training and inference, without any user interface.

The public names, for notebooks and scripts:

- `explain`: lines of NumPy and PyTorch on arrays of one's own, as an `Explanation` that shows itself.
- `RunSpec` and `train`: what to train, and training it.
- `predict_digit`: which digit an image shows.

They are loaded when they are asked for: importing this package, or one within it, stays cheap.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from primer_core.inference import predict_digit
    from primer_core.notebook import Explanation, explain
    from primer_core.training import RunSpec
    from primer_core.training.headless import train

__all__ = ["Explanation", "RunSpec", "explain", "predict_digit", "train"]


def __getattr__(name: str) -> Any:
    """Load a public name."""
    match name:
        case "Explanation":
            from primer_core.notebook import Explanation

            return Explanation
        case "explain":
            from primer_core.notebook import explain

            return explain
        case "RunSpec":
            from primer_core.training import RunSpec

            return RunSpec
        case "train":
            from primer_core.training.headless import train

            return train
        case "predict_digit":
            from primer_core.inference import predict_digit

            return predict_digit
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
