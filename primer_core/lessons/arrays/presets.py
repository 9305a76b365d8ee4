"""Worked examples of the lesson on arrays."""

from dataclasses import dataclass

from primer_core.lessons.arrays.explain import AS_MADE


@dataclass(frozen=True, slots=True)
class ArrayPreset:
    """How a learner would have made an array.

    Parameters
    ----------
    title
        What it shows, in a few words.
    text
        How it is made.
    dtype
        What it is converted to afterwards.
    """

    title: str
    text: str
    dtype: str = AS_MADE


@dataclass(frozen=True, slots=True)
class DtypePreset:
    """Values to be put into every dtype.

    Parameters
    ----------
    title
        What they show, in a few words.
    values
        As a learner would type them.
    one, dtype
        The value whose bits are shown, and in which dtype.
    """

    title: str
    values: str
    one: str
    dtype: str


PRESETS: tuple[ArrayPreset, ...] = (
    ArrayPreset("Literal", "[[1, 2, 3], [4, 5, 6]]"),
    ArrayPreset("astype", "[[1, 2, 3], [4, 5, 6]]", "float32"),
    ArrayPreset("zeros", "zeros((2, 3))"),
    ArrayPreset("ones", "ones((3, 2), int16)"),
    ArrayPreset("eye", "eye(2)"),
    ArrayPreset("arange", "arange(0, 10, 2)"),
    ArrayPreset("linspace", "linspace(0, 1, 5)"),
    ArrayPreset("random, seed 0", "default_rng(0).random((2, 3))"),
    ArrayPreset("Three axes", "arange(24).reshape(2, 3, 4)"),
    ArrayPreset("Transposed", "arange(6).reshape(2, 3).T"),
)

DEFAULT = PRESETS[0]

DTYPE_PRESETS: tuple[DtypePreset, ...] = (
    DtypePreset("Overflow wraps", "100, 127, 128, 255, 256, 300, -1", "300", "int8"),
    DtypePreset("Truncation", "1.9, -1.9, 2.5, 0.1, -0.5", "-1.5", "int8"),
    DtypePreset("Half precision", "0.1, 2049, 65504, 65520, 1e-8", "0.1", "float16"),
    DtypePreset("Beyond 2**53", "2**24 + 1, 2**53, 2**53 + 1", "2**24 + 1", "float32"),
    DtypePreset("nan and inf", "nan, inf, -inf, 1e300, 300.7", "inf", "float32"),
)

DEFAULT_DTYPES = DTYPE_PRESETS[0]
