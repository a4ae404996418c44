"""What PostgreSQL's errors mean for a run: what may pass by itself, and what a person must do.

A message of the server can quote values of rows, so only its kind is kept, unless it speaks of the statement itself.
"""

from __future__ import annotations

import psycopg2
from psycopg2 import errors

from goldline.errors import GoldlineError, TransientError

# Class or code of SQLSTATE.
_TRANSIENT = ("08", "40001", "40P01", "53", "55P03", "57", "58")
_ABOUT_THE_STATEMENT = ("42", "0A", "3F")


class DatabaseError(GoldlineError):
    """PostgreSQL refused a statement."""


def translated(error: psycopg2.Error, *, where: str = "") -> GoldlineError:
    """Say what a driver's error means, without a value of a row.

    Args:
        error: The driver's error.
        where: The server, without a password.
    """
    code = error.pgcode or ""
    if not code and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return TransientError(
            "the connection to the warehouse was lost",
            where=where,
            remedy="see whether the server is up and reachable, then run again",
        )
    if code.startswith(_TRANSIENT):
        return TransientError(
            f"the warehouse could not go on now ({type(error).__name__})",
            where=where,
            remedy="run again; if it stays, see the server's log",
        )
    if isinstance(error, errors.InFailedSqlTransaction):
        return DatabaseError("an earlier statement of the same transaction raised", where=where)
    if isinstance(error, errors.InsufficientPrivilege):
        return DatabaseError(
            f"the server denies it: {_first_line(error)}",
            where=where,
            remedy="use the role that is meant for this (see 'goldline database roles')",
        )
    if code.startswith(_ABOUT_THE_STATEMENT):
        return DatabaseError(_first_line(error), where=where)
    what = f"the database raised {type(error).__name__}"
    concerned = ".".join(filter(None, (error.diag.schema_name, error.diag.table_name, error.diag.column_name)))
    return DatabaseError(what, where=concerned or where)


def lost_while_committing(where: str) -> TransientError:
    """Say that the outcome of a commit is not known."""
    return TransientError(
        "the connection was lost while the transaction was being committed: it may be there or not",
        where=where,
        remedy="run again: the register of loaded files tells what is there, and nothing is loaded twice",
    )


def _first_line(error: psycopg2.Error) -> str:
    return (error.diag.message_primary or str(error)).partition("\n")[0]
