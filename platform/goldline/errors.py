"""The errors a person reads.

Every failure that Goldline foresees is one of these: it says what happened, where, and what to do. Nothing personal and
no secret is ever put into one. Programming errors stay ordinary Python exceptions and are not wrapped here.
"""

from __future__ import annotations


class GoldlineError(Exception):
    """A permanent failure: trying again without a change gives the same result.

    Args:
        what: What happened, in a sentence.
        where: The file, line, column, table or setting concerned.
        remedy: What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the three parts; the message joins those that are given."""
        self.what, self.where, self.remedy = what, where, remedy
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}\n  What to do: {remedy}" if remedy else message)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all three parts (they are keyword-only in the constructor)."""
        return _restore, (type(self), self.what, self.where, self.remedy)


class TransientError(GoldlineError):
    """A failure that may pass by itself: a network that is down, a lock that another run holds."""


class SettingsError(GoldlineError):
    """A setting has a value that cannot be used."""


class ContractError(GoldlineError):
    """A contract file is wrong."""


class DeliveryRefused(GoldlineError):
    """A delivered file breaks its contract in a way that no row-by-row treatment can mend."""


class ClearDataRefused(DeliveryRefused):
    """A delivered file holds personal data in clear: its bytes are not kept."""


class IntegrityError(GoldlineError):
    """Stored bytes, rows or sums are not what their record says."""


def _restore(kind: type[GoldlineError], what: str, where: str, remedy: str) -> GoldlineError:
    return kind(what, where=where, remedy=remedy)
