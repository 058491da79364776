"""What was bought: what an order owes, when it is complete, how it is shown and found again."""
