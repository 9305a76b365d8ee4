"""What surprises in iterators, data sets and loaders is named where it happened, and nothing is elsewhere."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.data import (
    BatchesNotSamples,
    ErrorTakenForEnd,
    FieldByField,
    LengthNotAsked,
    SetOnThePart,
    UsedUp,
)
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("program", "claims"),
    [
        (
            "z = zip([1, 2], [3, 4])\nprint(list(z))\nprint(list(z))",
            [UsedUp((7, 1), "z", "zip", "zip([1, 2], [3, 4])", 6, is_first=False)],
        ),
        (
            "g = (i * i for i in range(3))\ntotal = sum(g)\nshares = [x / total for x in g]",
            [UsedUp((7, 1), "g", "generator", "(i * i for i in range(3))", 6, is_first=False)],
        ),
        (
            "net = nn.Linear(2, 1)\nparams = net.parameters()\nfor p in params:\n    n = p.numel()\n"
            "for p in params:\n    p.requires_grad = False",
            [UsedUp((7, 2), "params", "generator", "net.parameters()", 9, is_first=True)],
        ),
        (
            "def show(parts):\n    for p in parts:\n        print(p)\nit = iter([1, 2])\nshow(it)\nshow(it)",
            [UsedUp((6, 2), "parts", "list_iterator", "iter([1, 2])", 6, is_first=True)],
        ),
        (
            "def count(n):\n    for i in range(n):\n        yield i\nc = count(2)\na = max(c)\nb = [*c]",
            [UsedUp((10, 1), "c", "generator", "count(2)", 9, is_first=False)],
        ),
        (
            "class Clip:\n    def __init__(self, net):\n        self.held = net.parameters()\n"
            "    def count(self):\n        n = sum(p.numel() for p in self.held)\n        return n\n"
            "clip = Clip(nn.Linear(2, 1))\nfirst = clip.count()\nsecond = clip.count()",
            [UsedUp((9, 2), "self.held", "generator", "net.parameters()", 9, is_first=False)],
        ),
        (
            "r = reversed([1, 2])\na = list(r)\nb = dict(enumerate(r))",
            [UsedUp((7, 1), "r", "list_reverseiterator", "reversed([1, 2])", 6, is_first=False)],
        ),
    ],
)
def test_what_is_used_up_is_named(program: str, claims: list[Claim]) -> None:
    assert [claim for claim in found(program) if isinstance(claim, UsedUp)] == claims


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        (UsedUp((1, 1), "z", "zip", "zip(a, b)", 2, is_first=True), "list(zip(a, b))"),
        (UsedUp((1, 1), "z", "generator", "(x for x in a)", 2, is_first=True), "list(x for x in a)"),
        (UsedUp((1, 1), "z", "list_iterator", "iter(a)", 2, is_first=False), "list(a)"),
    ],
)
def test_what_keeps_values_is_written_as_one_would(claim: UsedUp, kept: str) -> None:
    assert claim.kept == kept


@pytest.mark.parametrize(
    "program",
    [
        "z = list(zip([1, 2], [3, 4]))\nprint(list(z))\nprint(list(z))",
        "for _ in range(2):\n    z = zip([1, 2], [3, 4])\n    print(list(z))",
        "it = iter([1, 2, 3])\nfirst = next(it)\nrest = list(it)\nnone = next(it, None)",
        "it = iter(range(5))\nfor x in it:\n    if x == 2:\n        break\nrest = list(it)",
        "import itertools\nit = iter(range(5))\nwhile part := list(itertools.islice(it, 2)):\n    print(part)",
        "it = iter(range(6))\npairs = list(zip(it, it))",
        "g = (x for x in [1, 0, 1])\nsome = any(g)\nrest = list(g)",
        "z = zip([], [])\na = list(z)\nb = list(z)",
        "r = range(3)\na = list(r)\nb = list(r)\nd = {'a': 1}\nk = d.keys()\na = list(k)\nb = list(k)",
        "net = nn.Linear(2, 1)\nfor _ in range(2):\n    for p in net.parameters():\n        n = p.numel()",
        "def read(a):\n    return list(a)\nread(zip([1], [2]))\nread(zip([1], [2]))",
    ],
)
def test_what_is_gone_through_once_or_anew_is_left_alone(program: str) -> None:
    assert [claim for claim in found(program) if isinstance(claim, UsedUp)] == []


BY_INDEX = (
    "class Rows:\n    def __init__(self, rows, names):\n        self.rows, self.names = rows, names\n"
    "    def __len__(self):\n        return len(self.rows)\n    def __getitem__(self, i):\n"
    "        return self.rows[i], self.names[i]\n"
)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            "class Whole:\n    def __len__(self):\n        return 2\n    def __getitem__(self, i):\n        return i\n"
            "w = Whole()\nfor i in w:\n    if i > 3:\n        break",
            LengthNotAsked((11, 5), "w", 4, 2),
        ),
        (
            "from torch.utils.data import Dataset\nclass Half(Dataset):\n    def __len__(self):\n        return 3\n"
            "    def __getitem__(self, i):\n        return torch.arange(4.)[i]\nhalf = Half()\n"
            "for i, x in enumerate(half):\n    print(x)",
            LengthNotAsked((12, 4), "half", 3, 3),
        ),
        (
            BY_INDEX + "rows = Rows([1, 2, 3], ['a'])\nfor row, name in rows:\n    print(row)",
            ErrorTakenForEnd((13, 1), "rows", 13, 1, 3, 11, "self.names[i]"),
        ),
        (
            BY_INDEX + "rows = Rows([1, 2], [])\nfor row, name in rows:\n    print(row)",
            ErrorTakenForEnd((12, 1), "rows", 13, 0, 2, 11, "self.names[i]"),
        ),
        (
            "from torch.utils.data import DataLoader\nsamples = [[1, 2, 3], [4, 5, 6]]\n"
            "for batch in DataLoader(samples, batch_size=2):\n    print(batch)",
            FieldByField((7, 1), "batch", 3, 2),
        ),
        (
            "from torch.utils.data import DataLoader\nsamples = [(0, [1., 2., 3.]), (1, [4., 5., 6.])]\n"
            "for i, batch in enumerate(DataLoader(samples, batch_size=2)):\n    print(batch[1])",
            FieldByField((7, 1), "batch[1]", 3, 2),
        ),
        (
            "from torch.utils.data import DataLoader\nsamples = [{'x': [1., 2.], 'y': 0}, {'x': [3., 4.], 'y': 1}]\n"
            "loader = DataLoader(samples, batch_size=2)\nfirst = next(iter(loader))",
            FieldByField((8, 1), "first['x']", 2, 2),
        ),
    ],
)
def test_how_parts_are_asked_for_and_joined_is_named(program: str, claim: Claim) -> None:
    assert claim in found(program)


@pytest.mark.parametrize(
    "program",
    [
        BY_INDEX + "rows = Rows([1, 2], ['a', 'b'])\nfor row, name in rows:\n    print(row)",
        BY_INDEX + "rows = Rows([1, 2], ['a'])\nfor i in range(1):\n    print(rows[i])",
        BY_INDEX
        + "    def __iter__(self):\n        return iter([1])\nrows = Rows([1, 2], [])\nfor row in rows:\n    print()",
        BY_INDEX.replace("len(self.rows)", "len(self.names)") + "rows = Rows([1, 2], ['a'])\nfor row, name in rows:\n"
        "    print(row)",
        "from torch.utils.data import DataLoader\nsamples = [(1., 2.), (3., 4.)]\n"
        "for batch in DataLoader(samples, batch_size=2):\n    print(batch)",
        "from torch.utils.data import DataLoader\nsamples = [[1., 0], [3., 1]]\n"
        "for batch in DataLoader(samples, batch_size=2):\n    x, y = batch",
        "from torch.utils.data import DataLoader\nsamples = [{'x': (1., 2.)}, {'x': (3., 4.)}]\n"
        "for batch in DataLoader(samples, batch_size=2):\n    print(batch)",
        "from torch.utils.data import DataLoader\nsamples = [{'x': torch.ones(2)}, {'x': torch.zeros(2)}]\n"
        "for batch in DataLoader(samples, batch_size=2):\n    print(batch)",
    ],
)
def test_what_is_asked_for_and_joined_as_meant_is_left_alone(program: str) -> None:
    kinds = (ErrorTakenForEnd, FieldByField, LengthNotAsked)
    assert [claim for claim in found(program) if isinstance(claim, kinds)] == []


PARTS = (
    "from torch.utils.data import Dataset, Subset, random_split\nclass Data(Dataset):\n"
    "    def __init__(self):\n        self.transform = None\n    def __len__(self):\n        return 4\n"
    "    def __getitem__(self, i):\n        x = torch.ones(2) * i\n"
    "        return x if self.transform is None else self.transform(x)\ndata = Data()\n"
)


def test_an_attribute_that_only_the_whole_data_set_reads_is_named() -> None:
    program = PARTS + "train, test = random_split(data, [3, 1])\ntrain.transform = lambda x: x + 1\nprint(train[0])"
    assert SetOnThePart((16, 1), "train", "transform", ("test",)) in found(program)
    alone = PARTS + "few = Subset(data, [0])\nfew.transform = torch.exp"
    assert SetOnThePart((16, 1), "few", "transform", ()) in found(alone)


@pytest.mark.parametrize(
    "program",
    [
        "train, test = random_split(data, [3, 1])\ntrain.dataset.transform = lambda x: x + 1\nprint(test[0])",
        "few = Subset(data, [0])\nfew.name = 'few'\nprint(few.name)",
        "few = Subset(data, [0])\nfew.transform = torch.exp\nprint(few.transform(few[0]))",
        "data.transform = torch.exp",
    ],
)
def test_an_attribute_that_is_read_is_left_alone(program: str) -> None:
    assert [claim for claim in found(PARTS + program) if isinstance(claim, SetOnThePart)] == []


LOADS = (
    "from torch.utils.data import DataLoader, TensorDataset\ndata = TensorDataset(torch.arange(10.))\n"
    "loader = DataLoader(data, {})\n{}"
)


@pytest.mark.parametrize(
    ("settings", "asks", "code"),
    [
        ("batch_size=4", "print('batches', len(loader))", "len(loader)"),
        ("4, shuffle=True", "steps = 3 * len(loader)", "len(loader)"),
        ("batch_size=4", "def show(batches):\n    return len(batches)\nshow(loader)", "len(batches)"),
        ("batch_size=4", "n = len(DataLoader(data, 4))", "len(DataLoader(data, 4))"),
    ],
)
def test_the_length_of_a_loader_is_told_with_its_last_batch(settings: str, asks: str, code: str) -> None:
    said = [each for each in found(LOADS.format(settings, asks)) if isinstance(each, BatchesNotSamples)]
    assert said == [BatchesNotSamples((9 if "def " in asks else 8, 1), code, 10, 4)]


@pytest.mark.parametrize(
    ("settings", "asks"),
    [
        ("batch_size=5", "print(len(loader))"),
        ("batch_size=16", "print(len(loader))"),
        ("batch_size=4, drop_last=True", "print(len(loader))"),
        ("batch_size=4", "print(len(loader.dataset), len(data))"),
        ("batch_size=4", "total = 3.0\nprint(total / len(loader))"),
        ("batch_size=4", "for x in loader:\n    n = len(x)"),
    ],
)
def test_the_length_of_a_loader_is_not_told_elsewhere(settings: str, asks: str) -> None:
    assert not [each for each in found(LOADS.format(settings, asks)) if isinstance(each, BatchesNotSamples)]
