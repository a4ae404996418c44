"""A restatement in sentences, for errors, mails, the terminal and the asset's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from goldline.restate.figures import WORDS
from goldline.restate.records import Cause, File, Move, Restatement

MONEY = frozenset({"net_sales", "tax", "gross", "discount", "returns"})
SHOWN_MOVES, SHOWN_FILES = 6, 3
_GRAVEST = ("net_sales", "returns", "gross", "discount", "tax", "units", "lines", "documents", "customers")


def month_text(month: date) -> str:
    """Write a month such as ``2026-03``."""
    return f"{month:%Y-%m}"


def title(restatement: Restatement) -> str:
    """Say which months, and what net sales moved by."""
    months = ", ".join(month_text(month) for month in restatement.months)
    count = len(restatement.moves)
    net = sum((move.difference for move in restatement.moves if move.metric == "net_sales"), Decimal(0))
    return f"{months}: net sales {signed(net, 'net_sales')}, {count} figure{'' if count == 1 else 's'} moved"


def move_text(move: Move, currency: str = "") -> str:
    """Say one move."""
    unit = f" {currency}" if currency and move.metric in MONEY else ""
    before, after = amount(move.before, move.metric), amount(move.after, move.metric)
    name = f"{month_text(move.month)} {move.channel} {WORDS[move.metric]}"
    return f"{name} {before} to {after}{unit} ({signed(move.difference, move.metric)})"


def cause_text(cause: Cause) -> str:
    """Say one cause."""
    lines = f"{cause.lines} line{'' if cause.lines == 1 else 's'}, net sales {signed(cause.net_sales, 'net_sales')}"
    said = {
        "lines": f"{files_text(cause)}: {lines}",
        "indirect": f"{lines}, changed by {files_text(cause)}",
        "customers": f"{cause.lines} lines have another customer since {files_text(cause)}",
        "rules": f"{lines}, by no delivery: a rule or a setting changed",
    }
    return f"{month_text(cause.month)}: {said[cause.how]}"


def files_text(cause: Cause) -> str:
    """Name the files of a cause."""
    shown = [_file(file) for file in cause.files[:SHOWN_FILES]]
    more = len(cause.files) + cause.more_files - len(shown)
    return ", ".join(shown) + (f" and {more} more files" if more else "")


def gravest(moves: Sequence[Move], most: int = SHOWN_MOVES) -> list[Move]:
    """Return the moves to show first: money before counts, large before small."""
    return sorted(moves, key=lambda move: (_GRAVEST.index(move.metric), -abs(move.difference), move.month))[:most]


def paragraph(restatement: Restatement, *, moves: int = SHOWN_MOVES, causes: int = SHOWN_MOVES) -> str:
    """Say it all, cut to size: the gravest moves, then the causes with most lines."""
    shown = gravest(restatement.moves, moves)
    lines = [move_text(move) for move in shown]
    if more := len(restatement.moves) - len(shown):
        lines.append(f"... and {more} more figures")
    because = sorted(restatement.causes, key=lambda cause: -cause.lines)
    lines += [f"because of {cause_text(cause)}" for cause in because[:causes]]
    if causes and len(because) > causes:
        lines.append(f"... and of {len(because) - causes} more")
    return "\n".join(lines)


def amount(value: Decimal, metric: str) -> str:
    """Write a figure: money with two decimals or more, counts as they are."""
    places = max(2 if metric in MONEY else 0, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}"


def signed(value: Decimal, metric: str) -> str:
    """Write a difference with its sign."""
    return ("+" if value >= 0 else "") + amount(value, metric)


def _file(file: File) -> str:
    return f"{file.source}/{file.name}" + (" (delivered again)" if file.is_correction else "")
