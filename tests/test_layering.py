"""Who may import whom, read from the source, and what a first paint loads, asked of a fresh Python."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
CORE = sorted((PROJECT / "primer_core").rglob("*.py"))
PAINTED = sorted([PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "ui").rglob("*.py")])


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


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
    if "figures" not in path.parts:
        assert "plotly" not in found


@pytest.mark.parametrize("path", PAINTED, ids=name)
def test_pages_and_ui_load_no_torch_at_import(path: Path) -> None:
    found = imported(run_at_import(ast.parse(path.read_text(encoding="utf-8")).body))
    assert not found & {"torch", "torchvision", "plotly", "mlxtend"}


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


@pytest.mark.parametrize("path", [*CORE, *PAINTED], ids=name)
def test_no_thread_changes_the_filters_of_warnings_for_all(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "catch_warnings"]


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
    assert not found & {"torch", "torchvision", "plotly", "mlxtend"}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ui.shell", {"torch", "primer_core.training"}),
        ("primer_core", {"torch", "numpy"}),
        ("primer_core.data", {"torch", "torchvision"}),
        ("primer_core.models", {"torch"}),
        ("primer_core.training", {"torch"}),
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
