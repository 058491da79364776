"""What comes from lists of other systems: people with their tickets."""
