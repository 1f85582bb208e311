"""Searching what happened, and waiting for it."""
