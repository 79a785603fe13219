"""Jobs that bring lists in."""
