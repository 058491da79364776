"""Giving money back the way it came, and taking a whole sale back."""
