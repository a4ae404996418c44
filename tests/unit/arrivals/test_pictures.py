"""The calendar drawn: the same in every form, readable without colour, complete for those who cannot see it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as Xml

import pytest

from goldline.arrivals import Cell, Grid, Row
from goldline.arrivals.looks import LOOKS
from goldline.arrivals.pages import calendar_html, calendar_markdown, calendar_text
from goldline.arrivals.svg import calendar_svg
from goldline.commands.calendar import calendar_lines

FIRST = date(2026, 2, 20)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(28))


def a_row(label: str, *statuses: str) -> Row:
    cells = {day: Cell(status, "2 tickets, usually 40") for day, status in zip(DAYS, statuses, strict=False)}
    return Row("cashmere", f"cashmere:{label}", label, cells)


@pytest.fixture
def grid() -> Grid:
    return Grid(DAYS, (a_row("Lyon <Bellecour>", *LOOKS), a_row("Nice", "received")), (a_row("VENTES", "empty"),))


def test_no_two_statuses_of_shops_look_the_same_without_colour() -> None:
    marks = [look.mark for name, look in LOOKS.items() if name != "empty"]  # an empty file is what no sales look like
    assert len(set(marks)) == len(marks)


def test_the_terminal_shows_each_day_as_a_character_and_explains_those_that_occur(grid: Grid) -> None:
    lines = [line.plain for line in calendar_lines(grid)]
    (lyon,) = (line for line in lines if line.startswith("Lyon"))
    assert lyon[24:].split() == [look.mark for look in LOOKS.values() if look.mark.strip()]
    assert all(look.word in lines[-2] for look in LOOKS.values() if look.mark.strip())
    assert lines[0].split() == ["2026-02", "2026-03"]
    assert max(len(line) for line in lines[:-2]) <= 80


@pytest.mark.parametrize(
    ("first", "months"),
    [
        (date(2026, 10, 31), ["2026-11"]),
        (date(2026, 10, 29), ["2026-11"]),
        (date(2026, 10, 28), ["2026-10", "2026-11"]),
        (date(2026, 11, 5), ["2026-11"]),
    ],
)
def test_a_month_is_named_where_its_days_have_room_for_the_name(first: date, months: list[str]) -> None:
    days = tuple(first + timedelta(days=number) for number in range(28))
    line = calendar_lines(Grid(days, (), ()))[0].plain
    assert line.split() == months
    assert re.findall(r">([A-Z][a-z]{2}) 2026<", calendar_svg(Grid(days, (), ()))) == [
        {"2026-10": "Oct", "2026-11": "Nov"}[month] for month in months
    ]
    assert line.index("2026-11") == 24 + 2 * max(0, (date(2026, 11, 1) - first).days)


def test_the_picture_is_well_formed_and_needs_nothing_from_elsewhere(grid: Grid) -> None:
    text = calendar_svg(grid)
    assert Xml.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert not [word for word in ("href", "url(", "@import", "<script", "NaN") if word in text]
    assert "prefers-color-scheme: dark" in text
    assert calendar_svg(grid) == text
    assert "Lyon &lt;Bellecour&gt; on 2026-02-25: expected, nothing came" in text


def test_letters_stand_out_from_their_ground_on_light_and_dark_paper() -> None:
    faint = {
        (name, ground, ink)
        for name, look in LOOKS.items()
        for ground, ink in ((look.light, look.ink), (look.dark, look.dark_ink))
        if name not in ("closed", "not_expected") and contrast(ground, ink) < 3.4
    }
    assert faint == set()


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_has_a_cell_for_each_day_and_shop_and_is_escaped(grid: Grid) -> None:
    page = calendar_html(grid, title="Arrivals")
    assert page.count("<td ") == 3 * len(DAYS)
    assert "Lyon &lt;Bellecour&gt;" in page
    assert "<Bellecour>" not in page


def test_what_dagster_shows_has_the_picture_and_the_characters_and_keeps_rows_with_trouble(grid: Grid) -> None:
    many = tuple(a_row(f"Shop {number:03}", "received") for number in range(60))
    shown = calendar_markdown(Grid(DAYS, (*many, grid.shops[0]), ()))
    assert "](data:image/svg+xml;base64," in shown
    assert "Lyon <Bellecour>" in shown
    assert "21 more rows are all right" in shown
    assert len(re.findall("^Shop", shown, re.MULTILINE)) == 39
    assert len(calendar_text(grid).splitlines()) == 5
