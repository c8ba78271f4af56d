"""``homebase run``: this home."""

import argparse

from .start import add_options, become_gate


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; the state is /var/lib/homebase, the configuration /etc/homebase/homebase.toml."""
    add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Become the gate, which starts the hub."""
    become_gate("run", options)
