from __future__ import annotations

import json
import os
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.landing.events import Event, Loaded, Received, ReceivedAgain, Refused, Retry
from goldline.landing.ledger import Ledger

AT = datetime(2026, 4, 5, 1, 0, tzinfo=UTC)
ONE_FOLDER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def received(day: int, sha256: str = "ab" * 32, feed: str = "VENTES") -> Received:
    return Received(
        source="cashmere",
        feed=feed,
        delivery_date=date(2026, 3, 1) + timedelta(days=day),
        name=f"{feed}_{day}.csv",
        sha256=sha256,
        size=day,
        modified_at=AT,
    )


def history() -> list[Event]:
    return [
        received(1),
        received(2),
        Loaded(entry=1, run_id="r1", rows_received=10, rows_loaded=9, rows_quarantined=1),
        Refused(entry=2, run_id="r1", reasons=("column 'montant_ht' is missing",), contract="c1"),
        Retry(entry=2),
        received(1, "cd" * 32),
    ]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger")
    made.append(history()[:2], at=AT)
    made.append(history()[2:], at=AT)
    return made


def test_events_add_up_to_entries_versions_and_states(ledger: Ledger) -> None:
    assert [entry.sequence for entry in ledger.entries()] == [1, 2, 6]
    assert {number: state.status for number, state in ledger.states().items()} == {
        1: "loaded",
        2: "received",
        6: "received",
    }
    assert (ledger.states()[1].rows_loaded, ledger.states()[1].run_id) == (9, "r1")
    assert ledger.newest()["cashmere", "VENTES", date(2026, 3, 2)].sequence == 6
    assert ledger.entries()[0].received_at == AT


def test_a_refusal_keeps_its_reasons_and_its_contract(ledger: Ledger) -> None:
    ledger.append([Refused(entry=6, run_id="r2", reasons=("a", "b"), contract="c2")])
    state = Ledger(ledger.path.parent).states()[6]
    assert (state.status, state.reasons, state.contract) == ("refused", ("a", "b"), "c2")


def test_an_empty_or_missing_ledger_has_no_entries(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "nowhere").entries() == []
    assert not (tmp_path / "nowhere").exists()


def test_an_event_about_an_unknown_entry_is_a_programming_error(ledger: Ledger) -> None:
    before = ledger.path.read_bytes()
    with pytest.raises(ValueError, match="no entry 3"):
        ledger.append([Retry(entry=3)])
    assert ledger.path.read_bytes() == before


def test_a_ledger_cut_at_any_byte_is_a_prefix_of_whole_events_and_can_be_continued(ledger: Ledger) -> None:
    content = b"".join(ledger.path.read_bytes().splitlines(keepends=True)[:3])
    whole = ledger.entries()
    for length in range(len(content)):
        ledger.path.write_bytes(content[:length])
        fresh = Ledger(ledger.path.parent)
        left = fresh.entries()
        assert left == whole[: len(left)]
        (sequence,) = fresh.append([received(9)])
        reopened = Ledger(ledger.path.parent)
        assert [entry.sequence for entry in reopened.entries()] == [*(e.sequence for e in left), sequence]
        kinds = [json.loads(line)["event"] for line in ledger.path.read_bytes().splitlines()]
        assert ("mended" in kinds) == (content[:length].count(b"\n") != len(content[:length].splitlines()))


def test_a_flipped_bit_anywhere_is_detected_and_nothing_is_appended(ledger: Ledger) -> None:
    content = ledger.path.read_bytes()
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1 << (position % 8)
        ledger.path.write_bytes(flipped)
        with pytest.raises(IntegrityError, match=r"line \d+ is not as it was written"):
            Ledger(ledger.path.parent).entries()
    with pytest.raises(IntegrityError):
        Ledger(ledger.path.parent).append([received(3)])
    assert ledger.path.read_bytes() == bytes(flipped)


@ONE_FOLDER
@given(drop=st.integers(0, 4), repeat=st.booleans())
def test_a_line_lost_moved_or_repeated_breaks_the_chain(ledger: Ledger, drop: int, repeat: bool) -> None:
    content = ledger.path.read_bytes()
    lines = content.splitlines(keepends=True)
    altered = [*lines[:drop], lines[drop], *lines[drop:]] if repeat else lines[:drop] + lines[drop + 1 :]
    ledger.path.write_bytes(b"".join(altered))
    try:
        with pytest.raises(IntegrityError):
            Ledger(ledger.path.parent).entries()
    finally:
        ledger.path.write_bytes(content)


def test_a_broken_line_is_named(ledger: Ledger) -> None:
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"montant_ht", b"montant_tt"))
    with pytest.raises(IntegrityError, match=r"ledger\.jsonl: line 4 is not as it was written"):
        Ledger(ledger.path.parent).entries()


@ONE_FOLDER
@given(
    reasons=st.lists(st.text(), max_size=3).map(tuple),
    batches=st.lists(st.integers(1, 3), min_size=1, max_size=4),
)
def test_what_was_appended_is_read_back_by_a_fresh_reader(
    tmp_path_factory: pytest.TempPathFactory, reasons: tuple[str, ...], batches: list[int]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    for batch in batches:
        sequences = ledger.append([received(day) for day in range(batch)])
        ledger.append([Refused(entry=sequences[-1], run_id="r", reasons=reasons, contract="c")])
    fresh = Ledger(ledger.path.parent)
    assert fresh.entries() == ledger.entries()
    assert fresh.states() == ledger.states()
    assert fresh.states()[sequences[-1]].reasons == reasons
    assert len(fresh.entries()) == sum(batches)


def test_a_reader_sees_what_another_process_appended(ledger: Ledger) -> None:
    other = Ledger(ledger.path.parent)
    assert len(other.entries()) == 3
    ledger.append([received(5)])
    assert len(other.entries()) == 4


def test_a_ledger_that_lost_lines_while_in_use_is_reported(ledger: Ledger) -> None:
    ledger.entries()
    os.truncate(ledger.path, 0)
    with pytest.raises(IntegrityError, match="lost lines"):
        ledger.entries()


def test_writers_at_the_same_time_number_their_events_without_gap_or_double(tmp_path: Path) -> None:
    given: list[int] = []

    def write() -> None:
        mine = Ledger(tmp_path)
        for day in range(20):
            given.extend(mine.append([received(day), received(day)]))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 161))
    assert len(Ledger(tmp_path).entries()) == 160


def test_two_receivers_cannot_work_at_the_same_time(tmp_path: Path) -> None:
    with (
        Ledger(tmp_path).receiving(wait=0),
        pytest.raises(TransientError, match="another process"),
        Ledger(tmp_path).receiving(wait=0.05),
    ):
        pass


def test_a_full_disk_leaves_the_ledger_as_it_was(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """RLIMIT_FSIZE would concern the whole test process; only the system call's refusal is played here."""
    before = ledger.path.read_bytes()
    real_write = os.write

    def half_then_full(handle: int, data: memoryview) -> int:
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return real_write(handle, data[: len(data) - 50])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half_then_full)
        with pytest.raises(GoldlineError, match="No space left"):
            ledger.append([received(3)])
    assert ledger.path.read_bytes() == before
    assert ledger.append([received(3)]) == (7,)


def test_the_last_size_and_time_of_each_name_are_known(ledger: Ledger) -> None:
    later = AT + timedelta(hours=1)
    again = ReceivedAgain(entry=2, source="cashmere", name="VENTES_2.csv", sha256="ab" * 32, size=2, modified_at=later)
    ledger.append([again])
    assert ledger.last_seen()["cashmere", "VENTES_2.csv"] == (2, later)
    assert ledger.last_seen()["cashmere", "VENTES_1.csv"] == (1, AT)


def test_a_ledger_that_has_not_changed_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger(tmp_path).append([received(number % 2000) for number in range(20_000)])
    fresh = Ledger(tmp_path)
    assert len(fresh.entries()) == 20_000
    monkeypatch.setattr(Ledger, "_replay", lambda *_: pytest.fail("the ledger was parsed again"))
    assert len(fresh.entries()) == 20_000
    with pytest.raises(pytest.fail.Exception):
        Ledger(tmp_path).entries()
