"""What an order's money is for: the parts add up, and no line gets more than it costs."""

from hypothesis import given
from hypothesis import strategies as st

from tui_pos.desk.reports.allocation import NO_LINE, Shares, share

LINES = st.lists(st.integers(0, 100_000), max_size=8).map(lambda costs: dict(enumerate(costs, 1)))


@given(st.integers(0, 300_000), LINES)
def test_parts_add_up_and_none_is_more_than_its_own(amount: int, among: dict[int, int]) -> None:
    parts = share(amount, among)
    assert sum(parts.values()) == amount
    assert all(part > 0 for part in parts.values())
    assert all(parts[line] <= among[line] for line in parts if line != NO_LINE)
    assert parts.get(NO_LINE, 0) == max(0, amount - sum(among.values()))


@given(LINES, st.data())
def test_what_pays_an_order_whole_pays_each_line_whole(costs: dict[int, int], data: st.DataObject) -> None:
    shares, left = Shares(dict(costs)), sum(costs.values())
    while left:
        part = data.draw(st.integers(1 + left // 4, left))
        shares.came_in(part)
        left -= part
    assert {line: shares.paid.get(line, 0) for line in costs} == costs


def test_pieces_go_back_at_their_price_and_an_amount_from_what_was_paid() -> None:
    shares = Shares({1: 5000, 2: 1000})
    shares.came_in(6000)
    assert shares.went_back(2500, {1: 2500}) == {1: 2500}
    assert shares.went_back(700, {}) == {1: 500, 2: 200}
    assert shares.went_back(3000, {}) == {1: 2000, 2: 800, NO_LINE: 200}
