"""One attempt to bring a staged file to its recipient: a POST for each part that was not acknowledged yet.

No more than one part is in memory. The receiver puts the parts together in the order of their numbers; what
it has then is one age file, which tells by itself whether all of it is there and in its place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from privacy.gate.network import https
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import Answer, Target, TransferFailed
from privacy.gate.storage import staged
from privacy.gate.storage.staged import Staged


class FileUpload:
    """Follows tls_line.Carrier. landed: told after each receipt how many parts the receiver has."""

    def __init__(
        self,
        path: Path,
        row: Staged,
        landed: Callable[[int], Awaitable[None]],
        target: Target,
        headers: Sequence[tuple[str, str]],
    ) -> None:
        self._path, self._row, self._landed = path, row, landed
        self._target, self._headers = target, headers
        self._done = 0
        self._now: Upload | None = None

    @property
    def sent(self) -> int:
        """Bytes of all parts that were given to the kernel in this attempt."""
        return self._done + (0 if self._now is None else self._now.sent)

    async def run(self) -> Answer:
        """Send part after part; the answer is the last one's, or that of the first without a receipt.

        Raises:
            TransferFailed: at any step.
        """
        # of a file whose last acknowledgement was written and its end not: the last part is said once more
        first = min(self._row.parts, self._row.all_parts - 1)
        answer: Answer | None = None
        for number in range(first, self._row.all_parts):
            answer = await self._send(number)
            if answer.receipt is None or not 200 <= answer.status < 300:
                break
            await self._landed(number + 1)
        assert answer is not None  # a file has a part at least
        return answer

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        return 0 if self._now is None else self._now.cut()

    async def _send(self, number: int) -> Answer:
        try:
            piece = await asyncio.to_thread(_read, self._path, number * staged.PART)
        except OSError as error:
            raise TransferFailed(f"the file can't be read: {error.strerror}") from error
        headers = (
            *self._headers,
            ("Homebase-Transfer", self._row.transfer),
            ("Homebase-Part", f"{number + 1}/{self._row.all_parts}"),
            ("Homebase-Sha256", self._row.sealed_sha256),
        )
        upload = Upload(self._target, headers, piece, https.SEALED)
        if self._now is not None:
            self._done += self._now.sent
        self._now = upload
        return await upload.run()


def _read(path: Path, begin: int) -> bytes:
    with path.open("rb") as file:
        file.seek(begin)
        return file.read(staged.PART)
