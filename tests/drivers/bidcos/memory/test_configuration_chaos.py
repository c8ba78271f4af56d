"""Many changes at once, a bad air, sleepers, restarts: in the end devices hold what was promised last."""

import random

import pytest

from drivers.bidcos.memory.registers import ListId
from drivers.simulator.air import Conditions
from hub.contract import (
    AddPeering,
    CommandRefused,
    DriverError,
    PutParamset,
    RemovePeering,
    Written,
)

from ..home import Home

MODELS = ("HM-LC-Sw1PBU-FM", "HM-RC-2-PBU-FM", "HM-RC-4-3", "HM-Sec-SCo", "HM-LC-Sw1-Ba-PCB")
SWITCHES, KEYS = (1, 5), (2, 3)
DELAY, DELAY_SHIFT = "STATUSINFO_MINDELAY", 0x57
ROUNDS = 14
Promise = dict[tuple[str, int, int], float | bool | None]
"""What a device shall hold: a value, None when nobody knows; by kind, device and other device."""


class Chaos:
    """Somebody in a hurry, in a cellar, with a loose contact."""

    def __init__(self, place: Home, chance: random.Random) -> None:
        self.place = place
        self.chance = chance
        self.promised: Promise = {}

    async def act(self) -> None:
        kind = self.chance.choice(["delay", "press time", "link", "unlink", "wake", "sleep"])
        if kind == "delay":
            number, seconds = self.chance.choice(SWITCHES), self.chance.randint(1, 20) / 2
            await self._put(number, DELAY, seconds)
        elif kind == "press time":
            await self._put(3, "LONG_PRESS_TIME", self.chance.randint(3, 18) / 10)
        elif kind in {"link", "unlink"}:
            await self._link(self.chance.choice(KEYS), self.chance.choice(SWITCHES), linked=kind == "link")
        elif kind == "wake":
            self.place.device(self.chance.choice((3, 4))).teach_in()
            await self.place.wait(self.chance.random() * 3)
        else:
            await self.place.wait(self.chance.random() * 20)

    async def _put(self, number: int, name: str, value: float) -> None:
        channel = self.place.name(number).channel(1)
        key = (name, number, 0)
        try:
            await self.place.ask(PutParamset(channel=channel, paramset="MASTER", values={name: value}), 300.0)
        except (DriverError, CommandRefused):
            self.promised[key] = None
        else:
            self.promised[key] = value

    async def _link(self, sender: int, receiver: int, *, linked: bool) -> None:
        here, there = self.place.name(sender).channel(1), self.place.name(receiver).channel(1)
        query = AddPeering if linked else RemovePeering
        key = ("link", sender, receiver)
        try:
            written = await self.place.ask(query(sender=here, receiver=there), 300.0)
        except CommandRefused as refused:
            if refused.code != "unknown_peer":
                self.promised[key] = None
        except DriverError:
            self.promised[key] = None
        else:
            assert written in Written
            self.promised[key] = linked

    def broken(self) -> list[str]:
        """Promises that are not kept."""
        return [f"{key}: {wanted}" for key, wanted in self.promised.items() if not self._kept(key, wanted)]

    def _kept(self, key: tuple[str, int, int], wanted: float | bool | None) -> bool:
        kind, number, other = key
        if wanted is None:
            return True
        if kind == "link":
            mine = self.place.device(number).address + b"\x01"
            theirs = self.place.device(other).address + b"\x01"
            ends = (
                theirs in self.place.device(number).memory.peers.get(1, []),
                mine in self.place.device(other).memory.peers.get(1, []),
            )
            return ends == (wanted, wanted)
        register = DELAY_SHIFT if kind == DELAY else 0x04
        byte = self.place.register(number, ListId(1, 1), register) or 0
        if kind == DELAY:
            return (byte & 0x1F) / 2 == wanted
        return abs((byte >> 4) * 0.1 + 0.3 - float(wanted)) < 0.01


@pytest.mark.parametrize("seed", range(3))
async def test_in_the_end_devices_hold_what_was_promised_last(seed: int) -> None:
    chance = random.Random(seed)
    with Home(*MODELS) as place:
        chaos = Chaos(place, chance)
        place.world.power_on()
        async with place.running():
            await place.pair(1, 2, 3, 4, 5)
        for _ in range(3):
            place.world.air.conditions = Conditions(loss=0.15, duplicates=0.1)
            if chance.random() < 0.5:
                place.restart()
            async with place.running():
                for _ in range(ROUNDS):
                    await chaos.act()

        place.world.air.conditions = Conditions()
        async with place.running():
            for _ in range(3):
                await place.wait(30.0)
                for number in (3, 4):
                    place.device(number).teach_in()
                    await place.wait(12.0)
        assert len(chaos.promised) > 2
        assert chaos.broken() == []
        assert not [key for key in place.store.records if key.startswith("wishes/")]
