"""Data that leaves by itself: staged, encrypted, sent, tried again, and asked to be deleted."""
