"""Assets behind the snapshot: each board, drawn from the version that was just published, and the daily report.

They are made in runs of their own, so that a board that cannot be drawn keeps no data back. What they show and send is
decided in ``goldline.boards`` and ``goldline.reports``, which are imported when they are needed: they take seconds.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg

from goldline.alerts import DeliveryReport, Outbox
from goldline.boards.catalogue import load_boards
from goldline.boards.model import Board
from goldline.graph.jobs import BOARDS, REPORTS
from goldline.graph.steps import failures
from goldline.home import Home

if TYPE_CHECKING:
    from goldline.metrics.store import Store
    from goldline.reports.daily import Morning

PUBLISHED = dg.AssetKey(["publish", "published"])
OWNER = "team:data"
PREVIEW_DOTS, PREVIEW_TILES = 56.0, 8  # dots an inch: legible, and small enough for Dagster's event log
MADE_BY = "dagster"


class Mailer(Protocol):
    """What the report needs from the resource named ``mailer``."""

    @property
    def outbox(self) -> Outbox:
        """Where mails wait."""

    def send(self, now: datetime) -> DeliveryReport:
        """Send what is due."""


def board_assets(home: Home) -> list[dg.AssetsDefinition]:
    """Make an asset for each board."""
    return [_board_asset(home, board) for board in load_boards().values()]


def report_asset(home: Home) -> dg.AssetsDefinition:
    """Make the asset of the daily report."""

    @dg.asset(
        key=[REPORTS, "daily"],
        deps=[PUBLISHED],
        group_name=REPORTS,
        kinds={"email"},
        owners=[OWNER],
        description="The daily report: yesterday and the month to date, mailed once to every subscriber"
        " (subscriptions.yaml), in their language and within their rights. Held back, and said so, when the publish is"
        " missing, is of an earlier day, or its checks failed.",
        required_resource_keys={"mailer"},
    )
    def daily(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        mailer: Mailer = context.resources.mailer
        now = datetime.now(UTC)
        with failures(context):
            morning, preview = _send(home, mailer.outbox, now)
        sent = mailer.send(now)
        if sent.error:
            context.log.warning(f"{sent.failed} mails could not be sent and are tried again: {sent.error}")
        return dg.MaterializeResult(metadata={**_told(morning), **preview})

    return daily


def _board_asset(home: Home, board: Board) -> dg.AssetsDefinition:
    @dg.asset(
        key=[BOARDS, board.name],
        deps=[PUBLISHED],
        group_name=BOARDS,
        kinds={"vega"},
        owners=[OWNER],
        description=f"{board.title.en}: {board.summary.en}\n\nServed by 'goldline boards' under /{board.name}.",
        metadata={"tiles": len(board.tiles), "roles": ", ".join(board.roles) or "everybody"},
    )
    def drawn(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with failures(context):
            return dg.MaterializeResult(metadata=_drawn(home, board))

    return drawn


def _drawn(home: Home, board: Board) -> dict[str, Any]:
    from goldline.boards.resolve import resolve
    from goldline.metrics.filters import Filters
    from goldline.metrics.scope import EVERYTHING

    store = _store(home)
    view = resolve(board, Filters(), store=store, scope=EVERYTHING, currency=home.settings.currency)
    states = [tile.state for tile in view.tiles]
    return {
        "version": view.version,
        "data to": view.as_of.isoformat(),
        "tiles with figures": sum(state in ("full", "partial") for state in states),
        "tiles that failed": states.count("failed"),
        "address": dg.MetadataValue.url(f"{home.settings.boards_url}/{board.name}"),
        **_preview(home, replace(view, tiles=view.tiles[:PREVIEW_TILES])),
    }


def _send(home: Home, outbox: Outbox, now: datetime) -> "tuple[Morning, dict[str, Any]]":
    from goldline.people import People
    from goldline.reports.daily import sample_view, send_reports
    from goldline.reports.subscriptions import Subscriptions

    wanted = Subscriptions(home.settings.home).all()
    people = People.from_settings(home.settings)
    morning = send_reports(home.settings, wanted, people, outbox, now, store=lambda: _store(home))
    return morning, {} if morning.held else _preview(home, sample_view(home.settings, _store(home), morning.day))


def _preview(home: Home, view: Any) -> dict[str, Any]:
    from goldline.boards.render.pdf import render_picture
    from goldline.boards.trust import stamp_of

    stamp = stamp_of(home.settings, made_by=MADE_BY, now=datetime.now(UTC), version=view.version)
    picture = base64.b64encode(render_picture(view, stamp, "png", dots=PREVIEW_DOTS)).decode()
    return {"preview": dg.MetadataValue.md(f"![{view.title}](data:image/png;base64,{picture})")}


def _told(morning: "Morning") -> Mapping[str, Any]:
    return {
        "day": morning.day.isoformat(),
        "reports posted": morning.posted,
        "had theirs already": morning.already,
        "could not be made": morning.failed,
        "held back": morning.held.reason if morning.held else "no",
        "told that it is held back": morning.notices,
    }


def _store(home: Home) -> "Store":
    from goldline.metrics.store import open_store

    return open_store(home.settings)
