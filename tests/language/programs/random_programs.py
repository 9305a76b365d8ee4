"""Programs drawn at random, as learners write them, each of some statements that build on what stands before."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

KINDS = (
    "array", "number", "list", "augmented", "item", "for range", "for enumerate", "for zip", "for array", "while", "if",
    "def", "lambda", "comprehension", "generator", "dict", "f-string", "try", "raise", "assert", "delete", "unpack",
    "star", "no_grad", "class", "module", "slice", "method", "ternary", "logic", "sorted", "text", "global", "tensor",
    "backward", "finally", "keyword", "nested", "isinstance", "walk", "set", "yield", "send", "itertools", "counted",
    "named", "deque", "by name", "transform", "managed", "enum",
)  # fmt: skip


@dataclass
class Program:
    """A program that is being written.

    Parameters
    ----------
    chance
        Draws.
    lines
        What stands there.
    kinds
        Which kinds of statements are in it.
    """

    chance: random.Random
    lines: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    arrays: list[str] = field(default_factory=lambda: ["a"])
    numbers: list[str] = field(default_factory=lambda: ["n"])
    made: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def fresh(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}"

    def array(self) -> str:
        return self.chance.choice(self.arrays)

    def number(self) -> str:
        return self.chance.choice([*self.numbers, str(self.chance.randint(-3, 5))])

    def add(self, *lines: str) -> None:
        self.lines.extend(lines)


def drawn(chance: random.Random) -> Program:
    """Draw a program of 5 to 30 lines or so."""
    program = Program(chance)
    program.add("import numpy as np", "import torch", "from torch import nn")
    program.add(f"a = np.arange({chance.randint(2, 12)}.)", f"n = {chance.randint(0, 4)}")
    for _ in range(chance.randint(5, 11)):
        kind = chance.choice(KINDS)
        before = len(program.lines)
        _WRITE[kind](program)
        if len(program.lines) > 34:
            del program.lines[before:]
            break
        program.kinds.add(kind)
    program.add(f"print({program.array()}, {program.number()})")
    return program


def _new_array(p: Program) -> None:
    name = p.fresh("x")
    p.add(f"{name} = " + p.chance.choice([
        "np.array([[1, 2, 3], [4, 5, 6]])", "np.ones((2, 3))", "np.zeros(3)", "np.arange(6).reshape(2, 3)",
        f"{p.array()} * 2", f"{p.array()} + {p.number()}", f"{p.array()}[1:]", f"{p.array()}.copy()",
        f"np.linspace(0, 1, {p.chance.randint(2, 5)})", f"{p.array()} - {p.array()}", f"np.maximum({p.array()}, 1)",
        f"{p.array()}.T", f"{p.array()}[None, :]", f"np.where({p.array()} > 1, {p.array()}, 0)", "np.eye(3)",
        f"np.concatenate([{p.array()}, {p.array()}])", f"{p.array()}.reshape(-1)",
    ]))  # fmt: skip
    p.arrays.append(name)


def _number(p: Program) -> None:
    name = p.fresh("k")
    p.add(f"{name} = " + p.chance.choice([
        f"{p.number()} + {p.number()} * 2", f"{p.number()} // 2", f"len({p.array()})", f"{p.array()}.sum()",
        f"abs({p.number()})", f"max({p.number()}, {p.number()})", f"round({p.number()} / 3, 2)", f"{p.number()} ** 2",
        f"float({p.array()}.mean())", f"int({p.number()})", f"{p.number()} % 3", f"-{p.number()}",
    ]))  # fmt: skip
    p.numbers.append(name)


def _list(p: Program) -> None:
    name = p.fresh("l")
    p.add(f"{name} = [{p.number()}, {p.number()}, 7]", p.chance.choice([
        f"{name}.append({p.number()})", f"{name} += [1, 2]", f"{name}[0] = {p.number()}", f"{name}.extend([1, 2])",
        f"{name}.insert(1, 5)", f"print({name}.pop())", f"{name}.reverse()", f"{name}.sort()", f"{name}.remove(7)",
    ]), f"print({name}, sum({name}), {name}[-1])")  # fmt: skip


def _augmented(p: Program) -> None:
    p.add(f"{p.array()} {p.chance.choice(['+=', '-=', '*='])} {p.number()}")


def _item(p: Program) -> None:
    p.add(f"{p.array()}[{p.chance.choice(['0', '-1', '1:', ':', '[0, 1]', '9'])}] = {p.number()}")


def _body(p: Program, name: str) -> list[str]:
    return p.chance.choice([
        [f"    n = n + {name}"], [f"    print({name}, n)"], [f"    if {name} > 1:", "        n += 1"],
        [f"    n += {name}", "    if n > 20:", "        break"],
        [f"    if {name} == 1:", "        continue", "    n += 1"],
    ])  # fmt: skip


def _for_range(p: Program) -> None:
    p.add(f"for i in range({p.chance.randint(0, 4)}):", *_body(p, "i"))


def _for_enumerate(p: Program) -> None:
    p.add(f"for i, v in enumerate({p.array()}):", "    print(i, v)")


def _for_zip(p: Program) -> None:
    p.add(f"for u, v in zip([1, 2, 3], {p.array()}):", "    n = n + u", "    print(u, v)")


def _for_array(p: Program) -> None:
    p.add(f"for row in {p.array()}:", "    print(row * 2)", "else:", "    print('through')")


def _while(p: Program) -> None:
    p.add("w = 0", f"while w < {p.chance.randint(1, 4)}:", "    w += 1", "    n += w", "print(w, n)")


def _if(p: Program) -> None:
    p.add(
        f"if {p.number()} > {p.number()}:", "    n = 1", f"elif {p.number()} == 2:", "    n = 2", "else:", "    n = 3"
    )


def _def(p: Program) -> None:
    name = p.fresh("f")
    p.add(f"def {name}(x, k=2, *rest):", "    y = x * k", "    if len(rest) > 0:", "        return rest[0]",
          "    return y")  # fmt: skip
    p.add(f"print({name}({p.array()}), {name}({p.number()}, {p.chance.choice(['3', 'k=4', '3, 5'])}))")


def _lambda(p: Program) -> None:
    p.add(f"g = lambda x, y=1: x + y * {p.chance.randint(1, 3)}", f"print(g({p.number()}), g({p.array()}, y=2))")


def _comprehension(p: Program) -> None:
    p.add(p.chance.choice([
        f"print([v * 2 for v in {p.array()} if v > 1])", "print([i * j for i in range(3) for j in range(i)])",
        "print([[i + j for j in range(2)] for i in range(2)])",
        f"print([type(v).__name__ for v in [1, 2.0, {p.array()}]])",
    ]))  # fmt: skip


def _generator(p: Program) -> None:
    p.add(p.chance.choice([
        f"print(sum(v * v for v in {p.array()}))", f"print(any(v > 2 for v in [1, {p.number()}]))",
        "print(all(i < 3 for i in range(3)))", "print(max(i * (4 - i) for i in range(5)))",
    ]))  # fmt: skip


def _dict(p: Program) -> None:
    name = p.fresh("d")
    p.add(f"{name} = {{'a': {p.number()}, 'b': [1, 2]}}", f"{name}['c'] = {p.number()}", p.chance.choice([
        f"print({name}['a'], sorted({name}))", f"print({name}.get('z', 5), 'a' in {name})", f"print({name}['z'])",
        f"for key, value in {name}.items():\n    print(key, value)", f"{name}['a'] += 1\nprint({name})",
        f"print({{k: len(str(v)) for k, v in {name}.items()}})", f"print(list({name}.keys()), len({name}))",
    ]))  # fmt: skip


def _f_string(p: Program) -> None:
    p.add(p.chance.choice([
        f"print(f'{{{p.number()}:>6}}|{{{p.number()}!r}}')", f"print(f'mean {{{p.array()}.mean():.3f}}')",
        f"print(f'{{{p.number()} + 1 = }}')", f"print(f'{{{p.array()}.shape}} {{n:05d}}')",
    ]))  # fmt: skip


def _try(p: Program) -> None:
    p.add("try:", f"    print({p.array()} + np.ones({p.chance.randint(2, 5)}))",
          f"except {p.chance.choice(['ValueError', 'Exception', '(TypeError, ValueError)', 'KeyError'])} as error:",
          "    print('caught', error, type(error).__name__)", "else:", "    print('fine')")  # fmt: skip


def _raise(p: Program) -> None:
    p.add("try:", f"    if {p.number()} < 3:", "        raise ValueError('too small')", "    print('large')",
          "except ValueError as error:", "    print(error)")  # fmt: skip


def _finally(p: Program) -> None:
    p.add("try:", f"    print(1 / ({p.number()} - 1))", "except ZeroDivisionError:", "    print('zero')", "finally:",
          "    print('at last')")  # fmt: skip


def _assert(p: Program) -> None:
    p.add(f"assert {p.array()}.ndim >= 1, 'no axis'")


def _delete(p: Program) -> None:
    p.add("z = 1", "del z", *(["print(z)"] if p.chance.random() < 0.1 else []))


def _unpack(p: Program) -> None:
    p.add(p.chance.choice([f"u, v = {p.array()}[:2]", "u, v = 1, 2", "u, (v, w) = 1, (2, 3)", "u, v = 'ab'",
                           "u, v = {1: 2, 3: 4}", "u, v = (1, 2, 3)"]),
          "print(u, v)")  # fmt: skip


def _star(p: Program) -> None:
    p.add(p.chance.choice([
        f"first, *others = {p.array()}\nprint(first, len(others))", "*u, v = [1, 2, 3]\nprint(u, v)",
        "print(*[1, 2], sep='-')", "print([*range(3), 9])", "print(max(*[3, 1]))",
    ]))  # fmt: skip


def _no_grad(p: Program) -> None:
    p.add("w = torch.tensor([1., 2.], requires_grad=True)", "with torch.no_grad():", "    s = (w * 2).sum()",
          "print(s, s.requires_grad)")  # fmt: skip


def _class(p: Program) -> None:
    p.add("class Pair:", "    size = 2", "    def __init__(self, left, right=0):", "        self.left = left",
          "        self.right = right", "    def total(self):", "        return self.left + self.right",
          "    def __len__(self):", "        return self.size", f"pair = Pair({p.number()}, {p.number()})",
          p.chance.choice(["pair.left += 1", "pair.extra = 3", "pair = Pair(right=2, left=1)"]),
          "print(pair.total(), len(pair), pair.left, isinstance(pair, Pair))")  # fmt: skip


def _module(p: Program) -> None:
    p.add("torch.manual_seed(0)", "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()",
          f"        self.fc = nn.Linear({p.chance.choice([2, 2, 2, 3])}, 2)", "    def forward(self, x):",
          "        return torch.relu(self.fc(x))", "net = Net()", "print(net(torch.ones(1, 2)))",
          "print(sum(w.numel() for w in net.parameters()))")  # fmt: skip


def _slice(p: Program) -> None:
    p.add(f"v = {p.array()}[{p.chance.choice(['::2', '1:', '::-1', ':2', '..., None'])}]", "print(v, v.shape)")


def _method(p: Program) -> None:
    asked = ["sum()", "max(axis=0)", "mean()", "argmax()", "dtype", "size", "foo", "tolist()", "std()"]
    p.add(f"print({p.array()}.{p.chance.choice(asked)})")


def _ternary(p: Program) -> None:
    p.add(f"n = 1 if {p.number()} > 0 else 2")


def _logic(p: Program) -> None:
    p.add(f"print({p.number()} > 0 and {p.number()} < 4 or not n, 0 < {p.number()} <= 3, {p.number()} in [1, 2])")


def _sorted(p: Program) -> None:
    p.add(p.chance.choice([
        "print(sorted([3, 1, 2], key=lambda v: -v))", "print(list(zip([1, 2], 'ab')), list(enumerate('xy', 1)))",
        "print(list(reversed([1, 2])), list(map(lambda v: v + 1, [1, 2])))", "print(min([3, 1], key=lambda v: -v))",
    ]))  # fmt: skip


def _text(p: Program) -> None:
    p.add(p.chance.choice([
        "print('a,b'.split(','), 'x'.upper() + 'y' * 2)", "print('-'.join(str(i) for i in range(3)))",
        "print('abc'[1:], len('abc'), 'b' in 'abc', str(1.5) + '!')", "print('Ab'.lower().replace('a', 'c'))",
    ]))  # fmt: skip


def _global(p: Program) -> None:
    p.add("count = 0", "def bump():", "    global count", "    count += 1", "bump()", "bump()", "print(count)")


def _tensor(p: Program) -> None:
    name = p.fresh("t")
    p.add(f"{name} = torch.arange({p.chance.randint(2, 6)}.)", p.chance.choice([
        f"print({name}.view(-1, 1).shape, {name}.mean().item())", f"{name}.mul_(2)", f"print({name} @ {name})",
        f"print({name} + torch.ones(3))", f"print({name}[{name} > 1])", f"print(torch.stack([{name}, {name}]).shape)",
    ]), f"print({name})")  # fmt: skip


def _backward(p: Program) -> None:
    p.add("w = torch.tensor([1., 3.], requires_grad=True)", "loss = (w ** 2).sum()", "loss.backward()",
          p.chance.choice(["print(w.grad)", "w.grad.zero_()", "w.grad = None", "loss.backward()",
                           "print(loss.item(), w.grad.tolist())"]))  # fmt: skip


def _keyword(p: Program) -> None:
    name = p.fresh("h")
    p.add(f"def {name}(x, *, scale, shift=0):", "    return x * scale + shift",
          p.chance.choice([f"print({name}({p.number()}, scale=2))", f"print({name}({p.number()}, 2))",
                           f"print({name}(1, scale=2, shift=3))", f"print({name}(1, scale=2, other=3))"]))  # fmt: skip


def _nested(p: Program) -> None:
    p.add(
        "def outer(k):",
        "    def inner(x):",
        "        return x + k",
        "    return inner",
        f"print(outer(2)({p.number()}))",
    )


def _isinstance(p: Program) -> None:
    p.add(f"print(isinstance({p.array()}, np.ndarray), isinstance(n, (int, float)), type({p.array()}).__name__)")


def _walk(p: Program) -> None:
    p.add("total = 0", f"for i in range({p.chance.randint(1, 3)}):", "    for j in range(2):", "        if j > i:",
          "            break", "        total += i * j", "print(total)")  # fmt: skip


def _set(p: Program) -> None:
    name = p.fresh("s")
    p.add(f"{name} = {{1, 2, int({p.number()})}}", p.chance.choice([
        f"{name}.add(n)", f"{name} |= {{7}}", f"{name}.remove(7)", f"{name}.discard(1)", f"{name}.update([1, 9])",
        f"{name} = {name} & {{1, 2}}", f"{name} = {{v % 3 for v in {name}}}", f"{name} = set([3, 3, n])",
    ]), f"print(sorted({name}), len({name}), 1 in {name}, {name} == {{1, 2}}, {name} - {{1}} <= {name})")  # fmt: skip


def _yield(p: Program) -> None:
    name = p.fresh("g")
    p.add(f"def {name}(k):", "    while k > 0:", *p.chance.choice([
        ["        print('giving', k)"], ["        if k == 2:", "            yield 'two'"],
        ["        assert k < 5, 'large'"],
        ["        yield from [k, k]"],
    ]), "        yield k", "        k -= 1")  # fmt: skip
    count = p.chance.randint(0, 6)
    p.add(p.chance.choice([
        f"print(list({name}({count})))", f"for i, v in zip(range(2), {name}({count})):\n    print(i, v)",
        f"print(next({name}({count})))", f"print([v for v in {name}({count}) if v != 1])",
        f"v, *rest = {name}({count})\nprint(v, rest)", f"print(3 in {name}({count}), sum(1 for v in {name}({count})))",
    ]))  # fmt: skip


def _send(p: Program) -> None:
    p.add("def mean():", "    total, count = 0, 0", "    got = yield", "    while got is not None:",
          "        total, count = total + got, count + 1", "        got = yield total / count", "    return total",
          "m = mean()", "next(m)", f"print(m.send({p.number()}), m.send({p.number()}))",
          p.chance.choice(["print(m.send(2))", "print(next(m, 'end'))", "print(next(m, 'end'))"]))  # fmt: skip


def _itertools(p: Program) -> None:
    p.add("import itertools", "print(list(" + p.chance.choice([
        "itertools.product([1, 2], 'ab')", "itertools.product(range(2), repeat=2)", "itertools.chain([1], (2,), 'c')",
        "itertools.combinations([1, 2, 3], 2)", "itertools.permutations('abc', 2)", "itertools.accumulate([1, 2, 3])",
        f"itertools.accumulate({p.array()}[:2])", "itertools.zip_longest([1, 2], 'a', fillvalue=0)",
        "itertools.islice(itertools.count(n), 3)", "itertools.chain.from_iterable([[1], [2, 3]])",
        "itertools.takewhile(lambda v: v < 3, itertools.count())", "itertools.islice(itertools.cycle('ab'), 3)",
        "itertools.repeat(1, 2)", "itertools.starmap(pow, [(2, 3)])", "itertools.pairwise([1, 2, 3])",
    ]) + "))")  # fmt: skip


def _counted(p: Program) -> None:
    p.add("from collections import Counter, defaultdict", *p.chance.choice([
        ["c = Counter('banana')", "c.update('nab')", "print(c, c['z'], c.most_common(1))"],
        [f"c = Counter([1, int({p.number()}), 1])", "print(c[1], sum(c.values()), c + c)"],
        ["d = defaultdict(list)", "for v in [1, 2, 3]:", "    d[v % 2].append(v)", "print(d, d[7], len(d))"],
        ["d = defaultdict(int)", "for c in 'abca':", "    d[c] += 1", "print(dict(d), max(d, key=d.get))"],
        ["d = defaultdict(lambda: n)", "print(d['a'] + 1, d.get('b'))"],
    ]))  # fmt: skip


def _named(p: Program) -> None:
    p.add("from collections import namedtuple", "Point = namedtuple('Point', ['x', 'y'])",
          f"p = Point({p.number()}, y={p.number()})", p.chance.choice([
        "print(p, p.x + p.y, p[0], len(p))", "x, y = p\nprint(x, y, p == (x, y))", "print(p._asdict())",
        "print(p._replace(x=7))", "print(isinstance(p, tuple), type(p).__name__, p._fields)",
        p.chance.choice(["p.x = 3", "print(Point(1))", "print(p.z)"]),
    ]))  # fmt: skip


def _deque(p: Program) -> None:
    p.add("from collections import deque", f"q = deque([1, 2, {p.number()}]{p.chance.choice(['', ', maxlen=3'])})",
          p.chance.choice([
        "q.append(7)", "q.appendleft(0)", "q.popleft()", "q.extend([4, 5])", "q.rotate(1)", "q[0] = 9", "q.clear()",
    ]), "print(q, len(q), list(q)[:2], 1 in q)", *p.chance.choice([[], [], [], ["print(q[0])"]]))  # fmt: skip


def _by_name(p: Program) -> None:
    p.add(p.chance.choice([
        f"print(getattr({p.array()}, 'shape'), hasattr({p.array()}, 'item'), getattr({p.array()}, 'foo', 0))",
        "print(hasattr([], '__len__'), hasattr(n, 'append'))", "print(getattr(np, 'abs')(-3))",
        f"total = {p.array()}.sum\nprint(total())", "print(list(map(str.upper, 'ab')), sorted('bA', key=str.lower))",
        f"print(getattr({p.array()}, {p.chance.choice(['foo', 'ndim', 'T'])!r}))",
    ]))  # fmt: skip


def _transform(p: Program) -> None:
    p.add("def of(x, k=2):", "    y = x * k",
          f"    return {p.chance.choice(['y.sum()', '(y ** 2).sum()', 'y', 'y.sin()'])}",
          f"t = torch.arange({p.chance.randint(1, 4)}.) + {p.number()}", "print(" + p.chance.choice([
        "torch.vmap(of)(t)", "torch.vmap(of)(t, k=3)", "torch.func.grad(of)(t)", "torch.func.jacrev(of)(t)",
        "torch.func.jacfwd(of)(t)", "torch.func.hessian(of)(t)", "torch.vmap(torch.func.grad(of))(t)",
        "torch.func.grad_and_value(lambda x: of(x).sum())(t)", "torch.vmap(lambda x: x if x > 0 else -x)(t)",
        "torch.func.jvp(of, (t,), (t,))", "torch.func.vjp(of, t)[0]", "torch.vmap(lambda x: of(x).item())(t)",
    ]) + ")")  # fmt: skip


def _managed(p: Program) -> None:
    p.add("from contextlib import contextmanager, nullcontext, suppress", "@contextmanager", "def within(k):",
          "    print('in')", *p.chance.choice([
        ["    try:", "        yield k", "    finally:", "        print('out')"], ["    yield k", "    print('out')"],
        ["    try:", "        yield k", "    except ZeroDivisionError as e:", "        print(e)"],
        ["    if k > 0:", "        yield k"], ["    with torch.no_grad():", "        yield k"],
    ]))  # fmt: skip
    p.add(f"with {p.chance.choice(['within(n)', 'within(1)', 'within(2)', 'nullcontext(n)'])} as m:",
          "    print(m, torch.is_grad_enabled())", *p.chance.choice([
        [], [], ["    print(1 / (m - m))"], ["    n = m"], ["    with suppress(ZeroDivisionError):", "        1 / 0"],
    ]), "print(torch.is_grad_enabled())")  # fmt: skip


def _enum(p: Program) -> None:
    p.add("from enum import Enum, IntEnum, auto", f"class Kind({p.chance.choice(['Enum', 'IntEnum', 'Enum'])}):",
          f"    LOW = {p.chance.choice(['1', 'auto()', '0'])}", f"    HIGH = {p.chance.choice(['2', 'auto()', 'LOW'])}",
          *p.chance.choice([[], ["    @property", "    def twice(self):", "        return self.value * 2",
                                 "print([each.twice for each in Kind])"]]),
          *p.chance.choice([
        ["for each in Kind:", "    print(each, each.name, each.value, repr(each))"],
        ["d = {Kind.LOW: 'l', Kind.HIGH: n}", "print(d[Kind.HIGH], Kind.LOW in d, len(d))"],
        ["print(Kind.LOW == 1, Kind.LOW is Kind.HIGH, list(Kind), Kind(1))"], ["print(Kind.LOW < Kind.HIGH)"],
        [f"print({p.array()}[Kind.LOW])"], ["k = Kind['HIGH']", "print(k, f'{k}', isinstance(k, Kind))"],
        ["print(Kind.MID)"], ["print([1, 2, 3][Kind.HIGH.value])"],
    ]))  # fmt: skip


_WRITE: dict[str, Callable[[Program], None]] = {
    "array": _new_array, "number": _number, "list": _list, "augmented": _augmented, "item": _item,
    "for range": _for_range, "for enumerate": _for_enumerate, "for zip": _for_zip, "for array": _for_array,
    "while": _while, "if": _if, "def": _def, "lambda": _lambda, "comprehension": _comprehension,
    "generator": _generator, "dict": _dict, "f-string": _f_string, "try": _try, "raise": _raise, "assert": _assert,
    "delete": _delete, "unpack": _unpack, "star": _star, "no_grad": _no_grad, "class": _class, "module": _module,
    "slice": _slice, "method": _method, "ternary": _ternary, "logic": _logic, "sorted": _sorted, "text": _text,
    "global": _global, "tensor": _tensor, "backward": _backward, "finally": _finally, "keyword": _keyword,
    "nested": _nested, "isinstance": _isinstance, "walk": _walk, "set": _set, "yield": _yield, "send": _send,
    "itertools": _itertools, "counted": _counted, "named": _named, "deque": _deque, "by name": _by_name,
    "transform": _transform, "managed": _managed, "enum": _enum,
}  # fmt: skip
