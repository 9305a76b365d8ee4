"""Questions drawn at random: matrices, vectors and batches whose inner sizes agree more often than not."""

import random

from primer_core.backend.interface import Library
from primer_core.lessons.matmul.question import MatmulQuestion

_NOT_FINITE = (
    ("[[np.inf, 0.], [1., 2.]]", "[[0.], [1.]]"),
    ("[1e308, 1e308]", "[10., 1.]"),
    ("np.array([300., 1.], dtype=np.float16)", "np.array([300., 1.], dtype=np.float16)"),
    ("np.full((2, 2), 300, dtype=np.float16)", "np.full((2, 1), 300, dtype=np.float16)"),
)
"""Operands of which some product is infinite or nan."""


def matmul_state(chance: random.Random) -> MatmulQuestion:
    """Draw two operands, some of other dtypes, some with a size that does not fit."""
    m, n, k = (chance.randint(1, 4) for _ in range(3))
    batch = tuple(chance.randint(1, 3) for _ in range(chance.choice([0, 0, 0, 1, 1, 2])))
    a, b = (*_batch(batch, chance), m, k), (*_batch(batch, chance), k, n)
    if chance.random() < 0.2:
        a = (k,)
    if chance.random() < 0.2:
        b = (k,)
    if chance.random() < 0.2:
        b = tuple(chance.randint(2, 5) if chance.random() < 0.5 else size for size in b)
    if chance.random() < 0.1:
        a, b = (chance.randint(2, 3), m, k), (chance.randint(2, 3), k)
    if chance.random() < 0.05:
        a, b = (2, m, k), (3, k, n)
    if chance.random() < 0.05:
        a = ()
    if chance.random() < 0.05:
        a, b = (chance.choice([3_000, 5_000]), k), (k, 4_000)
    library: Library = chance.choice(["NumPy", "NumPy", "PyTorch"])
    if chance.random() < 0.05:
        return MatmulQuestion(*chance.choice(_NOT_FINITE), library)
    if chance.random() < 0.05:
        a, b = (m, k), (k, m)
    return MatmulQuestion(_operand(a, chance), _operand(b, chance), library)


def _batch(batch: tuple[int, ...], chance: random.Random) -> tuple[int, ...]:
    own = batch[chance.randint(0, len(batch)) :] if chance.random() < 0.3 else batch
    return tuple(1 if chance.random() < 0.3 else size for size in own)


def _operand(shape: tuple[int, ...], chance: random.Random) -> str:
    match chance.randrange(8):
        case 0:
            return f"np.ones({shape})"
        case 1:
            return f"np.full({shape}, {chance.choice([100, 200])}, dtype=np.uint8)"
        case 2 if shape:
            return f"np.ones({shape}, dtype=np.float32)"
        case _:
            return str(shape) if shape else str(chance.randint(-9, 9))
