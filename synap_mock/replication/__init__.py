"""One fake in several processes: each applies the same entries of one log, in the same order."""
