"""The schema is found once, and again as soon as something that it follows from changes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from goldline.contracts import load_contracts
from goldline.settings import load_settings
from goldline.warehouse import remembered_schema
from goldline.warehouse.remembered_schema import remembered_types
from goldline.warehouse.schema_of import column_types
from goldline.warehouse.tables import Catalogue, load_catalogue

ASSETS = Path(__file__).resolve().parents[3] / "assets"
CONTRACTS = load_contracts(ASSETS)


@pytest.fixture
def some() -> Catalogue:
    catalogue = load_catalogue(ASSETS)
    return Catalogue(tuple(t for t in catalogue.tables if t.table in ("cashmere.stores", "magento.stores")), {})


def remember(folder: Path, catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    return remembered_types(folder, catalogue, CONTRACTS, load_settings())


def test_it_is_what_is_found_without_remembering(tmp_path: Path, some: Catalogue) -> None:
    expected = column_types(some, CONTRACTS, load_settings())
    assert remember(tmp_path / "cache", some) == expected
    assert remember(tmp_path / "cache", some) == expected


def test_it_is_found_once(tmp_path: Path, some: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(tmp_path, some)
    monkeypatch.setattr(remembered_schema, "column_types", lambda *_: pytest.fail("it was looked for again"))
    assert remember(tmp_path, some)


def test_a_table_file_that_changes_is_looked_at_again(tmp_path: Path, some: Catalogue) -> None:
    remember(tmp_path, some)
    table = some.tables[0]
    changed = tmp_path / table.path.name
    changed.write_text(table.path.read_text("utf-8") + "\n-- another line\n", "utf-8")
    remember(tmp_path, Catalogue((replace(table, path=changed), *some.tables[1:]), {}))
    assert len(list(tmp_path.glob("columns-*.json"))) == 1
    assert remember(tmp_path, some) == column_types(some, CONTRACTS, load_settings())


def test_a_damaged_file_is_made_again(tmp_path: Path, some: Catalogue) -> None:
    expected = remember(tmp_path, some)
    (file,) = tmp_path.glob("columns-*.json")
    file.write_text("{", "utf-8")
    assert remember(tmp_path, some) == expected
    assert json.loads(file.read_text("utf-8"))


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path, some: Catalogue) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert remember(tmp_path / "file" / "cache", some)
