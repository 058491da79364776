"""By hand, for longer: ``python -m tests.chaos --sales 5000 --seed 1``.

That many sales on each database, or on the one that ``--database`` names. The seed of each batch is printed;
given again, it replays the batch as far as two machines agree on time.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import pytest


def main() -> int:
    """Hand the options to the long run; pytest gives it the databases."""
    parser = argparse.ArgumentParser("tests.chaos", description=__doc__)
    parser.add_argument("--sales", type=int, default=300)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--mutation", default="", help="a build that is broken on purpose")
    for name, value in vars(parser.parse_args()).items():
        os.environ[f"CHAOS_{name.upper()}"] = str(value or "")
    long_run = Path(__file__).with_name("by_hand.py")
    return int(pytest.main([str(long_run), "-n", "0", "-s", "-q", "-p", "no:cacheprovider"]))


if __name__ == "__main__":
    sys.exit(main())
