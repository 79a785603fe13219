"""The pre-dial hook: another program is asked before each call of a campaign."""
