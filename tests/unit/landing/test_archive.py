from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldline.errors import IntegrityError
from goldline.landing.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_stored_is_read_back_under_its_digest(archive: Archive, chunks: list[bytes]) -> None:
    content = b"".join(chunks)
    stored = archive.store(chunks)
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert archive.read(stored.sha256) == content
    with archive.open(stored.sha256) as stream:
        assert stream.read() == content


def test_files_are_read_only_and_lie_under_the_first_two_digits(archive: Archive) -> None:
    stored = archive.store([b"content"])
    path = archive.path(stored.sha256)
    assert path.relative_to(archive.folder).parts == (stored.sha256[:2], stored.sha256[2:])
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750


def test_the_same_content_is_not_written_again(archive: Archive) -> None:
    stored = archive.store([b"content"])
    before = archive.path(stored.sha256).stat()
    with archive.batch() as batch:
        assert batch.store([b"con", b"tent"]) == batch.store([b"content"]) == stored
    after = archive.path(stored.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert list((archive.folder / "incoming").iterdir()) == []


def test_a_damaged_file_is_never_read_and_names_itself_and_the_remedy(archive: Archive) -> None:
    stored = archive.store([b"content"])
    path = archive.path(stored.sha256)
    path.chmod(0o640)
    path.write_bytes(b"c0ntent")
    with pytest.raises(IntegrityError, match=rf"(?s){path}.*What to do: restore"):
        archive.read(stored.sha256)
    with pytest.raises(IntegrityError, match="no longer has the bytes"):
        archive.open(stored.sha256)
    assert [problem.path for problem in archive.verify()] == [path]


def test_a_damaged_file_is_healed_by_the_same_content_coming_again(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    stored = archive.store([b"content"])
    path = archive.path(stored.sha256)
    path.chmod(0o640)
    path.write_bytes(b"")
    assert archive.store([b"content"]) == stored
    assert archive.read(stored.sha256) == b"content"
    assert "was damaged" in caplog.text


def test_missing_and_foreign_files_are_problems(archive: Archive) -> None:
    missing = "0" * 64
    stored = archive.store([b"content"])
    (archive.folder / "notes.txt").write_text("not ours")
    (archive.folder / "incoming" / "tmp1").write_text("half")
    problems = {problem.path.name: problem.what for problem in archive.verify([missing, stored.sha256])}
    assert problems == {"notes.txt": "this is no file of the archive", "0" * 62: "the file is missing"}
    with pytest.raises(IntegrityError, match="missing"):
        archive.read(missing)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"])
def test_what_is_no_digest_never_becomes_a_path(archive: Archive, digest: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        archive.read(digest)


def test_a_failing_batch_leaves_nothing_behind(archive: Archive) -> None:
    def cut() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("cut")

    def both() -> None:
        with archive.batch() as batch:
            batch.store([b"whole"])
            batch.store(cut())

    with pytest.raises(ConnectionError):
        both()
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == []


def test_only_old_left_overs_of_killed_processes_are_cleared_away(archive: Archive) -> None:
    archive.store([b"content"])
    old, young = archive.folder / "incoming" / "old", archive.folder / "incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    archive.store([b"other"])
    assert (old.exists(), young.exists()) == (False, True)
