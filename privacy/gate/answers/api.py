"""The gate's own answers under /gate/v1/: the one table of who answers what, and who may ask.

A bearer token is the hub's; the gate asks the hub whose it is, on a stream of its own. A hub that lies here
can show previews and close the door; opening it needs the console or a signed grant.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from privacy.gate.front.exchange import CONSOLE, Answer, Endpoint, Request, problem
from privacy.gate.front.relay import Relay
from privacy.gate.front.streams import ParkedStreams

SESSION_LIMIT = 4096  # bytes of the hub's answer about one session
ROLES = frozenset({"owner", "resident", "guest", "carer"})

Guarded = Callable[[Request, str], Awaitable[Answer]]
"""An answer that depends on the role of who asks."""


class Sessions:
    """Asks the hub for the role behind a request's bearer token."""

    def __init__(self, streams: ParkedStreams) -> None:
        self._streams = streams

    async def role(self, request: Request) -> str | Answer:
        """Return owner, resident or guest; or the refusal: no token, wrong token, hub away."""
        if request.peer == CONSOLE:
            return "owner"
        token = request.header("authorization")
        if token is None:
            return _NO_TOKEN
        relay = Relay(self._streams)
        question = Request(
            method="GET",
            path="/api/v1/session",
            query="",
            headers=(("authorization", token),),
            peer=request.peer,
        )
        try:
            answer = await relay.ask(question)
            if answer.status != 200 or answer.stream is None or answer.length > SESSION_LIMIT:
                return _NO_TOKEN if answer.status == 401 or answer.stream is not None else answer
            async with aclosing(answer.stream) as pieces:  # type: ignore[type-var]
                body = b"".join([piece async for piece in pieces])
        finally:
            relay.close()
        return _role(body)


def guarded(sessions: Sessions, roles: frozenset[str], endpoint: Guarded) -> Endpoint:
    """Let only these roles reach ``endpoint``."""

    async def answer(request: Request) -> Answer:
        role = await sessions.role(request)
        if isinstance(role, Answer):
            return role
        if role not in roles:
            return wrong_role(role, roles)
        return await endpoint(request, role)

    return answer


def wrong_role(role: str, roles: frozenset[str]) -> Answer:
    """The refusal for somebody whose role is not among ``roles``."""
    allowed = ", ".join(sorted(roles))
    return problem(403, "role", f"a {role} may not do this", way_out="ask the owner", allowed=allowed)


def _role(body: bytes) -> str | Answer:
    try:
        role = json.loads(body)["role"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return _NO_TOKEN
    return role if isinstance(role, str) and role in ROLES else _NO_TOKEN


_NO_TOKEN = problem(
    401,
    "session_unknown",
    "no valid session",
    way_out="log in again",
    field="Authorization",
    headers=(("WWW-Authenticate", "Bearer"),),
)
