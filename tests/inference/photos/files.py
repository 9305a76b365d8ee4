"""Picture files of all sorts, good and hostile, made from scratch."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

SEVEN = [(60, 60), (220, 60), (120, 230)]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seven(mode: str = "RGB", size: int = 280) -> Image.Image:
    """A dark 7 on white."""
    from PIL import ImageDraw

    image = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(image).line(SEVEN, fill=20, width=22, joint="curve")
    return image.resize((size, size)).convert(mode)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes = b"", depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that announces a size, whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose head announces another size than it has."""
    data = bytearray(encoded(seven("L"), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose head announces another size than it has."""
    data = bytearray(encoded(seven("RGBA"), "WEBP", lossless=True))
    bits = struct.unpack("<I", data[21:25])[0] & ~0xFFFFFFF | width - 1 | height - 1 << 14
    data[21:25] = struct.pack("<I", bits)
    return bytes(data)


def many_passes(passes: int) -> bytes:
    """A progressive JPEG of which one pass is repeated."""
    data = encoded(seven("L"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * passes + data[-2:]


def animated(kind: str) -> bytes:
    frames = [seven("RGB", 64), Image.new("RGB", (64, 64), "white")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def deep() -> bytes:
    """A grey PNG of 16 bits a pixel."""
    values = np.asarray(seven("L"), dtype=np.uint16) * 257
    return encoded(Image.fromarray(values), "PNG")


#: File and words of what is said of it.
REFUSED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("empty file",)),
    "text": (b"3 apples and 4 pears\n" * 20, ("got text",)),
    "SVG": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', ("SVG", "screenshot")),
    "web page": (b"<!doctype html><html><body>7</body></html>", ("web page",)),
    "PDF": (b"%PDF-1.7\n" + bytes(range(256)), ("PDF", "screenshot")),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), ("HEIC", "Most compatible")),
    "AVIF": (b"\0\0\0\x1cftypavif" + bytes(64), ("AVIF",)),
    "video": (b"\0\0\0\x18ftypmp42" + bytes(64), ("video",)),
    "GIF": (encoded(seven("P"), "GIF"), ("GIF", "save it as JPEG or PNG")),
    "BMP": (encoded(seven(), "BMP"), ("BMP",)),
    "TIFF": (encoded(seven(), "TIFF"), ("TIFF",)),
    "ZIP": (b"PK\x03\x04" + bytes(range(256)), ("ZIP",)),
    "unknown": (bytes(range(128, 256)) * 4, ("no kind that is known",)),
    "too large": (b"\xff\xd8\xff" + bytes(5_000_000), ("at most 5 MB", "got 5.1 MB", "smaller")),
    "PNG that announces 10 gigapixels": (png_of(100_000, 100_000), ("100", "25", "smaller")),
    "JPEG that announces 4 gigapixels": (jpeg_of(65_500, 65_500), ("65", "25")),
    "WebP that announces 268 megapixels": (webp_of(16_384, 16_384), ("16", "25")),
    "PNG with less in it than announced": (png_of(4_000, 4_000, bytes(100)), ("damaged",)),
    "PNG without a side": (png_of(0, 10), ("damaged",)),
    "JPEG cut off": (encoded(seven(), "JPEG")[:2_000], ("damaged", "JPEG")),
    "PNG cut off": (encoded(seven(), "PNG")[:700], ("damaged", "PNG")),
    "WebP cut off": (encoded(seven(), "WEBP")[:400], ("damaged", "WebP")),
    "head of a JPEG": (b"\xff\xd8\xff", ("damaged",)),
    "head of a WebP": (b"RIFF\0\0\0\0WEBP", ("damaged",)),
    "animated PNG": (animated("PNG"), ("animated PNG", "screenshot")),
    "animated WebP": (animated("WEBP"), ("animated WebP",)),
    "one pixel": (encoded(Image.new("L", (1, 1), 0), "PNG"), ("at least 8 × 8", "1 × 1")),
    "a stripe": (encoded(Image.new("L", (6_000, 9), 0), "PNG"), ("too narrow",)),
    "JPEG of too many passes": (many_passes(80), ("passes",)),
    "text that unpacks to 100 MB": (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0))
        + chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(100_000_000)))
        + chunk(b"IDAT", zlib.compress(bytes(29 * 28)))
        + chunk(b"IEND", b""),
        ("damaged",),
    ),
}

#: Pictures of the same 7 that are all read.
TAKEN: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(seven(), "JPEG"),
    "grey JPEG": lambda: encoded(seven("L"), "JPEG"),
    "CMYK JPEG": lambda: encoded(seven("CMYK"), "JPEG"),
    "progressive JPEG": lambda: encoded(seven(), "JPEG", progressive=True),
    "PNG": lambda: encoded(seven(), "PNG"),
    "PNG with palette": lambda: encoded(seven().quantize(16), "PNG"),
    "PNG of one bit": lambda: encoded(seven("1"), "PNG"),
    "PNG of 16 bits": deep,
    "PNG with opacity": lambda: encoded(seven("RGBA"), "PNG"),
    "WebP": lambda: encoded(seven(), "WEBP"),
    "WebP without loss": lambda: encoded(seven("RGBA"), "WEBP", lossless=True),
    "28 × 28": lambda: encoded(seven("L", 28), "PNG"),
    "12 megapixels": lambda: encoded(seven("L", 3_500), "PNG"),
}


def hostile(rng: random.Random) -> bytes:
    """A random upload: noise, a damaged, cut or lengthened picture, a head that lies, or a picture of noise."""
    kind = rng.choice(["JPEG", "PNG", "WEBP"])
    match rng.randrange(7):
        case 0:
            return rng.randbytes(rng.randrange(2_000))
        case 1:
            signature = rng.choice(
                [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 ", b"GIF89a", b"%PDF-"]
            )
            return signature + rng.randbytes(rng.randrange(500))
        case 2:
            return rng.choice([png_of, jpeg_of, webp_of])(rng.randrange(1, 16_384), rng.randrange(1, 16_384))
        case 3:
            side = rng.randrange(1, 90), rng.randrange(1, 90)
            noise = Image.frombytes("L", side, rng.randbytes(side[0] * side[1]))
            return encoded(noise.convert(rng.choice(["L", "RGB"])), kind)
        case 4:
            return rng.choice(list(REFUSED.values()))[0][:100_000]
    good = bytearray(encoded(seven(rng.choice(["L", "RGB"]), rng.randrange(28, 300)), kind))
    if rng.random() < 0.5:
        return bytes(good[: rng.randrange(len(good))])
    for _ in range(rng.randrange(1, 20)):
        good[rng.randrange(len(good))] = rng.randrange(256)
    return bytes(good)
