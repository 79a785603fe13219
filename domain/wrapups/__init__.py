"""Wrap-up codes: how an agent saw a call, and what that means for the target."""
