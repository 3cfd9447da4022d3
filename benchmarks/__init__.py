"""The speed of Guiju compared with alternatives. `python -m benchmarks` checks, measures and writes docs/performance.md."""
