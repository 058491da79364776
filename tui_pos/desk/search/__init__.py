"""Who stands at the desk: look-up and search, check-in, what they are handed, whom they bring."""
