"""The files of other projects are those on record, with their licences; the record knows no address of elsewhere."""

from __future__ import annotations

import pytest

from goldline.boards.web.vendor import FOLDER, RECORD, integrities, integrity, recorded


@pytest.mark.parametrize("name", sorted(integrities()))
def test_a_file_is_the_one_on_record(name: str) -> None:
    assert integrity((FOLDER / name).read_bytes()) == integrities()[name]


def test_nothing_else_is_there_and_each_package_has_its_licence() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*integrities(), RECORD.name}
    for package in recorded():
        assert any(file["member"] == "LICENSE" for file in package["files"]), package["name"]
        assert package["version"][0].isdigit() and package["licence"]


def test_the_record_names_no_address() -> None:
    assert "://" not in RECORD.read_text(encoding="utf-8")
