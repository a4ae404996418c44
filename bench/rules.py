"""The contracts' rules as DuckDB SQL.

The types of a typed reading, and the check and cast of every value where each one is checked while it is read.

Reading files belongs to ``bench.csv_files``.
"""

from __future__ import annotations

import re
from typing import Any

from bench.contracts import Feed
from bench.csv_files import quoted

TYPES = {"integer": "bigint", "date": "date", "timestamp": "timestamp", "time": "time"}
YEAR, MONTH, DAY = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
PATTERNS = {
    "integer": "0|-?[1-9][0-9]{0,17}",
    "time": TIME,
    "pseudonym": "(?:[kv][0-9]{1,4}:)?[0-9a-fA-F]{64}",
    "ean": "[0-9]{8}|[0-9]{12,14}",
    "timezone": "[A-Za-z_]+(?:/[A-Za-z_+0-9-]+)*",
    "code": r"[\pL\pN](?:[\pL\pN ._/+#:*&'()-]*[\pL\pN._/+#*)-])?",
}
SPACES = "[ \u00a0\u202f]"
ALONE = "[^0-9A-Za-z]"
EMAIL = r"""[^\s@,;<>"'\x1f]{1,64}(?:@|%40|&#64;|\[at\]|\(at\))[^\s@,;<>"'\x1f]{1,190}\.[^\s@,;<>"'\x1f\d]{2,}"""
PHONE = (
    rf"(?:^|{ALONE})(?:\+[1-9](?:[ .()-]?[0-9]){{8,14}}|00(?:33|32|34|39|41|44|49|7|1)(?:[ .()-]?[0-9]){{8,11}}"
    rf"|0[1-9](?:[ .-]?[0-9]{{2}}){{4}})(?:$|{ALONE})"
)
CARD = (
    rf"(?:^|{ALONE})(?:(?:4[0-9]{{3}}|5[1-5][0-9]{{2}}|2[2-7][0-9]{{2}}|6[05][0-9]{{2}})(?:[ -]?[0-9]{{4}}){{3}}"
    rf"|3[47][0-9]{{2}}[ -]?[0-9]{{6}}[ -]?[0-9]{{5}})(?:$|{ALONE})"
)
ACCOUNT = rf"(?:^|{ALONE})[A-Z]{{2}}[0-9]{{2}}(?: ?[A-Z0-9]{{4}}){{3,7}}(?: ?[A-Z0-9]{{1,3}})?(?:$|{ALONE})"
ENCODED = r"(?:^|\x1f)[A-Za-z0-9+/]{14,}={1,2}(?:$|\x1f)"
CLEAR_DATA = f"{EMAIL}|{PHONE}|{CARD}|{ACCOUNT}|{ENCODED}"


def sql_type(column: dict[str, Any]) -> str:
    """Return the type that a column is stored with."""
    kind: str = column["type"]
    return kind if kind.startswith("decimal") else {"flag": "boolean", **TYPES}.get(kind, "varchar")


def typed_types(feed: Feed) -> dict[str, str]:
    """Return the types for a typed reading; flags stay text, because each contract spells them its own way."""
    return {n: "varchar" if c["type"] == "flag" else sql_type(c) for n, c in feed.columns.items()}


def typed_options(feed: Feed) -> str:
    """Return the dialect of a typed reading as options of ``read_csv``."""
    dates = {"dd/mm/yyyy": "%d/%m/%Y", "yyyy-mm-dd": "%Y-%m-%d"}
    return (
        f", decimal_separator={quoted(feed.dialect['decimal_mark'])}, dateformat='{dates[feed.dialect['date_format']]}'"
        f", timestampformat='%Y-%m-%d %H:%M:%S'{null_option(feed)}"
    )


def null_option(feed: Feed) -> str:
    """Return how the source spells null as an option of ``read_csv``."""
    return f", nullstr=[{', '.join(map(quoted, feed.dialect['nulls']))}]"


def typed_value(name: str, column: dict[str, Any]) -> str:
    """Return the stored value of a column that was read with its type."""
    if column["type"] == "flag":
        return f"{name} = {quoted(column['values'][0])}"
    return f"lower({name})" if column["type"] == "pseudonym" else name


def checked_value(name: str, column: dict[str, Any], feed: Feed) -> str:
    """Return the cast of a column that was read as text."""
    kind = column["type"]
    if kind.startswith("decimal") and feed.dialect["decimal_mark"] == ",":
        plain = f"replace(translate({name}, ' \u00a0\u202f', ''), ',', '.')"
        behind = f"case when suffix({name}, '-') then '-' || rtrim({plain}, '-') else {plain} end"
        return f"coalesce(try_cast(replace({name}, ',', '.') as {kind}), try_cast({behind} as {kind}))"
    if kind == "date" and feed.dialect["date_format"] == "dd/mm/yyyy":
        return f"try_cast(substr({name}, 7, 4) || '-' || substr({name}, 4, 2) || '-' || substr({name}, 1, 2) as date)"
    if kind.startswith("decimal") or kind in TYPES:
        return f"try_cast({name} as {sql_type(column)})"
    return typed_value(name, column)


def fault(name: str, column: dict[str, Any], feed: Feed) -> str:
    """Return a condition that is true where the text of a column breaks its rule."""
    right = _right(name, column, feed)
    if column.get("required"):
        return f"({name} is null or not ({right}))"
    return f"({name} is not null and not ({right}))"


def _right(name: str, column: dict[str, Any], feed: Feed) -> str:
    kind = column["type"]
    if "values" in column:
        return f"{name} in ({', '.join(map(quoted, column['values']))})"
    length = column.get("length") or {"code": 64, "text": 4000}.get(kind)
    short = f"length({name}) <= {length}" if length else ""
    pattern = column.get("pattern") or _pattern(kind, feed)
    matches = f"regexp_full_match({name}, {quoted(pattern)})" if pattern else ""
    exists = f"{checked_value(name, column, feed)} is not null" if kind in ("date", "timestamp") else ""
    return " and ".join(filter(None, (matches, short, exists))) or "true"


def _pattern(kind: str, feed: Feed) -> str:
    if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
        whole, scale = int(found[1]) - int(found[2]), int(found[2])
        if feed.dialect["decimal_mark"] == ".":
            return rf"-?[0-9]{{1,{whole}}}(?:\.[0-9]{{1,{scale}}}0*)?"
        digits = rf"(?:[0-9]{{1,{whole}}}|[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+)(?:,[0-9]{{1,{scale}}}0*)?"
        return f"-?{digits}|{digits}-"
    date = f"{DAY}/{MONTH}/{YEAR}" if feed.dialect["date_format"] == "dd/mm/yyyy" else f"{YEAR}-{MONTH}-{DAY}"
    return {"date": date, "timestamp": f"{date} {TIME}", **PATTERNS}.get(kind, "")


def clear_data(feed: Feed, header: tuple[str, ...]) -> str:
    """Return a condition that is true where a code or text looks like personal data in clear."""
    scanned = [
        name
        for name, column in feed.columns.items()
        if name in header and column["type"] in ("code", "text") and column.get("scan", True) and "values" not in column
    ]
    if not scanned:
        return "false"
    return f"regexp_matches(concat_ws(chr(31), {', '.join(scanned)}), {quoted(CLEAR_DATA)})"


def row_faults(feed: Feed) -> str:
    """Return a condition over typed rows that is true where a rule on the whole row does not hold."""
    rules = [f"not ({rule['holds']})" for rule in feed.content.get("rules", ())]
    return f"coalesce({' or '.join(rules)}, false)" if rules else "false"
