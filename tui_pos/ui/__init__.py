"""What is seen: the app, its screens and widgets, and how keys come in."""
