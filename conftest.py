"""Settings of the whole suite."""

from __future__ import annotations

from hypothesis import settings

# Timing says nothing here: the machine is shared. What is slow shows itself in benchmarks/.
settings.register_profile("synap-mock", deadline=None)
settings.load_profile("synap-mock")
