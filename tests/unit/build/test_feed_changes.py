"""The changes of a feed are found once, and only in the columns that increments ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from goldline.build.upstream import FeedView
from goldline.contracts import load_contracts
from goldline.home import assets_folder
from goldline.intake.schema import prepare
from goldline.warehouse.engine import Session, Warehouse

CONTRACT = load_contracts(assets_folder())["magento"]
WEBSITES = FeedView(CONTRACT, CONTRACT.feeds["store_website"], "newest")


def load(session: Session, sequence: int, *codes: str) -> None:
    day = f"date '2026-01-{sequence:02}'"
    texts = "'' as file_name, '' as sha256, '' as encoding, '' as ignored_columns, '' as contract_digest"
    counts = "0 as rows_received, 0 as rows_loaded, 0 as rows_quarantined, 0 as rows_duplicate"
    session.execute(
        "insert into intake.delivery_file by name select 'magento' as source, 'store_website' as feed,"
        f" {texts}, {counts}, now() as received_at, {day} as delivery_date,"
        f" {sequence} as sequence, {sequence} as load_number"
    )
    for number, code in enumerate(codes, 1):
        session.execute(
            "insert into magento.raw_store_website by name"
            f" select {sequence} as sequence, {day} as delivery_date, {number} as line_number, {number} as website_id,"
            f" '{code}' as code, 'Shop' as name"
        )


@pytest.fixture
def session() -> Iterator[Session]:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        prepare(session, [CONTRACT])
        load(session, 1, "main", "outlet")
        load(session, 2, "central")
        yield session


def changed(session: Session, since: int) -> list[tuple[object, ...]]:
    return session.rows(f"select code, change_sign from ({WEBSITES.changed(session, since, {'code'})}) order by all")


def test_a_new_version_and_the_one_that_it_displaces_are_changes(session: Session) -> None:
    assert changed(session, 1) == [("central", 1), ("main", -1)]


def test_they_are_set_aside_until_something_else_is_loaded(session: Session) -> None:
    before = WEBSITES.changed(session, 1, {"code"})
    assert WEBSITES.changed(session, 1, {"code"}) == before != WEBSITES.changed(session, 0, {"code"})
    load(session, 3, "main")
    assert WEBSITES.changed(session, 1, {"code"}) != before
    assert changed(session, 1) == [("main", -1), ("main", 1)]
    assert changed(session, 2) == [("central", -1), ("main", 1)]


def test_of_their_columns_those_are_kept_that_are_asked_for(session: Session) -> None:
    described = session.describe(WEBSITES.changed(session, 1, {"code"}))
    assert [name for name, _ in described] == ["sequence", "delivery_date", "line_number", "code", "change_sign"]
