"""One GET over TLS to one pinned address, of a document that may not be longer than was said before.

Nothing of this home is in it: the same few headers from every home, no version, no id, no cookie, no body.
No redirects, no proxies, no plain http: there is no code for them.
"""

import h11

from privacy.gate.network.tls_line import Target, TlsLine, TransferFailed, failures

AGENT = "homebase"  # for ever the same: a version would tell homes apart
MISSING = frozenset({403, 404})  # what stores of files answer for what is not there


class DownloadFailed(TransferFailed):
    """It did not come. code: too_long, too_slow, no_answer."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


class Download:
    """One attempt; target.path names the document."""

    def __init__(self, target: Target, longest: int) -> None:
        self._target, self._longest = target, longest
        self._line = TlsLine(target, ("http/1.1",))
        self.sent = 0  # bytes of the question

    async def run(self) -> bytes | None:
        """Connect, check the certificate, ask; None where the document is not there.

        Raises:
            DownloadFailed: at any step.
        """
        try:
            with failures(self._target.host):
                await self._line.connect()
                await self._line.secure()
                return await self._get()
        except DownloadFailed:
            raise
        except (TransferFailed, h11.RemoteProtocolError) as error:
            raise DownloadFailed("no_answer", _told(self._target, error)) from error
        finally:
            self._line.close()

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        return self._line.cut()

    async def _get(self) -> bytes | None:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=16_384)
        question = http.send(h11.Request(method="GET", target=self._target.path, headers=self._headers()))
        assert question is not None
        http.send(h11.EndOfMessage())
        await self._line.write(question)
        self.sent = len(question)
        body = b""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await self._line.read())
            elif isinstance(event, h11.Response):
                if event.status_code in MISSING:
                    return None
                if event.status_code != 200:
                    raise self._failed("no_answer", f"answered {event.status_code}")
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > self._longest:
                    raise self._failed("too_long", f"more than {self._longest} bytes")
            elif isinstance(event, h11.EndOfMessage):
                return body
            elif isinstance(event, h11.ConnectionClosed):
                raise self._failed("no_answer", "closed without an answer")

    def _headers(self) -> list[tuple[str, str]]:
        target = self._target
        host = target.host if target.port == 443 else f"{target.host}:{target.port}"
        return [("Host", host), ("User-Agent", AGENT), ("Accept", "*/*"), ("Connection", "close")]

    def _failed(self, code: str, what: str) -> DownloadFailed:
        return DownloadFailed(code, f"{self._target.host}{self._target.path}: {what}")


def _told(target: Target, error: Exception) -> str:
    return str(error) if isinstance(error, TransferFailed) else f"{target.host}: {error}"
