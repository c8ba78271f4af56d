"""One SMS by a GSM modem at this machine, or its status report: a program of its own asks (modem_child.py).

The number, the words and the PIN go to it by its standard input, never by its arguments.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from privacy.gate.messages.modem_child import DUMMY
from privacy.gate.network.tls_line import Answer, Reach, TransferFailed
from privacy.sms_service import NOT_YET, Said

PYTHON: Final = Path("/usr/bin/python3")  # the system's: Debian's python3-gammu is of it
GAMMU: Final = Path("/usr/lib/python3/dist-packages/gammu")
LIMIT_S = 90.0  # slow modems need a quarter of a minute to say who they are
# nothing that passes by itself; a PIN that was wrong is not tried again, as the third time locks the SIM
_FINAL: Final = frozenset(
    {
        *("modem_no_gammu", "modem_no_sim", "modem_pin_needed", "modem_pin_wrong", "modem_locked"),
        *("modem_refused", "modem_no_center", "modem_permission"),
    }
)
# what a status report says of one that did not arrive: TP-Status, 3GPP TS 23.040, 9.2.3.15
_REASONS: Final = {
    **dict.fromkeys((0x43, 0x60, 0x61, 0x62, 0x65), "unreachable"),
    **dict.fromkeys((0x42, 0x63), "blocked"),
    **dict.fromkeys((0x41, 0x44, 0x45, 0x64), "refused"),
    **dict.fromkeys((0x46, 0x48, 0x49), "expired"),
}
_START = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from privacy.gate.messages.modem_child import main; sys.exit(main())"
)
_ROOT = Path(__file__).parents[3]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    references: list[int] = []
    report: int | None = None  # TP-Status, the worst of its parts
    failed: str = ""


class Pin(Protocol):
    """Where the PIN of the SIM is kept."""

    async def read(self) -> str:
        """Return it; "" for none."""
        ...

    async def forget(self) -> None:
        """It was wrong."""
        ...


class _Contact:
    """One run of the program; follows tls_line.Carrier. alone: held meanwhile: one thing at a time."""

    def __init__(
        self, device: str, pin: Pin, alone: asyncio.Lock, question: Mapping[str, object], size: int
    ) -> None:
        """size: bytes of the message in the question."""
        self._device, self._question, self._size = device, question, size
        self._pin, self._alone = pin, alone
        self._child: Process | None = None
        self._sent = 0

    @property
    def sent(self) -> int:
        """Bytes of the message, once the program has them."""
        return self._sent

    async def _told(self) -> _Told:
        async with self._alone:
            told = await self._run(await self._pin.read())
            if told.failed == "modem_pin_wrong":
                await self._pin.forget()
        if told.failed:
            raise TransferFailed(told.failed, final=told.failed in _FINAL)
        return told

    async def _run(self, pin: str) -> _Told:
        try:
            child = self._child = await asyncio.create_subprocess_exec(
                *(str(PYTHON), "-I", "-B", "-c", _START, str(_ROOT)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={},
            )
        except OSError as error:
            raise TransferFailed("modem_no_gammu", final=True) from error
        question = {"device": self._device, "pin": pin, **self._question}
        try:
            return await asyncio.wait_for(self._asked(child, msgspec.json.encode(question)), LIMIT_S)
        except (TimeoutError, OSError, msgspec.DecodeError) as error:
            raise TransferFailed("modem_silent") from error
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()

    async def _asked(self, child: Process, question: bytes) -> _Told:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(question + b"\n")
        self._sent = self._size
        await child.stdin.drain()
        return msgspec.json.decode(await child.stdout.readline(), type=_Told)

    def cut(self) -> int:
        """End the program; what the modem has by then it may still send."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A message whose report is looked for. references: the modem's numbers of it; at: when it was made."""

    number: str
    at: datetime
    references: str = ""

    @property
    def moment(self) -> str:
        """As the program reads it: UTC, naive as Gammu's."""
        return self.at.astimezone(UTC).replace(tzinfo=None).isoformat()


class Modem(_Contact):
    """Sends one message."""

    def __init__(self, device: str, pin: Pin, alone: asyncio.Lock, one: Looked, *, text: str) -> None:
        """one: whose report is awaited, without references yet."""
        question = {"to": one.number, "text": text, "at": one.moment}
        super().__init__(device, pin, alone, question, len(text.encode()))

    async def run(self) -> Answer:
        """Have it sent.

        Raises:
            TransferFailed: with a code of modem_words.py, or of receipt_words.py where its report says so.
        """
        told = await self._told()
        report = _said(told)
        if report.arrived is False:
            raise TransferFailed(report.why, final=True)
        numbers = " ".join(map(str, told.references))
        if report.arrived:
            return Answer(status=200, receipt=f"{numbers} delivered", reach=Reach.ARRIVED)
        return Answer(status=200, receipt=numbers, reach=Reach.FOLLOWED)


class Reports(_Contact):
    """Looks for the status report of one message among what the modem keeps."""

    def __init__(self, device: str, pin: Pin, alone: asyncio.Lock, one: Looked) -> None:
        sought = {
            "to": one.number,
            "references": [int(word) for word in one.references.split() if word.isdigit()],
            "at": one.moment,
        }
        super().__init__(device, pin, alone, sought, 0)

    async def run(self) -> Answer:
        """Have it looked for; ``said`` reads the answer.

        Raises:
            TransferFailed: with a code of modem_words.py.
        """
        return Answer(status=200, receipt=None, body=msgspec.json.encode(await self._told()))


def said(answer: Answer) -> Said:
    """What the status report says, of an answer of Reports."""
    return _said(msgspec.json.decode(answer.body, type=_Told))


def _said(told: _Told) -> Said:
    if told.report is None:
        return NOT_YET
    if told.report == 0:
        return Said(arrived=True)
    return Said(arrived=False, why=f"receipt_{_REASONS.get(told.report, 'failed')} {told.report:02X}")


def is_pin(text: str) -> bool:
    """Whether it can be one: TS 31.101 has four to eight figures; "" for a SIM that asks for none."""
    return not text or (text.isascii() and text.isdigit() and 4 <= len(text) <= 8)


def findings(device: str) -> list[tuple[str, str]]:
    """What of this machine is missing for it, with the way out. For the doctor."""
    found = []
    if not GAMMU.exists():
        found.append(("Debian's package python3-gammu is missing", "sudo apt-get install python3-gammu"))
    if not device.startswith(DUMMY) and not Path(device).exists():
        found.append((f"no modem at {device}", "plug it in, or correct device; there are: {there}"))
    return found
