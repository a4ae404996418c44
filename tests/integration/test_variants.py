"""Every oddity of a file gets its verdict: loaded exactly, a row left out, refused; with its place, not its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.home import Home
from tests.integration.corpus import FILES, NAMES, Outcome, deliver_all, outcomes_in, wrong_with
from tests.integration.faulty_files import CANARIES, CASHMERE, VARIANTS, Case
from tests.integration.postgres.server import started
from tests.support import open_home, open_warehouse

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home into which every file was delivered."""
    home = open_home(tmp_path_factory.mktemp("home"))
    deliver_all(home)
    return home


@pytest.fixture(scope="module")
def outcomes(installation: Home) -> dict[str, Outcome]:
    """What became of each file."""
    return outcomes_in(installation)


def test_the_corpus_is_large_and_has_every_variant_of_the_fixtures() -> None:
    assert len(FILES) > 150
    assert len(set(NAMES)) == len(NAMES)
    known = {case.data for case in CASHMERE}
    assert all(path.read_bytes() in known for path in VARIANTS.iterdir())


@pytest.mark.parametrize(("source", "case"), FILES, ids=NAMES)
def test_a_file_gets_the_verdict_the_place_and_the_remedy_that_it_deserves(
    outcomes: dict[str, Outcome], source: str, case: Case
) -> None:
    assert wrong_with(source, case, outcomes[f"{source}: {case.name}"]) == []


def test_postgresql_gives_every_file_the_same_verdict_message_and_rows(
    outcomes: dict[str, Outcome], tmp_path: Path
) -> None:
    with started() as server:
        home = open_home(tmp_path / "home", warehouse=server.new_database("corpus"))
        deliver_all(home)
        found = outcomes_in(home)
    assert found.keys() == outcomes.keys()
    assert {name: (found[name], outcomes[name]) for name in found if found[name] != outcomes[name]} == {}


def test_no_value_of_a_bad_cell_and_nothing_personal_is_ever_written_down(installation: Home) -> None:
    home = installation.settings
    written = [p for folder in (home.quarantine_dir, home.ledger_dir) for p in Path(folder).rglob("*") if p.is_file()]
    assert len(written) > 100
    for path in [*written, home.home / "warehouse.duckdb"]:
        content = path.read_bytes()
        assert [canary for canary in CANARIES if canary.encode() in content] == []


def test_every_line_of_every_file_is_loaded_left_out_or_a_duplicate(installation: Home) -> None:
    with (
        open_warehouse(installation.settings.home / "warehouse.duckdb") as warehouse,
        warehouse.transaction() as session,
    ):
        wrong = session.rows(
            "select file_name from intake.delivery_file"
            " where rows_received <> rows_loaded + rows_quarantined + rows_duplicate"
        )
        ignored = session.rows(
            "select ignored_columns, count(*) from intake.delivery_file where ignored_columns <> '' group by 1"
        )
    assert wrong == []
    assert ignored == [("poids", 1)]
