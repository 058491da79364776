"""What was bought: what an order owes, how it is written, held, completed and shown."""
