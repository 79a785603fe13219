"""Jobs that hand lists out."""
