"""What Stripe's HTTP API says: routes, parameters, lists, search, expansion, errors, idempotency."""
