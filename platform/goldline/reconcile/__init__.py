"""Reconciliation: holding what was delivered against what every table holds, and saying so in a statement.

The sums themselves are tables (``assets/control``). Here they are compared with the tables before publishing, the lines
behind a difference are named, and the statement is written for people.
"""

from goldline.reconcile.gate import require_reconciled

__all__ = ["require_reconciled"]
