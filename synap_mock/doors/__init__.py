"""The ways in: `intercept` for httpx in this process, `live` for a port. Both lead to the one app."""
