"""What leaves the program as lists: exports, and the day as an accountant books it."""
