"""A picture file that anybody may have sent, decoded within bounds of memory and time.

What a file says of itself is looked at before anything is decoded: what kind it is, how many pixels it announces, how
many frames and passes it has. Pillow's classes for the three kinds are called directly. `PIL.Image.open` would try
others as well, and it tells of large pictures by a warning, which a server with threads cannot turn into an error for
one of them alone.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 5_000_000
"""Bytes of a file."""

MOST_PIXELS = 25_000_000
"""Pixels that a file may announce: a photo of today's phones, and 100 MB while it is decoded."""

MOST_SIDE = 2_000
"""Pixels of the longer side of what is decoded; a larger picture is scaled down to it."""

LEAST_SIDE = 8
"""Pixels of the shorter side, as decoded."""

MOST_PASSES = 64
"""Passes of a progressive JPEG. Encoders write ten or so; each walks over all pixels, however little it holds."""

EXPECTED = "Expected a JPEG, PNG or WebP picture"
SMALLER = "Crop it to the digits, or save it smaller."

T = TypeVar("T")

_JPEG, _PNG, _WEBP = "JPEG", "PNG", "WebP"
_SIGNATURES = ((b"\xff\xd8\xff", _JPEG), (b"\x89PNG\r\n\x1a\n", _PNG))
_HEAD = 1_024  # bytes in which text formats say what they are
_ORIENTATION = 0x0112  # EXIF's tag
_SEEN = 26  # of 255: light and dark that differ by less than a tenth show nothing

_CONVERT = "Open it in any picture program and save it as JPEG or PNG."
_OTHERS: tuple[tuple[Callable[[bytes], bool], str, str], ...] = (
    (lambda head: head[:4] == b"GIF8", "a GIF", _CONVERT),
    (lambda head: b"%PDF-" in head, "a PDF", "Take a screenshot of the page and send that."),
    (
        lambda head: head[4:8] == b"ftyp" and head[8:11] in (b"hei", b"hev", b"mif", b"msf"),
        "a HEIC picture, as iPhones keep them",
        "Share it as JPEG, or choose “Most compatible” under Camera, Formats in the phone's settings.",
    ),
    (lambda head: head[4:8] == b"ftyp" and head[8:11] == b"avi", "an AVIF picture", _CONVERT),
    (lambda head: head[4:8] == b"ftyp", "a video", "Take a photo, or a screenshot of one frame."),
    (lambda head: head[:4] in (b"II*\0", b"MM\0*"), "a TIFF picture", _CONVERT),
    (lambda head: head[:2] == b"BM", "a BMP picture", _CONVERT),
    (lambda head: head[:4] == b"PK\x03\x04", "a ZIP file or an office document", "Send the picture in it."),
    (lambda head: b"<svg" in head.lower(), "an SVG drawing", "Take a screenshot of it and send that."),
    (lambda head: b"<html" in head.lower(), "a web page", "Take a screenshot of it and send that."),
    (lambda head: _is_text(head), "text", "Choose a photo or a scan of handwriting."),
)


class PhotoError(ValueError):
    """A file that is no photo to read: its words say what was expected, what was given and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture as it is to be looked at.

    Attributes
    ----------
    grey
        uint8 (height, width), 0 for black to 255 for white: upright, on white where it was transparent, its longer
        side at most `MOST_SIDE` pixels. Read-only.
    kind
        JPEG, PNG or WebP.
    size
        Width and height that the file announces, in pixels, before it is turned upright.
    """

    grey: NDArray[np.uint8]
    kind: str
    size: tuple[int, int]


def decode_photo(data: bytes) -> Photo:
    """Decode the bytes of a picture file.

    It may be called from several threads; each call takes at most 250 MB for as long as it lasts. Colours become one
    grey, by the luma of ITU-R 601. Of 16 bits a channel the upper eight are kept.

    Parameters
    ----------
    data
        A whole file: JPEG, PNG or WebP, at most `MOST_BYTES`, with at most `MOST_PIXELS` and one frame.

    Raises
    ------
    PhotoError
        If it is anything else, or damaged.
    """
    if not data:
        raise PhotoError(f"{EXPECTED}; got an empty file. Choose another one.")
    if len(data) > MOST_BYTES:
        raise PhotoError(
            f"{EXPECTED} of at most {MOST_BYTES / 1e6:g} MB; got {math.ceil(len(data) / 1e5) / 10} MB. {SMALLER}"
        )
    kind = _kind(data)
    if kind == _WEBP:  # whose decoder takes the memory for all pixels when it is opened
        _check_size(_webp_size(data))
    if kind == _JPEG and data.count(b"\xff\xda") > MOST_PASSES:
        raise PhotoError(
            f"{EXPECTED}; got a JPEG of more than {MOST_PASSES} passes, more than any camera writes. "
            "Save it anew in any picture program."
        )
    image = _careful(kind, lambda: _opened(kind, data))
    _check_size(image.size)
    if getattr(image, "is_animated", False):
        raise PhotoError(f"{EXPECTED} that stands still; got an animated {kind}. Take a screenshot of it.")
    size = image.size
    grey = _careful(kind, lambda: _grey(image))
    if min(grey.shape) < LEAST_SIDE:
        raise PhotoError(
            f"Expected a picture of at least {LEAST_SIDE} × {LEAST_SIDE} pixels; got {size[0]} × {size[1]}"
            + (f", which scaled to {MOST_SIDE} pixels is too narrow" if min(size) >= LEAST_SIDE else "")
            + ". Choose a larger one."
        )
    grey.flags.writeable = False
    return Photo(grey, kind, size)


def _kind(data: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    head = data[:_HEAD]
    for looks_so, name, advice in _OTHERS:
        if looks_so(head):
            raise PhotoError(f"{EXPECTED}; got {name}. {advice}")
    raise PhotoError(f"{EXPECTED}; got a file of no kind that is known here. Choose a photo or a scan.")


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="replace")
    odd = sum(not (letter.isprintable() or letter.isspace()) or letter == "\ufffd" for letter in text)
    return odd <= len(text) / 50


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS:
        raise PhotoError(
            f"Expected a picture of at most {MOST_PIXELS // 10**6} million pixels; got one that says it has "
            f"{_count(width)} × {_count(height)}. {SMALLER}"
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height that a WebP file announces (RFC 9649, 2.4 to 2.7).

    Raises
    ------
    PhotoError
        If its head is damaged.
    """
    chunk, head = data[12:16], data[20:30]
    if len(head) == 10:
        if chunk == b"VP8X":
            return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
        if chunk == b"VP8L" and head[0] == 0x2F:
            (bits,) = struct.unpack("<I", head[1:5])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if chunk == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", head[6:10])
            return width & 0x3FFF, height & 0x3FFF
    raise _damaged(_WEBP)


def _damaged(kind: str) -> PhotoError:
    return PhotoError(
        f"{EXPECTED}; got a {kind} file that is damaged or not complete. Save or send it again, or choose another one."
    )


def _careful(kind: str, work: Callable[[], T]) -> T:
    """Call Pillow on what may be damaged: it tells so by exceptions of a dozen kinds, `struct.error` among them."""
    try:
        return work()
    except PhotoError:
        raise
    except Exception:
        raise _damaged(kind) from None


def _opened(kind: str, data: bytes) -> Image.Image:
    """Read the head of a file; nothing is decoded, but of WebP, whose size was checked."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    opens: dict[str, Callable[[io.BytesIO], Image.Image]]
    opens = {_JPEG: JpegImageFile, _PNG: PngImageFile, _WEBP: WebPImageFile}
    return opens[kind](io.BytesIO(data))


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """Decode: uint8 (height, width), upright and at most `MOST_SIDE` long."""
    turned = image.getexif().get(_ORIENTATION, 1)
    image.draft("L", (MOST_SIDE, MOST_SIDE))  # of a JPEG as much as is needed: the light alone, at an eighth or more
    grey, alpha = _channels(image)
    for channel in (grey, alpha):
        if channel is not None:
            channel.thumbnail((MOST_SIDE, MOST_SIDE), reducing_gap=2.0)
    flat = grey if alpha is None else _on_paper(grey, alpha)
    return np.array(_upright(flat, turned), dtype=np.uint8)


def _channels(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Grey and opacity, mode L each; the grey is multiplied by the opacity, so that both can be scaled apart."""
    from PIL import Image, ImageChops

    if image.mode == "I;16":  # 16 bits, which Pillow would cut off at 255
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)), None
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        image = image.convert("RGBA")
    grey = image.convert("L")
    if image.mode not in ("LA", "PA", "RGBA"):
        return grey, None
    alpha = image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return grey, None
    return ImageChops.multiply(grey, alpha), alpha


def _on_paper(grey: Image.Image, alpha: Image.Image) -> Image.Image:
    """Put white behind what is transparent; black, where all that was drawn is white and would be lost on it."""
    from PIL import ImageChops

    flat = ImageChops.add(grey, ImageChops.invert(alpha))
    low, high = flat.getextrema()
    least, most = grey.getextrema()
    lost = isinstance(low, int) and isinstance(high, int) and high - low < _SEEN
    shows = isinstance(least, int) and isinstance(most, int) and most - least >= _SEEN
    return grey if lost and shows else flat


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    """Turn and mirror as EXIF's orientation says (CIPA DC-008, 4.6.4); any other value leaves it."""
    from PIL.Image import Transpose

    ways = (
        Transpose.FLIP_LEFT_RIGHT,
        Transpose.ROTATE_180,
        Transpose.FLIP_TOP_BOTTOM,
        Transpose.TRANSPOSE,
        Transpose.ROTATE_270,
        Transpose.TRANSVERSE,
        Transpose.ROTATE_90,
    )
    return image.transpose(ways[orientation - 2]) if isinstance(orientation, int) and 2 <= orientation <= 8 else image


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
