"""What the gate may ask for statistics and monitoring: a few whole numbers, none of them about a person.

The gate makes them coarse, anonymous or pseudonymous (privacy/gate/outbox/figures.py); here they are counted.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.operations import House
from privacy.client import GateDeclined

from .diagnosis import memory_kib
from .log import ErrorCounter

DAY_S = 86_400
Answer = Callable[[Mapping[str, object]], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """started_s: monotonic seconds at the hub's start."""

    house: House
    errors: ErrorCounter
    state: Path
    started_s: float

    def collect_or(self, otherwise: Answer) -> Answer:
        """The answer to the gate's question ``collect``; activities without figures go to ``otherwise``."""
        counted: Mapping[str, Mapping[str, Callable[[], int]]] = {
            "telemetry.usage": {
                "devices": lambda: len(self.house.registry.devices),
                "rooms": lambda: len(self.house.rooms.all()),
                "unreachable": self._unreachable,
                "uptime": self._uptime_days,
            },
            "monitor.device": {
                "uptime": self._uptime_days,
                "memory": lambda: memory_kib() // 1024,
                "disk": self._disk_percent,
                "errors": self.errors.count,
                "unreachable": self._unreachable,
            },
        }

        async def collect(request: Mapping[str, object]) -> Mapping[str, object]:
            figures, wanted = counted.get(str(request.get("activity"))), request.get("groups")
            if figures is None:
                return await otherwise(request)
            if not isinstance(wanted, list) or any(name not in figures for name in wanted):
                raise GateDeclined("unknown_group", f"allowed are {', '.join(figures)}")
            return {"groups": {name: figures[name]() for name in wanted}}

        return collect

    def _unreachable(self) -> int:
        return sum(not device.reachable for device in self.house.registry.devices.values())

    def _uptime_days(self) -> int:
        return int((self.house.clock.monotonic() - self.started_s) // DAY_S)

    def _disk_percent(self) -> int:
        disk = os.statvfs(self.state)
        return 100 - 100 * disk.f_bavail // max(disk.f_blocks, 1)
