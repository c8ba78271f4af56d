"""Setting and asking VALUES: from a command to the device and back to datapoints. No I/O."""

from collections.abc import Iterable
from dataclasses import replace

from hub.contract import Cause, CommandRefused, Datapoint, Origin, SetValue

from .asking import Asker
from .commands import TIME_PARAMETERS, Times, message_for, status_channels
from .household import Member
from .lane import Deferred, Expect, Request, Step
from .messages import StatusRequest
from .readings import Reading
from .reports import Reports


class Values:
    """Executes SetValue and Ping. Keeps ON_TIME and RAMP_TIME until the next level of their channel."""

    def __init__(self, asker: Asker, reports: Reports) -> None:
        self._asker = asker
        self._reports = reports
        self._times: dict[tuple[bytes, int], Times] = {}

    async def set(self, member: Member, command: SetValue, cause: Cause) -> tuple[Datapoint, ...]:
        """Set one value; what the device confirmed, or what it will do when it sleeps or is on its way.

        Raises:
            CommandRefused: not_writable; and as ``Asker.ask``.
        """
        radio, channel = member.record.address, command.channel.index
        reading = Reading(channel, command.parameter, command.value)
        times = self._times.get((radio, channel), Times())
        if command.parameter in TIME_PARAMETERS:
            field = "on_s" if command.parameter == "ON_TIME" else "ramp_s"
            self._times[(radio, channel)] = replace(times, **{field: float(command.value)})
            return self._reports.tell(member, [reading], Origin.ASSUMED)
        kind = member.model.kind_at(channel) or ""
        message = message_for(kind, channel, command.parameter, command.value, times)
        if message is None:
            raise CommandRefused("not_writable", field="parameter", value=command.parameter)
        self._times.pop((radio, channel), None)
        key = ("set", channel, command.parameter)
        request = Request(device=radio, steps=(Step(message=message),), key=key, cause=cause)
        outcome, confirmed = await self._asker.ask(member, request)
        mine = [datapoint for datapoint in confirmed if datapoint.id.parameter == command.parameter]
        others = [datapoint for datapoint in confirmed if datapoint not in mine]
        if isinstance(outcome, Deferred) or not mine:
            mine = list(self._reports.tell(member, [reading], Origin.ASSUMED))
        elif mine[0].value != command.value and _moves(others):  # it told where it is, not where it goes
            mine = [replace(mine[0], value=command.value, origin=Origin.ASSUMED)]
        return (*mine, *others)

    async def ping(self, member: Member, cause: Cause) -> tuple[Datapoint, ...]:
        """Ask each channel that has a state for it.

        Raises:
            As ``Asker.ask``.
        """
        confirmed: list[Datapoint] = []
        for channel in status_channels(member.model) or (1,):
            confirmed += (await self._asker.ask(member, state_request(member, channel, cause)))[1]
        return tuple(confirmed)


def state_request(member: Member, channel: int, cause: Cause) -> Request:
    """Ask one channel for its state."""
    step = Step(message=StatusRequest(channel=channel), expect=Expect.STATUS)
    return Request(device=member.record.address, steps=(step,), key=("state", channel), cause=cause)


def _moves(datapoints: Iterable[Datapoint]) -> bool:
    """A ramp or a journey is under way."""
    return any(datapoint.id.parameter == "WORKING" and datapoint.value for datapoint in datapoints)
