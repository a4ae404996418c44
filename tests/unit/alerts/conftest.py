"""An outbox in a fresh folder, and a mailer that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.alerts import Outbox, Policy
from tests.unit.alerts.sample import RecordingMailer


@pytest.fixture
def policy() -> Policy:
    return Policy(mail_to=("data@example.org",), ui_url="http://127.0.0.1:3000")


@pytest.fixture
def outbox(tmp_path: Path, policy: Policy) -> Outbox:
    return Outbox(tmp_path / "outbox", policy=policy)


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()
