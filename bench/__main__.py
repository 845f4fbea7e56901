"""Run all measurements, or those of the modules that are named: `python -m bench [engine correlated ...]`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from .measure import HEADER

NOT_MEASURING = {"__init__", "__main__", "measure", "charts", "crowd", "otree_crowd", "serving"}


def main() -> None:
    """Print a Markdown table for each module."""
    there = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_MEASURING)
    for name in sys.argv[1:] or there:
        module = import_module(f"bench.{name}")
        print(f"\n### {name}: {str(module.__doc__).splitlines()[0]}\n\n{HEADER}", flush=True)
        for measurement in module.measurements():
            print(measurement.row(), flush=True)


if __name__ == "__main__":
    main()
