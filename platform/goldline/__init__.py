"""Goldline: the library behind the graph. No module here but ``definitions`` and ``graph`` knows Dagster."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())  # who wants the log configures one: goldline.logs
