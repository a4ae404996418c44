"""The mail of a board: two parts that say the same, pictures that are in it, text that stays text."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from tests.unit.render import sample
from tests.unit.render.sample import STAMP


class _Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def page(mail: EmailMessage) -> _Page:
    return _Page(part(mail, "html"))


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_both_parts_say_the_same_figures(mail: EmailMessage, page: _Page) -> None:
    text = part(mail, "plain")
    for figure in ("€15,659,446.12", "+12.6%", "101,922", "no earlier period", STAMP.sentence("en")):
        assert figure in text
        assert any(figure in shown for shown in page.texts)


def test_every_picture_is_in_the_mail_and_tells_its_figures(mail: EmailMessage, page: _Page) -> None:
    attached = {str(each["Content-ID"]).strip("<>") for each in mail.walk() if each["Content-ID"]}
    shown = {value.removeprefix("cid:") for name, value in page.attributes if name == "src"}
    assert shown == attached
    assert len(shown) == 3
    assert any(name == "alt" and value.startswith("Revenue: months. Jan 2026") for name, value in page.attributes)


def test_nothing_is_fetched_and_nothing_runs(page: _Page) -> None:
    assert not {"script", "link", "iframe", "object", "form"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert not any(value.startswith("http") for name, value in page.attributes if name == "src")


@pytest.mark.parametrize("name", [n for n in sample.HOSTILE if n != sample.TAB])
def test_a_name_is_the_text_of_a_cell_whatever_is_in_it(page: _Page, name: str) -> None:
    assert name in page.texts


def test_right_to_left_names_keep_to_themselves_in_the_text_part(mail: EmailMessage, page: _Page) -> None:
    assert f"\u2068{sample.HEBREW}\u2069" in part(mail, "plain")
    assert ("dir", "auto") in page.attributes


def test_it_can_be_read_on_a_dark_screen_and_on_a_phone(mail: EmailMessage) -> None:
    html = part(mail, "html")
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "max-width:640px" in html


def test_lines_are_short_enough_for_any_relay(mail: EmailMessage) -> None:
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998


def test_attachments_have_names_of_plain_characters(mail: EmailMessage) -> None:
    names = [str(each.get_filename()) for each in mail.iter_attachments()]
    assert names == ["sales-2026-11-21.csv"]
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)
