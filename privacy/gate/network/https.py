"""One POST or GET over TLS to one pinned address, which can be cut in the middle at any moment.

The line with its TLS is tls_line.py. No redirects, no proxies, no plain http: there is no code for them.
"""

from collections.abc import Sequence

import h11
import msgspec

from privacy.gate.network.tls_line import PIECE, Answer, Reach, Target, TlsLine, TransferFailed, failures

MAX_ANSWER = 65_536
JSON, SEALED = "application/json", "application/octet-stream"


class _Receipt(msgspec.Struct, frozen=True):
    receipt: str


class Upload:
    """One attempt; follows tls_line.Carrier. reach: of what was taken; told_in_path: bytes, of a GET."""

    method = "POST"
    reach = Reach.TAKEN
    told_in_path = 0

    def __init__(
        self, target: Target, headers: Sequence[tuple[str, str]], body: bytes, media_type: str = JSON
    ) -> None:
        self._target, self._headers, self._body = target, headers, body
        self._media_type = media_type
        self._line = TlsLine(target, ("http/1.1",))
        self.sent = 0  # bytes of body, or told in the path, that were given to the kernel, encrypted

    async def run(self) -> Answer:
        """Connect, check the certificate, send, read the answer.

        Raises:
            TransferFailed: at any step.
        """
        try:
            with failures(self._target.host):
                await self._line.connect()
                await self._line.secure()
                return await self._post()
        except h11.RemoteProtocolError as error:
            raise TransferFailed(f"{self._target.host}: {error}") from error
        finally:
            self._line.close()

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        return self._line.cut()

    async def _post(self) -> Answer:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_ANSWER)
        kind, length = ("Content-Type", self._media_type), ("Content-Length", str(len(self._body)))
        head = http.send(
            h11.Request(
                method=self.method,
                target=self._target.path,
                headers=[
                    ("Host", self._host_header()),
                    *((kind, length) if self.method == "POST" else ()),
                    ("Connection", "close"),
                    *self._headers,
                ],
            )
        )
        assert head is not None
        await self._line.write(head)
        self.sent += self.told_in_path
        for start in range(0, len(self._body), PIECE):
            piece = http.send(h11.Data(data=self._body[start : start + PIECE]))
            assert piece is not None
            await self._line.write(piece)
            self.sent += len(piece)
        http.send(h11.EndOfMessage())
        return await self._answer(http)

    async def _answer(self, http: h11.Connection) -> Answer:
        status, body, wait_s = 0, b"", 0
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                data = await self._line.read()
                if not data and not status:
                    raise TransferFailed(f"{self._target.host}: closed without an answer")
                http.receive_data(data)
            elif isinstance(event, h11.Response):
                status, wait_s = event.status_code, _wait_s(event)
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > MAX_ANSWER:
                    raise TransferFailed(f"{self._target.host}: an answer of more than {MAX_ANSWER} bytes")
            elif isinstance(event, h11.EndOfMessage):
                receipt = self.receipt(status, body)
                return Answer(status=status, receipt=receipt, body=body, reach=self.reach, wait_s=wait_s)

    def receipt(self, status: int, body: bytes) -> str | None:
        """The receiver's word that it has it: here of the agreed form, at most 200 printable characters."""
        try:
            receipt = msgspec.json.decode(body, type=_Receipt).receipt
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return receipt if 1 <= len(receipt) <= 200 and receipt.isprintable() else None

    def _host_header(self) -> str:
        target = self._target
        return target.host if target.port == 443 else f"{target.host}:{target.port}"


def _wait_s(answer: h11.Response) -> int:
    """Retry-After as a number of seconds; 0 for anything else."""
    said = dict(answer.headers).get(b"retry-after", b"")
    return int(said) if said.isdigit() and len(said) < 10 else 0
