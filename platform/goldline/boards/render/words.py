"""What the renderers say, by name and language: the sentences are in ``words.yaml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from goldline.yaml_text import read_yaml

FALLBACK = "en"


def say(name: str, language: str, **values: object) -> str:
    """Return a sentence, with values filled in; English where a language lacks it."""
    texts = _texts()[name]
    return texts.get(language, texts[FALLBACK]).format(**values)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return found
