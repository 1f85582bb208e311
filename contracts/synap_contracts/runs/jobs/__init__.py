"""Splitting a run over threads, processes and machines."""
