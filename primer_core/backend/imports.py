"""Which imports code needs."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MODULES = {"np": "import numpy as np", "torch": "import torch", "F": "import torch.nn.functional as F"}
_MODULE = re.compile(r"(?<![\w.])(np|torch|F)\.")


def import_lines(codes: Iterable[str]) -> list[str]:
    """Return the imports that expressions need, NumPy's always."""
    used = {"np", *(name for code in codes for name in _MODULE.findall(code))}
    return [line for name, line in _MODULES.items() if name in used]
