# ruff: noqa: RUF001  # letters that look alike are what this is about
"""People and orders are found however they are spelled, all of them, and as the web site left them."""

import unicodedata
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk.conftest import AsStaff
from tui_pos.core import clock, folding
from tui_pos.data import search_index
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import SearchKey
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound
from tui_pos.desk.lease_owners import new_owner
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.search import find_orders
from tui_pos.desk.search.search import HitKind, resolve, resolve_name, search


def person(desk: Desk, first: str, last: str, email: str = "", username: str = "") -> str:
    """The web site writes an attendee; the access code."""
    code = clock.random_code(8)
    with connected():
        user = User.create(
            username=username or f"web-{code}", password="!x", first_name=first, last_name=last, email=email
        )
        Attendee.create(conference=desk.conference.id, user=user, access_code=code)
    return code


def order(desk: Desk, reference: str, name: str = "", email: str = "") -> None:
    with connected():
        guest = User.create(username=f"guest-{clock.random_code(8)}", password="!x")
        Order.create(
            conference=desk.conference.id,
            user=guest,
            reference=reference,
            billing_name=name,
            billing_email=email,
            total=Decimal("9.00"),
        )


def keys(desk: Desk, text: str, **page: int) -> list[str]:
    return [hit.key for hit in search(desk, text, **page).found]


def titles(desk: Desk, text: str, **page: int) -> list[str]:
    return [hit.title for hit in search(desk, text, **page).found]


# However it is spelled


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Tomás", "Ólafsson", ("tomas", "TOMÁS", "olafsson tomas", "Tomás Ólafsson", "tom olaf")),
        ("Ñoña", "Núñez", ("NÚÑEZ", "nunez", "ñuñez", "Nu\u0301n\u0303ez")),
        ("Pat", "O'Brien", ("O’Brien", "o'brien", "OBrien", "obrien", "o brien", "O`BRIEN", "Brien, Pat")),
        ("Pat", "OBrian", ("O'Brian", "o’brian", "obrian")),
        (
            "Jean Luc",
            "Picárd",
            ("Jean-Luc", "jeanluc", "Picard, Jean Luc", "picard jean-luc", "jeanlucpicard"),
        ),
        ("Jean-Luc", "Picart", ("Jean Luc", "jeanluc picart", "PICART, JEAN-LUC")),
        (
            "Zoë",
            "Quist",
            ("ｚｏｅ", "ＱＵＩＳＴ", "quis", "uist zo", "QUIST,Zoe", "\u200bZoe\u200d Quist\ufeff"),
        ),
        ("Jürgen", "Weißmüller", ("weissmuller", "WEISSMUELLER", "juergen", "WEIẞMÜLLER")),
        ("Søren", "Łęcki", ("soren lecki", "SOEREN", "Lecki, Soren")),
        ("Đặng", "Thị Hồng", ("dang thi hong", "THỊ", "hồng đặng")),
        ("小龍", "李", ("李小龍", "小龍", "李", "小龍 李", "龍")),
        ("철수", "김", ("김철수", "철수", "김", unicodedata.normalize("NFD", "김철수"))),
        ("アキラ", "クロサワ", ("ｱｷﾗ", "アキ", "クロサワ アキラ")),
        ("علی\u200cرضا", "أحمدی", ("علی رضا", "عليرضا", "احمدي", "علی\u200cرضا")),
        ("सीता", "क्\u200dषत्रिय", ("सीता", "क्षत्रिय")),
        ("Mary 🎉", "Party", ("🎉", "mary party", "Party, Mary 🎉")),
    ],
)
def test_a_name_is_found_in_any_spelling(desk: Desk, first: str, last: str, typed: tuple[str, ...]) -> None:
    code = person(desk, first, last)
    for text in typed:
        assert code in keys(desk, text, limit=99), text
    (found,) = [hit for hit in search(desk, typed[0], limit=99).found if hit.key == code]
    assert found.title == f"{first} {last}"  # as it is stored


def test_what_two_words_or_two_texts_make_together_is_no_part_of_a_name(desk: Desk) -> None:
    whole = person(desk, "Maxi", "von und zu Tal")
    order(desk, "ORD-ZQ9X8V7W", "Nono")
    for text in ("nun", "ondzu", "axivon", "noor dzq"):
        assert not {whole, "ORD-ZQ9X8V7W"} & set(keys(desk, text, limit=99)), text
    assert whole in keys(desk, "vonundzu")
    assert "ORD-ZQ9X8V7W" not in [found.reference for found in find_orders.orders(desk, text="noor")]


def test_an_address_is_found_in_any_wrapping(desk: Desk) -> None:
    code = person(desk, "Xaver", "Ypsilon", "X.Y+pycon@Example.net")
    person(desk, "Xaver", "Zett", "x.y@example.net")
    for text in (
        "x.y+pycon@example.net",
        "<X.Y+PYCON@example.net>",
        "Xaver Ypsilon <x.y+pycon@example.net>",
        '"Someone Else" <x.y+pycon@example.net>',
        "mailto:x.y+pycon@example.net",
        "x.y＋pycon＠example．net",
        "y+pycon@exam",
        "ypsilon @example.net",
    ):
        assert keys(desk, text) == [code], text
    assert keys(desk, "Xaver Ypsilon <nobody@nowhere.net>") == [
        code
    ]  # the name, where nobody has the address
    assert search(desk, "zaver ypsilon <nobody@nowhere.net>").total == 0


def test_the_whole_line_of_resolve_is_folded_too(desk: Desk) -> None:
    assert [hit.title for hit in resolve(desk, "OKAFOR, TOMAS").found] == ["Tomás Okafor"]
    assert [hit.title for hit in resolve(desk, "<noor@example.org>").found] == ["Noor Lindqvist"]


# Which come first, and that all of them come


def test_whole_names_come_first_then_beginnings_then_the_rest(desk: Desk) -> None:
    rest = person(desk, "Rosanna", "Aardal")
    begins = person(desk, "Annabel", "Bergh")
    also = person(desk, "Zoe", "Ann-Marie")
    whole = person(desk, "Ann", "")
    assert keys(desk, "ann", limit=99) == [whole, also, begins, *sorted_rest(desk, rest)]


def sorted_rest(desk: Desk, rest: str) -> list[str]:
    found = keys(desk, "ann", limit=99)[3:]
    assert rest in found
    return found


def test_a_whole_name_is_one_in_either_order_and_a_code_or_an_address_is_one_too(desk: Desk) -> None:
    person(desk, "Luc", "Aa Jean")
    whole = person(desk, "Jean", "Luc")
    assert keys(desk, "luc, jean")[0] == keys(desk, "jean luc")[0] == whole
    person(desk, "Banjo", "Aaronson", "ab@example.net")
    exact = person(desk, "Zed", "Zorro", "b@example.net")
    assert keys(desk, "b@example.net")[0] == exact
    assert resolve_name(desk, "b@example.net").key == exact
    person(desk, whole, "Aaaa")
    assert set(keys(desk, whole)[:2]) >= {whole}


def test_every_hit_is_counted_and_pages_reach_all(desk: Desk) -> None:
    codes = {person(desk, f"Twin {number}", "Gemini") for number in range(25)}
    order(desk, "ORD-GEMINI01", "Castor Gemini")
    pages = [search(desk, "gemini", first=first) for first in (0, 9, 18, 27)]
    assert [page.total for page in pages] == [26] * 4
    assert [len(page.found) for page in pages] == [9, 9, 8, 0]
    seen = [hit.key for page in pages for hit in page.found]
    assert seen == [*seen[:25], "ORD-GEMINI01"]
    assert set(seen[:25]) == codes
    assert resolve(desk, "gemini").total == 26


# Who may read no address


def test_an_address_is_not_found_out_piece_by_piece(desk: Desk, as_staff: AsStaff) -> None:
    door = as_staff(desk, "scanner")
    code = person(desk, "Secret", "Keeper", "hush.hush@hidden.example", username="hush@hidden.example")
    masked = person(desk, "named@hidden.example", "Masked")
    for text in (
        "hush",
        "hidden",
        "hush.hush@hidden",
        "ush.hush@hidden.example",
        "@hidden.example",
        "hus hid",
    ):
        assert search(door, text).total == 0, text
        assert code in keys(desk, text), text
    for text in ("hush.hush@hidden.example", "<HUSH.hush@hidden.example>", "keeper"):
        assert keys(door, text) == [code], text
    assert [hit.email for hit in search(door, "keeper").found] == [""]
    assert keys(door, "masked") == [masked]
    assert search(door, "named").total == 0
    assert find_orders.orders(door, text="hush") == ()


# What the web site does


@pytest.mark.parametrize("few", [search_index.FEW, 0])
def test_who_comes_is_found_at_once(desk: Desk, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FEW", few)
    assert search(desk, "quintessa").total == 0
    code = person(desk, "Quintessa", "New")
    order(desk, "ORD-QUINT001", "Quintessa Elsewhere")
    assert keys(desk, "quintessa") == [code, "ORD-QUINT001"]


def test_a_changed_name_is_found_at_once_and_the_old_one_is_not(desk: Desk) -> None:
    assert titles(desk, "lindqvist") == ["Noor Lindqvist"]
    with connected():
        User.update(last_name="Zyxwv").where(User.username == "noor.demo").execute()
    assert titles(desk, "zyxwv") == ["Noor Zyxwv"]
    assert {hit.kind for hit in search(desk, "lindqvist").found} <= {HitKind.ORDER}  # billed to the old name


def test_among_many_it_is_found_after_the_next_maintenance(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)
    assert search(desk, "zyxwv").total == 0
    with connected():
        User.update(last_name="Zyxwv").where(User.username == "noor.demo").execute()
    assert titles(desk, "noor")[0] == "Noor Zyxwv"  # what is shown is never old
    assert search(desk, "zyxwv").total == 0
    assert maintenance.tick(desk, new_owner(desk))
    assert titles(desk, "zyxwv") == ["Noor Zyxwv"]


def test_who_is_gone_is_found_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)
    code = person(desk, "Fleeting", "Visitor")
    assert keys(desk, "fleeting") == [code]
    with connected():
        Attendee.delete().where(Attendee.access_code == code).execute()
    assert search(desk, "fleeting").total == 0


def test_a_ticket_that_went_to_another_is_found_by_its_new_holder_alone(
    lead: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)
    assert keys(lead, "noor2026") == ["NOOR2026"]
    new = transfer(lead, "NOOR2026", "Ada Byron", reason="ill")
    assert keys(lead, "ada byron") == [new.access_code]
    assert keys(lead, "noor2026") == []


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_the_pieces_of_what_changed_or_is_gone_go_with_their_keys(desk: Desk) -> None:
    gone = person(desk, "Nobody", "Gone")
    assert search(desk, "noor").total == 1
    with connected():
        User.update(last_name="Lindström").where(User.username == "noor.demo").execute()
        Attendee.delete().where(Attendee.access_code == gone).execute()
    assert search(desk, "noor lindstrom").total == 1
    with connected():
        (left,) = database.execute_sql(
            "SELECT count(*) FROM tui_pos_search_piece WHERE rowid NOT IN (SELECT id FROM tui_pos_search_key)"
        ).fetchone()
    assert left == 0


def test_one_that_was_committed_late_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are given when a transaction begins to write, and seen when it ends."""
    monkeypatch.setattr(search_index, "FEW", 0)
    late = person(desk, "Late", "Comer")
    with connected():
        row = Attendee.get(Attendee.access_code == late)
        Attendee.delete().where(Attendee.id == row.id).execute()
        person(desk, "Early", "Comer")
        assert titles(desk, "comer") == ["Early Comer"]
        values = row.__data__ | {"created_at": clock.now() - timedelta(seconds=1)}
        Attendee.insert(**values).execute()
        person(desk, "Third", "Comer")
    assert titles(desk, "comer") == ["Early Comer", "Late Comer", "Third Comer"]


def test_an_index_that_was_lost_is_made_again(desk: Desk) -> None:
    assert search(desk, "noor").total == 1
    with connected():
        SearchKey.delete().execute()
    assert titles(desk, "noor") == ["Noor Lindqvist"]


# Without index


TYPED = (
    "noor",
    "example.org",
    "o'brien",
    "lee",
    "李",
    "helper",
    "ORD",
    "a",
    "noor@example.org",
    "demo0001",
    "zz",
)


def test_a_file_that_takes_no_writes_is_searched_alike(
    desk: Desk, as_staff: AsStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(desk, "ORD-NOORDER1", "Noor Elsewhere", "n@elsewhere.net")
    staff = (desk, as_staff(desk, "scanner"))

    def all_found() -> list[tuple[object, ...]]:
        return [
            (
                text,
                sorted(keys(who, text, limit=999)),
                search(who, text).total,
                sorted(found.reference for found in find_orders.orders(who, text=text, limit=999)),
            )
            for who in staff
            for text in TYPED
        ]

    indexed = all_found()
    with connected():
        SearchKey.delete().execute()
    monkeypatch.setattr(search_index, "why_read_only", lambda: "The disk is full.")
    assert all_found() == indexed
    with connected():
        assert not SearchKey.select().exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
)
def test_whatever_the_name_its_folded_form_and_each_word_find_it(desk: Desk, first: str, last: str) -> None:
    code = person(desk, first, last)
    name, addresses = folding.split_addresses(f"{first} {last}")
    typed = [folding.fold(name), *folding.fold(name).split(), name.upper(), *addresses]
    for text in typed:
        if folding.wanted(text):
            assert code in keys(desk, text, limit=9_999), (first, last, text)


# A scan fits exactly or is not known


def test_a_damaged_scan_fits_nobody(desk: Desk) -> None:
    person(desk, "Codename", "K7Q2")
    for text in ("NOOR202", "OOR2026", "NOOR", "Lindqvist", "K7Q2", "DEMO0001", "noor@example.org", "T-SHIR"):
        with pytest.raises(NotFound):
            resolve(desk, text, scanned=True)
        assert resolve(desk, text).total if text != "T-SHIR" else True
    for text, kind in (
        ("NOOR2026", HitKind.ATTENDEE),
        ("demo:noor2026", HitKind.ATTENDEE),
        ("ORD-DEMO0001", HitKind.ORDER),
        ("FIFTY", HitKind.VOUCHER),
        ("t-shirt", HitKind.PRODUCT),
    ):
        assert [hit.kind for hit in resolve(desk, text, scanned=True).found] == [kind]


# Orders


@pytest.mark.parametrize(
    "text",
    [
        "ORD-Q9W8E7R6",
        "ord-q9w8e7r6",
        "ORDQ9W8E7R6",
        "#ORD-Q9W8E7R6",
        "ORD–Q9W8E7R6",
        "ORD Q9W8E7R6",
        "q9w8e7r6",
        "ＯＲＤ－Ｑ９Ｗ８Ｅ７Ｒ６",
        "# q9w8",
        "\u200bORD‑Q9W8E7R6",
    ],
)
def test_an_order_is_found_by_its_reference_as_it_is_read_aloud(desk: Desk, text: str) -> None:
    order(desk, "ORD-Q9W8E7R6", "Zoë O’Hara")
    assert [found.reference for found in find_orders.orders(desk, text=text)] == ["ORD-Q9W8E7R6"]
    assert keys(desk, text) == ["ORD-Q9W8E7R6"]


def test_an_order_is_found_by_who_pays_it(desk: Desk) -> None:
    order(desk, "ORD-BILL0001", "Zoë O’Hara", "Zoe@Hara.example")
    for text in ("zoe ohara", "O'HARA, Zoe", "<zoe@hara.example>", "Zoe <zoe@hara.example>", "- zoe -"):
        assert [found.reference for found in find_orders.orders(desk, text=text)] == ["ORD-BILL0001"], text


def test_orders_have_pages_and_a_count(desk: Desk) -> None:
    for number in range(12):
        order(desk, f"ORD-PAGE{number:04}", "Paginata")
    assert find_orders.count(desk, text="paginata") == 12
    pages = [find_orders.orders(desk, text="paginata", first=first, limit=5) for first in (0, 5, 10, 15)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert len({found.id for page in pages for found in page}) == 12
    assert find_orders.count(desk, text="%") == 0
    assert find_orders.count(desk) == len(find_orders.orders(desk, limit=999))


def test_the_index_belongs_to_one_database(desk: Desk) -> None:
    """Pieces of keys that are gone lead nowhere."""
    search(desk, "noor")
    with connected():
        SearchKey.delete().execute()
        search(desk, "noor")
        (pieces,) = database.execute_sql("SELECT COUNT(*) FROM tui_pos_search_key").fetchone()
        assert pieces == Attendee.select().count() + Order.select().count()
    assert search(desk, "noor").total == 1
