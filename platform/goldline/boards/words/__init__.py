"""The sentences and words of the boards, in English and French: ``en.yaml`` and ``fr.yaml``, which have the same keys.

Labels and definitions of metrics and dimensions are not here but with the metrics, titles with their boards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from goldline.boards.model import Language
from goldline.yaml_text import read_yaml


def word(key: str, language: Language, **values: object) -> str:
    """Return a sentence, with values put in.

    Args:
        key: Its dotted key, such as ``state.empty``.
        language: ``en`` or ``fr``.
        **values: What stands in braces.
    """
    return vocabulary(language)[key].format(**values)


def word_or(key: str, language: Language, default: str) -> str:
    """Return a word, or the default where there is none."""
    return vocabulary(language).get(key, default)


@cache
def vocabulary(language: Language) -> Mapping[str, str]:
    """Return every word of a language by its dotted key."""
    text = (files("goldline.boards.words") / f"{language}.yaml").read_text(encoding="utf-8")
    return dict(_flat(read_yaml(text), ""))


def _flat(words: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
