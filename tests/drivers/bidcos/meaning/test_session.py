"""What a listener remembers: models, signatures, keys; never more than its bound."""

from dataclasses import replace

from drivers.bidcos.codec.frames import Flag, Frame, decode_frame
from drivers.bidcos.codec.messages import (
    AckStatus,
    AesResponse,
    Challenge,
    DeviceInfo,
    KeyPress,
    Message,
    ParamRequest,
    SensorEvent,
    SetLevel,
    StatusRequest,
    TeamAlarm,
    message_frame,
)
from drivers.bidcos.codec.signing import DEFAULT_KEY, sign, team_mac
from drivers.bidcos.meaning.meaning import meaning
from drivers.bidcos.meaning.session import MAX_REMEMBERED, Session

CENTRAL, DEVICE = b"\x63\x19\x64", b"\x1f\xb7\x4a"
CHALLENGE = bytes(range(6))


def _frame(message: Message, sender: bytes, receiver: bytes, counter: int = 9) -> Frame:
    return message_frame(message, counter=counter, flags=0xA0, sender=sender, receiver=receiver)


def _challenge() -> Frame:
    return _frame(Challenge(challenge=CHALLENGE, key_byte=0), DEVICE, CENTRAL)


def _response(order: Frame, key: bytes = DEFAULT_KEY) -> Frame:
    return _frame(AesResponse(data=sign(key, CHALLENGE, order, bytes(6)).data), CENTRAL, DEVICE)


def test_a_response_is_opened_when_message_and_challenge_were_heard() -> None:
    session = Session()
    order = _frame(SetLevel(channel=1, level=0xC8), CENTRAL, DEVICE)
    session.secrets(order)
    session.secrets(_challenge())
    said = session.secrets(_response(order))
    assert said["auth_expected"] == sign(DEFAULT_KEY, CHALLENGE, order, bytes(6)).auth.hex().upper()


def test_a_response_to_a_usual_message_that_was_not_heard_is_opened_too() -> None:
    session = Session()
    session.secrets(_challenge())
    assert session.secrets(_response(_frame(ParamRequest(channel=1, list_index=1), CENTRAL, DEVICE)))
    assert not session.secrets(_response(_frame(StatusRequest(channel=1), CENTRAL, DEVICE)))


def test_a_response_without_its_challenge_or_with_another_key_says_nothing() -> None:
    session = Session()
    order = _frame(SetLevel(channel=1, level=0xC8), CENTRAL, DEVICE)
    assert session.secrets(_response(order)) == {}
    session.secrets(order)
    session.secrets(_challenge())
    assert session.secrets(_response(order, bytes(16))) == {}


def test_a_model_is_known_from_its_introduction_for_what_it_says_and_what_it_is_told() -> None:
    session = Session()
    info = DeviceInfo(firmware=0x11, model=0x00A9, serial="KEQ0631386", device_class=0x40)
    session.secrets(_frame(info, DEVICE, bytes(3)))
    for told in (_frame(StatusRequest(channel=1), CENTRAL, DEVICE), _frame(info, DEVICE, CENTRAL)):
        model = session.model(told)
        assert model is not None
        assert model.name == "HM-PB-6-WM55"
    assert session.model(_frame(info, CENTRAL, DEVICE)) is None


def test_a_team_of_smoke_detectors_is_known_by_the_detector_that_reports() -> None:
    session, team = Session(), b"\x44\xe3\x47"
    for model, device in ((0x0042, DEVICE), (0x00A9, b"\x23\x70\xd8")):
        info = DeviceInfo(firmware=0x11, model=model, serial="KEQ0631386", device_class=0xCD)
        session.secrets(_frame(info, device, bytes(3)))
    alarm = SensorEvent(channel=1, counter=5, value=0xC8)
    reported = _frame(alarm, team, DEVICE)
    detector = session.model(reported)
    assert detector is not None
    assert detector.name == "HM-Sec-SD"
    said = meaning(reported, detector)
    assert (said["team_state_text"], said["reporter"]) == ("alarm", "1FB74A")
    press = _frame(KeyPress(channel=1, counter=6, low_battery=True), team, DEVICE)
    assert session.model(press) is detector
    assert meaning(press, detector)["reporter"] == "1FB74A"
    # neither an order to a detector nor an event for any other device
    assert session.model(_frame(alarm, team, b"\x23\x70\xd8")) is None
    assert session.model(_frame(AckStatus(channel=1, value=0, flags=0), CENTRAL, DEVICE)) is None


def test_an_unknown_model_stays_unknown() -> None:
    session = Session()
    info = DeviceInfo(firmware=0x11, model=0xFFFE, serial="KEQ0631386", device_class=0x40)
    session.secrets(_frame(info, DEVICE, bytes(3)))
    assert session.model(_frame(info, DEVICE, bytes(3))) is None


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    session = Session()
    info = DeviceInfo(firmware=0x11, model=0x00A9, serial="KEQ0631386", device_class=0x40)
    frames = [_frame(info, number.to_bytes(3, "big"), bytes(3)) for number in range(1, MAX_REMEMBERED + 2)]
    for frame in frames:
        session.secrets(frame)
    assert session.model(frames[0]) is None
    assert session.model(frames[1]) is not None
    assert len(session._models) == MAX_REMEMBERED


def test_a_smoke_detectors_signature_is_checked_by_the_keys_that_are_known() -> None:
    own = bytes(range(16))
    draft = TeamAlarm(channel=1, counter=1, value=0xC8, sequence=5, mac=bytes(4))
    frame = message_frame(draft, counter=3, flags=0x14, sender=DEVICE, receiver=DEVICE)
    signed = replace(frame, payload=frame.payload[:6] + team_mac(own, frame, b"\x00\x05"))
    assert Session((own,)).secrets(signed) == {"signature_ok": True}
    assert Session().secrets(signed) == {}
    assert Session((own,)).secrets(frame) == {}


def test_the_public_sample_of_a_team_frame_is_signed_with_the_default_key() -> None:
    sample = decode_frame(bytes.fromhex("1301144144E34744E3470101960000048BAF3B0E"))
    assert isinstance(sample, Frame)
    assert Session().secrets(sample) == {"signature_ok": True}
    repeated = replace(sample, flags=sample.flags | Flag.RPTED)
    assert Session().secrets(repeated) == {"signature_ok": True}
    assert Session().secrets(replace(sample, flags=sample.flags | Flag.BIDI)) == {}
