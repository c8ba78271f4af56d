"""The driver's parts, made for one central address and introduced to each other. Decides nothing. No I/O."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.contract import DriverContext

from .admission import Admission
from .asking import Asker
from .exchange.airtime import Airtime
from .exchange.exchange import Exchanges
from .exchange.keyring import Keyring
from .exchange.lane import Outcome
from .instruments import Instruments
from .keys.radio_keys import Stations
from .members.household import Household
from .membership import Membership
from .memory.writing import Spawn
from .orders import Orders
from .radios.frame_ring import FrameRing
from .reports import Reports
from .services import Services
from .team_calls import TeamCalls
from .values import Values
from .waiting import Waiters


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What outlives a change of the address. apply: does what the exchanges decided; spawn: starts a task."""

    context: DriverContext
    household: Household
    airtime: Airtime
    keyring: Keyring
    waiters: Waiters
    frames: FrameRing
    apply: Callable[[Iterable[Outcome], float], None]
    spawn: Spawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everybody who works for one central address."""

    exchanges: Exchanges
    stations: Stations
    reports: Reports
    asker: Asker
    services: Services
    orders: Orders
    values: Values
    instruments: Instruments
    teams: TeamCalls
    members: Membership
    admission: Admission


def assemble(ground: Ground, central: bytes) -> Parts:
    """Make all parts. central: 3 bytes."""
    context, household, keyring = ground.context, ground.household, ground.keyring
    clock, spawn = context.clock, ground.spawn
    exchanges = Exchanges(central, ground.airtime, context.random_bytes, keyring)
    reports = Reports(household, central, keyring, context.publish, clock.now)
    asker = Asker(exchanges, ground.waiters, ground.airtime, clock, ground.apply)
    services = Services(context, household, asker, keyring, central, spawn)
    orders = Orders(context, household)
    instruments = Instruments(context, household, ground.airtime, ground.frames, central, asker, ground.apply)
    members = Membership(context, household, exchanges, reports, asker, services)
    return Parts(
        exchanges=exchanges,
        stations=Stations(central, household, keyring, exchanges.lanes),
        reports=reports,
        asker=asker,
        services=services,
        orders=orders,
        values=Values(asker, reports, orders, clock, services.peerings.team_of),
        instruments=instruments,
        teams=TeamCalls(context, household, services, reports.teams, keyring, instruments.transmit, spawn),
        members=members,
        admission=Admission(context, household, asker, members, services, spawn),
    )
