"""One SMS by a GSM modem at this machine: a program of its own (modem_child.py) speaks with it, once.

The number, the words and the PIN go to it by its standard input, never by its arguments.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Final, Protocol

import msgspec

from privacy.gate.messages.modem_child import DUMMY
from privacy.gate.network.tls_line import Answer, TransferFailed

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
_START = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from privacy.gate.messages.modem_child import main; sys.exit(main())"
)
_ROOT = Path(__file__).parents[3]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    references: list[int] = []
    report: str = ""
    failed: str = ""


class Pin(Protocol):
    """Where the PIN of the SIM is kept."""

    async def read(self) -> str:
        """Return it; "" for none."""
        ...

    async def forget(self) -> None:
        """It was wrong."""
        ...


class Modem:
    """One attempt; follows tls_line.Carrier. alone: held meanwhile, as a modem does one thing at a time."""

    def __init__(self, device: str, pin: Pin, alone: asyncio.Lock, *, to: str, text: str) -> None:
        self._device, self._to, self._text = device, to, text
        self._pin, self._alone = pin, alone
        self._child: Process | None = None
        self._sent = 0

    @property
    def sent(self) -> int:
        """Bytes of the message, once the program has them."""
        return self._sent

    async def run(self) -> Answer:
        """Have it sent.

        Raises:
            TransferFailed: with a code of modem_words.py.
        """
        async with self._alone:
            told = await self._run(await self._pin.read())
            if told.failed == "modem_pin_wrong":
                await self._pin.forget()
        if told.failed:
            raise TransferFailed(told.failed, final=told.failed in _FINAL)
        if told.report == "undelivered":
            raise TransferFailed("modem_undelivered", final=True)
        receipt = " ".join((*map(str, told.references), *([told.report] if told.report else [])))
        return Answer(status=200, receipt=receipt)

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
        question = {"device": self._device, "pin": pin, "to": self._to, "text": self._text}
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
        self._sent = len(self._text.encode())
        await child.stdin.drain()
        return msgspec.json.decode(await child.stdout.readline(), type=_Told)

    def cut(self) -> int:
        """End the program; what the modem has by then it may still send."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        return 0


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
