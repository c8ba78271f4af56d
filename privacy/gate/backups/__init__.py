"""Backups: where copies lie, and how they get there and back."""
