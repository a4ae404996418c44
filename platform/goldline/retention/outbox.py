"""Old incidents and mails: those that are over, and of which every mail was sent. Nothing that waits is touched."""

from __future__ import annotations

from datetime import datetime, timedelta

from goldline.alerts import letters
from goldline.alerts.outbox import outbox_from
from goldline.alerts.store import FILE_NAME, stamp
from goldline.home import Home
from goldline.retention.files import older_files
from goldline.retention.pruned import Pruned

_OVER = """
select id from incidents i where resolved_at < :before and not exists (
    select 1 from notices n left join messages m on m.id = n.message
    where n.incident = i.id and (m.sent_at is null or m.sent_at >= :before)
)
"""
_SAID = """
select id from messages m where sent_at < :before and not exists (select 1 from notices n where n.message = m.id)
"""


def prune_outbox(home: Home, now: datetime, is_rehearsal: bool) -> list[Pruned]:
    """Remove old incidents that are over, and the mails about them."""
    folder = home.settings.outbox_dir
    if not (folder / FILE_NAME).exists():
        return []
    before = now - timedelta(days=home.settings.keep_outbox_days)
    moment = {"before": stamp(before)}
    with outbox_from(home.settings).store.transaction(writes=not is_rehearsal) as db:
        incidents = db.execute(f"select count(*) from ({_OVER})", moment).fetchone()[0]
        if not is_rehearsal:
            db.execute(f"create temporary table over as {_OVER}", moment)
            db.execute("delete from notices where incident in (select id from over)")
            db.execute("delete from incidents where id in (select id from over)")
            db.execute("drop table over")
            db.execute(f"delete from messages where id in ({_SAID})", moment)
            letters.prune(db, before)
    mails = older_files(sorted((folder / "mails").glob("*.eml")), before)
    size = sum(path.stat().st_size for path in mails)
    for path in mails if not is_rehearsal else ():
        path.unlink(missing_ok=True)
    return [Pruned("incidents that are over", incidents), Pruned("mails written as files", len(mails), size)]
