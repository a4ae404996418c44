"""What Dagster shows beside the residuals: the reconciliation statement, as a page to read."""

from __future__ import annotations

from typing import Any

import dagster as dg

from goldline.reconcile.reading import read_statement
from goldline.reconcile.statement import Period
from goldline.reconcile.text import as_markdown
from goldline.warehouse.engine import Warehouse

TABLE = "control.residuals"  # the last of the statement's tables that is built


def statement_metadata(table: str, warehouse: Warehouse) -> dict[str, Any]:
    """Return what is shown with a table that was just built; nothing for other tables than the residuals."""
    if table != TABLE:
        return {}
    with warehouse.transaction() as session:
        statement = read_statement(session.rows, Period(), schema="control.", grain="month", with_totals=False)
    return {
        "statement": dg.MetadataValue.md(as_markdown(statement)),
        "cells": statement.cells,
        "cells that don't close": statement.failing,
    }
