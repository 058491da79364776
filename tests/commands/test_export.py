"""Exports as commands: whole files or none, for their owner alone, and one sentence for what is wrong."""

import csv
import errno
import io
import json
import os
from pathlib import Path

import openpyxl
import pytest

from tests.commands.till import Till, is_one_sentence
from tui_pos.core import list_files
from tui_pos.core.list_files import Form
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder where nothing is that a test does not put there."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def exports() -> list[str]:
    with connected():
        return [row.text for row in AuditEntry.select().where(AuditEntry.what == "export")]


@pytest.mark.parametrize("form", Form)
def test_a_list_goes_into_a_file_of_its_owners(each_till: Till, out: Path, form: Form) -> None:
    file = out / f"orders.{form}"
    file.write_text("what was there before")
    file.chmod(0o644)
    found = each_till.done("export", "orders", "--output", str(file), staff="lead")
    assert found == {"list": "orders", "format": form, "file": str(file), "rows": 40}
    assert file.stat().st_mode & 0o777 == 0o600
    assert names_in(file.parent) == [file.name]
    if form is Form.XLSX:
        (sheet,) = openpyxl.load_workbook(file).worksheets
        assert (sheet.title, sheet.max_row) == ("orders", 41)
    else:
        assert len(file.read_text("utf-8-sig").splitlines()) == (40 if form is Form.JSON_LINES else 41)


def test_without_a_file_the_list_is_on_standard_output(each_till: Till) -> None:
    answer = each_till.run("export", "people", staff="lead")
    assert answer.status == 0
    rows = list(csv.DictReader(io.StringIO(answer.out.removeprefix("\ufeff"), newline="")))
    assert "Noor Lindqvist" in [row["name"] for row in rows]
    assert "TRAINING" in answer.err
    answer = each_till.run("export", "orders", "--format", "jsonl", staff="lead")
    assert json.loads(answer.out.splitlines()[0])["order"] == "ORD-DEMO0001"
    assert exports() == ["people", "orders"]


def test_a_day_is_exported(each_till: Till, out: Path) -> None:
    order = each_till.done("checkout", "--item", "t-shirt=2")["reference"]
    each_till.done("charge", "--order", order, "--tender", "cash", "--given", "50")
    file = out / "day.xlsx"
    assert each_till.done("export", "day", "--output", str(file), staff="lead")["rows"] == 1
    sheets = openpyxl.load_workbook(file)
    assert sheets.sheetnames == ["tenders", "stations", "products", "vat", "postings"]
    header, row = sheets["tenders"].values
    assert dict(zip(header, row, strict=True)) | {"day": None} == {
        "day": None,
        "tender": "cash",
        "count": 1,
        "received": 50,
        "given_back": 0,
        "amount": 50,
        "rounding": 0,
        "currency": "USD",
    }
    each_till.run("export", "day", "--date", "2020-02-29", staff="lead")
    assert exports()[1] == "day 2020-02-29"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["orders", "--from", "2026-02-30"], "--from must be a date"),
        (["orders", "--to", ""], "--to must be a date"),
        (["orders", "--from", "2026-03-02", "--to", "2026-03-01"], "is before the first"),
        (["day", "--date", "9999-12-31"], "too far away"),
        (["day", "--date", "tomorrow"], "--date must be a date"),
        (["orders", "--format", "pdf"], "pdf"),
        (["orders", "--output", "FOLDER/none/x.csv"], "No such file or directory"),
        (["orders", "--output", "FOLDER"], "no ordinary file"),
        (["orders", "--output", "/dev/null"], "no ordinary file"),
        (["shifts"], "No such command"),
    ],
)
def test_bad_input_gives_a_sentence_and_exports_nothing(
    till: Till, out: Path, words: list[str], told: str
) -> None:
    before = names_in(out)
    answer = till.run("export", *(word.replace("FOLDER", str(out)) for word in words), staff="lead")
    assert answer.status == 2
    assert told in answer.err
    assert answer.out == ""
    assert is_one_sentence(answer.err.splitlines()[-1])
    assert names_in(out) == before
    assert exports() == []


def test_json_tells_of_a_file(till: Till) -> None:
    assert till.refused("export", "orders", staff="lead") == (2, "usage")


@pytest.mark.parametrize("who", ["trainee", "scanner"])
def test_who_may_not_export_gets_no_file(till: Till, out: Path, who: str) -> None:
    file = out / "people.csv"
    assert till.refused("export", "people", "--output", str(file), staff=who) == (6, "not_permitted")
    assert not file.exists()


def test_a_full_disk_leaves_what_was_there(till: Till, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = out / "orders.csv"
    file.write_text("of yesterday")
    before = names_in(out)
    monkeypatch.setattr(os, "fsync", full)
    answer = till.run("export", "orders", "--output", str(file), staff="lead")
    assert answer.status == 2
    assert is_one_sentence(answer.err.splitlines()[-1])
    assert file.read_text() == "of yesterday"
    assert names_in(out) == before


def test_a_list_that_is_too_long_for_xlsx_leaves_no_file(
    till: Till, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "ROWS_OF_A_SHEET", 3)
    before = names_in(out)
    answer = till.run("export", "orders", "--output", str(out / "orders.xlsx"), staff="lead")
    assert answer.status == 2
    assert "choose csv or jsonl" in answer.err
    assert names_in(out) == before


def test_a_link_stays_a_link(till: Till, out: Path) -> None:
    (out / "link.csv").symlink_to(out / "target.csv")
    till.done("export", "orders", "--output", str(out / "link.csv"), staff="lead")
    assert (out / "link.csv").is_symlink()
    assert (out / "target.csv").stat().st_mode & 0o777 == 0o600
