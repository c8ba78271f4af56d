"""Setting and asking VALUES: from a command to the device and back to datapoints. No I/O."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hub.contract import IN_BACKGROUND, Cause, CommandRefused, Datapoint, Origin, SetValue, Value
from privacy.ports import Clock

from .asking import Asker
from .codec.messages import StatusRequest
from .devices import MAINTENANCE_FAMILY, family
from .exchange.lane import Deferred, Expect, Request, Step
from .members.household import Household, Member
from .reports import Reports
from .translation.commands import is_stored, messages_for, status_channels
from .translation.commands_text import BadText
from .translation.readings import Reading

STATE_EVERY_S = 2.0  # after a start, actuators are asked for their state this far apart
Team = Callable[[Member, int], tuple[Member, ...]]


class Values:
    """Executes SetValue and Ping. Keeps what goes along with the next order of a channel, as ON_TIME.

    team: who is told the same.
    """

    def __init__(self, asker: Asker, reports: Reports, team: Team) -> None:
        self._asker = asker
        self._reports = reports
        self._team = team
        self._stored: dict[tuple[bytes, int], dict[str, Value]] = {}

    async def set(self, member: Member, command: SetValue, cause: Cause) -> tuple[Datapoint, ...]:
        """Set one value; what the device confirmed, or what it will do when it sleeps or is on its way.

        Raises:
            CommandRefused: not_writable, out_of_range (a text in a wrong format); and as ``Asker.ask``.
        """
        radio, channel = member.record.address, command.channel.index
        reading = Reading(channel, command.parameter, command.value)
        of = family(member.model.kind_at(channel)) if channel else MAINTENANCE_FAMILY
        if is_stored(of, command.parameter):
            self._stored.setdefault((radio, channel), {})[command.parameter] = command.value
            return self._reports.tell(member, [reading], Origin.ASSUMED)
        steps = self._steps(of, radio, command)
        key = ("set", channel, command.parameter)
        request = Request(device=radio, steps=steps, key=key, cause=cause)
        for other in self._team(member, channel):  # links carry what people turn, not what we order
            self._asker.submit(replace(request, device=other.record.address))
        outcome, confirmed = await self._asker.ask(member, request)
        mine = [datapoint for datapoint in confirmed if datapoint.id.parameter == command.parameter]
        others = [datapoint for datapoint in confirmed if datapoint not in mine]
        if isinstance(outcome, Deferred) or not mine:
            mine = list(self._reports.tell(member, [reading], Origin.ASSUMED))
        elif mine[0].value != command.value and _moves(others):  # it told where it is, not where it goes
            mine = [replace(mine[0], value=command.value, origin=Origin.ASSUMED)]
        return (*mine, *others)

    def _steps(self, of: str, radio: bytes, command: SetValue) -> tuple[Step, ...]:
        channel = command.channel.index
        stored = self._stored.get((radio, channel), {})
        try:
            messages = messages_for(of, channel, command.parameter, command.value, stored)
        except BadText as error:
            raise CommandRefused(
                "out_of_range", field="value", value=command.value, allowed=error.allowed
            ) from error
        if messages is None:
            raise CommandRefused("not_writable", field="parameter", value=command.parameter)
        self._stored.pop((radio, channel), None)
        return tuple(Step(message=message) for message in messages)

    async def ping(self, member: Member, cause: Cause) -> tuple[Datapoint, ...]:
        """Ask each channel that has a state for it.

        Raises:
            As ``Asker.ask``.
        """
        confirmed: list[Datapoint] = []
        for channel in status_channels(member.model) or (1,):
            confirmed += (await self._asker.ask(member, state_request(member, channel, cause)))[1]
        return tuple(confirmed)

    async def ask_all(self, household: Household, clock: Clock, may_ask: Callable[[], bool]) -> None:
        """After a start: how are the lights? Slowly, and only while there is send time to spare."""
        for member in household:
            for channel in status_channels(member.model) if not member.model.has_battery else ():
                if not may_ask():
                    return
                self._asker.submit(state_request(member, channel, IN_BACKGROUND))
                await clock.sleep(STATE_EVERY_S)


def state_request(member: Member, channel: int, cause: Cause) -> Request:
    """Ask one channel for its state."""
    step = Step(message=StatusRequest(channel=channel), expect=Expect.STATUS)
    return Request(device=member.record.address, steps=(step,), key=("state", channel), cause=cause)


def _moves(datapoints: Iterable[Datapoint]) -> bool:
    """A ramp or a journey is under way."""
    return any(datapoint.id.parameter == "WORKING" and datapoint.value for datapoint in datapoints)
