# ruff: noqa: E501 - attacks of a kind stand in lines
"""Texts that attack: each is named by what it is after. None may raise, run anything, or take long."""

from __future__ import annotations

ATTACKS: dict[str, tuple[str, ...]] = {
    "dunder attributes": (
        "a.__class__", "a.__class__.__mro__[1].__subclasses__()", "(1).__class__", "''.__class__.__base__", "np.__dict__",
        "torch.__dict__", "np.__builtins__", "a.__array_interface__", "a.__reduce__()", "a.__setstate__(())",
        "a.shape.__class__", "[].__class__", "a.sum.__self__", "np.sum.__globals__", "__builtins__", "__import__('os')",
        "__name__", "a.__init__()", "a.__getattribute__('sum')", "torch.Tensor.__new__(int)", "np.ndarray.__new__(1)",
    ),
    "other names of Python": (
        "eval('1')", "exec('1')", "compile('1', '', 'eval')", "open('/etc/passwd')", "getattr(a, 'sum')", "setattr(a, 'x', 1)",
        "delattr(a, 'x')", "globals()", "locals()", "vars(a)", "dir(a)", "input()", "breakpoint()", "help()", "exit()",
        "type('X', (), {})", "object()", "super()", "memoryview(a)", "bytes(10**9)", "bytearray(10**9)", "id(a)", "hash(a)",
        "iter(a)", "next(a)", "map(abs, a)", "filter(abs, a)", "chr(10**9)", "print.__self__", "os.system('true')",
        "sys.exit()", "subprocess.run('true')", "classmethod(a)", "staticmethod(a)", "property(a)", "__loader__",
    ),
    "format strings": (
        "'{0.__class__}'.format(a)", "''.format", "f'{a}'", "f'{a!r:>{10**9}}'", "'%1000000000d' % 1", "'%s' % a", "format(a, '1000000000')",
        "'{:1000000000}'.format(1)", "'x'.join(['a'] * 10**9)", "'a'.zfill(10**9)", "'a'.ljust(10**9)",
    ),
    "whole numbers beyond what a field holds": (
        "123904", "0x1e400", "[999999]", "[0, -70000]", "[2**40]", "-1001", "[[10**6]]", "np.array([10**12])", "torch.tensor([10**12])",
    ),
    "comprehension, lambda, generator": (
        "[x for x in a]", "{x: 1 for x in a}", "{x for x in a}", "(x for x in a)", "(lambda: 1)()", "lambda: 1",
        "[y for x in a for y in x]", "sum(x for x in a)", "np.vectorize(lambda x: x)(a)", "np.apply_along_axis(abs, 0, a)",
        "np.fromfunction(abs, (3,))", "np.frompyfunc(abs, 1, 1)", "np.piecewise(a, [a > 0], [abs])", "np.where(a > 0, lambda: 1, 2)",
        "(yield)", "await a", "[*a]", "{**a}", "np.sum(*a)", "np.sum(**a)", "(x := 1)", "np.sum(key=abs)",
    ),
    "imports": (
        "import os", "from os import system", "import numpy.lib", "import numpy as __builtins__", "from numpy import *",
        "import torch.utils.cpp_extension", "from torch import load", "import ctypes", "import socket; 1",
    ),
    "files and buffers": (
        "np.load('x')", "np.save('x', a)", "np.savez('x', a)", "np.loadtxt('x')", "np.genfromtxt('x')", "np.savetxt('x', a)",
        "np.fromfile('x')", "np.frombuffer(a)", "np.fromstring('1')", "np.memmap('x')", "np.fromregex('x', '', int)",
        "np.lib.npyio", "np.lib.format", "np.DataSource", "np.ctypeslib", "np.f2py", "np.distutils", "np.testing", "np.core",
        "a.tofile('x')", "a.dump('x')", "a.dumps()", "a.tobytes()", "a.ctypes", "a.data", "a.getfield(int)", "a.setfield(1, int)",
        "torch.load('x')", "torch.save(a, 'x')", "torch.from_file('x')", "torch.frombuffer(a)", "torch.jit.load('x')",
        "torch.jit.script(a)", "torch.compile(a)", "torch.ops", "torch.utils", "torch.hub.load('x', 'y')", "torch.package",
        "torch.classes.load_library('x')", "torch.multiprocessing", "torch.distributed", "torch.cuda.init()", "torch._C",
        "a.data_ptr()", "torch.ones(3).data_ptr()", "torch.ones(3).storage()", "torch.ones(3).untyped_storage()",
        "torch.ones(3).share_memory_()", "torch.ones(3).set_(a)", "torch.ones(3).register_hook(abs)", "torch.ones(3).apply_(abs)",
        "torch.ones(3).map_(a, abs)",
    ),
    "settings of the process": (
        "torch.set_default_dtype(torch.float64)", "torch.set_num_threads(99)", "torch.set_grad_enabled(False)",
        "torch.use_deterministic_algorithms(True)", "torch.set_printoptions(precision=1)", "np.set_printoptions(precision=1)",
        "np.seterr(all='raise')", "np.errstate(all='raise')", "np.setbufsize(10**9)", "a.setflags(write=True)", "a.flags.writeable = True",
        "np.random.set_state(1)", "torch.set_default_device('meta')", "np.sum = 1", "torch.x = 1", "np.pi = 3", "a.dtype = int",
        "a.strides = (0,)", "a.shape = (2, 3); a.foo = 1", "a.base = 1", "del np.sum", "del a[0]", "del a.shape",
    ),
    "huge numbers and texts": (
        "10**10**10", "2**63**63", "1 << 10**9", "(2**60) * (2**60)", "9" * 5000, "1e999", "-10**30", "0x" + "f" * 900, "'a' * 10**9", "[0] * 10**9",
        "(0,) * 10**9", "'" + "x" * 300 + "'", "int('9' * 150)", "a ** 10**30", "a.sum(axis=10**30)", "b'x' * 10**9", "1_0" * 2000,
    ),
    "nesting": (
        "(" * 300 + "1" + ")" * 300, "[" * 60 + "1" + "]" * 60, "-" * 60 + "1", "1" + "+1" * 60, "a" + ".T" * 60, "a" + "[0]" * 60,
        "~" * 2000 + "1", "not " * 500 + "1", "(" * 3000, "[" * 3000, "a if " * 90 + "1", "a" + "[a" * 60 + "]" * 60,
    ),
    "huge shapes": (
        "np.zeros(10**12)", "np.ones((10**6, 10**6))", "np.full(10**9, 1)", "np.empty(10**12)", "np.arange(10**15)",
        "np.arange(0, 1, 1e-12)", "np.linspace(0, 1, 10**12)", "np.geomspace(1, 2, 10**12)", "np.eye(10**6)", "np.identity(10**6)", "np.tri(10**6)",
        "np.indices((10**4, 10**4))", "np.vander(np.arange(1000), 10**6)", "np.meshgrid(np.arange(3000), np.arange(3000))",
        "np.zeros_like(a, shape=(10**9,))", "np.broadcast_to(v, (10**9, 6))", "np.broadcast_to(1, (10**6, 10**6)).sum()",
        "range(10**12)", "list(range(10**9))", "torch.zeros(10**6, 10**6)", "torch.empty(10**12)", "torch.full((10**9,), 1)", "torch.arange(10**12)",
        "torch.range(0, 1e15)", "torch.linspace(0, 1, 10**12)", "torch.eye(10**6)", "torch.randn(10**12)", "torch.Tensor(10**10)",
        "torch.ones(3).expand(3, 10**12).sum()", "torch.ones(1).expand(10**12, 3).sum()", "torch.tril_indices(10**6, 10**6)",
        "np.random.default_rng(0).random(10**12)", "np.random.default_rng(0).normal(0, 1, 10**10)", "np.random.rand(10**5, 10**5)",
        "np.random.default_rng(0).integers(0, 5, 10**9)", "np.random.default_rng(0).choice(10**12)", "torch.randperm(10**10)",
        "torch.ones(2).new_zeros(10**12)", "np.ones((2,) * 60)", "np.zeros(-1)", "np.lib.stride_tricks.sliding_window_view(np.ones(10**5), 5000)",
    ),
    "repeats": (
        "np.repeat(v, 10**9)", "np.array_split(v[:0], 10**9)", "torch.ones(0).chunk(10**9)", "torch.tensor_split(torch.ones(2), 10**9)", "np.repeat(v, [10**9] * 6)", "np.tile(v, 10**9)", "np.tile(v, (10**5, 10**5))", "np.pad(v, 10**9)", "np.pad(m, 10**5)",
        "np.kron(np.ones((64, 64)), np.ones((64, 64)))", "np.outer(np.arange(10**5), np.arange(10**5))", "np.concatenate([np.ones(10**5)] * 1000)",
        "np.stack([v] * 10**6)", "np.block([[v] * 10**5] * 10)", "np.array([a] * 10**6)", "np.insert(v, [0] * 10**6, 1)", "np.take(a, np.zeros((1000, 2000), int))",
        "a[np.zeros((1000, 2000), dtype=int)]", "m[:, np.zeros(10**6, dtype=int)]", "np.resize(v, (10**9,))", "torch.ones(1).repeat(10**12)",
        "torch.repeat_interleave(torch.ones(3), 10**12)", "torch.block_diag(torch.ones(10**5, 1), torch.ones(1, 10**5))", "torch.diag_embed(torch.ones(10**5))",
        "torch.combinations(torch.arange(1000), 5)", "torch.cartesian_prod(torch.arange(10**4), torch.arange(10**4))", "F.pad(torch.ones(3), (10**12, 0))",
        "F.one_hot(torch.tensor([10**9]))", "F.one_hot(torch.tensor([1]), 10**9)", "F.embedding(torch.zeros(1000, 1000, dtype=torch.int64), torch.ones(10, 1000))",
        "np.diag(np.ones(10**5))", "np.diagflat(np.ones(10**5))", "np.ix_(a, a, a)[0] + np.zeros(10**7)",
    ),
    "long computations": (
        "np.einsum('ab,cd,ef->', x, x, x)", "torch.einsum('ab,cd,ef->', torch.ones(64, 64), torch.ones(64, 64), torch.ones(64, 64))",
        "np.tensordot(x, x, 0)", "np.array([3], dtype=object)**10**7", "np.array([3], dtype='O') * 2", "np.linalg.matrix_power(x, 10**18)",
        "np.linalg.svd(np.ones((1000, 1000)))", "np.linalg.inv(np.ones((900, 900)))", "np.convolve(np.ones(10**6), np.ones(10**6))",
        "np.histogram(v, bins=10**8)", "np.bincount([10**12])", "np.bincount([1], minlength=10**12)", "torch.histc(torch.ones(3), 10**9)",
        "np.percentile(a, np.linspace(0, 100, 10**6))", "torch.ones(1000, 1000) @ torch.ones(1000, 1000)", "np.dot(np.ones((1000, 1000)), np.ones((1000, 1000)))",
        "torch.cdist(torch.ones(3000, 100), torch.ones(3000, 100))", "torch.linalg.svd(torch.ones(500, 500))", "torch.multinomial(torch.ones(4), 10**9, True)",
        "F.conv1d(torch.ones(1, 1, 10**5), torch.ones(1, 1, 10**5), padding=10**9)", "F.conv2d(torch.ones(1, 9, 300, 300), torch.ones(99, 9, 50, 50))",
        "F.max_pool1d(torch.ones(1, 1, 100), 10**9)", "F.avg_pool1d(torch.ones(1, 1, 10), 1, padding=10**9)", "np.fft.fft(v, 10**9)", "torch.fft.fft(torch.ones(3), 10**9)",
        "np.gradient(np.ones((2,) * 20))", "torch.normal(0, 1, (10**12,))", "np.unravel_index(10**18, (10**9, 10**9))",
    ),
    "dtypes": (
        "np.zeros(100, 'U10000000')", "np.ones(3).astype('U1000000')", "np.dtype('U1000000')", "np.array(['a', 'b'])", "np.array([1, 'a'])", "np.array([b'x'])",
        "np.zeros(3, dtype='i4,f4')", "np.zeros(3, dtype=[('x', int)])", "np.zeros(3, dtype='longdouble')", "np.zeros(3, dtype='M8[s]')",
        "np.zeros(3, dtype='V1000000000')", "np.zeros(3, dtype='(1000000000,)i4')", "np.array(a, dtype='S10000000')", "np.longdouble(1)", "np.void(10**9)",
        "np.str_('x')", "np.bytes_('x')", "np.array([None]) + 1", "np.array([[1, 2], [3]], dtype=object).sum()", "np.array([a], dtype=object) @ v",
        "torch.zeros(3, dtype=torch.qint8)", "torch.zeros(3, dtype='x')",
    ),
    "memory that is not theirs": (
        "torch.arange(4).as_strided((10,), (1,))", "torch.arange(4).as_strided((10**9,), (0,))", "torch.arange(4).as_strided((3,), (-1,))",
        "torch.arange(4).as_strided((2,), (1,), 10**9)", "torch.arange(4).as_strided((2, 2), (10**9, 1))", "np.lib.stride_tricks.as_strided(v, (10**6,), (8,))",
        "np.ndarray((3,), buffer=a)", "a.resize(10**9)", "torch.ones(3).resize_(10**9)", "np.empty(3) + 1", "np.empty(3).sum()", "torch.empty(3).sum()",
        "np.empty_like(a) @ a", "torch.Tensor(3).mean()", "np.add.at(a, 0, 1)", "np.add(a, a, out=np.ones(2))", "np.put(a, 10**9, 1)", "np.copyto(a, 1)", "np.place(a, a > 0, 1)",
    ),
    "statements": (
        "x = np.array([3], dtype=object); x **= 10**7", "x = np.array([3], dtype=object); x[0] = x; print(x)", "x = [1]; x[0] = x; print(x)",
        "\n".join(["x = [a, a]"] + ["x = [x, x]"] * 60), "\n".join(["x = [1]"] + ["x = x + x"] * 60), "\n".join(["x = [1]"] + ["x += x"] * 60),
        "\n".join(["x = 3"] + ["x *= x"] * 60), "\n".join(["x = 'ab'"] + ["x += x"] * 60), "\n".join(["x = [1]"] + ["x = [x]"] * 900),
        "x = np.ones((1000, 1000)); x @= x", "x = torch.ones(1000, 1000); x @= x", "x = (1,); x *= 10**9", "x = 1; x <<= 10**9", "x = 10; x **= 10**9",
        "round(5, -10**9)", "round(5, 10**9)", "round(2.5, -10**30)", "x = np.broadcast_to(1, (10**6, 10**6)); print(x)", "print(np.ones(10**6).tolist())",
        "\n".join(["x = np.ones(10**6)"] + [f"x{i} = x + {i}" for i in range(400)]), "x = [0] * 10**4; x[:] = x", "a.fill = 3", "a.shape = (10**9,)",
        "np.put(a, [10**18], 1)", "np.copyto(a, np.ones(10**6))", "x = np.lib.stride_tricks.as_strided(a, (10**6, 10**6), (0, 0)); x += 1",
        "x = np.lib.stride_tricks.as_strided(np.array([None]), (2,), (3,))", "a, b = range(10**12)", "del a; del a", "print(*a)", "print('x' * 10**9)",
    ),
    "other devices": (
        "torch.zeros(3, device='cuda')", "torch.zeros(3).to('cuda')", "torch.zeros(3).to('meta')", "torch.zeros(3, device='meta')", "torch.zeros(3).cuda()",
        "torch.device('cuda')", "torch.zeros(3).to('cuda:0')", "torch.tensor([1], device='mps')",
    ),
}  # fmt: skip
"""By what they are after."""

TEXTS: tuple[str, ...] = tuple(text for texts in ATTACKS.values() for text in texts)
