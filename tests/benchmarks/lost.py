"""Scans that arrive back to back in one write: how many are handled, and in which order."""

import os
import re

from tests.benchmarks.programs import open_desk, scratch
from tests.benchmarks.table import Row, Sizes, must_be
from tests.ui.conftest import Till


def measure(sizes: Sizes) -> list[Row]:
    codes = [f"CODE{number:04}" for number in range(sizes.scans)]
    sent = "".join(f"{code}\r" for code in codes).encode()
    with scratch() as folder:
        with Till(folder) as till:
            till.wait_for("Scan something")
            os.write(till.master, sent)
            till.wait_until(lambda: len(till.told) >= len(codes), "every scan")
            till.settle()
            handled = [line.removeprefix("home scanned ") for line in till.told]
        with open_desk(folder / "home") as desk:
            os.write(desk.master, sent)
            desk.wait_for("scans came at once")
            desk.settle(1)
            listed = re.search(r"([0-9]+) scans came at once", desk.text)
    in_order = sum(mine == theirs for mine, theirs in zip(handled, codes, strict=False))
    return [
        must_be(f"{sizes.scans} scans in one write: handled", len(handled), sizes.scans),
        must_be("... in their place", in_order, sizes.scans),
        must_be("... looked up by the whole desk", int(listed[1]) if listed else 0, sizes.scans),
    ]
