"""Recording messages and reading them back."""
