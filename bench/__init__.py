"""The benchmark: what Goldline costs beside a bare DuckDB script and other tools that do the same job.

Everything here works on delivery folders in the contracts' formats. Nothing here is part of the installed package,
and nothing of Goldline imports it.
"""
