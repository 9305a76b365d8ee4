"""Who may import whom, read from the source, and what a first paint loads, asked of a fresh Python."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.imports import PROJECT, circles, graph, reached, sources

HEAVY = {"torch", "torchvision", "mlxtend"}
CORE = sorted((PROJECT / "primer_core").rglob("*.py"))
PAINTED = sorted([PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "ui").rglob("*.py")])


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def module_of(path: Path) -> str:
    """Return the name that a file is imported by."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts)


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    packages = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.split(".")[0])
    return packages


def run_at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Statements that run when a module is imported: not those in functions, not those for the type checker."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        for inner in ("body", "orelse", "finalbody"):
            yield from run_at_import(getattr(node, inner, []))
        for handler in getattr(node, "handlers", []):
            yield from run_at_import(handler.body)


def test_the_checks_below_have_something_to_check() -> None:
    assert len(CORE) > 20
    assert len(PAINTED) > 10


F = TypeVar("F")


def faults(found: Mapping[str, F]) -> dict[str, F]:
    """Of what was found in each module or file, that where there is any: one test looks at hundreds of them."""
    return {where: fault for where, fault in found.items() if fault}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_the_library_knows_no_user_interface() -> None:
    assert not faults({name(path): imported(ast.walk(tree_of(path))) & {"streamlit", "ui", "pages"} for path in CORE})


#: The floors of the house: a module imports what stands on its own floor or on a lower one. Picture stands beside the
#: house: whoever draws may use it, and it knows nothing of the project.
FLOORS = (
    {"claims"},
    {"backend", "devices"},
    {"language"},
    {"models", "data", "evaluation"},
    {"lessons", "training", "inference", "error_messages"},
    {"notebook", "__main__"},
    {"ui"},
    {"pages", "app"},
)
#: Modules of a lesson that compute. What they import, directly or not, computes as well.
COMPUTING = {"question", "explain", "fixes", "code", "presets", "react"}
#: Modules of a lesson that draw; those that they alone import may draw as well.
DRAWING = {"show", "measure", "__init__"}


def room(module: str) -> str:
    """Return the package that a module belongs to: that within primer_core, or pages, ui or app."""
    top, *inner = module.split(".")
    return inner[0] if top == "primer_core" and inner else top


def floor(module: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room(module) in rooms)


def is_picture(module: str) -> bool:
    return room(module) == "picture"


def lesson_of(module: str) -> str:
    """Return the folder of a lesson that a module lies in, or an empty text: modules beside the folders are shared."""
    inner = module.split(".")[2:] if module.startswith("primer_core.lessons.") else []
    return inner[0] if inner and (PROJECT / "primer_core" / "lessons" / inner[0]).is_dir() else ""


def role(module: str) -> str:
    """Return what a module of a lesson is called, ``__init__`` for its package."""
    return module.split(".")[3] if module.count(".") > 2 else "__init__"


LESSON_MODULES = [module for module in sources() if lesson_of(module)]
HOUSED = [module for module in sources() if module not in ("primer_core", "ui", "pages") and not is_picture(module)]


def test_importing_goes_down_only() -> None:
    houses = graph(for_types=True)
    assert not faults(
        {
            module: [other for other in houses[module] if other in HOUSED and floor(other) > floor(module)]
            for module in HOUSED
        }
    )


@pytest.mark.parametrize("own", ["picture", "claims"])
def test_picture_and_claims_know_nothing_of_the_project(own: str) -> None:
    modules = [module for module in sources() if room(module) == own]
    assert len(modules) > 10
    assert not faults({module: {room(other) for other in graph(for_types=True)[module]} - {own} for module in modules})


def test_checks_of_claims_find_out_by_themselves() -> None:
    """They know claims and run plain Python; nothing of what lessons compute, or compute with, is at hand."""
    paths = sorted((PROJECT / "tests" / "claims").rglob("*.py"))
    assert len(paths) > 10
    assert not faults(
        {name(path): [module for module in own_imports(path) if not is_of_claims(module)] for path in paths}
    )


def own_imports(path: Path) -> set[str]:
    """The modules of the project that a file imports something from."""
    imports = [node.module for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) and node.module]
    return {module for module in imports if module.split(".")[0] in ("primer_core", "ui", "tests")}


def is_of_claims(module: str) -> bool:
    return module.startswith(("primer_core.claims", "tests.claims"))


#: The lesson that shows a part of a program as the lesson on its kind does.
COMPOSED = "own_lines"


def test_lessons_do_not_import_each_other() -> None:
    modules = [module for module in LESSON_MODULES if lesson_of(module) != COMPOSED]
    assert not faults(
        {
            module: {lesson_of(other) for other in graph(for_types=True)[module]} - {lesson_of(module), ""}
            for module in modules
        }
    )


def test_what_computes_never_imports_what_draws() -> None:
    modules = [module for module in LESSON_MODULES if role(module) in COMPUTING]
    assert not faults({module: [*filter(is_picture, sorted(reached(module, graph())))] for module in modules})


def test_pictures_are_made_by_show_or_by_what_show_alone_uses() -> None:
    drawing = [
        module for module in LESSON_MODULES if any(map(is_picture, graph()[module])) and role(module) not in DRAWING
    ]
    for module in drawing:
        users = [other for other in LESSON_MODULES if module in graph()[other]]
        assert users, f"{module} draws, and nobody uses it"
        for user in users:
            draws = role(user) in DRAWING or any(map(is_picture, graph()[user]))
            assert draws, f"{user} imports {module}, which draws"


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(graph()) == []


def test_no_module_is_imported_by_its_name_as_a_text() -> None:
    """Such an import is seen by no reader, no type checker and none of these tests; finding a package is none."""
    assert not faults({name(path): [*hidden_imports(tree_of(path))] for path in [*CORE, *PAINTED]})


def hidden_imports(tree: ast.Module) -> Iterator[str]:
    """Imports of what a text names, as code."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="import_module") | ast.Call(ast.Name("__import__")):
                yield ast.unparse(node)
            case ast.ImportFrom(module="importlib", names=names) if "import_module" in [alias.name for alias in names]:
                yield ast.unparse(node)


@pytest.mark.parametrize(
    "code", ["importlib.import_module('a')", "__import__('a')", "from importlib import metadata, import_module"]
)
def test_an_import_by_a_text_is_seen(code: str) -> None:
    assert list(hidden_imports(ast.parse(code)))


def names_a_library(node: ast.AST) -> bool:
    """Whether a node has the name of a library in it, or asks a backend for which of the two it is."""
    asked = {"NUMPY", "pytorch()"}
    for inner in ast.walk(node):
        match inner:
            case ast.Constant("NumPy" | "PyTorch"):
                return True
            case ast.Attribute(value, "library" | "prefix") if ast.unparse(value) in asked:
                return True
    return ast.unparse(node) in asked


def comparisons(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons of anything with a library, its name, or names among which it is."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                yield from (node for side in (left, *others) if names_a_library(side))
            case ast.MatchValue(value=value) if names_a_library(value):
                yield node
            case ast.Call(ast.Attribute(attr="startswith" | "endswith" | "find" | "count"), [given, *_]) if (
                names_a_library(given)
            ):
                yield node


#: Modules that tell the libraries apart by name, how often, and why that is no question to a library.
COMPARES: dict[str, tuple[int, str]] = {
    "primer_core/lessons/arrays/question.py": (1, "PyTorch is the name of a view, which compares both libraries"),
    "primer_core/lessons/arrays/explain.py": (1, "PyTorch is the name of a view, which compares both libraries"),
}


def test_libraries_are_told_apart_by_their_backends() -> None:
    """What differs between NumPy and PyTorch is asked of `primer_core.backend`; elsewhere no name is compared."""
    for path in [*CORE, *PAINTED]:
        if room(module_of(path)) != "backend":
            found = [ast.unparse(node) for node in comparisons(tree_of(path))]
            allowed, _ = COMPARES.get(name(path), (0, ""))
            assert len(found) == allowed, f"{name(path)}: {found}"


@pytest.mark.parametrize(
    "code",
    [
        "x = 1 if library == 'NumPy' else 2",
        "if question.library in ('PyTorch', 'both'): pass",
        "match library:\n    case 'NumPy': pass",
        "match step, library:\n    case 'expand', 'NumPy': pass",
        "if text.startswith(('NumPy', 'PyTorch')): pass",
        "if backend(library) is NUMPY: pass",
        "if engine is not pytorch(): pass",
        "if library != NUMPY.library: pass",
    ],
)
def test_a_comparison_with_a_library_is_seen(code: str) -> None:
    assert list(comparisons(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["if one.axis_word != NUMPY.axis_word: pass", "f(library='NumPy')", "x == NUMPY.get(a, 1)"]
)
def test_what_compares_answers_is_no_comparison_with_a_library(code: str) -> None:
    assert not list(comparisons(ast.parse(code)))


#: What libraries and Python raise at a learner's mistake.
MISTAKES = {
    "ArithmeticError", "AttributeError", "BaseException", "Exception", "FloatingPointError", "IndexError", "KeyError",
    "LookupError", "MemoryError", "OverflowError", "RuntimeError", "TypeError", "ValueError", "ZeroDivisionError",
}  # fmt: skip

#: Handlers that show an exception's words though they do not go through `Backend.attempt`, and why.
SHOWS_WORDS: dict[str, tuple[int, str]] = {
    "primer_core/language/evaluator.py": (1, "Python is asked, not a library: for its own numbers, texts and lists"),
    "primer_core/language/execution.py": (1, "what the table calls is NumPy's, PyTorch's or Python's"),
    "primer_core/language/parsing.py": (2, "Python's parser is asked, whose exception becomes a SyntaxError"),
    "primer_core/lessons/autograd_graph/engine.py": (
        2,
        "what a node has freed cannot be read; what hooks raise in a call passes",
    ),
    "primer_core/lessons/backprop_by_hand/explain.py": (1, "the steps are the learner's own, tried as they stand"),
}


def words_shown(tree: ast.AST) -> Iterator[str]:
    """Handlers of what a library raises in which the exception is used, other than as the cause of another."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or node.name is None or node.type is None:
            continue
        caught = {inner.id for inner in ast.walk(node.type) if isinstance(inner, ast.Name)}
        caught |= {inner.attr for inner in ast.walk(node.type) if isinstance(inner, ast.Attribute)}
        if not any(kind in MISTAKES or kind.isupper() or kind == "errors" for kind in caught):
            continue
        inside = [inner for line in node.body for inner in ast.walk(line)]
        causes = [inner.cause for inner in inside if isinstance(inner, ast.Raise)]
        if any(isinstance(inner, ast.Name) and inner.id == node.name and inner not in causes for inner in inside):
            yield ast.unparse(node)


def test_a_librarys_words_are_caught_by_its_backend() -> None:
    """Only the library's own call stands in the `try` whose exception is shown: `Backend.attempt` sees to that."""
    for path in CORE:
        if room(module_of(path)) in ("lessons", "language"):
            found = list(words_shown(tree_of(path)))
            allowed, _ = SHOWS_WORDS.get(name(path), (0, ""))
            assert len(found) == allowed, f"{name(path)}: {found}"


def test_a_handler_that_shows_words_is_seen() -> None:
    shown = "try:\n    f()\nexcept {} as error:\n    raise Refused(str(error)) from error"
    for caught in ("ValueError", "(TypeError, ValueError)", "_LIBRARY_ERRORS", "engine.errors", "Exception"):
        assert list(words_shown(ast.parse(shown.format(caught))))
    assert not list(words_shown(ast.parse(shown.format("Refused"))))
    assert not list(words_shown(ast.parse("try:\n    f()\nexcept ValueError as e:\n    raise Refused('no') from e")))


#: What makes one call of a library's, and catches what it raises; the last four go on to `attempt`.
ASKS = {"attempt", "_ask", "applied", "made", "then"}


def closures_given(tree: ast.AST) -> Iterator[str]:
    """Calls of `attempt` that are given a function of ours: a lambda, or one that the same module defines."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    methods = {line.name for node in classes for line in node.body if isinstance(line, ast.FunctionDef)}
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - methods
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name(asks) | ast.Attribute(attr=asks), given) if asks in ASKS:
                ours = any(isinstance(one, ast.Lambda) for one in given)
                match asks, given:
                    case "attempt", [ast.Name(called), *_]:
                        ours = ours or called in own
                    case "attempt", [ast.Attribute(ast.Name("self"), called), *_]:
                        ours = ours or called in methods
                if ours:
                    yield ast.unparse(node)


def test_nothing_of_ours_stands_in_an_attempt() -> None:
    assert not faults({name(path): [*closures_given(tree_of(path))] for path in CORE})


@pytest.mark.parametrize(
    "code",
    [
        "library.attempt(lambda: read(text))",
        "def read(): pass\nlibrary.attempt(read)",
        "class A:\n    def read(self): pass\n    def f(self): NUMPY.attempt(self.read, 1)",
        "self.applied(base, code, lambda it: it[key])",
        "_ask(base, code, lambda it: it.T, base.it)",
    ],
)
def test_a_function_of_ours_in_an_attempt_is_seen(code: str) -> None:
    assert list(closures_given(ast.parse(code)))


@pytest.mark.parametrize(
    ("module", "exported"),
    [
        ("primer_core.backend", {"NUMPY", "Backend", "Declined", "Library", "backend", "backend_of", "pytorch"}),
        ("primer_core.lessons", set()),
        ("primer_core.picture", set()),
    ],
)
def test_the_public_surface_of_a_package_is_what_it_lists(module: str, exported: set[str]) -> None:
    """Modules of lessons and picture are imported by their own names, so that each import says what it is about."""
    package = import_module(module)
    assert exported <= set(getattr(package, "__all__", ())) <= {*exported, "LIBRARIES", "takes_loading"}
    assert all(hasattr(package, public) for public in exported)


def test_the_graph_of_imports_is_read_as_it_is() -> None:
    """The checks above are as good as the graph: circles and ways round are seen."""
    assert "primer_core.picture.parts" in reached("primer_core.lessons.broadcasting.show", graph())
    assert "primer_core.lessons.answer" in reached("ui.catalog", graph()) | reached("ui.answers", graph())
    loop = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert circles(loop) == [frozenset({"b", "c"})]
    assert reached("a", loop) == {"b", "c"}


def test_pages_and_ui_load_no_torch_at_import() -> None:
    assert not faults({name(path): imported(run_at_import(tree_of(path).body)) & HEAVY for path in PAINTED})


def reads_code(node: ast.AST) -> bool:
    """Whether a node hands text to Python's parser, or runs it."""
    match node:
        case ast.Call(ast.Name("compile" | "eval" | "exec")):
            return True
        case ast.Attribute(ast.Name("ast"), "parse" | "literal_eval"):
            return True
        case ast.ImportFrom(module="ast"):
            return True
    return False


def test_text_is_parsed_in_one_place_and_run_nowhere() -> None:
    """Python's parser is not safe in threads, and warns of what a learner may write: one module knows both."""
    found = faults(
        {name(path): {ast.unparse(node) for node in ast.walk(tree_of(path)) if reads_code(node)}
         for path in [*CORE, *PAINTED]}
    )  # fmt: skip
    own: Any = found.pop("primer_core/lessons/training_loop/run.py")  # the lesson's own lines, which nobody has typed
    assert {code.partition("(")[0] for code in own} == {"compile", "exec"}
    assert found == {"primer_core/language/parsing.py": {"ast.parse", "ast.literal_eval"}}


#: They run in processes that evaluate one program, or measure, one at a time, with no thread beside it; or in a
#: reader's own notebook, whose cells run one at a time.
WITHOUT_THREADS = {
    "primer_core/language/execution.py",
    "primer_core/evaluation/child.py",
    "primer_core/lessons/data_loading/timing.py",
    "primer_core/notebook/explanation.py",
}


def test_torch_is_seeded_on_the_cpu_alone() -> None:
    """Its ``manual_seed`` keeps a text of the stack for each kind of device that is not there, for good."""
    for path in CORE:
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Call(ast.Attribute(ast.Name("torch"), "manual_seed")):
                    pytest.fail(f"{name(path)}:{node.lineno} seeds all devices")


def test_no_thread_changes_the_filters_of_warnings_for_all() -> None:
    """An evaluation process has one thread, so that there nobody else is concerned."""
    found = faults(
        {
            name(path): [
                node
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.Attribute) and node.attr == "catch_warnings"
            ]
            for path in [*CORE, *PAINTED]
        }
    )
    assert found.keys() <= WITHOUT_THREADS


SERVED = [PROJECT / "primer_core" / folder for folder in ("lessons", "language", "backend")]


def imports_torch(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) and "torch" in imported(iter([node]))


def test_the_server_imports_torch_only_once_it_is_loaded_with_its_settings() -> None:
    """A function imports torch, if it does, right after `load_torch()`; the door itself is the exception."""
    served = [path for folder in SERVED for path in sorted(folder.rglob("*.py"))]
    for path in [path for path in (*served, *PAINTED) if path.name != "loading.py"]:
        bare = [function.name for function in functions_of(tree_of(path)) if imports_torch_unloaded(function)]
        assert not bare, f"{name(path)}: {bare}"


def functions_of(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def imports_torch_unloaded(function: ast.FunctionDef) -> bool:
    """Whether a function has an import of torch that does not stand right after `load_torch()`."""
    for block in (getattr(node, "body", None) for node in ast.walk(function)):
        for before, node in pairwise([None, *block] if isinstance(block, list) else []):
            if node is not None and imports_torch(node):
                if before is None or ast.unparse(before) not in ("load_torch()", "loading.load_torch()"):
                    return True
                break
    return False


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("import torch", True),
        ("load_torch()\n    import torch\n    from torch import nn", False),
        ("if a:\n        from torch import nn", True),
    ],
)
def test_an_import_of_torch_that_is_not_loaded_is_seen(body: str, seen: bool) -> None:
    (function,) = functions_of(ast.parse(f"def f(a):\n    {body}"))
    assert imports_torch_unloaded(function) is seen


def test_pages_compute_nothing() -> None:
    pages = sorted((PROJECT / "pages").glob("*.py"))
    assert pages
    assert not faults({name(path): imported(ast.walk(tree_of(path))) & HEAVY for path in pages})


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ui.shell", {"torch", "primer_core.training"}),
        ("primer_core", {"torch", "numpy"}),
        ("primer_core.data", {"torch", "torchvision"}),
        ("primer_core.models", {"torch"}),
        ("primer_core.training", {"torch"}),
        ("primer_core.evaluation", {"torch"}),
        ("primer_core.inference", {"torch"}),
        ("ui.training.panel", {"torch"}),
    ],
)
def test_importing_what_a_first_paint_needs_loads_nothing_heavy(module: str, absent: set[str]) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not absent & set(loaded)
