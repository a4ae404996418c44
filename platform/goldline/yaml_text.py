"""Reading YAML, by the C library: a run reads some eighty files, which takes PyYAML's own reader seconds.

What a file may hold, and what is said of a wrong one, is its reader's business.
"""

from __future__ import annotations

from typing import Any

import yaml


def read_yaml(text: str | bytes) -> Any:
    """Return what a text holds: plain values, lists and dictionaries.

    Raises:
        yaml.YAMLError: It is no YAML, or asks for anything else.
    """
    return yaml.load(text, Loader=yaml.CSafeLoader)
