"""Files of contacts, of every kind, as rows. Pure but for the file itself: no ORM, no network."""
