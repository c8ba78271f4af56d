"""A signed channel at the device, both directions, with the reference's computation."""

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.signing import DEFAULT_KEY, passphrase_key, seal_key_half, sign, verify
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.memory import DEVICE_LIST
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


def exchange(host: Host, device: Device, key: bytes, index: int = 1) -> list[list[Frame]]:
    """Hand a new key over in two halves; what the device answers to each."""
    old = device.memory.key
    halves = [seal_key_half(old, key, index, second, b"\x55\xaa") for second in (False, True)]
    return [signed(host, device, 0x04, half, key=old) for half in halves]


def test_a_key_exchange_that_breaks_off_half_way_leaves_the_old_key() -> None:
    host, device = signed_home()
    device.inbox.guard.loses_power_half_way = True
    first, second = exchange(host, device, passphrase_key("11111111"))
    assert (len(first), second) == (1, [])
    assert (device.memory.key, device.memory.key_index) == (DEFAULT_KEY, 0)
    assert device.state()["on"] == [False]
    signed(host, device, 0x11, bytes.fromhex("0201C80000"))
    assert device.state()["on"] == [True]
    exchange(host, device, passphrase_key("11111111"))
    assert device.memory.key_index == 1


def test_only_whole_keys_of_one_index_are_taken() -> None:
    host, device = signed_home()
    key = passphrase_key("11111111")
    (refused,) = signed(host, device, 0x04, seal_key_half(DEFAULT_KEY, key, 1, True, b"\x55\xaa"))
    assert refused.payload[:1] == b"\x80"
    signed(host, device, 0x04, seal_key_half(DEFAULT_KEY, key, 1, False, b"\x55\xaa"))
    (other,) = signed(host, device, 0x04, seal_key_half(DEFAULT_KEY, key, 2, True, b"\x55\xaa"))
    assert other.payload[:1] == b"\x80"
    (noise,) = signed(host, device, 0x04, bytes(16))
    assert noise.payload[:1] == b"\x80"
    assert device.memory.key == DEFAULT_KEY


def test_a_lock_is_always_signed_whatever_its_registers_say() -> None:
    host = Host(models=("HM-Sec-Key",))
    device = host.device(1)
    device.memory.write(DEVICE_LIST, dict(zip((0x0A, 0x0B, 0x0C), CENTRAL, strict=True)))
    device.stay_awake(10.0)
    (ack,) = signed(host, device, 0x11, bytes.fromhex("800101FF"))
    assert ack.payload[:3] == b"\x01\x01\x01"
    assert device.state()["unlocked"] is True


def test_a_device_with_a_foreign_key_names_its_index_and_obeys_nobody_else() -> None:
    host, device = signed_home()
    device.memory.set_key(passphrase_key("somebody else's"), 5)
    assert signed(host, device, 0x11, bytes.fromhex("0201C80000")) == []
    host.take()
    host.send(device, 0x11, "0201C80000")
    host.wait(0.3)
    (challenge,) = host.take()
    assert challenge.payload[7] == 10
    assert device.inbox.guard.refused == 1
