"""A point of sale for conference registration desks."""
