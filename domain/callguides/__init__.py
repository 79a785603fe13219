"""Call guides: what agents ask, and what customers answered."""
