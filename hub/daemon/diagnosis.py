"""What the gate may ask for a diagnosis bundle: figures about machine, radio, device types, errors.

No names, serial numbers, rooms, states. The gate checks it against its own closed schema
(privacy/payload.py) and believes nothing.
"""

import os
import platform
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.contract import Driver
from hub.operations import House
from privacy.client import GateDeclined
from privacy.state_files import HUB, names, strangers

from .drivers import Counting
from .log import ErrorCounter

RSSI = "RSSI_DEVICE"
PAGE_KIB = os.sysconf("SC_PAGESIZE") // 1024
UNKNOWN = "Unknown"
# as the gate takes it: privacy/payload.py, Model and the look of a serial number
_MODEL = re.compile(r"[A-Z][A-Za-z0-9]{0,9}(-[A-Za-z0-9]{1,9}){0,6}")
_LONGEST_MODEL = 32
_SERIAL = re.compile(r"[A-Z]{3}[0-9A-F]{7}|[A-Z]{2,4}[0-9]{6,}")
# a maker's name with blanks, such as ZEL STG RM FWT
_CAPITALS = re.compile(r"[A-Z0-9]+(?:[ ._/-]+[A-Z0-9]+)*")
# of a type that nobody entered, as the radio's driver calls it: its code
_CODE = re.compile(r"[a-z]+ ([0-9A-F]{4})")
_MACHINES = frozenset(
    {
        *("aarch64", "armv6l", "armv7l", "armv8l", "i386", "i586", "i686", "loongarch64", "ppc64le"),
        *("riscv64", "s390x", "x86_64"),
    }
)
_FIRMWARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}")
_FIGURES = re.compile(r"[0-9]{1,3}(\.[0-9]{1,5}){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Collects the groups. started_s: monotonic seconds at the hub's start."""

    house: House
    drivers: Mapping[str, Driver]
    errors: ErrorCounter
    state: Path
    started_s: float

    async def collect(self, request: Mapping[str, object]) -> Mapping[str, object]:
        """Answer the gate's question ``collect`` for exactly the groups that it names."""
        groups: Mapping[str, Callable[[], object]] = {
            "system": self._system,
            "radio": self._radio,
            "devices": self._devices,
            "errors": self.errors.faults,
        }
        wanted = request.get("groups")
        if not isinstance(wanted, list) or any(name not in groups for name in wanted):
            raise GateDeclined("unknown_group", f"allowed are {', '.join(groups)}")
        return {"groups": {name: groups[name]() for name in wanted}}

    def _system(self) -> Mapping[str, object]:
        disk = os.statvfs(self.state)
        return {
            "version": self.house.version,
            "python": _figures(platform.python_version()),
            "machine": machine if (machine := os.uname().machine.lower()) in _MACHINES else "other",
            "kernel": _figures(os.uname().release),
            "uptime_s": int(self.house.clock.monotonic() - self.started_s),
            "memory_kib": memory_kib(),
            "disk_free_kib": disk.f_bavail * disk.f_frsize // 1024,
        }

    def _radio(self) -> list[Mapping[str, object]]:
        return [self._interface(name) for name in self.house.board.statuses]

    def _interface(self, name: str) -> Mapping[str, object]:
        status = self.house.board.statuses[name]
        driver: object = self.drivers.get(name)
        counted: Mapping[str, int] = driver.counters() if isinstance(driver, Counting) else {}
        found: dict[str, object] = {
            "driver": name,
            "state": status.state.value,
            "airtime_used_ms": int(status.airtime.used_ms) if status.airtime else 0,
            "airtime_limit_ms": int(status.airtime.limit_ms) if status.airtime else 0,
        }
        for key in ("frames_received", "frames_sent", "frames_damaged", "repeats"):
            found[key] = counted.get(key, 0)
        signals = [
            float(datapoint.value)
            for datapoint_id, datapoint in self.house.state.values.items()
            if datapoint_id.parameter == RSSI and datapoint_id.channel.device.interface == name
        ]
        if signals:
            found["signal_worst_dbm"] = round(min(signals))
            found["signal_mean_dbm"] = round(sum(signals) / len(signals))
        return found

    def _devices(self) -> list[Mapping[str, object]]:
        all_of: Counter[tuple[str, str]] = Counter()
        unreachable: Counter[tuple[str, str]] = Counter()
        for device in self.house.registry.devices.values():
            kind = (_model(device.description.model), _firmware(device.description.firmware))
            all_of[kind] += 1
            unreachable[kind] += not device.reachable
        return [
            {
                "model": model,
                "firmware": firmware,
                "count": count,
                "unreachable": unreachable[model, firmware],
            }
            for (model, firmware), count in sorted(all_of.items())
        ]


def memory_kib() -> int:
    """Resident, of this process."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_KIB


async def unknown_files(state: Path, _: Mapping[str, object]) -> Mapping[str, object]:
    """Answer the gate's question ``files``: what lies in the hub's folder and was never declared."""
    return {"unknown": list(strangers(names(state), HUB))}


def _model(name: str) -> str:
    """The maker's name of a type, as the gate takes it; one that it did not take would keep all others here.

    Blanks become hyphens. A name in words is not told: it may be somebody's.
    """
    if _fits(name):
        return name
    if found := _CODE.fullmatch(name):
        return f"{UNKNOWN}-{found[1]}"
    if _CAPITALS.fullmatch(name):
        made = "-".join(re.findall(r"[A-Z0-9]+", name))
        made = made if made[0].isalpha() else f"Type-{made}"
        return made if _fits(made) else UNKNOWN
    return UNKNOWN


def _fits(name: str) -> bool:
    return len(name) <= _LONGEST_MODEL and bool(_MODEL.fullmatch(name)) and not _SERIAL.search(name)


def _firmware(text: str) -> str:
    found = _FIRMWARE.match(text)
    return found.group() if found else "0"


def _figures(text: str) -> str:
    """The leading figures of a version; a kernel of one's own may have a name behind them."""
    found = _FIGURES.match(text)
    return found.group() if found else "0.0"
