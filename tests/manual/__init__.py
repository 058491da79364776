"""What the manual says of the program is so."""
