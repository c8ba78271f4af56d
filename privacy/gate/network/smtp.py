"""One mail to one mail server at one pinned address, under TLS or not at all; it can be cut at any moment.

STARTTLS (RFC 3207) on the submission port, or TLS from the first byte (RFC 8314). There is no code that goes
on in the clear. Log-in by PLAIN or LOGIN (RFC 4954), under TLS alone. The line with its TLS is tls_line.py.
What a server writes is foreign: of its lines only the codes and a receipt are kept.
"""

import base64
import re
from dataclasses import dataclass, field

from privacy.gate.network.tls_line import PIECE, Answer, Target, TlsLine, TransferFailed, failures

LONGEST_LINE = 2048  # bytes of an answer's line; RFC 5321 allows 512, servers with long names write more
MOST_LINES = 100
# says nothing about this home; an address literal is what a client without a name gives (RFC 5321, 4.1.1.1)
_GREETING = "EHLO [127.0.0.1]"
_LINE = re.compile(rb"([2-5][0-9]{2})([ -]?)(.*)")
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_RECEIPT = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Access data of a mail server; without a user nobody logs in."""

    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail. sender, to: addresses of the envelope, ASCII; content: headers and text with CRLF lines."""

    sender: str
    to: str
    content: bytes = field(repr=False)


class Mail:
    """One attempt; follows tls_line.Carrier. secure_first: TLS from the first byte, else STARTTLS."""

    def __init__(self, target: Target, letter: Letter, log_in: LogIn, *, secure_first: bool) -> None:
        self._target, self._letter, self._log_in = target, letter, log_in
        self._secure_first = secure_first
        self._line = TlsLine(target)
        self._rest = b""
        self.sent = 0

    async def run(self) -> Answer:
        """Connect, check the certificate, log in, send, read the answer.

        Raises:
            TransferFailed: at any step; final where the server said that another attempt is of no use.
        """
        try:
            with failures(self._target.host):
                await self._line.connect()
                return await self._talk()
        finally:
            self._line.close()

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        return self._line.cut()

    # the conversation, step by step

    async def _talk(self) -> Answer:
        if self._secure_first:
            await self._line.secure()
        await self._expect("the greeting", "220")
        offers = await self._greet()
        if not self._secure_first:
            offers = await self._start_tls(offers)
        if self._log_in.user:
            await self._prove(offers)
        await self._say(f"MAIL FROM:<{self._letter.sender}>", "250", "MAIL FROM")
        await self._say(f"RCPT TO:<{self._letter.to}>", "25", "RCPT TO")
        await self._say("DATA", "354", "DATA")
        await self._content()
        accepted = await self._expect("the mail", "250")
        return Answer(status=250, receipt=self._receipt(accepted))

    async def _greet(self) -> dict[str, str]:
        """What the server offers: keyword → parameters."""
        lines = (await self._say(_GREETING, "250", "EHLO"))[1:]
        found = {}
        for line in lines:
            keyword, _, parameters = line.partition(" ")
            found[keyword.upper()] = parameters.upper()
        return found

    async def _start_tls(self, offers: dict[str, str]) -> dict[str, str]:
        if "STARTTLS" not in offers:
            raise self._failed("the server offers no STARTTLS; nothing is sent in the clear", final=True)
        await self._say("STARTTLS", "220", "STARTTLS")
        if self._rest:  # what came in the clear behind it is somebody else's word (CVE-2021-38371)
            raise self._failed("bytes in the clear after STARTTLS", final=True)
        await self._line.secure()
        return await self._greet()

    async def _prove(self, offers: dict[str, str]) -> None:
        user, password = self._log_in.user, self._log_in.password
        ways = offers.get("AUTH", "").split()
        if "PLAIN" in ways:
            await self._say(f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}", "235", "log-in")
        elif "LOGIN" in ways:
            await self._say("AUTH LOGIN", "334", "log-in")
            await self._say(_base64(user), "334", "log-in")
            await self._say(_base64(password), "235", "log-in")
        else:
            raise self._failed("the server offers no log-in by PLAIN or LOGIN", final=True)

    async def _content(self) -> None:
        lines = self._letter.content.removesuffix(b"\r\n").split(b"\r\n")
        stuffed = b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines)
        for start in range(0, len(stuffed), PIECE):
            piece = stuffed[start : start + PIECE]
            await self._line.write(piece)
            self.sent += len(piece)
        await self._line.write(b".\r\n")

    # lines

    async def _say(self, line: str, wanted: str, step: str) -> list[str]:
        await self._line.write(line.encode("ascii") + b"\r\n")
        return await self._expect(step, wanted)

    async def _expect(self, step: str, wanted: str) -> list[str]:
        """The texts of an answer whose code begins with ``wanted``."""
        texts: list[str] = []
        while len(texts) < MOST_LINES:
            found = _LINE.fullmatch(await self._read_line())
            if found is None:
                raise self._failed(f"no answer of a mail server to {step}")
            texts.append(found[3].decode("ascii", "replace"))
            if found[2] == b"-":
                continue
            code = found[1].decode()
            if code.startswith(wanted):
                return texts
            enhanced = _ENHANCED.match(texts[-1])
            told = f"{code} {enhanced[0]}" if enhanced else code
            raise self._failed(f"answered {told} to {step}", final=code.startswith("5"))
        raise self._failed(f"an endless answer to {step}")

    async def _read_line(self) -> bytes:
        while b"\n" not in self._rest:
            if len(self._rest) > LONGEST_LINE:
                raise self._failed(f"a line of more than {LONGEST_LINE} bytes")
            data = await self._line.read()
            if not data:
                raise self._failed("closed without an answer")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.removesuffix(b"\r")

    def _receipt(self, texts: list[str]) -> str:
        """The server's word, unless it repeats what is secret."""
        text = texts[-1].strip()
        secrets = [word for word in (self._log_in.user, self._log_in.password, self._letter.to) if word]
        telling = any(word in text for word in secrets)
        return f"250 {text}" if _RECEIPT.fullmatch(f"250 {text}") and not telling else "250"

    def _failed(self, what: str, *, final: bool = False) -> TransferFailed:
        return TransferFailed(f"{self._target.host}: {what}", final=final)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
