"""How each driver's hardware is: its last word about its state and its send time. No I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from hub.contract import AirtimeChanged, DriverState, DriverStateChanged, RadioIdentified


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStatus:
    """One driver as the owner sees it. since: since then in this state; airtime, radio: None until told."""

    name: str
    state: DriverState
    detail: str
    since: datetime
    airtime: AirtimeChanged | None = None
    radio: RadioIdentified | None = None


DriverNews = DriverStateChanged | AirtimeChanged | RadioIdentified


class DriverBoard:
    """Keeps one DriverStatus per driver. One writer: the hub's intake."""

    def __init__(self, names: tuple[str, ...], at: datetime) -> None:
        self._statuses = {
            name: DriverStatus(name=name, state=DriverState.STARTING, detail="", since=at) for name in names
        }
        self.statuses: Mapping[str, DriverStatus] = MappingProxyType(self._statuses)

    def apply(self, event: DriverNews) -> DriverNews | None:
        """Take a driver's word; None when it said nothing new (a port still missing after another try)."""
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
