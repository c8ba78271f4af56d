"""A signed channel at the device, both directions, with the reference's computation."""

from drivers.bidcos.frames import Frame
from drivers.bidcos.signing import DEFAULT_KEY, passphrase_key, seal_key_half, sign, verify
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.sensor import Contact

from .host import CENTRAL, Host


def signed_home(number: int = 1) -> tuple[Host, Device]:
    host = Host()
    device = host.device(number)
    host.pair(device)
    for payload in ("01050000000001", "01080801"):
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    assert host.ask(device, 0x01, "0106")[0].payload == b"\x00"
    return host, device


def signed(host: Host, device: Device, kind: int, payload: bytes, key: bytes = DEFAULT_KEY) -> list[Frame]:
    """Send, answer the challenge, return what comes then."""
    host.take()
    counter = host.send(device, kind, payload)
    host.wait(0.3)
    (challenge,) = [f for f in host.take() if f.sender == device.address]
    assert (challenge.kind, challenge.flags, challenge.counter) == (0x02, 0xA0, counter)
    assert (challenge.payload[0], len(challenge.payload)) == (0x04, 8)
    message = Frame(
        counter=counter, flags=0xA0, kind=kind, sender=CENTRAL, receiver=device.address, payload=payload
    )
    signature = sign(key, challenge.payload[1:7], message, b"\x01\x02\x03\x04\x05\x06")
    host.send(device, 0x03, signature.data, counter=counter)
    host.wait(0.3)
    answers = [f for f in host.take() if f.sender == device.address]
    assert all(f.payload.endswith(signature.auth) for f in answers)
    return answers


def test_a_signed_switch_obeys_only_a_good_signature_and_proves_itself() -> None:
    host, device = signed_home()
    assert signed(host, device, 0x11, bytes.fromhex("0201C80000"), key=bytes(16)) == []
    assert device.state()["on"] == [False]
    (ack,) = signed(host, device, 0x11, bytes.fromhex("0201C80000"))
    assert device.state()["on"] == [True]
    assert ack.payload[:3] == bytes.fromhex("0101C8")


def test_a_late_signature_is_ignored_and_the_message_challenged_anew() -> None:
    host, device = signed_home()
    host.send(device, 0x11, "0201C80000", counter=9)
    host.wait(0.3)
    host.send(device, 0x11, "0201C80000", counter=9)
    host.wait(2.0)
    first, second = [f.payload for f in host.take() if f.counter == 9]
    assert first[:1] == second[:1] == b"\x04"
    assert first != second
    host.send(device, 0x03, bytes(16), counter=9)
    host.wait(0.3)
    assert host.take() == []


def test_reads_pass_unsigned() -> None:
    host, device = signed_home()
    assert host.ask(device, 0x01, "010E")[0].payload[:3] == bytes.fromhex("010100")


def test_a_new_key_comes_in_two_signed_halves() -> None:
    host, device = signed_home()
    key = passphrase_key("11111111")
    for second in (False, True):
        half = seal_key_half(DEFAULT_KEY, key, 1, second, b"\x55\xaa")
        assert len(signed(host, device, 0x04, half)) == 1
    assert (device.memory.key, device.memory.key_index) == (key, 1)
    assert signed(host, device, 0x11, bytes.fromhex("0201C80000")) == []
    (ack,) = signed(host, device, 0x11, bytes.fromhex("0201C80000"), key=key)
    assert ack.payload[:3] == bytes.fromhex("0101C8")


def test_a_device_signs_its_event_when_the_central_asks() -> None:
    # given a contact that tells it was opened
    host = Host()
    device = host.of_kind(Contact)
    host.pair(device)
    host.wait(30.0)
    host.take()
    device.act("open", ())
    host.wait(0.05)
    (event,) = host.take()

    # when the central challenges it in time
    host.wait(0.08)
    host.send(device, 0x02, b"\x04" + b"\x11\x22\x33\x44\x55\x66" + b"\x00", counter=event.counter)
    host.wait(0.25)

    # then its response proves the event, and after the acknowledgement it is quiet
    (response,) = host.take()
    assert response.kind == 0x03
    verified = verify(DEFAULT_KEY, b"\x11\x22\x33\x44\x55\x66", event, response.payload)
    assert verified is not None
    host.send(device, 0x02, b"\x00" + verified.auth, 0x80, counter=event.counter)
    host.wait(10.0)
    assert host.take() == []
