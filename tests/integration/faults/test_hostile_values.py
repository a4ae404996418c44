"""Values and names that attack whoever looks at them: on the command line, in a mail, in a report, in a log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldline.alerts import FileMailer, Incident, Outbox, Policy
from goldline.alerts import deliver as send_mails
from goldline.cli import app
from goldline.deliver import deliver, land
from goldline.home import Home
from tests.integration.faulty_files import TILLS
from tests.support import EVERY_DAY, open_home
from tests.torture.night import NOW

pytestmark = pytest.mark.integration

ATTACKS = {
    "VENTES_20260328.csv": "[/b]79",
    "VENTES_20260329.csv": "[link=http://evil.example]79",
    "VENTES_20260330.csv": "<script>alert(1)</script>",
    "VENTES_20260331.csv": "=cmd|' /C calc'!A0",
    "VENTES_20260401.csv": "79\u202e97",
    "VENTES_20260402.csv": "{{ 7*7 }}%s%n",
}
NAMES = (
    *("../../VENTES_20260403.csv", "VENTES_20260403.csv\x1b[2J", "VENTES_20260403.csv\nBcc: x@evil.example"),
    *("=VENTES_20260403.csv", "ventes_20260403.CSV", "VENTES_20260403.csv\u202e", "V" * 255, "-VENTES_20260403.csv"),
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that got a file for each attack, in an amount and in the name of a column."""
    home = open_home(tmp_path_factory.mktemp("home"))
    folder = home.settings.home / "landing" / "cashmere"
    folder.mkdir(parents=True)
    for name, value in ATTACKS.items():
        data = TILLS.replace(b";79,90;20;", f";{value};20;".encode("utf-8" if "\u202e" in value else "cp1252"))
        (folder / name).write_bytes(data)
        header = TILLS.replace(b"montant_ttc;", f"{value}montant_ttc;".encode(), 1)
        (folder / name.replace("20260", "20250")).write_bytes(header)
    for name in NAMES:
        if "/" not in name:
            (folder / name).write_bytes(TILLS)
    with home.warehouse() as warehouse:
        deliver(home, warehouse, "cashmere", EVERY_DAY, run_id="test")
    return home


def test_no_attack_breaks_the_list_of_the_quarantine_or_moves_the_cursor(
    attacked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLDLINE_HOME", str(attacked.settings.home))
    shown = [["quarantine", "list"], ["status"], *(["quarantine", "show", name] for name in ATTACKS)]
    for words in shown:
        result = CliRunner().invoke(app, words)
        assert (result.exit_code, result.exception) == (0, None), words
        assert not any(mark in result.output for mark in ("\x1b", "\u202e", "evil", "\x07"))


def test_reports_and_ledger_hold_masked_values_and_only_names_of_the_allow_list(attacked: Home) -> None:
    written = [*attacked.settings.quarantine_dir.rglob("*.json"), attacked.ledger.path]
    assert len(written) > len(ATTACKS)
    for path in written:
        text = path.read_text("utf-8")
        assert not any(word in text for word in ("alert(1)", "evil.example", "calc", "\u202e", "7*7", "Bcc"))
    assert {entry.name for entry in attacked.ledger.entries()} == {
        *ATTACKS,
        *(name.replace("20260", "20250") for name in ATTACKS),
    }


def test_a_hostile_name_is_refused_and_shown_on_one_line_without_control_characters(attacked: Home) -> None:
    refusals = land(attacked, sources=["cashmere"], days=None).refused
    assert len(refusals) >= len(NAMES) - 1
    for refusal in refusals:
        assert (refusal.name + refusal.reason).isprintable()
        assert len(refusal.name) <= 200


def test_a_reason_becomes_a_mail_without_new_headers_and_without_markup(attacked: Home, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", policy=Policy(mail_to=("data@example.org",)))
    for number, report in enumerate(attacked.quarantine.reports()):
        cause = report.reason or str(report.faults[0])
        title = f"{report.name}\r\nBcc: x@evil.example"
        outbox.report(
            Incident(key=str(number), kind="refused", group="cashmere", title=title, cause=cause, since=NOW), NOW
        )
    outbox.queue(NOW)
    mailer = FileMailer(tmp_path / "mails")
    assert send_mails(outbox, mailer, NOW).sent == 1
    (mail,) = mailer.written()
    head, _, body = mail.read_bytes().partition(b"\r\n\r\n")
    assert not any(line.startswith((b"Bcc", b"bcc")) for line in head.splitlines())
    assert b"<script" not in body
    assert b"x@evil.example" not in mail.read_bytes()


def test_every_report_is_plain_json_that_a_log_can_hold_on_one_line(attacked: Home) -> None:
    for path in attacked.settings.quarantine_dir.rglob("*.json"):
        line = json.dumps(json.loads(path.read_text("utf-8")))
        assert "\n" not in line
        assert line.isprintable()
