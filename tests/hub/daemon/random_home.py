"""Homes by chance, full of planted secrets: a real hub and a real door, furnished anew for each home.

What leaves for each activity is made by the hub's own collecting and by the gate's own builders and carriers,
up to the bytes that a line encrypts. Only the line itself is not there: it keeps what it is told.
"""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from privacy import anonymise, canonical, recipients, sealing, usage_history
from privacy.consent import Grant
from privacy.gate.account import timezone
from privacy.gate.account.account import Account
from privacy.gate.backups import making
from privacy.gate.door.door import Door
from privacy.gate.messages.messages import Messages, Way
from privacy.gate.network.download import Download
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.gate.outbox import earlier, figures, owner_details
from privacy.gate.outbox.downloads import Downloads
from privacy.gate.outbox.downloads import _Running as Visit
from privacy.gate.outbox.sealed_file import sealed
from privacy.gate.outbox.sending import Running
from privacy.gate.storage import records
from privacy.gate.storage.deletions import DeletionRequest
from privacy.message_text import EVENTS, Event
from privacy.payload import LONGEST_KEPT
from privacy.register import Form, Language
from tests.hub.daemon.furnished import HOST, Furnished
from tests.hub.home_in_a_box import Home
from tests.planted import text_of
from tests.privacy import house

WHO = {"host": HOST, "country": "DE"}
ADDRESS = Target(host=HOST, address=IPv4Address("192.0.2.1"), port=443, path="/", ca_file=None)
# what owners tell of themselves, and which of the secrets that is, by the register's fields
LETTERS = {
    "mail.product": frozenset({"mail", "person"}),
    "support.ticket": frozenset({"mail", "board", "description"}),
    "account.deregister": frozenset({"mail", "board"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What leaves for one activity.

    clear: it, before anything is encrypted; wire: as the line was told it. inside: what is sealed of it.
    declared: kinds of secrets that the register names among what leaves there; sealed: those that may stand
    in ``inside`` alone.
    """

    clear: bytes
    inside: bytes = b""
    wire: bytes = b""
    declared: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class _Heard:
    """A line that keeps what it is told. says: what comes back."""

    says: list[bytes]
    told: bytearray = field(default_factory=bytearray)

    async def connect(self) -> None: ...

    async def secure(self) -> None: ...

    def close(self) -> None: ...

    async def write(self, data: bytes) -> None:
        self.told += data

    async def read(self) -> bytes:
        return self.says.pop(0) if self.says else b""


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
MAIL_SERVER = (
    *(b"220 here\r\n", b"250-here\r\n250 STARTTLS\r\n", b"220 go on\r\n", b"250-here\r\n250 AUTH PLAIN\r\n"),
    *(b"235 in\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 taken\r\n"),
)


def rules() -> tuple[Any, Any]:
    """The register, and one recipient for each of its activities that something leaves for."""
    register = house.register()
    rows = []
    for row in register.activities.values():
        if row.built and row.mode.value == "delivered":
            more: dict[str, object] = {}
            if row.encrypted and row.id != "backup.cloud":
                more["keys"] = [house.SUPPORT_KEY]
            if row.id in {"mail.send", "account.register"}:
                more["transport"] = "smtp"
            if row.id in {"backup.cloud", "backup.deletion"}:
                more["transport"] = "webdav"
            name = _name(row.id)
            roles = {role.value for role in row.roles}
            role = "processor" if "processor" in roles else min(roles)
            rows.append({**WHO, **more, "name": name, "role": role, "activities": [row.id]})
    known, mistakes = recipients.read(rows, register)
    assert not mistakes, mistakes
    return register, known


def _name(activity: str) -> str:
    """Of its recipient."""
    return activity.replace(".", "-").replace("_", "-")


class RandomHome(Furnished):
    """What leaves it, by activity."""

    def __init__(self, home: Home, door: Door, folder: Path) -> None:
        super().__init__(home, door)
        self._folder = folder
        self.messages = Messages(door)
        self.account = Account(door, "http://127.0.0.1:8480/")
        door.deliveries.posts["account.register"] = self.account.post
        for part in (door.telemetry, door.monitoring, door.history, door.previews):
            part._collect = self.collect
        self.makes: Mapping[str, Callable[[random.Random], Awaitable[Leaving]]] = {
            "telemetry.usage": self._telemetry,
            "monitor.device": self._monitoring,
            "diagnosis.remote": self._diagnosis,
            "deletion.request": partial(self._earlier, "deletion.request"),
            "support.state": partial(self._earlier, "support.state"),
            "history.cloud.display": self._display,
            "history.cloud.statistics": self._statistics,
            "setup.timezone": self._timezone,
            "update.check": self._update,
            "account.register": self._confirmation,
            **{activity: partial(self._letter, activity) for activity in LETTERS},
            "mail.send": self._mail,
            "sms.send": self._sms,
            "push.send": self._push,
            "backup.cloud": self._backup,
            "backup.deletion": self._backup_deletion,
        }

    async def collect(self, activity: str, groups: list[str]) -> Mapping[str, object]:
        """The hub is asked over its socket, as by the gate."""
        assert self.home.front.control is not None
        return await self.home.front.control.ask("collect", activity=activity, groups=groups)

    # what leaves, by activity

    async def _telemetry(self, chance: random.Random) -> Leaving:
        metrics = self.door.desk.register.activities["telemetry.usage"].metrics
        metric, week = chance.choice(metrics), anonymise.week_of(self.door.desk.time.instant().at)
        truth = (await figures.answers(self.door.telemetry._collect, "telemetry.usage", [metric]))[
            metric.name
        ]
        answer = anonymise.respond(truth, len(metric.limits), chance.randbytes)
        return await self._sent("telemetry.usage", anonymise.message(metric, week, answer))

    async def _monitoring(self, chance: random.Random) -> Leaving:
        at = self.door.desk.time.instant().at
        made = await self.door.monitoring._make("monitor-device", chance.randbytes(32), at, at)
        return await self._sent("monitor.device", made.body)

    async def _diagnosis(self, _: random.Random) -> Leaving:
        at, ticket = self.door.desk.time.instant().at, str(self.planted["ticket"])
        shown = await self.door.previews.built("diagnosis.remote", house.GROUPS, ticket, at)
        leaving = await self._sent("diagnosis.remote", shown.body, ticket=ticket)
        return replace(leaving, declared=frozenset({"ticket"}))

    async def _earlier(self, activity: str, chance: random.Random) -> Leaving:
        at, ticket = self.door.desk.time.instant().at, str(self.planted["ticket"])
        row = DeletionRequest(
            transfer=chance.randbytes(8).hex(),
            recipient=_name(activity),
            ticket=ticket,
            due=at,
            attempts=0,
            state="waiting",
            answer="",
            had=True,
            activity="diagnosis.remote",
        )
        leaving = await self._sent(activity, earlier.body_of(row), ticket=ticket)
        return replace(leaving, declared=frozenset({"ticket"}))

    async def _display(self, _: random.Random) -> Leaving:
        return await self._history("history.cloud.display")

    async def _statistics(self, _: random.Random) -> Leaving:
        return await self._history("history.cloud.statistics")

    async def _history(self, activity: str) -> Leaving:
        history, recipient = self.door.history, _name(activity)
        day = usage_history.day_before(self.door.desk.time.instant().at)
        series = [await history._known(activity, self.chosen, day)]
        made = history._made(activity, recipient, house.SUPPORT_KEY, None, day, series)
        assert made.body
        leaving = await self._sent(activity, made.body, house.SUPPORT_KEY)
        inside = b"".join(map(usage_history.inside, series)).replace(b"0" * 64, b"")  # the pad
        return replace(leaving, inside=inside, sealed=frozenset({"chosen"}))

    async def _timezone(self, _: random.Random) -> Leaving:
        return await self._sent("setup.timezone", (await timezone.preview(self.door)).body)

    async def _update(self, chance: random.Random) -> Leaving:
        line, name = _Heard(says=[MISSING]), f"{chance.randrange(9)}.root.json"
        download = Download(replace(ADDRESS, path=f"/{name}"), 1000)
        download._line = line  # type: ignore[assignment]
        visit = Visit(transfer="t", grant=self._grant("update.check", "", ""), task=None)
        await Downloads(self.door.desk)._get(visit, name, download)
        return Leaving(clear=canonical.encode({"document": name}), wire=bytes(line.told))

    async def _confirmation(self, _: random.Random) -> Leaving:
        address = str(self.planted["mail"])
        body = (await self.account.preview()).body
        leaving = await self._sent("account.register", body, address, says=MAIL_SERVER)
        return replace(leaving, declared=frozenset({"mail", "password"}))

    async def _letter(self, activity: str, _: random.Random) -> Leaving:
        """Of the owner, whose address is confirmed by now."""
        desk, entered = self.door.desk, {}
        await desk.store.write(lambda tx: tx.execute("UPDATE mail_addresses SET confirmed_ms = since_ms"))
        if activity == "support.ticket":
            entered = {"description": str(self.planted["description"])}
        body = await owner_details.body(desk, self.collect, activity, entered)
        leaving = await self._sent(activity, body, str(self.planted["mail"]))
        return replace(leaving, declared=LETTERS[activity])

    async def _mail(self, chance: random.Random) -> Leaving:
        leaving = await self._message("mail.send", str(self.planted["mail"]), chance, MAIL_SERVER)
        return replace(leaving, declared=leaving.declared | {"mail"})

    async def _sms(self, chance: random.Random) -> Leaving:
        leaving = await self._message("sms.send", str(self.planted["number"]), chance)
        return replace(leaving, declared=leaving.declared | {"number"})

    async def _push(self, chance: random.Random) -> Leaving:
        leaving = await self._message("push.send", "web-1", chance)
        return replace(leaving, declared=leaving.declared | {"endpoint"})

    async def _message(
        self, activity: str, addressee: str, chance: random.Random, says: tuple[bytes, ...] = (OK,)
    ) -> Leaving:
        """As the hub tells of an event: with what people call the device."""
        name = self.home.house.rooms.name_of(str(self.devices[0]))
        event = Event(kind=chance.choice(sorted(EVENTS)), name=name, at=self.door.desk.time.instant().at)
        way = Way(id="w", activity=activity, addressee=addressee, label=str(self.planted["phone"]))
        body = self.messages._body(way, event, chance.choice(list(Language)))
        leaving = await self._sent(activity, body, addressee, says=says)
        return replace(leaving, declared=frozenset({"device", "room", "password"}))

    async def _backup(self, _: random.Random) -> Leaving:
        path, (near, far) = self._folder / "copy.age", socket.socketpair()
        path.unlink(missing_ok=True)
        plain = "\n".join(map(text_of, self.planted.values())).encode()
        task = asyncio.create_task(sealed(path, far, sealing.addressee([house.SUPPORT_KEY])))
        with near:
            near.sendall(plain)
        assert not isinstance(await task, str)
        return Leaving(clear=canonical.encode({"number": 1}), wire=path.read_bytes())

    async def _backup_deletion(self, chance: random.Random) -> Leaving:
        name = making.name_of(self.door.desk.time.instant().at, chance.randbytes(32).hex())
        return Leaving(clear=canonical.encode({"name": name}))

    # the way out

    async def _sent(
        self,
        activity: str,
        body: bytes,
        addressee: str = "",
        ticket: str = "",
        says: tuple[bytes, ...] = (OK,),
    ) -> Leaving:
        """What the line is told when ``body`` is sent as any delivery is."""
        desk, sending = self.door.desk, self.door.deliveries._sending
        sealed_to = house.SUPPORT_KEY if desk.register.activities[activity].encrypted else addressee
        grant = self._grant(activity, sealed_to, ticket)
        at = desk.time.instant().at
        item = records.fresh(grant, body, at, desk.random_bytes(8).hex(), at + LONGEST_KEPT)
        load = await sending._load(grant, item)
        running, line = Running(item=item, grant=grant, cargo=load, task=None), _Heard(says=list(says))
        carrier: Any = await sending._carrier(running, ADDRESS)
        carrier._line = line
        with suppress(TransferFailed):  # nobody is there who would say that it arrived
            await carrier.run()
        assert line.told
        return Leaving(clear=body, wire=bytes(line.told))

    def _grant(self, activity: str, addressee: str, ticket: str) -> Grant:
        return replace(
            house.grant(),
            activity=activity,
            recipient=_name(activity),
            host=HOST,
            addressee=addressee,
            ticket=ticket,
            form=Form.STANDING,
        )
