"""What the desk adds to the shop's products: codes, VAT and sizes.

Without a reference to the product: it would keep the web site from deleting one.
"""

from peewee import BigIntegerField, CharField

from tui_pos.data.base import Table, foreign_key, now
from tui_pos.data.fields import time_column
from tui_pos.data.tables.program import Conference


class ProductCode(Table):
    """A code that a product's barcode says, as `core.product_numbers.canonical` writes it.

    ``kind`` is ticket or addon, ``product_id`` the row of that table, which may be gone.
    """

    conference = foreign_key(Conference)
    conference_id: int
    kind = CharField(20)
    product_id = BigIntegerField()
    code = CharField(50)
    created_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_product_code"
        indexes = ((("conference", "code"), True),)


class ProductDetail(Table):
    """What of a product no column of the shop holds; ``kind`` and ``product_id`` as of a ``ProductCode``.

    ``vat_rate`` is per cent as a decimal ("8.1"), "" where none is told. A product that is one ``size`` of
    several names in ``size_of`` the slug that all of them began as.
    """

    conference = foreign_key(Conference)
    conference_id: int
    kind = CharField(20)
    product_id = BigIntegerField()
    vat_rate = CharField(10, default="")
    size = CharField(50, default="")
    size_of = CharField(200, default="")
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_product_detail"
        indexes = ((("product_id", "kind"), True),)
