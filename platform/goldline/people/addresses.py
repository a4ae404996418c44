"""Addresses: which host names are ours, which network addresses are this machine, and where a login may lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

_LONGEST = 2000
_NOWHERE = ("/login", "/logout", "/oidc/")


def is_this_machine(host: str | None) -> bool:
    """Say whether a host name or network address is the loopback."""
    if host is None:
        return False
    if host.casefold() == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def host_of(header: str) -> str | None:
    """Return the name in a Host header without its port; None when it is none."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return parts.hostname


@dataclass(frozen=True)
class TrustedHosts:
    """The names under which the boards answer.

    Args:
        names: Host names; those of this machine are always trusted.
    """

    names: frozenset[str]

    @classmethod
    def named(cls, url: str, others: Iterable[str]) -> TrustedHosts:
        """Trust the host of the public address, and others."""
        names = {urlsplit(url).hostname or "", *(name.casefold() for name in others)}
        return cls(frozenset(names - {""}))

    def trusts(self, headers: list[str], *, only_this_machine: bool) -> bool:
        """Say whether a request's Host header (exactly one) is one of ours.

        Args:
            headers: The Host headers of the request.
            only_this_machine: Other names are none of ours: a page elsewhere may have its name lead to this machine.
        """
        host = host_of(headers[0]) if len(headers) == 1 else None
        return host is not None and (is_this_machine(host) or (not only_this_machine and host in self.names))


def safe_next(path: str | None) -> str:
    """Return where to go after the login: a page of ours, else the first one."""
    if path is None or len(path) > _LONGEST or not path.startswith("/") or path.startswith(_NOWHERE):
        return "/"
    if (
        path.startswith("//")
        or "\\" in path
        or any(ord(character) < 0x21 or ord(character) == 0x7F for character in path)
    ):
        return "/"
    return quote(path, safe="/?&=%:,+-._~!*'();@$[]")
