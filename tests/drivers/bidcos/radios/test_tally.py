"""What a diagnosis counts of the radio."""

from dataclasses import replace
from datetime import UTC, datetime

from drivers.bidcos.codec.frames import Damaged, Frame, decode_frame
from drivers.bidcos.radios.radio import Reception
from drivers.bidcos.radios.tally import Tally

AT = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def _frame() -> Frame:
    frame = decode_frame(bytes.fromhex("0B0180111234565100010201C8"[:24]))
    assert isinstance(frame, Frame)
    return frame


def test_frames_are_counted_by_what_became_of_them() -> None:
    tally, frame = Tally(lambda: AT), _frame()
    for event in (Reception(frame=frame), Damaged(data=b"A0", reason="short"), Reception(frame=frame)):
        tally.hear(event)
    for sent in (frame, frame, frame, replace(frame, counter=frame.counter + 1), frame):
        tally.send(sent)
    assert tally.counters() == {
        "frames_received": 2,
        "frames_sent": 5,
        "frames_damaged": 1,
        "repeats": 2,
    }


def test_the_latest_frames_are_kept_with_numbers_that_grow() -> None:
    tally, frame = Tally(lambda: AT), _frame()
    for _ in range(600):
        tally.hear(Reception(frame=replace(frame, rssi_dbm=-71.5)))
    tally.send(frame)
    kept = tally.frames.after(0)
    assert (len(kept), kept[0].number, kept[-1].number) == (500, 102, 601)
    assert (kept[-1].sent, kept[-1].rssi_dbm, kept[-2].rssi_dbm) == (True, None, -71.5)
    assert kept[-1].data == "0B0180111234565100010201"
    assert [frame.number for frame in tally.frames.after(599)] == [600, 601]
