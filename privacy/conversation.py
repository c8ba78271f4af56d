"""Questions and answers in both directions over one connection of messages.

``{"id", op, …}`` asks; ``{"id", "ok": {…}}`` or ``{"id", "error": {"code", "detail"}}`` answers.
The bytes come and go by two functions of the owner: this file opens and closes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from privacy.framing import MESSAGE_LIMIT, BrokenFrame, Dumps, MessageDecoder, dumps, encode_message

log = logging.getLogger(__name__)

QUESTIONS_AT_ONCE = 16  # of the other side in work; further ones are declined as ``busy``
QUESTION_LIMIT = 65_536  # bytes of JSON in one question; parsed, a byte may take 25 of memory
UNANSWERED_LIMIT = 64  # of the other side's questions; who asks on and does not read is hung up on
UNASKED_LIMIT = 16  # answers to nothing; one that comes too late is such a one
ANSWER_TIME_S = 30.0


class ConversationLost(Exception):
    """The other side is gone, or does not speak this language."""


class Declined(Exception):
    """The other side answered with an error. code: a word for programs; detail: one line for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


T = TypeVar("T")


def fields_as(fields: Mapping[str, object], kind: type[T]) -> T:
    """What a question holds, as ``kind``.

    Raises:
        Declined: bad_question, naming the field.
    """
    try:
        return msgspec.convert(dict(fields), kind)
    except msgspec.ValidationError as error:
        raise Declined("bad_question", str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with an open file beside it; whoever sends it closes ``descriptor`` afterwards."""

    fields: Mapping[str, object]
    descriptor: int | None = None


Handler = Callable[[Mapping[str, object]], Awaitable[Mapping[str, object] | Reply]]
"""Answers one question; raises Declined to answer with an error."""


class Conversation:
    """Both halves: asks with ``ask``, answers by the table of handlers while ``run`` runs.

    receive: returns the next bytes, b"" at the end. send: writes one frame whole, with a descriptor or None.
    word: the key that names a question, ``op`` on control.sock, ``verb`` on console.sock. dumps: makes an
    answer's JSON.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[bytes]],
        send: Callable[[bytes, int | None], Awaitable[None]],
        handlers: Mapping[str, Handler],
        *,
        word: str = "op",
        dumps: Dumps = dumps,
    ) -> None:
        self._receive, self._send, self._handlers, self._word = receive, send, handlers, word
        self._dumps = dumps
        self._pending: dict[int, asyncio.Future[dict[str, object]]] = {}
        self._count = 0
        self._in_work = self._unanswered = self._unasked = 0

    async def run(self) -> None:
        """Serve until the connection ends; every open question then fails with ConversationLost."""
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._read(tasks)
                raise _Ended
        except* _Ended:
            pass
        finally:
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(ConversationLost("the connection ended"))
            self._pending.clear()

    async def ask(
        self, question: str, within_s: float = ANSWER_TIME_S, /, **fields: object
    ) -> dict[str, object]:
        """Ask and return the fields of the answer.

        Raises:
            Declined: the other side answered with an error.
            ConversationLost: it is gone, or did not answer within ``within_s``.
        """
        self._count += 1
        try:
            frame = encode_message({"id": self._count, self._word: question, **fields}, QUESTION_LIMIT)
        except ValueError as error:
            raise Declined("too_long", str(error)) from error
        number, future = self._count, asyncio.get_running_loop().create_future()
        self._pending[number] = future
        try:
            async with asyncio.timeout(within_s):
                await self._send(frame, None)
                answer = await future
        except (OSError, TimeoutError) as error:
            raise ConversationLost(str(error) or f"no answer in {within_s:.0f} s") from error
        finally:
            self._pending.pop(number, None)
        match answer:
            case {"ok": dict(fields)}:
                return fields
            case {"error": {"code": str(code), **rest}}:
                raise Declined(code, str(rest.get("detail", "")))
            case _:
                raise ConversationLost("an answer without ok or error")

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        decoder = MessageDecoder()
        try:
            while data := await self._receive():
                # nothing large is even looked at while nothing was asked
                decoder.limit = MESSAGE_LIMIT if self._pending else QUESTION_LIMIT
                for size, message in decoder.feed_sized(data):
                    self._take(message, size, tasks)
        except (OSError, BrokenFrame):
            return  # the owner closes; whoever asked gets ConversationLost

    def _take(self, message: dict[str, object], size: int, tasks: asyncio.TaskGroup) -> None:
        number, question = message.get("id"), message.get(self._word)
        if not isinstance(number, int):
            raise BrokenFrame("a message without an id")
        if isinstance(question, str):
            self._accept(number, question, message, size, tasks)
        elif (future := self._pending.get(number)) is not None and not future.done():
            future.set_result(message)
        else:
            self._unasked += 1
            if self._unasked > UNASKED_LIMIT:
                raise BrokenFrame("answers what nobody asked")

    def _accept(
        self, number: int, question: str, message: dict[str, object], size: int, tasks: asyncio.TaskGroup
    ) -> None:
        if size > QUESTION_LIMIT or self._unanswered >= UNANSWERED_LIMIT:
            raise BrokenFrame("a question too long, or asked on and on without reading")
        self._unanswered += 1
        if self._in_work < QUESTIONS_AT_ONCE:
            self._in_work += 1
            answering = self._answer(number, question, message)
        else:
            answering = self._decline(number)
        tasks.create_task(answering, name=f"answer.{question[:40]}")

    async def _decline(self, number: int) -> None:
        busy = {"code": "busy", "detail": f"more than {QUESTIONS_AT_ONCE} questions at once"}
        await self._say({"id": number, "error": busy}, None)
        self._unanswered -= 1

    async def _answer(self, number: int, question: str, message: Mapping[str, object]) -> None:
        reply: Mapping[str, object] | Reply = {}
        error: Declined | None = None
        try:
            handler = self._handlers.get(question)
            if handler is None:
                raise Declined("unknown_question", f"{self._word} {question[:40]!r} is not known here")
            reply = await handler(message)
        except Declined as refusal:
            error = refusal
        except Exception:  # a mistake of ours that one question found must not end the process
            log.exception("answer.crashed", extra={"question": question[:40]})
            error = Declined("internal", "this could not be answered; please report it")
        if error is not None:
            await self._say({"id": number, "error": {"code": error.code, "detail": error.detail}}, None)
        elif isinstance(reply, Reply):
            await self._say({"id": number, "ok": reply.fields}, reply.descriptor)
        else:
            await self._say({"id": number, "ok": reply}, None)
        self._in_work -= 1
        self._unanswered -= 1

    async def _say(self, message: Mapping[str, object], descriptor: int | None) -> None:
        try:
            frame = encode_message(message, dumps=self._dumps)
        except ValueError as error:
            frame = encode_message({"id": message["id"], "error": {"code": "too_long", "detail": str(error)}})
        try:
            await self._send(frame, descriptor)
        except OSError:
            return  # gone meanwhile: the reading side notices and ends


class _Ended(Exception):
    """Ends the task group with the connection, and whatever is still being answered with it."""
