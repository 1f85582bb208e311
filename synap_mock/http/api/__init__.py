"""The Synap API, one module per resource."""
