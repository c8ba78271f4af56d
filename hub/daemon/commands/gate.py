"""``homebase gate``: the gate without a hub of its own, for systemd, which starts the hub as another unit."""

import argparse

from privacy.places import CONFIG, RUN_STATE

from .start import add_options, become_gate


def configure(parser: argparse.ArgumentParser) -> None:
    """Options, as of ``homebase run``."""
    add_options(parser, state=str(RUN_STATE), config=str(CONFIG))


def run(options: argparse.Namespace) -> int:
    """Become the gate."""
    become_gate("gate", options)
