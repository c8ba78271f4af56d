"""Tests of privacy/gate/updates."""
