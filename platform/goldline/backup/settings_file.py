"""The settings as a file that Goldline can read again: what differs from the defaults, secrets only when asked for.

The settings are part of what identifies customers (``GOLDLINE_PLACEHOLDER_HASHES``), so no backup goes without them.
"""

from __future__ import annotations

from pydantic import SecretStr

from goldline.settings import Settings
from goldline.settings_display import MASK, display

NAME = "settings.env"
_LEFT_OUT = {"GOLDLINE_HOME"}
_HEADING = "# Settings of the installation that was backed up. Copy what still holds into your .env file.\n"


def settings_file(settings: Settings, *, with_secrets: bool) -> bytes:
    """Write the settings that are not at their defaults, one per line."""
    lines = []
    for shown in display(settings):
        if shown.variable in _LEFT_OUT or _is_default(settings, shown.variable):
            continue
        value = _plain(settings, shown.variable) if with_secrets and MASK in shown.value else shown.value
        if MASK in value:
            lines.append(f"# {shown.variable} holds a secret and is not in this backup\n")
        else:
            lines.append(f"{shown.variable}={_quoted(value)}\n")
    return (_HEADING + "".join(lines)).encode()


def _is_default(settings: Settings, variable: str) -> bool:
    name = variable.removeprefix("GOLDLINE_").lower()
    return bool(getattr(settings, name) == type(settings).model_fields[name].get_default(call_default_factory=True))


def _plain(settings: Settings, variable: str) -> str:
    value = getattr(settings, variable.removeprefix("GOLDLINE_").lower())
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _quoted(value: str) -> str:
    if value.replace("_", "").replace("-", "").replace(".", "").isalnum():
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
