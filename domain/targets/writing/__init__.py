"""Files of targets, written as a stream by a process of its own."""
