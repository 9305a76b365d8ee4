"""Classes of ``enum``: what their members do, against plain Python, and what is refused."""

import pytest

from primer_core.lessons.own_lines.trace import run
from tests.language.programs.test_interpreter import assert_alike, interpreted

pytestmark = pytest.mark.filterwarnings("ignore")

IMPORTS = "from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, unique\n"
COLOR = f"{IMPORTS}class Color(Enum):\n    RED = 1\n    GREEN = 2\n"
RUN = {
    "members": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
print(Color.RED, Color.RED.name, Color.RED.value, repr(Color.RED), Color)
print(list(Color), len(Color), Color(2), Color['BLUE'])
for c in Color:
    print(c.name.lower(), c.value)
print(Color.RED is Color.RED, Color.RED == Color.BLUE, Color.RED == 1, Color.RED in Color, Color.RED != Color.GREEN)
print([c for c in Color if c is not Color.RED], {c: c.value for c in Color})
""",
    "auto and aliases": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class A(Enum):
    X = auto()
    Y = auto()
    Z = 10
    W = auto()
    V = Z * 2
    X2 = 1
print(list(A), A.V, A.X2, A.X2 is A.X)
""",
    "whole numbers": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Level(IntEnum):
    LOW = 0
    HIGH = auto()
    TOP = auto()
print(Level.LOW < Level.HIGH, Level.HIGH + 1, Level.TOP, repr(Level.TOP))
print(sorted([Level.TOP, Level.LOW]), max(Level), sum(Level))
a = np.arange(3) * 10
t = torch.arange(3)
l = [5, 6, 7]
print(a[Level.HIGH], t[Level.TOP], l[Level.HIGH], f'{Level.TOP}')
print(f'{Level.TOP:>3}', Level.HIGH == 1, a * Level.TOP, t + Level.HIGH)
x = np.zeros((2, len(Level)))
x[0, Level.TOP] = 5
print(x, bool(Level.LOW), int(Level.TOP), isinstance(Level.TOP, int))
print(list(range(Level.TOP)))
""",
    "keys": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
d = {Color.RED: 'r'}
d[Color.BLUE] = 'b'
print(d, d[Color.RED], Color.GREEN in d, d.get(Color.GREEN, '?'))
s = {Color.RED, Color.RED}
print(len(s))
from collections import Counter
print(Counter([Color.RED, Color.RED, Color.BLUE]).most_common(1))
""",
    "texts": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Mode(StrEnum):
    TRAIN = auto()
    TEST = 'test'
class Old(str, Enum):
    A = 'a'
print(Mode.TRAIN, Mode.TEST == 'test', Mode.TRAIN.upper(), f'{Mode.TEST}', Old.A)
print(Old.A == 'a', f'{Old.A}', Old.A.value, repr(Old.A))
print(Mode('test'), 'x' + Mode.TEST, Mode.TEST in ['test'])
""",
    "methods": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Shape(Enum):
    SQUARE = (2, 2)
    LINE = (1, 5)
    def __init__(self, rows, columns):
        self.rows = rows
        self.columns = columns
    @property
    def size(self):
        return self.rows * self.columns
    def zeros(self):
        return np.zeros((self.rows, self.columns))
    @classmethod
    def largest(cls):
        return max(cls, key=lambda s: s.size)
    @staticmethod
    def unit():
        return 'cells'
    def __str__(self):
        return f'{self.name}:{self.size}'
for s in Shape:
    print(s, s.size, s.zeros().shape, f'{s:>12}|', repr(s))
print(Shape.largest(), Shape.unit(), Shape.LINE.unit(), [Shape.LINE], Shape.LINE.rows)
""",
    "members that are called": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Op(Enum):
    ADD = '+'
    MUL = '*'
    def __call__(self, a, b):
        return a + b if self is Op.ADD else a * b
print(Op.ADD(2, 3), [op(4, 5) for op in Op], list(map(Op.MUL, [1, 2], [3, 4])))
""",
    "choosing by a member": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Act(Enum):
    RELU = 'relu'
    TANH = 'tanh'
    def apply(self, x):
        if self is Act.RELU:
            return torch.relu(x)
        return torch.tanh(x)
x = torch.tensor([-1., 2.])
for a in Act:
    print(a.name, a.apply(x))
def pick(kind: Act):
    match kind:
        case Act.RELU:
            return 1
        case Act.TANH:
            return 2
print(pick(Act.TANH), type(Act.RELU), type(Act.RELU).__name__)
print(isinstance(Act.RELU, Act), isinstance(Act.RELU, Enum), Act.__name__)
""",
    "flags": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class P(Flag):
    R = auto()
    W = auto()
    X = auto()
rw = P.R | P.W
print(rw, P.R in rw, P.X in rw, rw & P.R, bool(rw & P.X), rw.value)
class Q(IntFlag):
    A = 1
    B = 2
print(Q.A | Q.B, Q.A + 1)
""",
    "made by a call": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
Color = Enum('Color', 'RED BLUE')
print(list(Color), Color.RED.value)
N = IntEnum('N', ['a', 'b'], start=0)
print(list(N), N.b + 1)
M = Enum('M', {'x': 3})
print(M.x, M(3))
""",
    "unique": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
import enum
@enum.unique
class A(enum.Enum):
    X = 1
    Y = enum.auto()
print(A.Y)
""",
    "a class without members extended": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Base(Enum):
    def hi(self):
        return 'hi ' + self.name
class D(Base):
    A = 1
print(D.A.hi(), list(D))
""",
    "unpacked": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
a, b, c = Color
print(a, c)
""",
    "gone through": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
print(sorted(Color, key=lambda c: -c.value), list(zip(Color, 'abc')), list(enumerate(Color)))
print(tuple(Color), set(Color) == {Color.RED, Color.GREEN, Color.BLUE})
print(next(iter(Color)), any(c.value > 2 for c in Color), min(Color, key=lambda c: c.value), *Color)
print(list(map(Color, [1, 2])), [*Color], getattr(Color, 'RED'), hasattr(Color, 'PINK'))
print(getattr(Color.RED, 'value'), hasattr(Color.RED, 'name'), callable(Color))
""",
    "copied and in a dataclass": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
import copy
print(copy.deepcopy(Color.RED) is Color.RED, copy.copy([Color.RED]))
from dataclasses import dataclass
@dataclass
class Car:
    color: Color = Color.RED
print(Car(), Car(Color.BLUE).color.name, Car() == Car(Color.RED))
""",
    "in arrays": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
x = np.array([c.value for c in Color])
print(x)
labels = torch.tensor([Color.BLUE.value, 0])
print(labels)
print(np.array(list(Color)).shape)
""",
    "in tensors and layers": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Level(IntEnum):
    LOW = 0
    HIGH = auto()
    TOP = auto()
print(torch.tensor([Level.LOW, Level.TOP]), np.array(list(Level)), torch.zeros(Level.TOP))
print(np.zeros(Level.TOP).shape, F.one_hot(torch.tensor(Level.HIGH), len(Level)))
net = nn.Linear(Level.TOP, len(Level))
print(net)
""",
    "written": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
try:
    Color('x')
except ValueError as e:
    print(e)
print(Color.RED.name + '!', Color.RED.value + 1, str(Color.RED))
print('%s' % Color.RED, '{}'.format(Color.RED), f'{Color.RED!r:>20}')
""",
}


RAISES = {
    "no such name": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.PINK
""",
    "no such value": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color(9)
""",
    "no such key": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color['PINK']
""",
    "an order": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED < Color.BLUE
""",
    "a sum": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED + 1
""",
    "a member set anew": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED = 5
""",
    "a value set anew": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED.value = 5
""",
    "a name twice": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class A(Enum):
    X = 1
    X = 2
""",
    "a value twice": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
@unique
class A(Enum):
    X = 1
    Y = 1
""",
    "a class with members extended": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
class D(Color):
    PINK = 4
""",
    "no such attribute": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED.foo
""",
    "an index of a list": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
[1, 2][Color.RED]
""",
    "an index of an array": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
np.arange(3)[Color.RED]
""",
    "a member gone through": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
for x in Color.RED:
    pass
""",
    "a member called": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
Color.RED()
""",
    "no whole number": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class A(IntEnum):
    X = 'x'
""",
    "a length": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
len(Color.RED)
""",
    "sorted": """
from enum import Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
sorted(Color)
""",
    "not in the module": """
import enum
enum.Enumm
""",
}


@pytest.mark.parametrize("name", RUN)
def test_members_do_what_they_do_in_plain_python(name: str) -> None:
    assert assert_alike(RUN[name]) is None


@pytest.mark.parametrize("name", RAISES)
def test_python_refuses_with_its_own_words(name: str) -> None:
    assert assert_alike(RAISES[name]) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Enum('M', {f'm{i}': i for i in range(9000)})", "at most 200 members"),
        ("Enum('M', [f'm{i}' for i in range(50000)])", "at most 10 000 entries"),
        ("Enum('M', ['__class__'])", "cannot be a member"),
        ("Enum('M', ['a b'])", "named by a word"),
        ("Enum('M', [('a', len)])", "numbers, texts, tuples of them"),
        ("Enum('M', ['a'], module='os')", "Enum takes a name"),
        ("class A(Enum):\n    _missing_ = 3", "cannot be a member"),
        ("class A(Enum):\n    def _missing_(cls, v):\n        return 1", "cannot be defined"),
        ("class A(Enum):\n    def __eq__(self, o):\n        return True", "cannot be defined"),
        ("class A(Enum):\n    X = np.ones(3)", "numbers, texts, tuples of them"),
        ("class A(Enum):\n    for i in range(3):\n        X = i", "stand methods and “name = value”"),
        ("class A(Enum):\n    X = 1\n    def f(self):\n        return super().f()\nA.X.f()", "super() is not run"),
        ("class A(Enum):\n    X = 1\n    def f(self):\n        return self.f()\nA.X.f()", "at most 40 deep"),
        ("Color._member_map_", "“._member_map_” of Color"),
        ("Color.RED._value_", "“._value_” of Color"),
        ("getattr(Color, '_value2member_map_')", "is not known"),
        ("Color.mro()", "“.mro” of Color"),
        ("Color.RED._value_ = 3", "cannot be set"),
        ("Color.x = 3", "cannot be set"),
        ("Color(1, 2)", "takes the value of a member"),
        ("class N(IntEnum):\n    A = 10 ** 6\nnp.zeros((N.A, N.A))", "at most 1 048 576"),
        ("class N(IntEnum):\n    A = 10 ** 6\nnn.Linear(N.A, N.A)", "more than 1 048 576 weights"),
        ("class N(IntEnum):\n    A = 10 ** 9\n2 ** N.A", "stay below 2**64"),
        ("class S(StrEnum):\n    A = 'a'\nS.A.ljust(10 ** 9)", "A width goes up to"),
        ("class S(StrEnum):\n    A = '{0.__class__}'\nS.A.format(1)", "Give the value itself to format"),
        ("class S(StrEnum):\n    A = '%99999999d'\nS.A % 1", "is no format that is read here"),
    ],
)
def test_what_is_not_run_is_named(text: str, words: str) -> None:
    rejection = interpreted(f"{COLOR}{text}")[1]
    assert rejection is not None
    assert rejection.declined is None
    assert words in rejection.message


def test_a_member_is_told_as_python_shows_it() -> None:
    steps = run(f"{COLOR}c = Color.RED\nl = [Color.GREEN]").steps
    assert steps[-1].names["c"].text == "<Color.RED: 1>"
    assert steps[-1].names["l"].text == "[<Color.GREEN: 2>]"


def test_a_member_that_writes_itself_is_not_told_otherwise() -> None:
    own = f"{IMPORTS}class A(Enum):\n    X = 1\n    def __repr__(self):\n        return 'mine'\na = A.X\nprint(a, [a])"
    trace = run(own)
    assert trace.steps[-1].names["a"].text == ""
    assert trace.printed == ("A.X [mine]",)
