"""Worked examples of the lesson on arrays, by view."""

from primer_core.lessons.arrays.question import AS_MADE, ArraysQuestion
from primer_core.lessons.lesson import Preset

_MADE: tuple[tuple[str, str, str], ...] = (
    ("Literal", "[[1, 2, 3], [4, 5, 6]]", AS_MADE),
    ("astype", "[[1, 2, 3], [4, 5, 6]]", "float32"),
    ("zeros", "zeros((2, 3))", AS_MADE),
    ("ones", "ones((3, 2), int16)", AS_MADE),
    ("eye", "eye(2)", AS_MADE),
    ("arange", "arange(0, 10, 2)", AS_MADE),
    ("linspace", "linspace(0, 1, 5)", AS_MADE),
    ("random, seed 0", "default_rng(0).random((2, 3))", AS_MADE),
    ("Three axes", "arange(24).reshape(2, 3, 4)", AS_MADE),
    ("Transposed", "arange(6).reshape(2, 3).T", AS_MADE),
)
"""Title, how the array is made, and what it is converted to."""

_VALUES: tuple[tuple[str, str, str, str], ...] = (
    ("Overflow wraps", "100, 127, 128, 255, 256, 300, -1", "300", "int8"),
    ("Truncation", "1.9, -1.9, 2.5, 0.1, -0.5", "-1.5", "int8"),
    ("Half precision", "0.1, 2049, 65504, 65520, 1e-8", "0.1", "float16"),
    ("Beyond 2**53", "2**24 + 1, 2**53, 2**53 + 1", "2**24 + 1", "float32"),
    ("nan and inf", "nan, inf, -inf, 1e300, 300.7", "inf", "float32"),
)
"""Title, values for every dtype, the number whose bits are shown, and in which dtype."""

_FACTS: tuple[tuple[str, str, str], ...] = (
    ("A decimal in an int cell", "np.array([6, 9, 12])", "x[0] = 2.9; x[1] = -2.9; x[1:] = x[1:] * 0.4"),
    ("Truth values", "np.arange(6) % 2 == 0", ""),
    ("Rows of two lengths", "np.array([[1, 2, 3], [4, 5]])", ""),
    ("dtype=object", "np.array([[1, 2, 3], [4, 5]], dtype=object)", ""),
    ("A step of 0.1", "np.arange(1, 1.3, 0.1)", ""),
    ("Two sizes", "np.zeros(2, 3)", ""),
    ("Never written", "np.empty((2, 3))", "x[0] = 1"),
    ("torch.Tensor(3)", "torch.Tensor(3)", ""),
    ("float64 meets float32", "torch.from_numpy(np.array([[1.0, 2.0]])) @ torch.ones(2, 3)", ""),
)
"""Title, how the array is made, and what is run on it: what learners stumble over."""

_ANATOMY = ("make", "then", "to")
"""Fields that a preset of the first view puts."""

PRESETS: tuple[Preset[ArraysQuestion], ...] = (
    *(Preset(title, ArraysQuestion("Anatomy", make, to), _ANATOMY) for title, make, to in _MADE),
    *(Preset(title, ArraysQuestion("Anatomy", make, then=then), _ANATOMY) for title, make, then in _FACTS),
    *(
        Preset(
            title,
            ArraysQuestion("Dtypes", values=values, number=number, dtype=dtype),
            ("values", "number", "dtype"),
        )
        for title, values, number, dtype in _VALUES
    ),
    *(Preset(title, ArraysQuestion("PyTorch", make), ("make",)) for title, make, to in _MADE if to == AS_MADE),
    *(
        Preset(title, ArraysQuestion("PyTorch", make), ("make",))
        for title, make, then in _FACTS
        if not then and title not in ("dtype=object", "Never written")
    ),
    Preset("In PyTorch's words", ArraysQuestion("PyTorch", "torch.tensor([1., 2.], dtype=torch.float64)"), ("make",)),
)
