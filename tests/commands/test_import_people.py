"""import people as it is typed: what it shows, what it answers, and what is refused in one sentence."""

from pathlib import Path

import pytest

from tests.commands.till import Till, is_one_sentence
from tests.desk.imports.lists import FIRST, PRETIX, ZOE, write

WORDS = ("import", "people")


def test_it_looks_first_and_then_brings_in(each_till: Till, tmp_path: Path) -> None:
    file = str(write(tmp_path / "list.csv", PRETIX, FIRST))
    before = each_till.world()
    shown = each_till.run(*WORDS, file, staff="lead")
    assert each_till.world() == before
    assert shown.err == ""
    assert "Ticket secret" in shown.out
    assert "7 added, 0 changed, 0 left, 0 refused" in shown.out
    assert "Nothing was written: --apply does it." in shown.out
    answer = each_till.done(*WORDS, file, "--apply", staff="lead")
    assert (answer["applied"], answer["added"], len(answer["rows"])) == (True, 7, 7)
    person = each_till.done("lookup", ZOE.upper())
    assert person["facts"] == [{"label": "Diet", "value": "vegan"}]
    assert person["imported"] == {"order_reference": "QX7YP", "scan_code": ZOE.upper()}
    told = each_till.run("lookup", ZOE).out
    assert [each in told for each in ("vegan", "QX7YP", ZOE.upper())] == [True] * 3
    assert each_till.done("lookup", "NOOR2026")["imported"] is None
    at_the_door = each_till.done("lookup", ZOE, staff="scanner")
    assert (at_the_door["facts"], at_the_door["imported"]) == (
        [],
        {"order_reference": "QX7YP", "scan_code": None},
    )
    assert each_till.done("find", "qx7yp")["orders"][0]["name"] == "Zoë Åkerlund-Nuñez"
    assert each_till.done("check-in", ZOE, "--group")["tickets_left"] == 0
    assert each_till.done("correct", ZOE, "--name", "Zoe N")["attendee"]["name"] == "Zoe N"
    assert each_till.done(*WORDS, file, "--apply", staff="lead")["left"] == 7


def test_bad_rows_are_named_and_nothing_is_written(till: Till, tmp_path: Path) -> None:
    bad = "BADAA,1,waiting,x@example.org,Regular,1.00,No,Word,code1,,,"
    file = str(write(tmp_path / "list.csv", PRETIX, (*FIRST, bad)))
    before = till.world()
    answer = till.ask(*WORDS, file, "--apply", staff="lead")
    assert till.world() == before
    assert (answer.status, answer.json["code"], answer.json["refused"]) == (2, "bad_rows", 1)
    assert "Row 9: It says waiting" in answer.json["error"]
    assert till.done(*WORDS, file, "--apply", "--skip-bad", staff="lead")["added"] == 7


BAD = {
    "bad_list": (b"\x89PNG\r\n\x1a\n" + bytes(600), b"", b"\xff\xfe\xff", bytes(range(1, 256))),
    "no_name_column": (b"Ticket,E-Mail\nRegular,a@b.example\n",),
    "no_ticket_column": (b"Name,E-Mail\nSam,a@b.example\n",),
    "two_columns": (b"Name,Ticket,E-Mail,Email\nSam,Regular,a@b.example,c@d.example\n",),
    "no_people": (b"Name,Ticket\n",),
}


@pytest.mark.parametrize("code", BAD)
def test_a_file_that_cannot_be_used_is_one_sentence(till: Till, tmp_path: Path, code: str) -> None:
    before = till.world()
    for content in BAD[code]:
        file = tmp_path / "list.csv"
        file.write_bytes(content)
        for more in ((), ("--apply",)):
            assert till.refused(*WORDS, str(file), *more, staff="lead") == (2, code)
    assert till.world() == before


def test_what_is_no_file_and_who_may_not(till: Till, tmp_path: Path) -> None:
    assert till.refused(*WORDS, str(tmp_path), staff="lead") == (2, "bad_list")
    assert till.refused(*WORDS, str(tmp_path / "none.csv"), staff="lead") == (3, "bad_list")
    file = str(write(tmp_path / "list.csv", PRETIX, FIRST))
    assert till.refused(*WORDS, file, "--apply") == (6, "not_permitted")
    said = till.run(*WORDS, file, "--map", "a=b", staff="lead")
    assert said.status == 2
    assert is_one_sentence(said.err.strip())
