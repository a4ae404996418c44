"""The page of settings: every variable with its default and what it does.

Where values come from, and how they are checked, is in ``goldline.settings``.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from pydantic.fields import FieldInfo

from goldline.docs.markdown import code, page, plain, table
from goldline.settings import Settings

INTRODUCTION = """
A setting is an environment variable, else a line of the file `.env` in the working directory, else a file
named like the variable (in lower case) in the folder that `GOLDLINE_SECRETS_DIR` names, else the default
below. An empty variable counts as not set. A misspelt one is refused, not ignored. `goldline settings`
shows the values in use and where each came from; secrets are masked.
"""


def settings_page() -> str:
    """Write the page."""
    rows = [
        (code(f"GOLDLINE_{name.upper()}"), _default(field), plain(field.description or ""))
        for name, field in Settings.model_fields.items()
    ]
    return page("Settings", INTRODUCTION, table(("Variable", "Default", "What it does"), rows))


def _default(field: FieldInfo) -> str:
    default: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, bool):
        return code(str(default).lower())
    if isinstance(default, time):
        return code(f"{default:%H:%M}")
    is_empty = default is None or default in ("", (), {}, frozenset())
    return "" if is_empty else code(str(default))
