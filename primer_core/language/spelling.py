"""How things are written that a learner reads and types."""


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as Python prints it: ``()``, ``(3,)``, ``(4, 3)``."""
    return str(tuple(int(size) for size in shape))
