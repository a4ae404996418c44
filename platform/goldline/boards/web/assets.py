"""Static files: their addresses with a fingerprint, so that browsers keep them for good, and the colours as CSS."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from goldline.boards.palette import PALETTES, Palette

FOLDER = Path(__file__).parent.parent / "static"
PALETTE = "palette.css"
_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=300"


@cache
def asset(name: str) -> str:
    """Return the address of a static file, which changes with what is in it."""
    content = palette_css().encode() if name == PALETTE else (FOLDER / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


class Static(StaticFiles):
    """The static files; one whose address has a fingerprint never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        if path == PALETTE:
            response = Response(palette_css(), media_type="text/css")
        else:
            response = await super().get_response(path, scope)
        query = Request(scope).query_params
        response.headers["Cache-Control"] = _FOR_GOOD if "v" in query else _FOR_NOW
        return response


@cache
def palette_css() -> str:
    """Return the colours as custom properties: light, dark by the device's wish or the reader's, and print."""
    light, dark, paper = (_properties(PALETTES[theme]) for theme in ("light", "dark", "print"))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
        f"@media print{{:root,:root[data-theme]{{color-scheme:light;{paper}}}}}\n"
    )


def _properties(palette: Palette) -> str:
    single = ("ground", "surface", "ink", "quiet", "rule", "grid", "accent", "previous", "good", "bad")
    found = {name: getattr(palette, name) for name in single}
    found |= {f"series-{number}": colour for number, colour in enumerate(palette.series, 1)}
    found |= {f"ramp-{number}": colour for number, colour in enumerate(palette.ramp, 1)}
    return "".join(f"--{name}:{colour};" for name, colour in found.items())
