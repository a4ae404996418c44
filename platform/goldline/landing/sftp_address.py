"""Where an SFTP landing zone is and how to log in there.

Belongs here: reading the URL. Connecting is ``sftp``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from goldline.errors import SettingsError
from goldline.landing.store import SETTING


@dataclass(frozen=True)
class SftpAddress:
    """Where the server is and how to log in; the password never shows."""

    host: str
    port: int
    path: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    known_hosts: str | None = None
    key: str | None = None
    timeout: float = 30.0

    @classmethod
    def parse(cls, url: str) -> SftpAddress:
        """Read ``sftp://user:password@host:port/path?known_hosts=/file&key=/file&timeout=30``."""
        try:
            parts = urlsplit(url)
            options = _options(parts)
            port, timeout = parts.port or 22, float(options.get("timeout", "30"))
        except ValueError:
            raise _wrong("the port or an option is not valid") from None
        if not parts.hostname or timeout <= 0:
            raise _wrong("the host is missing, or the timeout is not positive")
        for name in ("known_hosts", "key"):
            if name in options and not Path(options[name]).is_file():
                raise _wrong(f"the {name} file {options[name]} does not exist")
        return cls(
            host=parts.hostname,
            port=port,
            path=unquote(parts.path).rstrip("/"),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            known_hosts=options.get("known_hosts"),
            key=options.get("key"),
            timeout=timeout,
        )

    def connection_options(self) -> dict[str, Any]:
        """Return what sshfs passes on to ``asyncssh.connect``; the host key is always verified."""
        options: dict[str, Any] = {
            "port": self.port,
            "known_hosts": self.known_hosts or (),
            "connect_timeout": self.timeout,
            "login_timeout": self.timeout,
            "keepalive_interval": 15,
            "keepalive_count_max": 3,
            "timeout": 2 * self.timeout,
            "sftp_client_kwargs": {"path_errors": "surrogateescape"},
        }
        if self.user:
            options["username"] = self.user
        if self.password:
            options |= {"password": self.password, "client_keys": None, "agent_path": None}
        if self.key:
            options["client_keys"] = [self.key]
        return options


def _options(parts: SplitResult) -> dict[str, str]:
    options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    unknown = set(options) - {"known_hosts", "key", "timeout"}
    if unknown:
        raise ValueError(unknown)
    return options


def _wrong(what: str) -> SettingsError:
    return SettingsError(
        what,
        where=SETTING,
        remedy="write sftp://user:password@host:port/path?known_hosts=/file, special characters as %40",
    )
