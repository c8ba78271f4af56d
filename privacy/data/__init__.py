"""Package data: the notices' register and the built app, read by importlib.resources only."""
