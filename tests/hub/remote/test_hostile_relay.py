"""A hostile relay executes nothing; and each of its attacks works where the guard is off."""

import random

import pytest

from hub.remote import responder, transport
from hub.remote.padding import pad, unpad
from hub.remote.transport import Dropped, Gap, Opened, Opener, Sealer
from tests.hub.remote.ends import Hub, Line, Phone, connected, known, stream_of_bytes
from tests.hub.remote.hostile_relay import MUTATIONS, House, run, wrong

IN_CI = 800  # script/nightly relay: 100,000
TRIES = 60  # mutated sessions until a control has to have succeeded


@pytest.mark.timeout(240)
def test_of_hundreds_of_mutations_none_is_executed_and_none_crashes() -> None:
    tally = run(IN_CI, seed=7)
    assert tally.executed == 0
    assert tally.mutations == IN_CI
    assert set(tally.by_kind) == set(MUTATIONS)
    assert tally.unread > IN_CI // 4  # and the relay was at work


# controls: the same relay, the same judge, one guard less


def naked(_: Sealer, content: bytes) -> bytes:
    """No encryption, no numbers: what a relay could do to a protocol without them."""
    return bytes(8) + pad(content) + bytes(16)


def open_naked(_: Opener, wire: bytes) -> Opened | Dropped | Gap:
    return Opened(content=unpad(wire[8:-16]))


def open_in_any_order(self: Opener, wire: bytes) -> Opened | Dropped | Gap:
    """Encrypted, and neither repeats nor gaps are noticed."""
    number = int.from_bytes(wire[:8])
    if number > 2**32:
        return Dropped(reason="number")
    padded = self._cipher.decrypt_at(number, b"", wire[8:])
    return Dropped(reason="forged") if padded is None else Opened(content=unpad(padded))


def same_keys_again() -> tuple[Hub, Phone, Line]:
    """Sides whose randomness repeats itself: each session has the keys of the last one."""
    hub, phone = Hub(), Phone()
    known(hub, phone)
    hub.random, phone.random = stream_of_bytes("stuck"), stream_of_bytes("stuck too")
    hub.responder._random_bytes = hub.random
    return hub, phone, connected(hub, phone)


@pytest.fixture
def no_reuse_of_request_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once-only execution would hide what the transport lets through."""
    from hub.remote.once import Once, Turn

    monkeypatch.setattr(Once, "begin", lambda *_: Turn.EXECUTE)
    monkeypatch.setattr("hub.remote.streams.Streams.is_new", lambda *_: True)


def succeeds(kind: str, house: House) -> bool:
    return any(wrong(*house.play(kind)) for _ in range(TRIES))


@pytest.mark.usefixtures("no_reuse_of_request_ids")
@pytest.mark.parametrize("kind", ["drop", "repeat", "swap", "delay"])
def test_control_without_numbers_the_order_is_the_relays(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not succeeds(kind, House(random.Random(1)))
    monkeypatch.setattr(Opener, "open", open_in_any_order)
    assert succeeds(kind, House(random.Random(1)))


@pytest.mark.usefixtures("no_reuse_of_request_ids")
@pytest.mark.parametrize("kind", ["flip", "truncate", "inject"])
def test_control_without_encryption_the_content_is_the_relays(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = b'{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"note","body":{"what":"open the door"}}'
    frame = b"\x08" + (99).to_bytes(4) + len(forged).to_bytes(4) + forged

    def make_up(house: House) -> bool:
        """What each kind of change is good for, where nothing is authentic."""
        house.connect()
        wires = [wire for what in ("1", "2") for wire in house.phone.ask(what)]
        match kind:
            case "flip":
                wires[0] = wires[0].replace(b'"what": "1"', b'"what": "9"')
            case "truncate":
                wires[0] = wires[0][:8] + bytes(248 + 8) + wires[0][264:]
            case _:
                wires.insert(0, bytes(8) + pad(frame) + bytes(16))
        for wire in wires:
            house.hub.receive(house.line, wire)
        return wrong(["1", "2"], house.hub.executed)

    assert not succeeds(kind, House(random.Random(1)))
    assert not make_up(House(random.Random(1)))
    monkeypatch.setattr(Sealer, "seal", naked)
    monkeypatch.setattr(Opener, "open", open_naked)
    assert make_up(House(random.Random(1)))


@pytest.mark.usefixtures("no_reuse_of_request_ids")
def test_control_with_keys_that_come_again_an_old_session_is_executed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not succeeds("old sessions", House(random.Random(1)))
    monkeypatch.setattr(Opener, "open", open_in_any_order)
    assert succeeds("old sessions", House(random.Random(1), make=same_keys_again))


def test_control_a_repeated_message_1_is_answered_where_connections_are_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, phone = Hub(), Phone()
    known(hub, phone)
    captured = phone.dial(hub.key)
    assert len(hub.receive(Line(), captured)) == 1
    assert hub.receive(Line(), captured) == []
    monkeypatch.setattr(responder, "REMEMBERED", 0)
    hub.responder._remember(bytes(16))
    hub.responder._answered.clear()
    assert len(hub.receive(Line(), captured)) == 1
    # and even then it opens nothing: the relay has no transport message
    assert hub.live == {}


def test_control_without_encryption_the_relays_view_holds_what_was_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, phone = Hub(), Phone()
    known(hub, phone)
    connected(hub, phone)
    monkeypatch.setattr(Sealer, "seal", naked)
    assert b"canary-4711" in b"".join(phone.ask("canary-4711"))


def test_the_relays_view_holds_nothing_that_was_said() -> None:
    hub, phone = Hub(), Phone()
    known(hub, phone)
    line, canary = Line(), "canary-4711"
    view: list[bytes] = [phone.dial(hub.key)]
    view += hub.receive(line, view[0])
    up = phone.receive(view[1])
    while up:
        view += up
        down = [wire for message in up for wire in hub.receive(line, message)]
        view += down
        up = [wire for message in down for wire in phone.receive(message)]
    said = phone.ask(canary)
    view += said
    view += [wire for message in said for wire in hub.receive(line, message)]
    assert hub.executed == [canary]
    seen = b"".join(view)
    for secret in (canary.encode(), phone.key, phone.psk, b"homebase", b"what"):
        assert secret not in seen
    assert {len(wire) for wire in view} <= transport.WIRE_SIZES
