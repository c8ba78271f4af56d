"""Kills and power cuts at random instants. ``python -m tests.crash.series --points 1000`` runs many."""
