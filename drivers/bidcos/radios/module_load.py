"""What is written into a module before it can send: its start-up and its keys, step by step. Data, pure.

Source: docs/protocols/bidcos.md, "Module start-up".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..codec.uart import AppCommand, OsCommand
from ..codec.uart_reports import Address, Credits, Firmware, SerialNumber
from ..codec.uart_requests import Ask, Enable, Request, SetAddress, SetKey, SetTime
from .radio import Key, Keys, Station

Take = Callable[[bytes], bool]


def _anything(info: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request.

    take: given what the answer carries, says whether it is right. needed: if not, the module is reset.
    peer: whom it is about.
    """

    request: Request
    take: Take = _anything
    needed: bool = False
    peer: bytes | None = None


class ModuleFacts:
    """What a module told of itself while it started."""

    def __init__(self) -> None:
        self.firmware: tuple[int, int, int] | None = None
        self.serial = ""
        self.factory_address: bytes | None = None
        self.used_credits = 0

    @property
    def version(self) -> str:
        """As people write it."""
        return ".".join(str(part) for part in self.firmware or ())

    @property
    def takes_burst_byte(self) -> bool:
        """Firmware before 1.0.6 wants SEND without it; one that tells nothing is a newer one."""
        return self.firmware is None or self.firmware >= (1, 0, 6)

    def took_firmware(self, info: bytes) -> bool:
        """The version."""
        read = Firmware.parse(info)
        self.firmware = read.version if read is not None else None
        return read is not None

    def took_serial(self, info: bytes) -> bool:
        """Its number, the radio's id."""
        read = SerialNumber.parse(info)
        self.serial = read.serial if read is not None else ""
        return read is not None

    def took_factory_address(self, info: bytes) -> bool:
        """The address that it was made with."""
        read = Address.parse(info)
        self.factory_address = read.address if read is not None else None
        return read is not None

    def took_credits(self, info: bytes) -> bool:
        """Send time used."""
        read = Credits.parse(info)
        if read is not None:
            self.used_credits = read.used
        return read is not None


def start_steps(station: Station, facts: ModuleFacts, now: datetime) -> Iterator[Step]:
    """In the order of the maker's own software."""
    yield Step(request=SetAddress(address=station.address), needed=True)
    yield Step(
        request=Ask(command=AppCommand.GET_ADDRESS),
        take=lambda info: (read := Address.parse(info)) is not None and read.address == station.address,
        needed=True,
    )
    yield Step(request=Ask(command=AppCommand.DEFAULT_ADDRESS), take=facts.took_factory_address)
    yield set_time(now)
    yield Step(request=Ask(command=OsCommand.GET_FIRMWARE), take=facts.took_firmware)
    yield Step(request=Ask(command=OsCommand.NORMAL_MODE))
    yield Step(request=Ask(command=OsCommand.GET_SERIAL), take=facts.took_serial)
    yield Step(request=Enable(command=OsCommand.ENABLE_CSMA, on=True))
    yield Step(request=Enable(command=OsCommand.ENABLE_CREDITS, on=True))
    yield Step(request=Ask(command=OsCommand.GET_CREDITS), take=facts.took_credits)
    yield from key_steps(Keys(), station.keys, everything=True)


def set_time(now: datetime) -> Step:
    """The time and the house's zone."""
    offset = now.astimezone().utcoffset() or timedelta()
    return Step(
        request=SetTime(seconds=int(now.timestamp()) & 0xFFFFFFFF, zone=int(offset / timedelta(minutes=30)))
    )


def key_steps(old: Keys, new: Keys, *, everything: bool = False) -> Iterator[Step]:
    """Load keys that changed, or all three."""
    slots = (
        (AppCommand.SET_CURRENT_KEY, old.current, new.current),
        (AppCommand.SET_PREVIOUS_KEY, old.previous, new.previous),
        (AppCommand.SET_TEMPORARY_KEY, old.temporary, new.temporary),
    )
    for command, before, now in slots:
        if everything or before != now:
            yield Step(request=_set_key(command, now))


def _set_key(command: AppCommand, key: Key | None) -> SetKey:
    return (
        SetKey(command=command) if key is None else SetKey(command=command, key=key.secret, index=key.index)
    )
