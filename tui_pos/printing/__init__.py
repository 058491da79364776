"""What goes onto paper: for now the sheet of cards that a scanner reads at the desk."""
