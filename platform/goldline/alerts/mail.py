"""From a digest to an e-mail: text and HTML from the templates, headers that nothing can be smuggled into.

Every value goes through Jinja2's escaping into the HTML part, and through ``EmailMessage`` into headers;
both parts are quoted-printable, so that any relay passes them on unchanged.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from goldline.alerts.digest import Digest
from goldline.alerts.policy import Policy, address

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_POLICY = SMTP.clone(cte_type="7bit")


def mail_of(digest: Digest, *, policy: Policy, recipients: tuple[str, ...]) -> EmailMessage:
    """The e-mail for a digest.

    Args:
        digest: What it says.
        policy: Sender, time zone and address of the UI.
        recipients: Who gets it; with none it is addressed to a placeholder, for the .eml file.
    """
    sender = address(policy.mail_from)
    to = [address(person) for person in recipients] or [address(f"undisclosed <{sender.addr_spec}>")]
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = digest.subject
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(digest.created_at)
    message["Message-ID"] = message_id(digest.id, policy)
    if digest.earlier:
        message["References"] = " ".join(message_id(earlier, policy) for earlier in digest.earlier)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text_of(digest, policy), cte="quoted-printable")
    message.add_alternative(html_of(digest, policy), subtype="html", cte="quoted-printable")
    return message


def message_id(identity: str, policy: Policy) -> str:
    """The Message-ID of a message: the same however often it is sent."""
    return f"<goldline.{identity}@{address(policy.mail_from).domain or 'localhost'}>"


def html_of(digest: Digest, policy: Policy) -> str:
    """The HTML part."""
    return _templates().get_template("digest.html").render(digest=digest, zone=policy.zone, ui_url=policy.ui_url)


def text_of(digest: Digest, policy: Policy) -> str:
    """The plain text part."""
    return _templates().get_template("digest.txt").render(digest=digest, zone=policy.zone, ui_url=policy.ui_url)


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people there write it, such as ``28 Mar 2026, 03:12 CET``, whatever the locale."""
    local = moment.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {local.tzname()}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("goldline.alerts"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["local_time"] = local_time
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment
