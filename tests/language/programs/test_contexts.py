"""What ``contextlib`` makes for ``with``: what it does, against plain Python, and what is refused."""

import inspect
import sys

import pytest
import torch

from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.reading import read_program
from tests.language.programs.test_interpreter import assert_alike, interpreted

pytestmark = pytest.mark.filterwarnings("ignore")

IMPORTS = "from contextlib import contextmanager, nullcontext, suppress\n"
RUN = {
    "a block between": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
with cm(3) as y:
    print(y)
print('end')
""",
    "no name bound": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
with cm():
    pass
with cm() as a, cm(2) as b:
    print(a, b)
""",
    "an error that is caught outside": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
try:
    with cm() as y:
        raise ValueError('x')
except ValueError as e:
    print(e)
""",
    "blocks that are left": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
def f():
    with cm() as y:
        return y + 1
print(f())
for i in range(3):
    with cm(i):
        if i == 1:
            break
        continue
""",
    "nullcontext": """
from contextlib import contextmanager, nullcontext, suppress
with nullcontext(5) as x:
    print(x)
with nullcontext():
    print(1)
train = False
with nullcontext() if train else nullcontext(enter_result=2) as z:
    print(z)
""",
    "a network in eval mode": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def evaluating(model):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        model.train(was)
net = nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5))
with evaluating(net) as m:
    print(m.training, torch.is_grad_enabled(), m(torch.ones(1, 2)).requires_grad)
print(net.training, torch.is_grad_enabled())
try:
    with evaluating(net):
        raise ValueError
except ValueError:
    print(net.training, torch.is_grad_enabled())
""",
    "one in another": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def a():
    print('a in')
    yield 1
    print('a out')
@contextmanager
def b():
    with a() as x, nullcontext(2) as y:
        yield x + y
    print('b out')
with b() as z:
    print(z)
""",
    "another generator": """
from contextlib import contextmanager, nullcontext, suppress
def steps():
    try:
        got = yield 1
    except ValueError:
        print('inner')
@contextmanager
def cm():
    yield from steps()
with cm():
    raise ValueError
print('fine')
""",
    "a method": """
from contextlib import contextmanager, nullcontext, suppress
class Box:
    def __init__(self):
        self.n = 0
    @contextmanager
    def opened(self, k):
        self.n += k
        yield self
        self.n -= k
box = Box()
with box.opened(3) as b:
    print(b.n)
print(box.n)
""",
    "by its full name": """
import contextlib
def g():
    yield 7
cm = contextlib.contextmanager(g)
with cm() as x:
    print(x)
with contextlib.suppress(TypeError):
    1 + 'a'
@contextlib.contextmanager
def h():
    yield 8
with h() as x:
    print(x)
""",
    "values that do not unpack": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
try:
    with cm() as (a, b):
        pass
except TypeError as e:
    print(e)
""",
    "beside a generator": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
def g():
    for i in range(2):
        yield i
with cm() as y:
    print(list(g()), y)
print([v for v in g()])
""",
    "a clock": """
from contextlib import contextmanager, nullcontext, suppress
import time
@contextmanager
def timed(name):
    start = time.time()
    yield
    print(name, time.time() - start >= 0)
with timed('sum'):
    x = np.arange(10).sum()
print(x)
""",
}


RAISES = {
    "an error": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
with cm():
    1 / 0
""",
    "errors that are caught within": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    try:
        yield
    except ZeroDivisionError as e:
        print('caught', e)
with cm():
    1 / 0
print('on')
with cm():
    int('a')
""",
    "no yield": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x):
    if x:
        yield
with cm(True):
    print(1)
with cm(False):
    print(2)
""",
    "two yields": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    yield 1
    yield 2
with cm():
    print('body')
""",
    "a yield behind the error": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    try:
        yield 1
    except ValueError:
        pass
    yield 2
with cm():
    raise ValueError('v')
""",
    "another error": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    try:
        yield 1
    except ValueError:
        raise KeyError('k')
with cm():
    raise ValueError('v')
""",
    "raised again": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    try:
        yield 1
    except ValueError as e:
        print('log', e)
        raise
with cm():
    raise ValueError('v')
""",
    "raised again by name": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    try:
        yield 1
    except ValueError as e:
        raise e
with cm():
    raise ValueError('v')
""",
    "StopIteration": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    yield 1
with cm():
    raise StopIteration
""",
    "no generator": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm():
    return 3
with cm():
    pass
""",
    "used twice": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
c = cm()
with c:
    pass
with c:
    pass
""",
    "arguments": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
with cm(1, 2):
    pass
""",
    "suppress": """
from contextlib import contextmanager, nullcontext, suppress
with suppress(ZeroDivisionError, KeyError):
    print('a')
    1 / 0
    print('b')
class E(ValueError):
    pass
with suppress(E):
    raise E('x')
with suppress(ValueError):
    raise E('x')
with suppress(Exception):
    np.ones(2) + np.ones(3)
with suppress(KeyError):
    [][1]
""",
    "types": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
print(type(cm()), type(nullcontext()).__name__)
import contextlib
contextlib.foo()
""",
    "a sum": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
cm() + 1
""",
    "an index": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
cm()[0]
""",
    "a loop": """
from contextlib import contextmanager, nullcontext, suppress
@contextmanager
def cm(x=1):
    print('in')
    try:
        yield x * 2
    finally:
        print('out')
for x in cm():
    pass
""",
    "an object of a class": """
class A:
    def __enter__(self):
        return 1, 2
    def __exit__(self, *a):
        print('exit', a[0])
with A() as (x, y):
    print(x, y)
with A() as (x, y, z):
    pass
""",
    "a number": """
with 3:
    pass
""",
    "a list": """
x = [1]
with x:
    pass
""",
}


@pytest.mark.parametrize("name", RUN)
def test_blocks_do_what_they_do_in_plain_python(name: str) -> None:
    assert assert_alike(RUN[name]) is None


@pytest.mark.parametrize("name", RAISES)
def test_errors_go_the_way_that_they_go_in_plain_python(name: str) -> None:
    assert assert_alike(RAISES[name]) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@contextmanager\ndef a():\n    with a() as x:\n        yield x\nwith a():\n    pass", "at most 40 deep"),
        ("@contextmanager\ndef a():\n    yield\ncs = [a() for i in range(3000)]", "at most 400 generators"),
        ("@contextmanager\ndef a():\n    while True:\n        pass\n    yield\nwith a():\n    pass", "at most 20 000"),
        ("contextmanager(print)", "takes a function of the program"),
        ("suppress(3)", "with these arguments"),
        ("nullcontext(1, 2)", "with these arguments"),
        ("@contextmanager\ndef a():\n    yield\n@a()\ndef f():\n    pass", "above no function"),
        ("def g():\n    with nullcontext():\n        yield 1\nlist(g())", "“yield” is not run within “with” here"),
        ("@contextmanager\ndef a():\n    yield\na().__enter__()", "“__enter__” is not known"),
        ("@contextmanager\ndef a():\n    yield\na().held", "“.held”"),
        ("import contextlib\ncontextlib.ExitStack()", "What is: contextmanager, nullcontext, suppress"),
        (
            "def contextmanager(f):\n    return f\n@contextmanager\ndef a():\n    with nullcontext():\n        yield\n"
            "next(a())",
            "only where @contextmanager stands above",
        ),
    ],
)
def test_what_is_not_run_is_named(text: str, words: str) -> None:
    rejection = interpreted(f"{IMPORTS}{text}")[1]
    assert rejection is not None
    assert rejection.declined is None
    assert words in rejection.message


MODE = f"{IMPORTS}@contextmanager\ndef a():\n    with torch.no_grad():\n        yield\nc = a()\nwith c:\n    "


def stopped(text: str) -> str:
    """Run a program that stops in a block whose mode is on; return what stopped it."""
    interpreter = Interpreter()
    rejection = interpreter.run_program(read_program(f"{MODE}{text}"))
    assert "c" in interpreter.names, "the generator is kept, so that nothing but the block ends its mode"
    assert torch.is_grad_enabled()
    assert rejection is not None
    return rejection.message


def test_a_mode_ends_with_its_block_whatever_stops_the_program() -> None:
    assert "division by zero" in stopped("1 / 0")
    assert "at most 20 000 steps" in stopped("while True:\n        pass")
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 130)
    try:
        assert "too deep in each other" in stopped("f = lambda n: f(n)\n    f(1)")
    finally:
        sys.setrecursionlimit(usual)
