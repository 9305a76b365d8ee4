"""Programs against plain Python running the same lines: what they print, the error they end in, what names hold."""

import contextlib
import io
import json
import random
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array
from primer_core.language.programs.expressions import MAX_EXECUTED
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.printing import own_options
from primer_core.language.programs.reading import MAX_LINES, read_program
from primer_core.language.rejection import Rejection
from tests.language.programs.random_programs import KINDS, drawn
from tests.profiles import is_long, seed

CASES = Path(__file__).parent / "cases.json"
USUAL = Path(__file__).parent / "usual_lines.json"
TYPICAL = Path(__file__).parent / "typical_programs.json"
COUNT = 500 if is_long() else 90
SEED = seed()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder that goes: in plain Python, programs write their files."""
    monkeypatch.chdir(tmp_path)


def interpreted(text: str) -> tuple[Interpreter, Rejection | None]:
    interpreter = Interpreter()
    return interpreter, interpreter.run_program(read_program(text))


def printed(text: str) -> list[str]:
    interpreter, rejection = interpreted(text)
    assert rejection is None, rejection.message
    return interpreter.printed


def in_python(text: str) -> tuple[str, str | None, dict[str, Any]]:
    """Run a program in plain Python; return what it printed, its error, and its names."""
    load_torch()
    import torch

    names: dict[str, Any] = {"np": np, "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    names["__name__"] = "__main__"
    given, error, out = set(names), None, io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(), own_options():
        warnings.simplefilter("ignore")
        try:
            exec(compile(text, "<program>", "exec"), names)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    return out.getvalue(), error, {name: value for name, value in names.items() if name not in given}


def assert_alike(text: str) -> str | None:
    """Compare both; return the error that both end in."""
    out, error, names = in_python(text)
    interpreter, rejection = interpreted(text)
    assert interpreter.printed == out.removesuffix("\n").split("\n") if out else not interpreter.printed, text
    mine = None if rejection is None else rejection.declined.text if rejection.declined else rejection.message
    assert mine == error, text
    for name, value in names.items():
        if is_array(value) and not isinstance(value, np.generic):
            own = interpreter.names[name]
            assert type(own) is type(value), (name, text)
            assert own.dtype == value.dtype, (name, text)
            np.testing.assert_array_equal(_plain(own), _plain(value), err_msg=text)
        elif isinstance(value, bool | int | float | str | tuple | list):
            assert repr(interpreter.names[name]) == repr(value), (name, text)
    return error


def _plain(array: Any) -> Any:
    return array if isinstance(array, np.ndarray) else array.detach().numpy()


@cache
def compared() -> tuple[Counter[str], int]:
    """Compare programs drawn at random; return how many had each kind of statement, and how many no error."""
    kinds: Counter[str] = Counter()
    fine = 0
    for number in range(COUNT):
        program = drawn(random.Random(f"{SEED} {number}"))
        kinds.update(program.kinds)
        fine += assert_alike(program.text) is None
    return kinds, fine


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_programs_drawn_at_random_do_what_plain_python_does() -> None:
    kinds, fine = compared()
    assert fine >= 0.6 * COUNT, f"seed {SEED}"
    rare = {kind: kinds[kind] for kind in KINDS if kinds[kind] < COUNT // 20}
    assert not rare, f"{rare}, seed {SEED}"


@pytest.mark.parametrize("case", json.loads(CASES.read_text(encoding="utf-8")), ids=lambda case: case["id"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_questions_of_learners_do_what_plain_python_does(case: dict[str, str]) -> None:
    assert_alike(case["code"])


@pytest.mark.parametrize("case", json.loads(USUAL.read_text(encoding="utf-8")), ids=lambda case: case["id"])
@pytest.mark.filterwarnings("ignore")
def test_what_is_usually_written_does_what_plain_python_does(case: dict[str, str]) -> None:
    assert_alike(case["code"])


@pytest.mark.parametrize("case", json.loads(TYPICAL.read_text(encoding="utf-8")), ids=lambda case: case["id"])
@pytest.mark.filterwarnings("ignore")
def test_whole_programs_do_what_plain_python_does(case: dict[str, str]) -> None:
    assert_alike(case["code"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f():\n    x = [(yield 1)]", "“yield” stands as a statement of its own here"),
        ("yield 1", "“yield” stands outside a function"),
        ("def f():\n    with torch.no_grad():\n        yield 1", "“yield” is not run within “with” here"),
        (
            "def f():\n    try:\n        yield 1\n    finally:\n        print(2)\nfor x in f():\n    break\nx = 1",
            "A generator was left here before its “finally”",
        ),
        ("match 1:\n    case x:\n        pass\n    case 2:\n        pass", "name capture 'x' makes remaining patterns"),
        ("match 1:\n    case [x] | y:\n        pass", "alternative patterns bind different names"),
        ("match 1:\n    case {1: x, **x}:\n        pass", "multiple assignments to name 'x'"),
        (
            "class A:\n    pass\nmatch A():\n    case A(x):\n        pass",
            "Name what is asked for: A(name=…)",
        ),
        ("a = np.array(['x', 'y'])\na.view(np.uint32)", "ndarray.view is not known here with texts"),
        ("np.arange(4).view('U2')", "ndarray.view is not known here with texts"),
        ("np.empty(3, dtype=str)", "np.empty hands out memory as it finds it, which is no text"),
        ("np.zeros(3, 'S4')", "is a text dtype"),
        (
            "from typing import NamedTuple\nclass A(NamedTuple):\n    x: int\n    def f(self):\n        pass",
            "In the body of a NamedTuple stand fields here",
        ),
        ("def f(g):\n    return g\n@f\n@torch.no_grad()\ndef g():\n    pass", "@f is not run here beside one"),
        ("def f():\n    try:\n        pass\n    except ValueError:\n        yield 1", "within “except” here"),
        ("@torch.no_grad()\ndef f():\n    yield 1", "A generator is not decorated here"),
        ("import itertools\nitertools.tee([1])", "itertools.tee is not known here"),
        ("from collections import ChainMap\nChainMap({})", "collections.ChainMap is not known here"),
        ("import functools\nfunctools.wraps(print)", "What is: partial, reduce"),
        ("np.set_printoptions(legacy='1.13')", "“legacy” is not known here"),
        ("torch.ones(2).resize_(9)", "the others were never written"),
        ("getattr(1, '__dict__')", "“__dict__” is not known here"),
        ("import os\nos.remove('x')", "“os” cannot be used here. A program reads and writes no files"),
        ("from sklearn.datasets import load_iris\nload_iris()", "“sklearn” cannot be used here"),
        ("import matplotlib.pyplot as plt\nplt.rcParams", "“matplotlib” cannot be used here"),
        ("import pandas as pd\nx = pd", "“pandas” cannot be used here"),
        ("import socket\nsocket.socket()", "“socket” cannot be used here. Of Python's own modules, these are run"),
        ("from PIL import Image\nImage.new('L', (2, 2))", "“PIL” cannot be used here. A program reads no pictures"),
        ("import torch.func\ntorch.func.linearize(len)", "“torch.func.linearize” is not known here"),
        ("import no_such_module", "cannot be imported here"),
        ("import tqdm\ntqdm.main()", "tqdm.main"),
        ("n = input()", "nobody can be asked"),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    x: int = field(default=3)",
            "field(default_factory=…) is read here",
        ),
        ("from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    x: int", "@dataclass alone"),
        ("def f():\n    break\nfor i in range(2):\n    f()", "“break” stands outside a loop"),
        ("for i in range(2):\n    def f():\n        continue", "“continue” stands outside a loop"),
        ("return 1", "“return” stands outside a function"),
        ("from nowhere import *", "cannot be imported here"),
        ("from pylab import *", "leave out the lines that plot"),
        ("with open('x') as f:\n    pass", "“open” is not known here"),
        ("x = [1, 2\ny = 3", "Python cannot read line 1"),
        (
            "x = 1\ny = np.zeros(3, dtype=int, dtype=float)",
            "line 2. SyntaxError: keyword argument repeated: dtype",
        ),
        ("class A(int):\n    pass", "A class derives from"),
        ("@cached\ndef f():\n    pass", "The decorator @cached is not run here"),
        ("\n".join(["x = 1"] * (MAX_LINES + 1)), f"at most {MAX_LINES} are run"),
        ("x = 1\n" * 5000, "characters long"),
    ],
)
def test_what_is_not_run_is_named(text: str, words: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert rejection.declined is None
    assert words in rejection.message


def test_what_is_imported_and_not_there_stops_nothing_until_it_is_used() -> None:
    header = "import os, sys\nimport pandas as pd\nimport matplotlib.pyplot as plt\nfrom scipy import stats\n"
    assert printed(f"{header}x = np.arange(3)\nprint(x.sum())") == ["3"]
    assert printed(f"{header}plt = 4\nprint(plt + 1)") == ["5"]
    interpreter, rejection = interpreted(f"{header}x = np.arange(3)\nprint(x)\nplt.plot(x)")
    assert rejection is not None
    assert rejection.place.line == 7
    assert interpreter.printed == ["[0 1 2]"]


def test_a_bar_of_progress_is_left_out_of_what_goes_through_it() -> None:
    assert printed("from tqdm import tqdm, trange\nfor i in tqdm(range(2), desc='x'):\n    print(i)") == ["0", "1"]
    assert printed("from tqdm.auto import trange\nfor i in trange(1, 3, desc='x'):\n    print(i)") == ["1", "2"]
    assert printed("import tqdm\nprint(list(tqdm.tqdm([4, 5])))") == ["[4, 5]"]


def test_lines_before_what_is_not_run_have_run() -> None:
    interpreter, rejection = interpreted("a = np.arange(3)\nprint(a.sum())\nfor i in [1]:\n    i.__dict__\nprint(a)")
    assert rejection is not None
    assert (rejection.place.line, interpreter.printed) == (4, ["3"])
    interpreter, rejection = interpreted("a = 1\nprint(a)\nb = (2\n")
    assert rejection is not None
    assert (rejection.place.line, interpreter.printed) == (3, ["1"])


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass",
        "x = 0\nwhile True:\n    x += 1",
        "def f(n):\n    return f(n + 1)\nf(0)",
        f"def f(n):\n    return {'(' * 40}1 + f(n){' + 0)' * 40}\nf(0)",
        "l = [0]\nfor x in l:\n    l.append(x)",
        "x = [[0] * 9999 for i in range(9999)]",
        "f'{1:10000000}'",
        "s = 'a' * 9000\ns = s * 9000",
        "'a'.join(['b' * 9000] * 9000)",
        "('ab' * 4000).replace('a', 'b' * 9000)",
        "x = 2 ** 10 ** 10",
        "x = np.ones((2000, 2000))",
        "nn.Linear(10**6, 10**6)",
        "x = []\nx.append(x)",
        "d = {}\nd['d'] = d",
        "torch.utils.data.DataLoader([1, 2], num_workers=2)",
        "[i for i in range(9000) for j in range(9000)]",
        "list(range(10 ** 9))",
        "zip(range(10 ** 9), range(10 ** 9))",
        "print('x' * 9000, 'y' * 9000)",
        "def g():\n    while True:\n        yield 1\nlist(g())",
        "def g():\n    while True:\n        yield 1\nsum(g())",
        "def g():\n    while True:\n        yield 1\n3 in g()",
        "def g():\n    while True:\n        yield 1\nfor x in filter(lambda v: v > 1, g()):\n    pass",
        "def g():\n    yield from g()\nlist(g())",
        "def g(it):\n    yield from it\nit = []\nfor i in range(2000):\n    it = g(it)\nlist(it)",
        "it = []\nfor i in range(2000):\n    it = map(abs, it)\nlist(it)",
        "import itertools\nset(itertools.count())",
        "import itertools\nlist(itertools.product(range(10 ** 9)))",
        "import itertools\nlist(itertools.product([1, 2], repeat=60))",
        "import itertools\nlist(itertools.permutations(range(9000), 9000))",
        "import itertools\nlist(itertools.permutations([1], 10 ** 9))",
        "import itertools\nlist(itertools.repeat(0))",
        "import itertools\nany(v < 0 for v in itertools.count())",
        "import itertools\nfor x in itertools.filterfalse(None, range(1, 10 ** 9)):\n    pass",
        "import itertools\nnext(itertools.islice(range(10 ** 12), 10 ** 9, None))",
        "import itertools\nfor x in itertools.cycle([1]):\n    pass",
        "s = set()\nfor i in range(3):\n    s |= {i * 9000 + j for j in range(9000)}",
        "from collections import deque\nq = deque()\nwhile True:\n    q.append(1)",
        "from collections import deque\nq = deque()\nq.append(q)",
        "from collections import deque\nq = deque([1] * 9000)\nq += q\nq += q",
        "from collections import deque\nq = deque([1] * 9000)\nq *= 10 ** 9",
        "from collections import deque\nq = deque([1])\nq += range(10 ** 9)",
        "from collections import deque\nq = deque([1]) * 10 ** 9",
        "from collections import Counter\nlist(Counter(a=10 ** 9).elements())",
        "from collections import defaultdict\nd = defaultdict(int)\nwhile True:\n    d[len(d)]",
        "class A:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        return 1\nlist(A())",
        "print(*range(10 ** 9))",
        "'x'.zfill(10 ** 9)",
        "match range(10 ** 6):\n    case [x, *y]:\n        pass",
        "F.interpolate(torch.ones(1, 1, 4, 4), scale_factor=10 ** 6)",
        "F.scaled_dot_product_attention(torch.ones(9000, 1), torch.ones(9000, 1), torch.ones(9000, 1))",
        "np.zeros(100, 'U10000000')",
        "np.array(['a' * 9000])",
        "np.full(10 ** 6, 'x' * 200)",
        "np.repeat(np.array(['x' * 200]), 10 ** 6)",
        "a = np.array(['ab'])\nwhile True:\n    a = a + a",
        "np.array(['ab'])[0] * 10 ** 9",
        "x = np.array(['ab'])[0]\nx *= 10 ** 9",
        "np.array(['%99999999d'])[0] % 3",
        "np.array(['ab'])[0].ljust(10 ** 9)",
    ],
)
def test_what_takes_too_much_is_refused(text: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert rejection.verdict == "refused", rejection.message


@pytest.mark.parametrize(
    "text",
    [
        "().__class__.__bases__",
        "(lambda: 0).__globals__",
        "def f():\n    pass\nf.__code__",
        "class A:\n    def __getattr__(self, name):\n        return 1",
        "class A:\n    pass\nA().__dict__",
        "class Net(nn.Module):\n    pass\nNet()._parameters",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self._modules = 1\nNet()",
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.buffers = 1\nN()",
        "nn.Linear(2, 2).register_forward_hook(print).hooks_dict_ref",
        "'{0.__class__}'.format(1)",
        "f'{(1).__class__.__mro__}'",
        "eval('1')",
        "exec('1')",
        "__import__('os')",
        "getattr(np, 'save')",
        "np.save('x', np.ones(2))",
        "np.load('x')",
        "torch.load('x')",
        "torch.save(print, 'x')",
        "torch.save(torch.ones(2), open('x', 'wb'))",
        "copy.os",
        "'{0[0]}'.format([1])",
        "'{:{}}'.format(1, 2000)",
        "'%*d' % (9999, 1)",
        "'%9999d' % 1",
        "'a'.ljust(10 ** 9)",
        "torchvision.io.read_file('x')",
        "str.__subclasses__()",
        "str.format('{0.__class__}', 1)",
        "int.from_bytes",
        "torch.relu.__self__",
        "map(eval, ['1'])",
        "list(map(open, ['x']))",
        "type('A', (), {})",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.__traceback__",
        "warnings.sys",
        "time.sleep(9)",
        "math.__loader__",
        "nn.Module.__subclasses__()",
        "torch.utils.data.DataLoader([1]).__init__",
        "nn.Linear(2, 2).load_state_dict.__func__",
        "[].__class__.__base__",
        "np.ndarray.__new__",
        "def __import__(x):\n    pass",
        "getattr([].__class__, '__base__')",
        "getattr(np, 'save')('x', 1)",
        "getattr(torch, 'load')('x')",
        "getattr(nn.Linear(1, 1), '_parameters')",
        "setattr(torch, 'relu', 1)",
        "setattr(str, 'upper', 1)",
        "class A:\n    pass\nsetattr(A(), '__class__', 1)",
        "hasattr(np, 'save')",
        "def g():\n    yield 1\ng().gi_frame",
        "from collections import namedtuple\nnamedtuple('A', ['x', '__class__'])",
        "from collections import namedtuple\nnamedtuple('A); import os', ['x'])",
        "from collections import namedtuple\nnamedtuple('A', 'x')(1)._make",
        "from collections import deque\ndeque.__init__",
        "import itertools\nitertools.__loader__",
        "str.upper.__self__",
        "[].append.__self__",
        "global x",
    ],
)
def test_nothing_leads_out_of_the_language(text: str) -> None:
    rejection = interpreted(text)[1]
    if text != "global x":
        assert rejection is not None, text


def test_functions_see_names_as_python_does() -> None:
    assert printed("x = 1\ndef f():\n    return x\nx = 2\nprint(f())") == ["2"]
    rejection = interpreted("x = 1\ndef f():\n    x += 1\nf()")[1]
    assert rejection is not None
    assert rejection.declined is not None
    assert rejection.declined.kind == "UnboundLocalError"
    assert printed("fs = [lambda: i for i in range(3)]\nprint([f() for f in fs])") == ["[2, 2, 2]"]
    assert printed("def f(x, l=[]):\n    l.append(x)\n    return l\nf(1)\nprint(f(2))") == ["[1, 2]"]


OF_PYTHON = (
    "x = 5\nx[0]", "x = 5\nx[0] = 1", "x = None\nx[0]", "x = None\nx[0] = 1", "x = (1, 2)\nx[0] = 3", "x = True\nx[0]",
    "x = 1.5\nx[0]", "x = {1, 2}\nx[0] = 1", "x = 'abc'\nx[0] = 'z'", "w = torch.ones(3)\nw.grad[0]",
    "w = torch.ones(3)\n-w.grad", "w = torch.ones(3)\nw - 0.1 * w.grad", "prices = [1, 2]\n-prices", "~1.5",
    "count = 5\ndef outer():\n    count = 0\n    def step():\n        global count\n        count += 1\n    step()\n"
    "    return count\nprint(outer(), count)",
    "def outer():\n    def step():\n        global made\n        made = 3\n        del made\n        made = 4\n"
    "    step()\nouter()\nprint(made)",
    "net = nn.Linear(2, 1)\ntorch.optim.SGD(net.parameters, lr=0.1)", "x = torch.ones(3)\ny = x.sum\nx += y",
    "net = nn.Linear(2, 1)\ntorch.optim.Adam(params=net.parameters)", "x = torch.ones(3)\ny = x.sum\ny += 1",
    "net = nn.Linear(2, 1)\nfor p in net.parameters:\n    pass", "x = torch.ones(3)\ntorch.sum(x.clone)",
    "net = nn.Linear(2, 1)\nstate = net.state_dict\nstate['bias']", "x = torch.ones(3)\nF.relu(x.clone)",
    "net = nn.Linear(2, 1)\nstate = net.state_dict\nstate['bias'] = 3", "x = torch.ones(3)\ny = x.clone\ny.shape",
    "net = nn.Linear(2, 1)\nstate = net.state_dict\nstate.keys()", "x = np.ones(3)\ny = x.copy\ny[0] = 5",
    "x = ['a', 'b']\nfor y in x:\n    print(x[y])", "x = (1, 2)['a']", "range(3)['a']",
    "from collections import OrderedDict\nx = OrderedDict()\nx(1)", "nn.Linear(2, 1).state_dict()(1)",
    "from collections import deque\nx = deque([1])\nx.shape", "from collections import Counter\nx = Counter()\nx(1)",
    "def f():\n    pass\nf[0] = 1", "def f():\n    pass\nf.shape", "with torch.no_grad:\n    pass",
    "with np.errstate:\n    pass", "a = np.array([3, 1])\na.sort(reverse=True)", "a = np.ones(2)\na.argsort(key=None)",
    "w = torch.ones(2, requires_grad=True)\nw.grad = 0", "r = np.random.RandomState(3)\nr.integers(3)",
    "r = np.random.default_rng(3)\nr.rand(3)",
    "x = torch.tensor([-1.0, 2.0])\ny = torch.relu_(x)\nz = F.leaky_relu_(y - 1, 0.1)\nF.elu_(x)\nprint(x, y is x, z)",
    "r = np.random.RandomState(seed=3)\nprint(r.rand(2), r.randn(1, 2), r.randint(0, 9, 3), r.random(2), r.choice(5))\n"
    "a = np.arange(4)\nr.shuffle(a)\nprint(a, r.permutation(4), r.choice([5, 6, 7], 2), r.normal(1, 2, size=2))",
)  # fmt: skip


@pytest.mark.parametrize("text", OF_PYTHON)
def test_values_of_python_refuse_what_they_refuse_in_plain_python(text: str) -> None:
    assert_alike(text)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\ndef f():\n    nonlocal x\n    x = 2", 3, "no binding for nonlocal 'x' found"),
        ("def f():\n    x = 1\n    global x", 3, "name 'x' is assigned to before global declaration"),
        ("x = 1\ndef f():\n    y = x\n    global x", 4, "name 'x' is used prior to global declaration"),
        ("def f(a, a):\n    return a", 1, "duplicate argument 'a' in function definition"),
        ("def f(x):\n    global x", 2, "name 'x' is parameter and global"),
    ],
)
def test_names_that_python_refuses_are_refused_before_anything_of_the_line_runs(
    text: str, line: int, words: str
) -> None:
    interpreter, rejection = interpreted(text)
    assert rejection is not None
    assert rejection.place.line == line
    assert f"SyntaxError: {words}" in rejection.message
    assert "f" not in interpreter.names


def test_a_loop_beyond_its_bound_says_how_many_steps_are_taken() -> None:
    rejection = interpreted("i = 0\nwhile i >= 0:\n    i += 1")[1]
    assert rejection is not None
    assert f"{MAX_EXECUTED:,}".replace(",", " ") in rejection.message


COMPARED = """
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    print(F.mse_loss(torch.ones(3, 1), torch.ones(3)).item(), len(w), w[0].category.__name__)
print(F.mse_loss(torch.ones(3), torch.ones(3)).item())
"""


def test_a_loss_of_two_shapes_warns_within_the_program(heard: list[warnings.WarningMessage]) -> None:
    del heard
    assert printed(COMPARED) == ["0.0 1 UserWarning", "0.0"]


def test_warnings_are_kept_where_the_program_asks_for_them(heard: list[warnings.WarningMessage]) -> None:
    del heard
    text = (
        "import warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n"
        "    x = np.array([1.]) / 0\nprint(len(w), w[0].category.__name__)"
    )
    assert printed(text) == ["1 RuntimeWarning"]


@pytest.mark.parametrize(
    "text",
    [
        "rows = [[1], [2]]\nrows.pop()[0] += 1\nprint(rows)",
        "def next_one():\n    print('asked')\n    return d\nd = {'a': 1}\nnext_one()['a'] += 1\nprint(d)",
        "x = [np.zeros(2), np.zeros(2)]\nx.pop()[0] += 1\nprint(x)",
        "class Box:\n    pass\ndef made():\n    print('made')\n    return box\nbox = Box()\nbox.n = 1\nmade().n += 2\n"
        "made().m = 3\nprint(box.n, box.m)",
        "def one():\n    print('once')\n    return torch.ones(2)\none().data += 1\none().requires_grad = True",
    ],
)
def test_what_is_changed_in_place_is_asked_for_once(text: str) -> None:
    assert assert_alike(text) is None


WRITTEN = """
for i in range(3):
    print(i, end=" ")
print()
print("a", "b", sep="-", end="!\\n")
print(1, 2, sep=None, end=None)
print("x\\n", end="")
x = torch.tensor(3.14159)
print(f"{x:.2f} {x.item():>8.3f} {np.float32(2.5):.1e}")
print("%d %s %.2f%%" % (3, "x", 2.5), "{} {:.2f} {1!r} {name}".replace("{1!r} ", "").format(1, 2.0, name="n"))
print("ab".center(6, "*"), "a,b".split(","))
"""
ASKED = """
values = iter([1, 2])
print(next(values), next(values), next(values, "none"))
print(list(map(str, [1, 2])), list(map(abs, [-1])), sorted(["bb", "a"], key=len), max([1, -5], key=abs))
for f in (torch.relu, np.sqrt, F.relu):
    print(f(torch.tensor(4.)) if f is not np.sqrt else f(4.))
print(type(3) is int, type(3) == int, type("a") == str, type(3) == float, type(np.ones(1)) == np.ndarray)
d = {"a": 1, "b": 2}
print(d.keys(), d.values(), d.items(), list(d.keys()), len(d.items()), "a" in d.keys())
del d["a"]
rows = [1, 2, 3]
del rows[0]
print(d, rows, divmod(7, 2), pow(2, 3), chr(65), ord("A"), hex(255), bin(5))
class Point:
    def __init__(self, x):
        self.x = x
    def __repr__(self):
        return f"Point({self.x})"
print([Point(1), (Point(2),)], {"p": Point(3)}, Point(4))
"""
LOADED = """
from torch.utils.data import DataLoader, TensorDataset, ConcatDataset, random_split
ds = TensorDataset(torch.arange(10.), torch.arange(10))
torch.manual_seed(0)
loader = DataLoader(ds, batch_size=4, shuffle=True)
xb, yb = next(iter(loader))
print(xb, yb, len(loader))
def joined(items):
    return torch.stack([x for x, y in items]).sum()
print([float(total) for total in DataLoader(ds, batch_size=5, collate_fn=joined)])
first, second = random_split(ds, [8, 2], generator=torch.Generator().manual_seed(0))
print(len(first), second.indices, len(ConcatDataset([first, second])))
"""
MODES = """
@torch.no_grad()
def doubled(x):
    return x * 2
x = torch.ones(2, requires_grad=True)
print(doubled(x).requires_grad)
with torch.inference_mode():
    print((x * 2).requires_grad)
with torch.set_grad_enabled(False):
    print((x * 2).requires_grad)
with np.errstate(all="ignore"):
    print(np.array([1.]) / 0)
(x * x).sum().backward()
print(torch.nn.utils.clip_grad_norm_([x], 1.0), x.grad)
if __name__ == "__main__":
    print(torch.__version__ > "1", np.__version__ > "1")
"""
FLAT = """
x = np.array([[1, 2], [3, 4]])
for v in x.flat:
    print(v)
print(*x.T.flat, list(x.flat), max(x.flat), sum(x.flat), len(x.flat), [v * 2 for v in x.flat])
part = x.flat[1:3]
part[0] = 50
x.flat[0] = 9
x.flat[[2, 3]] = [7, 8]
print(x, x.flat[2], part)
d = torch.device("cpu")
print(d, d.type, [d], d == "cpu", torch.ones(1, device=d).device == d)
"""
COPIED = """
import copy
rows = [[1], [2]]
deep, shallow = copy.deepcopy(rows), copy.copy(rows)
rows[0].append(3)
print(deep, shallow)
net = nn.Sequential(nn.Linear(2, 1))
best = copy.deepcopy(net.state_dict())
with torch.no_grad():
    net[0].weight.zero_()
print(best["0.weight"].abs().sum() > 0, list(best))
print(nn.Linear(2, 1).load_state_dict(nn.Linear(2, 1).state_dict()))
print(nn.Linear(1, 1).state_dict().keys())
"""
IMAGES = """
from torchvision import transforms
from torchvision.transforms.functional import to_tensor, normalize
image = np.arange(12, dtype=np.uint8).reshape(2, 3, 2)
print(to_tensor(image), to_tensor(image[:, :, 0]).shape, to_tensor(image.astype(np.float64)).dtype)
print(normalize(torch.ones(1, 2, 2), [0.5], [0.25]))
steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5), (0.5, 0.25))])
print(steps)
print(steps(image))
print(transforms.Compose([transforms.ToTensor(), transforms.Lambda(lambda x: x.view(-1))])(image).shape)
for wrong in ("x", image[0, 0, 0], np.zeros((1, 1, 1, 1))):
    try:
        to_tensor(wrong)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
whole = torch.ones(1, 2, 2, dtype=torch.int64)
for args in ((torch.ones(2, 2), 0., 1.), (torch.ones(1, 2, 2), [0.], [0.]), (whole, 0., 1.)):
    try:
        normalize(*args)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
"""
SAVED = """
net = nn.Linear(2, 1)
torch.save(net.state_dict(), "weights.pt")
other = nn.Linear(2, 1)
print(torch.equal(net.weight, other.weight))
other.load_state_dict(torch.load("weights.pt"))
print(torch.equal(net.weight, other.weight), net.weight is other.weight)
both = torch.arange(4.)
torch.save({"all": both, "part": both[1:], "epoch": 3}, "run.pt")
both[:] = 0
loaded = torch.load("run.pt", map_location="cpu", weights_only=True)
print(loaded)
loaded["all"][1] = 9
print(loaded["part"])
try:
    torch.load("wieghts.pt")
except FileNotFoundError as error:
    print(type(error).__name__, error)
torch.load("nothing.pt")
"""


UNCALLED = """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.StepLR(opt, 1)
net.eval
opt.step
opt.zero_grad
sched.step
net.to
print(net.training, net.parameters, callable(net.eval))
train, clear, count = net.train, opt.zero_grad, net.parameters
train(False)
clear()
print(net.training, [p.shape for p in count()])
"""


TYPES = """
class Plain:
    pass
class Net(nn.Module):
    pass
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x ** 2
print(type(Plain), type(Net).__name__, type(Square).__name__, type(int), type(torch.Tensor), type(nn.Linear))
lin = nn.Linear(2, 1)
lin.requires_grad, lin.note = False, "mine"
print(lin.requires_grad, lin.weight.requires_grad, lin.note, lin.in_features)
"""

STARRED = """
from numpy import *
x = reshape(range(16), (4, 4))
print(x[[1, 3], [1, 3]], sum(x), max(x, axis=0), round(pi, 2), abs(-3))
m = array([1.0, nan], dtype=float32)
print(m.dtype, average(m[m != nan]), linalg.norm([3, 4]), float64(2) ** 0.5)
array = 5
print(array, random.RandomState(0).rand())
from math import *
print(sqrt(4), e, floor(2.5))
from torch.nn.functional import *
print(relu(torch.tensor([-1., 2.])))
from torch import *
print(ones(2), max(tensor([1, 5]), 0).indices)
from numpy import *
sum(each for each in range(3))
"""
SLICED = """
l = list(range(6))
l[0:2], l[2:4] = l[2:4], l[0:2]
l[1:3] = [9, 8, 7]
l[:0] = (1,)
l[::2] = [0] * len(l[::2])
l[2:4] = range(2)
print(l)
l[::3] = [5]
"""
PICKED = """
a, b = np.array([1., 2., 4.]), np.array([2., 0., 4.])
mask = b != 0
print(np.divide(a, b, out=np.zeros_like(a), where=mask), np.sqrt(a, where=[True, True, True], out=b.copy()))
c = np.ones(3)
print(np.multiply(a, b, c) is c, c, np.exp(c, c), np.add(a, 1, out=a, where=mask), a)
try:
    np.add(a, b, c, a)
except TypeError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "text",
    [PICKED, WRITTEN, ASKED, LOADED, MODES, FLAT, COPIED, IMAGES, UNCALLED, TYPES, SAVED],
    ids=[
        "picked",
        "written",
        "asked",
        "loaded",
        "modes",
        "flat",
        "copied",
        "images",
        "uncalled",
        "types",
        "saved",
    ],
)
def test_what_learners_write_does_what_plain_python_does(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    error = assert_alike(text)
    assert error == ("FileNotFoundError: [Errno 2] No such file or directory: 'nothing.pt'" if text == SAVED else None)


def test_a_slice_of_a_list_is_written_to_as_python_does() -> None:
    assert assert_alike(SLICED) == "ValueError: attempt to assign sequence of size 1 to extended slice of size 3"


def test_all_names_of_a_module_are_imported_as_python_does() -> None:
    printed, error, _ = in_python(STARRED)
    interpreter, rejection = interpreted(STARRED)
    assert interpreter.printed == printed.removesuffix("\n").split("\n")
    assert rejection is not None
    assert rejection.declined is not None
    assert rejection.declined.text == error


def test_what_is_saved_is_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    text = "torch.save(torch.ones(2), 'kept.pt')\nprint(torch.load('kept.pt').sum().item())"
    assert printed(text) == ["2.0"]
    assert not list(tmp_path.iterdir())
    rejection = interpreted("torch.load('kept.pt')")[1]
    assert rejection is not None, "another program finds what one has saved"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("torch.save(nn.Linear(2, 1), 'x')", "net.state_dict()"),
        ("torch.save(np.ones(2), 'x')", "torch.from_numpy"),
        ("torch.save(torch.ones(2), 3)", "A name is a text here"),
        ("for i in range(30):\n    torch.save(i, str(i))", "at most 20 names"),
        ("x = torch.ones(900, 900)\nfor i in range(19):\n    torch.save(x.double(), str(i))", "bytes here"),
        ("x = []\nfor i in range(30):\n    x = [x]\ntorch.save(x, 'x')", "deep here"),
    ],
)
def test_what_cannot_be_saved_is_told(text: str, words: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert words in rejection.message


DATA = (
    "from torch.utils.data import DataLoader, Subset, TensorDataset, random_split\n"
    "data = TensorDataset(torch.arange(4))\npart = Subset(data, [0, 2])\n"
)


@pytest.mark.parametrize(
    "text",
    [
        DATA + "part.transform = 3\npart.transform += 1\nprint(part.transform, part[0])",
        DATA + "data.name = 'few'\nloader = DataLoader(data)\nloader.name = data.name\nprint(loader.name)",
        DATA + "print(hasattr(part, 'name'))\npart.name = None\nprint(hasattr(part, 'name'), part.name)",
        DATA + "print(part.name)",
        "opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)\n"
        "plan = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1, factor=0.5)\n"
        "for loss in [3.0, 2.0, 2.5, 2.0]:\n    plan.step(loss)\n"
        "    print(plan.num_bad_epochs, plan.best, plan.patience, plan._last_lr, plan.last_epoch)",
        "opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)\n"
        "plan = torch.optim.lr_scheduler.StepLR(opt, 2)\n"
        "print(plan.base_lrs, plan.gamma, plan.step_size, plan.last_epoch)",
        "opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)\n"
        "plan = torch.optim.lr_scheduler.StepLR(opt, 2, gamma=0.5)\nfor i in range(5):\n"
        "    print(plan.get_lr(), plan.get_last_lr())\n    opt.step()\n    plan.step()",
        "opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)\n"
        "plan = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1)\nprint(plan.get_lr())",
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_attributes_of_data_sets_and_schedulers_are_those_of_python(text: str) -> None:
    assert_alike(text)


@pytest.mark.parametrize("line", ["part.indices = [1]", "data.tensors = ()", "part._own = 1", "part.__len__ = len"])
def test_what_pytorch_uses_itself_is_not_set_in_a_data_set(line: str) -> None:
    rejection = interpreted(DATA + line)[1]
    assert rejection is not None
    assert rejection.verdict in ("refused", "unknown")


@pytest.mark.parametrize(
    ("name", "meant"), [("__int__", "__init__"), ("__init", "__init__"), ("__get_item__", "__getitem__")]
)
def test_a_method_that_cannot_be_defined_is_compared_with_those_that_can(name: str, meant: str) -> None:
    rejection = interpreted(f"class Bag:\n    def {name}(self):\n        pass")[1]
    assert rejection is not None
    assert f"Is “{meant}” meant?" in rejection.message


def test_a_tensor_says_where_its_cells_lie() -> None:
    text = (
        "import torch\na = torch.arange(4)\nb, c = a.view(2, 2), a.clone()\n"
        "print(a.data_ptr() == b.data_ptr(), a.data_ptr() == c.data_ptr(), a[1:].data_ptr() - a.data_ptr())\n"
        "print(type(a.data_ptr()).__name__, torch.nn.Linear(2, 1).weight.data_ptr() > 0)"
    )
    assert printed(text) == ["True False 8", "int True"]
