"""Jobs that do something to many targets."""
