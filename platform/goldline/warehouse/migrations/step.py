"""What a migration is. The steps themselves are the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from goldline.warehouse.engine import Session


@dataclass(frozen=True)
class Migration:
    """One step.

    Attributes:
        version: The version that it leads to.
        what: What it changes, in a sentence.
        apply: Changes the layout, in SQL that every engine speaks. Returns what the earlier Goldline did not do, if
            that keeps the warehouse from being brought up to date ("did not keep ..."); empty if all is done.
    """

    version: int
    what: str
    apply: Callable[[Session], str]
