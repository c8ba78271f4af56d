"""Simulated devices: device.py is their radio, a file per kind the behaviour, catalogue.py the home."""
