"""What Guiju costs, beside what one might use instead: `python -m benchmarks` measures, checks and writes docs/performance.md."""
