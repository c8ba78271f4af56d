"""The home's network, kept up: certificates made and turned, a door opened and shut with each interface.

What goes wrong here is told once and tried again; the home runs on, and loopback stays as it is.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from privacy.gate.front.checks import Site
from privacy.gate.front.front import Front
from privacy.gate.lan import door, interfaces, mdns
from privacy.gate.lan.crowd import Crowd
from privacy.gate.lan.identity import BadIdentity, Identity, identity_in
from privacy.gate.lan.interfaces import Interface
from privacy.gate.lan.settings import LanSettings
from privacy.gate.lan.tls import Tls
from privacy.ports import Clock, RandomBytes

log = logging.getLogger(__name__)

LOOK_S = 10.0  # between two looks at the interfaces: a cable that was plugged in is noticed so soon
TURN_EVERY = timedelta(hours=1)
# A browser then goes to https by itself. Only under the random name, as it holds for all ports of a name, and
# under the owner's something else may live; and for half a year, as a home that is gone is to be forgotten.
STRICT = ("Strict-Transport-Security", "max-age=15552000")
HTTPS = 443


@dataclass(slots=True)
class _Open:
    """One interface that is served. now: as it was seen last; tasks: one per family."""

    now: Interface
    tasks: list[asyncio.Task[None]]


class Lan:
    """One per gate. folder: where the certificates lie. say: tells the owner one line.

    site: how browsers call the home; None until there is a certificate.
    """

    def __init__(
        self,
        settings: LanSettings,
        folder: Path,
        clock: Clock,
        random_bytes: RandomBytes,
        say: Callable[[str], None],
    ) -> None:
        self._settings, self._folder, self._clock = settings, folder, clock
        self._random_bytes, self._say = random_bytes, say
        self._tls: Tls | None = None
        self._reception: door.Reception | None = None
        self._turned = clock.now() - TURN_EVERY
        self._open: dict[str, _Open] = {}
        self._told: dict[str, str] = {}
        self._looked = asyncio.Event()

    @property
    def site(self) -> Site | None:
        """How browsers call the home here; None until there is a certificate."""
        return None if self._reception is None else self._reception.site

    @property
    def identity(self) -> Identity | None:
        """Names and certificates; None until there are some."""
        return None if self._tls is None else self._tls.identity

    async def address(self) -> str:
        """What to open in the home's network, once it was looked at; "" while nothing is open there."""
        await self._looked.wait()
        return self.site.address if self.site is not None and self._open else ""

    async def run(self, front: Front) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    self._certify(front)
                    self._tell("", await self._tend(tasks))
                except (BadIdentity, OSError) as error:
                    self._tell("", str(error))
                self._looked.set()
                await self._clock.sleep(LOOK_S)

    # who we are

    def _certify(self, front: Front) -> None:
        at = self._clock.now()
        if self._tls is None:
            identity = self._identity()
            tls = Tls(identity)
            tls.turn(at)
            self._tls, self._turned = tls, at
            self._reception = door.Reception(
                front=front,
                site=site_of(identity, self._settings.port),
                context=tls.context,
                crowd=Crowd(self._clock.monotonic()),
                clock=self._clock,
                also=self._settings.also,
            )
        elif not at - TURN_EVERY < self._turned <= at:
            self._turned = at
            try:
                self._tls.turn(at, None if self._settings.certificate is None else self._identity())
            except (BadIdentity, OSError) as error:  # what was shown before is shown on
                self._tell("certificate", str(error))
            else:
                self._tell("certificate", "")

    def _identity(self) -> Identity:
        settings, at = self._settings, self._clock.now()
        if settings.certificate is None or settings.key is None:
            return identity_in(self._folder, settings.name, at, self._random_bytes)
        from privacy.gate.lan.own_certificate import identity_of  # noqa: PLC0415 - few have one: it costs

        return identity_of(settings.certificate, settings.key, settings.name, at)

    # where we are

    async def _tend(self, tasks: asyncio.TaskGroup) -> str:
        """Open and shut; return why nothing is open, "" when something is, or says why by itself."""
        found = {one.name: one for one in interfaces.homes(interfaces.look(), self._settings.interfaces)}
        for name in [name for name, opened in self._open.items() if not _same(opened.now, found.get(name))]:
            await _shut(self._open.pop(name))
        for name, interface in found.items():
            if name in self._open:
                self._open[name].now = interface
            else:
                self._begin(interface, tasks)
        if found:
            return ""
        wanted = ", ".join(self._settings.interfaces)
        why = (
            f"{wanted}: not there, or without an address" if wanted else "no private address on any interface"
        )
        return f"{why}; plug the network in, or name the interface: [lan] interfaces"

    def _begin(self, interface: Interface, tasks: asyncio.TaskGroup) -> None:
        reception, port, name = self._reception, self._settings.port, interface.name
        assert reception is not None
        routed = bool(self._settings.also)
        sockets = []
        try:
            for family in sorted(_families(interface)):
                sockets.append(door.listen(name, port, family, routed=routed))
        except OSError as error:
            for one in sockets:
                one.close()
            self._tell(name, f"port {port} on {name}: {error.strerror}; choose another: [lan] port")
            return
        self._tell(name, "")
        opened = _Open(now=interface, tasks=[])
        one_door = door.Door(reception, lambda: opened.now)
        opened.tasks += [
            tasks.create_task(_serve(one_door.serve, one), name=f"lan.{name}") for one in sockets
        ]
        self._open[name] = opened
        for local in filter(mdns.is_local, self._names()):
            self._answer(local, opened, tasks)
        log.info("lan.open", extra={"interface": name, "port": port})

    def _answer(self, name: str, opened: _Open, tasks: asyncio.TaskGroup) -> None:
        for family in sorted(_families(opened.now)):
            try:
                listening = mdns.listen(opened.now, family)
            except OSError as error:
                self._tell(
                    "mdns", f"port {mdns.PORT} on {opened.now.name}: {error.strerror}; nobody finds {name}"
                )
                continue
            tell = partial(self._tell, f"mdns {opened.now.name}")
            responder = mdns.Responder(name, lambda: opened.now, self._clock, tell)
            opened.tasks.append(tasks.create_task(_serve(responder.run, listening), name="lan.mdns"))

    def _names(self) -> tuple[str, ...]:
        return self.identity.names if self.identity is not None and self._settings.mdns else ()

    def _tell(self, what: str, text: str) -> None:
        """Say it once, until it is something else. text: "" when all is well again."""
        if self._told.get(what, "") != text:
            self._told[what] = text
            if text:
                self._say(f"homebase: the home's network: {text}")


def site_of(identity: Identity, port: int) -> Site:
    """How browsers call the home by its certificate's names."""
    ends = ["", f":{port}"] if port == HTTPS else [f":{port}"]
    return Site(
        scheme="https",
        hosts=tuple(f"{name}{end}" for name in identity.names for end in ends),
        headers=(STRICT,) if len(identity.names) == 2 and identity.ca is not None else (),
    )


async def _serve(serve: Callable[[socket.socket], Awaitable[None]], listening: socket.socket) -> None:
    with listening:
        await serve(listening)


async def _shut(opened: _Open) -> None:
    for task in opened.tasks:
        task.cancel()
    await asyncio.wait(opened.tasks)


def _families(interface: Interface) -> set[socket.AddressFamily]:
    return {socket.AF_INET if own.version == 4 else socket.AF_INET6 for own in interface.addresses}


def _same(before: Interface, now: Interface | None) -> bool:
    """Whether the same sockets serve it: the same card, with addresses of the same families."""
    return now is not None and before.index == now.index and _families(before) == _families(now)
