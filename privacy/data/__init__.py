"""Package data: the notices' register and the built app, files beside this one."""
