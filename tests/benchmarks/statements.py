"""How many SQL statements the desk's most frequent acts take, with few products and with many."""

from collections.abc import Callable

from tests.benchmarks.lookup import statements_of
from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, at_most
from tests.desk.conftest import make_desk
from tests.fixtures.databases import fill, opened
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import AddOn
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.search import lookup

MORE_PRODUCTS = 200


def measure(_: Sizes) -> list[Row]:
    with scratch() as folder, opened(fill(f"sqlite:///{folder / 'shop.sqlite3'}")), connected():
        desk = make_desk("demo", "trainee")

        def place(*slugs: str) -> int:
            sale = cart.start(desk, attendee_code="NOOR2026").sale_id
            for slug in slugs:
                cart.add(desk, sale, slug)
            return _count(lambda: checkout.place(desk, sale))

        few = _count(lambda: inventory.inventory(desk))
        _more_products()
        many = _count(lambda: inventory.inventory(desk))
        checkout.sell(desk, [("cafe-creme", 1)])  # sweeps the holds that have run out
        one, five = place("t-shirt"), place("t-shirt", "hoodie", "lunch", "cafe-creme", "chefs-dinner")
        found = _count(lambda: lookup.attendee(desk, "OWEN2026"))
    return [
        at_most("SQL statements of a look-up", found, 4),
        at_most(f"... of the inventory, with {MORE_PRODUCTS} products more", many, 3, f"{few} without"),
        at_most("... of a checkout of five products", five, 12, f"{one} of one product"),
    ]


def _count(work: Callable[[], object]) -> int:
    """Statements of ``work``, but for those that begin and end its transactions."""
    return sum(not sql.startswith(("BEGIN", "COMMIT")) for sql, _ in statements_of(work))


def _more_products() -> None:
    shirt = AddOn.get(AddOn.slug == "t-shirt")
    columns = {name: value for name, value in shirt.__data__.items() if name not in ("id", "slug")}
    for number in range(MORE_PRODUCTS):
        AddOn.create(slug=f"shirt-{number}", **columns)
