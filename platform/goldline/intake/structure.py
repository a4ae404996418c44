"""The form of a delimited file: encoding, characters, quoting, records, header.

Everything that is wrong here concerns the file as a whole and refuses it. The result is the file's body, still text and
unchanged, with the physical line on which each record starts. What the values mean is checked in ``rules``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from goldline.contracts import Contract, Dialect, Feed
from goldline.errors import DeliveryRefused
from goldline.intake.header import read_header
from goldline.intake.refusal import Refuser

_BINARY = {
    b"PK\x03\x04": "a zip archive or a workbook",
    b"\x1f\x8b": "compressed",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
}
QUOTE, NEWLINE, RETURN = b'"\n\r'
MAX_FIELD_BYTES = 1_000_000
# What the second byte of a UTF-8 letter becomes when it is read as cp1252.
_SECOND = "[\u0080-\u00bf" + bytes(set(range(0x80, 0xA0)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}).decode("cp1252") + "]"
_MOJIBAKE = re.compile(f"[\u00c2\u00c3]{_SECOND}|\u00e2\u20ac")
_INVISIBLE = re.compile(
    "[\u0080-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\ufffe\uffff\U000e0000-\U000e007f]"
)
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """The records of one file.

    Attributes:
        header: Column names as they stand in the file.
        body: The records as UTF-8 text, without the header, as delivered.
        lines: For each record, the physical line (1 = the header) on which it starts.
        encoding: The encoding that fitted.
        multiline: Whether a quoted value holds a line break.
    """

    header: tuple[str, ...]
    body: bytes
    lines: npt.NDArray[np.int32]
    encoding: str
    multiline: bool


def read_records(data: bytes, contract: Contract, feed: Feed, name: str) -> Records:
    """Take a file apart, strictly.

    Args:
        data: The file's bytes as archived.
        contract: The source's contract.
        feed: The feed that the file belongs to.
        name: The file's name, for messages.

    Raises:
        DeliveryRefused: The file breaks its contract as a whole; the message names file, line and column.
    """
    check = Refuser(name, contract.dialect.delimiter.encode())
    text, encoding = _decode(data, contract.dialect, check)
    _refuse_odd_characters(text, data if encoding == "utf-8" else text, check)
    raw = text.encode("utf-8")
    delimiter = ord(contract.dialect.delimiter)
    buffer = np.frombuffer(raw, dtype=np.uint8)
    quotes = np.flatnonzero(buffer == QUOTE)
    newlines = np.flatnonzero(buffer == NEWLINE)
    _check_delimiter(text.partition("\n")[0], contract.dialect.delimiter, check)
    _check_quotes(buffer, quotes, delimiter, check)
    ends = newlines[_outside(newlines, quotes)]
    _check_line_ends(buffer, newlines, ends, quotes, check)
    starts = np.concatenate(([0], ends + 1))[:-1]
    lines = (np.searchsorted(newlines, starts) + 1).astype(np.int32)
    header = read_header(raw[: int(ends[0])].rstrip(b"\r").decode(), contract, feed, check)
    delimiters = np.flatnonzero(buffer == delimiter)
    _check_width(delimiters[_outside(delimiters, quotes)], starts, ends, lines, len(header), check)
    multiline = len(ends) != len(newlines)
    return Records(header, raw[int(ends[0]) + 1 :], lines[1:], encoding, multiline)


def _decode(data: bytes, dialect: Dialect, check: Refuser) -> tuple[str, str]:
    """Decode strictly with the first declared encoding that fits."""
    if not data.strip():
        raise check.refusal(
            "the file is empty; expected at least a header", remedy="export the day again and deliver the file"
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise check.refusal(
            "the file is UTF-16", line=1, column="1", remedy=f"export it as {' or '.join(dialect.encodings)}"
        )
    if kind := next((kind for start, kind in _BINARY.items() if data.startswith(start)), ""):
        raise check.refusal(f"the file is {kind}", line=1, remedy="deliver the text file itself, unpacked")
    misfits = []
    for encoding in dialect.encodings:
        try:
            return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
        except UnicodeDecodeError as error:
            misfits.append(error.start)
    raise check.refusal_behind(
        data[: misfits[-1]],
        f"byte {misfits[-1]} (0x{data[misfits[-1]]:02x}) is not {' nor '.join(dialect.encodings)}",
        remedy=f"export the file as {' or '.join(dialect.encodings)}; do not open and save it in another program",
    )


def _refuse_odd_characters(text: str, raw: bytes | str, check: Refuser) -> None:
    for code in (*range(9), 11, 12, *range(14, 32), 127):
        found = raw.find(bytes((code,))) if isinstance(raw, bytes) else raw.find(chr(code))
        if found >= 0:
            raise check.refusal_behind(
                raw[:found],
                f"control character 0x{code:02x} at position {found}",
                remedy="the file is damaged or binary: export it again",
            )
    if text.isascii():
        return
    if found_text := _MOJIBAKE.search(text):
        raise check.refusal_behind(
            text[: found_text.start()],
            "characters were encoded twice (such as 'Ã©' for 'é')",
            remedy="export the file in one encoding only; do not convert it on the way",
        )
    if found_text := _INVISIBLE.search(text):
        raise check.refusal_behind(
            text[: found_text.start()],
            f"invisible or replacement character U+{ord(found_text[0]):04X} at position {found_text.start()}",
            remedy="remove the character at its source and export the file again",
        )


def _outside(positions: Positions, quotes: Positions) -> npt.NDArray[np.bool_]:
    """Say for each position whether it stands outside quotes (an even number of quotes before it)."""
    return np.equal(np.searchsorted(quotes, positions) % 2, 0)


def _check_delimiter(header: str, delimiter: str, check: Refuser) -> None:
    other = next((d for d in ",;\t|" if delimiter not in header and d in header), None)
    if other:
        raise check.refusal(
            f"fields are separated by {other!r}; expected {delimiter!r}",
            line=1,
            column="1",
            remedy=f"export the file with the delimiter {delimiter!r}",
        )


def _check_quotes(buffer: npt.NDArray[np.uint8], quotes: Positions, delimiter: int, check: Refuser) -> None:
    """Hold RFC 4180: a quote opens only at a field's start, closes only at its end, and is doubled inside."""
    if not len(quotes):
        return

    def refusal(position: int, what: str) -> DeliveryRefused:
        remedy = 'put fields that hold quotes in quotes and double the quotes inside ("")'
        return check.refusal_behind(buffer[:position].tobytes(), what, remedy=remedy)

    closing = quotes[1::2]
    opening = quotes[0::2][: len(closing)]
    padded = np.concatenate(([NEWLINE], buffer, [NEWLINE]))
    before, after = padded[opening], padded[closing + 2]
    escaped = closing[:-1] + 1 == opening[1:]
    opens = (before == delimiter) | (before == NEWLINE) | np.append(False, escaped)[: len(opening)]
    closes = (after == delimiter) | (after == NEWLINE) | (after == RETURN) | np.append(escaped, False)[: len(closing)]
    if len(quotes) % 2:
        never = quotes[-1] if closes.all() else opening[np.argmin(closes)]
        raise refusal(int(never), "a quoted field is never closed: the rest of the file would be swallowed")
    if not opens.all():
        raise refusal(int(opening[np.argmin(opens)]), "a quote stands in the middle of a field")
    if not closes.all():
        raise refusal(int(closing[np.argmin(closes)]), "text follows a closing quote")


def _check_line_ends(
    buffer: npt.NDArray[np.uint8], newlines: Positions, ends: Positions, quotes: Positions, check: Refuser
) -> None:
    if buffer[-1] != NEWLINE:
        raise check.refusal(
            "the last line is not ended by a line break: the file was cut",
            line=len(newlines) + 1,
            column=f"{_fields_in_last_line(buffer, newlines)} (the last one that arrived)",
            remedy="deliver the whole file again",
        )
    returns = np.flatnonzero(buffer == RETURN)
    returns = returns[_outside(returns, quotes)]
    if len(returns) and (len(returns) != len(ends) or not np.array_equal(returns + 1, ends)):
        odd = np.setdiff1d(returns + 1, ends)
        mixed = np.setdiff1d(ends, returns + 1)
        position = int(odd[0] if len(odd) else mixed[0])
        raise check.refusal_behind(
            buffer[:position].tobytes(),
            "line ends are mixed (CR LF, LF or CR alone)",
            remedy="export the file again; do not join or edit it with another program",
        )


def _fields_in_last_line(buffer: npt.NDArray[np.uint8], newlines: Positions) -> int:
    start = int(newlines[-1]) + 1 if len(newlines) else 0
    tail = buffer[start:]
    return int(max((tail == ord(d)).sum() for d in ",;\t|")) + 1


def _check_width(
    delimiters: Positions, starts: Positions, ends: Positions, lines: npt.NDArray[np.int32], width: int, check: Refuser
) -> None:
    """Hold every record to the header's number of fields."""
    found = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    if (found == width).all():
        if int((ends - starts).max()) > MAX_FIELD_BYTES:
            raise check.refusal(
                "a record is longer than 1 MB", line=int(lines[np.argmax(ends - starts)]), remedy="check the export"
            )
        return
    at = int(np.argmax(found != width))
    blank = ends[at] - starts[at] <= 1
    raise check.refusal(
        "the line is blank" if blank else f"{int(found[at])} fields; the header has {width}",
        line=int(lines[at]),
        column=str(int(min(found[at], width))),
        remedy="quote fields that hold the delimiter or a line break, and export the file again",
    )
