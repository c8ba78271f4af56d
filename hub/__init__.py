"""The hub: a home's devices, memory and door for people.

Public parts: hub.contract (for drivers), hub.daemon (the command).
"""
