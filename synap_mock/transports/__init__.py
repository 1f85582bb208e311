"""How requests reach the app: in this process, or through a port."""
