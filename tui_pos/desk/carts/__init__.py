"""From a cart to an order: carts, buyers, checkout, and the hold on its stock."""
