"""Where the values of settings came from, and which variables mean nothing.

It asks the sources that pydantic-settings reads. The settings and their checks are in ``settings``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SecretsSettingsSource

PREFIX = "GOLDLINE_"
SECRETS_DIR = "GOLDLINE_SECRETS_DIR"

# Read elsewhere: the secrets folder above, and the test switch of ``faultpoint``.
_NO_SETTINGS = {SECRETS_DIR, "GOLDLINE_CRASH_AT"}


def secrets_folder() -> Path | None:
    """Find the folder of secret files, if one is named.

    Raises:
        NotADirectoryError: The name leads nowhere.
    """
    name = os.environ.get(SECRETS_DIR)
    if not name:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError(f"{SECRETS_DIR}: {name} is not a folder")
    return folder


def origins(kind: type[BaseSettings], folder: Path | None, overrides: Iterable[str]) -> dict[str, str]:
    """Name the source that won, for every setting that is not at its default."""
    found: dict[str, str] = {}
    found |= dict.fromkeys(SecretsSettingsSource(kind, folder)() if folder else (), "secret file")
    found |= dict.fromkeys(DotEnvSettingsSource(kind)(), ".env")
    found |= dict.fromkeys(EnvSettingsSource(kind)(), "environment")
    return found | dict.fromkeys(overrides, "argument")


def unknown_variables(kind: type[BaseSettings]) -> list[str]:
    """List the GOLDLINE_* variables that are no setting: misspelt, one would silently stay at its default."""
    known = {PREFIX + name.upper() for name in kind.model_fields} | _NO_SETTINGS
    given = {name.upper() for name in (*EnvSettingsSource(kind).env_vars, *DotEnvSettingsSource(kind).env_vars)}
    return sorted(name for name in given - known if name.startswith(PREFIX))
