"""By hand, for longer: ``python -m tests.failover --kills 10 --seed 1``."""

import argparse
import sys
import time

from tests.failover.run import run


def say(line: str) -> None:
    """A line that is seen at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run it, and print what the desks said and what was broken."""
    parser = argparse.ArgumentParser("tests.failover", description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    result = run(given.kills, given.seed, say)
    for station, sentences in result.told.items():
        sys.stdout.write("".join(f"{station}: {each}\n" for each in sentences))
    sys.stdout.write(f"{result.paid} sales acknowledged, {result.swallowed} answers to a commit swallowed\n")
    sys.stdout.write("".join(f"BREACH {each}\n" for each in result.breaches))
    sys.stdout.write("\n".join(result.pictures))
    return 1 if result.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
