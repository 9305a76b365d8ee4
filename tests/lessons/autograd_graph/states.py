"""Questions drawn at random: programs that go back, and some of each kind that cannot, in both forms."""

import random
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

from primer_core.lessons.autograd_graph.question import GraphQuestion

Drawn = Callable[[random.Random], GraphQuestion]


_DECKS: "WeakKeyDictionary[random.Random, list[Drawn]]" = WeakKeyDictionary()


def graph_state(chance: random.Random) -> GraphQuestion:
    """Draw one of the ways in which learners come to this page, with other numbers and operations each time.

    The ways are dealt like cards, so that each comes equally often.
    """
    deck = _DECKS.setdefault(chance, [])
    if not deck:
        deck += _ANSWERED + _REFUSED
        chance.shuffle(deck)
    return deck.pop()(chance)


def _number(chance: random.Random) -> str:
    value = chance.choice([chance.randint(-9, 9), round(chance.uniform(-3, 3), 2)])
    return str(value)


def _numbers(n: int, chance: random.Random) -> str:
    return f"[{', '.join(_number(chance) for _ in range(n))}]"


def _matrix(rows: int, columns: int, chance: random.Random) -> str:
    return f"[{', '.join(_numbers(columns, chance) for _ in range(rows))}]"


def _positive(chance: random.Random) -> str:
    return str(chance.choice([0.5, 1.5, 2, 3, 4]))


_CURVES = ("{} ** 2", "{} ** 3", "sin({})", "exp(0.1 * {})", "tanh({})", "sigmoid({})", "3 * {} - 1", "{} * {}")


def _curve(name: str, chance: random.Random) -> str:
    return chance.choice(_CURVES).replace("{}", name)


# What is answered


def _flat(chance: random.Random) -> GraphQuestion:
    bounded = ("relu({})", "clamp({}, 0)", "clamp({}, -1, 1)", "clip({}, -1, 1)")
    function = chance.choice((*bounded, "sign({})", "round({})"))
    cells = [_positive(chance), f"-{_positive(chance)}", *(_number(chance) for _ in range(chance.randint(0, 2)))]
    return GraphQuestion(f"x = param([{', '.join(cells)}])\ny = sum({function.format('x')} * 3)")


def _scalar(chance: random.Random) -> GraphQuestion:
    lines = [f"x = param({_number(chance)})", f"a = {_curve('x', chance)}"]
    if chance.random() < 0.5:
        lines.append(f"b = {_curve('a', chance)}")
        lines.append(chance.choice(["y = a + b", "y = a * b + x", "y = b - 2 * x"]))
    return GraphQuestion("\n".join(lines), retain_grad=chance.random() < 0.3)


def _neuron(chance: random.Random) -> GraphQuestion:
    n = chance.randint(2, 3)
    lines = [f"w = param({_numbers(n, chance)})", f"b = param({_number(chance)})", f"x = {_numbers(n, chance)}"]
    lines += ["z = w @ x + b", f"loss = bce(sigmoid(z), {chance.choice('01')})"]
    return GraphQuestion("\n".join(lines), retain_grad=chance.random() < 0.2)


def _classes(chance: random.Random) -> GraphQuestion:
    n, c = chance.randint(1, 3), chance.randint(2, 4)
    target = [chance.randrange(c) for _ in range(n)]
    if chance.random() < 0.4:
        x, w = _numbers(n, chance), _matrix(n, c, chance)
        return GraphQuestion(f"x = {x}\nw = param({w})\nz = x @ w\nloss = cross_entropy(z, {target[0]})")
    return GraphQuestion(f"z = param({_matrix(n, c, chance)})\nloss = cross_entropy(z, {target})")


def _steep(chance: random.Random) -> GraphQuestion:
    root = chance.choice(("{} ** 0.5", "sqrt({})"))
    if chance.random() < 0.5:
        return GraphQuestion(f"x = param(0)\ny = {chance.randint(-3, 3) or 1} * {root.format('x')}")
    return GraphQuestion(f"x = param([{_positive(chance)}, 0])\ny = sum({root.format('x')})")


def _stretched(chance: random.Random) -> GraphQuestion:
    n, m = chance.randint(2, 3), chance.randint(2, 4)
    sign = chance.choice("+-*")
    column = _matrix(n, 1, chance)
    lines = [f"col = param({column})", f"row = param({_numbers(m, chance)})", f"table = col {sign} row"]
    return GraphQuestion("\n".join([*lines, f"y = {chance.choice(['sum', 'mean'])}(table ** 2)"]))


def _reused(chance: random.Random) -> GraphQuestion:
    body = chance.choice(["a = x * x\ny = a + sin(x) * x", "a = 3 * x\ny = a * x - x", "y = x * x * x", "y = x ** x"])
    return GraphQuestion(f"x = param({_positive(chance)})\n{body}")


def _added_up(chance: random.Random) -> GraphQuestion:
    body = chance.choice(["y = x ** 2", "y = sum(x * x)", "y = sum(sin(x))", "a = exp(0.1 * x)\ny = sum(a)"])
    x = chance.choice([_number(chance), _numbers(2, chance)])
    if x.startswith("["):
        body = body.replace("y = x ** 2", "y = sum(x ** 2)")
    return GraphQuestion(
        f"x = param({x})\n{body}", backward_calls="2", retain_graph=True, zero_grad=chance.random() < 0.2
    )


def _nothing_saved(chance: random.Random) -> GraphQuestion:
    body = chance.choice(["u = w + 1\ny = u + w", "y = sum(w - 2)", "y = w + w + w", "y = sum(-w)"])
    return GraphQuestion(f"w = param({_number(chance)})\n{body}", backward_calls="2")


def _switched_off(chance: random.Random) -> GraphQuestion:
    body = chance.choice(["a = x ** 2\ny = a * x", "a = 3 * x + 1\ny = a * x + a", "a = sin(x)\ny = x * a"])
    return GraphQuestion(f"x = param({_positive(chance)})\n{body}", detach="a")


def _detached(chance: random.Random) -> GraphQuestion:
    x = _positive(chance)
    return GraphQuestion(f"x = param({x})\na = {_curve('x', chance)}\ny = x * detach(a) + {_number(chance)} * x")


def _straight_through(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        f"s = torch.tensor({[chance.choice([0.2, 1.7, -0.9]) for _ in range(3)]}, requires_grad=True)\n"
        f"q = s * {chance.choice([2.0, 10.0, 0.5])}\nste = q + (q.round() - q).detach()\nste.sum().backward()"
    )


def _target_network(chance: random.Random) -> GraphQuestion:
    w, k = _numbers(2, chance), _number(chance)
    return GraphQuestion(
        f"w = param({w})\nk = param({k})\np = w @ {_numbers(2, chance)}\nq = detach(p)\nloss = (q - k) ** 2"
    )


def _weighed(chance: random.Random) -> GraphQuestion:
    x = [chance.choice([1.0, 2.0, -1.5, 3.0]) for _ in range(3)]
    weights = [chance.choice([1.0, 10.0, 0.5, -2.0]) for _ in range(2)]
    return GraphQuestion(
        f"x = torch.tensor({x}, requires_grad=True)\nf = torch.stack([x[0] * x[1], x[2] ** 2])\n"
        f"f.backward(torch.tensor({weights}))"
    )


def _over_zero(chance: random.Random) -> GraphQuestion:
    made = chance.choice(["x / x", "log(x - 1)", "(x * 0) / (x * 2)", "exp(x + 200)", "1 / x"])
    return GraphQuestion(f"x = param({chance.choice(['0', '[0, 0]'])})\ny = {made}\nz = sum(y * {_positive(chance)})")


def _corner(chance: random.Random) -> GraphQuestion:
    a, sign = _positive(chance), chance.choice(["", "-"])
    return GraphQuestion(f"x = param({sign}{a})\ny = 3 * abs(x {'+' if sign else '-'} {a})")


def _whole_on_the_way(chance: random.Random) -> GraphQuestion:
    step = chance.choice(["(x > 0).float()", "x.argmax().float()", "x.long() * 2.0", "(x > 1) * 3.0"])
    return GraphQuestion(
        f"x = torch.tensor([{_positive(chance)}, -{_positive(chance)}], requires_grad=True)\n"
        f"y = ({step}).sum()\ny.backward()"
    )


def _not_finite(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        chance.choice(
            [
                "x = param([0, 0])\ny = sum(x ** 2) ** 0.5",
                f"x = torch.tensor([{_number(chance)}, -4., 0.], requires_grad=True)\n"
                "y = torch.where(x > 0, torch.sqrt(x), 2 * x)\ny.sum().backward()",
                f"x = param([-1, {_positive(chance)}])\ny = sum(x ** 0.5)",
            ]
        )
    )


def _lost(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        chance.choice(
            [
                f"z = param([0, {chance.randint(120, 300)}])\nl = log(softmax(z))\ny = sum([1, 0] * l)",
                f"t = param({-chance.randint(120, 300)})\ny = log(sigmoid(t))",
                f"t = param({chance.randint(90, 300)})\ny = exp(t) / exp(t)",
            ]
        )
    )


def _kink(chance: random.Random) -> GraphQuestion:
    a = chance.choice([1, 2, 3])
    return GraphQuestion(
        chance.choice([f"x = param(0)\ny = relu({a} * x)", f"x = param([0, {a}])\ny = sum(relu(x) * {a})",
                       f"x = param({a})\ny = relu(x - {a}) + x"])
    )  # fmt: skip


def _one_sided(chance: random.Random) -> GraphQuestion:
    edge = chance.choice("01")
    return GraphQuestion(
        chance.choice([f"p = param({edge})\nloss = bce(p, {edge})", f"p = param([0.25, {edge}])\n"
                       f"loss = bce(p, [{chance.choice('01')}, {edge}])"])
    )  # fmt: skip


def _infinite(chance: random.Random) -> GraphQuestion:
    a = chance.randint(1, 5)
    return GraphQuestion(chance.choice([f"x = param({a})\ny = 1 / (x - {a})", f"x = param(0)\ny = {a} * log(x)"]))


def _step(chance: random.Random) -> GraphQuestion:
    rate, target = chance.choice([0.1, 0.5, 0.01]), chance.randint(2, 5)
    change = chance.choice([f"w -= {rate} * w.grad", f"w.sub_({rate} * w.grad)"])
    end = chance.choice(["", f"\nw.grad = None\nloss = (w - {target}) ** 2\nloss.backward()", "\nw.grad = None"])
    return GraphQuestion(
        f"w = torch.tensor({float(chance.randint(-2, 1))}, requires_grad=True)\nloss = (w - {target}) ** 2\n"
        f"loss.backward()\nwith torch.no_grad():\n    {change}{end}"
    )


def _recorded(chance: random.Random) -> GraphQuestion:
    change = chance.choice(["c.mul_(2)", "c.add_(1)", "c -= 3", "c *= 0.5"])
    return GraphQuestion(
        f"a = torch.tensor({[chance.choice([0.5, 1.5, -2.0]) for _ in range(2)]}, requires_grad=True)\n"
        f"c = (a * {chance.choice([4.0, 2.0])}) ** 2\n{change}\nc.sum().backward()"
    )


def _hidden(chance: random.Random) -> GraphQuestion:
    curve, change = chance.choice(["tanh", "sigmoid", "exp"]), chance.choice(["fill_(0.5)", "add_(1)", "mul_(2)"])
    hidden = chance.choice([f"s.data.{change}", f"d = s.data\nd.{change}"])
    return GraphQuestion(
        f"a = torch.tensor({[chance.choice([0.3, -0.7, 1.5]) for _ in range(2)]}, requires_grad=True)\n"
        f"s = torch.{curve}(a)\n{hidden}\ns.sum().backward()"
    )


def _shared(chance: random.Random) -> GraphQuestion:
    curve = chance.choice(["2 * a", "a + 1", "-a", "3 * a - 1"])
    return GraphQuestion(f"a = param({_numbers(2, chance)})\ns = {curve}\nd = detach(s)\ny = sum(s)", in_place="d")


def _written_through(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        f"a = torch.tensor({[1.5, chance.choice([2.0, 3.0])]}, requires_grad=True)\ns = a * 2\nd = s.detach()\n"
        f"d.{chance.choice(['add_(1)', 'zero_()', 'mul_(3)'])}\ns.sum().backward()"
    )


def _second_derivative(chance: random.Random) -> GraphQuestion:
    power = chance.randint(2, 4)
    end = chance.choice(["(h,) = torch.autograd.grad(g, x)\nprint(g, h)", "g.backward()"])
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0, -1.0])}, requires_grad=True)\ny = x ** {power}\n"
        f"(g,) = torch.autograd.grad(y, x, create_graph=True)\n{end}"
    )


def _returned(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0])}, requires_grad=True)\ny = x ** {chance.randint(2, 4)} + x\n"
        "(g,) = torch.autograd.grad(y, x)"
    )


def _no_path(chance: random.Random) -> GraphQuestion:
    extra = chance.choice(["k", "other"])
    return GraphQuestion(f"x = param({_number(chance)})\n{extra} = param({_number(chance)})\ny = {_curve('x', chance)}")


def _cleared(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        f"w = torch.tensor({[chance.choice([1.0, 2.0, -3.0]) for _ in range(2)]}, requires_grad=True)\n"
        f"loss = (w ** {chance.randint(2, 3)}).sum()\nloss.backward()\nw.grad = None"
    )


def _whole_numbers(chance: random.Random) -> GraphQuestion:
    n = chance.randint(2, 3)
    return GraphQuestion(
        f"x = torch.tensor({[chance.randint(1, 5) for _ in range(n)]})\n"
        f"w = torch.tensor({[chance.choice([1.0, 0.5, -2.0]) for _ in range(n)]}, requires_grad=True)\n"
        "y = (x * w).sum()\ny.backward()"
    )


# What PyTorch refuses on the way back


def _twice(chance: random.Random) -> GraphQuestion:
    if chance.random() < 0.6:
        return replace(_added_up(chance), retain_graph=False)
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0])}, requires_grad=True)\ny = x ** {chance.randint(2, 4)}\n"
        "y.backward()\ny.backward()"
    )


def _switched_since(chance: random.Random) -> GraphQuestion:
    curve = chance.choice(["exp", "tanh", "sigmoid"])
    return GraphQuestion(f"x = param({_numbers(2, chance)})\nh = {curve}(x)\ny = sum(h * h)", in_place="h")


def _changed_since(chance: random.Random) -> GraphQuestion:
    curve = chance.choice(["exp", "tanh", "sigmoid"])
    change = chance.choice(["b.mul_(2)", "b.add_(1)", "b *= 3", "b -= 1"])
    return GraphQuestion(
        f"a = torch.tensor({[chance.choice([0.5, 1.5, -2.0]) for _ in range(2)]}, requires_grad=True)\n"
        f"b = a.{curve}()\n{change}\nb.sum().backward()"
    )


def _vector_output(chance: random.Random) -> GraphQuestion:
    if chance.random() < 0.5:
        return GraphQuestion(f"x = param({_numbers(chance.randint(2, 3), chance)})\ny = {_curve('x', chance)}")
    return GraphQuestion(f"x = torch.tensor({[1.0, 2.0]}, requires_grad=True)\ny = x * {_number(chance)}\ny.backward()")


def _cut_off(chance: random.Random) -> GraphQuestion:
    w = _numbers(2, chance)
    return GraphQuestion(
        chance.choice(
            [
                f"w = param({w})\np = w @ {_numbers(2, chance)}\nloss = detach((p - 1) ** 2)",
                f"w = param({w})\np = detach(w * 3)\nloss = sum(p ** 2)",
                f"w = torch.tensor([1., 2.], requires_grad=True)\ny = w.detach() * {_number(chance)}\n"
                "y.sum().backward()",
                f"w = torch.tensor({chance.choice([1.0, 2.0])}, requires_grad=True)\ny = (w ** 2).data * 3\n"
                "y.backward()",
            ]
        )
    )


def _under_no_grad(chance: random.Random) -> GraphQuestion:
    if chance.random() < 0.95:
        return replace(_scalar(chance), no_grad=True, retain_grad=False)
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0])}, requires_grad=True)\nwith torch.no_grad():\n"
        f"    y = x ** {chance.randint(2, 4)}\ny.backward()"
    )


def _only_data(chance: random.Random) -> GraphQuestion:
    n = chance.randint(2, 3)
    lines = [f"x = {_numbers(n, chance)}", f"w = {_numbers(n, chance)}", "y = sum(x * w)"]
    return GraphQuestion("\n".join(lines) if chance.random() < 0.6 else f"x = {_number(chance)}\ny = x * x")


def _constant(chance: random.Random) -> GraphQuestion:
    end = chance.choice(["torch.autograd.grad(g, x)", "g.backward()"])
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0])}, requires_grad=True)\n"
        f"y = {chance.choice([6, 3, 2.5])} * x\n(g,) = torch.autograd.grad(y, x, create_graph=True)\n{end}"
    )


def _plain(chance: random.Random) -> GraphQuestion:
    end = chance.choice(["torch.autograd.grad(g, x)", "g.backward()"])
    return GraphQuestion(
        f"x = torch.tensor({chance.choice([2.0, 3.0])}, requires_grad=True)\ny = x ** {chance.randint(2, 4)}\n"
        f"(g,) = torch.autograd.grad(y, x)\n{end}"
    )


def _unused(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        f"a = torch.tensor({[chance.choice([1.0, 2.0]) for _ in range(2)]}, requires_grad=True)\n"
        f"b = torch.tensor({[chance.choice([1.0, 3.0]) for _ in range(2)]}, requires_grad=True)\n"
        f"y = (a ** {chance.randint(2, 3)}).sum()\ntorch.autograd.grad(y, b)"
    )


def _bracketed(chance: random.Random) -> GraphQuestion:
    n = chance.randint(2, 4)
    k = chance.randrange(n)
    return GraphQuestion(f"x = param({_numbers(n, chance)})\ny = cross_entropy(x, [{k}])")


# What PyTorch refuses going forward


def _no_such_class(chance: random.Random) -> GraphQuestion:
    n, c = chance.randint(1, 3), chance.randint(2, 3)
    target = [chance.randrange(c) for _ in range(n)]
    target[chance.randrange(n)] = chance.choice([c, c + 2, -1])
    if chance.random() < 0.3:
        return GraphQuestion(f"z = param({_numbers(c, chance)})\nloss = cross_entropy(z, {c + chance.randrange(3)})")
    return GraphQuestion(f"z = param({_matrix(n, c, chance)})\nloss = cross_entropy(z, {target})")


def _target_shape(chance: random.Random) -> GraphQuestion:
    n, c = chance.randint(2, 3), chance.randint(2, 4)
    count = n + chance.choice([-1, 1])
    return GraphQuestion(f"z = param({_matrix(n, c, chance)})\nloss = cross_entropy(z, {[0] * count})")


def _target_dtype(chance: random.Random) -> GraphQuestion:
    c = chance.randint(2, 3)
    logits = f"z = torch.tensor({[[1.0] * c, [chance.choice([2.0, -1.0])] * c]}, requires_grad=True)\n"
    target = chance.choice(
        ["torch.tensor([0, 1]).int()", f"F.one_hot(torch.tensor([0, 1]), {c})", "torch.tensor([0., 1.])"]
    )
    return GraphQuestion(f"{logits}y = {target}\nloss = F.cross_entropy(z, y)\nloss.backward()")


def _no_probability(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        chance.choice(
            [
                f"x = param({chance.choice([2, -1, 1.5])})\nloss = bce(x, 1)",
                f"x = param([0.5, {chance.choice([2, -3])}])\nloss = bce(x, [0, 1])",
                f"x = param([0.5, 0.25])\nloss = bce(x, [0, {chance.choice([2, -1])}])",
            ]
        )
    )


def _loss_shapes(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(
        chance.choice(
            [
                f"x = param(0.5)\nloss = bce(x, [1, {chance.choice('01')}])",
                f"x = param([0.5, 0.25])\nloss = bce(x, {chance.choice('01')})",
                f"x = param({_numbers(3, chance)})\nloss = bce_with_logits(x, [1, 0])",
            ]
        )
    )


def _no_such_axis(chance: random.Random) -> GraphQuestion:
    x = chance.choice([_number(chance), _numbers(3, chance), _matrix(2, 2, chance)])
    rank = x.startswith("[") + x.startswith("[[")
    axis = chance.choice([max(rank, 1), max(rank, 1) + 1, -max(rank, 1) - 1])
    return GraphQuestion(f"x = param({x})\ny = {chance.choice(['sum', 'mean'])}(x, {axis})")


def _clash(chance: random.Random) -> GraphQuestion:
    n = chance.randint(2, 4)
    sign = chance.choice("+-*/")
    other = chance.choice([_numbers(n + 1, chance), _matrix(2, n + 1, chance)])
    return GraphQuestion(f"x = param({_numbers(n, chance)})\ny = x {sign} {other}")


def _inner(chance: random.Random) -> GraphQuestion:
    n, m = chance.randint(1, 3), chance.randint(2, 3)
    right = chance.choice([_numbers(m + 1, chance), _matrix(m + 1, 2, chance)])
    return GraphQuestion(f"x = param({_matrix(n, m, chance)})\nw = {right}\ny = sum(x @ w)")


def _needs_an_axis(chance: random.Random) -> GraphQuestion:
    after = [f"x @ {_numbers(2, chance)}", "x @ x", "cross_entropy(x, 0)"]
    return GraphQuestion(f"x = param({_number(chance)})\ny = {chance.choice(after)}")


def _leaf_in_place(chance: random.Random) -> GraphQuestion:
    change = chance.choice(["w -= 0.1", "w.mul_(2)", "w.add_(1)", "w *= 3", "w[0] = 1"])
    return GraphQuestion(
        f"w = torch.tensor({[chance.choice([1.0, 2.0, -1.0]) for _ in range(2)]}, requires_grad=True)\n{change}\n"
        "w.sum().backward()"
    )


def _leaf_of_another(chance: random.Random) -> GraphQuestion:
    made = chance.choice(["a.detach().requires_grad_()", "torch.zeros_like(a, requires_grad=True)"])
    lines = [f"a = param({_number(chance)})", f"b = {made}", "y = b * a", "y.backward()"]
    return GraphQuestion("\n".join(lines))


def _bound_anew(chance: random.Random) -> GraphQuestion:
    lines = [f"w = param({_numbers(2, chance)})", "loss = (w ** 2).sum()", "loss.backward()", "w = w - 0.1 * w.grad"]
    return GraphQuestion("\n".join(lines))


def _two_names(chance: random.Random) -> GraphQuestion:
    return GraphQuestion(f"x = param({_numbers(2, chance)})\nw = x\ny = (x * w).sum()\ny.backward()")


def _leaf_since(chance: random.Random) -> GraphQuestion:
    lines = [f"x = torch.tensor({_numbers(2, chance)}) * 1.0", "x.requires_grad = True", "y = (x * x).sum()"]
    return GraphQuestion("\n".join([*lines, "y.backward()", "z = (x * 2).sum()", "z.backward()"]))


def _no_floats(chance: random.Random) -> GraphQuestion:
    cells = str([chance.randint(-9, 9) for _ in range(chance.randint(1, 4))])
    return GraphQuestion(f"x = torch.tensor({cells}, requires_grad=True)\ny = (x ** 2).sum()\ny.backward()")


_ANSWERED: tuple[Drawn, ...] = (
    _scalar, _scalar, _neuron, _neuron, _neuron, _classes, _stretched, _reused, _added_up, _nothing_saved,
    _switched_off, _detached, _straight_through, _target_network, _weighed, _not_finite, _lost, _kink, _one_sided,
    _infinite, _step, _recorded, _hidden, _shared, _written_through, _second_derivative, _returned, _no_path, _cleared,
    _whole_numbers, _leaf_of_another, _bound_anew, _two_names, _leaf_since, _steep, _flat,
    _over_zero, _corner,
)  # fmt: skip
_REFUSED: tuple[Drawn, ...] = (
    _twice, _switched_since, _changed_since, _vector_output, _cut_off, _under_no_grad, _only_data, _constant, _plain,
    _unused, _bracketed, _no_such_class, _target_shape, _target_dtype, _needs_an_axis, _no_probability, _loss_shapes,
    _no_such_axis, _clash, _inner, _leaf_in_place, _no_floats,
    _whole_on_the_way,
)  # fmt: skip
