"""Processes that are measured from outside, each started with `python -m benchmarks.workers.<name>`."""
