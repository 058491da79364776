"""From a cart to an order: carts, checkout, and what a charge needs before it begins."""
