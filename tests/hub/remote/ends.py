"""Both ends of a session in one process, and whoever stands between them: no network, no clock but ours."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from hub.remote.frames import Code
from hub.remote.hub_session import Asked, Event, Greeted, HubSession, Kept
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode
from hub.remote.messages import Hello, Request, Welcome, encode
from hub.remote.noise import public_key
from hub.remote.once import Once, Turn
from hub.remote.opening import NO_PAIRING
from hub.remote.pairing import Ask, Command, Dismiss, Pairings, SendSecret, Spend, Store
from hub.remote.phone_session import Answered, PhoneSession, Secret, Told
from hub.remote.phone_session import Event as PhoneEvent
from hub.remote.qr import Home, PairingCode
from hub.remote.responder import Half, Responder
from privacy import base64url

HELLO = Hello(client="test")


def stream_of_bytes(seed: str) -> Callable[[int], bytes]:
    """Random bytes that are the same for the same seed."""
    count = 0

    def take(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}/{count}".encode()).digest(size)

    return take


@dataclass
class Line:
    """One connection as the hub sees it."""

    half: Half | None = None
    session: HubSession | None = None
    out: list[bytes] = field(default_factory=list)


class Hub:
    """A hub with an in-memory disk: what the wiring does around the machines, without waiting."""

    def __init__(self, seed: str = "hub") -> None:
        self.random = stream_of_bytes(seed)
        self.private = self.random(32)
        self.key = public_key(self.private)
        self.gate_key = self.random(32)
        self.pairings = Pairings(self.key, self.random)
        self.responder = Responder(self.private, self, self.random)
        self.phones: dict[bytes, bytes] = {}  # key → psk
        self.rights: set[bytes] = set()
        self.live: dict[bytes, Line] = {}
        self.once: dict[bytes, Once] = {}
        self.executed: list[str] = []
        self.notices: list[Dismiss] = []
        self.asked: list[Ask] = []
        self.disk_full = False
        self.spent: list[bytes] = []

    # what the responder asks

    def session_psk(self, phone_key: bytes) -> bytes | None:
        return self.phones.get(phone_key)

    def pairing_psk(self, pairing: bytes, route: bytes, now_s: float) -> bytes | None:
        return self.pairings.psk(pairing, route, now_s)

    def proved(self, pairing: bytes, phone_key: bytes, now_s: float) -> bool:
        answered, commands = self.pairings.proved(pairing, phone_key)
        self.do(commands, now_s)
        return answered

    # people at home

    def code(self, now_s: float = 0.0) -> PairingCode:
        opened = self.pairings.open(now_s)
        assert opened is not None
        return PairingCode(
            hub_key=self.key,
            gate_key=self.gate_key,
            pairing=opened.pairing,
            secret=opened.secret,
            ways=(Home(origin="http://127.0.0.1:8080"),),
        )

    def admit(self, pairing: bytes) -> None:
        key = self.pairings.admit(pairing)
        assert key is not None
        self.rights.add(key)

    # the network

    def receive(self, line: Line, wire: bytes, now_s: float = 0.0, route: bytes = AT_HOME) -> list[bytes]:
        """What the hub sends back at once."""
        if line.session is None and line.half is None:
            line.half = self.responder.open(wire, route, now_s)
            return [] if line.half is None else [line.half.answer]
        if line.session is None:
            assert line.half is not None
            events = self.responder.first(line.half, wire, now_s)
            if events is None:
                return line.half.session.channel.take()
            line.session = line.half.session
            older = self.live.get(line.half.phone_key)
            if older is not None and older.session is not None:
                older.session.channel.close(Code.REPLACED)
            self.live[line.half.phone_key] = line
        else:
            events = line.session.receive(wire, now_s)
        self._follow(line, events, now_s)
        return [*line.out, *line.session.channel.take()]

    def _follow(self, line: Line, events: Iterable[Event], now_s: float) -> None:
        assert line.half is not None
        assert line.session is not None
        key = line.half.phone_key
        for event in events:
            match event:
                case Greeted(hello=hello) if line.half.mode is Mode.PAIR:
                    pairing = line.half.pairing
                    self.do(
                        self.pairings.reached(pairing, key, hello.name, line.half.hash, now_s), now_s, line
                    )
                case Greeted():
                    line.session.welcome(encode(Welcome(home="home", version="1", boot="b")))
                case Kept():
                    self.do(self.pairings.kept(line.half.pairing, key, now_s), now_s, line)
                case Asked():
                    self._execute(line, key, event, now_s)
                case _:
                    pass

    def _execute(self, line: Line, key: bytes, asked: Asked, now_s: float) -> None:
        assert line.session is not None
        once = self.once.setdefault(key, Once())
        digest = hashlib.sha256(asked.request.name.encode() + bytes(asked.request.body)).digest()
        turn = once.begin(asked.request.id, digest, now_s)
        if isinstance(turn, bytes):
            line.session.answer(asked.stream, turn)
        elif turn is Turn.EXECUTE:
            self.executed.append(json.loads(bytes(asked.request.body))["what"])
            answer = b'{"ok":true,"body":%b}' % bytes(asked.request.body)
            once.done(asked.request.id, answer)
            line.session.answer(asked.stream, answer)
        else:
            line.session.answer(asked.stream, b'{"ok":false,"problem":{"code":"%b"}}' % turn.value.encode())

    # the disk

    def do(self, commands: Iterable[Command], now_s: float, line: Line | None = None) -> None:
        for command in commands:
            match command:
                case Spend(pairing=pairing):
                    if self.disk_full:
                        self.do(self.pairings.not_written(pairing), now_s, line)
                    else:
                        self.spent.append(pairing)
                        self.do(self.pairings.spent(pairing), now_s, line)
                case SendSecret(psk=psk):
                    assert line is not None
                    assert line.session is not None
                    line.session.send_secret(psk)
                case Store():
                    self.phones[command.phone_key] = command.psk
                    self.do(self.pairings.stored(command.pairing), now_s, line)
                case Ask():
                    self.asked.append(command)
                case Dismiss():
                    self.notices.append(command)
                    if command.phone_key is not None:
                        self.phones.pop(command.phone_key, None)


class Phone:
    """A phone that keeps its keys in memory."""

    def __init__(self, seed: str = "phone") -> None:
        self.random = stream_of_bytes(seed)
        self.private = self.random(32)
        self.key = public_key(self.private)
        self.psk = b""
        self.session: PhoneSession | None = None
        self.hash = b""
        self.events: list[PhoneEvent] = []
        self._dialling: Initiator | None = None

    def dial(self, hub_key: bytes, psk: bytes | None = None, route: bytes = AT_HOME) -> bytes:
        """The opening of a session."""
        dial = Dial(
            mode=Mode.SESSION, hub_key=hub_key, private=self.private, psk=psk or self.psk, route=route
        )
        return self._dial(dial)

    def dial_pairing(self, code: PairingCode, psk: bytes, route: bytes = AT_HOME) -> bytes:
        """The opening of a pairing."""
        dial = Dial(
            mode=Mode.PAIR,
            hub_key=code.hub_key,
            private=self.private,
            psk=psk,
            route=route,
            pairing=code.pairing,
        )
        return self._dial(dial)

    def _dial(self, dial: Dial) -> bytes:
        assert dial.pairing != NO_PAIRING or dial.mode is Mode.SESSION
        self._dialling, self.session, self.events = Initiator(dial, self.random), None, []
        return self._dialling.opening

    def receive(self, wire: bytes, now_s: float = 0.0, hello: Hello = HELLO) -> list[bytes]:
        """What the phone sends back at once."""
        if self.session is None:
            assert self._dialling is not None
            split = self._dialling.answer(wire)
            if split is None:
                return []
            self.hash, self.session = split.hash, PhoneSession(split, now_s)
            self.session.hello(hello)
        else:
            for event in self.session.receive(wire, now_s):
                self.events.append(event)
                if isinstance(event, Secret):
                    self.psk = event.psk
                    self.session.kept()
        return self.session.channel.take()

    def ask(self, what: str, request_id: bytes | None = None) -> list[bytes]:
        """The messages of one request, which makes the hub note ``what``."""
        assert self.session is not None
        named = base64url.encode(request_id or self.random(16))
        body = msgspec.Raw(json.dumps({"what": what}).encode())
        self.session.request(Request(id=named, name="note", body=body))
        return self.session.channel.take()

    @property
    def answers(self) -> list[object]:
        return [
            json.loads(bytes(event.answer.body)) if event.answer.ok else None
            for event in self.events
            if isinstance(event, Answered)
        ]

    @property
    def told(self) -> list[bytes]:
        return [event.body for event in self.events if isinstance(event, Told)]


def converse(hub: Hub, phone: Phone, line: Line, first: Iterable[bytes], now_s: float = 0.0) -> list[bytes]:
    """Carry messages to and fro until nobody says anything more; returns all that passed."""
    up, passed = list(first), []
    while up:
        wire = up.pop(0)
        passed.append(wire)
        for down in hub.receive(line, wire, now_s):
            passed.append(down)
            up += phone.receive(down, now_s)
    return passed


def known(hub: Hub, phone: Phone) -> None:
    """Let the hub know the phone as one that was paired."""
    phone.psk = phone.random(32)
    hub.phones[phone.key] = phone.psk


def connected(hub: Hub, phone: Phone, now_s: float = 0.0) -> Line:
    """A new session of a known phone."""
    line = Line()
    converse(hub, phone, line, [phone.dial(hub.key)], now_s)
    assert phone.session is not None
    assert line.session is not None
    return line
