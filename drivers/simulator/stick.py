"""A CUL stick as its host sees it: text lines in, text lines out, and a radio on the air.

Does: V, ?, X, X<register>, Ar, Ax, AR, As. Everything else is unknown, as a build for AskSin only would say.
Source: docs/protocols/bidcos.md, "CUL / culfw / a-culfw ASCII protocol".
"""

from collections import deque
from collections.abc import Callable

from .agenda import Agenda
from .air import Air
from .places import Place

VERSION = b"V 1.67 nanoCUL868"
COMMANDS = b"A B V X"
LINE_MAX = 200  # characters of one command that are kept
QUEUE_MAX = 64  # commands that wait while one frame is sent; more are lost
FRAME_MAX = 30  # bytes with the length byte, a-culfw's buffer
FRAME_MIN = 10
REPORT_KNOWN = 0x01
REPORT_BINARY = 0x10
REPORT_RSSI = 0x20
CREDIT_MAX = 900  # 10 ms each, one more per second; AskSin sends are not charged


class Stick:
    """One CUL stick, from the moment it is plugged in.

    emit: takes what goes to the host, whole lines with CR LF.
    on_line: told every command line that came from the host, for recorders.
    """

    def __init__(
        self,
        agenda: Agenda,
        air: Air,
        emit: Callable[[bytes], None],
        on_line: Callable[[bytes], None] | None = None,
        place: Place = Place(),  # noqa: B008 - frozen
    ) -> None:
        self.place = place
        self._agenda = agenda
        self._air = air
        self._emit = emit
        self._on_line = on_line
        self.power_on()

    # plugged in and out

    def power_on(self) -> None:
        """Start anew: no reports, no reception, half the credit."""
        self._plugged = True
        self._born_s = self._agenda.now_s
        self._rest = b""
        self._register = 0
        self._mode = b"x"
        self._sending = False
        self._waiting: deque[bytes] = deque()
        self._life = getattr(self, "_life", 0) + 1

    def power_off(self) -> None:
        """Be pulled: silent and deaf."""
        self._plugged = False
        self._waiting.clear()

    @property
    def receives(self) -> bool:
        """Whether the host switched AskSin reception on."""
        return self._plugged and self._mode == b"r"

    # from the host

    def write(self, data: bytes) -> None:
        """Take bytes from the host, cut anyhow. Never raises."""
        *lines, rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = rest[-LINE_MAX:]
        for line in lines:
            if line.strip() and len(self._waiting) < QUEUE_MAX:
                self._waiting.append(line.strip()[:LINE_MAX])
                if self._on_line is not None:
                    self._on_line(line.strip()[:LINE_MAX])
        self._work()

    def _work(self) -> None:
        while self._waiting and not self._sending and self._plugged:
            self._execute(self._waiting.popleft())

    def _execute(self, line: bytes) -> None:
        match line[:1], line[1:2]:
            case b"V", b"":
                self._emit(VERSION + b"\r\n")
            case b"X", b"":
                self._emit(b"%02X  %d\r\n" % (self._register, self._credit()))
            case b"X", _:
                self._set_register(line[1:])
            case b"A", b"r" | b"x" | b"R":
                self._mode = line[1:2]
            case b"A", b"s":
                self._transmit(line[2:])
            case letter, _:
                self._emit(b"? (%b is unknown) Use one of %b\r\n" % (letter, COMMANDS))

    def _set_register(self, digits: bytes) -> None:
        value = _from_hex(digits)
        if value:
            self._register = value[0]

    def _credit(self) -> int:
        return min(CREDIT_MAX, CREDIT_MAX // 2 + int(self._agenda.now_s - self._born_s))

    # to the air

    def _transmit(self, digits: bytes) -> None:
        data = _from_hex(digits)
        if not FRAME_MIN <= len(data) <= FRAME_MAX or data[0] != len(data) - 1:
            return  # real firmware says nothing either
        self._sending = True
        life = self._life
        self._air.send(self, data, sent=lambda: self._sent(life), gave_up=lambda: self._gave_up(life))

    def _sent(self, life: int) -> None:
        if life == self._life:
            self._sending = False
            self._agenda.after(0.0, self._work)

    def _gave_up(self, life: int) -> None:
        if life == self._life and self._plugged:
            self._emit(b"ERR:CCA\r\n")
        self._sent(life)

    # from the air

    def hears(self, data: bytes) -> bool:
        """Hear every frame once reception is on; while it sends, the air carries nothing else whole."""
        return self.receives

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Report a frame to the host."""
        if not self.receives or not self._register & REPORT_KNOWN or len(data) > FRAME_MAX:
            return
        tail = bytes((_rssi_byte(rssi_dbm),)) if self._register & REPORT_RSSI else b""
        if self._register & REPORT_BINARY:
            self._emit(b"a" + data + tail)
        else:
            self._emit(b"A" + (data + tail).hex().upper().encode() + b"\r\n")


def _rssi_byte(rssi_dbm: float) -> int:
    return round((rssi_dbm + 74.0) * 2) & 0xFF


def _from_hex(digits: bytes) -> bytes:
    try:
        return bytes.fromhex(digits.decode("ascii")) if b" " not in digits else b""
    except ValueError:
        return b""
