"""The typefaces of pictures and PDF, shipped with the package: Inter, and DejaVu Sans for the scripts that Inter lacks.

No system font is needed; where there are some, typst falls back on them for the rest of the world's scripts.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import typst
import vl_convert

FOLDER = Path(__file__).parent / "fonts"
FAMILIES = ("Inter", "DejaVu Sans")


@cache
def typefaces() -> typst.Fonts:
    """Return what typst may set text in, looked up once per process."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[FOLDER])


@cache
def register() -> None:
    """Make the typefaces known to vl-convert, once per process."""
    vl_convert.register_font_directory(str(FOLDER))
