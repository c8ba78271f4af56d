"""Errors of the hub, by what the caller can do about them.

HubError
├── ConfigError             tell the owner which key, which value, which range
├── CommandRefused          tell the user: unknown channel, value out of range
├── StoreError              the home's memory can't be written: say so, change nothing
└── DriverError
    ├── LinkLost            the supervisor reconnects
    ├── WrongKey            the device signs with a key that we do not have: show the way out
    ├── DeviceUnreachableError   no acknowledgement after all attempts; show it, do not retry
    └── DutyCycleExhausted  retry after ``retry_after_s`` seconds
"""

from hub.contract.addresses import DeviceAddress


class HubError(Exception):
    """Root: everything that this hub raises on purpose."""


class ConfigError(HubError):
    """A key of homebase.toml. allowed: the range or values in words; way_out: what to do."""

    def __init__(self, key: str, value: object, allowed: str, way_out: str = "") -> None:
        super().__init__(key, value, allowed, way_out)
        self.key, self.value, self.allowed, self.way_out = key, value, allowed, way_out

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}: allowed is {self.allowed}" + (
            f"; {self.way_out}" if self.way_out else ""
        )


class CommandRefused(HubError):
    """Nothing was sent. code: for texts (unknown_device, not_writable, wrong_type, out_of_range …)."""

    def __init__(self, code: str, *, field: str = "", value: object = None, allowed: str = "") -> None:
        super().__init__(code, field, value, allowed)
        self.code, self.field, self.value, self.allowed = code, field, value, allowed


class StoreError(HubError):
    """The store can't be opened, read or written. code: wrong_key, full, io, newer, corrupt, locked."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(code, what)
        self.code, self.what = code, what


class DriverError(HubError):
    """Root of what a driver's hardware does to us."""


class LinkLost(DriverError):
    """The stick is gone, silent, or can't be opened. code: as DriverStateChanged.detail."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeviceUnreachableError(DriverError):
    """No acknowledgement after all attempts."""

    def __init__(self, device: DeviceAddress, attempts: int) -> None:
        super().__init__(device, attempts)
        self.device, self.attempts = device, attempts


class WrongKey(DriverError):
    """The device asked for a signature and did not take ours."""

    def __init__(self, device: DeviceAddress) -> None:
        super().__init__(device)
        self.device = device


class DutyCycleExhausted(DriverError):
    """The hour's send time is used up."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s
