"""A backup is whole or it is none; what was restored from it gives the same tables to the digest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from goldline.alerts import Incident, outbox_from
from goldline.backup import BackupFolder, BackupManifest, Wanted, back_up, check, restore
from goldline.deliver import FOR_GOOD
from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.faultpoint import EXIT_CODE, VARIABLE
from goldline.fencing import LeaseLost
from goldline.home import Home
from goldline.landing.events import Received, Refused
from goldline.publish import versions
from goldline.settings import load_settings
from goldline.warehouse.lease import Lease
from tests.integration.operations.processes import ENVIRONMENT, ROOT
from tests.integration.whole_load import started
from tests.support import open_home

pytestmark = pytest.mark.integration

NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
EVERYTHING = Wanted(published=True, warehouse=True)
BACK_UP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from goldline.backup import Wanted, back_up
from tests.support import open_home
home, target, now = sys.argv[1:]
back_up(open_home(Path(home)), Path(target), Wanted(), now=datetime.fromisoformat(now), progress=lambda *_: None)
"""


def quiet(what: str, done: int, total: int) -> None:
    assert done <= total


def take(home: Path, target: Path, wanted: Wanted | None = None, *, hour: int = 0) -> BackupManifest:
    return back_up(open_home(home), target, wanted or Wanted(), now=NOW + timedelta(hours=hour), progress=quiet)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def home(home_copy: Path) -> Path:
    return home_copy


@pytest.fixture(scope="module")
def kept(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    target = tmp_path_factory.mktemp("backup")
    take(published, target)
    return target


@pytest.fixture
def target(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "backup"))


def test_a_destroyed_home_comes_back_from_its_backup_with_every_published_table_equal(home: Path, target: Path) -> None:
    before = versions.current(home / "published").digests
    ledger = (home / "ledger" / "ledger.jsonl").read_bytes()
    shutil.rmtree(home)
    restore(BackupFolder(target), open_home(home), now=NOW, progress=quiet)
    assert (home / "ledger" / "ledger.jsonl").read_bytes() == ledger
    assert not (home / "warehouse.duckdb").exists()
    with started() as loader:
        assert loader.load(home) == 0
    assert versions.current(home / "published").digests == before


def test_what_people_wrote_comes_back_for_the_owner_alone_and_no_session_does(home: Path, tmp_path: Path) -> None:
    for name in (
        "people.yaml",
        "roles.yaml",
        "subscriptions.yaml",
        "marketing_spend.csv",
        "people/audit/2026-03.jsonl",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    for name in ("key", "state.sqlite"):
        (home / "people" / name).write_text("secret")
    take(home, tmp_path / "kept")
    restore(BackupFolder(tmp_path / "kept"), open_home(tmp_path / "new"), now=NOW, progress=quiet)
    for name in ("people.yaml", "roles.yaml", "subscriptions.yaml", "people/audit/2026-03.jsonl"):
        assert (tmp_path / "new" / name).read_text() == name
        assert (tmp_path / "new" / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / "marketing_spend.csv").read_text() == "marketing_spend.csv"
    assert not list((tmp_path / "new" / "people").glob("*key*")) + list((tmp_path / "new" / "people").glob("*.sqlite*"))


def test_with_everything_the_restored_home_is_published_at_once_and_has_nothing_to_load(
    home: Path, tmp_path: Path
) -> None:
    take(home, tmp_path / "all", EVERYTHING)
    before = versions.current(home / "published")
    home.rename(tmp_path / "lost")
    restore(BackupFolder(tmp_path / "all"), open_home(home), now=NOW, progress=quiet)
    assert versions.verify(home / "published", before.version).digests == before.digests
    with started() as loader:
        assert loader.load(home) == 0
    assert versions.current(home / "published") == before


def test_every_flipped_byte_in_a_backup_is_found_and_nothing_is_restored(target: Path, tmp_path: Path) -> None:
    folder = BackupFolder(target)
    manifest = folder.read()
    for file in manifest.files[:: max(len(manifest.files) // 12, 1)]:
        path = folder.objects.path(file.sha256)
        data = path.read_bytes()
        path.chmod(0o640)
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(IntegrityError) as refused:
            restore(folder, open_home(tmp_path / "new"), now=NOW, progress=quiet)
        assert f"{file.path}: expected {file.sha256}, found " in refused.value.what
        assert "--backup" in refused.value.remedy
        assert [damage.file for damage in check(folder, progress=quiet)[1]] == [file]
        path.write_bytes(data)
    assert not (tmp_path / "new").exists()
    assert check(folder, progress=quiet) == (manifest, [])


def test_a_missing_file_and_a_changed_manifest_are_found_as_well(target: Path, tmp_path: Path) -> None:
    folder = BackupFolder(target)
    manifest = folder.read()
    folder.objects.path(manifest.files[0].sha256).unlink()
    with pytest.raises(IntegrityError, match="found no file"):
        restore(folder, open_home(tmp_path / "new"), now=NOW, progress=quiet)
    path = target / "backups" / f"{manifest.backup}.json"
    path.write_text(path.read_text().replace('"bytes": ', '"bytes": 1', 1))
    with pytest.raises(IntegrityError, match="manifest of the backup is damaged"):
        restore(folder, open_home(tmp_path / "new"), now=NOW, progress=quiet)


def test_a_damaged_copy_is_mended_by_a_deep_backup(home: Path, target: Path) -> None:
    folder = BackupFolder(target)
    path = folder.objects.path(folder.read().files[0].sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    take(home, target, hour=1)
    assert len(check(folder, progress=quiet)[1]) == 1
    take(home, target, Wanted(deep=True), hour=2)
    assert check(folder, progress=quiet)[1] == []


@pytest.mark.parametrize("point", ["backup.batch", "archive.renamed:9", "backup.archived", "backup.before_manifest"])
def test_a_backup_that_is_killed_leaves_the_one_before_as_it_was_and_can_be_repeated(
    home: Path, target: Path, point: str
) -> None:
    folder = BackupFolder(target)
    before = folder.read()
    for path in (target / "objects").glob("[0-3]?"):  # as if so much had been delivered since
        shutil.rmtree(path)
    left = {name for name in files_of(target) if name.startswith("backups/")}
    words = [sys.executable, "-c", BACK_UP, str(home), str(target), (NOW + timedelta(hours=1)).isoformat()]
    killed = subprocess.run(words, env={**ENVIRONMENT, VARIABLE: point}, cwd=ROOT, check=False)
    assert killed.returncode == EXIT_CODE
    assert {name for name in files_of(target) if name.startswith("backups/")} == left
    assert folder.read() == before
    subprocess.run(words, env=ENVIRONMENT, cwd=ROOT, check=True)
    assert len(folder.names()) == 2
    assert check(folder, progress=quiet)[1] == []
    assert check(folder, before.backup, progress=quiet)[1] == []
    assert [path.name for path in (target / "objects" / "incoming").iterdir()] == []


def test_a_restore_that_is_killed_can_be_repeated(target: Path, tmp_path: Path) -> None:
    home, reference = tmp_path / "home-killed", tmp_path / "reference"
    code = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from goldline.backup import BackupFolder, restore; from tests.support import open_home;"
        "restore(BackupFolder(Path(sys.argv[1])), open_home(Path(sys.argv[2])), force=True,"
        " now=datetime.now(UTC), progress=lambda *_: None)"
    )
    words = [sys.executable, "-c", code, str(target), str(home)]
    environment = {**ENVIRONMENT, VARIABLE: "restore.staged"}
    assert subprocess.run(words, env=environment, cwd=ROOT, check=False).returncode == EXIT_CODE
    assert not (home / "ledger").exists()
    subprocess.run(words, env=ENVIRONMENT, cwd=ROOT, check=True)
    restore(BackupFolder(target), open_home(reference), now=NOW, progress=quiet)
    parts = ("archive/", "ledger/ledger", "quarantine/", "settings.env")
    restored = {name: data for name, data in files_of(home).items() if name.startswith(parts)}
    assert restored == {name: data for name, data in files_of(reference).items() if name.startswith(parts)}
    assert not (home / "restoring").exists()


def test_a_second_backup_copies_only_what_is_new(home: Path, target: Path) -> None:
    before = {name: (target / name).stat().st_ino for name in files_of(target) if name.startswith("objects/")}
    with open_home(home).archive.batch() as batch:
        stored = batch.store([b"one more file"])
    arrival = Received(
        source="cashmere",
        feed="VENTES",
        delivery_date=date(2026, 3, 29),
        name="VENTES_20260329.csv",
        sha256=stored.sha256,
        size=stored.size,
    )
    open_home(home).ledger.append([arrival])
    manifest = take(home, target, hour=1)
    after = {name: (target / name).stat().st_ino for name in files_of(target) if name.startswith("objects/")}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2  # the file and the ledger
    assert [file.path for file in manifest.files if file.sha256 == stored.sha256] == [
        f"archive/{stored.sha256[:2]}/{stored.sha256[2:]}"
    ]


def test_bytes_refused_for_clear_personal_data_leave_the_backup_too(home: Path, target: Path, tmp_path: Path) -> None:
    entry = open_home(home).ledger.entries()[0]
    opened, folder = open_home(home), BackupFolder(target)
    assert folder.objects.has(entry.sha256)
    opened.ledger.append([Refused(entry=entry.sequence, run_id="", reasons=("clear",), contract=FOR_GOOD)])
    opened.archive.discard(entry.sha256)
    old, new = folder.read().backup, take(home, target, hour=1).backup
    assert not folder.objects.has(entry.sha256)
    for number, name in enumerate((old, new)):
        place = open_home(tmp_path / f"restored{number}")
        done = restore(folder, place, name=name, now=NOW, progress=quiet)
        assert done.not_kept == ((entry.name,) if name == old else ())
        assert place.ledger.states()[entry.sequence].contract == FOR_GOOD


def test_a_damaged_archive_stops_the_backup_and_names_the_file(home: Path, tmp_path: Path) -> None:
    opened = open_home(home)
    entry = opened.ledger.entries()[3]
    path = opened.archive.path(entry.sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(IntegrityError, match=entry.name) as refused:
        take(home, tmp_path / "new")
    assert refused.value.where == str(path)
    assert BackupFolder(tmp_path / "new").names() == []


def test_a_home_that_is_not_empty_is_left_alone_unless_forced_and_then_moved_aside(home: Path, target: Path) -> None:
    before = files_of(home)
    with pytest.raises(GoldlineError, match="not empty"):
        restore(BackupFolder(target), open_home(home), now=NOW, progress=quiet)
    assert files_of(home) == before
    done = restore(BackupFolder(target), open_home(home), force=True, now=NOW, progress=quiet)
    assert done.moved_aside == home / "before-restore-20260401T050000Z"
    aside = files_of(done.moved_aside)
    moved = {
        name: data for name, data in before.items() if name.startswith(("archive/", "ledger/", "warehouse.duckdb"))
    }
    assert {name: data for name, data in moved.items() if not name.endswith(".lease")}.items() <= aside.items()
    assert not (home / "warehouse.duckdb").exists()


def test_nothing_is_restored_under_a_run_and_a_run_from_before_a_restore_writes_nothing(
    home: Path, target: Path
) -> None:
    opened = open_home(home)
    lease = Lease.of(home / "warehouse.duckdb")
    with pytest.raises(TransientError, match="another run is writing"):
        restore(BackupFolder(target), open_home(home), force=True, now=NOW, progress=quiet)
    (home / "warehouse.duckdb.lease").unlink()  # what nobody should do
    restore(BackupFolder(target), open_home(home), force=True, now=NOW, progress=quiet)
    with pytest.raises(LeaseLost):
        opened.ledger.append([Refused(entry=1, run_id="", reasons=(), contract="")], grant=lease)
    lease.release()


def test_the_outbox_comes_back_with_its_incidents_and_looks_at_dagster_anew(home: Path, tmp_path: Path) -> None:
    outbox = outbox_from(open_home(home).settings)
    outbox.report(Incident(key="run:x", kind="run_failed", group="magento", title="Load", since=NOW), NOW)
    with outbox.batch() as batch:
        batch.set_cursor("dagster:runs", '{"RUN_SUCCESS": 99}')
        batch.set_cursor("other", "kept")
    take(home, tmp_path / "backup")
    restore(BackupFolder(tmp_path / "backup"), open_home(tmp_path / "new"), now=NOW, progress=quiet)
    restored = outbox_from(open_home(tmp_path / "new").settings)
    assert [record.incident.key for record in restored.open_incidents()] == ["run:x"]
    assert (restored.cursor("dagster:runs"), restored.cursor("other")) == (None, "kept")


@pytest.mark.parametrize("with_secrets", [False, True])
def test_settings_come_back_as_a_file_and_secrets_only_on_request(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_secrets: bool
) -> None:
    secret = "canary'of\\the #backup"
    hashes = "ab" * 32
    settings = load_settings(
        home=home,
        smtp_user="goldline",
        smtp_password=secret,
        placeholder_hashes=hashes,
        mail_groups={"magento": ["a@b.fr"]},
    )
    target = tmp_path / "backup"
    back_up(Home(settings), target, Wanted(secrets=with_secrets), now=NOW, progress=quiet)
    restore(BackupFolder(target), open_home(tmp_path / "new"), now=NOW, progress=quiet)
    assert (secret.encode() in b"".join(files_of(target).values())) is False
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GOLDLINE_")]:
        monkeypatch.delenv(name)
    shutil.copy2(tmp_path / "new" / "settings.env", tmp_path / ".env")
    text = (tmp_path / ".env").read_text()
    if not with_secrets:
        assert "canary" not in b"".join(files_of(target).values()).decode("utf-8", "replace")
        assert "# GOLDLINE_SMTP_PASSWORD holds a secret and is not in this backup" in text
        (tmp_path / ".env").write_text(text + "GOLDLINE_SMTP_PASSWORD=new\n")
    again = load_settings()
    assert again.smtp_password
    assert again.smtp_password.get_secret_value() == (secret if with_secrets else "new")
    assert (again.placeholder_hashes, again.mail_groups) == (settings.placeholder_hashes, settings.mail_groups)


def test_old_backups_go_with_what_only_they_had(home: Path, target: Path) -> None:
    for hour in (1, 2, 3):
        open_home(home).ledger.append(
            [Refused(entry=1, run_id=str(hour), reasons=("x",), contract="y")],
        )
        take(home, target, Wanted(keep=2), hour=hour)
    folder = BackupFolder(target)
    assert folder.names() == ["20260401T070000Z", "20260401T080000Z"]
    assert all(check(folder, name, progress=quiet)[1] == [] for name in folder.names())
    used = {file.sha256 for name in folder.names() for file in folder.read(name).files}
    assert {path.parent.name + path.name for path in (target / "objects").glob("??/*")} == used


def test_on_the_command_line_a_backup_is_taken_verified_and_restored(home: Path, tmp_path: Path) -> None:
    target, new = tmp_path / "backup", tmp_path / "new"

    def says(*words: str, expect: int = 0) -> str:
        environment = {**ENVIRONMENT, "GOLDLINE_HOME": str(home), "COLUMNS": "400"}
        done = subprocess.run(
            [sys.executable, "-m", "goldline", *words],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "events of the ledger" in says("backup", str(target))
    assert "is intact" in says("restore", str(target), "--check")
    assert "not empty" in says("restore", str(target), expect=1)
    said = says("restore", str(target), "--into", str(new))
    assert "next: goldline rebuild" in said
    assert (new / "ledger/ledger.jsonl").read_bytes() == (home / "ledger/ledger.jsonl").read_bytes()
    folder = BackupFolder(target)
    path = folder.objects.path(folder.read().files[0].sha256)
    path.chmod(0o640)
    path.write_bytes(b"damaged")
    assert f"damaged: {folder.read().files[0].path}: expected" in says("restore", str(target), "--check", expect=1)


def test_a_backup_inside_the_home_is_refused(home: Path) -> None:
    for inside in (home, home / "backup", home.parent):
        with pytest.raises(GoldlineError, match="would lie in"):
            take(home, inside)
