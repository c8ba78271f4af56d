"""A GSM modem on a pseudo-terminal: answers what Gammu asks, and keeps what it was to send."""

import os
import pty
import threading
import tty
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

REPORT = "0006{reference:02X}0D91945111325476F8{at}{at}{status:02X}"  # TS 23.040, 9.2.2.3
ANSWERS = {
    "AT+CGMI": "Example",
    "AT+CGMM": "M1",
    "AT+CGMR": "R1",
    "AT+CGSN": "490154203237518",
    "AT+CPIN?": "+CPIN: READY",
    **dict.fromkeys(("AT+MODE=0", "AT+MODE=2", "AT+SYNCML=?", "AT$TSSPCSW=?", "AT+CHUP=?"), "ERROR"),
    "AT+CREG?": '+CREG: 2,1,"00D4","0A1B"',
    "AT+CGREG?": '+CGREG: 2,1,"00D4","0A1B"',
    "AT+COPS?": '+COPS: 0,2,"26201"',
    "AT+CGATT?": "+CGATT: 1",
    "AT+CSCS=?": '+CSCS: ("GSM","HEX","UCS2")',
    "AT+CSCS?": '+CSCS: "GSM"',
    "AT+CMGF=?": "+CMGF: (0,1)",
    "AT+CPMS=?": '+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")',
    "AT+CNMI=?": "+CNMI: (0-2),(0-3),(0,2,3),(0-2),(0,1)",
    "AT+CSCA?": '+CSCA: "+491710760000",145',
}


def report(reference: int, status: int = 0, at: datetime | None = None) -> str:
    """What the network says of the message to +4915112345678 with that reference. at: now, if not said."""
    figures = f"{at or datetime.now(UTC):%y%m%d%H%M%S}00"
    swapped = "".join(figures[place + 1] + figures[place] for place in range(0, len(figures), 2))
    return REPORT.format(reference=reference, status=status, at=swapped)


class GsmModem:
    """pin: it asks for it; refuses: what it says instead of +CMGS; says: in the place of those above.

    reports: of the network: "told" at once, "stored" with a word of where, or "late", when nobody listens;
    kept: what lies in its memory ME, by place. hold_at: the message, from 1, that it lets in after go_on.
    programs: the arguments of those that spoke with it, when they gave a PIN.
    """

    def __init__(
        self, *, pin: str = "", refuses: str = "", says: Mapping[str, str], reports: str = "told"
    ) -> None:
        self._line, self._end = pty.openpty()
        tty.setraw(self._end)
        self.device = os.ttyname(self._end)
        self.asked: list[str] = []
        self.sent: list[str] = []
        self.pins: list[str] = []
        self.programs: list[str] = []
        self._pin, self._refuses, self._reports = pin, refuses, reports
        self.kept: dict[int, str] = {}
        self.hold_at, self.begun = 0, 0  # begun: messages that somebody began to say
        self.held, self.go_on = threading.Event(), threading.Event()
        self._memory = "SM"
        self._says = {**ANSWERS, **says}
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.go_on.set()
        os.close(self._end)
        self._thread.join(5)
        os.close(self._line)

    def _say(self, *lines: str) -> None:
        os.write(self._line, "".join(f"\r\n{line}\r\n" for line in lines).encode())

    def _serve(self) -> None:
        waiting, in_message = b"", False
        while True:
            try:
                sign = os.read(self._line, 1)
            except OSError:
                return
            if in_message and sign == b"\x1b":  # whoever began it says it no further: TS 27.005, 3.5.1
                waiting, in_message = b"", False
                continue
            if sign not in {b"\r", b"\x1a"} or (in_message and sign == b"\r"):
                waiting += sign
                continue
            said, waiting = waiting.decode(errors="replace").strip("\x1b\r\n "), b""
            if in_message:
                in_message = False
                self._message(said)
            else:
                os.write(self._line, f"{said}\r".encode())
                in_message = said.startswith("AT+CMGS=")
                self._command(said)

    def _message(self, pdu: str) -> None:
        if self._refuses:
            self._say(self._refuses)
            return
        self.sent.append(pdu)
        reference = len(self.sent)
        self._say(f"+CMGS: {reference}", "OK")
        if self._reports == "told":
            self._say(f"+CDS: 25\r\n{report(reference)}")
        elif self._reports == "stored":
            self.kept[7] = report(reference)
            self._say('+CDSI: "ME",7')

    def _in_memory(self) -> dict[int, str]:
        return self.kept if self._memory == "ME" else {}

    def _command(self, said: str) -> None:
        self.asked.append(said)
        if said.startswith("AT+CMGS="):
            self.begun += 1
            if self.begun == self.hold_at:
                self.held.set()
                self.go_on.wait(60)
            os.write(self._line, b"\r\n> ")
        elif said == "AT+CPIN?" and self._pin:
            self._say("+CPIN: SIM PIN", "OK")
        elif said.startswith("AT+CPIN="):
            self.pins.append(said)
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    told = file.read_bytes()
                    self.programs += [told.decode(errors="replace")] if b"modem_child" in told else []
            right = self._pin in said
            self._pin = "" if right else self._pin
            self._say("OK" if right else "+CME ERROR: 16")
        elif said.startswith('AT+CPMS="'):
            self._memory = said.split('"')[1]
            self._say(f"+CPMS: {len(self._in_memory())},50,{len(self._in_memory())},50,0,50", "OK")
        elif said == "AT+CMGL=4":
            rows = (f"+CMGL: {place},1,,25\r\n{pdu}" for place, pdu in self._in_memory().items())
            self._say(*rows, "OK")
        elif said.startswith("AT+CMGR="):
            pdu = self._in_memory().get(int(said[8:]))
            self._say(*([f"+CMGR: 1,,25\r\n{pdu}", "OK"] if pdu else ["+CMS ERROR: 321"]))
        elif said.startswith("AT+CMGD="):
            self._in_memory().pop(int(said[8:]), None)
            self._say("OK")
        elif said in self._says:
            answer = self._says[said]
            self._say(*([answer] if "ERROR" in answer else [answer, "OK"]))
        else:
            self._say("OK")
