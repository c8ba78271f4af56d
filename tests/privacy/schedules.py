"""A home's clocks and an adversary's schedule over them: jumps, reboots, restores, zones, lost clocks.

True time runs on and only the test knows it. ``stretch`` plays one random schedule and returns the longest
that a consent for fourteen days was valid after it was given, by true time; suspended counts as not valid.
``python -m tests.privacy.schedules N`` plays N of them.
"""

import random
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from privacy.challenges import Challenge
from privacy.clockwork import Clockwork, Kept, Reading, Vouched
from privacy.consent import Grant, confirmed
from privacy.decide import Permit, decide
from privacy.instant import Instant
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Form, Language
from privacy.signed_grant import Signed, propose_signed
from privacy.standing import Standing
from privacy.statements import GrantStatement
from tests.privacy import house

FORTNIGHT = timedelta(days=14)
EVENTS = 40
LOOKS = 4  # questions in each stretch of running time


class Naive:
    """The control: it believes the clock, and remembers floor and running time as the first release did."""

    def __init__(self, kept: Kept | None, first: Reading) -> None:
        self._floor = kept.floor if kept else first.wall
        self._ran_s = kept.ran_s + 60.0 if kept else 0.0
        self._started_s = first.monotonic_s

    def instant(self, reading: Reading) -> Instant:
        running_s = self._ran_s + reading.monotonic_s - self._started_s
        sure = reading.vouched is not Vouched.NOBODY
        return Instant(wall=reading.wall, floor=self._floor, running_s=running_s, sure=sure)

    def goes_back(self, reading: Reading, right: datetime | None = None) -> bool:
        return False

    def confirm(self, reading: Reading, right: datetime | None = None) -> Instant:
        return self.instant(reading)

    def kept(self, reading: Reading) -> Kept:
        at = self.instant(reading)
        self._floor = at.at
        return Kept(floor=at.at, ran_s=at.running_s)


@dataclass
class Saved:
    """What a backup holds."""

    kept: Kept
    grants: dict[int, Grant]


class World:
    """One home. true_s: seconds since the start, for real; offset_s: what its clock shows beyond that."""

    def __init__(self, chance: random.Random, kind: type[Clockwork] | type[Naive] = Clockwork) -> None:
        self.chance, self._kind = chance, kind
        self.true_s = self.offset_s = self._hardware_s = self._ran_s = 0.0
        self._vouched = self._at_boot = Vouched.SYNCHRONISED
        self._zone = timedelta(0)
        self._epoch = "first"
        self.grants: dict[int, Grant] = {}
        self._given: dict[int, float] = {}
        self.longest = timedelta(0)
        self.permits = 0
        self._work = kind(None, self._reading())
        self._kept = self._work.kept(self._reading())
        self._saved = Saved(self._kept, {})

    def play(self, events: int = EVENTS) -> timedelta:
        """Some events, looking all the while; the longest validity."""
        chances = (
            (self.run, 30),
            (self.jump, 12),
            (self.off, 14),
            (self.give_at_the_console, 10),
            (self.give_by_phone, 10),
            (self.synchronise, 6),
            (self.owner_confirms, 5),
            (self.phone_confirms, 5),
            (self.change_zone, 4),
            (self.save, 4),
            (self.restore, 4),
        )
        self.give_at_the_console()
        for _ in range(events):
            self.chance.choices([act for act, _ in chances], [weight for _, weight in chances])[0]()
            self._tick()
            self.look()
        return self.longest

    # what happens

    def run(self) -> None:
        whole_s = self._drawn_s()
        for _ in range(LOOKS):
            self._pass(whole_s / LOOKS)
            self.look()
            self._tick()

    def jump(self) -> None:
        """Somebody sets the clock: the network's time no longer counts; the hardware clock may go along."""
        sizes = (self.chance.uniform(-20, 20) * 86_400, self.chance.uniform(-59, 59))
        self.offset_s += self.chance.choice(sizes)
        self._vouched = self._at_boot if self._at_boot is Vouched.HARDWARE else Vouched.NOBODY
        if self.chance.random() < 0.7:
            self._hardware_s = self.offset_s

    def off(self) -> None:
        """Power goes, at most a minute after the last tick; the clock that comes back may be lost."""
        self._pass(self.chance.uniform(0, 59))
        self.true_s += self.chance.choice((self.chance.uniform(0, 120), self._drawn_s()))
        self._at_boot = self.chance.choice((Vouched.HARDWARE, Vouched.HARDWARE, Vouched.NOBODY))
        self._vouched = self._at_boot
        if self._at_boot is Vouched.HARDWARE:
            self.offset_s = self._hardware_s
        else:  # as of the last shutdown, or of 1970
            saved_s = (self._kept.floor - house.START).total_seconds() - self.true_s
            self.offset_s = self.chance.choice((saved_s, -1.7e9))
        self._boot()

    def synchronise(self) -> None:
        """The network tells the right time, and the hardware clock is set by it."""
        self.offset_s = self._hardware_s = 0.0
        self._vouched = Vouched.SYNCHRONISED

    def owner_confirms(self) -> None:
        """The owner reads the clock and is honest: only a right one is called right."""
        if self.offset_s == 0.0:
            self._confirm(None)

    def phone_confirms(self) -> None:
        self._confirm(self._true())

    def _confirm(self, right: datetime | None) -> Instant:
        if self._work.goes_back(self._reading(), right):  # as desk.py does
            self.grants.clear()
        return self._work.confirm(self._reading(), right)

    def change_zone(self) -> None:
        self._zone = timedelta(hours=self.chance.randint(-12, 14))

    def save(self) -> None:
        self._saved = Saved(self._kept, dict(self.grants))

    def restore(self) -> None:
        """A backup comes back, and with it what was used or withdrawn; the owner's phone confirms all."""
        self._kept, self.grants = self._saved.kept, dict(self._saved.grants)
        self._epoch += "'"
        self._boot()
        self.look()
        if self.chance.random() < 0.8:
            at = self._confirm(self._true())
            self.grants = {number: confirmed(grant, self._epoch, at) for number, grant in self.grants.items()}

    # consents

    def give_at_the_console(self) -> None:
        if self.offset_s == 0.0:  # the owner sees until when
            self._keep(
                house.propose_or_reason(Form.UNTIL, self._now().to_count_from(), len(self._given), FORTNIGHT)
            )

    def give_by_phone(self) -> None:
        at = self._now()
        asked = Challenge(nonce="A" * 22, at=at)
        self._pass(self.chance.uniform(0, 599))
        latest = min(at.at, self._true()) + FORTNIGHT
        stated = GrantStatement(
            challenge=asked.nonce,
            at=timestamp(self._true()),
            activity=house.ACTIVITY,
            addressee=house.SUPPORT_KEY,
            categories=sorted(house.request().categories, key=lambda one: one.value),
            country="DE",
            form=Form.UNTIL,
            groups=sorted(house.GROUPS),
            host="support.example.org",
            language=Language.DE,
            payload=None,
            recipient="support",
            text=house.register().activities[house.ACTIVITY].text_hash,
            ticket="T-123",
            until=timestamp(latest + timedelta(seconds=self.chance.choice((0, 0, 3600)))),
        )
        signed = Signed(stated=stated, challenge=asked, kid="a")
        number = len(self._given)
        self._keep(propose_signed(signed, house.register(), house.known(), self._now(), number))

    def _keep(self, given: Grant | Reason) -> None:
        if isinstance(given, Grant):
            self.grants[given.id] = replace(given, epoch=self._epoch)
            self._given[given.id] = self.true_s

    # what is found

    def look(self) -> None:
        """Ask for each consent whether it counts now."""
        at = self._now()
        for number, grant in self.grants.items():
            held = Standing(self._epoch)
            held.give(grant)
            if isinstance(decide(house.request(), house.register(), house.known(), held, at), Permit):
                self.permits += 1
                self.longest = max(self.longest, timedelta(seconds=self.true_s - self._given[number]))

    def _drawn_s(self) -> float:
        return (
            self.chance.choice((60.0, 3600.0, 86_400.0, 5 * 86_400.0, 15 * 86_400.0)) * self.chance.random()
        )

    def _pass(self, seconds: float) -> None:
        self.true_s += seconds
        self._ran_s += seconds

    def _true(self) -> datetime:
        return house.START + timedelta(seconds=self.true_s)

    def _reading(self) -> Reading:
        wall = (self._true() + timedelta(seconds=self.offset_s)).astimezone(timezone(self._zone))
        return Reading(wall=wall, monotonic_s=self._ran_s, vouched=self._vouched)

    def _now(self) -> Instant:
        return self._work.instant(self._reading())

    def _tick(self) -> None:
        self._kept = self._work.kept(self._reading())

    def _boot(self) -> None:
        self._ran_s = self.chance.uniform(0, 100)
        self._work = self._kind(self._kept, self._reading())


def stretch(seed: int, kind: type[Clockwork] | type[Naive] = Clockwork) -> tuple[timedelta, int]:
    """The longest validity in schedule number ``seed``, and how often anything was valid."""
    world = World(random.Random(seed), kind)
    return world.play(), world.permits


def main() -> int:
    longest, permits, many = timedelta(0), 0, int(sys.argv[1])
    for seed in range(many):
        found, count = stretch(seed)
        permits += count
        if found > longest:
            longest = found
            print(f"schedule {seed}: {found}", flush=True)
    print(f"{many} schedules, {permits} permits, longest validity {longest}")
    return 1 if longest > FORTNIGHT or not permits else 0


if __name__ == "__main__":
    sys.exit(main())
