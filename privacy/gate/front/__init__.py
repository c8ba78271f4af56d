"""Browsers and the command line: heads checked, the app's files, the way to the hub's parked streams."""
