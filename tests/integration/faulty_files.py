"""Files that a source could deliver, one oddity each, made from the fixtures, with the verdict that each deserves.

Data and the few functions that make it. Delivering the files and judging what came of them is the tests' part.
"""

from __future__ import annotations

import base64
import codecs
import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import Literal

from tests.support import FIXTURES

TILLS = (FIXTURES / "cashmere" / "VENTES_20260328.csv").read_bytes()
ITEMS = (FIXTURES / "magento" / "sales_order_item_20260331.csv").read_bytes()
VARIANTS = FIXTURES / "cashmere" / "variants"
ROWS = 19

E_MAIL = "jean.dupont@canary-mail.fr"
CANARIES = (
    *(E_MAIL, "jean.dupont", "canary-mail", "jean.dupont＠canary-mail.fr", "jean.dupont%40canary-mail.fr"),
    *("jean@xn--canary-bcher.fr", "0698765432", "06 98 76 54 32", "+33698765432", "98765432", "4539578763621486"),
    *(
        "4539 5787 6362 1486",
        "FR7630006000011234567890189",
        "FR76 3000 6000",
        base64.b64encode(E_MAIL.encode()).decode(),
    ),
    *("3,70123E+11", "10,505", "31/02/2026"),
)
"""What must never be seen in a report, a message or the ledger: clear personal data, and values of bad cells."""

Verdict = Literal["loaded", "rows", "refused"]


@dataclass(frozen=True)
class Case:
    """One file: what it is, its bytes, the verdict it deserves, and where and how the report must say so."""

    name: str
    data: bytes
    verdict: Verdict
    line: int = 0
    column: str = ""
    shape: str = ""
    says: str = ""
    cells: tuple[tuple[int, str, object], ...] = ()
    rows: int = ROWS


def text(data: bytes, *, encoding: str = "cp1252") -> str:
    return data.decode(encoding)


def cell(
    line: int, column: str, value: str, *, data: bytes = TILLS, delimiter: str = ";", encoding: str = "cp1252"
) -> bytes:
    """Put a value into a cell, which is named by its physical line and its column."""
    rows = list(
        csv.reader(io.StringIO(text(data, encoding="utf-8" if data is ITEMS else "cp1252")), delimiter=delimiter)
    )
    rows[line - 1][rows[0].index(column)] = value
    return written(rows, delimiter=delimiter, encoding=encoding)


def written(rows: list[list[str]], *, delimiter: str = ";", encoding: str = "cp1252") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if delimiter == ";" else "\n").writerows(rows)
    return out.getvalue().encode(encoding)


def table(data: bytes = TILLS) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text(data)), delimiter=";"))


def with_column(name: str, value: str) -> bytes:
    """Add a column of which one cell, on line 4, has a value."""
    rows = table()
    return written([[*row, name if at == 0 else value if at == 3 else ""] for at, row in enumerate(rows)])


def lines(*, at: int, put: list[bytes], out: int = 0) -> bytes:
    """Put lines before a physical line, and take some out there."""
    all_lines = TILLS.split(b"\r\n")
    return b"\r\n".join([*all_lines[: at - 1], *put, *all_lines[at - 1 + out :]])


def loaded(name: str, data: bytes, *cells: tuple[int, str, object], rows: int = ROWS) -> Case:
    return Case(name, data, "loaded", cells=cells, rows=rows)


def bad_cell(name: str, column: str, value: str, shape: str, *, line: int = 4, encoding: str = "cp1252") -> Case:
    return Case(name, cell(line, column, value, encoding=encoding), "rows", line, column, shape)


def refused(name: str, data: bytes, line: int, says: str, *, column: str = "") -> Case:
    return Case(name, data, "refused", line, column, says=says)


def clear(name: str, column: str, value: str, kind: str, *, line: int = 4, encoding: str = "cp1252") -> Case:
    return refused(name, cell(line, column, value, encoding=encoding), line, f"what looks like {kind}", column=column)


def header(old: str, new: str) -> bytes:
    first, _, rest = TILLS.partition(b"\r\n")
    names = [new if name == old else name for name in first.decode().split(";")]
    return ";".join(names).encode() + b"\r\n" + rest


def at_half_past_two(day: str) -> bytes:
    """Sell the fourth line at half past two in the morning of a day on which the clock changes."""
    rows = table()
    names = rows[0]
    rows[3][names.index("date_ticket")], rows[3][names.index("heure_ticket")] = day, "02:30:00"
    return written(rows)


def skipped_hour() -> bytes:
    return at_half_past_two("29/03/2026")


def repeated_hour() -> bytes:
    return at_half_past_two("26/10/2025")


def zipped(data: bytes, *, name: str = "VENTES.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


_HEADER = TILLS.split(b"\r\n")[0]
_SECOND = TILLS.split(b"\r\n")[1]

HARMLESS = [
    loaded("the fixture itself", TILLS, (4, "montant_ttc", "1032.00"), (2, "libelle", 'Chemise oxford "Été"')),
    loaded(
        "columns in another order",
        written([row[::-1] for row in table()]),
        (2, "quantite", 1),
        (2, "montant_ttc", "79.90"),
        (3, "quantite", 2),
        (4, "pu_tarif_ttc", "1290.00"),
    ),
    loaded("UTF-8 without a mark", text(TILLS).encode(), (2, "libelle", 'Chemise oxford "Été"')),
    loaded("UTF-8 with a mark", (VARIANTS / "utf8_bom.csv").read_bytes(), (2, "libelle", 'Chemise oxford "Été"')),
    loaded("line feeds only", TILLS.replace(b"\r\n", b"\n"), (2, "montant_ttc", "79.90")),
    loaded(
        "names of columns in quotes",
        TILLS.replace(_HEADER, b'"' + _HEADER.replace(b";", b'";"') + b'"'),
        (2, "quantite", 1),
    ),
    loaded("a header and no rows", (VARIANTS / "header_only.csv").read_bytes(), rows=0),
    loaded("a column that the contract does not name", with_column("poids", "12"), (4, "quantite", 1)),
    loaded("no-break spaces between thousands", cell(4, "montant_ttc", "1\u00a0032,00"), (4, "montant_ttc", "1032.00")),
    loaded(
        "narrow no-break spaces between thousands",
        cell(4, "montant_ttc", "1\u202f032,00", encoding="utf-8"),
        (4, "montant_ttc", "1032.00"),
    ),
    loaded("a trailing minus", cell(7, "montant_ttc", "10,00-"), (7, "montant_ttc", "-10.00")),
    loaded("minus nothing", cell(4, "remise_ttc", "-0,00"), (4, "remise_ttc", "0.00")),
    loaded("more zeros than decimals", cell(4, "montant_ttc", "1032,0000"), (4, "montant_ttc", "1032.00")),
    loaded("29 February of a leap year", cell(4, "date_ticket", "29/02/2024"), (4, "date_ticket", "2024-02-29")),
    loaded(
        "a line break in a value", cell(4, "libelle", "Pull\r\ncol"), (4, "libelle", "Pull\r\ncol"), (6, "quantite", 1)
    ),
    loaded("a formula in a text", cell(4, "libelle", "=cmd|' /C calc'!A0"), (4, "libelle", "=cmd|' /C calc'!A0")),
    loaded(
        "markup in a text", cell(4, "libelle", "<script>alert(1)</script>"), (4, "libelle", "<script>alert(1)</script>")
    ),
    *(
        loaded(f"a formula that begins with {mark!r}", cell(4, "libelle", f"{mark}1"), (4, "libelle", f"{mark}1"))
        for mark in "+-@="
    ),
    loaded("a template in a text", cell(4, "libelle", "{{ 7*7 }} ${x} %s"), (4, "libelle", "{{ 7*7 }} ${x} %s")),
    loaded("a header of a mail in a text", cell(4, "libelle", "Bcc: x"), (4, "libelle", "Bcc: x")),
    loaded("an hour that the clock skips", skipped_hour(), (4, "heure_ticket", "02:30:00"), (4, "quantite", 1)),
    loaded("an hour that comes twice", repeated_hour(), (4, "heure_ticket", "02:30:00"), (4, "quantite", 1)),
    loaded("SQL in a text", cell(4, "libelle", "'; drop table x; --"), (4, "libelle", "'; drop table x; --")),
    loaded("a hash at the start of a text", cell(4, "libelle", "# 12"), (4, "libelle", "# 12")),
    loaded("the word NULL where it is no null", cell(4, "libelle", "NULL"), (4, "libelle", "NULL")),
    loaded("a soft hyphen", cell(4, "libelle", "Pull\u00adover"), (4, "libelle", "Pull\u00adover")),
    loaded("the same row twice", lines(at=3, put=[_SECOND]), (2, "quantite", 1), rows=ROWS),
    loaded(
        "a bar code that could be a phone number", cell(4, "gencod", "0033187654321"), (4, "gencod", "0033187654321")
    ),
]

BAD_CELLS = [
    Case(
        "a bar code as Excel writes it",
        (VARIANTS / "excel_damaged_ean.csv").read_bytes(),
        "rows",
        2,
        "gencod",
        "9,99999A+99",
    ),
    *(
        bad_cell(f"{value} in an amount", "montant_ttc", value, shape)
        for value, shape in (
            ("10,505", "99,999"),
            ("10.50", "99.99"),
            ("1e3", "9a9"),
            ("0x10", "9a99"),
            ("1_000", "9_999"),
            ("nan", "aaa"),
            ("NaN", "AaA"),
            ("inf", "aaa"),
            ("-inf", "-aaa"),
            ("1,032,00", "9,999,99"),
            ("1.032,00", "9.999,99"),
            ("12 34,00", "99 99,99"),
            ("+10,00", "+99,99"),
            (" 10,00", " 99,99"),
            ("10,00 €", "99,99 €"),
            ("--1", "--9"),
            ("-1,00-", "-9,99-"),
            ("10,", "99,"),
            (",50", ",99"),
            ("99999999999999999,00", "99999999999999999,99"),
            ("", "(empty)"),
            ("'10,00", "'99,99"),
            ("1e308", "9a999"),
        )
    ),
    bad_cell("full-width digits in an amount", "montant_ttc", "１０,００", "99,99", encoding="utf-8"),
    bad_cell("Arabic digits in an amount", "montant_ttc", "١٠", "99", encoding="utf-8"),
    *(
        bad_cell(f"{value} as a quantity", "quantite", value, shape)
        for value, shape in (
            ("1,5", "9,9"),
            ("1.5", "9.9"),
            ("1,0", "9,9"),
            ("01", "99"),
            ("+1", "+9"),
            ("1 000", "9 999"),
            ("true", "aaaa"),
            ("99999999999999999999", "99999999999999999999"),
            ("-1", "(empty)"),
        )
    ),
    *(
        bad_cell(f"{value} as a date", "date_ticket", value, shape)
        for value, shape in (
            ("31/02/2026", "99/99/9999"),
            ("29/02/2026", "99/99/9999"),
            ("28/03/0026", "99/99/9999"),
            ("28/03/20261", "99/99/99999"),
            ("03/28/2026", "99/99/9999"),
            ("2026-03-28", "9999-99-99"),
            ("28/3/2026", "99/9/9999"),
            ("28/03/26", "99/99/99"),
            ("infinity", "aaaaaaaa"),
            ("today", "aaaaa"),
            ("28/03/2026 ", "99/99/9999 "),
            ("00/00/0000", "99/99/9999"),
            ("46109", "99999"),
        )
    ),
    bad_cell("24 o'clock", "heure_ticket", "24:00:00", "99:99:99"),
    bad_cell("a leap second", "heure_ticket", "23:59:60", "99:99:99"),
    bad_cell("a business day after the export", "date_comptable", "01/01/2099", "(empty)"),
    bad_cell("an unknown kind of ticket", "type_ticket", "X", "A"),
    bad_cell("a flag that is neither", "annule", "0", "9"),
    bad_cell("no shop", "code_magasin", "", "(empty)"),
    bad_cell("blanks around a code", "code_magasin", " 001", " 999"),
    bad_cell("a code that is a path", "code_magasin", "../../etc", "../../aaa"),
    bad_cell("a code with a quote", "code_article", "A'; drop--", "A'; aaaa--"),
    bad_cell("a text that is too long", "libelle", "x" * 256, "a" * 24 + "..."),
    bad_cell("letters in a bar code", "gencod", "370123450010O", "999999999999A"),
    Case(
        "two rows with one key that contradict each other",
        lines(at=3, put=[_SECOND.replace(b";79,90;20;", b";79,91;20;")]),
        "rows",
        3,
        "num_ligne",
        "(empty)",
    ),
]

BROKEN = [
    refused("an empty file", (VARIANTS / "empty.csv").read_bytes(), 0, "the file is empty"),
    refused("only line breaks", b"\r\n\r\n", 0, "the file is empty"),
    refused("a missing column", (VARIANTS / "missing_column.csv").read_bytes(), 1, "is missing", column="montant_ttc"),
    refused(
        "commas and decimal points",
        (VARIANTS / "point_decimal_comma_delimiter.csv").read_bytes(),
        1,
        "fields are separated by ','; expected ';'",
        column="1",
    ),
    refused("a cut last line", (VARIANTS / "truncated_last_line.csv").read_bytes(), 20, "the file was cut"),
    refused("cut inside the last value", TILLS[:-3], 20, "the file was cut", column="37"),
    refused("cut before the last line break", TILLS[:-2], 20, "the file was cut", column="37"),
    refused("a renamed column", header("montant_ttc", "mt_ttc"), 1, "was it renamed", column="montant_ttc"),
    refused(
        "names in upper case",
        TILLS.replace(_HEADER, _HEADER.upper()),
        1,
        "found 'CODE_MAGASIN', was it renamed",
        column="code_magasin",
    ),
    refused("blanks around a name", header("quantite", " quantite"), 1, "is missing", column="quantite"),
    refused("a name that stands twice", header("montant_ht", "montant_ttc"), 1, "stands twice", column="montant_ttc"),
    refused(
        "an unknown name that stands twice",
        with_column("poids", "").replace(b";poids", b";poids;poids"),
        1,
        "stands twice",
        column="poids",
    ),
    refused("no header", TILLS.partition(b"\r\n")[2], 1, "is missing", column="code_magasin"),
    refused("tabs", TILLS.replace(b";", b"\t"), 1, "'\\t'; expected ';'"),
    refused(
        "a quote that is never closed",
        cell(4, "libelle", "Pull").replace(b";Pull;", b';"Pull;'),
        4,
        "never closed",
        column="16",
    ),
    refused(
        "a quote inside a value",
        cell(4, "libelle", "Pull").replace(b";Pull;", b';Pu"l"l;'),
        4,
        "middle of a field",
        column="16",
    ),
    refused(
        "text behind a quote",
        cell(4, "libelle", "Pull").replace(b";Pull;", b';"Pull"x;'),
        4,
        "follows a closing",
        column="16",
    ),
    refused(
        "a field too few", lines(at=4, put=[_SECOND.rpartition(b";")[0]], out=1), 4, "36 fields; the header has 37"
    ),
    refused(
        "a field too many", lines(at=4, put=[_SECOND + b";"], out=1), 4, "38 fields; the header has 37", column="37"
    ),
    refused("a blank line", lines(at=4, put=[b""]), 4, "the line is blank"),
    refused("a blank last line", TILLS + b"\r\n", 21, "the line is blank"),
    refused("a comment line", lines(at=4, put=[b"# exported by hand"]), 4, "1 fields"),
    refused("the end mark of COPY", lines(at=4, put=[b"\\."]), 4, "1 fields"),
    refused(
        "a line end of its own",
        TILLS.replace(b"860,00;V07;V01;;;;;;;;N;N\r", b"860,00;V07;V01;;;;;;;;N;N"),
        4,
        "line ends are mixed",
        column="37",
    ),
    refused("a carriage return alone", lines(at=4, put=[_SECOND + b"\r" + _SECOND], out=1), 4, "line ends are mixed"),
    refused("a NUL", lines(at=4, put=[_SECOND.replace(b"CHEM-OXF", b"CHEM\0OXF")], out=1), 4, "0x00", column="11"),
    refused(
        "an escape", lines(at=4, put=[_SECOND.replace(b"CHEM-OXF", b"CHEM\x1bOXF")], out=1), 4, "0x1b", column="11"
    ),
    refused("UTF-16", text(TILLS).encode("utf-16"), 1, "UTF-16"),
    refused("UTF-16 without a mark", text(TILLS).encode("utf-16-le"), 1, "0x00"),
    refused("UTF-32", codecs.BOM_UTF32_LE + text(TILLS).encode("utf-32-le"), 1, "UTF-16"),
    refused("a byte that cp1252 lacks", TILLS.replace(b"\x9cuvr\xe9", b"\x81uvr\xe9", 1), 5, "0x81", column="16"),
    refused(
        "encoded twice",
        text(
            text(TILLS).encode().decode("cp1252", "replace").replace("\ufffd", "").encode(), encoding="utf-8"
        ).encode(),
        2,
        "encoded twice",
        column="16",
    ),
    refused(
        "one É encoded twice",
        cell(4, "libelle", "É".encode().decode("cp1252") + "t", encoding="utf-8"),
        4,
        "encoded twice",
        column="16",
    ),
    refused(
        "UTF-8 with one byte of another encoding",
        text(TILLS).encode().replace("œuvré".encode(), b"\x9cuvr\xe9", 1),
        2,
        "encoded twice",
    ),
    *(
        refused(
            f"U+{ord(mark):04X} in a text",
            cell(4, "libelle", f"Pu{mark}ll", encoding="utf-8"),
            4,
            f"U+{ord(mark):04X}",
            column="16",
        )
        for mark in "\u200b\u200d\u202e\u2066\u2060\ufeff\ufffd\u2028\u061c\u0085\U000e0041"
    ),
    refused("a value of more than 1 MB", cell(4, "libelle", "x" * 1_200_000), 4, "longer than 1 MB"),
    refused(
        "ten thousand columns",
        TILLS.replace(_HEADER, _HEADER + b"".join(b";c%d" % n for n in range(10_000))),
        1,
        "at most 2000",
    ),
    refused("a zip archive", b"PK\x03\x04\x14\0" + TILLS, 1, "is a zip archive"),
    refused("a real zip archive", zipped(TILLS), 1, "is a zip archive"),
    refused("a zip archive in a zip archive", zipped(zipped(TILLS)), 1, "is a zip archive"),
    refused("a bomb of 100 MB in a zip archive", zipped(bytes(100_000_000)), 1, "is a zip archive"),
    refused("a compressed file", gzip.compress(TILLS, mtime=0), 1, "is compressed"),
    refused("a bomb of 100 MB, compressed", gzip.compress(bytes(100_000_000), mtime=0), 1, "is compressed"),
    refused("a workbook", zipped(b"<workbook/>", name="xl/workbook.xml"), 1, "or a workbook"),
    refused("a Parquet file", b"PAR1\x15\x04\x15\x00" + TILLS, 1, "a Parquet file"),
    refused("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", 1, "is a PDF"),
    refused("JSON", b'[{"code_magasin": "001"}]\n', 1, "quote"),
    refused("a message of the server", b"ORA-01555: snapshot too old\n", 1, "is missing"),
    Case("the file twice: a header between the rows", TILLS + TILLS, "rows", 21, "date_ticket", "aaaa_aaaaaa"),
    refused("half of the file, then all of it", TILLS[: len(TILLS) // 2] + TILLS, 0, ""),
    refused("a web page", b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n", 1, "is missing"),
    refused(
        "more bad rows than the limit",
        TILLS.replace(b";79,90;20;", b";79.90;20;").replace(b";45,00;20;", b";45.00;20;"),
        2,
        "rows are bad",
        column="montant_ttc",
    ),
    refused("a column of e-mail addresses", with_column("email", ""), 1, "must not be delivered", column="email"),
    refused("the same in upper case", with_column(" EMAIL", ""), 1, "must not be delivered"),
]

PERSONAL = [
    clear("an e-mail address in a text", "libelle", f"Retouche pour {E_MAIL}", "an e-mail address"),
    clear("an e-mail address in a code", "code_client", E_MAIL, "an e-mail address"),
    clear("an e-mail address in a key", "num_ticket", E_MAIL, "an e-mail address"),
    clear("an e-mail address in an amount", "montant_ttc", E_MAIL, "an e-mail address"),
    clear("an e-mail address in a bar code", "gencod", E_MAIL, "an e-mail address"),
    clear("an e-mail address in a flag", "annule", E_MAIL, "an e-mail address"),
    clear(
        "an e-mail address with a full-width sign",
        "libelle",
        "jean.dupont＠canary-mail.fr",
        "an e-mail",
        encoding="utf-8",
    ),
    clear("an e-mail address for a URL", "libelle", "jean.dupont%40canary-mail.fr", "an e-mail address"),
    clear("an e-mail address of an international domain", "libelle", "jean@xn--canary-bcher.fr", "an e-mail address"),
    clear(
        "an e-mail address in base 64",
        "libelle",
        base64.b64encode(E_MAIL.encode()).decode(),
        "an encoded e-mail address",
    ),
    clear("a phone number in a text", "libelle", "tel 06 98 76 54 32", "a phone number"),
    clear("a phone number in a code", "code_client", "0698765432", "a phone number"),
    clear("a phone number as a loyalty card", "carte_fidelite", "06 98 76 54 32", "a phone number"),
    clear("an international phone number", "libelle", "+33698765432", "a phone number"),
    clear("a payment card in a text", "libelle", "CB 4539578763621486", "a payment card"),
    clear("a payment card with blanks", "libelle", "4539 5787 6362 1486", "a payment card"),
    clear("a payment card in a code", "code_client", "4539578763621486", "a payment card"),
    clear("a bank account in a text", "libelle", "FR76 3000 6000 0112 3456 7890 189", "a bank account"),
    clear("a bank account in a code", "code_client", "FR7630006000011234567890189", "a bank account"),
    refused(
        "an e-mail address in an unknown column", with_column("note", E_MAIL), 4, "an e-mail address", column="note"
    ),
    refused(
        "a phone number in an unknown column", with_column("note", "0698765432"), 4, "a phone number", column="note"
    ),
    refused("an e-mail address as a name", with_column(E_MAIL, ""), 1, "an e-mail address", column="38"),
    refused(
        "an e-mail address as a name, twice",
        with_column(E_MAIL, "").replace(E_MAIL.encode(), f"{E_MAIL};{E_MAIL}".encode()),
        1,
        "an e-mail address",
        column="38",
    ),
    refused(
        "an e-mail address where there is no header",
        cell(2, "libelle", E_MAIL).partition(b"\r\n")[2],
        1,
        "an e-mail address",
        column="16",
    ),
]

CASHMERE = [*HARMLESS, *BAD_CELLS, *BROKEN, *PERSONAL]


def item(name: str, column: str, value: str, shape: str) -> Case:
    return Case(name, cell(2, column, value, data=ITEMS, delimiter=",", encoding="utf-8"), "rows", 2, column, shape)


MAGENTO = [
    *(
        item(f"{value} in an amount", "row_total", value, shape)
        for value, shape in (
            ("100.00005", "999.99999"),
            ("100,50", "999,99"),
            ("1e3", "9a9"),
            ("0x10", "9a99"),
            ("1_000", "9_999"),
            ("nan", "aaa"),
            ("Infinity", "Aaaaaaaa"),
            ("1 000.00", "9 999.99"),
            (".5", ".9"),
            ("5.", "9."),
            ("$5", "$9"),
            ("5.00-", "9.99-"),
        )
    ),
    *(
        item(f"{value} as a time", "created_at", value, shape)
        for value, shape in (
            ("2026-02-30 10:00:00", "9999-99-99 99:99:99"),
            ("0026-03-29 10:00:00", "9999-99-99 99:99:99"),
            ("20261-03-29 10:00:00", "99999-99-99 99:99:99"),
            ("2026-03-29T10:00:00", "9999-99-99A99:99:99"),
            ("2026-03-29 10:00:00Z", "9999-99-99 99:99:99A"),
            ("2026-03-29 10:00:00+02", "9999-99-99 99:99:99+99"),
            ("2026-03-29", "9999-99-99"),
            ("2026-03-29 24:00:00", "9999-99-99 99:99:99"),
            ("03/04/2026 10:00:00", "99/99/9999 99:99:99"),
            ("infinity", "aaaaaaaa"),
            ("now", "aaa"),
            ("0000-00-00 00:00:00", "9999-99-99 99:99:99"),
        )
    ),
    item("a negative quantity", "qty_ordered", "-2.0000", "(empty)"),
    item("minus one as a number of an order", "order_id", "1.0", "9.9"),
    Case("all null spellings", cell(2, "base_cost", "\\N", data=ITEMS, delimiter=",", encoding="utf-8"), "loaded"),
    refused(
        "cp1252 where UTF-8 is due",
        cell(2, "name", "Café", data=ITEMS, delimiter=",", encoding="cp1252"),
        2,
        "0xe9",
        column="10",
    ),
]
