"""The simulated home as one pure machine: agenda, air, stick and devices, introduced to each other.

Whoever owns the clock calls run_until; whoever owns the serial line calls write and takes what emit gets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .agenda import Agenda, Uniform
from .air import Air, Conditions
from .devices.catalogue import default_names, make_device
from .devices.device import Device
from .devices.memory import DEVICE_LIST
from .devices.surface import Surroundings
from .module import Module
from .places import Place
from .stick import Stick
from .weather import outside_celsius

STICK_NAMES = ("stick", "stick2")
PLACES = (Place(0.0, 0.0), Place(7.0, 3.0))  # of the sticks, in metres
CROWD = 50  # devices whose first frames the air carries at once
CROWD_GAP_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    """What a simulated home is like.

    models: their names, in the order of their serials; empty: ``devices`` of the packaged home, 1 to 10,000.
    radios: of each stick its make, "cul" or "module"; the second stands in another room.
    speed: how many home seconds pass in one second; the radio always runs in real time.
    day_start_s: home time at the beginning, seconds since midnight. central: owner of devices without memory,
    3 bytes; None leaves them unpaired.
    """

    devices: int = 12
    models: tuple[str, ...] = ()
    radios: tuple[str, ...] = ("cul",)
    speed: float = 1.0
    day_start_s: float = 6.5 * 3600
    central: bytes | None = None
    conditions: Conditions = field(default_factory=Conditions)


class World:
    """A home on a desk.

    emit: takes the bytes that the first stick sends to its host, more: those of the others.
    on_line: told every command line that the host writes to a first stick of text lines.
    sticks: by name: stick, stick2.
    """

    def __init__(
        self,
        config: WorldConfig,
        *,
        uniform: Uniform,
        emit: Callable[[bytes], None],
        on_line: Callable[[bytes], None] | None = None,
        more: Sequence[Callable[[bytes], None]] = (),
        now_s: float = 0.0,
    ) -> None:
        self.config = config
        self.agenda = Agenda(now_s)
        self.air = Air(self.agenda, uniform, config.conditions)
        self._uniform = uniform
        self.sticks: dict[str, Stick | Module] = {}
        for make, place, told in zip(config.radios, PLACES, (emit, *more), strict=False):
            self._add_stick(make, place, told, on_line if not self.sticks else None)
        self._start_s = now_s
        surroundings = Surroundings(
            home_s=self.home_s,
            outside_celsius=lambda: outside_celsius(self.home_s()),
            uniform=uniform,
            speed=config.speed,
        )
        self.devices: dict[str, Device] = {}
        for number, name in enumerate(config.models or default_names(config.devices), 1):
            device = make_device(name, number, self.air, surroundings)
            if config.central is not None:
                device.memory.write(DEVICE_LIST, dict(zip((0x0A, 0x0B, 0x0C), config.central, strict=True)))
            self.devices[device.serial] = device

    def _add_stick(
        self,
        make: str,
        place: Place,
        emit: Callable[[bytes], None],
        on_line: Callable[[bytes], None] | None,
    ) -> None:
        name = STICK_NAMES[len(self.sticks)]
        if make == "module":
            module = Module(self.agenda, self.air, emit, self._uniform, place)
            self.air.join_everything(module.radio)
            self.sticks[name] = module
        else:
            stick = Stick(self.agenda, self.air, emit, on_line, place)
            self.air.join_everything(stick)
            self.sticks[name] = stick

    @property
    def stick(self) -> Stick | Module:
        """The first stick."""
        return self.sticks[STICK_NAMES[0]]

    def remember(self, kept: Mapping[str, Mapping[str, object]]) -> None:
        """Give devices back what they kept; unknown serials are ignored.

        Raises:
            ValueError: a memory is broken; the message names the device.
        """
        for serial, memory in kept.items():
            if serial in self.devices:
                try:
                    self.devices[serial].memory.load_json(memory)
                except (ValueError, TypeError, AttributeError) as error:
                    raise ValueError(f"memory of {serial}: {error}") from error

    def power_on(self) -> None:
        """Let every device begin; a crowd does so one after the other, as its fuses would be switched on."""
        for index, device in enumerate(self.devices.values()):
            device.power_on(max(0, index - CROWD) * CROWD_GAP_S)

    def home_s(self) -> float:
        """Home time: seconds since the midnight before the beginning."""
        return self.config.day_start_s + (self.agenda.now_s - self._start_s) * self.config.speed

    @property
    def memory_changes(self) -> int:
        """Grows when some device learned something worth keeping."""
        return sum(device.memory.changes for device in self.devices.values())

    def unpaired(self) -> list[Device]:
        """Devices without an owner, in the order of their serials."""
        return [device for device in self.devices.values() if not device.memory.is_paired]
