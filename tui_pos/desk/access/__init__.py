"""Who may act: sign-in, rights, stations in use, the audit log."""
