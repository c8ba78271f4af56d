"""Takes files from the hub in parts and encrypts them as they come; nothing lies on the disk in the clear.

Read downwards: open → part → close. A window of one part: the next one is asked for when this one was taken,
and the encrypting thread takes 64 KiB at a time, so memory does not grow with the file. What was begun and
not closed is forgotten: after IDLE_S without a part, and at the start.
"""

import asyncio
import os
import socket
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from privacy.decide import EgressRequest, Refusal, decide
from privacy.delivered import FILE_SCHEMA
from privacy.gate.desk import Desk
from privacy.gate.outbox.sealed_file import Tally, sealed
from privacy.gate.storage import staged
from privacy.gate.storage.staged import Staged
from privacy.reasons import Reason
from privacy.register import Form

PART = 40_000  # bytes of one part; base64 of it fits a question (privacy/conversation.py)
AT_ONCE = 2
IDLE_S = 60.0
LEAVE_FREE = 64 << 20  # bytes of the disk that no file of the hub's takes
# a yes for exactly this file may still come where the activity has the form ``once``
_MAY_COME = frozenset(
    {Reason.NO_CONSENT, Reason.OTHER_PAYLOAD, Reason.WITHDRAWN, Reason.EXPIRED, Reason.USED_UP}
)


class Declining(Exception):
    """The file is not taken. reason: where it is one of ours; what: one line."""

    def __init__(self, what: str, reason: Reason | None = None) -> None:
        super().__init__(what)
        self.what, self.reason = what, reason


@dataclass(slots=True, kw_only=True, eq=False)
class _Open:
    """sending: a part is on its way to the encrypting thread. gone: why it was forgotten meanwhile."""

    request: EgressRequest
    addressee: str
    limit: int
    near: socket.socket
    sealing: "asyncio.Task[Tally | str]"
    touched_s: float
    parts: int = 0
    came: Tally = field(default_factory=Tally)
    sending: bool = False
    gone: Declining | None = None


class Staging:
    """One per gate. tasks: of whoever serves; without one nothing is taken."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: dict[str, _Open] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Take files from now on."""
        self._tasks = tasks

    async def open(self, request: EgressRequest) -> str:
        """Begin a file of that kind; returns the id that its transfer will have.

        Raises:
            Declining: it could not leave, or too many are open.
        """
        self._end_idle()
        if isinstance(asked := self._asked(request), Reason):
            await self._desk.refuse(request.activity, request.recipient, asked, request.ticket)
            raise Declining(asked.value, asked)
        if len(self._open) >= AT_ONCE or self._tasks is None:
            raise Declining(f"{AT_ONCE} files are being taken already")
        name = self._desk.random_bytes(8).hex()
        near, far = socket.socketpair()
        near.setblocking(False)
        path, (to, limit) = staged.place(self._desk.store.folder, name), asked
        task = self._tasks.create_task(sealed(path, far, to), name="staging.seal")
        self._open[name] = _Open(
            request=request,
            addressee=to,
            limit=limit,
            near=near,
            sealing=task,
            touched_s=self._desk.clock.monotonic(),
        )
        return name

    async def part(self, name: str, number: int, data: bytes) -> None:
        """Take one part. number: from 0, without a gap.

        Raises:
            Declining: it is not the next one, or there is no room for it; the file is forgotten then.
        """
        one = self._known(name)
        if one.sending or number != one.parts or not 0 < len(data) <= PART:
            raise self._forget(name, Declining(f"part {one.parts} of 1 to {PART} bytes is the next one"))
        if one.came.size + len(data) > one.limit:
            raise self._forget(name, Declining(Reason.FILE_TOO_LARGE.value, Reason.FILE_TOO_LARGE))
        if _free(self._desk.store.folder) < LEAVE_FREE:
            raise self._forget(name, Declining("the disk of the Home Base is nearly full"))
        one.parts, one.touched_s = number + 1, self._desk.clock.monotonic()
        one.came.add(data)
        one.sending = True
        try:
            await asyncio.get_running_loop().sock_sendall(one.near, data)
        except OSError as error:  # nobody takes it any more: the disk refused what came before
            raise one.gone or self._forget(name, Declining("it can't be written to the disk")) from error
        finally:
            one.sending = False
            if one.gone is not None:
                one.near.close()

    async def close(self, name: str, size: int, digest: str) -> Staged:
        """The file is whole: size and SHA-256 as the hub counted them. It is on the disk when this returns.

        ``settled`` has to follow when its row is written.

        Raises:
            Declining: something is missing, or the disk refused it; the file is forgotten then.
        """
        one = self._known(name)
        if one.sending or size == 0 or (one.came.size, one.came.sha256) != (size, digest):
            raise self._forget(name, Declining("size or sha256 are not those of the parts that came"))
        one.near.close()
        written = await one.sealing
        if one.gone is not None:
            raise one.gone
        if isinstance(written, str):
            raise self._forget(name, Declining(f"it can't be written to the disk: {written}"))
        request = one.request
        return Staged(
            transfer=name,
            activity=request.activity,
            recipient=request.recipient,
            addressee=one.addressee,
            sha256=digest,
            size=size,
            sealed_sha256=written.sha256,
            sealed_size=written.size,
            at_ms=round(self._desk.time.instant().at.timestamp() * 1000),
        )

    def closes(self, activity: str) -> None:
        """A withdrawal: what is being taken under it is forgotten."""
        for name in [name for name, one in self._open.items() if one.request.activity == activity]:
            self._forget(name, Declining(Reason.WITHDRAWN.value, Reason.WITHDRAWN))

    def ticket(self, name: str) -> str:
        """The support ticket that a file being taken is for."""
        return self._known(name).request.ticket

    def settled(self, name: str) -> None:
        """Its row is written, or will not be."""
        self._open.pop(name, None)

    async def tidy(self) -> int:
        """Forget what nothing waits for any more; return how many files went.

        Raises:
            StoreError: the rows can't be read.
        """
        self._end_idle()
        taken = frozenset(self._open)
        known = taken | await self._desk.store.write(staged.forget)
        # asked file by file: one may be opened while the folder is gone through
        return await asyncio.to_thread(
            staged.sweep, self._desk.store.folder, lambda name: name in known or name in self._open
        )

    def _asked(self, request: EgressRequest) -> tuple[str, int] | Reason:
        """The keys to encrypt to and the most bytes, or why no file of that kind can leave."""
        desk = self._desk
        row, to = desk.register.get(request.activity), desk.recipients.get(request.recipient)
        keys = None if row is None or to is None else to.addressee_of(row)
        verdict = decide(
            replace(request, addressee=keys or ""),
            desk.register,
            desk.recipients,
            desk.standing,
            desk.time.instant(),
        )
        if isinstance(verdict, Refusal):
            may_come = row is not None and Form.ONCE in row.forms and verdict.reason in _MAY_COME
            if not may_come:
                return verdict.reason
        if row is None or row.schema != FILE_SCHEMA:
            return Reason.WRONG_MODE
        return (keys, row.bytes_per_day) if keys else Reason.ADDRESSEE_NOT_DECLARED

    def _known(self, name: str) -> _Open:
        try:
            return self._open[name]
        except KeyError as error:
            raise Declining("no file of that name is being taken") from error

    def _forget(self, name: str, why: Declining) -> Declining:
        one = self._open.pop(name)
        one.gone = why
        # the thread comes to an end by that, and so does who sends a part: closed under him, he would wait on
        with suppress(OSError):  # closed already
            one.near.shutdown(socket.SHUT_RDWR)
        if not one.sending:
            one.near.close()
        return why

    def _end_idle(self) -> None:
        late_s = self._desk.clock.monotonic() - IDLE_S
        for name in [name for name, one in self._open.items() if one.touched_s < late_s]:
            self._forget(name, Declining("idle"))


def _free(folder: Path) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
