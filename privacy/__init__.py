"""What may leave the house, and the proof of what did.

Public parts: privacy.vocabulary, privacy.ports, privacy.client, privacy.system.
"""
