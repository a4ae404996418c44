"""Passwords: how they are hashed (Argon2id, the parameters of RFC 9106), checked, and which are refused.

Whether a password is asked for at all, and how often it may be wrong, is decided in ``signin`` and ``throttle``.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from goldline.errors import GoldlineError

SHORTEST, LONGEST = 12, 1024
_FEWEST_CHARACTERS = 5

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the hash under which a password is kept."""
    return _hasher.hash(_plain(password))


def is_right(password: str, hashed: str | None) -> bool:
    """Compare a password with a hash; without one, work as long and say no."""
    try:
        _hasher.verify(hashed or _nobodys(), _plain(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None and len(password) <= LONGEST


def prepare() -> None:
    """Do once what the first check would do: the first stranger must not wait longer than the second."""
    _nobodys()


def is_outdated(hashed: str) -> bool:
    """Say whether a hash was made with other parameters than are used now."""
    return _hasher.check_needs_rehash(hashed)


def check_new(password: str, *, name: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        GoldlineError: It is too short, too long, too plain, or has the account's name in it.
    """
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise _refusal(f"has {len(plain)} characters")
    if len(set(plain)) < _FEWEST_CHARACTERS:
        raise _refusal(f"has only {len(set(plain))} different characters")
    if name.casefold() in plain.casefold() or "goldline" in plain.casefold():
        raise _refusal("has the name of the account, or of this program, in it")


def _refusal(what: str) -> GoldlineError:
    remedy = f"take {SHORTEST} characters or more, for example four words that nobody would put together"
    return GoldlineError(f"the password {what}", where="password", remedy=remedy)


def _plain(password: str) -> str:
    """Write equal characters equally, on every keyboard."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")
