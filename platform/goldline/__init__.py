"""Goldline: the library behind the graph. No module here but ``definitions`` and ``graph`` knows Dagster."""
