"""The ASGI app: the Synap API and the control API (``/_mock``)."""
