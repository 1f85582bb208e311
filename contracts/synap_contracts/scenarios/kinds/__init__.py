"""Kinds of text that clients are known to change: what is decoded twice, removed, masked, normalized or cut."""
