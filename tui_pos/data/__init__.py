"""What is stored: the tables, the connection, the schema upgrades. Knows no Stripe and no screen."""
