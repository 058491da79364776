"""A process that sells one product as fast as it can: ``python -m tests.desk.rival URL STATION SLUG``.

It says "ready", waits for a line, sells one piece after the other until it is refused, and then says how
many it sold and why no more.
"""

import sys

from tests.desk.conftest import make_desk
from tui_pos.data import connection
from tui_pos.desk import checkout
from tui_pos.desk.errors import Refused


def main(url: str, station: str, slug: str) -> None:
    connection.open_database(url)
    desk = make_desk("demo", "trainee", station)
    say("ready")
    sys.stdin.readline()
    sold = 0
    try:
        while True:
            checkout.sell(desk, [("t-shirt", 1), (slug, 1)], name=station)
            sold += 1
    except Refused as refusal:
        say(f"{sold} {refusal.code} {refusal.message}")
    connection.close_database()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
