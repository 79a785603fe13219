"""The cron that forgets old tapes."""
