"""Drivers: each speaks one kind of hardware and offers it by hub.contract.

Loaded by the entry points ``homebase.drivers``.
"""
