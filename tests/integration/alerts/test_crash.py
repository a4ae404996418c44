"""A process killed at the worst moment: a mail comes twice but recognisably, half a batch never was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from goldline.alerts import Outbox, SmtpMailer, deliver
from tests.integration.alerts.conftest import StartServer
from tests.integration.alerts.server import Inbox
from tests.unit.alerts.sample import NOW, text_part

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
KILLED = -signal.SIGKILL

SEND_AND_DIE = """
import os, signal, sys
from pathlib import Path
from goldline.alerts import Outbox, Policy, SmtpMailer, deliver
from tests.unit.alerts.sample import NOW

class DyingMailer:
    needs_recipients = True

    def send(self, message, recipients):
        SmtpMailer(host="127.0.0.1", port=int(sys.argv[2])).send(message, recipients)
        os.kill(os.getpid(), signal.SIGKILL)

policy = Policy(mail_from="Goldline <goldline@example.org>", mail_to=("data@example.org", "web@example.org"))
deliver(Outbox(Path(sys.argv[1]), policy=policy), DyingMailer(), NOW)
"""

REPORT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from goldline.alerts import Outbox
from tests.unit.alerts.sample import NOW, an_incident

with Outbox(Path(sys.argv[1])).batch() as batch:
    batch.report(an_incident("never"), NOW)
    batch.resolve("run:nightly:cashmere/delivery", NOW)
    batch.set_cursor("runs", "18")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def run_until_killed(script: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}", "PATH": ""},
        timeout=60,
        check=False,
    )
    assert done.returncode == KILLED


def test_a_mail_sent_but_not_marked_is_sent_again_with_the_same_message_id(
    start: StartServer, inbox: Inbox, outbox: Outbox
) -> None:
    server = start()
    run_until_killed(SEND_AND_DIE, str(outbox.folder), str(server.port))
    assert len(inbox.mails) == 1
    assert len(outbox.pending()) == 1
    assert deliver(outbox, SmtpMailer(host="127.0.0.1", port=server.port), NOW).sent == 1
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert text_part(first) == text_part(second)
    assert outbox.pending() == ()


def test_a_batch_killed_before_its_end_leaves_no_trace(outbox: Outbox) -> None:
    outbox_before = outbox.open_incidents()
    run_until_killed(REPORT_AND_DIE, str(outbox.folder))
    assert outbox.open_incidents() == outbox_before
    assert outbox.cursor("runs") is None
    assert outbox.held_back() == 0
