"""Starting the command line: ``goldline``, or ``python -m goldline``."""

from __future__ import annotations

import warnings

from goldline.garbage import search_seldom


def main() -> None:
    """Run the command line."""
    search_seldom()
    warnings.filterwarnings("ignore")
    from goldline.cli import app

    app()


if __name__ == "__main__":
    main()
