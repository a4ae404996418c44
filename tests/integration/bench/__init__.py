"""Tests of the benchmark on deliveries and platforms that are really run."""
