"""The file of subscriptions: what may stand in it, and that two who change it at once lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.reports.subscriptions import Subscription, Subscriptions

JO = Subscription(address="Jo <jo@example.org>", language="fr", filters="shop=cashmere:001", boards=("sales",))


def test_without_a_file_nobody_is_subscribed(tmp_path: Path) -> None:
    assert Subscriptions(tmp_path).all() == ()


def test_what_is_put_in_is_there_again(tmp_path: Path) -> None:
    file = Subscriptions(tmp_path)
    file.put(JO)
    file.add(address="sam@example.org", person="sam", attach=["pdf"])

    assert file.all() == (JO, Subscription(address="sam@example.org", person="sam", attach=("pdf",)))
    assert file.of("sam")[0].address == "sam@example.org"
    assert file.path.stat().st_mode & 0o077 == 0


def test_the_same_address_and_account_is_replaced_and_removed(tmp_path: Path) -> None:
    file = Subscriptions(tmp_path)
    file.put(JO)
    file.put(JO.model_copy(update={"active": False}))
    assert [each.active for each in file.all()] == [False]
    assert file.remove("jo <JO@example.org>", "local") == 1
    assert file.all() == ()


def test_the_file_as_a_person_writes_it(tmp_path: Path) -> None:
    (tmp_path / "subscriptions.yaml").write_text(
        "subscriptions:\n- {address: jo@example.org, language: fr, attach: [xlsx], filters: 'channel=store'}\n"
    )
    (found,) = Subscriptions(tmp_path).all()
    assert (found.person, found.attach, found.chosen.channel) == ("local", ("xlsx",), ("store",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{address: nobody}", "address: write it as name@example.org"),
        ("{address: jo@example.org, language: de}", "language"),
        ("{address: jo@example.org, filters: 'shoop=1'}", "there is no filter 'shoop'"),
        ("{address: jo@example.org, attach: [exe]}", "attach"),
        ("{address: jo@example.org, adress: x}", "adress"),
        ('{address: "jo@example.org\\nBcc: x@example.org"}', "address"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "subscriptions.yaml").write_text(f"subscriptions:\n- {{address: a@example.org}}\n- {line}\n")
    with pytest.raises(GoldlineError, match="subscriptions 2") as caught:
        Subscriptions(tmp_path).all()
    assert said in caught.value.what


def test_a_form_that_is_filled_in_wrongly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match="address"):
        Subscriptions(tmp_path).add(address="x", person="local")


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    def put(number: int) -> None:
        Subscriptions(tmp_path).add(address=f"a{number}@example.org", person="local")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(16)))
    assert len(Subscriptions(tmp_path).all()) == 16
