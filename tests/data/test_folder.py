from __future__ import annotations

import sys
from pathlib import Path

import pytest

from primer_core.data import data_folder


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PRIMER_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


def test_the_argument_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMER_DATA", str(tmp_path / "env"))
    assert data_folder() == tmp_path / "env"
    assert data_folder(tmp_path / "argument") == tmp_path / "argument"
    assert data_folder(str(tmp_path / "argument")) == tmp_path / "argument"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMER_DATA", "~/sets")
    assert data_folder() == tmp_path / "sets"


@pytest.mark.parametrize(
    ("platform", "variable", "default"),
    [
        ("linux", "XDG_CACHE_HOME", ".cache/primer"),
        ("darwin", "", "Library/Caches/primer"),
        ("win32", "LOCALAPPDATA", "AppData/Local/primer"),
    ],
)
def test_else_it_is_in_the_platforms_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, default: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("PRIMER_DATA", "")
    assert data_folder() == tmp_path / default
    assert not data_folder().exists(), "asking makes nothing"
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
        assert data_folder() == tmp_path / "cache" / "primer"
