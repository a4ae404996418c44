"""Every address that the boards answer to, from the routes and the boards themselves."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from goldline.boards.catalogue import load_boards
from goldline.boards.web.pages import FORMATS

# What the test knows how to fill in; a route that is not here makes the test fail until somebody thinks of it.
KNOWN = frozenset(
    {
        "/",
        "/healthz",
        "/login",
        "/logout",
        "/oidc/login",
        "/oidc/callback",
        "/subscriptions",
        "/full/{table}.{ending}",
        "/{board}",
        "/{board}.{ending}",
        "/{board}/{tile}",
        "/{board}/{tile}.{ending}",
        "/{board}/{tile}/lines",
    }
)


def routes_of(app: Starlette) -> set[str]:
    """Return the patterns of an application's routes, without the folder of static files."""
    return {route.path for route in app.routes if isinstance(route, Route)} | {
        f"mount {route.path}" for route in app.routes if isinstance(route, Mount) and route.path != "/static"
    }


def pages() -> list[str]:
    """Return boards, tiles, and the lines behind each."""
    found = ["/", "/subscriptions", "/nothing", "/kpi/nothing"]
    for board in load_boards().values():
        found.append(f"/{board.name}")
        found += [f"/{board.name}/{tile.id}{end}" for tile in board.tiles for end in ("", "/lines")]
    return found


def files() -> list[str]:
    """Return every board (so every tile) in every format, a tile of each kind of chart likewise, and whole tables."""
    found = [f"/full/{table}.{end}" for table in ("enriched_model", "golden_customer") for end in ("csv", "parquet")]
    charts = set()
    for board in load_boards().values():
        found += [f"/{board.name}.{end}" for end in FORMATS]
        for tile in board.tiles:
            if tile.chart not in charts:
                found += [f"/{board.name}/{tile.id}.{end}" for end in FORMATS]
                charts.add(tile.chart)
    return found


def boards(query: str, *endings: str) -> list[str]:
    """Return every board with a query string."""
    return [f"/{board}{end}?{query}" for board in load_boards() for end in ("", *endings)]
