"""Slowing down whoever guesses passwords: counted in the database, so for all processes and across restarts.

Three counts of failures within a day: of the account from one network address, of the account from anywhere, of the
address. Each has some failures free; every further one doubles the wait. Names and addresses are kept as keyed hashes.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from goldline.people.database import Database

_DAY = 86_400.0


@dataclass(frozen=True)
class _Limit:
    what: str
    free: int  # failures that cost nothing
    first: float  # seconds to wait after the next one
    most: float  # seconds to wait at most

    def wait(self, failures: int) -> float:
        if failures < self.free:
            return 0.0
        return min(self.first * 2.0 ** min(failures - self.free, 32), self.most)


_PAIR = _Limit("pair", free=5, first=2.0, most=900.0)
_ACCOUNT = _Limit("account", free=30, first=1.0, most=60.0)  # short: strangers must not lock somebody out for long
_ADDRESS = _Limit("address", free=60, first=1.0, most=300.0)  # many people may share an address


class Throttle:
    """Counts failed logins.

    Args:
        database: Where they are counted.
        key: Key of the hashes.
        now: The clock, in seconds.
    """

    def __init__(self, database: Database, *, key: bytes, now: Callable[[], float]) -> None:
        self._database, self._key, self._now = database, key, now

    def take(self, name: str, address: str) -> float:
        """Count an attempt as failed before it is looked at, so that many at once are counted, too.

        Returns:
            0 when it may be looked at, else the seconds to wait; an attempt that has to wait is not counted.
        """
        now = self._now()
        with self._database.writing() as connection:
            connection.execute("delete from failure where at < ? or at > ?", (now - _DAY, now + _DAY))
            longest = 0.0
            for limit, key in self._keys(name, address):
                failures, last = connection.execute(
                    "select count(*), max(at) from failure where key = ?", (key,)
                ).fetchone()
                if failures:
                    longest = max(longest, last + limit.wait(failures) - now)
            if longest <= 0:
                rows = [(key, now) for _, key in self._keys(name, address)]
                connection.executemany("insert into failure values (?, ?)", rows)
        return max(longest, 0.0)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of an account from this address, and the attempt itself."""
        (_, pair), *others = self._keys(name, address)
        with self._database.writing() as connection:
            connection.execute("delete from failure where key = ?", (pair,))
            for _, key in others:
                connection.execute(
                    "delete from failure where rowid = (select max(rowid) from failure where key = ?)", (key,)
                )

    def forget(self) -> None:
        """Forget every failure."""
        with self._database.writing() as connection:
            connection.execute("delete from failure")

    def _keys(self, name: str, address: str) -> list[tuple[_Limit, str]]:
        network = _network(address)
        return [
            (_PAIR, self._hashed(_PAIR.what, name, network)),
            (_ACCOUNT, self._hashed(_ACCOUNT.what, name)),
            (_ADDRESS, self._hashed(_ADDRESS.what, network)),
        ]

    def _hashed(self, *parts: str) -> str:
        text = "\0".join(("goldline.throttle", *parts))
        return hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256").hex()


def _network(address: str) -> str:
    """Return what one party owns: an IPv4 address, or the whole /64 of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found) if found.version == 4 else str(ip_network(f"{found}/64", strict=False))
