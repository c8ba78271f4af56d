"""``homebase devices``: what is in the home."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from ..home import ask_home, home_socket


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="of the home that is meant; default: the running one"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line, as the API gives them")


def run(options: argparse.Namespace) -> int:
    """List the devices."""
    devices = ask_home(home_socket(options.state), "GET", "/api/v1/devices").get("devices")
    rows = [device for device in devices if isinstance(device, dict)] if isinstance(devices, list) else []
    if options.json:
        for device in rows:
            print(json.dumps(device, ensure_ascii=False))
        return 0
    table = [("ADDRESS", "MODEL", "FIRMWARE", "NAME", "STATE"), *(_row(device) for device in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(5)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(device: Mapping[str, object]) -> tuple[str, ...]:
    reachable = "reachable" if device.get("reachable") else "unreachable"
    state = "pending" if device.get("pending") else reachable
    names = ("address", "model", "firmware", "name")
    return (*(_printable(device.get(name)) for name in names), state)


def _printable(value: object) -> str:
    text = "-" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text)
