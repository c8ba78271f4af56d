"""How much is decoded per second on one core: lines of a stick, bytes of a module."""

import itertools
import time

from bench.result import Figure, Result
from drivers.bidcos.codec.cul import LineDecoder, encode_send
from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import (
    Ack,
    KeyPress,
    Message,
    RtInfo,
    SensorEvent,
    Status,
    Weather,
    decode_message,
    message_frame,
)
from drivers.bidcos.codec.uart import UartDecoder, UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import Received, parse_report
from drivers.bidcos.devices import model_by_name
from drivers.bidcos.translation.readings import read_message

LINES_PER_READ = 16  # what a busy port hands over at once
ROUNDS = 20
FRAMES_PER_ROUND = 20_000
_TRAFFIC: tuple[tuple[str, Message], ...] = (
    ("HM-WDS40-TH-I-2", Weather(temperature=213, humidity=48)),
    ("HM-LC-Sw1-Pl-2", Status(channel=1, value=0xC8, flags=0, tail=b"\x30")),
    (
        "HM-CC-RT-DN",
        RtInfo(set_half_degrees=42, actual_tenths=205, fault=0, battery_tenths=13, valve=20, mode=0, low6=9),
    ),
    ("HM-RC-4-3", KeyPress(channel=2, counter=7)),
    ("HM-Sec-SC-2", SensorEvent(channel=1, counter=3, value=0xC8)),
    ("HM-LC-Dim1T-Pl-3", Ack()),
)


def measure() -> Result:
    """Decode a mix of what a home sends."""
    frames = [
        message_frame(message, counter=9, flags=0x84, sender=bytes((0x51, 0, index)), receiver=bytes(3))
        for index, (_, message) in enumerate(_TRAFFIC)
    ]
    models = {frame.sender: model_by_name(name) for frame, (name, _) in zip(frames, _TRAFFIC, strict=True)}
    lines = itertools.cycle(b"A" + encode_send(frame)[2:-1] + b"F2\r\n" for frame in frames)
    reads = [
        b"".join(itertools.islice(lines, LINES_PER_READ)) for _ in range(FRAMES_PER_ROUND // LINES_PER_READ)
    ]
    to_frames, to_datapoints, count = [], [], len(reads) * LINES_PER_READ
    for _ in range(ROUNDS):
        decoder, begin = LineDecoder(), time.perf_counter()
        decoded = [event for read in reads for event in decoder.feed(read)]
        to_frames.append(time.perf_counter() - begin)
        assert all(isinstance(event, Frame) for event in decoded)
        begin = time.perf_counter()
        for read in reads:
            for event in decoder.feed(read):
                if isinstance(event, Frame):
                    read_message(decode_message(event), event, models[event.sender])
        to_datapoints.append(time.perf_counter() - begin)
    uart_frames, uart_reports = _measure_module(frames)
    median = sorted(to_frames)[ROUNDS // 2]
    return Result(
        name="decode",
        figures={
            "line to Frame": Figure(count / median, "frames/s", at_least=100_000),
            "line to datapoints": Figure(count / sorted(to_datapoints)[ROUNDS // 2], "frames/s"),
            "module's bytes to UartFrame": Figure(count / sorted(uart_frames)[ROUNDS // 2], "frames/s"),
            "module's bytes to Frame": Figure(count / sorted(uart_reports)[ROUNDS // 2], "frames/s"),
        },
        conditions={"frames per round": count, "rounds": ROUNDS, "lines per read": LINES_PER_READ},
        samples={
            "seconds to frames": to_frames,
            "seconds to datapoints": to_datapoints,
            "seconds to module's frames": uart_frames,
            "seconds to module's reports": uart_reports,
        },
    )


def _measure_module(frames: list[Frame]) -> tuple[list[float], list[float]]:
    """The same mix as the module reports it: escapes, checksum, then what it says."""
    reports = itertools.cycle(encode_uart(Received(radio=frame, status=0x11).frame(0)) for frame in frames)
    reads = [
        b"".join(itertools.islice(reports, LINES_PER_READ)) for _ in range(FRAMES_PER_ROUND // LINES_PER_READ)
    ]
    to_frames, to_reports = [], []
    for _ in range(ROUNDS):
        decoder, begin = UartDecoder(), time.perf_counter()
        decoded = [event for read in reads for event in decoder.feed(read)]
        to_frames.append(time.perf_counter() - begin)
        assert all(isinstance(event, UartFrame) for event in decoded)
        begin = time.perf_counter()
        for read in reads:
            for event in decoder.feed(read):
                if isinstance(event, UartFrame):
                    parse_report(event)
        to_reports.append(time.perf_counter() - begin)
    return to_frames, to_reports


if __name__ == "__main__":
    measure().print()
