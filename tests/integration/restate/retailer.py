"""A made-up retailer around the end of a month, and corrections of its deliveries that agree with themselves.

Loading, building and publishing are the real ones; only checks are left out, which have tests of their own.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from goldline.build.builder import build
from goldline.deliver import deliver
from goldline.flow import publish_tables
from goldline.home import Home
from goldline.publish.manifest import Manifest
from goldline.settings import load_settings
from goldline.warehouse.builds import prepare_builds
from tests.support import EVERY_DAY

SHOP_FILES = ("VENTES", "REGLEMENTS", "CLOTURES")


@dataclass(frozen=True)
class Ticket:
    """A ticket that a correction takes away, with what it sold."""

    lines: int
    net: Decimal
    units: int


def open_home(folder: Path, *, confirm: bool = False) -> Home:
    """Return an installation that takes files at once."""
    return Home(load_settings(home=folder, settle_seconds=0, confirm_restatements=confirm))


def load_and_build(home: Home, files: Iterable[Path], *, publish: bool = False) -> Manifest | None:
    """Deliver files and build every table; publish only where that is asked for."""
    for path in files:
        landing = home.settings.home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, landing)
    with home.warehouse() as warehouse:
        for source in home.contracts:
            assert deliver(home, warehouse, source, EVERY_DAY, run_id="test").refusals == []
        for table in home.catalogue.tables:
            with warehouse.transaction() as session:
                prepare_builds(session)
                build(session, home.upstreams, table, run_id="test")
        return publish_tables(home, warehouse, run_id="test") if publish else None


def publish_after(home: Home, files: Iterable[Path]) -> Manifest:
    """Deliver files, build every table and publish, as a night does."""
    manifest = load_and_build(home, files, publish=True)
    assert manifest
    return manifest


def publish_again(home: Home) -> Manifest:
    """Publish what is built already."""
    return publish_after(home, ())


def of_day(deliveries: Path, day: date, *, source: str = "*") -> list[Path]:
    """Return the files of a delivery day."""
    return sorted(deliveries.glob(f"{source}/*_{day:%Y%m%d}.csv"))


def without_a_ticket(deliveries: Path, day: date, folder: Path) -> tuple[list[Path], Ticket]:
    """Write the shops' files of a day again, without one plain ticket; the till's own totals agree."""
    tables = {name: _read(deliveries / "cashmere" / f"{name}_{day:%Y%m%d}.csv") for name in SHOP_FILES}
    chosen, lines = _plain_ticket(tables["VENTES"], day)
    kept = {name: [row for row in tables[name] if _ticket(row) != chosen] for name in ("VENTES", "REGLEMENTS")}
    closing = next(row for row in tables["CLOTURES"] if _shop(row) == (chosen[0], chosen[2]))
    paid = [row for row in tables["REGLEMENTS"] if _ticket(row) == chosen]
    _take_off(closing, "nb_tickets", 1)
    _take_off(closing, "nb_lignes", len(lines))
    for total, column, rows in (
        ("ca_ttc", "montant_ttc", lines),
        ("ca_ht", "montant_ht", lines),
        ("total_tva", "montant_tva", lines),
        ("total_reglements", "montant", paid),
    ):
        _take_off(closing, total, sum((_number(row[column]) for row in rows), Decimal(0)))
    kept["CLOTURES"] = tables["CLOTURES"]
    target = folder / "cashmere"
    target.mkdir(parents=True, exist_ok=True)
    written = [_write(target / f"{name}_{day:%Y%m%d}.csv", rows) for name, rows in kept.items()]
    net = sum((_number(row["montant_ht"]) for row in lines), Decimal(0))
    return written, Ticket(len(lines), net, sum(int(row["quantite"]) for row in lines))


def _plain_ticket(rows: Sequence[dict[str, str]], day: date) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return a ticket of that day with articles only, sold and not given back, voided or discounted as a whole."""
    tickets: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        tickets.setdefault(_ticket(row), []).append(row)
    for key, lines in sorted(tickets.items()):
        plain = all(
            (row["type_ligne"], row["annule"], row["mode_ecole"], row["type_ticket"]) == ("ART", "N", "N", "V")
            and _number(row["montant_ttc"]) > 0
            for row in lines
        )
        if plain and key[2] == f"{day:%d/%m/%Y}":
            return key, lines
    raise AssertionError("the demo has no plain ticket on that day")


def _ticket(row: dict[str, str]) -> tuple[str, ...]:
    return row["code_magasin"], row["code_caisse"], row["date_comptable"], row["num_ticket"]


def _shop(row: dict[str, str]) -> tuple[str, str]:
    return row["code_magasin"], row["date_comptable"]


def _number(text: str) -> Decimal:
    return Decimal("".join(text.split()).replace(",", "."))


def _take_off(row: dict[str, str], column: str, amount: Decimal | int) -> None:
    row[column] = f"{_number(row[column]) - amount:f}".replace(".", ",")


def _read(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = data.decode("utf-8-sig") if data.startswith(b"\xef\xbb\xbf") else data.decode("cp1252")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def _write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path
