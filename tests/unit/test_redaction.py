"""Nothing personal and no secret gets out; what people need to find the fault stays."""

from __future__ import annotations

import time

import pytest

from goldline.alerts import redact
from goldline.redaction import first_lines, one_line

PSEUDONYM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        ("customer jane.doe+shop@example.co.uk is unknown", "jane"),
        ("élodie@exemple.fr", "lodie"),
        ("jane%40example.org in a URL", "jane"),
        ("zero\u200bwidth: ja\u200bne@example.org", "jane"),
        (f"email_hash={PSEUDONYM}", PSEUDONYM[:8]),
        (f"k1:{PSEUDONYM.upper()} twice", "9F86"),
        ("call +33 6 12 34 56 78 now", "12 34"),
        ("call 06.12.34.56.78", "12.34"),
        ("tel_hash '0612345678' is not masked", "0612"),
        ("call 0033612345678", "3361"),
        ("06\u202f12\u202f34\u202f56\u202f78", "34"),
        ("020 7946 0958 in London", "7946"),
        ("(555) 123-4567", "4567"),
        ("card 4111 1111 1111 1111", "1111"),
        ("card 4111111111111111,", "4111"),
        ("postgresql://goldline:s3cr3t@db.internal/warehouse", "s3cr3t"),
        ("sftp://shop:p@ss:w0rd/@host/in", "w0rd"),
        ("connection password=hunter22 host=db", "hunter22"),
        ("{'api_key': 'abc-def-123'}", "abc-def"),
        ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJ"),
    ],
)
def test_personal_values_and_credentials_are_masked_by_their_shape(text: str, leak: str) -> None:
    assert leak not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "VENTES_20260328.csv, line 8,214, column montant_ttc: '12,3O' is not a decimal",
        "run 0c0a7ac6-1111-4e4e-9d5f-3a8f1c2b7d10 failed at 2026-03-29 03:00:12.123456+00:00",
        "sales_line_id: magento:000000123:1, order 100000123, increment 000000131",
        "revenue 15,659,446.00 EUR, residual -0.01, ratio 0.123456789",
        "28/03/2026 10:15:00 at shop 0042, ticket 000017, EAN 3601234567890",
        "goldline run --date 2026-03-28",
        "http://127.0.0.1:3000/runs/0c0a7ac6?step=load",
    ],
)
def test_what_one_needs_to_find_the_fault_is_not_masked(text: str) -> None:
    assert redact(text) == text


def test_a_known_secret_is_masked_as_it_is_and_as_it_stands_in_a_url() -> None:
    secret = "gr\u00fcn & blau/7"
    masked = redact(f"{secret} | gr%C3%BCn%20%26%20blau%2F7 | gr%C3%BCn+%26+blau%2F7", secrets=[secret])
    assert masked == "*** | *** | ***"


def test_an_empty_or_tiny_secret_does_not_turn_the_text_into_stars() -> None:
    assert redact("a plain text", secrets=["", "a", "pla"]) == "a plain text"


def test_terminal_codes_and_invisible_characters_do_not_survive() -> None:
    hostile = "\x1b[31mred\x1b[0m\x07 a\u202eb \x1b]0;title\x07end \ud800"
    assert one_line(redact(hostile), limit=100) == "red ab end \N{REPLACEMENT CHARACTER}"


def test_a_line_break_of_any_kind_cannot_make_a_second_line() -> None:
    assert one_line("a\r\nBcc: x\u2028b\x0bc\x85d", limit=100) == "a Bcc: x b c d"


def test_a_cause_keeps_its_first_lines_and_their_indent_and_says_that_there_is_more() -> None:
    kept = first_lines("\n".join(["error", "  at line 3", *(f"frame {n}" for n in range(50))])).splitlines()
    assert kept[:2] == ["error", "  at line 3"]
    assert len(kept) == 13
    assert kept[-1] == "\u2026"


@pytest.mark.parametrize("piece", ["a", "pwd", "0612", "a@", "http://a:", "1 ", "\x1b]", "0" * 31 + " "])
def test_a_hostile_text_of_a_megabyte_is_masked_in_no_time(piece: str) -> None:
    start = time.perf_counter()
    redact(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - start < 2
