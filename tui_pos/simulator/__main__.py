"""``python -m tui_pos.simulator``: serve until stopped."""

import argparse
import sys
from pathlib import Path

from tui_pos.core import files
from tui_pos.simulator.engine.store import StateFileError
from tui_pos.simulator.server.server import serve


def main() -> int:
    """Read the arguments and serve; 2 when it cannot."""
    parser = argparse.ArgumentParser("tui_pos.simulator", description="Stripe's API on loopback")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, help="file that keeps the state when the simulator ends")
    parser.add_argument("--tap-after", type=float, help="present a good card by itself after so many seconds")
    parser.add_argument("--port-file", type=Path, help="write the port here once requests are answered")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input is closed")
    given = parser.parse_args()

    files.keep_to_myself()

    def announce(url: str) -> None:
        if given.port_file is not None:
            files.make_file(given.port_file)
            given.port_file.write_text(url.rpartition(":")[2] + "\n")
        sys.stdout.write(f"listening on {url}\n")
        sys.stdout.flush()

    try:
        serve(given.port, given.state, given.tap_after, announce, until_stdin_closes=given.until_stdin_closes)
    except StateFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"The simulator cannot listen on 127.0.0.1:{given.port}: {error}.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
