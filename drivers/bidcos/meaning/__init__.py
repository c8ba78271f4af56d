"""Frames in words: ``homebase decode``, for people and for tests. Pure; the driver acts on none of it."""
