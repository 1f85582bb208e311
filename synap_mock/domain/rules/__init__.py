"""What the fake rejects: what a rule is, the index of all rules, their export for the docs."""
