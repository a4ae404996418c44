"""The files are what the contracts say, byte by byte; nothing in them is personal."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from goldline.errors import GoldlineError
from tests.unit.demo.reading import COLUMNS, Deliveries, read, text_of

KEYS = {
    "sales_order": ("entity_id",),
    "sales_order_item": ("item_id",),
    "sales_creditmemo": ("entity_id",),
    "sales_creditmemo_item": ("entity_id",),
    "customer_entity": ("entity_id",),
    "catalog_product": ("sku", "store_view_code"),
    "VENTES": ("code_magasin", "code_caisse", "date_comptable", "num_ticket", "num_ligne"),
    "CLIENTS": ("code_client",),
    "ARTICLES": ("code_article",),
    "VENDEURS": ("code_vendeur",),
    "CLOTURES": ("code_magasin", "date_comptable"),
}


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_deliveries(tmp_path / name, days=12, customers=150, seed=3, last_day=date(2026, 1, 20))
    first = {path.name: path.read_bytes() for path in sorted((tmp_path / "one").rglob("*.csv"))}
    second = {path.name: path.read_bytes() for path in sorted((tmp_path / "two").rglob("*.csv"))}
    assert len(first) > 40
    assert first == second


@pytest.mark.parametrize("days_ago", [0, 1, 30])
def test_a_file_counts_as_settled_at_any_hour_of_the_night(tmp_path: Path, days_ago: int) -> None:
    last = datetime.now(UTC).date() - timedelta(days=days_ago)
    write_deliveries(tmp_path, days=1, customers=40, last_day=last)
    newest = max(path.stat().st_mtime for path in tmp_path.rglob("*.csv"))
    assert newest <= (datetime.now(UTC) - timedelta(minutes=59)).timestamp()


def test_another_seed_gives_other_sales(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_deliveries(tmp_path / str(seed), days=1, customers=40, seed=seed, last_day=date(2026, 1, 20))
    one, two = (tmp_path / seed / "cashmere" / "VENTES_20260120.csv" for seed in ("1", "2"))
    assert one.read_bytes() != two.read_bytes()


def test_one_day_and_one_customer_are_enough(tmp_path: Path) -> None:
    summary = write_deliveries(tmp_path, days=1, customers=1, last_day=date(2026, 1, 20))
    assert summary.files == len(list(tmp_path.rglob("*.csv")))


def test_numbers_that_make_no_demo_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="days is 0"):
        write_deliveries(tmp_path, days=0)


def test_progress_ends_with_all_steps_done(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    write_deliveries(tmp_path, days=2, customers=20, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1] == len(steps)


def test_files_are_settled_and_no_temporary_name_is_left(deliveries: Deliveries) -> None:
    paths = [path for path in deliveries.folder.rglob("*") if path.is_file()]
    assert len(paths) == deliveries.summary.files
    for path in paths:
        day = datetime.strptime(path.stem[-8:], "%Y%m%d").replace(tzinfo=UTC)
        assert path.stat().st_mtime == (day + timedelta(days=1, hours=5)).timestamp()


def test_columns_are_those_of_the_contract(deliveries: Deliveries) -> None:
    for path in deliveries.folder.rglob("*.csv"):
        feed = path.stem[:-9]
        delimiter, newline = (",", "\n") if path.parent.name == "magento" else (";", "\r\n")
        header = text_of(path).split(newline, 1)[0].split(delimiter)
        assert header == COLUMNS[feed].split(), feed


def test_encodings_newlines_and_spellings_of_null_vary_as_in_real_exports(deliveries: Deliveries) -> None:
    ventes = [path.read_bytes() for path in deliveries.files("cashmere", "VENTES")]
    assert sum(content.startswith(b"\xef\xbb\xbf") for content in ventes) == 1
    assert all(content.count(b"\n") == content.count(b"\r\n") for content in ventes)
    assert any(b"\x9c" in content and b"\xa0" in content for content in ventes), "oe ligature and NBSP in cp1252"
    assert any(b"\x80" in content for content in ventes), "euro sign in cp1252"
    orders = b"".join(path.read_bytes() for path in deliveries.files("magento", "sales_order"))
    items = "".join(text_of(path) for path in deliveries.files("magento", "sales_order_item"))
    assert b"\r" not in orders
    assert b",\\N," in orders and b",NULL," in orders
    assert '{\n  ""info_buyRequest""' in items, "embedded newline"


def test_keys_are_unique_in_each_file_and_ticket_lines_over_all_files(deliveries: Deliveries) -> None:
    for feed, key in KEYS.items():
        source = "magento" if feed.islower() else "cashmere"
        for path in deliveries.files(source, feed):
            seen = Counter(tuple(row[name] for name in key) for row in read(path))
            assert not [k for k, n in seen.items() if n > 1], path.name
    for feed in ("VENTES", "CLOTURES"):
        seen = Counter(tuple(row[name] for name in KEYS[feed]) for row in deliveries.rows("cashmere", feed))
        assert max(seen.values()) == 1


def test_nothing_looks_like_personal_data(deliveries: Deliveries) -> None:
    telling = re.compile(r"\S@\S|(?<![\w.,-])(?:\+33|0033|0)[1-9]\d{8}(?!\w)|(?<!\w)4\d{15}(?!\w)|\bFR\d{12,}")
    for path in deliveries.folder.rglob("*.csv"):
        found = telling.search(text_of(path))
        assert found is None, path.name


def test_every_ean_has_a_valid_check_digit_and_is_shared_by_both_channels(deliveries: Deliveries) -> None:
    articles = deliveries.rows("cashmere", "ARTICLES")
    eans = {row["gencod"] for row in articles if row["gencod"]}
    assert all(sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(ean)) % 10 == 0 for ean in eans)
    assert any(ean.startswith("0370") for ean in eans)
    web = {
        m[1]
        for row in deliveries.rows("magento", "catalog_product")
        if (m := _EAN.search(row["additional_attributes"]))
    }
    assert len(eans - web) == 1, "the offered bag is not sold on the web"
    assert web <= eans
    assert any(not row["gencod"] and row["taille"] for row in articles)


_EAN = re.compile(r"ean=(\d{13})")
