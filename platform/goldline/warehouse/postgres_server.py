"""Whether a PostgreSQL database fits, and what each of its connections and the database itself are set up with."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg2.extensions

from goldline.errors import GoldlineError

FUNCTIONS = Path(__file__).with_name("postgres.sql")
OLDEST = 170000
_BYTEWISE = frozenset({"C", "POSIX", "C.UTF-8", "C.UTF8", "PG_UNICODE_FAST"})
_SETUP = """
set time zone 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set extra_float_digits = 1;
set standard_conforming_strings = on;
set search_path = goldline, pg_catalog, public;
set jit = off;
set work_mem = '64MB';
set lock_timeout = '60s';
set default_transaction_isolation = 'repeatable read'
"""


def prepare_session(driver: Any, _record: object) -> None:
    """Set up a new connection: what SQL means must not depend on the server's configuration."""
    _whole_numbers(driver)
    with driver.cursor() as cursor:
        cursor.execute(_SETUP)
    driver.commit()


def require_fit(cursor: Any, where: str) -> None:
    """See that text is sorted as on DuckDB, by its bytes.

    Raises:
        GoldlineError: The server is too old, or the database sorts by a language.
    """
    cursor.execute(
        "select current_setting('server_version_num')::int, pg_encoding_to_char(encoding), datname,"
        " coalesce(datlocale, datcollate), datlocprovider::text from pg_database where datname = current_database()"
    )
    version, encoding, name, collation, provider = cursor.fetchone()
    if version < OLDEST:
        raise GoldlineError(
            f"the server is PostgreSQL {version // 10000}", where=where, remedy="use PostgreSQL 17 or newer"
        )
    if encoding != "UTF8" or provider == "i" or collation not in _BYTEWISE:
        raise GoldlineError(
            f"the database sorts text by {collation} in {encoding}; Goldline needs it sorted by bytes, as on DuckDB",
            where=where,
            remedy=f"create another one: create database {name}_c template template0 encoding 'UTF8'"
            " lc_collate 'C' lc_ctype 'C'",
        )


def prepare_database(connection: Any) -> None:
    """Bring Goldline's functions up to date, in one transaction; does nothing where they are."""
    text = FUNCTIONS.read_text("utf-8")
    digest = sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("select obj_description(to_regnamespace('goldline'), 'pg_namespace')")
        if cursor.fetchone()[0] != digest:
            cursor.execute(
                f"begin; create schema if not exists goldline; {text}; comment on schema goldline is '{digest}'; commit"
            )


def _whole_numbers(driver: Any) -> None:
    """Read a numeric without decimals as an integer, which is what DuckDB gives for the sum of integers."""

    def read(text: str | bytes | None, cursor: Any) -> Any:
        is_whole = isinstance(text, str) and text.lstrip("-").isdigit()
        return int(text) if text is not None and is_whole else psycopg2.extensions.DECIMAL(text, cursor)

    kind = psycopg2.extensions.new_type((1700,), "WHOLE_OR_DECIMAL", read)
    psycopg2.extensions.register_type(kind, driver)
