"""Operations for coming in: health, set-up, log-in, session."""

from hub.home.errors import Refused
from hub.home.household import Session

from .house import House
from .messages import Claimed, Health, LogIn, NewSession, Nothing, SetUp
from .operation import Caller
from .permit_messages import SessionInfo, expires_told, hours_told, rooms_told
from .translate import rfc3339


async def health(house: House, _: Caller, __: Nothing) -> Health:
    """Say that the hub answers."""
    return Health(status="ok", version=house.version)


async def claimed(house: House, _: Caller, __: Nothing) -> Claimed:
    """Say whether the home has an owner."""
    return Claimed(claimed=house.access.claimed)


async def set_up(house: House, caller: Caller, asked: SetUp) -> NewSession:
    """Claim the home and log its owner in."""
    token, session = await house.access.set_up(caller.peer, asked.token, asked.password, asked.name)
    await house.installation.begin(asked.timezone)
    return _new_session(token, session)


async def log_in(house: House, caller: Caller, asked: LogIn) -> NewSession:
    """Open a session."""
    token, session = await house.access.log_in(caller.peer, asked.password, program=asked.program)
    return _new_session(token, session)


async def session_info(_: House, caller: Caller, __: Nothing) -> SessionInfo:
    """Say who asks. The console has a role, but no session that ends."""
    assert caller.role is not None  # the table asks for a role
    permit = caller.permit
    end = expires_told(permit) if caller.session is None else rfc3339(caller.session.expires_at)
    return SessionInfo(
        role=caller.role.value, expires_at=end, rooms=rooms_told(permit), hours=hours_told(permit)
    )


async def log_out(house: House, caller: Caller, _: Nothing) -> None:
    """End the session that asks."""
    if caller.session is None:
        raise Refused("no_session")
    await house.access.sessions.end(caller.session.key)


def _new_session(token: str, session: Session) -> NewSession:
    return NewSession(token=token, role=session.role.value, expires_at=rfc3339(session.expires_at))
