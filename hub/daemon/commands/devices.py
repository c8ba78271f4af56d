"""``homebase devices``: what is in the home, and how it is now."""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from privacy.system import SystemClock

from ..gate_console import print_table, rows_of
from ..home import ask_home, home_socket
from ..speech import as_word, phrase
from ..which_home import add_home

# what people ask a device first, in this order; the names are those of a CCU
MAIN = (
    "STATE",
    "LEVEL",
    "SET_TEMPERATURE",
    "ACTUAL_TEMPERATURE",
    "TEMPERATURE",
    "ACTUAL_HUMIDITY",
    "HUMIDITY",
    "VALVE_STATE",
    "MOTION",
    "BRIGHTNESS",
    "POWER",
    "ENERGY_COUNTER",
)
MOST_VALUES = 4
_AGES = ((172_800, 86_400, "days"), (7200, 3600, "h"), (120, 60, "min"), (0, 1, "s"))
Row = Mapping[str, object]


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per line, as the API gives them")


def run(options: argparse.Namespace) -> int:
    """List the devices with their main values and the age of each."""
    home = home_socket(options.home)
    devices = rows_of(ask_home(home, "GET", "/api/v1/devices"), "devices")
    if options.json:
        for device in devices:
            print(json.dumps(device, ensure_ascii=False))
        return 0
    print_devices(devices, rows_of(ask_home(home, "GET", "/api/v1/datapoints"), "datapoints"))
    return 0


def print_devices(devices: Iterable[Row], datapoints: Iterable[Row]) -> None:
    """The table, by address."""
    values = values_of(datapoints, SystemClock().now())
    print_table(
        ("ADDRESS", "MODEL", "FIRMWARE", "NAME", "STATE", "VALUES"),
        [_row(device, values) for device in sorted(devices, key=_address)],
    )


def values_of(datapoints: Iterable[Row], now: datetime) -> Mapping[str, str]:
    """The main values of each device by its address, as one text: ``1.STATE on (12 s)``."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for row in datapoints:
        channel, _, parameter = str(row.get("id")).rpartition(".")
        address, _, index = channel.rpartition(":")
        if parameter in MAIN and index.isdecimal():
            text = f"{index}.{parameter} {_value(row)} ({age(str(row.get('at')), now)})"
            found.setdefault(address, []).append((MAIN.index(parameter), int(index), text))
    return {address: ", ".join(_first(texts)) for address, texts in found.items()}


def age(at: str, now: datetime) -> str:
    """How long ago that was: ``12 s``, ``5 min``, ``3 h``, ``4 days``."""
    passed_s = max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
    return next(f"{passed_s // size} {phrase(unit)}" for least, size, unit in _AGES if passed_s >= least)


def _first(texts: list[tuple[int, int, str]]) -> Iterator[str]:
    for _, _, text in sorted(texts)[:MOST_VALUES]:
        yield text


def _value(row: Row) -> str:
    value = row.get("value")
    if isinstance(value, bool):
        return phrase("on") if value else phrase("off")
    text = phrase("{amount:g}", amount=value) if isinstance(value, float) else as_word(value)
    return f"{text} {row['unit']}" if row.get("unit") else text


def _row(device: Row, values: Mapping[str, str]) -> tuple[object, ...]:
    reachable = phrase("reachable") if device.get("reachable") else phrase("unreachable")
    state = phrase("pending") if device.get("pending") else reachable
    names = ("address", "model", "firmware", "name")
    return (*(device.get(name) for name in names), state, values.get(_address(device)))


def _address(device: Row) -> str:
    return str(device.get("address"))
