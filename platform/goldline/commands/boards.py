"""Serving the boards."""

from __future__ import annotations

from typing import Annotated

import typer

from goldline.commands.terminal import command, open_home, out


@command
def boards(
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs a login.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8050,
) -> None:
    """Serve the boards: every figure of the published version, for a browser. Ctrl-C stops it."""
    import uvicorn

    from goldline.boards.web.app import create_app
    from goldline.boards.web.warm import warm_aside
    from goldline.metrics.store import open_store
    from goldline.people import People
    from goldline.publish.folder import PublishedFolder
    from goldline.reports.subscriptions import Subscriptions

    settings = open_home().settings
    people = People.from_settings(settings, host=host)
    store = open_store(settings) if PublishedFolder(settings.published_dir).pointer() else None
    if store is not None:
        warm_aside(store, settings.currency)
    app = create_app(store, people, settings, subscriptions=Subscriptions(settings.home))
    out.print(f"The boards are on http://{host}:{port} (Ctrl-C stops them)")
    proxies = list(settings.trusted_proxies)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
    )
