"""The Python host: serves the protocol for a Python client."""
