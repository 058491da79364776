"""How an order is paid beside the card reader: cash, credit, gifts, and any split of them."""
