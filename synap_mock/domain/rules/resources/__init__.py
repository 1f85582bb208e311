"""The rules of single resources, one module each."""
