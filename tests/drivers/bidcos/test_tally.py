"""What a diagnosis counts of the radio."""

from dataclasses import replace

from drivers.bidcos.frames import Damaged, Frame, decode_frame
from drivers.bidcos.tally import Tally


def _frame() -> Frame:
    frame = decode_frame(bytes.fromhex("0B0180111234565100010201C8"[:24]))
    assert isinstance(frame, Frame)
    return frame


def test_frames_are_counted_by_what_became_of_them() -> None:
    tally, frame = Tally(), _frame()
    for event in (frame, Damaged(data=b"A0", reason="short"), frame):
        tally.hear(event)
    for sent in (frame, frame, frame, replace(frame, counter=frame.counter + 1), frame):
        tally.send(sent)
    assert tally.counters() == {
        "frames_received": 2,
        "frames_sent": 5,
        "frames_damaged": 1,
        "repeats": 2,
    }
