"""Benchmarks: each prints a ratio of two things that were measured in the same run, on this machine."""
