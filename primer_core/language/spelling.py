"""How things are written that a learner reads and types."""


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as Python prints it: ``()``, ``(3,)``, ``(4, 3)``."""
    return str(tuple(int(size) for size in shape))


def counted(number: int, noun: str, several: str = "") -> str:
    """Write a number with its noun: ``1 byte``, ``8 bytes``; `several` is the plural where an s does not make it."""
    return f"{number} {noun if number in (1, -1) else several or noun + 's'}"
