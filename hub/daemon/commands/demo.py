"""``homebase demo``: a simulated home behind a real gate, with real radio bytes on a pseudo terminal."""

import argparse

from ..speech import phrase
from .start import add_options, become_gate, between


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; the state is $XDG_STATE_HOME/homebase/demo."""
    config = phrase("homebase.toml in the state folder")
    add_options(parser, state="$XDG_STATE_HOME/homebase/demo", config=config)
    parser.add_argument(
        "--devices",
        type=between(int, 1, 10_000),
        default=12,
        metavar="N",
        help="simulated devices; default 12",
    )
    parser.add_argument(
        "--speed",
        type=between(float, 1, 3600),
        default=1.0,
        metavar="X",
        help="hours of the home's day pass X times as fast, 1 to 3600; default 1",
    )


def run(options: argparse.Namespace) -> int:
    """Become the gate, which starts hub and simulator."""
    become_gate("demo", options, devices=options.devices, speed=options.speed)
