"""Benchmarks: each measures one budget of docs/benchmarks.md; run by script/bench."""
