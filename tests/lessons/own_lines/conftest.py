from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let programs that plain Python runs save their networks where nothing of the project lies."""
    monkeypatch.chdir(tmp_path)
