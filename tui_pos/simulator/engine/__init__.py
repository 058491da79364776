"""What happens inside Stripe: accounts, payments, card readers, refunds, cards, and what is due later."""
