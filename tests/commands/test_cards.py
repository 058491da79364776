"""The codes of products and the sheet of cards, from the command line."""

from pathlib import Path

from tests.commands.till import Till
from tui_pos.core import scanner_test
from tui_pos.core.scan import ScanKind, parse
from tui_pos.ui.input.keys import BY_WORD

EAN = "4006381333931"


def test_a_product_is_given_a_code_which_is_listed_and_taken_away(each_till: Till) -> None:
    till = each_till
    row = {"code": f"0{EAN}", "product": "addon:t-shirt", "name": "T-Shirt"}
    assert till.done("product-codes", "t-shirt", EAN, staff="lead") == row
    assert till.done("product-codes") == {"product_codes": [row]}
    assert till.done("find", EAN)["products"][0]["product"] == "addon:t-shirt"
    assert till.run("product-codes").out == f"0{EAN}  addon:t-shirt  T-Shirt\n"
    assert till.done("product-codes", "--remove", EAN, staff="lead") == {"removed": f"0{EAN}"}
    assert till.run("product-codes").out == "No product has a code of its own.\n"


def test_what_cannot_be_given_is_refused(till: Till) -> None:
    till.done("product-codes", "t-shirt", EAN, staff="lead")
    assert till.refused("product-codes", "hoodie", EAN, staff="lead") == (4, "product_code_taken")
    assert till.refused("product-codes", "hoodie", "a b", staff="lead") == (2, "invalid_product_code")
    assert till.refused("product-codes", "nothing", "MUG12", staff="lead") == (3, "product_not_found")
    assert till.refused("product-codes", "--remove", "MUG12", staff="lead") == (3, "product_code_not_found")
    assert till.refused("product-codes", "hoodie", "MUG12") == (6, "not_permitted")
    assert till.refused("product-codes", "hoodie", staff="lead") == (2, "usage")


def test_the_sheet_has_a_test_code_commands_and_each_product(till: Till, tmp_path: Path) -> None:
    till.done("product-codes", "t-shirt", EAN, staff="lead")
    file = tmp_path / "cards.pdf"
    answer = till.done("cards", "--pdf", str(file))
    assert answer["file"] == str(file)
    assert file.read_bytes().startswith(b"%PDF-")
    cards = {card["title"]: card for card in answer["cards"]}
    assert len(cards) == len(answer["cards"])
    assert cards["Test of this scanner"]["code"] == scanner_test.CODE
    assert (cards["T-Shirt"]["code"], cards["T-Shirt"]["detail"]) == (f"0{EAN}", "25.00 USD")
    assert cards["Hoodie"]["code"] == "HOODIE"
    products = till.done("inventory")
    assert {each["name"] for each in (*products["ticket_types"], *products["addons"])} <= cards.keys()
    for card in answer["cards"]:
        if card["kind"] == "product":
            assert till.done("find", card["code"])["products"][0]["name"] == card["title"]
        elif card["kind"] == "command":
            scan = parse(card["code"], scanned=True)
            assert scan.kind is ScanKind.COMMAND
            assert scan.value in BY_WORD


def test_the_sheet_as_text_can_be_scanned_from_the_terminal(till: Till) -> None:
    said = till.run("cards").out
    assert f"Test of this scanner  scan it on any screen  {scanner_test.CODE}\n" in said
    assert "▀▄" in said


def test_a_file_that_cannot_be_written_is_one_sentence(till: Till, tmp_path: Path) -> None:
    answer = till.run("cards", "--pdf", str(tmp_path / "nowhere" / "cards.pdf"))
    assert answer.status != 0
    assert "cannot be written: No such file" in answer.err
