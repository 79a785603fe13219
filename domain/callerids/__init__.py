"""Which number a customer sees."""
