"""From settings to an open desk: session, setup, demo, doctor."""
