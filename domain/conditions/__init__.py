"""Rules of a campaign: conditions on what is known of a target, and what to do then."""
