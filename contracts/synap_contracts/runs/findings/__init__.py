"""Findings: which violations have one cause, what the client did, and what to change."""
