"""The morning: who gets the report, who has it already, and what happens when it is held back.

A report is posted once per subscription and day, into the alerts' outbox, which outlives a crash and a mail server that
is down. One subscriber's trouble keeps nobody else from theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from goldline.alerts import Incident, Outbox, letter_id
from goldline.boards.resolve import resolve
from goldline.boards.view import BoardView
from goldline.errors import GoldlineError
from goldline.metrics.scope import EVERYTHING
from goldline.metrics.store import Store
from goldline.people import People, Person
from goldline.reports.compose import Desk, compose, compose_notice, month_filters, own_boards
from goldline.reports.condition import KEY, Held, held_back, is_due, report_day
from goldline.reports.subscriptions import Subscription
from goldline.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Morning:
    """What came of a morning's round.

    Attributes:
        day: The day that the reports are about.
        posted: Reports put into the outbox.
        already: Subscriptions that had theirs.
        notices: Mails that say that the report is held back.
        failed: Subscriptions whose report could not be made.
        held: Why the reports are held back; None when they are not.
    """

    day: date
    posted: int = 0
    already: int = 0
    notices: int = 0
    failed: int = 0
    held: Held | None = None


def send_reports(
    settings: Settings,
    subscriptions: Iterable[Subscription],
    people: People,
    outbox: Outbox,
    now: datetime,
    *,
    store: Callable[[], Store],
) -> Morning:
    """Post the report to everybody who has not had it; or say that it is held back.

    Args:
        settings: The settings.
        subscriptions: Who wants it.
        people: Whose rights decide what is in it.
        outbox: Where mails wait for the server.
        now: The present instant.
        store: Opens the store of figures; only called when there is something to send.
    """
    wanted = [each for each in subscriptions if each.active]
    held = held_back(settings, outbox, now)
    if held:
        return _hold(settings, wanted, outbox, held, now)
    outbox.resolve(KEY, now)
    day = report_day(settings, now)
    fresh = [each for each in wanted if not outbox.is_posted(_identity("report", each, day))]
    if not fresh:
        return Morning(day=day, already=len(wanted))
    desk = Desk(settings=settings, store=store(), policy=outbox.policy, now=now)
    posted = sum(_post(desk, each, people, outbox, day) for each in fresh)
    return Morning(day=day, posted=posted, already=len(wanted) - len(fresh), failed=len(fresh) - posted)


def sample_view(settings: Settings, store: Store, day: date) -> BoardView:
    """Resolve the report's month as somebody who sees everything would get it, for a look at it."""
    board, filters = own_boards()["month"], month_filters({}, day)
    return resolve(board, filters, store=store, scope=EVERYTHING, currency=settings.currency)


def drafts(
    settings: Settings,
    subscriptions: Iterable[Subscription],
    people: People,
    outbox: Outbox,
    now: datetime,
    store: Store,
) -> list[tuple[Subscription, EmailMessage]]:
    """Write every report as it would be sent, of the newest published day, and send nothing."""
    desk = Desk(settings=settings, store=store, policy=outbox.policy, now=now)
    made = []
    for each in subscriptions:
        if each.active:
            message = compose(desk, each, _person(each, people), store.as_of, _identity("draft", each, store.as_of))
            made.append((each, message))
    return made


def _hold(settings: Settings, wanted: list[Subscription], outbox: Outbox, held: Held, now: datetime) -> Morning:
    notices = 0
    if wanted and is_due(settings, now):
        outbox.report(held.incident(now), now)
        for each in wanted:
            if outbox.is_posted(_identity("report", each, held.day)):
                continue
            identity = _identity("held", each, held.day)
            notice = compose_notice(settings, outbox.policy, each, held, now, identity)
            notices += outbox.post(identity, notice, each.address, now)
    _log.warning("reports.held", extra={"reason": held.reason, "day": str(held.day), "notices": notices})
    return Morning(day=held.day, notices=notices, held=held)


def _post(desk: Desk, subscription: Subscription, people: People, outbox: Outbox, day: date) -> bool:
    identity = _identity("report", subscription, day)
    key = f"reports:{letter_id(*subscription.key)}"
    try:
        message = compose(desk, subscription, _person(subscription, people), day, identity)
    except GoldlineError as error:
        _log.warning("report.failed", exc_info=True)
        outbox.report(_failure(key, error, desk.now), desk.now)
        return False
    outbox.resolve(key, desk.now)
    outbox.post(identity, message, subscription.address, desk.now)
    return True


def _person(subscription: Subscription, people: People) -> Person:
    person = people.find(subscription.person)
    if person is None:
        raise GoldlineError(
            f"there is no account {subscription.person!r}, so nobody can say what the subscriber may see",
            where="subscriptions.yaml",
            remedy="name an account of 'goldline people list', or set active: false",
        )
    return person


def _identity(kind: str, subscription: Subscription, day: date) -> str:
    return letter_id(kind, day.isoformat(), *subscription.key)


def _failure(key: str, error: GoldlineError, now: datetime) -> Incident:
    return Incident(
        key=key,
        kind="report_undelivered",
        group="reports",
        title="A daily report could not be made",
        cause=str(error),
        since=now,
        how_to_reproduce="goldline report --dry-run -o mails",
        severity="warning",
    )
