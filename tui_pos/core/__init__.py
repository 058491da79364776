"""Small parts that know nothing of the rest: money, clock, scan, config, logs."""
