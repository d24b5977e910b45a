"""Every row that a court may ask for, bound version by version into a chain of its own (decision 0062)."""
