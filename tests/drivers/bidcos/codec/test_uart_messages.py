"""Requests to the module and its reports: written and read by both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.uart import (
    KEY_COMMANDS,
    AckStatus,
    AppCommand,
    Destination,
    DualCommand,
    OsCommand,
    UartFrame,
)
from drivers.bidcos.codec.uart_reports import (
    APPLICATION,
    DUAL_APPLICATION,
    MAX_CREDITS,
    Address,
    Answer,
    Credits,
    Firmware,
    Parts,
    PeerAdded,
    RadioAnswer,
    Received,
    Report,
    SerialNumber,
    Signature,
    Started,
    Unknown,
    parse_report,
)
from drivers.bidcos.codec.uart_requests import (
    AddPeer,
    Ask,
    Enable,
    PeerAes,
    RemovePeer,
    Request,
    Send,
    SetAddress,
    SetKey,
    SetTime,
    UpdateMode,
    parse_request,
)

byte = st.integers(0, 255)
address = st.binary(min_size=3, max_size=3)
signature_strength = st.none() | st.integers(2, 255).map(lambda value: -float(value))


def radio(strength: st.SearchStrategy[float | None]) -> st.SearchStrategy[Frame]:
    return st.builds(
        Frame,
        counter=byte,
        flags=byte,
        kind=byte,
        sender=address,
        receiver=address,
        payload=st.binary(max_size=54),
        rssi_dbm=strength,
    )


name = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
asks = st.sampled_from(
    [
        OsCommand.GET_APP,
        OsCommand.GET_FIRMWARE,
        OsCommand.CHANGE_APP,
        OsCommand.NORMAL_MODE,
        OsCommand.GET_CREDITS,
        OsCommand.GET_SERIAL,
        AppCommand.GET_ADDRESS,
        AppCommand.GET_PEERS,
        AppCommand.DEFAULT_ADDRESS,
        DualCommand.GET_APP,
        DualCommand.CHANGE_APP,
    ]
)
requests: st.SearchStrategy[Request] = st.one_of(
    st.builds(Ask, command=asks),
    st.builds(
        Enable, command=st.sampled_from([OsCommand.ENABLE_CREDITS, OsCommand.ENABLE_CSMA]), on=st.booleans()
    ),
    st.builds(UpdateMode),
    st.builds(SetTime, seconds=st.integers(0, 0xFFFFFFFF), zone=st.integers(-24, 28)),
    st.builds(SetAddress, address=address),
    st.builds(
        SetKey,
        command=st.sampled_from(sorted(KEY_COMMANDS)),
        key=st.binary(min_size=16, max_size=16),
        index=byte,
    ),
    st.builds(AddPeer, peer=address, key_index=byte, wake_up=st.booleans()),
    st.builds(RemovePeer, peer=address),
    st.builds(
        PeerAes,
        peer=address,
        channels=st.lists(st.integers(0, 63), max_size=20).map(tuple),
        on=st.booleans(),
    ),
    st.builds(Send, radio=radio(st.none()), burst=st.booleans()),
)
reports: st.SearchStrategy[Report] = st.one_of(
    st.builds(Started, app=name, destination=st.sampled_from([Destination.OS, Destination.DUAL])),
    st.builds(Credits, used=st.integers(0, MAX_CREDITS)),
    st.builds(
        Answer,
        destination=st.sampled_from([Destination.OS, Destination.APP]),
        status=st.sampled_from([status for status in AckStatus if status not in {3, 0x0C}]),
        info=st.binary(max_size=40),
    ),
    st.builds(RadioAnswer, radio=radio(signature_strength), key_index=byte, verified=st.booleans()),
    st.builds(Received, radio=radio(signature_strength), status=byte, key_index=byte),
)


@given(request=requests, counter=byte)
def test_the_module_reads_what_the_host_asked(request: Request, counter: int) -> None:
    frame = request.frame(counter)
    assert frame.counter == counter
    assert parse_request(frame) == request


@given(report=reports, counter=byte)
def test_the_host_reads_what_the_module_says(report: Report, counter: int) -> None:
    assert not isinstance(report, Unknown)
    assert parse_report(report.frame(counter)) == report


@given(st.builds(UartFrame, destination=byte, counter=byte, command=byte, data=st.binary(max_size=80)))
def test_no_frame_makes_either_side_fail(frame: UartFrame) -> None:
    parse_report(frame)
    parse_request(frame)
    for answer in (Firmware, SerialNumber, Credits, Address, PeerAdded):
        answer.parse(frame.data)


def test_send_has_no_length_byte_and_says_whether_to_burst() -> None:
    order = Frame(
        counter=9, flags=0xB0, kind=0x12, sender=b"\xfd\xb0\x2c", receiver=b"\x40\xc2\xa8", payload=b"\x01"
    )
    assert Send(radio=order, burst=True).frame(1).data.hex() == "00000109b012fdb02c40c2a801"
    assert Send(radio=order, burst=None).frame(1).data.hex() == "000009b012fdb02c40c2a801"


def test_a_verified_event_that_the_module_answered_is_told_apart() -> None:
    event = Frame(counter=9, flags=0xA2, kind=0x41, sender=b"abc", receiver=b"def", payload=b"\x01\x02\xc8")
    for status, woken, signature in (
        (0x00, False, Signature.NONE),
        (0x11, True, Signature.NONE),
        (0x12, True, Signature.GOOD),
        (0x03, False, Signature.WRONG),
        (0x77, True, Signature.NONE),
    ):
        heard = Received(radio=event, status=status)
        assert (heard.woken, heard.signature) == (woken, signature)


def test_a_weak_signal_beyond_the_scale_is_written_as_its_end() -> None:
    heard = Frame(counter=0, flags=0, kind=0, sender=b"abc", receiver=b"def", payload=b"", rssi_dbm=-300)
    assert Received(radio=heard, status=0).frame(0).data[2] == 0xFF


@pytest.mark.parametrize(
    ("answer", "info"),
    [
        (Firmware(version=(1, 4, 1)), "010003010401"),
        (SerialNumber(serial="NEQ1330980"), "4e455131333330393830"),
        (Credits(used=12), "0c"),
        (Address(address=b"\xfd\xb0\x2c"), "0101fdb02c"),
        (PeerAdded(count=2, signed=frozenset({1, 2})), "01010002fffffffffffffff9"),
        (PeerAdded(count=1, signed=None), "01010001"),
    ],
)
def test_what_an_answer_carries_is_written_and_read(
    answer: Firmware | SerialNumber | Credits | Address | PeerAdded, info: str
) -> None:
    assert answer.info().hex() == info
    assert type(answer).parse(bytes.fromhex(info)) == answer
    assert type(answer).parse(bytes.fromhex(info) + b"\x00") is None


def test_a_firmware_for_two_protocols_is_recognised_asked_and_unasked() -> None:
    name = DUAL_APPLICATION.encode()
    for command, data in ((0x00, name), (0x05, b"\x01" + name)):
        said = parse_report(UartFrame(destination=0xFE, counter=0, command=command, data=data))
        assert said == Started(app=DUAL_APPLICATION, destination=Destination.DUAL)
    assert isinstance(
        parse_report(UartFrame(destination=0xFF, counter=0, command=0x04, data=b"\x01")), Unknown
    )


def test_an_answer_in_parts_is_put_together() -> None:
    parts = Parts()
    assert parts.add(b"\x01\x02ab") is None
    assert parts.add(b"\x02\x02cd") == b"abcd"
    assert parts.add(b"\x01\x01x") == b"x"


def test_an_answer_is_given_on_when_its_last_part_came() -> None:
    parts = Parts()

    def collect(info: bytes, status: int = AckStatus.MULTI_PART) -> bytes | None:
        whole = parts.collect(Answer(destination=Destination.APP, status=status, info=info))
        return None if whole is None else whole.info

    assert collect(b"\x01\x03ab") is None
    assert collect(b"\x02\x03cd") is None
    assert collect(b"\x03\x03ef") == b"\x01\x01abcdef"
    for alone in (b"\x01\x01ab", b"\x01", b"", b"\x01\x00ab"):
        assert collect(alone) == alone
    assert collect(b"\x02\x03cd", AckStatus.INFO) == b"\x02\x03cd"


def test_a_part_out_of_turn_starts_anew() -> None:
    parts = Parts()
    assert parts.add(b"\x01\x03ab") is None
    assert parts.add(b"\x03\x03ef") is None
    assert parts.add(b"\x02\x03cd") is None
    assert parts.add(b"") is None
    assert parts.add(b"\x01\xffab") is None


def test_a_key_of_another_length_is_not_sent() -> None:
    with pytest.raises(ValueError, match="key of 4 bytes") as refusal:
        SetKey(command=AppCommand.SET_CURRENT_KEY, key=b"abcd").frame(1)
    assert "abcd" not in str(refusal.value)
    with pytest.raises(ValueError, match="command 02"):
        SetKey(command=AppCommand.SEND).frame(1)


def test_the_running_program_is_told_as_an_acknowledgement_when_asked() -> None:
    asked = UartFrame(destination=Destination.OS, counter=7, command=OsCommand.ACK, data=b"\x02Co_CPU_App")
    assert parse_report(asked) == Started(app=APPLICATION)
