"""Roles: what their holders may see, as data. Those that come with Goldline, and those of ``<home>/roles.yaml``.

Who holds a role is in ``accounts`` and ``claims``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from goldline.errors import GoldlineError
from goldline.yaml_text import read_yaml

_BUILT_IN = Path(__file__).with_name("roles.yaml")


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    extends: str | None = None
    label: dict[str, str] = {}
    boards: list[str] | None = None
    staff_figures: bool = False
    lines: bool = False
    full_export: bool = False
    limited_to_shops: bool = False


@dataclass(frozen=True, kw_only=True)
class Role:
    """One role, with what it inherits.

    Attributes:
        name: Its name.
        names: Its name and those of the roles it extends.
        label: What people read, by language.
        boards: Names of boards; None for all that are offered to the role.
        staff_figures: May see figures by seller.
        lines: May see the lines behind a figure.
        full_export: May take whole tables.
        limited_to_shops: Sees nothing without a list of shops.
    """

    name: str
    names: frozenset[str]
    label: Mapping[str, str]
    boards: frozenset[str] | None
    staff_figures: bool
    lines: bool
    full_export: bool
    limited_to_shops: bool


def load_roles(home: Path) -> dict[str, Role]:
    """Read the built-in roles and those of a home.

    Raises:
        GoldlineError: The home's file is wrong.
    """
    written = _read(_BUILT_IN)
    own = home / "roles.yaml"
    if own.exists():
        written |= _read(own)
    return {name: _role(name, written, own) for name in written}


def known(names: Collection[str], roles: Mapping[str, Role]) -> list[Role]:
    """Return roles by name.

    Raises:
        GoldlineError: There is no role of a name.
    """
    for name in names:
        if name not in roles:
            raise GoldlineError(f"there is no role {name!r}", where="roles", remedy=f"there are: {', '.join(roles)}")
    return [roles[name] for name in names]


def _read(path: Path) -> dict[str, _Written]:
    try:
        content: Any = read_yaml(path.read_text("utf-8")) or {}
        if not isinstance(content, dict):
            raise GoldlineError("not a mapping of roles", where=str(path), remedy="write 'name:' with its rights below")
        return {str(name): _Written.model_validate(fields or {}) for name, fields in content.items()}
    except yaml.YAMLError as error:
        raise GoldlineError("not valid YAML", where=str(path), remedy=str(error).splitlines()[-1].strip()) from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        raise GoldlineError(f"{at}: {first['msg']}", where=str(path), remedy="see docs/people-and-roles.md") from None


def _role(name: str, written: Mapping[str, _Written], path: Path, above: tuple[str, ...] = ()) -> Role:
    fields = written[name]
    if not fields.extends:
        return _made(name, fields.model_dump(exclude={"extends"}), frozenset())
    if fields.extends not in written or fields.extends in (name, *above):
        raise GoldlineError(
            f"the role {name!r} extends {fields.extends!r}, which is no other role",
            where=str(path),
            remedy=f"name one of {', '.join(sorted(set(written) - {name}))}",
        )
    parent = _role(fields.extends, written, path, (*above, name))
    given = fields.model_dump(exclude={"extends"}, include=fields.model_fields_set)
    inherited = {key: getattr(parent, key) for key in _Written.model_fields if key != "extends"}
    return _made(name, inherited | given, parent.names)


def _made(name: str, fields: dict[str, Any], above: frozenset[str]) -> Role:
    boards = fields.pop("boards")
    return Role(name=name, names=above | {name}, boards=None if boards is None else frozenset(boards), **fields)
