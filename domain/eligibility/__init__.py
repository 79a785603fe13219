"""Whether a target may be dialed now: one answer for the selector and for whoever asks why not."""
