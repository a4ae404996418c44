"""Checks on tables: suites kept as data beside each table, and the run that turns them into results."""
