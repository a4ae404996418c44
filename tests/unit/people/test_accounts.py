"""The file of accounts, passwords, sessions and the record: private, whole, and over when they are over."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest
from argon2 import PasswordHasher

from goldline.errors import GoldlineError
from goldline.people import People
from goldline.people.accounts import Account, Accounts, checked_name
from goldline.people.audit import UNKNOWN
from goldline.people.passwords import check_new, is_outdated, is_right
from goldline.people.private import signing_key
from goldline.people.sessions import Login
from goldline.people.signin import TryLater
from tests.unit.people.browser import PASSWORD
from tests.unit.people.conftest import HASH, Clock

Opened = Callable[..., People]


def test_every_file_about_people_is_private(opened: Opened, anna: Account, home: Path) -> None:
    people = opened()
    people.audit.record("login", "anna")
    people.sessions.begin(Login(name="anna", how="password"))
    files = [home / "people.yaml", *(path for path in (home / "people").rglob("*") if path.is_file())]
    assert {path.name: S_IMODE(path.stat().st_mode) & 0o077 for path in files if path.name != "lock"} == {
        path.name: 0 for path in files if path.name != "lock"
    }
    assert S_IMODE((home / "people").stat().st_mode) == 0o700
    assert not list(home.rglob(".*.*")), "nothing unfinished is left"


def test_a_file_that_others_may_read_is_refused(opened: Opened, anna: Account, home: Path) -> None:
    (home / "people.yaml").chmod(0o640)
    with pytest.raises(GoldlineError, match="chmod 600"):
        Accounts(home).all()
    (home / "people/key").chmod(0o604)
    with pytest.raises(GoldlineError, match="chmod 600"):
        signing_key(home / "people/key")


def test_a_change_in_the_file_counts_at_once_and_an_error_changes_nothing(opened: Opened, anna: Account) -> None:
    running, other = opened(), opened()
    assert running.find("Anna ") is not None
    with pytest.raises(RuntimeError), other.accounts.changing() as accounts:
        del accounts["anna"]
        raise RuntimeError
    assert running.find("anna") is not None
    with other.accounts.changing() as accounts:
        accounts["anna"] = anna.model_copy(update={"shops": ("cashmere:002",)})
    found = running.find("anna")
    assert found is not None
    assert found.shops == frozenset({"cashmere:002"})


@pytest.mark.parametrize("name", ["", "local", "a b", "é", "a" * 65, "../x", "a\nb", "-a", "<b>"])
def test_a_name_that_could_mislead_is_none(name: str) -> None:
    with pytest.raises(GoldlineError):
        checked_name(name)


@pytest.mark.parametrize("password", ["short", "x" * 30, "Anna is the boss 1", "goldline-goldline", "a" * 1025])
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(GoldlineError):
        check_new(password, name="anna")


def test_equal_characters_are_equal_however_they_are_typed() -> None:
    assert is_right(PASSWORD.replace("green", "green"), HASH)
    assert not is_right(PASSWORD + " ", HASH)
    assert not is_right(PASSWORD, None)
    assert not is_right(PASSWORD, "no hash")


def test_an_old_hash_is_made_anew_at_the_next_login_and_sessions_stay(opened: Opened, anna: Account) -> None:
    people = opened()
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with people.accounts.changing() as accounts:
        accounts["anna"] = anna.model_copy(update={"password": old})
    session = people.sessions.begin(Login(name="anna", how="password", credential=anna.credential))
    assert isinstance(people.passwords.check("anna", PASSWORD, address="192.0.2.1"), Login)
    stored = people.accounts.all()["anna"].password
    assert stored is not None
    assert stored != old
    assert not is_outdated(stored)
    assert is_right(PASSWORD, stored)
    found = people.sessions.find(session)
    assert found is not None
    assert people.of_login(found.login) is not None


def test_an_unknown_account_costs_as_much_work_and_is_told_the_same(opened: Opened, anna: Account) -> None:
    people = opened()
    assert people.passwords.check("nobody", PASSWORD, address="192.0.2.1") is None
    assert people.passwords.check("anna", "wrong password 1", address="192.0.2.1") is None
    for name in ("anna", "nobody"):
        assert [people.passwords.throttle.take(name, "192.0.2.9") for _ in range(5)] == [0] * 5
        assert isinstance(people.passwords.check(name, PASSWORD, address="192.0.2.9"), TryLater)


def test_what_was_typed_as_a_name_is_not_recorded(opened: Opened, anna: Account, home: Path) -> None:
    people = opened()
    people.passwords.check("my secret password", PASSWORD, address="192.0.2.1")
    people.passwords.check("ANNA", PASSWORD, address="192.0.2.1")
    text = "".join(path.read_text() for path in (home / "people/audit").iterdir())
    assert "my secret password" not in text
    assert "192.0.2" not in text
    assert [line["person"] for line in people.audit.lines()] == [UNKNOWN, "anna"]
    assert b"192.0.2" not in b"".join(path.read_bytes() for path in (home / "people").glob("state*"))


def test_a_record_that_cannot_be_written_stops_what_it_is_about(opened: Opened, anna: Account, home: Path) -> None:
    people = opened()
    (home / "people/audit").mkdir(exist_ok=True)
    for month in range(1, 13):
        for year in (2025, 2026, 2027):
            (home / f"people/audit/{year}-{month:02}.jsonl").mkdir()
    with pytest.raises(GoldlineError, match="audit log"):
        people.passwords.check("anna", PASSWORD, address="192.0.2.1")


def test_the_record_survives_a_line_that_was_cut_off_and_text_with_line_breaks(opened: Opened, home: Path) -> None:
    audit = opened().audit
    audit.record("export", "anna", filters="a\nb", tile=None)
    path = next((home / "people/audit").iterdir())
    path.write_text(path.read_text() + '{"at": "20')
    assert [line["filters"] for line in audit.lines()] == ["a\nb"]
    assert json.loads(path.read_text().splitlines()[0])["what"] == "export"


def test_a_session_ends_when_it_is_idle_when_it_is_old_and_when_it_is_told_to(opened: Opened, clock: Clock) -> None:
    sessions = opened(session_idle_minutes=60, session_hours=12).sessions
    token = sessions.begin(Login(name="anna", how="password"))
    for _ in range(12):
        clock.now += 3599
        if sessions.find(token) is None:
            break
    assert clock.now - Clock.now >= 12 * 3599, "use keeps it"
    clock.now += 60
    assert sessions.find(token) is None, "but not beyond its full time"

    idle = sessions.begin(Login(name="anna", how="password"))
    clock.now += 3600
    assert sessions.find(idle) is None

    ended = sessions.begin(Login(name="anna", how="password"))
    assert sessions.end_all("anna") == 1
    assert sessions.find(ended) is None
    assert sessions.find("guess") is None


def test_a_session_of_a_removed_account_or_an_earlier_password_is_nobodys(opened: Opened, anna: Account) -> None:
    people = opened()
    login = Login(name="anna", how="password", credential=anna.credential)
    assert people.of_login(login) is not None
    assert people.of_login(Login(name="anna", how="password", credential="other")) is None
    assert people.of_login(Login(name="anna", how="oidc", groups=("buyers",))) is None, "an account with a password"
    with people.accounts.changing() as accounts:
        del accounts["anna"]
    assert people.of_login(login) is None


def test_one_person_has_so_many_sessions_and_no_more(opened: Opened, clock: Clock) -> None:
    sessions = opened().sessions
    tokens = []
    for _ in range(25):
        clock.now += 1
        tokens.append(sessions.begin(Login(name="anna", how="password")))
    assert [sessions.find(token) is not None for token in tokens] == [False] * 5 + [True] * 20


def test_waits_double_end_and_start_again_and_outlive_the_process(opened: Opened, clock: Clock) -> None:
    waits = []
    for _ in range(9):
        waits.append(opened().passwords.throttle.take("anna", "192.0.2.1"))  # every time like a new process
        if waits[-1]:
            assert opened().passwords.throttle.take("anna", "192.0.2.1") == waits[-1], "asking again costs nothing"
            clock.now += waits[-1]
            assert opened().passwords.throttle.take("anna", "192.0.2.1") == 0
    assert [round(seconds) for seconds in waits] == [0, 0, 0, 0, 0, 2, 4, 8, 16]
    assert opened().passwords.throttle.take("anna", "192.0.2.2") == 0, "somebody elsewhere may still log in"
    clock.now += 86_401
    assert opened().passwords.throttle.take("anna", "192.0.2.1") == 0


def test_a_success_forgives_what_came_from_there_but_not_what_came_from_elsewhere(opened: Opened) -> None:
    throttle = opened().passwords.throttle
    for number in range(29):
        assert throttle.take("anna", f"192.0.2.{number}") == 0
    assert throttle.take("anna", "198.51.100.1") == 0
    throttle.succeeded("anna", "198.51.100.1")
    assert throttle.take("anna", "198.51.100.2") == 0
    assert throttle.take("anna", "198.51.100.3") > 0, "thirty failures from anywhere slow everybody down"


def test_many_guesses_from_one_network_are_slowed_down_whatever_the_name(opened: Opened) -> None:
    throttle = opened().passwords.throttle
    waits = [throttle.take(f"name{number}", f"2001:db8::{number:x}") for number in range(61)]
    assert waits[:60] == [0] * 60
    assert waits[60] > 0
    assert throttle.take("anna", "::ffff:192.0.2.1") == 0
    assert throttle.take("anna", "2001:db8:0:1::1") == 0


def _guess(home: str, attempts: int, queue: multiprocessing.Queue[int]) -> None:
    from goldline.people.database import Database
    from goldline.people.throttle import Throttle

    throttle = Throttle(Database(Path(home) / "state.sqlite"), key=b"k", now=lambda: 1000.0)
    queue.put(sum(throttle.take("anna", "192.0.2.1") == 0 for _ in range(attempts)))


def test_processes_count_together_and_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=_guess, args=(str(tmp_path), 20, queue)) for _ in range(2)]
    for worker in workers:
        worker.start()
    allowed = sum(queue.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert allowed == 5


def test_the_key_is_one_for_all_processes(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "people/key")
    assert len(key) == 32
    assert signing_key(tmp_path / "people/key") == key
    (tmp_path / "people/key").write_bytes(b"short")
    with pytest.raises(GoldlineError, match="holds no key"):
        signing_key(tmp_path / "people/key")
