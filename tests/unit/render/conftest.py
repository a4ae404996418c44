"""The sample board in every format, made once for all tests of this package."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from goldline.boards.render.document import document
from goldline.boards.render.mail import Content, Section, write_mail
from tests.unit.render.sample import STAMP, board_view


@pytest.fixture(scope="session")
def pdf() -> bytes:
    return document(board_view("en"), STAMP, "pdf").content


@pytest.fixture(scope="session")
def xlsx() -> bytes:
    return document(board_view("en"), STAMP, "xlsx").content


@pytest.fixture(scope="session")
def csv() -> str:
    return document(board_view("en"), STAMP, "csv").content.decode("utf-8-sig")


@pytest.fixture(scope="session")
def mail() -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    content = Content(
        title="Sales on Saturday 21 November",
        subtitle="All that you may see",
        language="en",
        link="http://127.0.0.1:8050/",
        why="You asked for it.",
        settings_link="http://127.0.0.1:8050/subscriptions",
        sections=(Section(heading="Saturday", view=board_view("en"), link="http://127.0.0.1:8050/sales"),),
        stamp=STAMP,
    )
    write_mail(message, content, [document(board_view("en"), STAMP, "csv")])
    return message
