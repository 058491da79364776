"""Lists for tests: written from a header and rows, and brought in; what the database holds then."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.registration import Attendee, Order, OrderLine, Payment
from tui_pos.desk.context import Desk
from tui_pos.desk.imports.people import Outcome, Report, import_people

PRETIX = "Order code,Position ID,Status,Email,Product,Price,First name,Last name,Ticket secret,Add-on to position ID,Diet,Check-in lists"  # noqa: E501
FIRST = (
    "QX7YP,1,paid,zoe@example.org,Regular,349.00,Zoë,Åkerlund-Nuñez,h3kq7vz2mwx9dyrc4tnb8gafs6jupe5k,,vegan,",
    "QX7YP,2,paid,sam@example.org,Regular,349.00,Sam,Sample,q9wm2x7kc4vbn8tzr3sdfg6hjypua5e2,,,Main entrance",
    "TR3NA,1,paid,taro@example.org,Corporate,650.00,太郎,山田,z8c4r2mq6vxnk9tb3wsdyh7gfjpau5e4,,,",
    "LV9KD,1,pending,bram@example.org,Corporate,650.00,Bram,van der Lugt,0012345678905,,,",
    "ZK4GU,1,canceled,ngozi@example.org,Regular,349.00,Ngozi,Adébáyọ̀,r8ydcx2wm5zv7qk3h6ekp9upjsfagb4n,,halal,",
    "ZK4GU,2,paid,mono@example.org,Day Pass,120.00,Madonnina,,d7gf2jupa5ekh3kq9vz4mwx8yrc6tnbs,,,",
    "QX7YP,3,paid,zoe@example.org,T-Shirt \u2013 L,25.00,,,y7v2qk4tn9bx3c8wmzr6shdgfjpua5ek,1,,",
)
ZOE, SAM, TARO, BRAM, NGOZI, MADONNINA, SHIRT = (row.split(",")[8] for row in FIRST)


def write(file: Path, header: str, lines: Iterable[str]) -> Path:
    """A list as CSV."""
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return file


def bring_in(
    desk: Desk,
    folder: Path,
    *lines: str,
    header: str = PRETIX,
    apply: bool = True,
    **options: Any,
) -> Report:
    """Bring in a list of these rows."""
    return import_people(desk, write(folder / "list.csv", header, lines), apply=apply, **options)


def counts(report: Report) -> dict[str, int]:
    """How many rows of each outcome there are, of those that are."""
    return {str(each): report.count(each) for each in Outcome if report.count(each)}


def changed(line: str, old: str, new: str) -> str:
    """A row of a newer list."""
    assert old in line
    return line.replace(old, new)


def orders() -> list[tuple[str, str, Decimal, list[str], list[str]]]:
    """The imported orders: what they are called in the list, status, total, people and lines."""
    with connected():
        found = []
        query = (
            ImportedTicket.select(ImportedTicket.order, ImportedTicket.order_reference)
            .distinct()
            .order_by(ImportedTicket.order)
        )
        for order_id, reference in rows(query):
            order = Order.get_by_id(order_id)
            people = Attendee.select(Attendee, User).join(User).where(Attendee.order == order_id)
            lines = OrderLine.select().where(OrderLine.order == order_id).order_by(OrderLine.id)
            names = [f"{each.user.first_name} {each.user.last_name}".strip() for each in people]
            texts = [each.description for each in lines]
            found.append((reference, order.status, order.total, sorted(names), texts))
        return found


def payments(reference: str) -> list[tuple[str, str, str]]:
    """Method, status and amount of what was paid for what came of an order of the list."""
    with connected():
        of_order = ImportedTicket.select(ImportedTicket.order).where(
            ImportedTicket.order_reference == reference
        )
        query = Payment.select().where(Payment.order.in_(of_order)).order_by(Payment.id)
        return [(each.method, each.status, f"{each.amount:.2f}") for each in query]
