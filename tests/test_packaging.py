"""The library installed on its own, as another project would use it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_app import PROJECT

USE = """
import importlib.metadata, pathlib, primer_core
from primer_core.inference import load_checkpoint
from primer_core.inference.predict import CHECKPOINT

print(pathlib.Path(primer_core.__file__).parent)
assert CHECKPOINT.with_suffix(".md").read_text(encoding="utf-8")
assert not load_checkpoint().training
needed = importlib.metadata.requires("primer")
print(*(line for line in needed if "extra" not in line), sep="\\n")
print(*importlib.metadata.metadata("primer").get_all("Provides-Extra"))
"""


@pytest.mark.long
def test_the_installed_library_has_its_files_its_dependencies_and_its_extras(tmp_path: Path) -> None:
    source, place, elsewhere = (tmp_path / name for name in ("source", "installed", "elsewhere"))
    elsewhere.mkdir()
    shutil.copytree(PROJECT / "primer_core", source / "primer_core")  # a build leaves things behind in its folder
    for name in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "requirements.txt",
        "requirements-test.txt",
        "requirements-export.txt",
        "requirements-ray.txt",
    ):
        shutil.copy(PROJECT / name, source)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), str(source)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    if made.returncode and not os.environ.get("CI") and "No matching distribution found for setuptools" in made.stderr:
        pytest.skip("PyPI, from which the build takes setuptools, is out of reach")
    assert made.returncode == 0, made.stderr
    used = subprocess.run(
        [sys.executable, "-c", USE], cwd=elsewhere, env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert used.returncode == 0, used.stderr
    package, *needed, extras = used.stdout.splitlines()
    assert Path(package) == place / "primer_core"
    assert needed == (PROJECT / "requirements.txt").read_text().split()
    assert set(extras.split()) == {"test", "export", "cluster"}
