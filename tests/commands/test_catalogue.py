"""The catalogue as a file, from the command line."""

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from tests.commands.till import Till
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import TicketType, Voucher, VoucherTicketType
from tui_pos.desk.catalogue.catalogue_file import LARGEST

FILE = """
[conference]
name = "Demo Conference"
[[conference.sections]]
name = "Talks"
start = 2027-05-01
end = 2027-05-03
[[conference.tickets]]
name = "Regular"
price = 359
quantity = 250
available = { closes = 2030-05-01 }
[[conference.addons]]
name = "Socks"
price = 9.50
sizes = ["S", "M"]
[[conference.addons]]
name = "Lunch"
price = 15
quantity = 150
active = false
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "conference.toml"
    made.write_text(FILE)
    return made


def test_a_dry_run_says_what_would_be_done_and_apply_does_it(till: Till, file: Path) -> None:
    before = till.world()
    dry = till.run("import", "catalogue", str(file), staff="lead")
    assert dry.status == 0, dry
    first, *rest = dry.out.splitlines()
    assert first.split(maxsplit=3) == [
        "changed", "ticket", "regular", "price 349.00 -> 359.00; sale closes none -> 2030-05-01 23:59"
    ]  # fmt: skip
    assert [line.split(maxsplit=3) for line in rest[:3]] == [
        ["added", "add-on", "socks-s", "Socks S"],
        ["added", "add-on", "socks-m", "Socks M"],
        ["hidden", "add-on", "lunch", "on sale yes -> no"],
    ]
    assert rest[3] == "As in the file already: 1 conference."
    assert rest[4].startswith("Not in the file, and left as they are: ticket corporate, ticket day-pass,")
    assert rest[5:] == [
        "Note: conference.sections: 1 left out, the desk has no table for that.",
        "To do: 1 changed, 2 added, 1 hidden. Nothing was written; --apply does it.",
    ]
    assert till.world() == before
    wet = till.run("import", "catalogue", str(file), "--apply", staff="lead")
    assert wet.out.splitlines()[-1] == "Done: 1 changed, 2 added, 1 hidden."
    prices = {each["slug"]: each["price"] for each in till.done("inventory")["ticket_types"]}
    assert prices["regular"] == "359.00"
    again = till.run("import", "catalogue", str(file), "--apply", staff="lead")
    assert again.out.splitlines()[-1] == "Nothing changes."


def test_the_answers_as_json(till: Till, file: Path, tmp_path: Path) -> None:
    answer = till.done("import", "catalogue", str(file), "--apply", staff="lead")
    assert answer["applied"]
    assert answer["changes"][0] == {
        "outcome": "changed",
        "kind": "ticket",
        "key": "regular",
        "name": "Regular",
        "differences": [
            {"field": "price", "before": "349.00", "after": "359.00"},
            {"field": "available_until", "before": None, "after": "2030-05-01T21:59:59+00:00"},
        ],
    }
    assert {"kind": "ticket", "key": "corporate", "name": "Corporate"} in answer["absent"]
    text = till.done("export", "catalogue", staff="lead")["text"]
    out = tmp_path / "out.toml"
    assert till.done("export", "catalogue", "--output", str(out), staff="lead") == {
        "file": str(out),
        "text": None,
        "notes": [],
    }
    assert out.read_text("utf-8") == text
    assert till.run("export", "catalogue", staff="lead").out == text
    assert till.done("import", "catalogue", str(out), staff="lead")["changes"] == []


def test_what_is_left_out_stands_at_the_head_of_the_file(till: Till, tmp_path: Path) -> None:
    day = date(2027, 1, 1)
    with connected():
        other = Conference.create(slug="other", name="Other", start_date=day, end_date=day).id
        far = TicketType.create(conference=other, name="Far", slug="far", price=5).id
        for number in range(40):
            voucher = Voucher.create(conference=Voucher.get().conference_id, code=f"FAR-{number}")
            VoucherTicketType.create(voucher=voucher.id, tickettype=far)
    said = (
        "Note: voucher FAR-0 is left out: it is limited to what no name here means alone, such as a ticket of"
    )
    text = till.run("export", "catalogue", staff="lead").out
    assert text.startswith(f"# {said} another conference.\n")
    out = tmp_path / "out.toml"
    told = till.run("export", "catalogue", "--output", str(out), staff="lead").out
    assert told.startswith(said)
    assert out.read_text("utf-8") == text
    absent = till.run("import", "catalogue", str(out), staff="lead").out
    assert "Not in the file, and left as they are: voucher FAR-0, voucher FAR-1," in absent
    assert "voucher FAR-29, and 10 more." in absent
    assert absent.endswith("Nothing changes.\n")


def test_what_cannot_be_brought_in_is_one_sentence(till: Till, file: Path, tmp_path: Path) -> None:
    before = till.world()

    def refused(text: bytes | None) -> tuple[int, str]:
        if text is not None:
            file.write_bytes(text)
        return till.refused("import", "catalogue", str(file), "--apply", staff="lead")

    for text in (
        b"",
        b"\x89PNG\r\n\x1a\n\xff",
        b"#" * (LARGEST + 1),
        FILE.replace("price", "prise").encode(),
    ):
        assert refused(text) == (2, "bad_catalogue")
    file.write_text(FILE)
    assert till.refused("import", "catalogue", str(file), "--apply") == (6, "not_permitted")
    assert till.refused("export", "catalogue") == (6, "not_permitted")
    assert till.refused("import", "catalogue", str(tmp_path), staff="lead") == (2, "bad_config")
    assert till.refused("import", "catalogue", str(tmp_path / "no.toml"), staff="lead") == (2, "bad_config")
    nowhere = str(tmp_path / "nowhere" / "out.toml")
    assert till.refused("export", "catalogue", "--output", nowhere, staff="lead") == (2, "bad_config")
    assert till.world() == before


def test_a_full_disk_leaves_the_file_that_was_there(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "out" / "conference.toml"
    file.parent.mkdir()
    file.write_text(FILE)
    monkeypatch.setattr(os, "fsync", full)
    assert till.refused("export", "catalogue", "--output", str(file), staff="lead") == (2, "bad_config")
    assert file.read_text() == FILE
    assert list(file.parent.iterdir()) == [file]
