"""How an order is paid beside the card reader: cash, credit, complimentary, and any split of them."""
