"""Clients that come with the kit."""
