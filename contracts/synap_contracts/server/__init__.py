"""The server that a client talks to, as seen over HTTP."""
