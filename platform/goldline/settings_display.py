"""How settings are shown to people: one line each, secrets masked.

The settings themselves are in ``settings``; the command line does the printing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

if TYPE_CHECKING:
    from goldline.settings import Settings

MASK = "**********"

# Greedy up to the last @: a password that holds an unescaped / or @ is hidden whole.
_PASSWORD = re.compile(r"(?P<user>[a-z][a-z0-9+.-]*://[^:/@\s]*):\S*@", re.IGNORECASE)
_PARAMETER = re.compile(r"(?P<name>[?&;][^=&;\s]*(?:pass|pwd|secret|token|key)[^=&;\s]*)=[^&;\s]*", re.IGNORECASE)


class ShownSetting(NamedTuple):
    """One line of ``goldline settings``."""

    variable: str
    value: str
    origin: str
    description: str


def display(settings: Settings) -> list[ShownSetting]:
    """Show every setting in the order of its definition, without any secret."""
    fields = type(settings).model_fields
    return [
        ShownSetting(f"GOLDLINE_{name.upper()}", _shown(settings, name), settings.origin(name), str(field.description))
        for name, field in fields.items()
    ]


def masked(value: Any) -> Any:
    """Hide the password, token or key inside a URL; anything but text is returned as it is."""
    if not isinstance(value, str):
        return value
    return _PARAMETER.sub(rf"\g<name>={MASK}", _PASSWORD.sub(rf"\g<user>:{MASK}@", value))


def _shown(settings: Settings, name: str) -> str:
    in_use = {"warehouse": settings.warehouse_url, "landing": settings.landing_url}
    match in_use.get(name, getattr(settings, name)):
        case None:
            return ""
        case SecretStr():
            return MASK
        case dict() as groups:
            return json.dumps(groups, ensure_ascii=False) if groups else ""
        case tuple() | frozenset() as several:
            return ",".join(several if isinstance(several, tuple) else sorted(several))
        case value:
            return str(masked(value))
