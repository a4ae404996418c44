"""Secrets of the settings: whatever fails, none of them is printed, logged, mailed or written anywhere in the home."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from goldline.cli import app
from goldline.settings import load_settings

pytestmark = pytest.mark.integration

MAIL, LANDING, WAREHOUSE = "C4n4ry-mail/pass", "C4n4ry-sftp:pass", "C4n4ry-base@pass"
CLOSED = 9  # the discard port: nothing listens there
COMMANDS = (
    ["settings"],
    ["run"],
    ["backfill"],
    ["status"],
    ["doctor"],
    ["rebuild", "--yes"],
    ["alerts", "test"],
    ["quarantine", "list"],
    ["publish", "list"],
    ["query", "select 1"],
)


@pytest.fixture
def broken(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose mail server, landing zone and warehouse are all away, each behind a password."""
    values = {
        "LANDING": f"sftp://shop:{quote(LANDING, safe='')}@127.0.0.1:{CLOSED}/landing?timeout=2",
        "WAREHOUSE": f"postgresql+psycopg2://goldline:{quote(WAREHOUSE, safe='')}@127.0.0.1:{CLOSED}/goldline",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(CLOSED),
        "SMTP_USER": "goldline",
        "SMTP_PASSWORD": MAIL,
        "MAIL_TO": "data@example.org",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"GOLDLINE_{name}", value)
    return home


def spelled(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), quote(secret)}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_shows_or_writes_a_secret_while_everything_is_away(broken: Path, words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    shown = f"{result.output} {result.exception!r}"
    files = {path: path.read_bytes() for path in broken.rglob("*") if path.is_file()}
    for secret in {form for one in (MAIL, LANDING, WAREHOUSE) for form in spelled(one)}:
        assert secret not in shown
        assert [path for path, content in files.items() if secret.encode() in content] == []
    assert result.exception is None or isinstance(result.exception, SystemExit), shown


def test_settings_never_show_a_secret_in_any_of_their_forms(broken: Path) -> None:
    settings = load_settings()
    for text in (repr(settings), str(settings), f"{settings}"):
        assert not any(form in text for one in (MAIL, LANDING, WAREHOUSE) for form in spelled(one))
