"""The front: takes browsers and the command line on home.sock, and says who answers what.

Browsers of this machine come by loopback; those of the home's network come from lan/door.py.
Who may connect is decided here; one connection's life is connection.py.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType

from privacy.gate.front.checks import Site
from privacy.gate.front.connection import Access, Connection, House
from privacy.gate.front.exchange import CONSOLE, Answer, Endpoint, Request, problem

log = logging.getLogger(__name__)

CONNECTIONS_LIMIT = 256  # of browsers at once; any program of this machine can open them
CONSOLE_LIMIT = 32  # of the command line, apart: nobody else can use these up
LAN_LIMIT, LAN_PEER_LIMIT = 128, 24  # of the home's network, apart too, and of one machine there

PeerOf = Callable[[socket.socket], str | None]
"""Names the peer of an accepted socket for the hub and the access log; None refuses it."""
Table = Mapping[tuple[str, str], Endpoint]
"""Who answers what method at what path."""


class Routes:
    """The one table of the gate's own answers; ``/api/`` is the hub's, the rest are the app's files.

    under_gate: those under ``/gate/v1/``, looked at for these paths only.
    """

    def __init__(self, files: Endpoint, own: Table, under_gate: Table = MappingProxyType({})) -> None:
        self._files, self._own, self._under_gate = files, own, under_gate

    def find(self, method: str, path: str) -> Endpoint | None:
        """Return who answers; None means the hub."""
        if path == "/api" or path.startswith("/api/"):
            return None
        own = self._under_gate if path.startswith("/gate/v1/") else self._own
        if (endpoint := own.get((method, path))) is not None:
            return endpoint
        if not path.startswith("/gate/"):
            return self._files
        methods = sorted(known for known, at in own if at == path)
        return _not_here if not methods else _wrong_method(", ".join(methods))


class Front:
    """Serves connections, at most CONNECTIONS_LIMIT, CONSOLE_LIMIT and LAN_LIMIT at once.

    When all are taken, the one that keeps us waiting longest gives way: holding them open shuts nobody out.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._browsers: set[Connection] = set()
        self._consoles: set[Connection] = set()
        self._neighbours: dict[str, set[Connection]] = {}

    async def serve(self, listening: socket.socket, peer_of: PeerOf) -> None:
        """Serve one listening socket, of either family."""
        async with asyncio.TaskGroup() as tasks:

            def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                self._accept(reader, writer, peer_of, tasks)

            start = asyncio.start_unix_server if listening.family == socket.AF_UNIX else asyncio.start_server
            server = await start(accept, sock=listening)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()  # not `async with`: that would wait for connections only our TaskGroup ends

    def _accept(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer_of: PeerOf,
        tasks: asyncio.TaskGroup,
    ) -> None:
        peer = peer_of(writer.get_extra_info("socket"))
        if peer is None:
            _turn_away(writer, _FOREIGN)
            return
        places, limit = (
            (self._consoles, CONSOLE_LIMIT) if peer == CONSOLE else (self._browsers, CONNECTIONS_LIMIT)
        )
        if len(places) >= limit and not _made_room(places):
            self.refuse(peer, 503)
            _turn_away(writer, _full(limit))
            return
        connection = Connection(reader, writer, peer, self._house)
        places.add(connection)
        tasks.create_task(self._serve_one(connection, writer, places), name="front.connection")

    async def serve_neighbour(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str, site: Site
    ) -> None:
        """Serve one greeted connection of the home's network to its end."""
        mine = self._neighbours.setdefault(peer, set())
        everybody = set().union(*self._neighbours.values())
        crowded = mine if len(mine) >= LAN_PEER_LIMIT else everybody if len(everybody) >= LAN_LIMIT else None
        if crowded is not None and not _made_room(crowded):
            self.refuse(peer, 503)
            _turn_away(writer, _full(LAN_PEER_LIMIT))
            return
        connection = Connection(reader, writer, peer, self._house, site)
        mine.add(connection)
        try:
            await self._serve_one(connection, writer, mine)
        finally:
            if not mine:
                self._neighbours.pop(peer, None)

    def refuse(self, peer: str, status: int) -> None:
        """Note for the access log that somebody was refused before anything was asked."""
        self._house.record(Access(ip=peer, file="-", status=status, referrer=""))

    async def _serve_one(
        self, connection: Connection, writer: asyncio.StreamWriter, places: set[Connection]
    ) -> None:
        try:
            await connection.run()
        except Exception:  # a mistake of ours that one request found must not end the house
            log.exception("front.crashed")
            writer.transport.abort()
        finally:
            places.discard(connection)


def _made_room(places: set[Connection]) -> bool:
    """End the connection that waits longest for its other side, if any does."""
    waiting = [(one.waits_since_s, id(one), one) for one in places if one.waits_since_s is not None]
    if not waiting:
        return False
    oldest = min(waiting)[2]
    places.discard(oldest)
    oldest.give_way()
    return True


def address_of(connection: socket.socket) -> str | None:
    """The peer of a browser's connection: its address."""
    try:
        return str(connection.getpeername()[0])
    except OSError:
        return None  # gone already


def _turn_away(writer: asyncio.StreamWriter, answer: Answer) -> None:
    head = f"HTTP/1.1 {answer.status} Refused\r\nContent-Type: {answer.content_type}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(answer.body)}\r\n\r\n".encode() + answer.body)
    writer.close()


async def _not_here(request: Request) -> Answer:
    return problem(404, "not_found", f"{request.path[:80]} is not known", way_out="see /api/v1/openapi.json")


def _wrong_method(allowed: str) -> Endpoint:
    async def refuse(request: Request) -> Answer:
        return problem(
            405,
            "method_unknown",
            f"{request.method} is not answered at {request.path[:80]}",
            way_out="use an allowed method",
            allowed=allowed,
            headers=(("Allow", allowed),),
        )

    return refuse


def _full(limit: int) -> Answer:
    return problem(
        503,
        "too_many_connections",
        "too many connections at once",
        way_out="close some and try again",
        allowed=f"{limit} connections",
    )


_FOREIGN = problem(
    403,
    "foreign_user",
    "this socket belongs to another user",
    way_out="run the command as the user who runs homebase, or as root",
)
