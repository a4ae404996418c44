"""The colours, once, for page, chart, PDF and workbook alike.

Series colours follow Okabe and Ito's rule (told apart with every common colour blindness); in grey print lines differ
in dash and shape, too. Text reaches 4.5:1 and lines 3:1 on their ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark", "print"]


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    ground: str
    surface: str
    ink: str
    quiet: str
    rule: str
    grid: str
    accent: str
    previous: str
    good: str
    bad: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    ramp_ink: tuple[str, str]


_LIGHT = Palette(
    ground="#f4f3ef",
    surface="#ffffff",
    ink="#1d2429",
    quiet="#5b656d",
    rule="#dddbd3",
    grid="#e8e6df",
    accent="#0f5c73",
    previous="#8b959c",
    good="#1a6b47",
    bad="#a8361f",
    series=("#0f5c73", "#d17a00", "#7a4f9a", "#2f8f6b", "#b8416a", "#6b7a1f", "#4a78c2", "#7d6a58"),
    ramp=("#eef4f5", "#c6dde2", "#8fbcc7", "#4f94a6", "#0f5c73", "#083c4c"),
    ramp_ink=("#1d2429", "#ffffff"),
)
_DARK = Palette(
    ground="#14181b",
    surface="#1c2125",
    ink="#e7eaeb",
    quiet="#a3adb3",
    rule="#343c42",
    grid="#2b3238",
    accent="#5fb6cb",
    previous="#86919a",
    good="#6cc79b",
    bad="#f08d74",
    series=("#5fb6cb", "#f0a73c", "#bd93dd", "#63c29b", "#ef86a9", "#b8c657", "#8fb2ee", "#bfa98f"),
    ramp=("#20292e", "#23414b", "#2a5f6e", "#3a8397", "#63b3c6", "#a9dbe6"),
    ramp_ink=("#0f1518", "#e7eaeb"),
)
_PRINT = Palette(
    ground="#ffffff",
    surface="#ffffff",
    ink="#14191d",
    quiet="#4c565d",
    rule="#c9c7c0",
    grid="#e4e2dc",
    accent=_LIGHT.accent,
    previous="#7b858c",
    good=_LIGHT.good,
    bad=_LIGHT.bad,
    series=_LIGHT.series,
    ramp=_LIGHT.ramp,
    ramp_ink=_LIGHT.ramp_ink,
)
PALETTES: dict[Theme, Palette] = {"light": _LIGHT, "dark": _DARK, "print": _PRINT}
