"""Teams of smoke detectors: a test alarm, and the all clear. No I/O but the store.

A detector that is called for the first time and in no team joins ours, whose address is no device's. One that
was linked with another detector of this home is called with its team, in the name of that one. The counter of
a team is on disk before the frame that uses it.
Source: docs/protocols/bidcos.md, "HM-Sec-SD-2 team frames", "Smoke detectors".
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping

from hub.contract import Cause, CommandRefused, DriverContext, DutyCycleExhausted

from .codec.frames import Frame
from .exchange.keyring import Keyring
from .exchange.teams import CLASSES, SIGNED_CLASS, TeamGuard, team_frame
from .members.household import Household, Member
from .members.records import new_central
from .members.restored import COUNTER_PREFIX, MAX_NUMBER, OWN_TEAM_KEY, VERSION
from .memory.registers import Peer, Registers
from .memory.wishes import PeerWish
from .services import Services

CHANNEL = 1
REPEATS = 6  # the others sleep and nobody acknowledges
GAP_S = 0.7
CALLS: Mapping[str, tuple[int, int]] = {  # value for HM-Sec-SD, for HM-Sec-SD-2
    "TEST_ALARM": (0xC8, 0xC8),
    "ALL_CLEAR": (0x01, 0x00),
}
Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]


class TeamCalls:
    """Executes TEST_ALARM and ALL_CLEAR of smoke detectors. transmit: sends, if there is send time."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        services: Services,
        guard: TeamGuard,
        keyring: Keyring,
        transmit: Callable[[Frame, Cause], None],
        spawn: Spawn,
    ) -> None:
        self._context = context
        self._household = household
        self._services = services
        self._guard = guard
        self._keyring = keyring
        self._transmit = transmit
        self._spawn = spawn
        self._team: bytes | None = None

    def load(self, stored: Mapping[str, bytes]) -> None:
        """Take over what was written; a counter that can't be read is none."""
        own = stored.get(OWN_TEAM_KEY, b"")
        self._team = own[1:] if len(own) == 4 and own[:1] == VERSION else None
        for name, value in stored.items():
            if name.startswith(COUNTER_PREFIX) and value[:1] == VERSION:
                with contextlib.suppress(ValueError):
                    team = bytes.fromhex(name.removeprefix(COUNTER_PREFIX))
                    self._guard.restore(team, int.from_bytes(value[1:], "big"))

    def knows(self, member: Member, parameter: str) -> bool:
        """This is a call to a team."""
        return parameter in CALLS and member.model.cls in CLASSES

    async def call(self, member: Member, parameter: str, cause: Cause) -> None:
        """Call the team of which this one is a member; it joins ours when it is in none.

        Raises:
            CommandRefused: other_team, one that nobody of this home leads; and as ``Writing.grant``.
            DutyCycleExhausted: not now.
            StoreError: it can't be written down; nothing is sent.
            LinkLost, DeviceUnreachableError, WrongKey: it could not be let in.
        """
        own = await self._own()
        team = await self._team_of(member, own, cause)
        signs = member.model.cls == SIGNED_CLASS
        number = self._guard.counter(team) + 1
        if number > MAX_NUMBER:
            raise CommandRefused("other_team", field="device", value=str(member.address))
        self._guard.advance(team, number)
        await self.flush()
        key = self._held_key(member) if signs else None
        reporter = own if team == own else self._services.writing.central
        frame = team_frame(key, team, reporter, number, CALLS[parameter][signs])
        self._transmit(frame, cause)
        self._spawn(self._repeat(frame, cause), "bidcos.team")

    async def flush(self) -> None:
        """Write down the counters of teams.

        Raises:
            StoreError: nothing was written; it is tried again.
        """
        changed = set(self._guard.changed)
        if changed:
            records: dict[str, bytes | None] = {
                COUNTER_PREFIX + team.hex(): VERSION + self._guard.counter(team).to_bytes(4, "big")
                for team in changed
            }
            await self._context.store.save(records)
            self._guard.changed -= changed

    async def _own(self) -> bytes:
        """The address of our team; made when it is needed first."""
        if self._team is None:
            taken = frozenset(member.record.address for member in self._household)
            team = new_central(self._context.random_bytes, taken | {self._services.writing.central})
            await self._context.store.save({OWN_TEAM_KEY: VERSION + team})
            self._team = team
        return self._team

    async def _team_of(self, member: Member, own: bytes, cause: Cause) -> bytes:
        """The address that its team speaks under; afterwards it is in a team."""
        listed = _teams(self._services.registers, member.record.address)
        if own not in listed and listed:
            return self._led(member, listed)
        wish = PeerWish(channel=CHANNEL, peer=Peer(own, CHANNEL), linked=True)
        await self._services.writing.grant(member, wish, cause)
        return own

    def _led(self, member: Member, listed: set[bytes]) -> bytes:
        """The detector of this home whose team it is in: the one that it lists, which lists itself."""
        leaders = [self._household.at(address) for address in sorted(listed)]
        ours = [each for each in leaders if each is not None and each.model.cls == member.model.cls]
        if len(ours) == len(leaders) == 1:
            return ours[0].record.address
        named = ", ".join(str(self._household.name_of(other)) for other in sorted(listed))
        raise CommandRefused("other_team", field="device", value=str(member.address), allowed=named)

    def _held_key(self, member: Member) -> bytes:
        index = self._keyring.held(member.record.address).index
        return self._keyring.key(index) or self._keyring.system_key

    async def _repeat(self, frame: Frame, cause: Cause) -> None:
        for _ in range(REPEATS - 1):
            await self._context.clock.sleep(GAP_S)
            with contextlib.suppress(DutyCycleExhausted):  # the first one went out; the ledger says the rest
                self._transmit(frame, cause)


def _teams(registers: Registers, radio: bytes) -> set[bytes]:
    known = registers.peers_of(radio, CHANNEL)
    return set() if known is None else {peer.address for peer in known.peers}
