"""``homebase run``: this home."""

import argparse

from privacy.places import CONFIG, RUN_STATE

from .start import add_options, become_gate


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; the state is /var/lib/homebase, the configuration /etc/homebase/homebase.toml."""
    add_options(parser, state=str(RUN_STATE), config=str(CONFIG))


def run(options: argparse.Namespace) -> int:
    """Become the gate, which starts the hub."""
    become_gate("run", options)
