"""What the fuzzer and the short test throw at the module's serial frames, from both of its sides."""

from drivers.bidcos.codec.uart import MAX_CONTENT_SIZE, UartDamaged, UartDecoder, UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import (
    Address,
    Credits,
    Firmware,
    Parts,
    PeerAdded,
    SerialNumber,
    parse_report,
)
from drivers.bidcos.codec.uart_requests import parse_request
from drivers.bidcos.meaning.meaning_module import module_object


def one_input(data: bytes) -> None:
    """However it is cut, the frames are the same; what is kept is bounded; both sides read anything."""
    whole, cut = UartDecoder(), UartDecoder()
    half = len(data) // 2
    events = whole.feed(data)
    assert cut.feed(data[:half]) + cut.feed(data[half:]) == events
    assert len(whole._rest) <= 2 * (MAX_CONTENT_SIZE + 4) + 1
    for event in events:
        if isinstance(event, UartFrame):
            _frame(event)
        else:
            assert isinstance(event, UartDamaged)
    if len(data) >= 3:  # a checksum is seldom hit: the frame that these bytes would be
        frame = UartFrame(destination=data[0] & 1, counter=data[1], command=data[2], data=data[3:1000])
        _frame(frame)
    parts = Parts()
    for at in range(0, min(len(data), 400), 4):
        parts.add(data[at : at + 4])


def _frame(frame: UartFrame) -> None:
    assert UartDecoder().feed(encode_uart(frame)) == [frame]
    assert module_object(frame)["counter"] == frame.counter
    report = parse_report(frame)
    again = report.uart if hasattr(report, "uart") else report.frame(frame.counter)
    assert parse_report(again) == report
    if (request := parse_request(frame)) is not None:
        assert parse_request(request.frame(frame.counter)) == request
    for answer in (Firmware, SerialNumber, Credits, Address, PeerAdded):
        if (told := answer.parse(frame.data)) is not None:
            assert type(told).parse(told.info()) == told
