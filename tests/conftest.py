"""What every test may rely on: a clean environment and a home of its own.

Fixtures of one package live in that package's test folder, not here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from goldline.garbage import search_seldom

if TYPE_CHECKING:
    from pathlib import Path

search_seldom()  # as the command line has it: the graph is made a thousand times here


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own settings: no test may depend on the shell it was started from."""
    for name in os.environ:
        if name.upper().startswith(("GOLDLINE_", "DAGSTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a Goldline home of its own, named by GOLDLINE_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("GOLDLINE_HOME", str(folder))
    return folder
