"""Which entries were lost or recorded more than once, derived from what was sent, answered and recorded."""
