"""The command ``synap-mock``, one module per command."""
