"""Campaigns that work together: one draws what another finished, one waits for another."""
