"""Random operands for the calls that the table gives as examples: what each name stands for."""

from __future__ import annotations

import re
from typing import Any

import numpy as np


def drawn(text: str, rng: np.random.Generator, library: str) -> dict[str, Any]:
    """Draw what stands for each name in an example.

    Parameters
    ----------
    text
        The example.
    rng
        Where random numbers come from.
    library
        ``np`` or ``torch``: whose arrays they are.

    Returns
    -------
    dict
        ``a, b, c`` floats of one shape of one to three axes, without ties, zeros or nan; ``i, j`` whole numbers, 1 to
        9, ``mask`` booleans, all of that shape; ``axis`` one of its axes, ``index`` three places along axis 0; ``v, w``
        vectors of one length; ``m, n`` matrices that can be multiplied, ``s`` a square one, ``vector`` as long as m has
        columns; ``k`` 1, 2 or 3; ``l`` a list; ``batch`` (2, 3, 6) floats, ``kernel`` (2, 3, 2); ``t, u`` of shape
        (2, 3, 4).
    """
    shape = tuple(int(size) for size in rng.integers(1, 5, size=int(rng.integers(1, 4))))
    p, q, r = (int(size) for size in rng.integers(1, 5, size=3))
    length = int(rng.integers(2, 7))

    def floats(*sizes: int) -> Any:
        size = int(np.prod(sizes))
        cells = rng.permutation(np.arange(1, size + 1)) / 4 + rng.uniform(0.01, 0.2, size)
        return cells.reshape(sizes) * rng.choice([-1.0, 1.0], size=sizes)

    found = {
        "a": floats(*shape), "b": floats(*shape), "c": floats(*shape),
        "i": rng.integers(1, 10, size=shape), "j": rng.integers(1, 10, size=shape),
        "mask": rng.random(shape) < 0.5,
        "v": floats(length), "w": floats(length),
        "m": floats(p, q), "n": floats(q, r), "s": floats(p, p), "vector": floats(q),
        "axis": int(rng.integers(0, len(shape))), "index": rng.integers(0, shape[0], size=3),
        "k": int(rng.integers(1, 4)), "l": [1, 2, 3],
        "batch": floats(2, 3, 6), "kernel": floats(2, 3, 2), "t": floats(2, 3, 4), "u": floats(2, 3, 4),
    }  # fmt: skip
    used = set(re.findall(r"[A-Za-z_]\w*", text))
    kept = {name: value for name, value in found.items() if name in used}
    if library == "torch":
        import torch

        kept = {name: torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
                for name, value in kept.items()}  # fmt: skip
    return kept
