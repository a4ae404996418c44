"""The Dagster side: assets made from contracts and table files, their checks, jobs and runs.

Only this package, ``definitions`` and the command line know Dagster. What a step *does* is in ``goldline.flow`` and
``goldline.deliver``; here it is wrapped, ordered and shown.
"""
