"""What is remembered between rounds survives a broken file and a full disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from goldline.watchdog import memory
from goldline.watchdog.memory import Remembered

NOW = datetime(2026, 3, 29, 5, 12, tzinfo=UTC)
ONE = {"daemon:dead": Remembered(what="it is dead", since=NOW, seen_at=NOW, is_mailed=True)}
TWO = {**ONE, "disk:full": Remembered(what="it is full", since=NOW, seen_at=NOW, ended_at=NOW)}


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    memory.write(tmp_path / "home" / "watchdog.json", TWO)
    assert memory.read(tmp_path / "home" / "watchdog.json") == TWO


@pytest.mark.parametrize("content", ["", "{", "[]", '{"conditions": {"a": 1}}', '{"conditions": {"a": {"what": "x"}}}'])
def test_a_broken_file_is_as_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "watchdog.json"
    assert memory.read(path) == {}
    path.write_text(content)
    assert memory.read(path) == {}


def test_where_no_new_file_can_be_made_the_old_one_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "watchdog.json"
    memory.write(path, ONE)
    (tmp_path / "watchdog.tmp").symlink_to(tmp_path / "gone" / "away")
    memory.write(path, TWO)
    assert memory.read(path) == TWO
    assert path.stat().st_size == memory.SIZE
