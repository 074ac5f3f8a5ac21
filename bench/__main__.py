"""Run the benchmarks: `python -m bench [name ...] [--quick | --full]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bench import bulk, extract, growth, safety, schedule, submissions

ALL: dict[str, tuple[Callable[..., Any], dict[str, dict[str, int]]]] = {
    "submissions": (submissions.run, {"quick": {"each": 10, "rounds": 1}, "full": {"each": 200}}),
    "growth": (growth.run, {"quick": {"visits": 4_000, "each": 10, "rounds": 1}, "full": {"visits": 200_000}}),
    "bulk": (bulk.run, {"quick": {"lines": 3000}, "full": {"lines": 100_000}}),
    "schedule": (schedule.run, {"quick": {"participants": 200, "each": 10}, "full": {"participants": 20_000}}),
    "safety": (safety.run, {"quick": {"participants": 60}, "full": {"participants": 2_000}}),
    "extract": (extract.run, {"quick": {"visits": 1_000}, "full": {"visits": 100_000}}),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which of {', '.join(ALL)}; all if none is named")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", dest="size", const="quick", help="tiny: does it run")
    size.add_argument("--full", action="store_const", dest="size", const="full", help="the sizes of the targets")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    for name in arguments.names or ALL:
        measure, sizes = ALL[name]
        measure(**sizes.get(arguments.size, {}))


if __name__ == "__main__":
    main()
