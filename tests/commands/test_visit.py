"""check-in, hand-out and companion as somebody types them at the door."""

import pytest

from tests.commands.till import Till


def lines(till: Till, badge: str) -> dict[str, int]:
    """The line numbers of what a badge is handed out, by description."""
    rows = till.done("hand-out", badge)["hand_outs"]
    return {row["description"]: row["line_id"] for row in rows}


def tickets(till: Till, quantity: int) -> str:
    """An order over day passes, paid in cash; its reference."""
    words = ("checkout", "--item", f"day-pass={quantity}", "--name", "Ada Byron")
    made = till.done(*words)
    till.done("charge", "--tender", "cash", "--order", made["reference"], "--given", made["total"])
    reference: str = made["reference"]
    return reference


def test_the_second_check_in_tells_of_the_first(each_till: Till) -> None:
    first = each_till.done("check-in", "noor2026", staff="scanner")
    assert set(first) == {"first", "checked_in_at", "station", "attendee", "owes"}
    assert (first["first"], first["station"], first["owes"]) == (True, "desk-3", "0.00")
    assert first["attendee"]["checked_in_at"] == first["checked_in_at"]
    second = each_till.done("check-in", "demo:NOOR2026", staff="scanner")
    assert second == {**first, "first": False}
    earlier = each_till.done("check-in", "TOMA2026")
    assert (earlier["first"], earlier["station"]) == (False, "desk-2")
    assert "Tomás Okafor  ALREADY CHECKED IN " in each_till.run("check-in", "TOMA2026").out


def test_people_read_who_came_in_and_what_they_owe(till: Till) -> None:
    said = till.run("check-in", "ELLA2026").out.splitlines()
    assert said[0].startswith("Ella Novák  checked in ")
    assert said[0].endswith(" at desk-3")
    assert said[1:] == ["Owes 25.00"]


@pytest.mark.parametrize(
    ("badge", "status", "code"),
    [
        ("INES2026", 4, "owes"),
        ("OMAR2026", 4, "cancelled"),
        ("YUKI2026", 4, "refunded"),
        ("ZARA2026", 4, "no_order"),
        ("NOBODY26", 3, "attendee_not_found"),
        ("no badge!", 2, "invalid_code"),
    ],
)
def test_nobody_comes_in_without_a_paid_ticket(till: Till, badge: str, status: int, code: str) -> None:
    before = till.world()
    assert till.refused("check-in", badge) == (status, code)
    assert till.world() == before


def test_a_check_in_is_taken_back_with_a_reason(till: Till) -> None:
    till.done("check-in", "NOOR2026")
    before = till.world()
    assert till.refused("check-in", "NOOR2026", "--undo") == (2, "reason_required")
    assert till.refused("check-in", "NOOR2026", "--reason", "x") == (2, "usage")
    assert till.refused("check-in", "HUGO2026", "--undo", "--reason", "x") == (4, "not_checked_in")
    assert till.world() == before
    undone = till.done("check-in", "NOOR2026", "--undo", "--reason", "wrong person")
    assert undone["attendee"]["checked_in"] is False
    assert till.done("check-in", "NOOR2026")["first"] is True
    till.done("check-in", "NOOR2026")
    said = till.run("check-in", "NOOR2026", "--undo", "--reason", "pressed twice").out
    assert said == "Noor Lindqvist  still checked in, from before\n"


def test_what_was_bought_is_listed_and_handed_out_once(each_till: Till) -> None:
    rows = each_till.done("hand-out", "OWEN2026", staff="scanner")["hand_outs"]
    assert [(row["description"], row["bought"], row["left"]) for row in rows] == [
        ("T-Shirt", 2, 2),
        ("Lunch", 1, 1),
        ("Hoodie", 1, 1),
    ]
    shirt = ("hand-out", "OWEN2026", "--line", str(rows[0]["line_id"]))
    assert each_till.done(*shirt, staff="scanner") == {**rows[0], "left": 1}
    assert each_till.refused(*shirt, "--quantity", "2") == (4, "too_many")
    assert each_till.done(*shirt)["left"] == 0
    assert each_till.refused(*shirt) == (4, "handed_out")
    assert each_till.refused(*shirt, "--undo") == (2, "reason_required")
    assert each_till.done(*shirt, "--undo", "--quantity", "2", "--reason", "wrong size")["left"] == 2
    assert each_till.refused(*shirt, "--undo", "--reason", "again") == (4, "not_handed_out")


def test_a_hand_out_with_the_same_key_is_one(till: Till) -> None:
    number = str(lines(till, "OWEN2026")["T-Shirt"])
    words = ("hand-out", "OWEN2026", "--line", number, "--key", "door-1-0001")
    first = till.done(*words)
    after = till.world()
    assert till.done(*words) == first
    assert till.world() == after


@pytest.mark.parametrize(
    "words",
    ["--quantity 2", "--undo --reason x", "--key k", "--line LINE --reason x", "--line LINE --key="],
)
def test_options_of_a_hand_out_that_say_nothing(till: Till, words: str) -> None:
    number = str(lines(till, "OWEN2026")["Lunch"])
    before = till.world()
    asked = words.replace("LINE", number).split()
    assert till.refused("hand-out", "OWEN2026", *asked) == (2, "usage")
    assert till.world() == before


def test_people_read_what_is_left(till: Till) -> None:
    assert till.run("hand-out", "NOOR2026").out == "There is nothing to hand out.\n"
    number = lines(till, "GIVE2026")["T-Shirt"]
    reference = till.done("lookup", "GIVE2026")["order"]["reference"]
    said = till.run("hand-out", "GIVE2026", "--line", str(number)).out
    assert said == f"{number}  T-Shirt  0 of 2 left  {reference}\n"


def test_each_further_ticket_gets_its_badge(each_till: Till) -> None:
    reference = tickets(each_till, 3)
    words = ("companion", reference.lower(), "--email", "bo@example.org", "--key", "till-3-0002")
    made = each_till.done(*words, "--name", "Bo Berg")
    assert set(made) == {"order_reference", "attendee", "tickets_left"}
    assert (made["order_reference"], made["tickets_left"]) == (reference, 1)
    assert (made["attendee"]["name"], made["attendee"]["email"]) == ("Bo Berg", "bo@example.org")
    assert each_till.done(*words, "--name", "Bo Berg") == made
    assert each_till.done("check-in", made["attendee"]["access_code"])["first"] is True
    said = each_till.run("companion", reference, "--name", "Cy Coe").out
    assert said.startswith("Cy Coe  badge ")
    assert said.endswith(f"  {reference}\n")
    assert each_till.refused("companion", reference, "--name", "Di Dee") == (4, "no_ticket_left")


def test_a_companion_needs_a_name_and_a_paid_ticket(till: Till) -> None:
    pending = till.done("checkout", "--item", "day-pass=2", "--name", "Ada Byron")["reference"]
    before = till.world()
    assert till.refused("companion", pending, "--name", " ") == (2, "name_required")
    assert till.refused("companion", pending, "--name", "Bo", "--email", "x") == (2, "invalid_email")
    assert till.refused("companion", pending) == (2, "usage")
    assert till.refused("companion", pending, "--name", "Bo") == (4, "order_not_paid")
    assert till.world() == before


def test_a_group_comes_in_together_and_who_cannot_is_named(each_till: Till) -> None:
    till = each_till
    reference = tickets(till, 3)
    mary = till.done("companion", reference, "--name", "Mary")["attendee"]["access_code"]
    done = till.done("check-in", mary, "--group", staff="scanner")
    assert (done["order_reference"], done["refused"], done["tickets_left"]) == (reference, [], 1)
    assert [(each["attendee"]["name"], each["first"]) for each in done["checked_in"]] == [
        ("Ada Byron", True),
        ("Mary", True),
    ]
    said = till.run("check-in", mary, "--group").out.splitlines()
    assert [line.split("  ")[0] for line in said] == ["Ada Byron", "Mary", "1 ticket without a name"]
    assert "ALREADY CHECKED IN" in said[0]
    answer = till.run("check-in", "INES2026", "--group")
    assert (answer.status, answer.err) == (
        4,
        "0 of 1 are in. Inês Park: Not checked in. 349.00 is to be paid before they are registered.\n",
    )
    assert till.refused("check-in", mary, "--group", "--undo") == (2, "usage")


def test_a_group_comes_in_without_those_whose_ticket_is_for_another_day(till: Till) -> None:
    with till.config.open("a") as config:
        config.write("\n[conferences.demo.days]\nday-pass = [2001-01-01]\n")
    reference = tickets(till, 2)
    mary = till.done("companion", reference, "--name", "Mary")["attendee"]["access_code"]
    assert till.done("check-in", mary)["first"] is True
    done = till.done("check-in", mary, "--group")
    assert [each["attendee"]["name"] for each in done["checked_in"]] == ["Mary"]
    (ada,) = done["left_out"]
    assert ada["name"] == "Ada Byron"
    said = till.run("check-in", mary, "--group").out.splitlines()
    assert said[0].startswith("Mary  ALREADY CHECKED IN")
    assert said[1:] == ["Ada Byron: Not for today: the ticket is for 1 Jan."]
    assert till.done("check-in", ada["access_code"])["first"] is True
    assert till.done("check-in", mary, "--group")["left_out"] == []


def test_tickets_are_sold_with_the_names_of_who_gets_them(till: Till) -> None:
    words = ("checkout", "--item", "day-pass=3", "--name", "Ada Byron", "--holder", "Mary")
    made = till.done(*words)
    till.done("charge", "--tender", "cash", "--order", made["reference"], "--given", made["total"])
    done = till.done("companion", made["reference"], "--name", "Percy")
    assert done["tickets_left"] == 0
    group = till.done("check-in", done["attendee"]["access_code"], "--group")
    assert [each["attendee"]["name"] for each in group["checked_in"]] == ["Ada Byron", "Mary", "Percy"]
    assert till.refused(*words, "--holder", "Percy", "--holder", "Jane") == (4, "too_many_names")


def test_a_name_is_corrected_and_a_ticket_handed_over(each_till: Till) -> None:
    till = each_till
    reference = tickets(till, 2)
    mary = till.done("companion", reference, "--name", "Mery")["attendee"]["access_code"]
    done = till.done("correct", mary, "--name", "Mary", "--email", "mary@example.org")
    assert (done["attendee"]["name"], done["attendee"]["email"]) == ("Mary", "mary@example.org")
    assert till.run("correct", mary, "--email", "").out == f"Mary  badge {mary}\n"
    assert till.refused("correct", mary) == (2, "nothing_to_correct")
    assert till.refused("correct", "NOOR2026", "--name", "Noor") == (2, "reason_required")
    assert till.refused("correct", "NOOR2026", "--email", "a@b.org", "--reason", "x") == (4, "own_account")
    words = ("transfer", mary.lower(), "--name", "Percy", "--reason", "she is ill")
    assert till.refused(*words, staff="scanner") == (6, "not_permitted")
    done = till.done(*words)
    assert (done["replaced"], done["attendee"]["name"]) == (mary, "Percy")
    assert till.refused(*words) == (4, "badge_replaced")
    assert till.refused("lookup", mary) == (4, "badge_replaced")
    assert till.refused("find", mary) == (4, "badge_replaced")
    jane = till.run("transfer", done["attendee"]["access_code"], "--name", "Jane", "--reason", "late").out
    assert jane.splitlines()[1] == f"{done['attendee']['access_code']} is dead"
    assert till.done("check-in", jane.split()[2])["first"] is True


def test_what_to_look_at_is_told_with_the_badge(till: Till) -> None:
    with till.config.open("a") as config:
        config.write(
            "\n[conferences.demo.days]\nday-pass = [2001-01-01]\n"
            '[conferences.demo.proofs]\nstudent = "a student card"\n'
        )
    assert till.done("lookup", "DAYA2026")["cautions"] == [
        {"code": "other_day", "text": "Not for today: the ticket is for 1 Jan."}
    ]
    said = till.run("lookup", "DAYA2026").out.splitlines()
    assert said[:3] == [
        "Daya Singh  NOT FOR TODAY",
        "Paid, for 1 Jan.",
        "Not for today: the ticket is for 1 Jan.",
    ]
    said = till.run("check-in", "STUD2026").out.splitlines()
    assert said[1:] == ["Student: have a student card shown."]
    assert till.done("lookup", "NOOR2026")["cautions"] == []
    assert till.refused("checkout", "--item", "regular", "--attendee", "NOOR2026") == (4, "already_has")
    assert (
        till.done("checkout", "--item", "regular", "--attendee", "NOOR2026", "--again")["status"] == "pending"
    )
