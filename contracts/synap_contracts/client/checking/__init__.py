"""What an adapter gets wrong, in words, before a run: `synap-mock adapter check`."""
