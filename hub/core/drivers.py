"""How each driver's hardware is: its last word about its state, send time and teach-in. No I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from hub.contract import (
    AirtimeChanged,
    DriverState,
    DriverStateChanged,
    PairingProgress,
    PairingStage,
    RadioIdentified,
)

MOST_STEPS = 64  # of a teach-in that are remembered: who opens the page later sees them; older ones go first


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStatus:
    """One driver as the owner sees it. since: since then in this state; airtime, radio: None until told."""

    name: str
    state: DriverState
    detail: str
    since: datetime
    airtime: AirtimeChanged | None = None
    radio: RadioIdentified | None = None


DriverNews = DriverStateChanged | AirtimeChanged | RadioIdentified | PairingProgress


class DriverBoard:
    """Keeps one DriverStatus per driver. One writer: the hub's intake."""

    def __init__(self, names: tuple[str, ...], at: datetime) -> None:
        self._statuses = {
            name: DriverStatus(name=name, state=DriverState.STARTING, detail="", since=at) for name in names
        }
        self.statuses: Mapping[str, DriverStatus] = MappingProxyType(self._statuses)
        self._traces: dict[str, tuple[PairingProgress, ...]] = {}

    def apply(self, event: DriverNews) -> DriverNews | None:
        """Take a driver's word; None when it said nothing new (a port still missing after another try)."""
        if isinstance(event, PairingProgress):
            return self._trace(event)
        known = self._statuses.get(event.driver)
        if isinstance(event, AirtimeChanged):
            if known is None or known.airtime == event:
                return None
            self._statuses[event.driver] = replace(known, airtime=event)
            return event
        if isinstance(event, RadioIdentified):
            if known is None:
                return None
            self._statuses[event.driver] = replace(known, radio=event)
            return event
        if known is not None and (known.state, known.detail) == (event.state, event.detail):
            return None
        self._statuses[event.driver] = DriverStatus(
            name=event.driver,
            state=event.state,
            detail=event.detail,
            since=event.at,
            airtime=None if known is None else known.airtime,
            radio=None if known is None else known.radio,
        )
        return event

    def trace(self, interface: str) -> tuple[PairingProgress, ...]:
        """The steps of that driver's latest teach-in window, oldest first."""
        return self._traces.get(interface, ())

    def _trace(self, step: PairingProgress) -> PairingProgress:
        if step.interface in self._statuses:
            earlier = () if step.stage is PairingStage.OPEN else self._traces.get(step.interface, ())
            self._traces[step.interface] = (*earlier, step)[-MOST_STEPS:]
        return step
