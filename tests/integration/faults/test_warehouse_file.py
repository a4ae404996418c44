"""A warehouse file that is not what it should be: what a person reads, and how it becomes whole again."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from goldline.commands.run import set_aside
from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.warehouse.engine import Warehouse
from tests.support import open_home

pytestmark = pytest.mark.integration


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(f"duckdb:///{path}") as warehouse, warehouse.transaction() as session:
        session.execute("create table kept as select range as id, 'row ' || range as name from range(100000)")
    return path


def read_all(file: Path) -> None:
    with Warehouse(f"duckdb:///{file}") as warehouse, warehouse.transaction() as session:
        session.rows("select * from kept")


@pytest.mark.parametrize("share", [0, 0.0001, 0.3, 0.7])
def test_a_cut_file_names_the_rebuild(file: Path, share: float) -> None:
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(IntegrityError, match="goldline rebuild"):
        read_all(file)


@pytest.mark.parametrize("place", [10, 5000, 9000, 12500])
def test_a_flipped_bit_names_the_rebuild(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(IntegrityError, match="goldline rebuild"):
        read_all(file)


def test_a_folder_in_its_place_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").mkdir()
    with pytest.raises(GoldlineError, match="cannot be opened"):
        Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}")


def test_a_program_that_has_the_file_open_is_no_damage_either(file: Path) -> None:
    from subprocess import PIPE, Popen
    from sys import executable

    script = f"import duckdb; c = duckdb.connect({str(file)!r}); print('open', flush=True); input()"
    with Popen([executable, "-c", script], stdin=PIPE, stdout=PIPE) as program:
        assert program.stdout
        assert program.stdout.readline() == b"open\n"
        with pytest.raises(TransientError, match="in use by another program"):
            Warehouse(f"duckdb:///{file}")
        program.communicate(b"\n")


def test_what_a_killed_first_start_left_of_a_new_file_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb.new").write_bytes(b"half a head")
    with Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}") as warehouse, warehouse.transaction() as session:
        assert session.scalar("select 1") == 1
    assert not (tmp_path / "warehouse.duckdb.new").exists()


def test_a_rebuild_sets_a_damaged_file_and_its_log_aside(file: Path) -> None:
    home = open_home(file.parent)
    file.write_bytes(b"not a database at all" * 500)
    log = file.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"left behind")
    kept = file.with_name("warehouse.duckdb.before-rebuild")
    set_aside(home, file, kept)
    assert not file.exists()
    assert not log.exists()
    assert kept.read_bytes().startswith(b"not a database")
    assert kept.with_name(kept.name + ".wal").read_bytes() == b"left behind"


def test_a_file_that_is_whole_is_set_aside_with_its_log_folded_in(file: Path) -> None:
    kept = file.with_name("warehouse.duckdb.before-rebuild")
    set_aside(open_home(file.parent), file, kept)
    with duckdb.connect(str(kept), read_only=True) as connection:
        assert connection.execute("select count(*) from kept").fetchall() == [(100_000,)]
