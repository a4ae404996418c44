"""The watchdog: an eye from outside that mails when daemon, sensors, night, mails or disk are in trouble.

It runs for a moment, from cron or systemd, and needs none of what it watches: no Dagster, no warehouse, no outbox to
send through. What the daemon itself can notice is told by ``sensors/``.
"""

from goldline.watchdog.conditions import Condition
from goldline.watchdog.dagster_state import DagsterState, Look, Tick
from goldline.watchdog.round import Report, go_round

__all__ = ["Condition", "DagsterState", "Look", "Report", "Tick", "go_round"]
