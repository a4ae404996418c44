"""The review of a home's versions: what publishing calls between writing a version and switching to it."""

from __future__ import annotations

from goldline.home import Home
from goldline.restate.review import HELD, Review
from goldline.warehouse.engine import Session


def begin_review(home: Home, session: Session) -> Review:
    """Begin to publish from a transaction: what an earlier attempt held back is decided anew."""
    (home.settings.published_dir / HELD).unlink(missing_ok=True)
    pseudonyms = {
        (source, name)
        for source, contract in home.contracts.items()
        for name, feed in contract.feeds.items()
        if any(column.type == "pseudonym" for column in feed.columns.values())
    }
    return Review(
        home.settings.published_dir,
        session,
        must_confirm=home.settings.confirm_restatements,
        received=[entry.sequence for entry in home.ledger.entries()],
        identifying=pseudonyms,
        threads=home.settings.threads,
    )
