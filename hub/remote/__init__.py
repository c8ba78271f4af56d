"""Sessions with phones: one encrypted protocol over any transport, and how a phone is paired.

Noise: noise.py, noise_patterns.py. Handshakes: opening.py, responder.py, initiator.py. Messages:
transport.py, padding.py. Frames: frames.py, streams.py, channel.py, hub_session.py, phone_session.py.
Pairing: qr.py, pairing.py, words.py. Requests: messages.py, once.py. All of these are pure.
Specification: docs/protocols/remote.md.
"""
