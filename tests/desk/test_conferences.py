from datetime import date

import pytest

from tests.desk.conftest import statements
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conferences
from tui_pos.desk.errors import NotFound
from tui_pos.ui.messages import sentence


@pytest.mark.usefixtures("python2077")
def test_the_latest_conference_comes_first() -> None:
    rows = conferences.known()
    assert [row.slug for row in rows] == ["python-2077", "python-2076", "python-2075"]
    assert rows[0].start_date == date(2027, 5, 14)
    assert [row.is_active for row in rows] == [True, False, False]


@pytest.mark.usefixtures("python2077")
def test_no_secret_of_the_web_site_is_read() -> None:
    with statements() as seen:
        conferences.find("python-2077")
    assert "stripe_secret_key" not in "".join(seen)
    assert "qbo_" not in "".join(seen)


@pytest.mark.usefixtures("shop")
def test_find_answers_what_a_desk_needs() -> None:
    row = conferences.find("demo")
    assert (row.slug, row.name, row.timezone) == ("demo", "Demo Conference", "Europe/Prague")


@pytest.mark.usefixtures("python2077")
@pytest.mark.parametrize("slug", ["nope", "", "Python-2077", "a\0b"])
def test_an_unknown_slug_names_the_known_ones(slug: str) -> None:
    with pytest.raises(NotFound) as refused:
        conferences.find(slug)
    assert refused.value.code == "conference_not_found"
    assert refused.value.values["known"] == ["python-2077", "python-2076", "python-2075"]


@pytest.mark.usefixtures("shop")
def test_a_long_list_is_cut_and_a_long_slug_too() -> None:
    with connected():
        for number in range(30):
            day = date(2030, 1, 1)
            Conference.create(name="C", slug=f"c-{number:02}", start_date=day, end_date=day)
    with pytest.raises(NotFound) as refused:
        conferences.find("\x1b[31m" + "x" * 10_000)
    assert len(sentence(refused.value)) < 200
    assert "\x1b" not in sentence(refused.value)
