"""Measures and prints the table; see the package."""

import argparse
import sys
from dataclasses import replace

from tests.benchmarks import imports, lookup, lost, memory, rivals, sale, search, start, statements, wire
from tests.benchmarks.table import QUICK, Sizes, lines

PARTS = {
    "start": start.measure,
    "lookup": lookup.measure,
    "search": search.measure,
    "imports": imports.measure,
    "statements": statements.measure,
    "scans": lost.measure,
    "bytes": wire.measure,
    "rivals": rivals.measure,
    "sale": sale.measure,
    "memory": memory.measure,
    "growth": memory.measure_growth,
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all without")
    parser.add_argument("--quick", action="store_true", help="everything in miniature")
    parser.add_argument("--million", action="store_true", help="look up among 1,000,000 attendees too")
    parser.add_argument("--runs", type=int, metavar="N", help="starts of each program")
    parser.add_argument("--sales", type=int, metavar="N", help="sales while memory may grow")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - PARTS.keys())
    if unknown:
        parser.error(f"there is no part {unknown[0]}")
    sizes = QUICK if options.quick else Sizes()
    chosen = {name: value for name in ("runs", "sales") if (value := getattr(options, name))}
    if options.million:
        chosen["attendees"] = (*sizes.attendees, 1_000_000)
    for name in options.parts or PARTS:
        for line in lines(PARTS[name](replace(sizes, **chosen))):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
