"""The stick as its host sees it, and that no bytes from the host upset it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.simulator.devices.memory import DEVICE_LIST

from .host import CENTRAL, Host


def typed(host: Host, line: str) -> bytes:
    host.output = b""
    host.key_in(line)
    host.wait(0.0)
    return host.output


def test_it_answers_as_culfw_does() -> None:
    host = Host(listening=False)
    assert typed(host, "V") == b"V 1.67 nanoCUL868\r\n"
    assert typed(host, "?") == b"? (? is unknown) Use one of A B V X\r\n"
    assert typed(host, "Zebra") == b"? (Z is unknown) Use one of A B V X\r\n"
    assert typed(host, "X21") == b""
    assert typed(host, "Ar") == b""
    assert typed(host, "X") == b"21  450\r\n"
    host.wait(10.0)
    assert typed(host, "X") == b"21  460\r\n"
    host.wait(1000.0)
    assert typed(host, "X").endswith(b"  900\r\n")


def test_lines_may_come_in_pieces_and_end_with_either_mark() -> None:
    host = Host(listening=False)
    for byte in b"\r\n\nV\rV\r\n":
        host.world.stick.write(bytes((byte,)))
    assert host.output == b"V 1.67 nanoCUL868\r\n" * 2


def test_nothing_is_received_before_ar_nor_after_ax() -> None:
    host = Host(listening=False)
    device = host.device(1)
    host.key_in("X21")
    device.teach_in()
    host.wait(1.0)
    assert host.output == b""
    host.key_in("Ar")
    device.teach_in()
    host.wait(1.0)
    assert host.output.startswith(b"A1A")
    host.key_in("Ax")
    assert typed(host, "") == b""
    device.teach_in()
    host.wait(1.0)
    assert host.output == b""


def test_the_rssi_byte_comes_only_when_wanted() -> None:
    host = Host(listening=False)
    host.key_in("Ar")
    host.key_in("X01")
    host.device(1).teach_in()
    host.wait(1.0)
    assert len(host.output.strip()) == 1 + 2 * 27
    host.output = b""
    host.key_in("X21")
    host.device(1).teach_in()
    host.wait(1.0)
    assert len(host.output.strip()) == 1 + 2 * 28
    value = int(host.output.strip()[-2:], 16)
    rssi_dbm = (value - 256) / 2 - 74 if value >= 0x80 else value / 2 - 74
    path_dbm = host.device(1).path_dbm
    assert path_dbm is not None
    assert abs(rssi_dbm - path_dbm) <= 1.0
    host.output = b""
    host.key_in("X00")
    host.device(1).teach_in()
    host.wait(1.0)
    assert host.output == b""


def test_own_frames_are_not_echoed_and_broken_ones_are_ignored_silently() -> None:
    host = Host()
    for line in (
        "As",
        "As00",
        "AsXX",
        "As09 40A0011A2B3C510001",
        "As0840A0011A2B3C510001",
        "As" + "1E" + "00" * 30,
        "As0A40A0111A2B3C51000100",
    ):
        assert typed(host, line) == b""
    assert host.world.air.airtime_total_s > 0
    host.wait(1.0)
    assert host.output == b""


def test_a_busy_channel_is_an_error_after_a_second_and_a_half() -> None:
    host = Host()
    host.world.air.jam(5.0)
    before_s = host.world.agenda.now_s
    host.send(host.device(1), 0x11, "0201C80000")
    host.wait(1.49)
    assert host.output == b""
    host.wait(0.02)
    assert host.output == b"ERR:CCA\r\n"
    assert host.world.agenda.now_s - before_s < 1.6
    host.wait(4.0)
    host.pair(host.device(1))


def test_commands_wait_while_a_frame_is_sent() -> None:
    host = Host()
    host.key_in("As0E40B0111A2B3C5100010201C80000")
    host.key_in("V")
    host.wait(0.30)
    assert host.output == b""
    host.wait(0.15)
    assert host.output == b"V 1.67 nanoCUL868\r\n"


def test_air_time_is_counted_as_the_reference_says() -> None:
    host = Host()
    before_s = host.world.air.airtime_total_s
    host.key_in("As0A40A0111A2B3C51000100")
    assert abs(host.world.air.airtime_total_s - before_s - 0.010 - 0.0168) < 1e-9
    host.wait(1.0)
    before_s = host.world.air.airtime_total_s
    host.key_in("As0A40B0111A2B3C51000100")
    assert abs(host.world.air.airtime_total_s - before_s - 0.360 - 0.0168) < 1e-9


def test_a_pulled_stick_forgets_and_starts_anew() -> None:
    host = Host()
    host.world.stick.power_off()
    host.device(1).teach_in()
    host.wait(1.0)
    assert host.output == b""
    host.world.stick.power_on()
    assert not host.world.stick.receives
    assert typed(host, "X") == b"00  450\r\n"


FRAMES = st.builds(
    Frame,
    counter=st.integers(0, 255),
    flags=st.integers(0, 255),
    kind=st.sampled_from(tuple(bytes.fromhex("00010203041011123E3F40415859CA"))),
    sender=st.sampled_from((CENTRAL, b"\x99\x99\x99", b"\x51\x00\x02")),
    receiver=st.integers(0, 12).map(lambda n: bytes(3) if n == 0 else (0x510000 + n).to_bytes(3, "big")),
    payload=st.binary(max_size=17),
)
PLAIN = st.builds(
    lambda order, channel, rest: bytes((order, channel)) + rest,
    st.sampled_from((0, 1, 2, 3, 4, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87)),
    st.integers(0, 7),
    st.binary(max_size=12),
)
CONFIG = st.builds(
    lambda channel, order, rest: bytes((channel, order)) + rest,
    st.integers(0, 7),
    st.integers(0, 15),
    st.binary(max_size=12),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_of_the_host_raise(parts: list[bytes]) -> None:
    host = Host(devices=1)
    for part in parts:
        host.world.stick.write(part)
        host.wait(0.1)
    host.wait(5.0)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            FRAMES,
            st.builds(
                lambda frame, config: Frame(
                    counter=frame.counter, flags=frame.flags, kind=0x01, sender=CENTRAL,
                    receiver=frame.receiver, payload=config,
                ),
                FRAMES,
                CONFIG,
            ),
            st.builds(
                lambda frame, command: Frame(
                    counter=frame.counter, flags=frame.flags | 0x10, kind=0x11, sender=CENTRAL,
                    receiver=frame.receiver, payload=command,
                ),
                FRAMES,
                PLAIN,
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_no_frame_upsets_a_paired_home_and_every_answer_is_a_frame(frames: list[Frame]) -> None:
    host = Host()
    for device in host.world.devices.values():
        device.memory.write(DEVICE_LIST, dict(zip((0x0A, 0x0B, 0x0C), CENTRAL, strict=True)))
        device.stay_awake(1000.0)
    for frame in frames:
        host.key_in("As" + encode_frame(frame).hex())
        host.wait(0.4)
    host.wait(30.0)
    assert all(frame.sender[:1] == b"\x51" for frame in host.frames())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 20))
def test_cutting_the_bytes_differently_changes_nothing(data: bytes, size: int) -> None:
    text = b"V\nX21\nX\n" + data.replace(b"As", b"aS") + b"\nV\n"
    whole, cut = Host(devices=1, listening=False), Host(devices=1, listening=False)
    whole.world.stick.write(text)
    for start in range(0, len(text), size):
        cut.world.stick.write(text[start : start + size])
    assert whole.output == cut.output
