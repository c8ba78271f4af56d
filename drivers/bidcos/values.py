"""Setting and asking VALUES: from a command to the device and back to datapoints. No I/O."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from hub.contract import IN_BACKGROUND, Cause, CommandRefused, Datapoint, Origin, SetValue, StoreError, Value
from privacy.ports import Clock

from .asking import Asker
from .codec.messages import StatusRequest
from .devices import MAINTENANCE_FAMILY, family
from .exchange.lane import Deferred, Expect, Request, Step
from .members.household import Household, Member
from .orders import Order, Orders
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

    def __init__(self, asker: Asker, reports: Reports, orders: Orders, clock: Clock, team: Team) -> None:
        self._asker = asker
        self._reports = reports
        self._orders = orders
        self._clock = clock
        self._team = team
        self._unsent: list[Order] = []
        self._stored: dict[tuple[bytes, int], dict[str, Value]] = {}

    async def set(self, member: Member, command: SetValue, cause: Cause) -> tuple[Datapoint, ...]:
        """Set one value; what the device confirmed, or what it will do when it sleeps or is on its way.

        Raises:
            CommandRefused: not_writable, out_of_range (a text in a wrong format); and as ``Asker.ask``.
            StoreError: it sleeps, and that can't be written down; it is not told.
        """
        radio, channel = member.record.address, command.channel.index
        reading = Reading(channel, command.parameter, command.value)
        of = family_of(member, channel)
        if is_stored(of, command.parameter):
            self._stored.setdefault((radio, channel), {})[command.parameter] = command.value
            return self._reports.tell(member, [reading], Origin.ASSUMED)
        order = Order(
            device=radio,
            channel=channel,
            parameter=command.parameter,
            value=command.value,
            along=self._stored.get((radio, channel), {}),
            at=self._clock.now(),
            cause=cause,
        )
        request = self._request(of, order)
        self._stored.pop((radio, channel), None)
        self._asker.need_link()
        for other in self._team(member, channel):  # links carry what people turn, not what we order
            self._submit(
                replace(request, device=other.record.address), replace(order, device=other.record.address)
            )
        self._orders.place(request, order)
        outcome, confirmed = await self._asker.ask(member, request)
        if isinstance(outcome, Deferred):
            await self._write_down(request)
            return self._reports.tell(member, [reading], Origin.WAITING)
        mine = [datapoint for datapoint in confirmed if datapoint.id.parameter == command.parameter]
        others = [datapoint for datapoint in confirmed if datapoint not in mine]
        if not mine:
            mine = list(self._reports.tell(member, [reading], Origin.ASSUMED))
        elif mine[0].value != command.value and _moves(others):  # it told where it is, not where it goes
            mine = [replace(mine[0], value=command.value, origin=Origin.ASSUMED)]
        return (*mine, *others)

    def _request(self, of: str, order: Order) -> Request:
        try:
            messages = messages_for(of, order.channel, order.parameter, order.value, order.along)
        except BadText as error:
            raise CommandRefused(
                "out_of_range", field="value", value=order.value, allowed=error.allowed
            ) from error
        if messages is None:
            raise CommandRefused("not_writable", field="parameter", value=order.parameter)
        steps = tuple(Step(message=message) for message in messages)
        key = ("set", order.channel, order.parameter)
        return Request(device=order.device, steps=steps, key=key, cause=order.cause)

    def _submit(self, request: Request, order: Order, *, restored: bool = False) -> None:
        self._orders.place(request, order, restored=restored)
        self._asker.submit(request)

    async def _write_down(self, request: Request) -> None:
        """Before anybody is told that it waits."""
        try:
            await self._orders.flush()
        except StoreError:
            self._asker.withdraw(request)
            raise

    # after a restart, and when nobody came for it

    def load(self, stored: Mapping[str, bytes]) -> None:
        """Take over what waited when this hub stopped."""
        self._unsent = self._orders.load(stored)

    def resume(self, household: Household) -> None:
        """The link works: let that wait again."""
        unsent, self._unsent = self._unsent, []
        for order in unsent:
            member = household.at(order.device)
            if member is None:
                continue
            with contextlib.suppress(CommandRefused):  # the table knows it no longer
                request = self._request(family_of(member, order.channel), order)
                reading = Reading(order.channel, order.parameter, order.value)
                self._reports.tell(member, [reading], Origin.WAITING)
                self._submit(request, order, restored=True)

    def tick(self) -> None:
        """What nobody woke for is not done any more."""
        for request in self._orders.too_old():
            self._asker.withdraw(request)

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


def family_of(member: Member, channel: int) -> str:
    """Which family's parameters a channel has."""
    return family(member.model.kind_at(channel)) if channel else MAINTENANCE_FAMILY


def state_request(member: Member, channel: int, cause: Cause) -> Request:
    """Ask one channel for its state."""
    step = Step(message=StatusRequest(channel=channel), expect=Expect.STATUS)
    return Request(device=member.record.address, steps=(step,), key=("state", channel), cause=cause)


def _moves(datapoints: Iterable[Datapoint]) -> bool:
    """A ramp or a journey is under way."""
    return any(datapoint.id.parameter == "WORKING" and datapoint.value for datapoint in datapoints)
