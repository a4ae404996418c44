"""From a subscription to a mail: the day and its month as two small boards, the boards asked for, attachments.

Everything is resolved with the recipient's rights and filters. Which day it is, and whether it may go, is decided in
``condition``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from goldline.alerts import Policy
from goldline.alerts.mail import message_id
from goldline.alerts.policy import address
from goldline.boards.catalogue import load_boards
from goldline.boards.model import Board
from goldline.boards.render.document import Document, document
from goldline.boards.render.mail import Content, Section, write_mail
from goldline.boards.resolve import resolve
from goldline.boards.trust import stamp_of
from goldline.boards.view import BoardView
from goldline.metrics.filters import Filters
from goldline.metrics.store import Store
from goldline.people import Person
from goldline.reports.condition import Held
from goldline.reports.highlights import highlights, subject
from goldline.reports.subscriptions import Subscription
from goldline.reports.words import heading, long_day, month_name, say
from goldline.settings import Settings
from goldline.yaml_text import read_yaml

SALES = "sales"
SHOPS_NAMED = 5
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every mail of a morning needs.

    Attributes:
        settings: The settings.
        store: Where figures come from.
        policy: Sender and addresses of mails.
        now: The present instant.
    """

    settings: Settings
    store: Store
    policy: Policy
    now: datetime


def compose(desk: Desk, subscription: Subscription, person: Person, day: date, identity: str) -> EmailMessage:
    """Write the report of a day for one subscriber."""
    language = subscription.language
    sections, attachments = _sections(desk, subscription, person, day)
    content = Content(
        title=say("title", language, day=long_day(day, language)),
        subtitle=_subtitle(desk, sections[0].view, person),
        language=language,
        link=_link(desk, "/", subscription),
        why=say("why", language, address=subscription.address, person=person.name),
        settings_link=f"{desk.settings.boards_url}/subscriptions",
        highlights=tuple(highlights(sections[0].view, sections[1].view, day)),
        sections=tuple(sections),
        stamp=stamp_of(desk.settings, made_by=person.name, now=desk.now, version=sections[0].view.version),
    )
    message = _envelope(desk, subscription, subject(sections[0].view, day), identity)
    write_mail(message, content, attachments)
    return message


def compose_notice(
    settings: Settings, policy: Policy, subscription: Subscription, held: Held, now: datetime, identity: str
) -> EmailMessage:
    """Write the mail that says that the report is held back, and why."""
    language = subscription.language
    day = long_day(held.day, language)
    as_of = long_day(held.as_of, language) if held.as_of else ""
    content = Content(
        title=say("held_title", language),
        subtitle=day,
        language=language,
        link=settings.boards_url,
        why=say("why", language, address=subscription.address, person=subscription.person),
        settings_link=f"{settings.boards_url}/subscriptions",
        highlights=(say(f"held_{held.reason}", language, day=day, as_of=as_of), say("held_next", language)),
    )
    message = envelope(policy, settings, subscription, say("held_subject", language, day=day), identity, now)
    write_mail(message, content)
    return message


def _sections(
    desk: Desk, subscription: Subscription, person: Person, day: date
) -> tuple[list[Section], list[Document]]:
    language, chosen = subscription.language, subscription.chosen
    own = chosen.model_dump(include={*chosen.members, "like_for_like"})
    of_day = Filters(**own, start=day, end=day, compare="last_year")
    of_month = month_filters(own, day)
    boards = own_boards()
    sections = [
        Section(
            heading=heading(long_day(day, language)), view=_view(desk, boards["day"], of_day, subscription, person)
        ),
        Section(
            heading=heading(say("month", language, month=month_name(day, language))),
            view=_view(desk, boards["month"], of_month, subscription, person),
        ),
    ]
    attachments: list[Document] = []
    for board in _chosen_boards(subscription, person):
        view = _view(desk, board, Filters(**own), subscription, person)
        link = f"{desk.settings.boards_url}{view.address}"
        sections.append(Section(heading=view.title, view=view, link=link, with_tables=False))
        stamp = stamp_of(desk.settings, made_by=person.name, now=desk.now, version=view.version)
        attachments += [document(view, stamp, form) for form in subscription.attach]
    return sections, attachments


def month_filters(own: Mapping[str, Any], day: date) -> Filters:
    """The month to date beside the same days of last year, within a subscription's own filters."""
    return Filters(**own, year=day.year, month=day.month, compare="last_year")


def _chosen_boards(subscription: Subscription, person: Person) -> Iterator[Board]:
    """The boards that were asked for, as far as there are any and the person may see them today."""
    known = load_boards()
    for name in dict.fromkeys(subscription.boards):
        if name in known and person.may_see(known[name]):
            yield known[name]


def _view(desk: Desk, board: Board, filters: Filters, subscription: Subscription, person: Person) -> BoardView:
    return resolve(
        board,
        filters,
        store=desk.store,
        scope=person.scope(),
        language=subscription.language,
        currency=desk.settings.currency,
    )


def _sales(desk: Desk, filters: Filters, person: Person) -> str:
    """The board where these figures can be looked into; empty where the person may not see it."""
    board = load_boards().get(SALES)
    return f"{desk.settings.boards_url}/{SALES}?{filters.to_query()}" if board and person.may_see(board) else ""


def _subtitle(desk: Desk, view: BoardView, person: Person) -> str:
    """What the figures are of: the filters, else the shops that the person may see, else everything."""
    if view.filter_texts:
        return " · ".join(f"{label}: {value}" for label, value in view.filter_texts)
    if person.shops is None:
        return say("everything", view.language)
    return ", ".join(name for _, name in desk.store.choices("shop", person.scope(), view.language)[:SHOPS_NAMED])


def _link(desk: Desk, path: str, subscription: Subscription) -> str:
    query = f"?{subscription.filters}" if subscription.filters else ""
    return f"{desk.settings.boards_url}{path}{query}"


def _envelope(desk: Desk, subscription: Subscription, title: str, identity: str) -> EmailMessage:
    return envelope(desk.policy, desk.settings, subscription, title, identity, desk.now)


def envelope(
    policy: Policy, settings: Settings, subscription: Subscription, title: str, identity: str, now: datetime
) -> EmailMessage:
    """Return an empty message with its headers."""
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = title
    message["From"] = address(policy.mail_from)
    message["To"] = address(subscription.address)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(identity, policy)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Unsubscribe"] = f"<{settings.boards_url}/subscriptions>"
    message["Content-Language"] = subscription.language
    return message


@cache
def own_boards() -> dict[str, Board]:
    """The report's own boards: the day, and its month to date."""
    found = read_yaml((Path(__file__).parent / "daily.yaml").read_text(encoding="utf-8"))
    return {name: Board.model_validate(content) for name, content in found.items()}
