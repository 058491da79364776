"""Letting people in and handing out what they bought."""
