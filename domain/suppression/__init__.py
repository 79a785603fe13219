"""Numbers that are not called: lists of an account and of its campaigns."""
