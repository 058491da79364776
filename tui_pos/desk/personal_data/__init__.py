"""Which columns hold what of persons, and how it is erased when a conference is over."""
