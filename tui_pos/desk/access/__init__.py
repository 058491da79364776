"""Who may act: signing in, rights, and what needs a supervisor."""
