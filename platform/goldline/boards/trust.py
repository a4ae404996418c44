"""The trust stamp: what every page, PDF, sheet and mail says about the data that it shows.

Data as of, version, checks, residual, who made it and when: read from the published version alone. How it is laid out
belongs to each renderer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

from goldline.boards.format import MISSING, format_day
from goldline.boards.model import Language
from goldline.boards.render.words import say
from goldline.publish import versions
from goldline.publish.reader import open_snapshot
from goldline.settings import Settings

RESIDUALS = "residuals"
_AMOUNTS = ("residual_gross", "residual_discount", "residual_net", "residual_tax", "residual_returned")
_VERSIONS_KEPT = 8


@dataclass(frozen=True, kw_only=True)
class TrustStamp:
    """Where figures come from.

    Attributes:
        as_of: Newest delivery day in the version; None where it says none.
        version: The published version.
        published_at: When it was published.
        passed: Checks that passed.
        warned: Checks that warn.
        checks: Checks in all.
        residual_rows: Rows that the reconciliation leaves over; None where it is not published.
        residual_amount: Largest amount that it leaves over.
        currency: Reporting currency.
        timezone: Zone in which instants are shown.
        made_by: Account that made the page or file.
        made_at: When.
    """

    as_of: date | None
    version: str
    published_at: datetime
    passed: int
    warned: int
    checks: int
    residual_rows: int | None
    residual_amount: Decimal
    currency: str
    timezone: str
    made_by: str
    made_at: datetime

    def sentence(self, language: Language) -> str:
        """The stamp in one line, for a footer."""
        made = say("sentence_made", language, at=self._instant(self.made_at, language), who=self.made_by)
        parts = (
            say("sentence_as_of", language, value=self._day(language)),
            say("sentence_version", language, value=self.version),
            say("sentence_checks", language, value=self._checks(language)),
            say("sentence_residual", language, value=self._short_residual(language)),
            made,
        )
        return " · ".join(parts)

    def lines(self, language: Language) -> tuple[tuple[str, str], ...]:
        """The stamp as labels with their values, for a cover or a foot of a page."""
        return (
            (say("as_of", language), self._day(language)),
            (say("version", language), self.version),
            (say("published", language), self._instant(self.published_at, language)),
            (say("checks", language), self._checks(language)),
            (say("residual", language), self._residual(language)),
            (
                say("made", language),
                say("made_by", language, at=self._instant(self.made_at, language), who=self.made_by),
            ),
        )

    def _day(self, language: Language) -> str:
        return format_day(self.as_of, language) if self.as_of else MISSING

    def _instant(self, moment: datetime, language: Language) -> str:
        zone = ZoneInfo(self.timezone)
        text = format_datetime(moment.astimezone(zone), "d MMM y, HH:mm", locale=language)
        return f"{text} {moment.astimezone(zone).tzname()}"

    def _checks(self, language: Language) -> str:
        if not self.checks:
            return say("no_checks", language)
        name = "checks_warn" if self.warned else "checks_of"
        return say(name, language, passed=self.passed, all=self.checks, warned=self.warned)

    def _short_residual(self, language: Language) -> str:
        if self.residual_rows is None:
            return say("residual_unknown", language)
        if not self.residual_rows and not self.residual_amount:
            return "0"
        return self._residual(language)

    def _residual(self, language: Language) -> str:
        if self.residual_rows is None:
            return say("residual_unknown", language)
        if not self.residual_rows and not self.residual_amount:
            return say("residual_zero", language)
        amount = format_currency(self.residual_amount, self.currency, locale=language)
        return say("residual_is", language, amount=amount, rows=format_decimal(self.residual_rows, locale=language))


def stamp_of(settings: Settings, *, made_by: str, now: datetime, version: str | None = None) -> TrustStamp:
    """Return the stamp of a published version.

    Args:
        settings: Name the published folder, the currency and the time zone.
        made_by: Account that asks.
        now: The present instant.
        version: A version; the current one by default.

    Raises:
        GoldlineError: Nothing has been published yet, or there is no such version.
    """
    wanted = version or versions.current(settings.published_dir).version
    read = _read(settings.published_dir, wanted, settings.currency, settings.timezone)
    return replace(read, made_by=made_by, made_at=now)


@lru_cache(maxsize=_VERSIONS_KEPT)
def _read(folder: Path, version: str, currency: str, timezone: str) -> TrustStamp:
    """Read what a version says of itself; it never changes, so once is enough."""
    with open_snapshot(folder, version) as reader:
        manifest = reader.manifest
        rows, amount = None, Decimal(0)
        if RESIDUALS in reader.tables:
            most = ", ".join(f"max(abs({name}))" for name in _AMOUNTS)
            sql = f"select coalesce(sum(abs(residual_rows)), 0), greatest({most}) from {RESIDUALS}"
            found = [column[0].as_py() for column in reader.query(sql).columns]
            rows, amount = int(found[0]), Decimal(found[1] or 0)
    counts = {name: int(manifest.checks.get(name, 0)) for name in ("passed", "warnings", "all")}
    return TrustStamp(
        as_of=manifest.delivery_day,
        version=manifest.version,
        published_at=manifest.created_at,
        passed=counts["passed"],
        warned=counts["warnings"],
        checks=counts["all"],
        residual_rows=rows,
        residual_amount=amount,
        currency=currency,
        timezone=timezone,
        made_by="",
        made_at=manifest.created_at,
    )
