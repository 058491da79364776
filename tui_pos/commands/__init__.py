"""Every desk operation as a command: one module per group, the same desk functions as the screens."""
