"""Who and what was meant: people, orders, receipts, what happened at a station."""
