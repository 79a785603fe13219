"""Forecasts as jobs."""
