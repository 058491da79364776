"""The rows of the seed's table, by what a desk does; ``test_seed_answers`` runs them."""
