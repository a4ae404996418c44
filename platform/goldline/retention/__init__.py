"""Retention: what is old enough to go, part by part. The archive and the ledger are never among it.

Dagster's own records are pruned in ``graph.pruning``.
"""

from __future__ import annotations

from goldline.retention.files import prune_logs, prune_quarantine, prune_taken, prune_versions
from goldline.retention.outbox import prune_outbox
from goldline.retention.parts import Part, prune_home
from goldline.retention.pruned import Pruned

__all__ = [
    "Part",
    "Pruned",
    "prune_home",
    "prune_logs",
    "prune_outbox",
    "prune_quarantine",
    "prune_taken",
    "prune_versions",
]
