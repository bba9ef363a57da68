"""One file per figure of docs/performance.md: the project and its rivals measured in the same run.

`python -m benchmarks --list` names the figures; README.md says how rivals are installed. Must not know: the tests.
"""
