"""Masking: what must never leave in a mail or a log, and how text from outside is made safe to show.

Masks by shape (addresses, pseudonyms, phone and card numbers, passwords in URLs) and by value (secrets the
caller knows). It prefers to mask too much: a hidden order number is a nuisance, a shown phone number is a
breach. Escaping for HTML is not done here but by the templates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

CAUSE_LINES = 12
LINE_LENGTH = 300
LONGEST = 20_000  # characters looked at; several times what is ever shown
SHORTEST_SECRET = 4  # masking a shorter value would spell it out by its gaps

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_URL_PASSWORD = re.compile(r"(?P<user>\b[a-z][a-z0-9+.-]{0,30}://[^\s:/@'\"<>]{0,200}):[^\s'\"<>]+@", re.IGNORECASE)
_NAMED_SECRET = re.compile(
    r"(?P<name>\b\w{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|mot_de_passe)\w{0,40}['\"]?\s*[=:]\s*)"
    r"(?:SecretStr\()?(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&'\"]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<name>\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.!#$%&'+/=?^`{|}~-]{1,64}(?:@|%40|\uff20)[\w-]{1,63}(?:\.[\w-]{1,63})*", re.IGNORECASE)
_PSEUDONYM = re.compile(r"(?:\bk\d{1,3}:)?(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.,-])(?:\d{4}[ -]?){3}\d{1,7}(?![\w-])")
_START, _END, _GAP = r"(?<![\w.,+-])\(?", r"(?![\w:])", r"[ .\u00a0\u202f-]"
_PHONES = (
    re.compile(rf"(?<![\w+])(?:\+|00) ?[1-9](?:[ .\u00a0\u202f()/-]{{0,2}}\d){{7,14}}{_END}"),
    re.compile(rf"{_START}0[1-9](?:{_GAP}?\d{{2}}){{4}}{_END}"),
    re.compile(rf"{_START}0[1-9]\d{{0,3}}\)?(?:{_GAP}|/)\d{{2,8}}(?:{_GAP}\d{{2,4}}){{0,3}}\d{{2}}{_END}"),
    re.compile(rf"{_START}0[1-9]\d{{7,9}}{_END}"),
    re.compile(rf"{_START}\d{{3}}\)?[ .-]\d{{3}}[ .-]\d{{4}}{_END}"),
)
_PHONE_DIGITS = range(9, 18)


def redact(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Mask personal values and secrets in a text; lines stay lines.

    Args:
        text: Anything: an error message, a value, a traceback.
        secrets: Values that must not appear, as they are or encoded for a URL.
    """
    text = _mask_values(_visible(text[:LONGEST]), secrets)
    text = _URL_PASSWORD.sub(r"\g<user>:***@", text)
    text = _NAMED_SECRET.sub(r"\g<name>***", text)
    text = _BEARER.sub(r"\g<name>***", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _PSEUDONYM.sub("[pseudonym]", text)
    text = _CARD.sub(lambda found: "[card]" if _is_card(found.group()) else found.group(), text)
    for phone in _PHONES:
        text = phone.sub(lambda found: "[phone]" if _is_phone(found.group()) else found.group(), text)
    return text


def first_lines(text: str) -> str:
    """The first lines of a text, each cut to a readable length, without control characters."""
    lines = [_cut(line.rstrip(), LINE_LENGTH) for line in _visible(text).splitlines() if line.strip()]
    return "\n".join([*lines[:CAUSE_LINES], "\u2026"] if len(lines) > CAUSE_LINES else lines)


def one_line(text: str, *, limit: int) -> str:
    """The text on one line: no line break, control, direction or half character is left."""
    return _cut(" ".join(_visible(text).split()), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"


def _visible(text: str) -> str:
    """Drop what steers a terminal or hides in a text; line ends become line feeds, tabs become spaces."""
    text = "\n".join(_ANSI.sub("", text).replace("\t", "    ").splitlines())
    if text.replace("\n", "").isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category == "Cc" and character != "\n":
        return " "
    return "" if category == "Cf" else character


def _mask_values(text: str, secrets: Iterable[str]) -> str:
    known = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _is_phone(text: str) -> bool:
    return sum(character.isdigit() for character in text) in _PHONE_DIGITS


def _is_card(text: str) -> bool:
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return 13 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
