"""The simulator as a server: HTTP, a process of its own, and the control paths that Stripe does not have."""
