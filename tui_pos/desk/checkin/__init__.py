"""Letting people in, handing out what they bought, naming guest tickets."""
