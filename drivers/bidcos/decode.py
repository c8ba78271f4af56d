"""``homebase decode``: lines of frames in, one JSON object per line out, in order, flushed.

A line is hex from the length byte on, what a CUL hears (``A…``) or is told to send (``As…``), or an
HM-MOD-RPI-PCB's serial frame (``FD…``), which gets a ``module`` object more, or alone where no radio frame is
in it. The model comes from an earlier device info of that device in this input, else from --model, else both
readings are given.
"""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NoReturn

from .codec.cul import decode_line
from .codec.frames import Damaged, Frame, decode_frame
from .codec.messages import decode_message
from .codec.uart import UartDamaged, UartDecoder, UartFrame
from .codec.uart_reports import RadioAnswer, Received, parse_report
from .codec.uart_requests import Send, parse_request
from .devices import Model, kind, model_by_code, model_by_name, models_of_name
from .meaning.meaning import frame_object, meaning
from .meaning.meaning_module import module_object
from .meaning.session import Session
from .translation.readings import Reading, read_message

MAX_TEXT_SIZE = 1000  # characters looked at of one line
EXIT_USAGE = 2
_KEY = re.compile("[0-9a-fA-F]{32}")
_CODE = re.compile("[0-9a-fA-F]{4}")
_TO_SEND = b"AS"  # As…, in capitals: what a stick is told to send
_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _Parser(
        prog="homebase decode",
        allow_abbrev=False,
        description="Explain Homematic radio frames: one line in (hex from the length byte on, a stick's "
        "A… or As… line or a module's FD… frame), one JSON object out.",
        epilog="exit codes: 0 done · 2 usage · 73 can't write · 74 input or output failed · 130 interrupted",
    )
    parser.add_argument(
        "--model", help="model of devices that did not introduce themselves, or its code: HM-CC-RT-DN, 0095 …"
    )
    parser.add_argument("--key-file", type=Path, help="file with further system keys, 32 hex digits a line")
    options = parser.parse_args(arguments)
    model = _named_model(options.model) if options.model else None
    try:
        keys = _read_keys(options.key_file) if options.key_file else ()
    except ValueError as error:
        sys.stderr.write(f"homebase decode: --key-file {options.key_file}: {error}\n")
        return EXIT_USAGE
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return decode_lines(sys.stdin, sys.stdout, Decoder(model, keys))


MOST_OF_LINE = 65_536  # characters; a frame has 60 of them, the rest is only read


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _named_model(text: str) -> Model | None:
    """By name or code; a name that means nothing, or more than one model, is said."""
    model = model_by_name(text)
    if model is None and _CODE.fullmatch(text):
        model = model_by_code(int(text, 16))
    if model is None:
        sys.stderr.write(
            f"homebase decode: --model {text!r} is not in the device table (it has HM-LC-Sw1-Pl-2 "
            "and others): both readings are given\n"
        )
    first, *others = [f"{each.code:04X}" for each in models_of_name(text) if each.code is not None] or [""]
    if others:
        sys.stderr.write(
            f"homebase decode: --model {text!r} is the name of several models: taken for {first}; "
            f"for another enter its code: {', '.join(others)}\n"
        )
    return model


def _read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys in a file; what is wrong with it is said without showing any of it.

    Raises:
        ValueError: it can't be read, others may read it, or a line is no key.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise ValueError("others may read it; allowed is mode 600 (chmod 600)")
            text = file.read(MOST_OF_LINE).decode("latin-1")
    except OSError as error:
        raise ValueError(f"{error.strerror}; allowed is a file with 32 hex digits a line") from error
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        if not (word := line.strip()):
            continue
        if _KEY.fullmatch(word) is None:
            raise ValueError(f"line {number}: allowed are 32 hex digits")
        keys.append(bytes.fromhex(word))
    return tuple(keys)


def decode_lines(source: IO[str], target: IO[str], decoder: "Decoder") -> int:
    """Answer each line of ``source`` with one line."""
    try:
        for number, line in enumerate(_lines(source), 1):
            target.write(_ENCODE(decoder.decode(number, line)) + "\n")
            target.flush()
    except BrokenPipeError:
        return 0
    return 0


def _lines(source: IO[str]) -> Iterator[str]:
    """Lines, each cut after MOST_OF_LINE characters: what follows of it is read and forgotten."""
    while line := source.readline(MOST_OF_LINE):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(MOST_OF_LINE)
        yield line


class Decoder:
    """Explains one line after the other and remembers who introduced himself."""

    def __init__(self, model: Model | None, keys: tuple[bytes, ...] = ()) -> None:
        self._model = model
        self._session = Session(keys)

    def decode(self, number: int, line: str) -> dict[str, object]:
        """The object for one line. Never raises."""
        heard = read_line(line)
        if isinstance(heard, Damaged):
            return {"error": {"line": number, "reason": heard.reason}}
        if isinstance(heard, Frame):
            return self._explain(heard)
        frame, module = _radio_frame(heard), module_object(heard)
        return {**({} if frame is None else self._explain(frame)), "module": module}

    def _explain(self, frame: Frame) -> dict[str, object]:
        secrets = self._session.secrets(frame)
        model = self._session.model(frame) or self._model
        readings = read_message(decode_message(frame), frame, model)
        return {
            "frame": frame_object(frame),
            "meaning": meaning(frame, model, secrets),
            "datapoints": [_datapoint(reading, model) for reading in readings],
        }


def read_line(line: str) -> Frame | UartFrame | Damaged:
    """Read hex, a stick's line or a module's frame; what it is not, in words."""
    text = line.strip()[:MAX_TEXT_SIZE]
    if not text:
        return Damaged(data=b"", reason="empty line")
    data = text.upper().encode("ascii", "replace")
    odd = len(data) % 2 == 1
    if odd and data.startswith(b"A"):
        event = decode_line(data)
        return event if isinstance(event, Frame | Damaged) else Damaged(data=data, reason="not a frame")
    data = data.removeprefix(_TO_SEND)
    try:
        raw = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        return Damaged(data=data, reason="not hex digits")
    if len(raw) * 2 != len(data):
        return Damaged(data=data, reason="not pairs of hex digits")
    return _read_module(raw) if raw[:1] == b"\xfd" else decode_frame(raw)


def _read_module(raw: bytes) -> UartFrame | Damaged:
    """A module's serial frame, as it was on the line or logged behind the unescaping."""
    plain = raw[1:].replace(b"\xfc", b"\xfc\x7c").replace(b"\xfd", b"\xfc\x7d")
    events = (*UartDecoder().feed(raw), *UartDecoder().feed(raw[:1] + plain))
    frame = next((event for event in events if isinstance(event, UartFrame)), None)
    if frame is not None:
        return frame
    reason = next((event.reason for event in events if isinstance(event, UartDamaged)), "cut short")
    return Damaged(data=raw, reason=f"a module's frame: {reason}")


def _radio_frame(frame: UartFrame) -> Frame | None:
    """The radio frame that a host sends by it, or that the module heard."""
    request, report = parse_request(frame), parse_report(frame)
    if isinstance(request, Send):
        return request.radio
    return report.radio if isinstance(report, Received | RadioAnswer) else None


def _datapoint(reading: Reading, model: Model | None) -> dict[str, object]:
    return {
        "channel": reading.channel,
        "parameter": reading.parameter,
        "value": reading.value,
        "unit": _unit(reading, model),
    }


_COMMON_UNITS = {"TEMPERATURE": "°C", "SET_TEMPERATURE": "°C", "ACTUAL_TEMPERATURE": "°C"} | {
    "HUMIDITY": "%",
    "ACTUAL_HUMIDITY": "%",
    "VALVE_STATE": "%",
    "BATTERY_STATE": "V",
    "LEVEL": "",
    "ENERGY_COUNTER": "Wh",
    "POWER": "W",
    "CURRENT": "mA",
    "VOLTAGE": "V",
    "FREQUENCY": "Hz",
    "IEC_ENERGY_COUNTER": "kWh",
    "IEC_POWER": "W",
    "BOOST_STATE": "min",
    "BOOST_TIME": "min",
    "PARTY_TEMPERATURE": "°C",
    **dict.fromkeys(("PARTY_START_TIME", "PARTY_STOP_TIME"), "minutes"),
    **dict.fromkeys(("PARTY_START_DAY", "PARTY_STOP_DAY"), "day"),
    **dict.fromkeys(("PARTY_START_MONTH", "PARTY_STOP_MONTH"), "month"),
    **dict.fromkeys(("PARTY_START_YEAR", "PARTY_STOP_YEAR"), "year"),
}


def _unit(reading: Reading, model: Model | None) -> str | None:
    name = model.kind_at(reading.channel) if model is not None else None
    if name is not None and (parameter := kind(name).parameters.get(reading.parameter)) is not None:
        return parameter.unit
    return _COMMON_UNITS.get(reading.parameter)


if __name__ == "__main__":
    sys.exit(main())
