"""Signal strength by the quarter of an hour."""

from datetime import UTC, datetime, timedelta

from drivers.bidcos.codec.messages import Ack, AckStatus, Status
from drivers.bidcos.radios.signals import MAX_SAMPLES, Signals, peer_strength
from hub.contract import DeviceAddress

AT = datetime(2026, 11, 27, 15, 2, tzinfo=UTC)
RADIO = b"\x10\x00\x01"
DEVICE = DeviceAddress("bidcos", "SIM0000001")


def test_a_quarter_of_an_hour_has_one_mean() -> None:
    signals = Signals()
    for minutes, dbm in ((0, -60.0), (10, -70.0), (14, -50.0)):
        signals.hear(RADIO, dbm, Ack(), AT + timedelta(minutes=minutes))
    signal = signals.of(RADIO, DEVICE, AT + timedelta(minutes=15))
    assert [(each.at.minute, each.dbm, each.frames) for each in signal.samples] == [
        (0, -65.0, 2),
        (15, -50.0, 1),
    ]
    assert (signal.last_dbm, signal.peer_dbm) == (-50.0, None)


def test_a_day_is_kept_and_no_more() -> None:
    signals = Signals()
    for hour in range(24 * 10):
        for minute in range(0, 60, 5):
            signals.hear(RADIO, -60.0, Ack(), AT + timedelta(hours=hour, minutes=minute))
    assert len(signals.of(RADIO, DEVICE, AT + timedelta(hours=239, minutes=55)).samples) == MAX_SAMPLES
    assert signals.of(RADIO, DEVICE, AT + timedelta(days=30)).samples == ()


def test_a_status_tells_how_the_device_hears_us() -> None:
    assert peer_strength(AckStatus(channel=1, value=0, flags=0, tail=b"\x30")) == -48.0
    assert peer_strength(Status(channel=1, value=0, flags=0, tail=b"\x00")) is None
    assert peer_strength(Ack()) is None
    signals = Signals()
    signals.hear(RADIO, None, Status(channel=1, value=0, flags=0, tail=b"\x41"), AT)
    signals.hear(RADIO, None, Ack(), AT)
    assert signals.of(RADIO, DEVICE, AT).peer_dbm == -65.0
    signals.keep(set())
    assert signals.of(RADIO, DEVICE, AT).peer_dbm is None
