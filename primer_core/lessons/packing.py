"""A long text as an address carries it: compressed, in letters that no address writes in another way."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import quote_plus

MARK = "z.."
"""What a compressed text begins with. No program of Python's begins so, and no message of an error."""

READABLE = 120
"""Characters of an address that a text may take to stand there as it is."""

_DAMAGED = "a whole link: in this one letters are missing, or others than there were"

_LONG = "at most {} characters"

_LETTERS = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

_FAMILIAR = (
    b"with torch.no_grad():\n    def forward(self, x):\n        return loss.backward()\noptimizer.step()\n"
    b"optimizer.zero_grad()\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nfor epoch in range(10):\n"
    b"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n"
    b"torch.manual_seed(0)\ntorch.tensor([1., 2.], requires_grad=True).mean().reshape(-1, 1).shape, torch.float32)\n"
    b"print(x.shape)\nx.sum(axis=1, keepdims=True)\nnp.zeros((2, 3))\nnp.ones((4, 3))\nnp.array([[1, 2], [3, 4]])\n"
    b"x = np.arange(12).reshape(3, 4)\nfrom torch import nn\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
    b"import torch\nimport numpy as np\n\n"
)
"""What programs often hold, which is not written out in a link. It never changes: links that are out there need it."""


class UnpackableError(ValueError):
    """A text that cannot be unpacked; the message says what was expected."""


def packed(text: str) -> str:
    """Return a text as an address carries it: as it is where that is short, or not longer than compressed."""
    plain = quote_plus(text, errors="replace")
    if len(plain) <= READABLE and not text.startswith(MARK):
        return text
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_FAMILIAR)
    compressed = compressor.compress(text.encode(errors="replace")) + compressor.flush()
    found = MARK + base64.urlsafe_b64encode(compressed).rstrip(b"=").decode("ascii")
    return found if len(found) < len(plain) or text.startswith(MARK) else text


def unpacked(given: str, most: int) -> str:
    """Return the text of what `packed` gave.

    Parameters
    ----------
    given
        What stands in an address; without `MARK` it is the text itself.
    most
        int, characters that the text may have. No more than that is ever written out.

    Raises
    ------
    UnpackableError
        If it is damaged, or too long.
    """
    if not given.startswith(MARK):
        return given
    letters = given.removeprefix(MARK)
    if not _LETTERS.fullmatch(letters):
        raise UnpackableError(_DAMAGED)
    inflated = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_FAMILIAR)
    try:
        data = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        found = inflated.decompress(data, 4 * most + 1)  # a character takes at most four bytes
    except (binascii.Error, zlib.error) as error:
        raise UnpackableError(_DAMAGED) from error
    if len(found) > 4 * most:
        raise UnpackableError(_LONG.format(most))
    if not inflated.eof or inflated.unused_data:
        raise UnpackableError(_DAMAGED)
    try:
        text = found.decode()
    except UnicodeDecodeError as error:
        raise UnpackableError(_DAMAGED) from error
    if len(text) > most:
        raise UnpackableError(_LONG.format(most))
    return text
