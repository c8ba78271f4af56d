"""Phones: enrolled, what they state under their signature, how they are paired, relays to reach them by."""
