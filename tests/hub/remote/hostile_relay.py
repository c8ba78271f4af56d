"""A relay that does to messages what relays may do: flips, drops, repeats, swaps, delays, cuts, makes up, and
keeps old sessions. Run alone for many: ``python -m tests.hub.remote.hostile_relay 100000 [SEED]``.

Nothing may be executed that the phone did not ask, nothing twice, nothing after a gap, and nothing may crash.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.remote.transport import WIRE_SIZES
from tests.hub.remote.ends import Hub, Line, Phone, connected, known

REQUESTS = 5  # of one session


@dataclass
class Tally:
    """What was done and what came of it."""

    mutations: int = 0
    sessions: int = 0
    executed: int = 0  # what should not have been
    unread: int = 0  # dropped and counted by either side
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass
class Traffic:
    """Messages of one direction on their way; old: of earlier sessions."""

    wires: list[bytes]
    old: list[bytes]
    chance: random.Random


def flip(traffic: Traffic) -> None:
    place = traffic.chance.randrange(len(traffic.wires))
    changed = bytearray(traffic.wires[place])
    if not changed:
        return
    for at in {
        traffic.chance.randrange(len(changed)) for _ in range(traffic.chance.choice((1, 1, 1, 3, 20)))
    }:
        changed[at] ^= 1 << traffic.chance.randrange(8)
    traffic.wires[place] = bytes(changed)


def drop(traffic: Traffic) -> None:
    del traffic.wires[traffic.chance.randrange(len(traffic.wires))]


def repeat(traffic: Traffic) -> None:
    wire = traffic.chance.choice(traffic.wires)
    traffic.wires.insert(traffic.chance.randrange(len(traffic.wires) + 1), wire)


def swap(traffic: Traffic) -> None:
    a, b = traffic.chance.randrange(len(traffic.wires)), traffic.chance.randrange(len(traffic.wires))
    traffic.wires[a], traffic.wires[b] = traffic.wires[b], traffic.wires[a]


def delay(traffic: Traffic) -> None:
    wire = traffic.wires.pop(traffic.chance.randrange(len(traffic.wires)))
    traffic.wires.append(wire)


def truncate(traffic: Traffic) -> None:
    place = traffic.chance.randrange(len(traffic.wires))
    wire = traffic.wires[place]
    size = traffic.chance.randrange(len(wire))
    other = bytes((wire[size] ^ 1,))  # never what stood there: the cut has to change something
    traffic.wires[place] = wire[:size].ljust(len(wire) if traffic.chance.random() < 0.5 else 0, other)


def inject(traffic: Traffic) -> None:
    number = traffic.chance.choice((0, 1, 2, 3, 65_536, 2**64 - 1, traffic.chance.randrange(2**64)))
    body = traffic.chance.randbytes(traffic.chance.choice((*sorted(WIRE_SIZES)[:3], 8, 0, 281)))
    made_up = (number.to_bytes(8) + body[8:])[: len(body)]
    traffic.wires.insert(traffic.chance.randrange(len(traffic.wires) + 1), made_up)


def replay_old(traffic: Traffic) -> None:
    wire = traffic.chance.choice(traffic.old or traffic.wires)
    traffic.wires.insert(traffic.chance.randrange(len(traffic.wires) + 1), wire)


MUTATIONS: dict[str, Callable[[Traffic], None]] = {
    "flip": flip,
    "drop": drop,
    "repeat": repeat,
    "swap": swap,
    "delay": delay,
    "truncate": truncate,
    "inject": inject,
    "old sessions": replay_old,
}


class House:
    """A hub and its phone, with a relay between them that remembers everything. make: for controls."""

    def __init__(
        self, chance: random.Random, make: Callable[[], tuple[Hub, Phone, Line]] | None = None
    ) -> None:
        self.chance = chance
        self._make = make
        self.hub, self.phone = Hub(), Phone()
        known(self.hub, self.phone)
        self.line = Line()
        self.old: list[bytes] = []
        self.asked = 0

    def connect(self) -> None:
        """A new session; what the relay keeps of the last one stays with it."""
        if self._make is not None:
            self.hub, self.phone, self.line = self._make()
        else:
            self._open_badly()
            self.line = connected(self.hub, self.phone)
        self.hub.executed.clear()
        self.hub.once.clear()  # ten minutes passed

    def _open_badly(self) -> None:
        """A changed message 1 is not answered, and a changed answer opens nothing."""
        first = Traffic(wires=[self.phone.dial(self.hub.key)], old=[], chance=self.chance)
        self.chance.choice((flip, truncate))(first)
        assert self.hub.receive(Line(), first.wires[0]) == []
        line = Line()
        answer = Traffic(
            wires=self.hub.receive(line, self.phone.dial(self.hub.key)), old=[], chance=self.chance
        )
        self.chance.choice((flip, truncate))(answer)
        assert self.phone.receive(answer.wires[0]) == []

    def play(self, kind: str) -> tuple[list[str], list[str]]:
        """One session of some requests, mutated once: what the phone asked, what the hub executed."""
        self.connect()
        asked = [f"{self.asked + number}" for number in range(REQUESTS)]
        self.asked += REQUESTS
        sent = [wire for what in asked for wire in self.phone.ask(what)]
        traffic = Traffic(wires=list(sent), old=self.old, chance=self.chance)
        MUTATIONS[kind](traffic)
        down = [wire for up in traffic.wires for wire in self.hub.receive(self.line, up)]
        answers = Traffic(wires=down, old=self.old, chance=self.chance)
        if down:
            MUTATIONS[self.chance.choice(sorted(MUTATIONS))](answers)
        for wire in answers.wires:
            self.phone.receive(wire)
        self.old = [*self.old[-40:], *sent, *down]
        return asked, list(self.hub.executed)


def wrong(asked: list[str], executed: list[str]) -> bool:
    """Whether anything was executed but what was asked: in order, once, and without a hole."""
    return executed != asked[: len(executed)]


def run(count: int, seed: int) -> Tally:
    """That many mutated sessions, one kind after the other."""
    chance, tally = random.Random(seed), Tally()
    house = House(chance)
    kinds = sorted(MUTATIONS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        asked, executed = house.play(kind)
        tally.mutations += 1
        tally.sessions += 1
        tally.by_kind[kind] = tally.by_kind.get(kind, 0) + 1
        tally.executed += wrong(asked, executed)
        assert house.line.session is not None
        assert house.phone.session is not None
        tally.unread += house.line.session.channel.dropped + house.phone.session.channel.dropped
        answered = [answer["what"] for answer in house.phone.answers if isinstance(answer, dict)]
        tally.executed += wrong(executed, answered)
    return tally


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    found = run(wanted, seed=seed)
    print(f"{found.mutations} mutations, {found.executed} executed, {found.unread} dropped: {found.by_kind}")
    sys.exit(found.executed > 0)
