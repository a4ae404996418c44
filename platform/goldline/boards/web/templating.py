"""The templates: Jinja2 with everything escaped, and the few words that they may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from goldline.arrivals.looks import LOOKS
from goldline.boards.model import Language
from goldline.boards.web.assets import asset
from goldline.boards.web.shown import (
    as_json,
    chart_data,
    common_notes,
    crossed,
    export_address,
    page_address,
    table_columns,
    used_statuses,
)
from goldline.boards.web.vendor import integrities
from goldline.boards.words import word

_FOLDER = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Return the environment; made once per process."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["as_json"] = as_json
    made.globals |= {
        "asset": asset,
        "integrity": integrities(),
        "export_address": export_address,
        "page_address": page_address,
        "chart_data": chart_data,
        "arrival_marks": {name: look.mark for name, look in LOOKS.items() if name != "received"},
        "arrival_order": list(LOOKS),
        "used_statuses": used_statuses,
        "table_columns": table_columns,
        "crossed": crossed,
        "common_notes": common_notes,
    }
    return made


def render(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return a page."""
    return environment().get_template(template).render(t=partial(_word, language), language=language, **values)


def _word(language: Language, key: str, **values: object) -> str:
    return word(key, language, **values)
