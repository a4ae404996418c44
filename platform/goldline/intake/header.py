"""The first line of a file: the names of its columns, compared with the contract's.

Columns are found by name, so that their order does not matter; a column that the contract does not name is let through
and left out later. Nothing of a name is shown that could be a value.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from goldline.contracts import Contract, Feed
from goldline.errors import ClearDataRefused, DeliveryRefused
from goldline.intake.personal import clear_data_in
from goldline.intake.refusal import Refuser

MAX_COLUMNS = 2_000


def read_header(line: str, contract: Contract, feed: Feed, check: Refuser) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises:
        DeliveryRefused: A column is missing, stands twice or must not be delivered.
    """
    delimiter = contract.dialect.delimiter
    names = [field[1:-1].replace('""', '"') if field[:1] == '"' else field for field in line.split(delimiter)]
    needed = [name for name, column in feed.columns.items() if not column.optional]
    missing = [name for name in needed if name not in names]
    if len(names) > MAX_COLUMNS:
        raise check.refusal(
            f"{len(names)} columns; at most {MAX_COLUMNS} are read",
            line=1,
            column=str(MAX_COLUMNS + 1),
            remedy="check the export",
        )
    _refuse_personal_names(names, contract, check)
    if len(missing) == len(needed):
        raise _missing(names, missing, check)
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise check.refusal(
            "the column stands twice in the header", line=1, column=_shown(twice), remedy="export it once"
        )
    if missing:
        raise _missing([n for n in names if n not in feed.columns], missing, check)
    return tuple(names)


def _refuse_personal_names(names: list[str], contract: Contract, check: Refuser) -> None:
    """Refuse columns of personal data, and personal data where a name should stand."""
    if forbidden := [n for n in names if n.strip().lower() in contract.forbidden_columns]:
        raise check.refusal(
            "the column holds data that must not be delivered",
            line=1,
            column=forbidden[0],
            remedy="remove the column from the export, or pseudonymise it; the file was not loaded",
            kind=ClearDataRefused,
        )
    for number, name in enumerate(names, 1):
        if kind := clear_data_in(name):
            raise check.refusal(
                f"found what looks like {kind} in clear where a column's name should stand",
                line=1,
                column=str(number),
                remedy="export the file with its header, and pseudonymise it before; the file was not loaded",
                kind=ClearDataRefused,
            )


def _missing(names: list[str], missing: list[str], check: Refuser) -> DeliveryRefused:
    near = get_close_matches(missing[0].lower(), [n.lower() for n in names], n=1, cutoff=0.6)
    shown = next((n for n in names if near and n.lower() == near[0]), "")
    found = f"; found {_shown(shown)!r}, was it renamed?" if shown else ""
    others = f" (missing too: {', '.join(missing[1:6])})" if len(missing) > 1 else ""
    return check.refusal(
        f"expected column {missing[0]!r} is missing{others}{found}",
        line=1,
        column=missing[0],
        remedy="export the column again, or change contract.yaml if the new layout is meant",
    )


def _shown(name: str) -> str:
    """A header name that is safe to show: names are letters, digits, blanks, dots and underscores."""
    return re.sub(r"[^\w .:-]|\d{5,}", "?", name)[:40]
