"""Statistics over what the domain counts, by libraries that are kept well: rates, survival, competing risks."""
