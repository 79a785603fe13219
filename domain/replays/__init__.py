"""What pacers saw and decided, kept for a time and recomputed to the same answer."""
