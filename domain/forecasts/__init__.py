"""What a campaign would do: ordered, played in a process of its own, kept with who asked."""
