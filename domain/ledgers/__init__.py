"""Every live answer and what became of it: the proof that a campaign keeps its abandon target."""
