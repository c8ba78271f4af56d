"""A scripted day: one table of time, device, event, who; played in home time, again every day. Pure.

The people in it are Owner, Resident and Guest. The packaged table is day.toml.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from .devices.surface import ActRefused
from .weather import DAY_S
from .world import World

PEOPLE = frozenset({"Owner", "Resident", "Guest", ""})
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One row. at_s: seconds since midnight. who: Owner, Resident, Guest, or nobody."""

    at_s: float
    serial: str
    verb: str
    args: tuple[str, ...]
    who: str = ""


def parse_day(text: str) -> tuple[Moment, ...]:
    """Read ``day = [[time, device, event, who], …]``, sorted by time.

    Raises:
        ValueError: the text is no such table; the message names the row and what is allowed.
    """
    rows = tomllib.loads(text).get("day")
    if not isinstance(rows, list):
        raise ValueError("day: a list of [time, device, event, who] is missing")
    return tuple(sorted((_moment(number, row) for number, row in enumerate(rows, 1)), key=lambda m: m.at_s))


def _moment(number: int, row: object) -> Moment:
    if not isinstance(row, list) or len(row) not in {3, 4} or not all(isinstance(cell, str) for cell in row):
        raise ValueError(f"day, row {number}: 3 or 4 texts: time, device, event, who")
    time, serial, event, who = (*row, "")[:4]
    match = TIME.fullmatch(time)
    if match is None:
        raise ValueError(f"day, row {number}, time {time!r}: 00:00 to 23:59:59")
    if who not in PEOPLE:
        raise ValueError(f"day, row {number}, who {who!r}: Owner, Resident or Guest")
    if not event.split():
        raise ValueError(f"day, row {number}: the event is empty")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    verb, *args = event.split()
    at_s = hours * 3600.0 + minutes * 60 + seconds
    return Moment(at_s=at_s, serial=serial, verb=verb, args=tuple(args), who=who)


class Player:
    """Plays a day on a world.

    played: moments so far. refused: texts of events that a device could not do. last: the newest moment.
    """

    def __init__(self, world: World, day: Sequence[Moment]) -> None:
        self.played = 0
        self.refused: list[str] = []
        self.last: Moment | None = None
        self._world = world
        self._day = day
        self._midnight_s = 0.0
        self._next = 0

    def start(self) -> None:
        """Begin with the first moment that is still to come today."""
        home_s = self._world.home_s()
        self._midnight_s = home_s // DAY_S * DAY_S
        self._next = sum(1 for moment in self._day if self._midnight_s + moment.at_s < home_s)
        self._plan()

    def _plan(self) -> None:
        if not self._day:
            return
        if self._next >= len(self._day):
            self._next, self._midnight_s = 0, self._midnight_s + DAY_S
        moment = self._day[self._next]
        wait_home_s = self._midnight_s + moment.at_s - self._world.home_s()
        self._world.agenda.after(max(0.0, wait_home_s / self._world.config.speed), lambda: self._play(moment))

    def _play(self, moment: Moment) -> None:
        device = self._world.devices.get(moment.serial)
        if device is not None:
            try:
                device.act(moment.verb, moment.args)
            except ActRefused as refused:
                self.refused = [*self.refused[-9:], f"{moment.serial} {moment.verb}: {refused}"]
            self.played += 1
            self.last = moment
        self._next += 1
        self._plan()
