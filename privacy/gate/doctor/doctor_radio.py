"""The doctor's questions to a radio: is it a CUL, is it a module, and with which firmware?

On a serial device or a line in the network; there the speed is the other side's affair.
"""

import os
import re
import select
import stat
import termios
from collections.abc import Callable

from privacy.gate.doctor.doctor_finding import FAIL, OK, Finding

ANSWER_S = 1.0  # a CUL answers ``V`` within milliseconds, a module GET_APP
# docs/protocols/bidcos.md, "Module frames": program (also of firmware for two protocols), firmware, serial
_GET_APP = bytes.fromhex("FD00030001009E03FD0003FE0201981D")
_GET_FIRMWARE, _GET_SERIAL = bytes.fromhex("FD0003000302920F"), bytes.fromhex("FD000300040B003A")
_INFO = rb"\xfd\x00.\x00%b\x04\x02(.{%d})"  # an answer with bytes, by its counter
_PROGRAM = re.compile(rb"Co_CPU_(?:BL|App)|DualCoPro_App|HMIP_TRX_\w{2,6}")


def ask_radio(descriptor: int, where: str) -> Finding | None:
    """Ask on an open line; None: nothing answers as a radio does.

    Raises:
        OSError: the line is gone.
    """
    answer = _version(descriptor)
    program = b"" if answer.startswith("V ") else _program(descriptor)
    module = _module(descriptor) if program.startswith(b"Co_CPU") else ""
    if answer.startswith("V "):
        return Finding(name="radio", level=OK, text=f"{where}: {answer}")
    if module:
        return Finding(name="radio", level=OK, text=f"{where}: {module}")
    if program:
        text = f"{where}: a module with firmware for Homematic IP ({program.decode()}), which is not for us"
        return Finding(name="radio", level=FAIL, text=text, way_out="install its BidCoS firmware", code=74)
    return None


def _version(descriptor: int) -> str:
    """Ask ``V`` as hosts of a CUL do; return the first line of the answer."""
    _set(descriptor, termios.B38400)
    answer = _ask(descriptor, b"V\r\n", lambda heard: b"\n" in heard)
    line = answer.split(b"\n")[0].decode("ascii", "replace").strip()
    return "".join(letter for letter in line if letter.isprintable())


def _program(descriptor: int) -> bytes:
    """Ask a module which program runs; empty when none answers."""
    _set(descriptor, termios.B115200)
    found = _PROGRAM.search(_ask(descriptor, _GET_APP, lambda heard: _PROGRAM.search(heard) is not None))
    return b"" if found is None else found[0]


def _module(descriptor: int) -> str:
    """Firmware and serial number, as far as it tells them; a boot loader may not."""
    text = "HM-MOD-RPI-PCB"
    if (found := _info(descriptor, _GET_FIRMWARE, b"\x03", 6)) is not None:
        text += " " + ".".join(str(part) for part in found[3:])
    if (found := _info(descriptor, _GET_SERIAL, b"\x04", 10)) is not None and found.isalnum():
        text += f", {found.decode('ascii', 'replace')}"
    return text


def _info(descriptor: int, question: bytes, counter: bytes, size: int) -> bytes | None:
    wanted = re.compile(_INFO % (re.escape(counter), size), re.DOTALL)
    found = wanted.search(_ask(descriptor, question, lambda heard: wanted.search(heard) is not None))
    return None if found is None else found[1]


def _set(descriptor: int, speed: int) -> None:
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return
    mode = termios.tcgetattr(descriptor)
    mode[0:4] = [0, 0, termios.CS8 | termios.CREAD | termios.CLOCAL, 0]
    mode[4] = mode[5] = speed
    termios.tcsetattr(descriptor, termios.TCSANOW, mode)
    termios.tcflush(descriptor, termios.TCIOFLUSH)


def _ask(descriptor: int, question: bytes, enough: Callable[[bytes], bool]) -> bytes:
    """What comes within ANSWER_S of silence each, at most 200 bytes."""
    os.write(descriptor, question)
    answer = b""
    while not enough(answer) and len(answer) < 200 and select.select([descriptor], [], [], ANSWER_S)[0]:
        data = os.read(descriptor, 200)
        if not data:
            break
        answer += data
    return answer
