"""Long-term memory: what was seeded or stored, and how a fetch finds it again."""
