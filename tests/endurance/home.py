"""A large home: which devices it has, and what its people and its hub do in a day, by natural rates. Data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.bidcos.devices import model_by_name
from drivers.simulator.devices.catalogue import named
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.surface import ActRefused
from drivers.simulator.world import World

DAY_S = 86_400.0
NIGHT_SHARE = 0.15  # how busy the night is, 23 to 6, compared with the day
# devices of each class in a thousand
SHARES = {
    "S": 190, "SB": 15, "D": 30, "DR": 60, "B": 110, "K": 150, "C": 140, "R": 40, "T": 10, "W": 20, "M": 60,
    "MK": 10, "TH": 50, "RT": 60, "TCIT": 20, "P": 20, "SD": 5, "SD2": 15, "KS": 2, "KM": 4, "WM": 4,
    "CO2": 2, "F": 1, "RD": 1, "OT2": 2, "TC": 1, "VD": 2, "SIR": 2, "CH": 2, "LED": 1, "PT": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    """What somebody does to a device of a class, so many times a day."""

    per_day: float
    acts: Sequence[str]


HABITS = {
    "C": Habit(8, ("open", "close")),
    "R": Habit(6, ("open", "tilt", "close")),
    "T": Habit(4, ("open", "close")),
    "M": Habit(60, ("motion",)),
    "MK": Habit(40, ("motion",)),
    "K": Habit(8, ("press 1", "press 2", "press 1 long")),
    "S": Habit(2, ("toggle",)),
    "D": Habit(2, ("level 30", "level 80", "off")),
    "DR": Habit(2, ("level 30", "level 80", "off")),
    "B": Habit(2, ("up", "down", "level 40")),
    "P": Habit(8, ("load 40", "load 900", "on")),
    "W": Habit(0.02, ("wet", "dry")),
    "RT": Habit(1, ("turn 21", "turn 19.5")),
    "TCIT": Habit(1, ("turn 21", "turn 19.5")),
    "KM": Habit(4, ("lock", "unlock")),
}
# what the hub commands: parameter, values, times a day, by kind of channel
ORDERS = {
    "SWITCH": ("STATE", (True, False), 4.0),
    "DIMMER": ("LEVEL", (0.0, 0.4, 1.0), 4.0),
    "DIMMER_T": ("LEVEL", (0.0, 0.4, 1.0), 4.0),
    "DIMMER_L": ("LEVEL", (0.0, 0.4, 1.0), 4.0),
    "BLIND": ("LEVEL", (0.0, 0.5, 1.0), 3.0),
    "RT": ("SET_TEMPERATURE", (17.0, 20.5, 22.0), 2.0),
    "IT": ("SET_TEMPERATURE", (17.0, 20.5, 22.0), 2.0),
}


def names(count: int) -> tuple[str, ...]:
    """The models of a home of so many devices: the common ones of each class in turn."""
    by_class: dict[str, list[str]] = {}
    for name in named("stars"):
        model = model_by_name(name)
        assert model is not None
        by_class.setdefault(model.cls, []).append(name)
    total = sum(share for cls, share in SHARES.items() if cls in by_class)
    chosen: list[str] = []
    for cls, share in SHARES.items():
        models = by_class.get(cls, [])
        wanted = round(share * count / total) if models else 0
        chosen += [models[at % len(models)] for at in range(wanted)]
    spare = by_class["S"]
    return tuple([*chosen, *(spare * count)][:count])


@dataclass(slots=True)
class Life:
    """Lets people live in a home. done, refused: acts; order: gives the hub something to command."""

    world: World
    uniform: Callable[[], float]
    order: Callable[[Device, int, str, bool | float], None]
    done: int = 0
    ordered: int = 0
    _turns: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Plan the first act of each habit."""
        for device in self.world.devices.values():
            habit = HABITS.get(device.blueprint.cls)
            if habit is not None:
                self._plan(habit.per_day, lambda device=device, habit=habit: self._act(device, habit))  # type: ignore[misc]
            for index, kind in device.blueprint.channels.items():
                if kind in ORDERS:
                    self._plan(ORDERS[kind][2], lambda d=device, i=index, k=kind: self._command(d, i, k))  # type: ignore[misc]

    def _plan(self, per_day: float, do: Callable[[], None]) -> None:
        """Again after a random time around the mean; at night most of it does not happen."""

        def happen() -> None:
            hour = self.world.home_s() % DAY_S / 3600
            if 6 <= hour < 23 or self.uniform() < NIGHT_SHARE:
                do()
            self._plan(per_day, do)

        mean_s = DAY_S / per_day
        self.world.agenda.after(mean_s * (0.2 + 1.6 * self.uniform()), happen)

    def _act(self, device: Device, habit: Habit) -> None:
        turn = self._turns.get(device.serial, 0)
        self._turns[device.serial] = turn + 1
        verb, *args = habit.acts[turn % len(habit.acts)].split()
        try:
            device.act(verb, tuple(args))
        except ActRefused:  # a model of the class without that button
            return
        self.done += 1

    def _command(self, device: Device, index: int, kind: str) -> None:
        parameter, values, _ = ORDERS[kind]
        self.ordered += 1
        self.order(device, index, parameter, values[self.ordered % len(values)])
