"""From a photo or a scan to the digits on it: decode a file that anybody may have sent, clean it, find digits.

    _, found = digits_on(decode_photo(data).grey)
    print([predict_digit(digit.canvas).label for digit in found.digits])

Importing this package is cheap: Pillow and SciPy are loaded by the first photo.
"""

from primer_core.inference.photos.cleaning import Cleaned, clean
from primer_core.inference.photos.decoding import Photo, PhotoError, decode_photo
from primer_core.inference.photos.digits import Found, FoundDigit, digits_on, find_digits
from primer_core.inference.photos.stage import Stage

__all__ = [
    "Cleaned",
    "Found",
    "FoundDigit",
    "Photo",
    "PhotoError",
    "Stage",
    "clean",
    "decode_photo",
    "digits_on",
    "find_digits",
]
