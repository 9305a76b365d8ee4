"""Who may import whom, read from the source, and what a first paint loads, asked of a fresh Python."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.imports import PROJECT, circles, graph, reached, sources

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


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_library_knows_no_user_interface(path: Path) -> None:
    found = imported(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    assert not found & {"streamlit", "ui", "pages"}


#: The floors of the house: a module imports what stands on its own floor or on a lower one. Picture stands beside the
#: house: whoever draws may use it, and it knows nothing of the project.
FLOORS = (
    {"claims"},
    {"backend", "devices"},
    {"language"},
    {"models", "data", "evaluation"},
    {"lessons", "training", "inference", "error_messages"},
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


@pytest.mark.parametrize("module", HOUSED)
def test_importing_goes_down_only(module: str) -> None:
    below = [other for other in graph(for_types=True)[module] if other in HOUSED]
    assert [other for other in below if floor(other) > floor(module)] == []


@pytest.mark.parametrize("module", [module for module in sources() if is_picture(module)])
def test_picture_knows_nothing_of_the_project(module: str) -> None:
    assert {room(other) for other in graph(for_types=True)[module]} <= {"picture"}


@pytest.mark.parametrize("module", [module for module in sources() if room(module) == "claims"])
def test_claims_know_nothing_of_the_project(module: str) -> None:
    assert {room(other) for other in graph(for_types=True)[module]} <= {"claims"}


@pytest.mark.parametrize("path", sorted((PROJECT / "tests" / "claims").glob("*.py")), ids=name)
def test_checks_of_claims_find_out_by_themselves(path: Path) -> None:
    """They know claims and run plain Python; nothing of what lessons compute, or compute with, is at hand."""
    imports = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)
    ]
    own = {
        node.module for node in imports if node.module and node.module.split(".")[0] in ("primer_core", "ui", "tests")
    }
    assert all(module.startswith(("primer_core.claims", "tests.claims")) for module in own), own


#: The lesson that shows a part of a program as the lesson on its kind does.
COMPOSED = "own_lines"


@pytest.mark.parametrize("module", [module for module in LESSON_MODULES if lesson_of(module) != COMPOSED])
def test_lessons_do_not_import_each_other(module: str) -> None:
    others = {lesson_of(other) for other in graph(for_types=True)[module]} - {lesson_of(module), ""}
    assert not others


@pytest.mark.parametrize("module", [module for module in LESSON_MODULES if role(module) in COMPUTING])
def test_what_computes_never_imports_what_draws(module: str) -> None:
    assert [other for other in sorted(reached(module, graph())) if is_picture(other)] == []


@pytest.mark.parametrize("module", LESSON_MODULES)
def test_pictures_are_made_by_show_or_by_what_show_alone_uses(module: str) -> None:
    if not any(map(is_picture, graph()[module])) or role(module) in DRAWING:
        return
    users = [other for other in LESSON_MODULES if module in graph()[other]]
    assert users, f"{module} draws, and nobody uses it"
    for user in users:
        draws = role(user) in DRAWING or any(map(is_picture, graph()[user]))
        assert draws, f"{user} imports {module}, which draws"


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(graph()) == []


@pytest.mark.parametrize("path", [*CORE, *PAINTED], ids=name)
def test_no_module_is_imported_by_its_name_as_a_text(path: Path) -> None:
    """Such an import is seen by no reader, no type checker and none of these tests; finding a package is none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "import_module"]
    from_text = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "importlib"
        for alias in node.names
    ]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "__import__"]
    assert not hidden
    assert "import_module" not in from_text
    assert not calls


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


@pytest.mark.parametrize("path", [path for path in [*CORE, *PAINTED] if room(module_of(path)) != "backend"], ids=name)
def test_libraries_are_told_apart_by_their_backends(path: Path) -> None:
    """What differs between NumPy and PyTorch is asked of `primer_core.backend`; elsewhere no name is compared."""
    found = [ast.unparse(node) for node in comparisons(ast.parse(path.read_text(encoding="utf-8")))]
    allowed, _ = COMPARES.get(name(path), (0, ""))
    assert len(found) == allowed, found


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


@pytest.mark.parametrize("path", [path for path in CORE if room(module_of(path)) in ("lessons", "language")], ids=name)
def test_a_librarys_words_are_caught_by_its_backend(path: Path) -> None:
    """Only the library's own call stands in the `try` whose exception is shown: `Backend.attempt` sees to that."""
    found = list(words_shown(ast.parse(path.read_text(encoding="utf-8"))))
    allowed, _ = SHOWS_WORDS.get(name(path), (0, ""))
    assert len(found) == allowed, found


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


@pytest.mark.parametrize("path", CORE, ids=name)
def test_nothing_of_ours_stands_in_an_attempt(path: Path) -> None:
    found = list(closures_given(ast.parse(path.read_text(encoding="utf-8"))))
    assert not found


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


@pytest.mark.parametrize("path", PAINTED, ids=name)
def test_pages_and_ui_load_no_torch_at_import(path: Path) -> None:
    found = imported(run_at_import(ast.parse(path.read_text(encoding="utf-8")).body))
    assert not found & {"torch", "torchvision", "mlxtend"}


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


@pytest.mark.parametrize("path", [*CORE, *PAINTED], ids=name)
def test_text_is_parsed_in_one_place_and_run_nowhere(path: Path) -> None:
    """Python's parser is not safe in threads, and warns of what a learner may write: one module knows both."""
    found = {ast.unparse(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if reads_code(node)}
    assert found == ({"ast.parse", "ast.literal_eval"} if path.name == "parsing.py" else set())


#: It runs in processes that evaluate one program at a time, with no thread beside it.
WITHOUT_THREADS = PROJECT / "primer_core" / "language" / "execution.py"


@pytest.mark.parametrize("path", [p for p in (*CORE, *PAINTED) if p != WITHOUT_THREADS], ids=name)
def test_no_thread_changes_the_filters_of_warnings_for_all(path: Path) -> None:
    """An evaluation process has one thread, so that there nobody else is concerned."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "catch_warnings"]
    assert not found or name(path) == "primer_core/evaluation/child.py"


SERVED = [PROJECT / "primer_core" / folder for folder in ("lessons", "language", "backend")]


def imports_torch(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) and "torch" in imported(iter([node]))


@pytest.mark.parametrize(
    "path", [*(path for folder in SERVED for path in sorted(folder.rglob("*.py"))), *PAINTED], ids=name
)
def test_the_server_imports_torch_only_once_it_is_loaded_with_its_settings(path: Path) -> None:
    """A function imports torch, if it does, right after `load_torch()`; the door itself is the exception."""
    if path.name == "loading.py":
        return
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        blocks = [getattr(node, "body", None) for node in ast.walk(function)]
        for block in (block for block in blocks if isinstance(block, list)):
            before = ""
            for node in block:
                if imports_torch(node):
                    assert before in ("load_torch()", "loading.load_torch()"), function.name
                    break
                before = ast.unparse(node)


@pytest.mark.parametrize("path", sorted((PROJECT / "pages").glob("*.py")), ids=name)
def test_pages_compute_nothing(path: Path) -> None:
    found = imported(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    assert not found & {"torch", "torchvision", "mlxtend"}


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
