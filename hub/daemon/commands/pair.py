"""``homebase pair``: open the teach-in window and tell each step until it closes."""

import argparse
import time
from datetime import datetime, timedelta

from privacy.system import SystemClock

from ..command_line import EXIT_IO, printable
from ..gate_console import rows_of
from ..speech import as_word, phrase
from .start import between
from .verbs import Answer, add_home_options, add_interface, ask, interface_of, print_json, reason_words

LOOK_S = 0.5
LAST_WORD = timedelta(seconds=2)  # in which the driver closes the window by itself and says why nobody came
ENDS = {"paired", "failed", "closed"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--serial", default="", metavar="S", help="let in only this device: KEQ0123456")
    parser.add_argument(
        "--seconds", type=between(float, 1, 300), default=60.0, metavar="N", help="1 to 300; default 60"
    )
    add_interface(parser)
    add_home_options(parser)


def run(options: argparse.Namespace) -> int:
    """Open the window; 0: a device was paired; 74: none was."""
    interface = interface_of(options)
    body = {"interface": interface, "seconds": options.seconds, "serial": options.serial}
    until = str(ask(options, "POST", "pairing", body=body).get("until"))
    if not options.json:
        print(
            phrase(
                "open until {until}: press the device's teach-in button; Ctrl-C closes the window",
                until=until,
            ),
            flush=True,
        )
    try:
        return _follow(options, interface, datetime.fromisoformat(until))
    finally:
        ask(options, "DELETE", "pairing", interface=interface)


def _follow(options: argparse.Namespace, interface: str, until: datetime) -> int:
    told, paired, last = 0, 0, ""
    while last not in ENDS or (last != "closed" and not options.serial):
        if SystemClock().now() > until + LAST_WORD and last != "configuring":
            break
        steps = rows_of(ask(options, "GET", "pairing", interface=interface), "steps")
        for step in steps[told:]:
            last = str(step.get("stage"))
            paired += last == "paired"
            _tell(options, step)
        told = len(steps)
        time.sleep(LOOK_S)
    if not paired and not options.json:
        print(phrase("nobody was paired; homebase radio sniff shows whether the device is heard at all"))
    return 0 if paired else EXIT_IO


def _tell(options: argparse.Namespace, step: Answer) -> None:
    if options.json:
        print_json(step)
        return
    if step.get("stage") == "open":
        return  # said already
    who = step.get("device") or step.get("model") or ""
    heard = (
        phrase(", heard at {rssi_dbm:g} dBm", rssi_dbm=step["rssi_dbm"])
        if isinstance(step.get("rssi_dbm"), float)
        else ""
    )
    parts = (
        phrase(" step {step} of {steps}", step=step.get("step"), steps=step.get("steps"))
        if step.get("steps")
        else ""
    )
    reason = f": {reason_words(options, 'pairing', step['reason'])}" if step.get("reason") else ""
    line = f"{as_word(step.get('stage'))}{parts} {who} {step.get('model') or ''}".rstrip()
    print(printable(f"{line}{heard}{reason}"), flush=True)
