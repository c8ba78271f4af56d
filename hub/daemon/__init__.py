"""Composition root: the command line and the wiring."""
