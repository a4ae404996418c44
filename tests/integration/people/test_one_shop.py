"""A reader of one shop learns nothing of another one: not by any address, export, filter value, menu or guess.

The reader asks for everything in two retailers that differ in nothing but the other shops (``twins``). Answers that are
equal to the byte cannot hold a figure, a name or a number of them. That the twins do differ is shown by who may see it.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb
import openpyxl
import pdfplumber
import pytest
import time_machine

from goldline.people.accounts import Account
from goldline.people.audit import Audit
from tests.integration.people.addresses import KNOWN, boards, files, pages, routes_of
from tests.integration.people.readers import Answer, Boards
from tests.integration.people.twins import MARK, MINE, OTHER, with_other_sellers, with_other_shops

pytestmark = pytest.mark.integration
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
OTHER_NAMES = ("Lyon Bellecour", "Nice", "Ajaccio", "Bordeaux", "Troyes", "Site France", "UK site", OTHER, "vendeur-03")
ACCOUNTS = {
    "mona": Account(roles=("store_manager",), shops=(MINE,), password="x"),
    "olaf": Account(roles=("store_manager", "analyst", "operator"), shops=(MINE,), password="x"),
    "shia": Account(roles=("merchandiser", "analyst"), channels=("ecommerce",), password="x"),
    "mert": Account(roles=("merchandiser",), password="x"),
    "adam": Account(roles=("admin",), password="x"),
}


@pytest.fixture(scope="module", autouse=True)
def moment(original: Path) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def one(original: Path) -> Boards:
    return Boards(original, ACCOUNTS)


@pytest.fixture(scope="module")
def twin(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Boards:
    return Boards(with_other_shops(original, tmp_path_factory.mktemp("twin")), ACCOUNTS)


def differing(one: Boards, twin: Boards, person: str, paths: list[str], **request: object) -> list[str]:
    """Return the addresses whose answers differ; none may have failed."""
    first, second = one.ask(person, paths, **request), twin.ask(person, paths, **request)
    failed = [path for path in paths if first[path].status >= 500 or second[path].status >= 500]
    assert failed == []
    return [path for path in paths if _comparable(first[path]) != _comparable(second[path])]


def _comparable(answer: Answer) -> Answer:
    """Leave out how many charts the process has drawn before: their number is in the names of clip paths."""
    if answer.kind != "image/svg+xml":
        return answer
    return replace(answer, body=b"\n".join(_without_counts(part) for part in answer.body.split(b";base64,")))


def _without_counts(part: bytes) -> bytes:
    picture, quote_mark, rest = part.partition(b'"')
    if re.fullmatch(rb"[A-Za-z0-9+/=]{100,}", picture):
        picture = base64.b64decode(picture)
    return re.sub(rb"clip\d+", b"clip", picture) + quote_mark + re.sub(rb"clip\d+", b"clip", rest)


def test_every_route_of_the_application_is_tried_here(one: Boards) -> None:
    assert routes_of(one.app) == KNOWN


def test_no_page_depends_on_another_shop(one: Boards, twin: Boards) -> None:
    assert differing(one, twin, "mona", pages()) == []


def test_no_export_depends_on_another_shop(one: Boards, twin: Boards) -> None:
    assert differing(one, twin, "mona", files()) == []


FILTERS = [
    f"shop={quote(OTHER)}",
    f"shop={quote(MINE)}&shop={quote(OTHER)}",
    "channel=ecommerce",
    "staff=cashmere:V03",
    "country=GB",
    "compare=last_year&like_for_like=true&every=week",
    "from=2026-01-01&to=2026-12-31&every=day",
]


@pytest.mark.parametrize("query", FILTERS)
def test_no_filter_reaches_another_shop(one: Boards, twin: Boards, query: str) -> None:
    assert differing(one, twin, "mona", boards(query, ".csv")) == []


GUESSES = [
    "shop=",
    "shop=*",
    "shop=%25",
    "shop=cashmere:00_",
    f"shop={quote(OTHER)}%00",
    "shop=" + quote(MINE + "' or '1'='1"),
    "shop=" + quote(MINE + "') union select * from sale --"),
    f"store={quote(OTHER)}&store_key={quote(OTHER)}",
    "scope=all&stores=&person=adam&staff_figures=1",
    "category=" + quote("x' or shop <> '' --"),
    "by=shop&metric=revenue",
    "page=2",
    "lang=fr&theme=dark",
]


@pytest.mark.parametrize("query", GUESSES)
def test_no_guess_reaches_another_shop(one: Boards, twin: Boards, query: str) -> None:
    paths = [f"/{board}?{query}" for board in ("kpi", "sales", "products")] + [f"/sales/shops/lines?{query}"]
    paths += [f"/sales.csv?{query}", f"/full/enriched_model.csv?{query}"]
    assert differing(one, twin, "mona", paths) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"hx-request": "true"},
        {"x-forwarded-user": "adam", "remote-user": "adam", "x-person": "adam"},
        {"x-forwarded-for": "127.0.0.1", "x-original-url": "/full/enriched_model.csv"},
        {"authorization": "Basic YWRhbTp4"},
    ],
)
def test_no_header_reaches_another_shop(one: Boards, twin: Boards, headers: dict[str, str]) -> None:
    paths = [*boards(f"shop={quote(OTHER)}"), "/kpi", "/sales.csv", "/full/golden_customer.csv"]
    assert differing(one, twin, "mona", paths, headers=headers) == []


def test_a_shop_of_others_and_one_that_does_not_exist_look_the_same(one: Boards) -> None:
    made_up = "cashmere:999"
    for template in ("/kpi?shop=%s", "/sales?shop=%s", "/sales.csv?shop=%s", "/products/products/lines?shop=%s"):
        answers = one.ask("mona", [template % quote(OTHER), template % quote(made_up)]).values()
        known, unknown = (_named(answer, name) for answer, name in zip(answers, (OTHER, made_up), strict=True))
        assert known == unknown, template


def _named(answer: Answer, name: str) -> Answer:
    body = answer.body.replace(name.encode(), b"it").replace(quote(name).encode(), b"it")
    return replace(answer, body=body.replace(quote(name, safe="").encode(), b"it"), name="")


def test_more_roles_open_nothing_beyond_the_shop(one: Boards, twin: Boards) -> None:
    paths = [path for path in pages() + files() if path.count("/") == 1 and not path.endswith((".png", ".svg", ".pdf"))]
    paths += [path for path in pages() if path.startswith("/health/")] + ["/kpi/staff", "/full/golden_customer.csv"]
    assert differing(one, twin, "olaf", paths) == []


def test_a_reader_of_the_web_shop_learns_nothing_of_the_shops(one: Boards) -> None:
    paths = [path for path in pages() if path.count("/") == 1] + boards("compare=last_year", ".csv")
    for path, answer in one.ask("shia", paths).items():
        assert answer.status < 500, path
        shown = [name for name in ("Paris Rivoli", *OTHER_NAMES[:5], "cashmere:") if name.encode() in answer.body]
        assert shown == [], path


def test_no_name_of_another_shop_is_in_any_document(one: Boards) -> None:
    answers = one.ask(
        "mona", [f"/{board}.{end}" for board in ("kpi", "sales", "products") for end in ("csv", "xlsx", "pdf")]
    )
    read = 0
    for path, answer in answers.items():
        if answer.status == 200 and (text := _text(answer)):
            read += 1
            assert [name for name in OTHER_NAMES if name in text] == [], path
    assert read == len(answers)


def test_who_may_see_the_other_shops_does_see_them_and_their_change(one: Boards, twin: Boards) -> None:
    paths = ["/kpi", "/sales", "/sales/shops", "/sales.csv", "/sales.pdf", "/sales.xlsx", "/full/enriched_model.csv"]
    assert differing(one, twin, "adam", paths) == paths
    mine, changed = (_text(boards.ask("adam", ["/sales.xlsx"])["/sales.xlsx"]) for boards in (one, twin))
    assert "Lyon Bellecour" in mine
    assert MARK in changed


def test_the_reader_does_see_the_shop_of_the_account(one: Boards, original: Path) -> None:
    (path,) = original.glob("published/versions/*/enriched_model.parquet")
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select sum(net_amount_excl_tax_reporting) from read_parquet('{path}')"
            f" where is_net_sales and store_key = '{MINE}' and business_date >= '2026-01-01'"
        ).fetchone()
    assert found is not None
    assert isinstance(found[0], Decimal)
    csv = one.ask("mona", ["/sales/revenue.csv"])["/sales/revenue.csv"].body.decode()
    assert f"{found[0]:.2f}" in csv


def test_lines_end_with_the_right_to_them_and_whole_tables_with_any_limit(one: Boards) -> None:
    whole = [path for path in files() if path.startswith("/full/")]
    for person in ("mona", "olaf", "shia", "mert"):
        assert {answer.status for answer in one.ask(person, whole).values()} == {403}, person
    assert {answer.status for answer in one.ask("adam", whole).values()} == {200}


def test_figures_by_seller_are_hidden_from_roles_without_them(
    one: Boards, original: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Boards(with_other_sellers(original, tmp_path_factory.mktemp("sellers")), ACCOUNTS)
    paths = [path for path in pages() if path.count("/") == 1 or "staff" in path]
    paths += [path for path in pages() if path.endswith("/lines")][::5] + boards("staff=cashmere:V01", ".csv")
    paths += ["/kpi.csv", "/kpi.xlsx", "/kpi.pdf", "/kpi/staff.csv", "/sales.csv"]
    assert differing(one, other, "mert", paths) == []
    assert "/kpi" in differing(one, other, "adam", ["/kpi", "/kpi.csv"])


def test_every_export_is_in_the_record_and_pages_are_not(one: Boards, original: Path) -> None:
    audit = Audit(original / "people/audit", now=NOW.timestamp)
    before = len(list(audit.lines()))
    one.ask("mona", ["/sales", "/sales.csv?year=2026", "/sales/revenue.xlsx", "/full/enriched_model.csv"])
    lines = list(audit.lines())[before:]
    assert [(line["what"], line["person"], line["board"], line["format"]) for line in lines] == [
        ("export", "mona", "sales", "csv"),
        ("export", "mona", "sales", "xlsx"),
    ]
    assert lines[0]["filters"] == "year=2026"


def _text(answer: Answer) -> str:
    """Return what a person reads in a document."""
    if answer.kind == "application/pdf":
        with pdfplumber.open(io.BytesIO(answer.body)) as pdf:
            return "\n".join(page.extract_text() for page in pdf.pages)
    if answer.kind.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(io.BytesIO(answer.body))
        return "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
        )
    return answer.body.decode("utf-8") if answer.kind == "text/csv" else ""
